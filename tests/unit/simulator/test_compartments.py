# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compartments: their states, who sees them, and how they are listed."""

from __future__ import annotations

import pytest

from tests.simulator.control import Control
from tests.simulator.world import TENANCY

from .helpers import World

COMPARTMENTS = "/20160918/compartments"


@pytest.fixture
def world() -> World:
    world = World()
    apps = world.world.add_compartment("apps")
    world.world.add_compartment("web", apps)
    world.world.add_compartment("old", state="DELETED")
    world.world.add_compartment("going", state="DELETING")
    return world


def listed(world: World, user: str = "admin", root: str = TENANCY, **query: str) -> list[str]:
    found = world.told("GET", COMPARTMENTS, user=user, compartmentId=root, **query).body
    return [one["name"] for one in found]


def test_they_are_listed_in_every_state_or_in_one(world: World) -> None:
    assert listed(world) == ["apps", "old", "going"]
    states = [one["lifecycleState"] for one in world.told("GET", COMPARTMENTS, compartmentId=TENANCY).body]
    assert states == ["ACTIVE", "DELETED", "DELETING"]
    assert listed(world, lifecycleState="active") == ["apps"]
    assert listed(world, lifecycleState="DELETED") == ["old"]
    assert listed(world, compartmentIdInSubtree="true", lifecycleState="ACTIVE") == ["apps", "web"]
    assert listed(world, name="apps") == ["apps"]
    assert listed(world, name="APPS") == []
    assert listed(world, sortBy="NAME") == ["apps", "going", "old"]
    assert listed(world, sortBy="NAME", sortOrder="DESC") == ["old", "going", "apps"]
    for query in ({"accessLevel": "SOME"}, {"sortBy": "AGE"}, {"sortOrder": "UP"}):
        assert world.refused("GET", COMPARTMENTS, compartmentId=TENANCY, **query) == (400, "InvalidParameter")


def test_only_what_is_accessible_is_listed_where_that_is_asked_for(world: World) -> None:
    web = next(one["id"] for one in world.world.compartments.values() if one["name"] == "web")
    world.simulator.users.add("clerk", ["BUCKET_INSPECT"], [web])
    assert listed(world, "clerk", accessLevel="ACCESSIBLE") == ["apps"]
    assert listed(world, "clerk", accessLevel="ACCESSIBLE", compartmentIdInSubtree="true") == ["apps", "web"]
    found = world.told("GET", COMPARTMENTS, user="clerk", compartmentId=TENANCY, accessLevel="ACCESSIBLE").body
    # Of one that is accessible only for what is below it, a part is told.
    assert (found[0]["isAccessible"], found[0]["description"]) == (True, None)
    assert world.refused("GET", COMPARTMENTS, user="clerk", compartmentId=TENANCY)[0] == 404
    # ANY checks nothing more: it lists what the user may not look into, and says so.
    world.simulator.users.add("lister", ["COMPARTMENT_INSPECT"], [TENANCY])
    found = world.told("GET", COMPARTMENTS, user="lister", compartmentId=TENANCY).body
    assert [one["isAccessible"] for one in found] == [False, False, False]


@pytest.mark.parametrize(
    "path", [COMPARTMENTS, "/n/examplens/b", "/workRequests", "/20180608/keys", "/20180608/vaults"]
)
def test_one_that_is_not_there_is_not_found(world: World, path: str) -> None:
    world.told("GET", path, compartmentId=TENANCY)
    old = next(one["id"] for one in world.world.compartments.values() if one["state"] == "DELETED")
    for compartment_id in ("ocid1.compartment.oc1..none", "", old):
        assert world.refused("GET", path, compartmentId=compartment_id)[0] == 404


def test_the_tenancy_is_a_compartment_too(world: World) -> None:
    assert world.told("GET", f"{COMPARTMENTS}/{TENANCY}").body["id"] == TENANCY


def test_one_is_deleted_by_a_foreign_hand(world: World) -> None:
    control = Control(world.simulator, {}, lambda: None)
    status, told = control.answer("POST", "compartment", {"compartment": "apps", "state": "DELETED"})
    assert (status, told["state"]) == (200, "DELETED")
    assert world.refused("GET", "/n/examplens/b", compartmentId=told["id"])[0] == 404
    assert control.answer("POST", "compartment", {"compartment": "nobody's"})[0] == 400
    assert control.answer("POST", "compartment", {"compartment": "apps", "state": "GONE"})[0] == 400
