# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Buckets, their objects, and the re-encryptions that run over them. State only: no sockets, no threads, no sleep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .keys import Key, KeyVersion


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
    freeform_tags: dict[str, str] = field(default_factory=dict)
    objects: list[StoredObject] = field(default_factory=list)
    #: Earlier counts, for the approximate ones that lag: (time, count, size).
    counts: list[tuple[float, int, int]] = field(default_factory=list)
    #: The version that wraps the intermediate bucket key, where there is one.
    bucket_key_version: str | None = None

    def live(self) -> list[StoredObject]:
        """The newest version of each object that is not deleted."""
        newest: dict[str, StoredObject] = {}
        for stored in self.objects:
            newest[stored.name] = stored
        return [stored for stored in newest.values() if not stored.deleted]

    def count(self, now: float) -> None:
        live = self.live()
        self.counts.append((now, len(live), sum(stored.size for stored in live)))

    def approximate(self, now: float, lag: float) -> tuple[int | None, int | None]:
        if lag < 0:
            return None, None
        told = (0, 0)
        for moment, count, size in self.counts:
            if moment + lag <= now:
                told = (count, size)
        return told


@dataclass
class WorkRequest:
    id: str
    operation: str
    compartment_id: str
    namespace: str
    bucket: str
    time_accepted: float
    starts_at: float
    ends_at: float
    outcome: str = "COMPLETED"
    fails_at: int = 50
    #: Who asked, and with which client request id.
    principal: str = ""
    client_request_id: str = ""
    #: What was current when it was accepted.
    key_id: str | None = None
    accepted_version: str | None = None
    key: Key | None = field(default=None, repr=False)
    version: KeyVersion | None = field(default=None, repr=False)
    bucket_key_only: bool = False
    pending: list[StoredObject] = field(default_factory=list, repr=False)
    total: int = 0
    status: str = "ACCEPTED"
    percent: float = 0.0
    time_started: float | None = None
    time_finished: float | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        return self.status in ("COMPLETED", "FAILED", "CANCELED")
