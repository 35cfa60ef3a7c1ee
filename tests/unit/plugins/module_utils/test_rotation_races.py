# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several controllers, or other hands, that rotate one key at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide.rotation import (
    KeyVersion,
    Wish,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.rotating import DAY, NOW, QUARTER, Site


@pytest.mark.parametrize("wish", [QUARTER, NOW])
def test_controllers_at_once_make_one_version(site: Site, wish: Wish, monkeypatch: pytest.MonkeyPatch) -> None:
    site.pass_by(91 * DAY)
    rotators = [site.rotator(wish) for _number in range(6)]
    together = threading.Barrier(len(rotators))

    def once(create: Callable[[str, str], KeyVersion]) -> Callable[[str, str], KeyVersion]:
        def create_together(key_id: str, token: str) -> KeyVersion:
            # Each has read the key, none has sent its request.
            together.wait(60)
            return create(key_id, token)

        return create_together

    for rotator in rotators:
        monkeypatch.setattr(rotator.versions, "create", once(rotator.versions.create))
    threads = [threading.Thread(target=rotator.run) for rotator in rotators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert site.seen("CreateKeyVersion") == len(rotators)
    assert len(site.versions()) == 2
    assert {rotator.result()["key"]["current_version"]["id"] for rotator in rotators} == {site.versions()[1]}


def test_one_who_comes_too_late_says_what_is_current(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.pass_by(91 * DAY)
    slow = site.rotator(QUARTER)
    create = slow.versions.create

    def late(key_id: str, token: str) -> KeyVersion:
        site.run(QUARTER)
        site.run(NOW)
        return create(key_id, token)

    monkeypatch.setattr(slow.versions, "create", late)
    slow.run()
    assert len(site.versions()) == 3
    assert slow.result()["key"]["current_version"]["id"] == site.versions()[2]


def test_a_conflict_with_a_faster_hand_is_no_failure(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.pass_by(91 * DAY)
    slow = site.rotator(QUARTER)
    create = slow.versions.create

    def late(key_id: str, token: str) -> KeyVersion:
        site.run(QUARTER)
        site.running.control("POST", "faults", {"operation": "CreateKeyVersion", "kind": "error_before", "status": 409})
        return create(key_id, token)

    monkeypatch.setattr(slow.versions, "create", late)
    slow.run()
    assert (slow.result()["rotated"], slow.result()["changed"]) == (False, False)
    assert slow.result()["key"]["current_version"]["id"] == site.versions()[1]


def test_of_several_controllers_that_have_looked_one_says_that_it_rotated(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pass_by(91 * DAY)
    slow = site.rotator(QUARTER)
    listed = slow.versions.all
    others: list[dict[str, Any]] = []

    def late(key_id: str, send: Any) -> list[KeyVersion]:
        # All of them have found the old version due by now.
        others.append(site.run(QUARTER))
        return listed(key_id, send)

    monkeypatch.setattr(slow.versions, "all", late)
    slow.run()
    assert [others[0]["rotated"], slow.result()["rotated"]] == [True, False]
    assert slow.result()["key"]["current_version"]["id"] == site.versions()[1]
    assert len(site.versions()) == 2
