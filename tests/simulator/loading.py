# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Worlds as documents: what a file or a control request says is to be there. See README.md."""

from __future__ import annotations

from typing import Any

from . import multipart
from .dispatch import Simulator
from .keys import ORIGINS, STATES, Key
from .regions import HOME
from .storage import Bucket, Upload
from .users import User
from .world import TENANCY, World

COMPARTMENT_STATES = ("CREATING", "ACTIVE", "INACTIVE", "DELETING", "DELETED")
USER_FIELDS = "name permissions compartments tag_namespaces"
VERSIONING = ("Disabled", "Enabled", "Suspended")


class BadWorld(ValueError):
    """One line that says what is wrong with a document."""


def fields_of(values: Any, what: str, known: str) -> dict[str, Any]:
    """Check that it is an object with no other than these fields. Raises BadWorld."""
    if not isinstance(values, dict):
        raise BadWorld(f"{what} must be an object")
    unknown = sorted(set(values) - set(known.split()))
    if unknown:
        raise BadWorld(f"{what} has no {', '.join(unknown)}; it has {known}")
    return values


def one_of(value: Any, what: str, known: tuple[str, ...]) -> Any:
    """Check a value. Raises BadWorld."""
    if value not in known:
        raise BadWorld(f"{what} must be one of {', '.join(known)}")
    return value


def load(simulator: Simulator, document: Any) -> dict[str, Any]:
    """Add a document to the world and return what was made, by kind and name. Raises BadWorld, and what was added stays."""
    document = fields_of(
        document, "a world", "reset settings regions compartments tag_namespaces keys buckets users streams faults"
    )
    if document.get("reset"):
        simulator.reset()
    made: dict[str, Any] = {"namespace": simulator.world.namespace}
    made.update(compartments={}, keys={}, buckets={}, users={}, streams={})
    try:
        simulator.world.settings.patch(document.get("settings") or {})
        _Loader(simulator, made).load(document)
    except (KeyError, ValueError, TypeError) as error:
        raise BadWorld(str(error.args[0]) if error.args else type(error).__name__) from error
    return made


class _Loader:
    def __init__(self, simulator: Simulator, made: dict[str, Any]) -> None:
        self._simulator = simulator
        self._world = simulator.world
        self._made = made

    def load(self, document: dict[str, Any]) -> None:
        for region in document.get("regions") or ():
            self._simulator.region(region)
        for values in document.get("compartments") or ():
            self._add_compartment(fields_of(values, "a compartment", "name parent id state"))
        for values in document.get("tag_namespaces") or ():
            self._add_tag_namespace(values)
        for values in document.get("keys") or ():
            self._add_key(values)
        for values in document.get("buckets") or ():
            self._add_buckets(values)
        for values in document.get("users") or ():
            user = add_user(self._simulator, fields_of(values, "a user", USER_FIELDS))
            self._made["users"][user.name] = {"id": user.id, "profile": user.name}
        for values in document.get("streams") or ():
            self._add_stream(fields_of(values, "a stream", "name id compartment partitions retention_hours events"))
        for values in document.get("faults") or ():
            self._simulator.add_fault(values)

    def _add_compartment(self, values: dict[str, Any]) -> str:
        parent = self._compartment(values.get("parent"))
        state = one_of(values.get("state", "ACTIVE"), "a compartment's state", COMPARTMENT_STATES)
        compartment_id = self._world.add_compartment(values["name"], parent, values.get("id"), state)
        self._made["compartments"][values["name"]] = compartment_id
        return compartment_id

    def _compartment(self, name: str | None) -> str:
        found = find_compartment(self._world, name)
        return found or self._add_compartment({"name": name})

    def _add_tag_namespace(self, values: Any) -> None:
        values = fields_of(values, "a tag namespace", "name compartment retired tags")
        if self._world.tags.named(values["name"]):
            raise BadWorld(f"the tag namespace {values['name']} is there already")
        namespace = self._world.add_tag_namespace(values["name"], self._compartment(values.get("compartment")))
        for tag in values.get("tags") or ():
            key = fields_of({"name": tag} if isinstance(tag, str) else tag, "a tag key", "name retired")
            self._world.add_tag_key(namespace, key["name"]).retired = bool(key.get("retired", False))
        if values.get("retired"):
            namespace.retire(True)

    def _add_key(self, values: Any) -> Key:
        values = dict(
            fields_of(
                values,
                "a key",
                "name compartment id state versions protection_mode algorithm auto_rotation usable origin "
                "region replicas",
            )
        )
        one_of(values.get("state", "ENABLED"), "a key's state", STATES)
        one_of(values.get("origin", "INTERNAL"), "a key's origin", ORIGINS)
        versions, world = int(values.pop("versions", 1)), self._simulator.region(values.pop("region", None) or HOME)
        for region in values.get("replicas") or ():
            self._simulator.region(region)
        key = world.add_key(
            values.pop("name"), self._compartment(values.pop("compartment", None)), values.pop("id", None), **values
        )
        for _version in range(versions - 1):
            world.rotate(key.id, origin=values.get("origin", "INTERNAL"))
        self._made["keys"][key.name] = {"id": key.id, "version": key.versions[-1].id}
        return key

    def _add_buckets(self, values: Any) -> None:
        values = fields_of(
            values,
            "a bucket",
            "name count compartment key objects size tags defined_tags versioning storage_tier bucket_key read_only "
            "uploads region",
        )
        one_of(values.get("versioning", "Disabled"), "a bucket's versioning", VERSIONING)
        compartment_id, world = (
            self._compartment(values.get("compartment")),
            self._simulator.region(values.get("region") or HOME),
        )
        key_id = None
        if values.get("key"):
            key = find_key(world, values["key"])
            made = {"name": values["key"], "compartment": compartment_id, "region": world.region}
            key_id = (key or self._add_key(made)).id
        name = values["name"]
        many = "count" in values
        names = [name.replace("{}", str(n)) if "{}" in name else f"{name}-{n}" for n in range(values.get("count", 0))]
        for one in names if many else [name]:
            self._add_bucket(world, one, compartment_id, key_id, values)

    def _add_stream(self, values: dict[str, Any]) -> None:
        stream = self._simulator.streams.add(
            str(values.get("id") or self._world.ocid("stream")),
            values["name"],
            self._compartment(values.get("compartment")),
            int(values.get("partitions", 1)),
            float(values.get("retention_hours", 24)),
        )
        stream.events = tuple(values.get("events") or ())
        self._made["streams"][stream.name] = {"id": stream.id}

    def _add_bucket(
        self, world: World, name: str, compartment_id: str, key_id: str | None, values: dict[str, Any]
    ) -> None:
        if name in world.buckets:
            raise BadWorld(f"the bucket {name} is there already")
        defined_tags = dict(values.get("defined_tags") or {})
        world.define_tags(defined_tags)
        bucket = world.add_bucket(
            name,
            compartment_id,
            key_id,
            bucket_key_enabled=bool(values.get("bucket_key", False)),
            versioning=values.get("versioning", "Disabled"),
            storage_tier=values.get("storage_tier", "Standard"),
            read_only=bool(values.get("read_only", False)),
            freeform_tags=dict(values.get("tags") or {}),
            defined_tags=world.tags.in_their_case(defined_tags),
        )
        if values.get("objects"):
            world.put_objects(bucket, int(values["objects"]), size=int(values.get("size", 1)))
        for upload in values.get("uploads") or ():
            multipart.begin(world, bucket, upload)
        told = name if world.region == HOME else f"{world.region}/{name}"
        self._made["buckets"][told] = {"id": bucket.id, "compartment_id": compartment_id, "kms_key_id": key_id}


def find_compartment(world: World, name: str | None) -> str | None:
    """The OCID of a compartment by its name or OCID; the tenancy's for None."""
    if name is None or name == TENANCY:
        return TENANCY
    if name in world.compartments:
        return name
    return next((one["id"] for one in world.compartments.values() if one["name"] == name), None)


def find_key(world: World, name: str) -> Key | None:
    """A key by its name or OCID; the newest where several have the name."""
    if name in world.keys:
        return world.keys[name]
    return next((key for key in reversed(world.keys.values()) if key.name == name), None)


def find_region(simulator: Simulator, name: str | None) -> World:
    """One that the tenancy has subscribed to; the home region for None."""
    world = simulator.world.regions.get(name or HOME)
    if world is None:
        raise BadWorld(f"no such region: {name}; there are {', '.join(simulator.world.regions)}")
    return world


def find_bucket(world: World, name: str) -> Bucket:
    if name not in world.buckets:
        raise BadWorld(f"no such bucket: {name}")
    return world.buckets[name]


def find_upload(bucket: Bucket, name: str) -> Upload:
    """An open upload by its id, or the oldest of an object."""
    found = bucket.uploads.get(name) or next((one for one in bucket.uploads.values() if one.name == name), None)
    if found is None:
        raise BadWorld(f"no such open upload: {name}")
    return found


def add_user(simulator: Simulator, values: dict[str, Any]) -> User:
    """Make or change one. A compartment stands for what is below it now, too."""
    compartments = None
    if values.get("compartments") is not None:
        compartments = []
        for name in values["compartments"]:
            compartment_id = find_compartment(simulator.world, name)
            if compartment_id is None:
                raise BadWorld(f"no such compartment: {name}")
            compartments += [compartment_id, *simulator.world.subtree(compartment_id)]
    return simulator.users.add(values["name"], values.get("permissions"), compartments, values.get("tag_namespaces"))
