# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rotating a key of the simulator, by the real SDK; pauses pass at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import Waiting
from ansible_collections.rekey.oci.plugins.module_utils.decide.rotation import (
    Wish,
    retry_token,
)
from ansible_collections.rekey.oci.plugins.module_utils.vault.rotator import Unrotated
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.rotating import DAY, NOW, QUARTER, Site


def test_a_young_version_stays(site: Site) -> None:
    site.pass_by(89 * DAY)
    result = site.run(QUARTER)
    assert (result["changed"], result["rotated"], result["previous_version"]) == (False, False, None)
    assert result["age_days"] == pytest.approx(89, abs=0.01)
    assert result["key"]["current_version"]["id"] == site.first
    assert site.versions() == [site.first]
    assert site.seen("CreateKeyVersion") == 0


def test_an_old_version_is_replaced_once(site: Site) -> None:
    site.pass_by(90 * DAY + 60)
    result = site.run(QUARTER)
    assert (result["changed"], result["rotated"]) == (True, True)
    assert result["previous_version"]["id"] == site.first
    assert site.versions() == [site.first, result["key"]["current_version"]["id"]]
    again = site.run(QUARTER)
    assert (again["changed"], again["rotated"], again["age_days"]) == (False, False, 0.0)
    assert len(site.versions()) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
@pytest.mark.parametrize("operation", ["GetKey", "GetKeyVersion", "ListKeyVersions", "CreateKeyVersion"])
def test_one_refusal_is_no_fact(site: Site, operation: str, status: int) -> None:
    site.pass_by(90 * DAY + 60)
    fault = {"operation": operation, "kind": "error_before", "status": status, "code": "NotAllowed"}
    site.running.control("POST", "faults", {**fault, "count": 1})
    assert site.run(QUARTER)["rotated"] is True
    assert len(site.versions()) == 2


def test_check_mode_makes_nothing(site: Site) -> None:
    site.pass_by(91 * DAY)
    rotator = site.rotator(QUARTER, check_mode=True)
    rotator.run()
    result = rotator.result()
    assert (result["changed"], result["rotated"], result["previous_version"]["id"]) == (True, True, site.first)
    assert result["key"]["current_version"]["id"] == site.first
    assert rotator.diff()["before"] == {"key_version_id": site.first}
    assert rotator.diff()["after"] == {"key_version_id": "(a new version)"}
    assert site.versions() == [site.first]


def test_force_rotates_each_time(site: Site) -> None:
    for number in (2, 3):
        assert site.run(NOW)["rotated"] is True
        assert len(site.versions()) == number


def test_it_waits_until_the_new_version_is_in_use(site: Site) -> None:
    site.running.control("PATCH", "settings", {"version_delay": 400})
    result = site.run(NOW)
    # The simulator's clock runs on meanwhile.
    assert site.now >= 1300
    current = site.running.do(lambda simulator: simulator.world.keys[site.key_id].current(simulator.clock.now()).id)
    assert result["key"]["current_version"]["id"] == current != site.first


def test_without_waiting_the_new_version_is_named(site: Site) -> None:
    site.running.control("PATCH", "settings", {"version_delay": 400})
    result = site.run(Wish(force=True, waiting=Waiting(wait=False)))
    assert site.now < 1300
    assert result["key"]["current_version"]["id"] == site.versions()[1]


def test_a_wait_that_is_over_names_the_version_and_the_next_run_goes_on_with_it(site: Site) -> None:
    site.running.control("PATCH", "settings", {"version_delay": 400})
    site.pass_by(91 * DAY)
    rotator = site.rotator(Wish(max_age_days=90, waiting=Waiting(timeout=60)))
    with pytest.raises(Unrotated, match="not in use within wait_timeout") as problem:
        rotator.run()
    assert site.versions()[1] in str(problem.value)
    assert rotator.result()["rotated"] is True
    again = site.run(QUARTER)
    assert (again["rotated"], again["key"]["current_version"]["id"]) == (False, site.versions()[1])
    assert len(site.versions()) == 2


@pytest.mark.parametrize("kind", ["reset_after", "error_after", "garbage", "delay_after"])
def test_a_lost_answer_is_asked_for_again(site: Site, kind: str) -> None:
    site.running.control("POST", "faults", {"operation": "CreateKeyVersion", "kind": kind, "count": 2, "status": 503})
    assert site.run(NOW)["rotated"] is True
    assert site.seen("CreateKeyVersion") == (1 if kind == "delay_after" else 3)
    assert len(site.versions()) == 2


def test_a_controller_that_died_after_the_request_leaves_one_version(site: Site) -> None:
    site.running.control("PATCH", "settings", {"version_delay": 600})
    site.pass_by(91 * DAY)
    site.running.do(lambda simulator: simulator.world.rotate(site.key_id, retry_token(site.key_id, site.first)))
    result = site.run(QUARTER)
    assert result["rotated"] is False
    assert len(site.versions()) == 2


def test_one_that_may_not_list_is_kept_from_a_second_version_by_the_token(site: Site) -> None:
    site.running.control("PATCH", "settings", {"version_delay": 600})
    site.running.control("POST", "user", {"user": "admin", "permissions": ["KEY_READ", "KEY_ROTATE"]})
    site.pass_by(91 * DAY)
    site.running.do(lambda simulator: simulator.world.rotate(site.key_id, retry_token(site.key_id, site.first)))
    site.pass_by(60)
    result = site.run(QUARTER)
    assert result["rotated"] is False
    assert len(site.versions()) == 2


def test_a_refusal_is_told_with_what_was_learned(site: Site) -> None:
    site.running.control("POST", "user", {"user": "admin", "permissions": ["KEY_READ"]})
    rotator = site.rotator(NOW)
    with pytest.raises(ApiError) as refused:
        rotator.run()
    assert (refused.value.operation, refused.value.status) == ("CreateKeyVersion", 404)
    assert rotator.result()["key"]["current_version"]["id"] == site.first
    assert rotator.result()["rotated"] is False


UNROTATABLE = pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": "DISABLED"}, "is DISABLED"),
        ({"state": "PENDING_DELETION"}, "is PENDING_DELETION"),
        ({"state": "CREATING"}, "Run again when it is ENABLED"),
        ({"protection_mode": "EXTERNAL"}, "external key manager"),
        ({"algorithm": "RSA"}, "asymmetric"),
    ],
)


@pytest.mark.parametrize(("wish", "age"), [(QUARTER, 91), (NOW, 91), (NOW, 0)])
@UNROTATABLE
def test_keys_that_cannot_be_rotated(site: Site, wish: Wish, age: float, change: dict[str, str], words: str) -> None:
    site.running.control("POST", "key", {"key": "master", **change})
    site.pass_by(age * DAY)
    rotator = site.rotator(wish)
    with pytest.raises(Unrotated, match=words):
        rotator.run()
    assert rotator.result()["key"]["id"] == site.key_id
    assert site.versions() == [site.first]


@UNROTATABLE
def test_they_need_not_be_while_they_are_young(site: Site, change: dict[str, str], words: str) -> None:
    site.running.control("POST", "key", {"key": "master", **change})
    rotator = site.rotator(QUARTER)
    rotator.run()
    result = rotator.result()
    assert (result["changed"], result["rotated"], result["key"]["current_version"]["id"]) == (False, False, site.first)
    (warning,) = rotator.warnings
    assert words in warning
    assert "young enough" in warning
    assert site.versions() == [site.first]


@pytest.mark.parametrize("delay", ["version_delay", "version_lag"])
@pytest.mark.parametrize("wish", [QUARTER, NOW])
def test_a_version_of_another_hand_that_is_not_in_use_yet_is_waited_for(site: Site, delay: str, wish: Wish) -> None:
    site.running.control("PATCH", "settings", {delay: 400})
    site.pass_by(91 * DAY)
    site.running.control("POST", "rotate", {"key": "master"})
    result = site.run(wish)
    assert (result["changed"], result["rotated"], result["previous_version"]) == (False, False, None)
    assert result["key"]["current_version"]["id"] == site.versions()[1]
    assert len(site.versions()) == 2


def test_imported_material_is_not_replaced_unless_that_is_wanted(site: Site) -> None:
    site.running.control("POST", "rotate", {"key": "master", "origin": "EXTERNAL"})
    imported = site.versions()[1]
    rotator = site.rotator(QUARTER)
    rotator.run()
    assert "imported material" in rotator.warnings[0]
    assert "young enough" in rotator.warnings[0]
    site.pass_by(91 * DAY)
    for wish in (QUARTER, NOW):
        for check_mode in (False, True):
            rotator = site.rotator(wish, check_mode)
            with pytest.raises(Unrotated, match="replace_imported_material"):
                rotator.run()
            assert rotator.result()["rotated"] is False
            assert rotator.result()["key"]["current_version"] == {
                **rotator.result()["key"]["current_version"],
                "origin": "EXTERNAL",
            }
    assert len(site.versions()) == 2
    result = site.run(replace(QUARTER, replace_imported_material=True))
    assert (result["rotated"], result["previous_version"]["id"]) == (True, imported)
    assert result["key"]["current_version"]["origin"] == "INTERNAL"


def test_a_new_import_that_is_not_in_use_yet_is_waited_for(site: Site) -> None:
    site.running.control("POST", "rotate", {"key": "master", "origin": "EXTERNAL"})
    site.pass_by(91 * DAY)
    site.running.control("PATCH", "settings", {"version_lag": 400})
    site.running.control("POST", "rotate", {"key": "master", "origin": "EXTERNAL"})
    result = site.run(QUARTER)
    assert (result["rotated"], result["key"]["current_version"]["id"]) == (False, site.versions()[2])


def test_a_key_is_called_by_its_name(site: Site) -> None:
    site.running.control("POST", "key", {"key": "master", "state": "DISABLED"})
    with pytest.raises(Unrotated, match=r"The key master \(\.\.\..+\) is DISABLED"):
        site.run(NOW)
    site.running.control("POST", "key", {"key": "master", "state": "ENABLED"})
    assert site.run(QUARTER)["key"]["display_name"] == "master"


@pytest.mark.parametrize("operation", ["GetKey", "GetKeyVersion", "ListKeyVersions", "CreateKeyVersion"])
def test_a_busy_service_is_asked_until_the_time_is_over(site: Site, operation: str) -> None:
    fault = {"operation": operation, "kind": "error_before", "status": 429, "count": -1}
    site.running.control("POST", "faults", fault)
    begun = site.now
    with pytest.raises(ApiError) as refused:
        site.run(Wish(force=True, waiting=Waiting(timeout=300)))
    assert (refused.value.operation, refused.value.status) == (operation, 429)
    assert 250 < site.now - begun <= 300
    begun = site.now
    with pytest.raises(ApiError):
        site.run(Wish(force=True, waiting=Waiting(timeout=8)))
    assert site.now - begun <= 8
    site.running.control("DELETE", "faults")
    assert site.run(NOW)["rotated"] is True


def test_a_key_under_automatic_rotation_is_left_to_it(site: Site) -> None:
    site.running.control("POST", "key", {"key": "master", "auto_rotation": True})
    assert site.run(QUARTER)["rotated"] is False
    site.pass_by(91 * DAY)
    with pytest.raises(Unrotated, match="rotated automatically"):
        site.run(QUARTER)
    assert site.versions() == [site.first]
    rotator = site.rotator(NOW)
    rotator.run()
    assert rotator.result()["rotated"] is True
    assert len(rotator.warnings) == 1
