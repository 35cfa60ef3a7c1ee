# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Long lists of work requests, by the real SDK on a virtual clock: each page is a call of its own, within the run's bounds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Outcome, Reconciler
from tests.simulator.clock import VirtualClock
from tests.simulator.dispatch import Simulator
from tests.simulator.serving import Running
from tests.wire.connected import connected
from tests.wire.playing import play

pytestmark = pytest.mark.usefixtures("warmed")

OTHERS = 30


class Slow:
    """A service with many work requests, one a page, each of which takes a while to be told."""

    def __init__(self, running: Running, api: Any, clock: VirtualClock, seconds: float) -> None:
        self.running, self.api, self.clock = running, api, clock
        self.calls: list[str] = []
        real = api.calls.object_storage

        def slow(operation: str, *args: Any, **more: Any) -> Any:
            self.calls.append(operation)
            if operation in ("ListWorkRequests", "GetWorkRequest"):
                self.pass_time(seconds)
            return real(operation, *args, **more)

        api.calls.object_storage = slow

    def pass_time(self, seconds: float) -> None:
        self.running.do(lambda _simulator: self.clock.advance(seconds))

    def reconcile(self, options: Options) -> tuple[Outcome, float]:
        """A whole run, and how long it took."""
        begun = self.clock.now()
        one = Reconciler(
            self.api,
            self.running.introduction["namespace"],
            "photos",
            options,
            "0" * 12,
            self.clock.now,
            random.Random(1).random,
            sleep=self.pass_time,
        )
        while one.outcome is None:
            self.pass_time(one.step() + 0.05)
        return one.outcome, self.clock.now() - begun


@contextmanager
def slow(folder: Path, seconds: float, **settings: Any) -> Iterator[Slow]:
    clock = VirtualClock()
    with connected(folder, Simulator(clock)) as (running, api):
        names = [f"other-{number}" for number in range(OTHERS)]
        world = {
            "reset": True,
            "settings": {"work_seconds": 5.0, "verify_signatures": False, "page_limit": 1, **settings},
            "buckets": [{"name": name, "key": "master", "objects": 1} for name in ("photos", *names)],
        }
        running.control("POST", "world", world)
        for name in names:
            running.control("POST", "bucket", {"bucket": name, "reencrypt": True})
        running.control("POST", "advance", {"seconds": 100})
        yield Slow(running, api, clock, seconds)


@pytest.mark.parametrize("settings", [{}, {"summary_resources": "none"}], ids=["named", "asked for one by one"])
def test_a_list_that_is_too_long_ends_in_time(tmp_path: Path, settings: dict[str, Any]) -> None:
    with slow(tmp_path, 7.0, **settings) as there:
        outcome, took = there.reconcile(Options(wait_timeout=60))
        assert isinstance(outcome, Fail)
        assert "The list of the compartment's work requests could not be read to its end" in outcome.message
        assert took <= 60 + 90
        assert not there.running.control("GET", "truth")["submissions"].get("photos")


@pytest.mark.parametrize("retry_after", [None, 50])
def test_a_late_page_that_is_refused_is_asked_for_again(tmp_path: Path, retry_after: float | None) -> None:
    with slow(tmp_path, 3.0) as there:
        fault = {"operation": "ListWorkRequests", "kind": "error_before", "status": 429, "code": "TooManyRequests"}
        there.running.control("POST", "faults", {**fault, "skip": 20, "retry_after": retry_after})
        outcome, _took = there.reconcile(Options())
        assert isinstance(outcome, Done)
        assert outcome.action == "submit"
        assert there.calls.count("ListWorkRequests") == OTHERS + 1


def test_a_fleets_list_of_many_pages(simulator: Running, endpoints: dict[str, str], folder: Path) -> None:
    names = [f"bucket-{number}" for number in range(4)]
    world = {
        "reset": True,
        "settings": {"work_seconds": 0.2, "page_limit": 1},
        "buckets": [{"name": name, "key": "master", "objects": 1} for name in names],
    }
    simulator.control("POST", "world", world)
    environment = {**endpoints, "OCI_CONFIG_FILE": simulator.introduction["config_file"]}
    compartment_id = simulator.control("GET", "truth")["buckets"]["bucket-0"]["compartment_id"]
    options = {"compartment_ids": [compartment_id], "wait_interval": 1, "wait_timeout": 60, "force": True}
    first, second = play(folder, [{"rekey.oci.compartment_reencrypt": options}] * 2, environment).results
    for result in (first, second):
        assert not result.get("failed"), result
        assert not result.get("warnings"), result
        assert result["summary"]["completed"] == len(names)
