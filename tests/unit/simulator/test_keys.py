# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys: their life cycle, their lists, where their material comes from, and what Object Storage says of them."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from tests.simulator.control import Control
from tests.simulator.world import TENANCY

from .helpers import World, at

REENCRYPT = f"{at('photos')}/actions/reencrypt"
DAY = 24 * 3600.0


def path(world: World, action: str = "") -> str:
    return f"/20180608/keys/{world.key.id}{action}"


def state(world: World) -> str:
    found: str = world.told("GET", path(world)).body["lifecycleState"]
    return found


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("InvalidKmsKeyState", (400, "InvalidKmsKeyState")),
        ("BadRequest", (400, "BadRequest")),
        ("RestClientException", (400, "BadRequest")),
        ("NotAuthorizedOrFoundKmsKey", (404, "NotAuthorizedOrFoundKmsKey")),
        ("IncorrectState", (409, "IncorrectState")),
    ],
)
def test_what_is_said_of_a_key_that_cannot_be_used_is_a_setting(name: str, told: tuple[int, str]) -> None:
    world = World(disabled_key=name, unusable_key=name)
    calls = (("POST", REENCRYPT), ("PUT", f"{at('photos')}/o/new"), ("GET", f"{at('photos')}/o/object-0"))
    world.told("POST", path(world, "/actions/disable"))
    for method, call in calls:
        assert world.refused(method, call) == told
    world.told("POST", path(world, "/actions/enable"))
    world.key.usable = False
    for method, call in calls:
        assert world.refused(method, call) == told
    if name == "RestClientException":
        answer = world.ask("POST", REENCRYPT)
        assert answer is not None
        assert "Caught RestClientException" in answer.body["message"]


def test_a_life_cycle_takes_its_time() -> None:
    world = World(key_state_seconds=30.0)
    for action, meanwhile, end in (
        ("disable", "DISABLING", "DISABLED"),
        ("scheduleDeletion", "SCHEDULING_DELETION", "PENDING_DELETION"),
        ("cancelDeletion", "CANCELLING_DELETION", "DISABLED"),
        ("enable", "ENABLING", "ENABLED"),
        ("scheduleDeletion", "SCHEDULING_DELETION", "PENDING_DELETION"),
        ("cancelDeletion", "CANCELLING_DELETION", "ENABLED"),
    ):
        assert world.told("POST", path(world, f"/actions/{action}")).body["lifecycleState"] == meanwhile
        for other in ("enable", "disable", "scheduleDeletion", "cancelDeletion"):
            assert world.refused("POST", path(world, f"/actions/{other}")) == (409, "IncorrectState")
        assert world.refused("POST", path(world, "/keyVersions")) == (409, "IncorrectState")
        assert world.refused("POST", REENCRYPT) == (400, "InvalidKmsKeyState")
        assert state(world) == meanwhile
        world.simulator.clock.advance(30)
        assert state(world) == end


@pytest.mark.parametrize(
    ("begun", "refused"),
    [
        ((), ("enable", "cancelDeletion")),
        (("disable",), ("disable", "cancelDeletion")),
        (("scheduleDeletion",), ("enable", "disable", "scheduleDeletion")),
    ],
)
def test_a_life_cycle_is_guarded(world: World, begun: tuple[str, ...], refused: tuple[str, ...]) -> None:
    for action in begun:
        world.told("POST", path(world, f"/actions/{action}"))
    for action in refused:
        assert world.refused("POST", path(world, f"/actions/{action}")) == (409, "IncorrectState")


def test_a_key_is_deleted_when_its_time_has_come(world: World) -> None:
    def schedule(days: float) -> dict[str, str]:
        return {
            "timeOfDeletion": datetime.fromtimestamp(world.simulator.clock.now() + days * DAY, timezone.utc).isoformat()
        }

    action = path(world, "/actions/scheduleDeletion")
    for days in (6, 31):
        assert world.refused("POST", action, schedule(days)) == (400, "InvalidParameter")
    assert world.refused("POST", action, {"timeOfDeletion": "soon"}) == (400, "InvalidParameter")
    assert world.told("POST", action, schedule(8)).body["timeOfDeletion"] is not None
    world.simulator.clock.advance(8 * DAY)
    assert state(world) == "DELETED"
    assert world.refused("POST", path(world, "/actions/cancelDeletion")) == (409, "IncorrectState")


def test_each_change_gives_a_key_another_etag(world: World) -> None:
    first = world.told("GET", path(world)).headers["etag"]
    changed = world.told("POST", path(world, "/actions/disable"), headers={"if-match": first}).headers["etag"]
    assert changed != first
    stale = world.refused("POST", path(world, "/actions/enable"), headers={"if-match": first})
    assert stale == (412, "NoEtagMatch")
    world.told("POST", path(world, "/actions/enable"), headers={"if-match": changed})
    before = world.told("GET", path(world)).headers["etag"]
    world.told("POST", path(world, "/keyVersions"))
    assert world.told("GET", path(world)).headers["etag"] not in (before, first, changed)


def test_a_reencryption_fails_once_the_key_is_being_disabled() -> None:
    world = World(key_state_seconds=5.0)
    world.told("POST", path(world, "/keyVersions"))
    work = world.reencrypt()
    world.simulator.clock.advance(5)
    world.told("POST", path(world, "/actions/disable"))
    world.simulator.clock.advance(20)
    assert state(world) == "DISABLED"
    assert world.work(work)["status"] == "FAILED"
    assert world.current() == 2


def test_versions_are_listed_newest_first_or_as_asked_for(world: World) -> None:
    made = [world.world.rotate(world.key.id).id for _time in range(3)]
    oldest = [world.key.versions[0].id, *made]

    def listed(**query: str) -> list[str]:
        return [one["id"] for one in world.told("GET", path(world, "/keyVersions"), **query).body]

    assert listed() == oldest[::-1]
    assert listed(sortOrder="ASC") == listed(sortBy="TIMECREATED", sortOrder="ASC") == oldest
    assert listed(sortBy="TIMECREATED") == oldest[::-1]
    assert listed(sortBy="DISPLAYNAME") == sorted(oldest)
    assert world.refused("GET", path(world, "/keyVersions"), sortBy="AGE") == (400, "InvalidParameter")
    world.world.settings.patch({"keys_order": "oldest"})
    assert listed() == oldest
    assert listed(sortBy="TIMECREATED") == oldest[::-1]


def test_keys_are_listed_in_the_same_ways(world: World) -> None:
    world.world.add_key("a key")

    def listed(**query: str) -> list[str]:
        found = world.told("GET", "/20180608/keys", compartmentId=TENANCY, **query).body
        return [one["displayName"] for one in found]

    assert listed() == listed(sortBy="DISPLAYNAME") == ["a key", "master"]
    assert listed(sortOrder="ASC") == listed(sortBy="DISPLAYNAME", sortOrder="DESC") == ["master", "a key"]


def test_material_may_be_imported(world: World) -> None:
    control = Control(world.simulator, {}, lambda: None)
    status, made = control.answer("POST", "world", {"keys": [{"name": "ours", "origin": "EXTERNAL", "versions": 2}]})
    assert status == 200, made
    key_id = made["keys"]["ours"]["id"]

    def origins() -> list[str]:
        return [one["origin"] for one in world.told("GET", f"/20180608/keys/{key_id}/keyVersions").body]

    assert origins() == ["EXTERNAL", "EXTERNAL"]
    control.answer("POST", "rotate", {"key": "ours", "origin": "EXTERNAL"})
    made = world.told("POST", f"/20180608/keys/{key_id}/keyVersions").body
    assert origins() == ["INTERNAL", "EXTERNAL", "EXTERNAL", "EXTERNAL"]
    assert made["origin"] == "INTERNAL"
    assert control.answer("POST", "rotate", {"key": "ours", "origin": "SECRET"})[0] == 400
