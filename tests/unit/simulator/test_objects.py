# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects: put, read, listed, copied, renamed, deleted, with versions and preconditions."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import quote

import pytest

from .helpers import World, at

OBJECTS = f"{at('photos')}/o"
NAMES = ["a b", "100%", "a%20b", "é/ü.txt", "日本", "a+b&c=d", "x/../y", "//", "?#", "'\""]


def encoded(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def put(world: World, name: str, content: bytes = b"x", **headers: str) -> Any:
    return world.told("PUT", f"{OBJECTS}/{quote(name, safe='')}", content, headers=headers)


def names(world: World, **query: str) -> list[str]:
    return [one["name"] for one in world.told("GET", OBJECTS, **query).body["objects"]]


def versions(world: World, name: str) -> list[tuple[bytes, bool]]:
    return [(one.content, one.deleted) for one in world.bucket.objects if one.name == name]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_may_be_nearly_anything(world: World, name: str) -> None:
    put(world, name, b"content")
    assert world.told("GET", f"{OBJECTS}/{quote(name, safe='')}").raw == b"content"
    assert name in names(world)
    assert name in names(world, prefix=name)
    world.told("DELETE", f"{OBJECTS}/{quote(name, safe='')}")
    assert name not in names(world)


def test_an_object_comes_back_with_what_it_was_put_with(world: World) -> None:
    headers = {"content-type": "text/plain", "cache-control": "no-cache", "opc-meta-team": "a"}
    told = put(world, "note", b"hello", **headers, **{"content-md5": encoded(b"hello")}).headers
    assert told["opc-content-md5"] == encoded(b"hello")
    got = world.told("GET", f"{OBJECTS}/note")
    head = world.told("HEAD", f"{OBJECTS}/note")
    for answer in (got, head):
        assert {name: answer.headers[name] for name in headers} == headers
        assert answer.headers["etag"] == told["etag"]
        assert answer.headers["content-md5"] == encoded(b"hello")
        assert answer.headers["last-modified"] == told["last-modified"]
    assert (got.raw, head.raw, head.headers["content-length"]) == (b"hello", None, "5")


def test_an_empty_object(world: World) -> None:
    put(world, "empty", b"")
    assert world.told("GET", f"{OBJECTS}/empty").raw == b""
    assert world.told("HEAD", f"{OBJECTS}/empty").headers["content-length"] == "0"
    assert world.told("GET", OBJECTS, prefix="empty", fields="size").body["objects"] == [{"name": "empty", "size": 0}]


@pytest.mark.parametrize("header", ["content-md5", "opc-content-sha256"])
@pytest.mark.parametrize("digest", ["x", encoded(b"other")])
def test_content_is_held_to_its_digest(world: World, header: str, digest: str) -> None:
    refused = world.refused("PUT", f"{OBJECTS}/new", b"content", headers={header: digest})
    assert refused == (400, "UnmatchedContentMD5")
    assert world.bucket.find("new") is None


@pytest.mark.parametrize(
    ("wanted", "told", "content"),
    [
        ("bytes=0-1", "bytes 0-1/6", b"ab"),
        ("bytes=4-", "bytes 4-5/6", b"ef"),
        ("bytes=4-99", "bytes 4-5/6", b"ef"),
        ("bytes=-2", "bytes 4-5/6", b"ef"),
        ("bytes=-99", "bytes 0-5/6", b"abcdef"),
    ],
)
def test_a_range(world: World, wanted: str, told: str, content: bytes) -> None:
    put(world, "letters", b"abcdef")
    answer = world.told("GET", f"{OBJECTS}/letters", headers={"range": wanted})
    assert (answer.status, answer.headers["content-range"], answer.raw) == (206, told, content)


def test_a_range_outside_is_refused_and_none_is_all(world: World) -> None:
    put(world, "letters", b"abcdef")
    put(world, "empty", b"")
    assert world.refused("GET", f"{OBJECTS}/letters", headers={"range": "bytes=6-"}) == (416, "InvalidRange")
    assert world.refused("GET", f"{OBJECTS}/empty", headers={"range": "bytes=0-0"}) == (416, "InvalidRange")
    assert world.told("GET", f"{OBJECTS}/letters", headers={"range": "lines=1"}).status == 200


def test_preconditions_of_objects(world: World) -> None:
    path = f"{OBJECTS}/note"
    assert world.refused("PUT", path, b"x", headers={"if-match": "*"}) == (412, "IfMatchFailed")
    etag = put(world, "note", b"one", **{"if-none-match": "*"}).headers["etag"]
    assert world.refused("PUT", path, b"x", headers={"if-none-match": "*"}) == (412, "IfNoneMatchFailed")
    assert world.refused("PUT", path, b"x", headers={"if-none-match": etag}) == (400, "InvalidParameter")
    newer = put(world, "note", b"two", **{"if-match": etag}).headers["etag"]
    for method in ("PUT", "GET", "HEAD", "DELETE"):
        assert world.refused(method, path, b"x", headers={"if-match": etag}) == (412, "IfMatchFailed")
    for method in ("GET", "HEAD"):
        world.told(method, path, headers={"if-match": newer})
        answer = world.ask(method, path, headers={"if-none-match": newer})
        assert answer is not None
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, None, newer)
        world.told(method, path, headers={"if-none-match": etag})
    world.told("DELETE", path, headers={"if-match": newer})
    assert world.refused("DELETE", path) == (404, "ObjectNotFound")


def test_preconditions_of_buckets(world: World) -> None:
    etag = world.told("GET", at("photos")).headers["etag"]
    world.told("POST", at("photos"), {"freeformTags": {}}, headers={"if-match": etag})
    for method in ("GET", "HEAD", "DELETE", "POST"):
        assert world.refused(method, at("photos"), headers={"if-match": etag}) == (412, "IfMatchFailed")
    newer = world.told("HEAD", at("photos")).headers["etag"]
    for method in ("GET", "HEAD"):
        answer = world.ask(method, at("photos"), headers={"if-none-match": newer})
        assert answer is not None
        assert answer.status == 304


def test_a_list_is_narrowed(world: World) -> None:
    world.world.add_bucket("tree")
    for name in ("a", "b/1", "b/2", "b/c/3", "d/4", "e"):
        world.told("PUT", f"{at('tree')}/o/{quote(name, safe='')}", b"xy")
    path = f"{at('tree')}/o"

    def listed(**query: str) -> tuple[list[str], list[str], str | None]:
        body = world.told("GET", path, **query).body
        return [one["name"] for one in body["objects"]], body["prefixes"], body.get("nextStartWith")

    assert listed(prefix="b/") == (["b/1", "b/2", "b/c/3"], [], None)
    assert listed(prefix="none") == ([], [], None)
    assert listed(delimiter="/") == (["a", "e"], ["b/", "d/"], None)
    assert listed(delimiter="/", prefix="b/") == (["b/1", "b/2"], ["b/c/"], None)
    assert listed(delimiter="/", prefix="b") == ([], ["b/"], None)
    assert listed(start="b/2", end="d/4") == (["b/2", "b/c/3"], [], None)
    assert listed(startAfter="b/2", end="e") == (["b/c/3", "d/4"], [], None)
    assert listed(delimiter="/", limit="2") == (["a"], ["b/"], "d/")
    assert listed(delimiter="/", limit="2", start="d/") == (["e"], ["d/"], None)
    assert world.refused("GET", path, delimiter="-") == (400, "InvalidParameter")
    assert world.refused("GET", path, fields="name,colour") == (400, "InvalidParameter")
    assert world.refused("GET", path, start="a", startAfter="a") == (400, "InvalidParameter")
    fields = "name,size,etag,md5,timeCreated,timeModified,storageTier"
    found = world.told("GET", path, fields=fields, limit="1").body["objects"][0]
    assert set(found) == set(fields.split(","))
    assert (found["size"], found["md5"]) == (2, encoded(b"xy"))
    assert world.told("GET", path, limit="1").body["objects"] == [{"name": "a"}]


@pytest.mark.parametrize("limit", ["1", "2", "3", "4"])
def test_versions_are_listed_newest_first_in_pages_that_lose_none(world: World, limit: str) -> None:
    world.told("POST", at("photos"), {"versioning": "Enabled"})
    for content in (b"one", b"two", b"three"):
        put(world, "object-1", content)
    put(world, "b/1")
    found: list[str] = []
    query = {"limit": limit}
    while True:
        answer = world.told("GET", f"{at('photos')}/objectversions", **query)
        assert len(answer.body["items"]) <= int(limit)
        found += [one["versionId"] for one in answer.body["items"]]
        # What comes in between does not shift the rest.
        put(world, "a")
        if "opc-next-page" not in answer.headers:
            break
        query["page"] = answer.headers["opc-next-page"]
    assert len(set(found)) == len(found)
    stored = [one for one in world.bucket.objects if one.name == "object-1"]
    assert [one for one in found if one in {two.version_id for two in stored}] == [
        one.version_id for one in reversed(stored)
    ]
    assert {one.version_id for one in world.bucket.objects if one.name != "a"} <= set(found)


def test_versions_are_listed_by_prefix_and_directory(world: World) -> None:
    put(world, "b/1")
    path = f"{at('photos')}/objectversions"
    body = world.told("GET", path, delimiter="/", limit="1").body
    assert (body["items"], body["prefixes"]) == ([], ["b/"])
    page = world.told("GET", path, delimiter="/", limit="1").headers["opc-next-page"]
    rest = world.told("GET", path, delimiter="/", page=page).body
    assert ([one["name"] for one in rest["items"]], rest["prefixes"]) == ([f"object-{n}" for n in range(4)], [])
    assert [one["name"] for one in world.told("GET", path, prefix="b").body["items"]] == ["b/1"]
    assert world.refused("GET", path, page="nonsense!") == (400, "InvalidParameter")


@pytest.mark.parametrize("state", ["Suspended", "Disabled"])
def test_no_version_is_destroyed_once_it_is_one(world: World, state: str) -> None:
    put(world, "note", b"before")
    world.told("POST", at("photos"), {"versioning": "Enabled"})
    put(world, "note", b"one")
    world.told("POST", at("photos"), {"versioning": state})
    put(world, "note", b"two")
    put(world, "note", b"three")
    assert versions(world, "note") == [(b"before", False), (b"one", False), (b"three", False)]
    world.told("DELETE", f"{OBJECTS}/note")
    assert versions(world, "note") == [(b"before", False), (b"one", False), (b"", True)]
    assert world.refused("GET", f"{OBJECTS}/note") == (404, "ObjectNotFound")


def test_a_version_is_read_and_deleted_by_its_id(world: World) -> None:
    world.told("POST", at("photos"), {"versioning": "Enabled"})
    path = f"{OBJECTS}/note"
    first, second = (put(world, "note", content).headers["version-id"] for content in (b"one", b"two"))
    assert world.told("GET", path, versionId=first).raw == b"one"
    assert world.told("HEAD", path, versionId=first).headers["version-id"] == first
    gone = world.told("DELETE", path, versionId=second)
    assert (gone.headers["version-id"], gone.headers["is-delete-marker"]) == (second, "false")
    assert world.told("GET", path).raw == b"one"
    marker = world.told("DELETE", path).headers["version-id"]
    assert versions(world, "note") == [(b"one", False), (b"", True)]
    assert world.refused("GET", path, versionId=marker) == (404, "ObjectNotFound")
    assert world.told("DELETE", path, versionId=marker).headers["is-delete-marker"] == "true"
    assert world.told("GET", path).raw == b"one"
    assert world.refused("DELETE", path, versionId=marker) == (404, "ObjectNotFound")
    world.simulator.users.add("clerk", ["OBJECT_DELETE"])
    assert world.refused("DELETE", path, versionId=first, user="clerk")[0] == 404
    world.told("DELETE", path, user="clerk")


def test_an_object_is_renamed_with_its_data_key(world: World) -> None:
    old = world.bucket.objects[0]
    wrapped = old.wrapped
    details = {"sourceName": "object-0", "newName": "é b", "srcObjIfMatchETag": old.etag}
    path = f"{at('photos')}/actions/renameObject"
    assert world.refused("POST", path, {**details, "srcObjIfMatchETag": "x"}) == (412, "IfMatchFailed")
    none = {"newObjIfNoneMatchETag": "*"}
    refused = world.refused("POST", path, {**details, **none, "newName": "object-1"})
    assert refused == (412, "IfNoneMatchFailed")
    told = world.told("POST", path, {**details, **none}).headers
    assert "object-0" not in names(world)
    stored = world.bucket.find("é b")
    assert stored is not None
    assert (stored.wrapped, stored.etag) == (wrapped, told["etag"])
    assert world.refused("POST", path, details) == (404, "ObjectNotFound")
    assert len(world.bucket.objects) == 4


def test_a_rename_leaves_older_versions(world: World) -> None:
    world.told("POST", at("photos"), {"versioning": "Enabled"})
    put(world, "object-0", b"new")
    details = {"sourceName": "object-0", "newName": "moved"}
    world.told("POST", f"{at('photos')}/actions/renameObject", details)
    assert versions(world, "object-0") == [(b"x", False), (b"", True)]
    assert versions(world, "moved") == [(b"new", False)]


def test_one_object_is_reencrypted_at_once(world: World) -> None:
    world.world.rotate(world.key.id)
    world.told("POST", f"{at('photos')}/actions/reencrypt/object-0", {})
    assert world.current() == 1
    assert world.refused("POST", f"{at('photos')}/actions/reencrypt/none", {}) == (404, "ObjectNotFound")
    assert world.refused("POST", f"{at('photos')}/actions/reencrypt/object-0", {"kmsKeyId": "x"})[0] == 501


@pytest.mark.parametrize("header", ["opc-sse-customer-key", "opc-sse-kms-key-id"])
def test_encryption_that_is_not_the_buckets_is_not_taken_for_granted(world: World, header: str) -> None:
    assert world.refused("PUT", f"{OBJECTS}/new", b"x", headers={header: "x"}) == (501, "NotImplemented")
    assert world.refused("GET", f"{OBJECTS}/object-0", headers={header: "x"}) == (501, "NotImplemented")
    assert world.refused("POST", f"{at('photos')}/u", {"object": "x"}, headers={header: "x"})[0] == 501


def test_an_archived_object_is_told_of_but_not_read(world: World) -> None:
    put(world, "old", b"x", **{"storage-tier": "Archive"})
    path = f"{OBJECTS}/old"
    assert world.refused("GET", path) == (409, "NotRestored")
    details = {"sourceObjectName": "old", "destinationObjectName": "new", "destinationRegion": "us-ashburn-1"}
    details |= {"destinationNamespace": "examplens", "destinationBucket": "photos"}
    assert world.refused("POST", f"{at('photos')}/actions/copyObject", details) == (409, "NotRestored")
    assert world.told("HEAD", path).headers["archival-state"] == "Archived"
    listed = world.told("GET", OBJECTS, prefix="o", fields="storageTier,archivalState").body["objects"]
    assert [(one["storageTier"], one["archivalState"]) for one in listed] == [("Standard", None)] * 4 + [
        ("Archive", "Archived")
    ]
    assert world.refused("PUT", f"{OBJECTS}/x", b"", headers={"storage-tier": "Warm"}) == (400, "InvalidParameter")


def test_an_objects_tier_is_its_buckets_unless_it_says_so(world: World) -> None:
    world.world.put_objects(world.world.add_bucket("old", storage_tier="Archive"), 1)
    listed = world.told("GET", f"{at('old')}/o", fields="storageTier").body["objects"]
    assert [one["storageTier"] for one in listed] == ["Archive"]


def test_a_reader_may_ask_for_other_headers(world: World) -> None:
    asked = {"httpResponseContentType": "text/csv", "httpResponseContentDisposition": "inline"}
    headers = world.told("GET", f"{OBJECTS}/object-0", **asked).headers
    assert (headers["content-type"], headers["content-disposition"]) == ("text/csv", "inline")
