# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tag namespaces: their definitions, and who may write which tag on a bucket."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.control import Control
from tests.simulator.world import TENANCY

from .helpers import World, at

NAMESPACES = "/20160918/tagNamespaces"
REFUSED = (400, "RelatedResourceNotAuthorizedOrNotFound")
OF_A_BUCKET = ("BUCKET_READ", "BUCKET_UPDATE", "BUCKET_CREATE")


@pytest.fixture
def namespace_id(world: World) -> str:
    """Of the namespace Rekey with the keys Receipt and Work."""
    details = {"compartmentId": TENANCY, "name": "Rekey", "description": "Receipts"}
    made: str = world.told("POST", NAMESPACES, details).body["id"]
    for name in ("Receipt", "Work"):
        world.told("POST", f"{NAMESPACES}/{made}/tags", {"name": name, "description": name})
    return made


def write(world: World, tags: dict[str, Any], user: str = "admin") -> Any:
    """The bucket's defined tags once these have taken their place."""
    return world.told("POST", at("photos"), {"definedTags": tags}, user=user).body["definedTags"]


def refused(world: World, tags: dict[str, Any], user: str = "admin") -> tuple[int, str]:
    before = world.told("GET", at("photos"))
    answer = world.refused("POST", at("photos"), {"definedTags": tags, "freeformTags": {"more": "x"}}, user=user)
    after = world.told("GET", at("photos"))
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])
    return answer


def test_a_namespace_is_defined_read_and_retired(world: World, namespace_id: str) -> None:
    one = f"{NAMESPACES}/{namespace_id}"
    told = world.told("GET", one).body
    assert (told["name"], told["isRetired"], told["lifecycleState"]) == ("Rekey", False, "ACTIVE")
    assert [tag["name"] for tag in world.told("GET", f"{one}/tags").body] == ["Receipt", "Work"]
    assert world.told("GET", f"{one}/tags/RECEIPT").body["tagNamespaceName"] == "Rekey"
    assert world.refused("GET", f"{one}/tags/other")[0] == 404
    assert world.told("PUT", f"{one}/tags/work", {"isRetired": True}).body["isRetired"] is True
    assert [tag["name"] for tag in world.told("GET", f"{one}/tags", lifecycleState="active").body] == ["Receipt"]
    assert world.told("PUT", one, {"isRetired": True}).body["lifecycleState"] == "INACTIVE"
    assert world.refused("PUT", f"{one}/tags/work", {"isRetired": False}) == (409, "IncorrectState")
    assert world.refused("POST", f"{one}/tags", {"name": "New", "description": "x"}) == (409, "IncorrectState")
    # To bring it back brings none of its keys back.
    world.told("PUT", one, {"isRetired": False})
    assert [tag["isRetired"] for tag in world.told("GET", f"{one}/tags").body] == [True, True]
    assert world.told("PUT", f"{one}/tags/work", {"isRetired": False}).body["isRetired"] is False


def test_names_are_told_apart_without_regard_to_case(world: World, namespace_id: str) -> None:
    again = {"compartmentId": TENANCY, "name": "REKEY", "description": "x"}
    assert world.refused("POST", NAMESPACES, again) == (409, "TagNamespaceAlreadyExists")
    tags = f"{NAMESPACES}/{namespace_id}/tags"
    assert world.refused("POST", tags, {"name": "receipt", "description": "x"}) == (409, "TagDefinitionAlreadyExists")
    assert write(world, {"rekey": {"RECEIPT": "a"}}) == {"Rekey": {"Receipt": "a"}}
    assert refused(world, {"rekey": {"receipt": "a"}, "Rekey": {"work": "b"}}) == (400, "InvalidParameter")
    assert refused(world, {"rekey": {"receipt": "a", "Receipt": "b"}}) == (400, "InvalidParameter")


@pytest.mark.parametrize(("name", "description"), [("with space", "x"), ("with.period", "x"), ("", "x"), ("fine", "")])
def test_a_definition_that_is_none_is_refused(world: World, namespace_id: str, name: str, description: str) -> None:
    details = {"compartmentId": TENANCY, "name": name, "description": description}
    assert world.refused("POST", NAMESPACES, details)[0] == 400
    assert world.refused("POST", f"{NAMESPACES}/{namespace_id}/tags", details)[0] == 400


def test_namespaces_are_listed_by_compartment(world: World, namespace_id: str) -> None:
    apps = world.world.add_compartment("apps")
    other = world.world.add_tag_namespace("Other", apps)
    other.retire(True)
    assert [one["id"] for one in world.told("GET", NAMESPACES, compartmentId=TENANCY).body] == [namespace_id]
    deep = {"compartmentId": TENANCY, "includeSubcompartments": "true"}
    assert [one["name"] for one in world.told("GET", NAMESPACES, **deep).body] == ["Rekey", "Other"]
    active = world.told("GET", NAMESPACES, **deep, lifecycleState="ACTIVE").body
    assert [one["name"] for one in active] == ["Rekey"]
    assert world.refused("GET", NAMESPACES, compartmentId="ocid1.compartment.oc1..none")[0] == 404


@pytest.mark.parametrize(("status", "told"), [("400", REFUSED), ("404", (404, "NotAuthorizedOrNotFound"))])
def test_what_is_not_defined_is_refused(world: World, namespace_id: str, status: str, told: tuple[int, str]) -> None:
    world.world.settings.patch({"tag_refusal": status})
    assert refused(world, {"Nobodys": {"Receipt": "a"}}) == told
    assert refused(world, {"Rekey": {"Other": "a"}}) == told
    details = {"name": "new", "compartmentId": TENANCY, "definedTags": {"Rekey": {"Other": "a"}}}
    assert world.refused("POST", "/n/examplens/b", details) == told
    assert "new" not in world.world.buckets


def test_a_retired_key_can_be_kept_and_taken_away_but_not_written(world: World, namespace_id: str) -> None:
    write(world, {"Rekey": {"Receipt": "a", "Work": "b"}})
    world.told("PUT", f"{NAMESPACES}/{namespace_id}/tags/Receipt", {"isRetired": True})
    assert refused(world, {"Rekey": {"Receipt": "changed", "Work": "b"}}) == REFUSED
    assert write(world, {"Rekey": {"Receipt": "a", "Work": "c"}}) == {"Rekey": {"Receipt": "a", "Work": "c"}}
    assert write(world, {"Rekey": {"Work": "c"}}) == {"Rekey": {"Work": "c"}}
    assert refused(world, {"Rekey": {"Receipt": "a", "Work": "c"}}) == REFUSED


def test_who_may_update_a_bucket_may_not_forge_alter_or_remove_a_tag(world: World, namespace_id: str) -> None:
    world.simulator.users.add("clerk", OF_A_BUCKET)
    assert refused(world, {"Rekey": {"Receipt": "forged"}}, "clerk") == REFUSED
    write(world, {"Rekey": {"Receipt": "true"}})
    for tags in ({"Rekey": {"Receipt": "altered"}}, {"Rekey": {"Receipt": "true", "Work": "x"}}, {}):
        assert refused(world, tags, "clerk") == REFUSED
    # What stays as it is, is nobody's business; and what is not given, stays.
    assert write(world, {"rekey": {"receipt": "true"}}, "clerk") == {"Rekey": {"Receipt": "true"}}
    told = world.told("POST", at("photos"), {"freeformTags": {"a": "b"}}, user="clerk").body
    assert (told["freeformTags"], told["definedTags"]) == ({"a": "b"}, {"Rekey": {"Receipt": "true"}})


def test_a_policy_may_be_about_one_namespace(world: World, namespace_id: str) -> None:
    world.world.define_tags({"Costs": {"Center": "1"}})
    world.simulator.users.add("rekeyer", (*OF_A_BUCKET, "TAG_NAMESPACE_USE"), tag_namespaces=["rekey"])
    assert write(world, {"Rekey": {"Receipt": "a"}}, "rekeyer")
    assert refused(world, {"Rekey": {"Receipt": "a"}, "Costs": {"Center": "1"}}, "rekeyer") == REFUSED
    # By the policy reference, who may use a namespace may change its keys, too.
    world.told("PUT", f"{NAMESPACES}/{namespace_id}/tags/Work", {"isRetired": True}, user="rekeyer")
    assert world.refused("PUT", f"{NAMESPACES}/{namespace_id}", {"isRetired": True}, user="rekeyer")[0] == 404
    # A policy on another compartment than the namespace's allows nothing.
    apps = world.world.add_compartment("apps")
    world.simulator.users.add("rekeyer", (*OF_A_BUCKET, "TAG_NAMESPACE_USE"), [apps])
    details = {"name": "new", "compartmentId": apps, "definedTags": {"Rekey": {"Receipt": "a"}}}
    assert world.refused("POST", "/n/examplens/b", details, user="rekeyer") == REFUSED


def test_a_bucket_has_64_defined_tags_at_most(world: World) -> None:
    many = {f"k{number}": "x" for number in range(65)}
    world.world.define_tags({"Many": many})
    assert refused(world, {"Many": many}) == (400, "InvalidParameter")
    del many["k64"]
    assert len(write(world, {"Many": many})["Many"]) == 64
    for value in ("v" * 257, None, {"a": "b"}):
        assert refused(world, {"Many": {"k0": value}}) == (400, "InvalidParameter")


def test_a_new_key_may_take_a_while(world: World, namespace_id: str) -> None:
    world.world.settings.patch({"tag_delay": 30.0})
    assert refused(world, {"Rekey": {"Receipt": "a"}}) == REFUSED
    world.simulator.clock.advance(30)
    assert write(world, {"Rekey": {"Receipt": "a"}})


def test_definitions_are_part_of_a_world_and_change_by_a_foreign_hand(world: World) -> None:
    control = Control(world.simulator, {}, lambda: None)
    document = {
        "tag_namespaces": [{"name": "Rekey", "tags": ["receipt", {"name": "old", "retired": True}]}],
        "buckets": [{"name": "tagged", "defined_tags": {"rekey": {"Receipt": "a"}, "Costs": {"Center": "1"}}}],
        "users": [{"name": "clerk", "permissions": ["TAG_NAMESPACE_USE"], "tag_namespaces": ["Rekey"]}],
    }
    status, told = control.answer("POST", "world", document)
    assert status == 200, told
    tags = world.told("GET", at("tagged")).body["definedTags"]
    assert tags == {"Rekey": {"receipt": "a"}, "Costs": {"Center": "1"}}
    assert control.answer("POST", "tag_namespace", {"tag_namespace": "REKEY"})[1]["tags"]["old"]["retired"] is True
    assert refused(world, {"Rekey": {"old": "x"}}) == REFUSED
    control.answer("POST", "tag_namespace", {"tag_namespace": "Rekey", "tags": {"old": {"retired": False}}})
    assert write(world, {"Rekey": {"old": "x"}})
    control.answer("POST", "tag_namespace", {"tag_namespace": "Rekey", "remove": True})
    assert control.answer("POST", "tag_namespace", {"tag_namespace": "Rekey"})[0] == 400
    assert refused(world, {"Rekey": {"old": "y"}}) == REFUSED


@pytest.mark.parametrize(
    ("permission", "method", "path", "body"),
    [
        ("TAG_NAMESPACE_INSPECT", "GET", NAMESPACES, None),
        ("TAG_NAMESPACE_INSPECT", "GET", f"{NAMESPACES}/{{id}}", None),
        ("TAG_NAMESPACE_INSPECT", "GET", f"{NAMESPACES}/{{id}}/tags", None),
        ("TAG_NAMESPACE_INSPECT", "GET", f"{NAMESPACES}/{{id}}/tags/work", None),
        ("TAG_NAMESPACE_USE", "POST", f"{NAMESPACES}/{{id}}/tags", {"name": "x", "description": "x"}),
        ("TAG_NAMESPACE_USE", "PUT", f"{NAMESPACES}/{{id}}/tags/work", {}),
        ("TAG_NAMESPACE_UPDATE", "PUT", f"{NAMESPACES}/{{id}}", {}),
        ("TAG_NAMESPACE_CREATE", "POST", NAMESPACES, {"compartmentId": TENANCY, "name": "x", "description": "x"}),
    ],
)
def test_each_operation_needs_its_permission(
    world: World, namespace_id: str, permission: str, method: str, path: str, body: Any
) -> None:
    world.simulator.users.add("able", [permission])
    world.simulator.users.add("elsewhere", [permission], [world.world.add_compartment("elsewhere")])
    world.simulator.users.add("unable", [])
    for user in ("elsewhere", "unable"):
        assert world.refused(method, path.format(id=namespace_id), body, user=user, compartmentId=TENANCY)[0] == 404
    world.told(method, path.format(id=namespace_id), body, user="able", compartmentId=TENANCY)
