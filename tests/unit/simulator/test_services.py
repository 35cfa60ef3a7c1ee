# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Buckets, objects, keys, compartments, permissions and what goes wrong on purpose."""

from __future__ import annotations

import pytest

from tests.simulator.world import TENANCY

from .helpers import World, at

REENCRYPT = f"{at('photos')}/actions/reencrypt"


def test_an_update_needs_the_current_etag_and_gives_a_new_one(world: World) -> None:
    etag = world.told("GET", at("photos")).headers["etag"]
    updated = world.told("POST", at("photos"), {"freeformTags": {"a": "b"}}, headers={"if-match": etag})
    assert updated.headers["etag"] != etag
    assert updated.body["freeformTags"] == {"a": "b"}
    stale = world.refused("POST", at("photos"), {"freeformTags": {}}, headers={"if-match": etag})
    assert stale == (412, "IfMatchFailed")
    assert world.bucket.freeform_tags == {"a": "b"}


@pytest.mark.parametrize("tags", [{str(n): "" for n in range(11)}, {"k" * 101: ""}, {"k": "v" * 257}])
def test_tags_have_limits(world: World, tags: dict[str, str]) -> None:
    assert world.refused("POST", at("photos"), {"freeformTags": tags}) == (400, "InvalidParameter")
    assert world.bucket.freeform_tags == {}


def test_counts_lag_and_come_only_when_asked_for() -> None:
    world = World(count_lag=60.0)
    asked = {"fields": "approximateCount,approximateSize"}
    assert world.told("GET", at("photos"), **asked).body["approximateCount"] == 0
    world.simulator.clock.advance(60)
    assert world.told("GET", at("photos"), **asked).body["approximateCount"] == 4
    assert world.told("GET", at("photos")).body["approximateCount"] is None
    world.world.settings.patch({"count_lag": -1})
    assert world.told("GET", at("photos"), **asked).body["approximateCount"] is None


def test_buckets_are_listed_by_compartment_in_pages_that_lose_nothing(world: World) -> None:
    for number in range(5):
        world.world.add_bucket(f"logs-{number}")
    listed = world.told("GET", "/n/examplens/b", compartmentId=TENANCY, limit="3", fields="tags")
    assert [bucket["name"] for bucket in listed.body] == ["logs-0", "logs-1", "logs-2"]
    assert "kmsKeyId" not in listed.body[0]
    world.told("DELETE", at("logs-0"))
    page = listed.headers["opc-next-page"]
    rest = world.told("GET", "/n/examplens/b", compartmentId=TENANCY, limit="3", page=page)
    assert [bucket["name"] for bucket in rest.body] == ["logs-3", "logs-4", "photos"]
    assert "opc-next-page" not in rest.headers


def test_a_bucket_comes_and_goes(world: World) -> None:
    details = {"name": "new", "compartmentId": TENANCY, "kmsKeyId": world.key.id}
    assert world.told("POST", "/n/examplens/b", details).body["kmsKeyId"] == world.key.id
    assert world.refused("POST", "/n/examplens/b", details) == (409, "BucketAlreadyExists")
    assert world.refused("DELETE", at("photos")) == (409, "BucketNotEmpty")
    world.told("DELETE", at("new"))
    assert world.refused("GET", at("new")) == (404, "BucketNotFound")
    assert world.refused("GET", "/n/elsewhere/b/photos") == (404, "NamespaceNotFound")


def test_objects_and_their_versions(world: World) -> None:
    world.told("POST", at("photos"), {"versioning": "Enabled"})
    world.told("PUT", f"{at('photos')}/o/a%2Fb", b"one")
    world.told("PUT", f"{at('photos')}/o/a%2Fb", b"two")
    assert world.told("GET", f"{at('photos')}/o/a%2Fb").raw == b"two"
    world.told("DELETE", f"{at('photos')}/o/a%2Fb")
    assert world.refused("GET", f"{at('photos')}/o/a%2Fb") == (404, "ObjectNotFound")
    listed = world.told("GET", f"{at('photos')}/o", limit="3").body
    assert (len(listed["objects"]), listed["nextStartWith"]) == (3, "object-3")
    versions = world.told("GET", f"{at('photos')}/objectversions").body["items"]
    assert [one["isDeleteMarker"] for one in versions if one["name"] == "a/b"] == [True, False, False]


def test_a_disabled_key_stops_reads_writes_and_reencryption(world: World) -> None:
    world.told("POST", f"/20180608/keys/{world.key.id}/actions/disable")
    refusal = (400, "InvalidKmsKeyState")
    assert world.refused("GET", f"{at('photos')}/o/object-0") == refusal
    assert world.refused("PUT", f"{at('photos')}/o/new", b"x") == refusal
    assert world.refused("POST", REENCRYPT) == refusal
    assert world.refused("POST", f"/20180608/keys/{world.key.id}/keyVersions") == (409, "IncorrectState")
    world.told("POST", f"/20180608/keys/{world.key.id}/actions/enable")
    world.told("POST", REENCRYPT)


def test_a_key_that_object_storage_may_not_use_cannot_be_assigned(world: World) -> None:
    other = world.world.add_key("other", usable=False)
    refused = world.refused("POST", at("photos"), {"kmsKeyId": other.id, "freeformTags": {"a": "b"}})
    assert refused == (404, "NotAuthorizedOrFoundKmsKey")
    assert (world.bucket.kms_key_id, world.bucket.freeform_tags) == (world.key.id, {})
    other.usable = True
    world.told("POST", at("photos"), {"kmsKeyId": other.id})
    assert not world.world.all_current(world.bucket)


@pytest.mark.parametrize(
    ("unassignable", "code"), [("key", "NotAuthorizedOrFoundKmsKey"), ("bucket", "BucketNotFound")]
)
def test_assigning_needs_permissions_on_both_keys(world: World, unassignable: str, code: str) -> None:
    world.world.settings.patch({"unassignable": unassignable})
    other = world.world.add_key("other", world.world.add_compartment("security"))
    details = {"kmsKeyId": other.id}
    for permissions in (["KEY_DISASSOCIATE"], ["KEY_ASSOCIATE"]):
        world.simulator.users.add("clerk", ["BUCKET_UPDATE", *permissions])
        assert world.refused("POST", at("photos"), details, user="clerk") == (404, code)
        assert world.bucket.kms_key_id == world.key.id
        # The key that it has is no assignment.
        world.told("POST", at("photos"), {"kmsKeyId": world.key.id, "freeformTags": {}}, user="clerk")
    # Each on the key's own compartment.
    both = ["BUCKET_UPDATE", "KEY_ASSOCIATE", "KEY_DISASSOCIATE"]
    world.simulator.users.add("clerk", both, [TENANCY])
    assert world.refused("POST", at("photos"), details, user="clerk") == (404, code)
    world.simulator.users.add("clerk", both)
    world.told("POST", at("photos"), details, user="clerk")
    world.simulator.users.add("clerk", ["BUCKET_UPDATE", "KEY_ASSOCIATE"])
    world.world.settings.patch({"disassociates": False})
    world.told("POST", at("photos"), {"kmsKeyId": world.key.id}, user="clerk")
    assert world.bucket.kms_key_id == world.key.id


def test_a_new_version_is_current_once_it_is_made() -> None:
    world = World(version_delay=5.0)
    first = world.told("GET", f"/20180608/keys/{world.key.id}").body["currentKeyVersion"]
    made = world.told("POST", f"/20180608/keys/{world.key.id}/keyVersions").body
    assert made["lifecycleState"] == "CREATING"
    assert world.told("GET", f"/20180608/keys/{world.key.id}").body["currentKeyVersion"] == first
    world.simulator.clock.advance(5)
    assert world.told("GET", f"/20180608/keys/{world.key.id}").body["currentKeyVersion"] == made["id"]
    version = world.told("GET", f"/20180608/keys/{world.key.id}/keyVersions/{made['id']}").body
    assert version["lifecycleState"] == "ENABLED"
    assert len(world.told("GET", f"/20180608/keys/{world.key.id}/keyVersions").body) == 2


def test_a_retry_token_is_remembered_for_a_day(world: World) -> None:
    path, headers = f"/20180608/keys/{world.key.id}/keyVersions", {"opc-retry-token": "one"}
    made = world.told("POST", path, headers=headers).body["id"]
    world.simulator.clock.advance(24 * 3600 - 1)
    assert world.told("POST", path, headers=headers).body["id"] == made
    world.simulator.clock.advance(1)
    assert world.told("POST", path, headers=headers).body["id"] != made


def test_compartments_at_any_depth_only_below_the_tenancy(world: World) -> None:
    outer = world.world.add_compartment("outer")
    world.world.add_compartment("inner", outer)
    path = "/20160918/compartments"
    assert [one["name"] for one in world.told("GET", path, compartmentId=TENANCY).body] == ["outer"]
    deep = world.told("GET", path, compartmentId=TENANCY, compartmentIdInSubtree="true").body
    assert [one["name"] for one in deep] == ["outer", "inner"]
    assert world.refused("GET", path, compartmentId=outer, compartmentIdInSubtree="true")[0] == 400


@pytest.mark.parametrize(
    ("permission", "method", "path"),
    [
        ("BUCKET_READ", "GET", at("photos")),
        ("BUCKET_INSPECT", "HEAD", at("photos")),
        ("BUCKET_INSPECT", "GET", "/n/examplens/b"),
        ("BUCKET_UPDATE", "POST", REENCRYPT),
        ("BUCKET_UPDATE", "POST", at("photos")),
        ("OBJECT_INSPECT", "GET", f"{at('photos')}/o"),
        ("OBJECT_READ", "GET", f"{at('photos')}/o/object-0"),
        ("OBJECT_CREATE", "PUT", f"{at('photos')}/o/new"),
        ("OBJECT_INSPECT", "GET", "/workRequests"),
        ("KEY_READ", "GET", "/20180608/keys/{key}"),
        ("KEY_INSPECT", "GET", "/20180608/keys/{key}/keyVersions"),
        ("KEY_ROTATE", "POST", "/20180608/keys/{key}/keyVersions"),
        ("KEY_UPDATE", "POST", "/20180608/keys/{key}/actions/disable"),
        ("COMPARTMENT_INSPECT", "GET", "/20160918/compartments"),
    ],
)
def test_each_operation_needs_its_permission(world: World, permission: str, method: str, path: str) -> None:
    path = path.format(key=world.key.id)
    world.simulator.users.add("able", [permission])
    world.simulator.users.add("elsewhere", [permission], [world.world.add_compartment("elsewhere")])
    world.simulator.users.add("unable", [])
    world.told(method, path, user="able", compartmentId=TENANCY)
    for user in ("elsewhere", "unable"):
        assert world.refused(method, path, user=user, compartmentId=TENANCY)[0] == 404


@pytest.mark.parametrize(
    ("kind", "status", "submissions"),
    [
        ("error_before", 503, 0),
        ("error_after", 503, 1),
        ("reset_before", None, 0),
        ("reset_after", None, 1),
        ("garbage", 200, 1),
        ("no_headers", 202, 1),
        ("delay_before", 202, 1),
        ("delay_after", 202, 1),
    ],
)
def test_faults_strike_before_or_after_the_effect(
    world: World, kind: str, status: int | None, submissions: int
) -> None:
    world.simulator.add_fault(
        {"operation": "ReencryptBucket", "kind": kind, "status": 503, "seconds": 30, "skip": 1, "bucket": "photos"}
    )
    world.world.add_bucket("other", kms_key_id=world.key.id)
    world.reencrypt("other")
    world.reencrypt()
    before = len(world.world.work_requests)
    answer = world.ask("POST", REENCRYPT)
    assert (answer.status if answer else None) == status
    assert len(world.world.work_requests) - before == submissions
    seen = world.simulator.seen[-1]
    assert (seen.status, seen.effect) == (status, submissions == 1)
    world.reencrypt()


def test_a_delay_is_before_or_after_the_effect(world: World) -> None:
    world.simulator.add_fault({"operation": "*", "kind": "delay_before", "seconds": 30})
    started = world.simulator.clock.now()
    work = world.world.work_requests[world.reencrypt()]
    assert work.time_accepted == started + 30
    world.simulator.add_fault({"operation": "*", "kind": "delay_after", "seconds": 30})
    work = world.world.work_requests[world.reencrypt()]
    assert work.time_accepted == started + 30


@pytest.mark.parametrize(("retry_after", "header"), [(-1.0, None), (2.0, "2")])
def test_throttling(retry_after: float, header: str | None) -> None:
    world = World(throttle_every=2, throttle_operations=["GetBucket"], retry_after=retry_after)
    world.told("GET", at("photos"))
    answer = world.ask("GET", at("photos"))
    assert answer is not None
    assert (answer.status, answer.headers.get("retry-after")) == (429, header)
    world.told("GET", "/n")
    world.told("GET", "/n")


@pytest.mark.parametrize(
    "fault",
    [
        {"operation": "GetBuckets", "kind": "garbage"},
        {"operation": "GetBucket", "kind": "nonsense"},
        {"operation": "GetBucket", "kind": "garbage", "times": 2},
    ],
)
def test_a_fault_that_is_none_is_refused(world: World, fault: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"no such|has no"):
        world.simulator.add_fault(fault)
