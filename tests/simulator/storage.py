# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Buckets, their objects and their open uploads. State only: no sockets, no threads, no sleep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .keys import KeyVersion


@dataclass
class StoredObject:
    """One version of an object: its data key is wrapped by a version of a key, or by Oracle's."""

    name: str
    version_id: str
    size: int
    time_created: float
    wrapped: bytes = field(repr=False)
    key_id: str | None
    key_version: KeyVersion
    deleted: bool = False
    content: bytes = field(default=b"", repr=False)
    etag: str = ""
    #: What it was put with and is given back with: ``content-type`` and its like, ``opc-meta-*``, ``opc-content-md5``.
    headers: dict[str, str] = field(default_factory=dict)
    #: Whether it is kept when another one of its name is put.
    versioned: bool = False


@dataclass
class Part:
    """One part of an upload, and what would wrap it had the service to say so now."""

    number: int
    etag: str
    content: bytes = field(repr=False)
    md5: bytes
    key_id: str | None
    key_version: KeyVersion


@dataclass
class Upload:
    """A multipart upload that is neither committed nor aborted; no object yet."""

    id: str
    name: str
    time_created: float
    key_id: str | None
    key_version: KeyVersion
    headers: dict[str, str] = field(default_factory=dict)
    #: In the order in which they came; a part that is sent again comes last.
    parts: dict[int, Part] = field(default_factory=dict)


@dataclass
class Bucket:
    namespace: str
    name: str
    id: str
    compartment_id: str
    etag: str
    time_created: float
    kms_key_id: str | None = None
    bucket_key_enabled: bool = False
    versioning: str = "Disabled"
    storage_tier: str = "Standard"
    #: A replication's destination: nobody but the service writes there.
    read_only: bool = False
    freeform_tags: dict[str, str] = field(default_factory=dict)
    defined_tags: dict[str, dict[str, Any]] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    public_access: str = "NoPublicAccess"
    auto_tiering: str = "Disabled"
    object_events: bool = False
    created_by: str = "ocid1.user.oc1..admin"
    objects: list[StoredObject] = field(default_factory=list)
    #: Earlier counts, for the approximate ones that lag: (time, count, size).
    counts: list[tuple[float, int, int]] = field(default_factory=list)
    #: The version that wraps the intermediate bucket key, where there is one.
    bucket_key_version: KeyVersion | None = None
    #: By id, oldest first.
    uploads: dict[str, Upload] = field(default_factory=dict)

    def live(self) -> list[StoredObject]:
        """The newest version of each object that is not deleted."""
        newest: dict[str, StoredObject] = {}
        for stored in self.objects:
            newest[stored.name] = stored
        return [stored for stored in newest.values() if not stored.deleted]

    def find(self, name: str) -> StoredObject | None:
        """The newest version of an object, where it is not deleted."""
        newest = next((stored for stored in reversed(self.objects) if stored.name == name), None)
        return None if newest is None or newest.deleted else newest

    def version(self, name: str, version_id: str) -> StoredObject | None:
        return next((one for one in self.objects if (one.name, one.version_id) == (name, version_id)), None)

    def add(self, stored: StoredObject) -> None:
        """Add a version, or a delete marker, in place of its namesakes that are no versions. Versions stay."""
        stored.versioned = self.versioning == "Enabled"
        if not stored.versioned:
            self.objects = [one for one in self.objects if one.name != stored.name or one.versioned]
        self.objects.append(stored)

    def set_versioning(self, versioning: str) -> None:
        """Once it is enabled, what is there already is a version too."""
        self.versioning = versioning
        if versioning == "Enabled":
            for stored in self.objects:
                stored.versioned = True

    def count(self, now: float) -> None:
        live = self.live()
        self.counts.append((now, len(live), sum(stored.size for stored in live)))

    def approximate(self, now: float, lag: float) -> tuple[int | None, int | None]:
        if lag < 0:
            return None, None
        for moment, count, size in reversed(self.counts):
            if moment + lag <= now:
                return count, size
        return 0, 0
