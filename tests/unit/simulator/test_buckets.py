# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a bucket is made with, its intermediate key, copies between buckets, and buckets that are read-only."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.world import TENANCY

from .helpers import World, at

DETAILS: dict[str, Any] = {
    "metadata": {"team": "a"},
    "publicAccessType": "ObjectRead",
    "autoTiering": "InfrequentAccess",
    "objectEventsEnabled": True,
    "versioning": "Enabled",
    "isBucketKeyEnabled": True,
    "freeformTags": {"a": "b"},
    "definedTags": {"n": {"k": "v"}},
}
TARGET = {"destinationRegion": "us-ashburn-1", "destinationNamespace": "examplens", "destinationBucket": "copies"}


def keyed(world: World) -> Any:
    """A bucket with an intermediate key."""
    return world.world.add_bucket("keyed", kms_key_id=world.key.id, bucket_key_enabled=True)


def put(world: World, name: str = "new", bucket: str = "keyed") -> None:
    world.told("PUT", f"{at(bucket)}/o/{name}", b"x")


def reencrypted(world: World, bucket: str, **query: str) -> None:
    world.told("POST", f"{at(bucket)}/actions/reencrypt", **query)
    world.simulator.clock.advance(10)


def copy(world: World, source: str = "object-0", target: str = "copy", **more: Any) -> str:
    details = {"sourceObjectName": source, "destinationObjectName": target, **TARGET, **more}
    return world.told("POST", f"{at('photos')}/actions/copyObject", details).headers["opc-work-request-id"]


def test_a_bucket_keeps_what_it_is_made_with(world: World) -> None:
    world.world.define_tags(DETAILS["definedTags"])
    details = {"name": "new", "compartmentId": TENANCY, "kmsKeyId": world.key.id, "storageTier": "Archive", **DETAILS}
    for body in (
        world.told("POST", "/n/examplens/b", details).body,
        world.told("GET", at("new"), fields="autoTiering").body,
    ):
        assert {name: body[name] for name in details} == details
    assert world.told("GET", at("new")).body["autoTiering"] is None


def test_an_update_changes_what_it_names_and_nothing_else(world: World) -> None:
    world.world.define_tags(DETAILS["definedTags"])
    before = world.told("GET", at("photos"), fields="autoTiering").body
    for name, value in DETAILS.items():
        after = world.told("POST", at("photos"), {name: value}).body
        assert {field for field in after if after[field] != before[field]} == {name, "etag"}
        before = after
    assert {name: before[name] for name in DETAILS} == DETAILS


@pytest.mark.parametrize(
    "details",
    [
        {"versioning": "On"},
        {"publicAccessType": "All"},
        {"metadata": "text"},
        {"isBucketKeyEnabled": "yes"},
        {"colour": "red"},
        {"name": "other"},
        {"freeformTags": []},
    ],
)
def test_an_update_that_is_none_changes_nothing(world: World, details: dict[str, Any]) -> None:
    before = world.told("GET", at("photos")).body
    refused = world.refused("POST", at("photos"), {**details, "kmsKeyId": "", "objectEventsEnabled": True})
    assert refused == (400, "InvalidParameter")
    assert world.told("GET", at("photos")).body == before


def test_an_intermediate_key_stays_old_until_it_is_reencrypted(world: World) -> None:
    bucket = keyed(world)
    put(world)
    assert world.world.all_current(bucket)
    world.world.rotate(world.key.id)
    put(world, "later")
    assert [stored.key_version for stored in bucket.objects] == [world.key.versions[0]] * 2
    reencrypted(world, "keyed", isReencryptBucketKeyOnly="true")
    put(world, "last")
    assert [stored.key_version is world.key.versions[1] for stored in bucket.objects] == [False, False, True]
    reencrypted(world, "keyed")
    assert world.world.all_current(bucket)


def test_a_bucket_key_comes_and_goes_by_an_update(world: World) -> None:
    bucket = keyed(world)
    world.world.rotate(world.key.id)
    world.told("POST", at("keyed"), {"isBucketKeyEnabled": False})
    put(world, "direct")
    world.told("POST", at("keyed"), {"isBucketKeyEnabled": True})
    world.world.rotate(world.key.id)
    put(world, "indirect")
    assert [stored.key_version for stored in bucket.objects] == [world.key.versions[1]] * 2
    # The same again makes no new one, another key does.
    world.told("POST", at("keyed"), {"isBucketKeyEnabled": True, "kmsKeyId": world.key.id})
    assert bucket.bucket_key_version is world.key.versions[1]
    other = world.world.add_key("other")
    world.told("POST", at("keyed"), {"kmsKeyId": other.id})
    assert bucket.bucket_key_version is other.versions[0]
    world.told("POST", at("keyed"), {"kmsKeyId": ""})
    assert bucket.bucket_key_version is None


@pytest.mark.parametrize(("renewed", "current"), [("start", True), ("end", False)])
def test_what_is_put_while_a_reencryption_runs(renewed: str, current: bool) -> None:
    world = World(bucket_key_renewed=renewed)
    bucket = keyed(world)
    world.world.put_objects(bucket, 2)
    world.world.rotate(world.key.id)
    world.told("POST", f"{at('keyed')}/actions/reencrypt")
    world.simulator.clock.advance(5)
    put(world)
    world.simulator.clock.advance(5)
    assert world.world.all_current(bucket) == current
    assert bucket.bucket_key_version is world.key.versions[1]


def test_a_copy_is_a_work_request(world: World) -> None:
    world.world.settings.patch({"copy_seconds": 10.0})
    target = world.world.add_bucket("copies")
    world.told(
        "PUT", f"{at('photos')}/o/note", b"content", headers={"opc-meta-team": "a", "content-type": "text/plain"}
    )
    work = copy(world, "note", "é b")
    assert world.work(work)["operationType"] == "COPY_OBJECT"
    assert world.refused("GET", f"{at('copies')}/o/%C3%A9%20b") == (404, "ObjectNotFound")
    assert [one["operationType"] for one in world.works().body] == ["COPY_OBJECT"]
    world.simulator.clock.advance(10)
    answer = world.told("GET", f"{at('copies')}/o/%C3%A9%20b")
    assert (answer.raw, answer.headers["opc-meta-team"], answer.headers["content-type"]) == (
        b"content",
        "a",
        "text/plain",
    )
    assert world.work(work)["status"] == "COMPLETED"
    assert len(target.objects) == 1
    again = copy(world, "note", "two", destinationObjectMetadata={"x": "y"})
    world.simulator.clock.advance(10)
    headers = world.told("HEAD", f"{at('copies')}/o/two").headers
    assert (headers["opc-meta-x"], "opc-meta-team" in headers) == ("y", False)
    assert world.work(again)["status"] == "COMPLETED"


def test_a_copy_is_no_reencryption(world: World) -> None:
    world.world.settings.patch({"copy_seconds": 10.0, "two_at_once": "conflict"})
    world.told("POST", at("photos"), {"versioning": "Enabled"})
    copy(world, destinationBucket="photos")
    assert world.world.running("photos") == []
    world.reencrypt()


@pytest.mark.parametrize(("copy_version", "current"), [("accepted", False), ("ended", True)])
def test_a_copy_that_straddles_a_rotation(copy_version: str, current: bool) -> None:
    world = World(copy_version=copy_version, copy_seconds=20.0)
    target = world.world.add_bucket("copies", kms_key_id=world.key.id)
    copy(world)
    world.world.rotate(world.key.id)
    reencrypted(world, "copies")
    world.simulator.clock.advance(10)
    assert world.world.all_current(target) == current
    assert len(target.objects) == 1


def test_a_copy_that_cannot_be_made_fails(world: World) -> None:
    world.world.settings.patch({"copy_seconds": 10.0})
    target = world.world.add_bucket("copies")
    work = copy(world, destinationObjectIfNoneMatchETag="*")
    world.told("PUT", f"{at('copies')}/o/copy", b"in between")
    world.simulator.clock.advance(10)
    assert world.work(work)["status"] == "FAILED"
    assert world.told("GET", f"/workRequests/{work}/errors").body[0]["code"] == "CopyFailed"
    assert [stored.content for stored in target.objects] == [b"in between"]


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"sourceObjectName": "none"}, (404, "ObjectNotFound")),
        ({"destinationBucket": "none"}, (404, "BucketNotFound")),
        ({"destinationNamespace": "none"}, (404, "NamespaceNotFound")),
        ({"destinationRegion": "eu-none-1"}, (400, "InvalidParameter")),
        ({"destinationRegion": None}, (400, "InvalidParameter")),
        ({"destinationObjectName": ""}, (400, "InvalidObjectName")),
        ({"sourceObjectIfMatchETag": "x"}, (412, "IfMatchFailed")),
        ({"destinationObjectIfMatchETag": "x"}, (412, "IfMatchFailed")),
    ],
)
def test_a_copy_that_is_none(world: World, wrong: dict[str, Any], refusal: tuple[int, str]) -> None:
    world.world.add_bucket("copies")
    details = {"sourceObjectName": "object-0", "destinationObjectName": "copy", **TARGET, **wrong}
    assert world.refused("POST", f"{at('photos')}/actions/copyObject", details) == refusal
    assert world.world.work_requests == {}


def test_a_read_only_bucket_takes_no_objects(world: World) -> None:
    upload = world.told("POST", f"{at('photos')}/u", {"object": "big"}).body["uploadId"]
    world.bucket.read_only = True
    world.world.add_bucket("copies")
    assert world.told("GET", at("photos")).body["isReadOnly"]
    object_0 = f"{at('photos')}/o/object-0"
    target = {"sourceObjectName": "object-0", "destinationObjectName": "copy", **TARGET, "destinationBucket": "photos"}
    rename = {"sourceName": "object-0", "newName": "new"}
    for method, path, body in (
        ("PUT", object_0, b"x"),
        ("DELETE", object_0, None),
        ("POST", f"{at('photos')}/actions/renameObject", rename),
        ("POST", f"{at('photos')}/actions/copyObject", target),
        ("POST", f"{at('photos')}/actions/reencrypt/object-0", {}),
        ("POST", f"{at('photos')}/u", {"object": "new"}),
        ("PUT", f"{at('photos')}/u/big", b"x"),
        ("POST", f"{at('photos')}/u/big", {}),
        ("DELETE", f"{at('photos')}/u/big", None),
    ):
        refused = world.refused(method, path, body, uploadId=upload, uploadPartNum="1")
        assert refused == (409, "IncorrectState"), (method, path)
    world.told("GET", object_0)
    copy(world)
    world.told("POST", f"{at('photos')}/actions/makeBucketWritable")
    world.told("PUT", object_0, b"x")


@pytest.mark.parametrize(
    ("permissions", "method", "path", "body"),
    [
        (("OBJECT_OVERWRITE",), "PUT", "/o/object-0", b"x"),
        (("OBJECT_DELETE",), "DELETE", "/o/object-0", None),
        (("OBJECT_INSPECT",), "HEAD", "/o/object-0", None),
        (("OBJECT_READ",), "HEAD", "/o/object-0", None),
        (("OBJECT_INSPECT",), "GET", "/objectversions", None),
        (("OBJECT_CREATE", "OBJECT_OVERWRITE"), "POST", "/actions/renameObject", "rename"),
        (("OBJECT_READ", "OBJECT_INSPECT", "OBJECT_CREATE", "OBJECT_OVERWRITE"), "POST", "/actions/copyObject", "copy"),
        (("OBJECT_READ", "OBJECT_OVERWRITE"), "POST", "/actions/reencrypt/object-0", {}),
        (("BUCKET_UPDATE",), "POST", "/actions/makeBucketWritable", None),
    ],
)
def test_each_operation_of_objects_needs_all_of_its_permissions(
    world: World, permissions: tuple[str, ...], method: str, path: str, body: Any
) -> None:
    world.world.add_bucket("copies")
    bodies = {
        "rename": {"sourceName": "object-0", "newName": "new"},
        "copy": {"sourceObjectName": "object-0", "destinationObjectName": "copy", **TARGET},
    }
    body = bodies[body] if isinstance(body, str) else body
    for left_out in permissions:
        world.simulator.users.add("unable", [one for one in permissions if one != left_out])
        assert world.refused(method, at("photos") + path, body, user="unable")[0] == 404
    world.simulator.users.add("able", permissions)
    world.told(method, at("photos") + path, body, user="able")


@pytest.mark.parametrize(
    ("unassignable", "code"), [("key", "NotAuthorizedOrFoundKmsKey"), ("bucket", "BucketNotFound")]
)
def test_a_bucket_is_made_with_a_key_that_its_maker_may_assign(unassignable: str, code: str) -> None:
    world = World(unassignable=unassignable)
    details = {"name": "new", "compartmentId": TENANCY, "kmsKeyId": world.key.id}
    world.simulator.users.add("clerk", ["BUCKET_CREATE"])
    assert world.refused("POST", "/n/examplens/b", details, user="clerk") == (404, code)
    world.simulator.users.add("clerk", ["BUCKET_CREATE", "KEY_ASSOCIATE"])
    world.told("POST", "/n/examplens/b", details, user="clerk")
