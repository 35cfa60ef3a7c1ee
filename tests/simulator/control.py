# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control endpoints: a method, a path and a document in, a document out. No sockets. See README.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import multipart, object_changes
from .dispatch import Simulator
from .keys import ORIGINS, STATES, Key
from .loading import (
    COMPARTMENT_STATES,
    VERSIONING,
    BadWorld,
    add_user,
    fields_of,
    find_bucket,
    find_compartment,
    find_key,
    find_region,
    find_upload,
    load,
    one_of,
)
from .storage import Bucket
from .truth import PARTS, bucket_truth, truth
from .world import TENANCY, World

STRANGER = "stranger"


class Control:
    """Over one simulator. ``introduction`` is what a start has told; ``on_users`` is called when users have come or gone."""

    def __init__(self, simulator: Simulator, introduction: dict[str, Any], on_users: Callable[[], None]) -> None:
        self._simulator = simulator
        self._introduction = introduction
        self._on_users = on_users
        simulator.hand = self._foreign_hand
        self._actions: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", ""): lambda _query: self._introduction,
            ("POST", "reset"): self._reset,
            ("POST", "world"): self._load,
            ("GET", "settings"): lambda _query: self._simulator.world.settings.as_json(),
            ("POST", "settings"): self._settings,
            ("PATCH", "settings"): self._settings,
            ("GET", "faults"): lambda _query: self._faults(),
            ("POST", "faults"): self._inject,
            ("DELETE", "faults"): self._clear,
            ("POST", "advance"): self._advance,
            ("POST", "rotate"): self._rotate,
            ("POST", "key"): self._key,
            ("POST", "bucket"): self._bucket,
            ("POST", "user"): self._user,
            ("POST", "stream"): self._stream,
            ("POST", "compartment"): self._compartment,
            ("POST", "tag_namespace"): self._tag_namespace,
            ("GET", "truth"): self._truth,
        }

    def answer(self, method: str, path: str, given: Any) -> tuple[int, Any]:
        """Return a status and a document. ``path`` is what follows ``/control``; ``given`` is the body, or the query of a GET."""
        action = self._actions.get((method, path.strip("/")))
        if action is None:
            there = ", ".join(f"{known} /{name}" for known, name in self._actions)
            return 404, {"error": f"no {method} {path}; there are {there}"}
        try:
            return 200, action(given)
        except (KeyError, TypeError, ValueError) as error:
            return 400, {"error": str(error.args[0]) if error.args else type(error).__name__}

    def _foreign_hand(self, path: str, given: Any) -> None:
        status, told = self.answer("POST", path, given)
        if status != 200:
            raise ValueError(f"a fault's {path}: {told['error']}")

    def _reset(self, _given: Any) -> dict[str, Any]:
        self._simulator.reset()
        self._on_users()
        return {}

    def _load(self, given: Any) -> Any:
        try:
            return load(self._simulator, given)
        finally:
            self._on_users()

    def _settings(self, given: Any) -> Any:
        settings = self._simulator.world.settings
        settings.patch(given)
        return settings.as_json()

    def _faults(self) -> dict[str, Any]:
        return {"faults": [fault.as_json() for fault in self._simulator.faults]}

    def _inject(self, given: Any) -> dict[str, Any]:
        for fault in given.get("faults", [given]):
            self._simulator.add_fault(fault)
        return self._faults()

    def _clear(self, _given: Any) -> dict[str, Any]:
        self._simulator.faults.clear()
        return self._faults()

    def _advance(self, given: Any) -> dict[str, Any]:
        self._simulator.clock.advance(float(fields_of(given, "an advance", "seconds")["seconds"]))
        return {"now": self._simulator.clock.now()}

    def _find_key(self, given: Any) -> Key:
        """In one region, or in any, beginning with the home region."""
        regions = self._simulator.world.regions
        worlds = [find_region(self._simulator, given["region"])] if given.get("region") else list(regions.values())
        key = next(filter(None, (find_key(world, given["key"]) for world in worlds)), None)
        if key is None:
            raise BadWorld(f"no such key: {given['key']}")
        return key

    def _rotate(self, given: Any) -> dict[str, Any]:
        key = self._find_key(fields_of(given, "a rotation", "key origin auto region"))
        origin = one_of(given.get("origin", "INTERNAL"), "a version's origin", ORIGINS)
        version = find_region(self._simulator, key.region).rotate(key.id, origin=origin)
        if given.get("auto"):
            self._simulator.events.rotated(key)
        return {"key": key.id, "version": version.id}

    def _stream(self, given: Any) -> dict[str, Any]:
        """Put texts into a stream, as a foreign producer would, and tell how far each of its groups is."""
        fields_of(given, "a stream", "stream put")
        stream = self._simulator.streams.named(given["stream"])
        if stream is None:
            raise BadWorld(f"no such stream: {given['stream']}")
        for value in given.get("put", ()):
            stream.put(None, str(value).encode(), self._simulator.clock.now())
        committed = {name: sum(group.committed.values()) for name, group in stream.groups.items()}
        return {"id": stream.id, "messages": sum(stream.ends), "committed": committed}

    def _key(self, given: Any) -> dict[str, Any]:
        fields_of(given, "a key", "key state usable protection_mode algorithm auto_rotation region")
        key = self._find_key(given)
        if "state" in given:
            one_of(given["state"], "a key's state", STATES)
            find_region(self._simulator, key.region).set_key_state(key.id, given["state"])
        for name in ("usable", "protection_mode", "algorithm", "auto_rotation"):
            if name in given:
                setattr(key, name, given[name])
                key.changes += 1
        return {
            "id": key.id,
            "name": key.name,
            "compartment_id": key.compartment_id,
            "state": key.state_at(self._simulator.clock.now()),
            "usable": key.usable,
            "versions": [version.id for version in key.versions],
            "version": key.current(self._simulator.clock.now()).id,
        }

    def _bucket(self, given: Any) -> dict[str, Any]:
        """What a foreign hand does to a bucket: each change gives it a new etag, as UpdateBucket would."""
        fields_of(
            given,
            "a bucket",
            "bucket key tags defined_tags versioning put delete begin_upload upload_part commit_upload abort_upload "
            "reencrypt remove copies read_only region",
        )
        world = find_region(self._simulator, given.get("region"))
        bucket = find_bucket(world, given["bucket"])
        if given.get("remove"):
            world.remove_bucket(bucket.name)
            return {}
        if "key" in given:
            world.assign_key(bucket, self._find_key({**given, "region": world.region}).id if given["key"] else None)
        for name, attribute in (
            ("tags", "freeform_tags"),
            ("read_only", "read_only"),
        ):
            if name in given:
                setattr(bucket, attribute, given[name])
                bucket.etag = world.new_etag()
        if "versioning" in given:
            bucket.set_versioning(one_of(given["versioning"], "a bucket's versioning", VERSIONING))
            bucket.etag = world.new_etag()
        if "defined_tags" in given:
            world.define_tags(given["defined_tags"])
            bucket.defined_tags = world.tags.in_their_case(given["defined_tags"])
            bucket.etag = world.new_etag()
        put = given.get("put", 0)
        if isinstance(put, int):
            world.put_objects(bucket, put)
        else:
            for name in put:
                world.put_object(bucket, name, b"x")
        for name in given.get("delete", ()):
            object_changes.delete_object(world, bucket, name)
        for _copy in range(given.get("copies", 0)):
            world.copy(bucket, STRANGER)
        told: dict[str, Any] = self._uploads(world, bucket, given)
        if given.get("reencrypt"):
            if bucket.kms_key_id is None:
                raise BadWorld(f"the bucket {bucket.name} has no key of its own")
            told["work_request_id"] = world.reencrypt(bucket, STRANGER).id
        return {**bucket_truth(world, bucket), **told}

    @staticmethod
    def _uploads(world: World, bucket: Bucket, given: Any) -> dict[str, Any]:
        """What a foreign hand does to uploads, which are given by their ids, or by an object's name: the oldest of it."""
        begun = [multipart.begin(world, bucket, name) for name in given.get("begin_upload", ())]
        for name in given.get("upload_part", ()):
            upload = find_upload(bucket, name)
            multipart.put_part(world, bucket, upload, max(upload.parts, default=0) + 1, b"x")
        for name in given.get("commit_upload", ()):
            upload = find_upload(bucket, name)
            if not upload.parts:
                multipart.put_part(world, bucket, upload, 1, b"x")
            multipart.commit(world, bucket, upload, list(upload.parts))
        for name in given.get("abort_upload", ()):
            multipart.abort(bucket, find_upload(bucket, name))
        return {"uploads": {upload.name: upload.id for upload in begun}} if begun else {}

    def _user(self, given: Any) -> dict[str, Any]:
        fields_of(given, "a user", "user permissions compartments tag_namespaces")
        user = add_user(self._simulator, {**given, "name": given["user"]})
        self._on_users()
        return {"id": user.id, "profile": user.name}

    def _compartment(self, given: Any) -> dict[str, Any]:
        fields_of(given, "a compartment", "compartment state name")
        compartment_id = find_compartment(self._simulator.world, given["compartment"])
        if compartment_id in (None, TENANCY):
            raise BadWorld(f"no such compartment: {given['compartment']}")
        compartment = self._simulator.world.compartments[str(compartment_id)]
        if "state" in given:
            compartment["state"] = one_of(given["state"], "a compartment's state", COMPARTMENT_STATES)
        compartment["name"] = given.get("name", compartment["name"])
        return {name: compartment[name] for name in ("id", "name", "parent", "state")}

    def _tag_namespace(self, given: Any) -> dict[str, Any]:
        """What a foreign hand does to one: retire it or its keys, or take it away."""
        fields_of(given, "a tag namespace", "tag_namespace retired tags remove")
        tags = self._simulator.world.tags
        namespace = tags.named(given["tag_namespace"])
        if namespace is None:
            raise BadWorld(f"no such tag namespace: {given['tag_namespace']}")
        if given.get("remove"):
            tags.remove(namespace.name)
            return {}
        if "retired" in given:
            namespace.retire(bool(given["retired"]))
        for name, values in (given.get("tags") or {}).items():
            key = namespace.key(name) or self._simulator.world.add_tag_key(namespace, name)
            if values is None:
                del namespace.keys[name.lower()]
            else:
                key.retired = bool(fields_of(values, "a tag key", "retired").get("retired", key.retired))
        tags_told = {key.name: {"id": key.id, "retired": key.retired} for key in namespace.keys.values()}
        return {"id": namespace.id, "name": namespace.name, "retired": namespace.retired, "tags": tags_told}

    def _truth(self, query: Any) -> dict[str, Any]:
        fields_of(query, "a truth", "bucket operation since what region")
        parts = tuple(query["what"].split(",")) if query.get("what") else PARTS
        if set(parts) - set(PARTS):
            raise BadWorld(f"what must be of {', '.join(PARTS)}")
        if query.get("region"):
            find_region(self._simulator, query["region"])
        return truth(
            self._simulator,
            query.get("since") or "0.0",
            query.get("bucket"),
            query.get("operation"),
            parts,
            query.get("region") or None,
        )
