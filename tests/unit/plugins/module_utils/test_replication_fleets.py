# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fleets under keys of another region: all buckets that wait are asked for at once, and hold up no other."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import (
    KEY,
    OTHER_KEY,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.fleet_service import Service
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.replicated import READ, THERE

# Fleets.


def fleet(number: int, after: float, **more: Any) -> Service:
    """The buckets are in THERE, where the current version of KEY comes after so many seconds."""
    service = Service(region=THERE, arrives={KEY: after, OTHER_KEY: -1000.0}, **more)
    service.add(number)
    return service


def test_a_fleet_asks_for_all_its_buckets_at_once() -> None:
    service = fleet(200, 300.0)
    entries = service.run(workers=4, wait_timeout=3000)
    assert {entry["reason"] for entry in entries} == {"unproven"}
    assert [entry["error"]["message"] for entry in entries if entry["error"]] == []
    assert service.submitted == {f"b-{number}": 1 for number in range(200)}
    assert service.calls[READ] <= 300 / 5 + 2
    service.calls.clear()
    assert {entry["reason"] for entry in service.run()} == {"up_to_date"}
    assert service.calls[READ] == 0


@pytest.mark.parametrize("brakes", [{}, {"max_submissions": 100}, {"max_failures": 1}])
def test_a_bucket_that_waits_holds_up_no_other(brakes: dict[str, int]) -> None:
    done: list[float] = []
    service: Service = fleet(3, 1000.0, at={"ReencryptBucket": lambda name: done.append(service.elapsed)})
    service.add(40, prefix="z", key=OTHER_KEY)
    entries = service.run(workers=1, wait_timeout=3000, **brakes)
    assert [entry["error"]["message"] for entry in entries if entry["error"]] == []
    assert sum(moment < 500.0 for moment in done) == 40
    assert sum(moment >= 1000.0 for moment in done) == 3
