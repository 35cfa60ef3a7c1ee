# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Multipart uploads, and which key version wraps what they become."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from tests.simulator.control import Control

from .helpers import World, at

UPLOADS = f"{at('photos')}/u"


def md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def encoded(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def begin(world: World, name: str = "big", **more: Any) -> str:
    upload_id = world.told("POST", UPLOADS, {"object": name, **more}).body["uploadId"]
    assert isinstance(upload_id, str)
    return upload_id


def send(world: World, upload: str, number: int, content: bytes = b"x", name: str = "big") -> dict[str, Any]:
    answer = world.told("PUT", f"{UPLOADS}/{name}", content, uploadId=upload, uploadPartNum=str(number))
    assert answer.headers["opc-content-md5"] == encoded(md5(content))
    return {"partNum": number, "etag": answer.headers["etag"]}


def committed(world: World, upload: str, *parts: dict[str, Any], exclude: tuple[int, ...] = ()) -> Any:
    details = {"partsToCommit": list(parts), "partsToExclude": list(exclude)}
    return world.told("POST", f"{UPLOADS}/big", details, uploadId=upload)


def test_an_upload_becomes_an_object_in_the_order_of_its_parts(world: World) -> None:
    upload = begin(world, "big", contentType="text/plain", metadata={"team": "a"})
    second, first = send(world, upload, 2, b"two"), send(world, upload, 1, b"one")
    left_out = send(world, upload, 7, b"seven")
    assert world.bucket.find("big") is None
    listed = world.told("GET", f"{UPLOADS}/big", uploadId=upload, limit="2")
    assert [(part["partNumber"], part["size"], part["md5"]) for part in listed.body] == [
        (1, 3, encoded(md5(b"one"))),
        (2, 3, encoded(md5(b"two"))),
    ]
    rest = world.told("GET", f"{UPLOADS}/big", uploadId=upload, page=listed.headers["opc-next-page"])
    assert [part["etag"] for part in rest.body] == [left_out["etag"]]
    answer = committed(world, upload, second, first, exclude=(7,))
    assert answer.headers["opc-multipart-md5"] == encoded(md5(md5(b"one") + md5(b"two"))) + "-2"
    assert world.told("GET", f"{at('photos')}/o/big").raw == b"onetwo"
    assert world.bucket.uploads == {}
    assert world.refused("GET", f"{UPLOADS}/big", uploadId=upload) == (404, "NoSuchUpload")


def test_a_part_that_is_sent_again_replaces_the_first(world: World) -> None:
    upload = begin(world)
    stale, new = send(world, upload, 1, b"one"), send(world, upload, 1, b"uno")
    details = {"partsToCommit": [stale]}
    assert world.refused("POST", f"{UPLOADS}/big", details, uploadId=upload) == (400, "InvalidUploadPart")
    committed(world, upload, new)
    assert world.told("GET", f"{at('photos')}/o/big").raw == b"uno"


@pytest.mark.parametrize(
    ("wanted", "excluded"),
    [
        ([], []),
        (None, []),
        ([1], []),
        ([1, 1], [2]),
        ([1, 2], [2]),
        ([3], [1, 2]),
        ([True], [1, 2]),
        ("12", []),
    ],
)
def test_each_part_is_committed_or_excluded(world: World, wanted: Any, excluded: list[int]) -> None:
    upload = begin(world)
    etags = {number: send(world, upload, number)["etag"] for number in (1, 2)}
    if isinstance(wanted, list):
        wanted = [{"partNum": number, "etag": etags.get(number, "x")} for number in wanted]
    details = {"partsToCommit": wanted, "partsToExclude": excluded}
    assert world.refused("POST", f"{UPLOADS}/big", details, uploadId=upload)[0] == 400
    assert list(world.bucket.uploads) == [upload]


@pytest.mark.parametrize("number", ["0", "10001", "-1", "one", ""])
def test_a_part_has_a_number(world: World, number: str) -> None:
    upload = begin(world)
    refused = world.refused("PUT", f"{UPLOADS}/big", b"x", uploadId=upload, uploadPartNum=number)
    assert refused == (400, "InvalidParameter")


def test_a_part_is_held_to_its_digest(world: World) -> None:
    upload = begin(world)
    headers = {"content-md5": encoded(md5(b"y"))}
    query = {"uploadId": upload, "uploadPartNum": "1"}
    refused = world.refused("PUT", f"{UPLOADS}/big", b"x", headers=headers, **query)
    assert refused == (400, "UnmatchedContentMD5")
    world.told("PUT", f"{UPLOADS}/big", b"y", headers=headers, **query)


def test_an_upload_belongs_to_its_object(world: World) -> None:
    upload = begin(world)
    for method in ("GET", "PUT", "DELETE"):
        query = {"uploadId": upload, "uploadPartNum": "1"}
        assert world.refused(method, f"{UPLOADS}/other", b"x", **query) == (404, "NoSuchUpload")
    world.told("DELETE", f"{UPLOADS}/big", uploadId=upload)
    assert world.refused("DELETE", f"{UPLOADS}/big", uploadId=upload) == (404, "NoSuchUpload")
    assert world.refused("POST", UPLOADS, {"object": ""}) == (400, "InvalidObjectName")


def test_uploads_are_listed_by_pages_with_the_time_of_their_beginning(world: World) -> None:
    started = world.simulator.clock.now()
    for _number in range(5):
        begin(world)
        world.simulator.clock.advance(60)
    found: dict[str, str] = {}
    query = {"limit": "2"}
    while True:
        answer = world.told("GET", UPLOADS, **query)
        assert len(answer.body) <= 2
        found.update({one["uploadId"]: one["timeCreated"] for one in answer.body})
        if "opc-next-page" not in answer.headers:
            break
        query["page"] = answer.headers["opc-next-page"]
    assert set(found) == set(world.bucket.uploads)
    assert len(set(found.values())) == 5
    assert min(one.time_created for one in world.bucket.uploads.values()) == started


def test_preconditions_are_about_the_object_that_is_there(world: World) -> None:
    none = {"if-none-match": "*"}
    assert world.refused("POST", UPLOADS, {"object": "object-0"}, headers=none) == (412, "IfNoneMatchFailed")
    upload = begin(world)
    part = send(world, upload, 1)
    query = {"uploadId": upload, "uploadPartNum": "1"}
    assert world.refused("PUT", f"{UPLOADS}/big", b"y", headers=none, **query) == (412, "IfNoneMatchFailed")
    world.told("PUT", f"{at('photos')}/o/big", b"in between")
    details = {"partsToCommit": [part]}
    refused = world.refused("POST", f"{UPLOADS}/big", details, headers=none, uploadId=upload)
    assert refused == (412, "IfNoneMatchFailed")
    refused = world.refused("POST", f"{UPLOADS}/big", details, headers={"if-match": "other"}, uploadId=upload)
    assert refused == (412, "IfMatchFailed")
    etag = world.told("GET", f"{at('photos')}/o/big").headers["etag"]
    world.told("POST", f"{UPLOADS}/big", details, headers={"if-match": etag}, uploadId=upload)


@pytest.mark.parametrize("upload_version", ["creation", "part", "commit"])
@pytest.mark.parametrize("before", ["creation", "part", "commit", "the end"])
def test_which_version_wraps_an_upload_that_straddles_a_rotation(upload_version: str, before: str) -> None:
    world = World(upload_version=upload_version)

    def reached(step: str) -> None:
        """Rotate before this step, and re-encrypt what is there, which an open upload is not."""
        if step == before:
            world.world.rotate(world.key.id)
            world.reencrypt()
            world.simulator.clock.advance(10)

    reached("creation")
    upload = begin(world)
    reached("part")
    part = send(world, upload, 1)
    reached("commit")
    committed(world, upload, part)
    steps = ["creation", "part", "commit"]
    current = before == "the end" or steps.index(before) <= steps.index(upload_version)
    assert world.world.all_current(world.bucket) == current
    reached("the end")
    world.reencrypt()
    world.simulator.clock.advance(10)
    assert world.world.all_current(world.bucket)


def test_one_old_part_makes_an_object_old() -> None:
    world = World(upload_version="part")
    upload = begin(world)
    old = send(world, upload, 2)
    world.world.rotate(world.key.id)
    committed(world, upload, send(world, upload, 1), old)
    stored = world.bucket.find("big")
    assert stored is not None
    assert stored.key_version is world.key.versions[0]


@pytest.mark.parametrize("upload_version", ["creation", "part", "commit"])
def test_a_disabled_key_stops_uploads(upload_version: str) -> None:
    world = World(upload_version=upload_version)
    upload = begin(world)
    part = send(world, upload, 1)
    world.told("POST", f"/20180608/keys/{world.key.id}/actions/disable")
    assert world.refused("POST", UPLOADS, {"object": "other"})[0] >= 400
    assert world.refused("PUT", f"{UPLOADS}/big", b"x", uploadId=upload, uploadPartNum="2")[0] >= 400
    assert world.refused("POST", f"{UPLOADS}/big", {"partsToCommit": [part]}, uploadId=upload)[0] >= 400


@pytest.mark.parametrize(
    ("permissions", "method", "path", "body"),
    [
        (("OBJECT_CREATE", "OBJECT_OVERWRITE"), "POST", "", {"object": "new"}),
        (("OBJECT_CREATE", "OBJECT_OVERWRITE"), "PUT", "/big", b"x"),
        (("OBJECT_CREATE", "OBJECT_OVERWRITE"), "POST", "/big", {}),
        (("BUCKET_READ",), "GET", "", None),
        (("OBJECT_INSPECT",), "GET", "/big", None),
        (("OBJECT_DELETE",), "DELETE", "/big", None),
    ],
)
def test_each_operation_needs_all_of_its_permissions(
    world: World, permissions: tuple[str, ...], method: str, path: str, body: Any
) -> None:
    upload = begin(world)
    part = send(world, upload, 1)
    body = {"partsToCommit": [part]} if body == {} else body
    query = {"uploadId": upload, "uploadPartNum": "1"}
    for left_out in permissions:
        world.simulator.users.add("unable", [one for one in permissions if one != left_out])
        assert world.refused(method, UPLOADS + path, body, user="unable", **query) == (404, "BucketNotFound")
    world.simulator.users.add("able", permissions)
    world.told(method, UPLOADS + path, body, user="able", **query)


def test_a_bucket_with_an_open_upload_is_not_empty(world: World) -> None:
    world.world.add_bucket("new")
    upload = world.told("POST", f"{at('new')}/u", {"object": "big"}).body["uploadId"]
    assert world.refused("DELETE", at("new")) == (409, "BucketNotEmpty")
    world.told("DELETE", f"{at('new')}/u/big", uploadId=upload)
    world.told("DELETE", at("new"))


def test_a_foreign_hand_begins_commits_and_aborts(world: World) -> None:
    control = Control(world.simulator, {}, lambda: None)

    def bucket(**given: Any) -> Any:
        status, told = control.answer("POST", "bucket", {"bucket": "photos", **given})
        assert status == 200, told
        return told

    begun = bucket(begin_upload=["a", "b", "c"], upload_part=["a"])
    assert set(begun["uploads"]) == {"a", "b", "c"}
    assert [(one["object"], one["parts"]) for one in begun["open_uploads"]] == [("a", 1), ("b", 0), ("c", 0)]
    left = bucket(commit_upload=["a", begun["uploads"]["b"]], abort_upload=["c"])
    assert (left["open_uploads"], left["objects"]) == ([], 6)
    assert control.answer("POST", "bucket", {"bucket": "photos", "abort_upload": ["c"]})[0] == 400
    world_with_one = {"buckets": [{"name": "more", "uploads": ["d"]}]}
    assert control.answer("POST", "world", world_with_one)[0] == 200
    told = control.answer("GET", "truth", {"bucket": "more"})[1]["buckets"]["more"]["open_uploads"]
    assert [one["object"] for one in told] == ["d"]
