# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole simulated tenancy: state and what happens to it. Time is asked of a clock; nothing else is."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from .clock import Clock
from .keys import KeyVersion
from .regions import HOME
from .settings import Settings
from .storage import Bucket, StoredObject
from .tenancy import REALM, TENANCY
from .vault import VAULT, Vault
from .work import COPY_OBJECT, REENCRYPT, WorkRequest, WorkRequests

__all__ = ("NAMESPACE", "REALM", "TENANCY", "VAULT", "World")

NAMESPACE = "examplens"


class World(Vault):
    """``seed`` makes all ids and etags repeatable."""

    def __init__(
        self,
        clock: Clock,
        settings: Settings | None = None,
        seed: int | None = None,
        region: str = HOME,
        home: World | None = None,
    ) -> None:
        super().__init__(clock, settings, seed, region)
        self.regions: dict[str, World] = {}
        if home is not None:
            self.share(home)
            self.settings, self.regions = home.settings, home.regions
        self.regions[region] = self
        self.namespace = NAMESPACE
        self.buckets: dict[str, Bucket] = {}
        #: Names, by compartment, for lists.
        self._names: dict[str, set[str]] = {}
        self.work = WorkRequests(self.random)
        self.oracle_key = KeyVersion("oracle", 0.0)

    @property
    def work_requests(self) -> dict[str, WorkRequest]:
        return self.work.by_id

    # Keys.

    def set_key_state(self, key_id: str, state: str) -> None:
        """What ran until now ran under the old state."""
        for world in self.regions.values():
            world.advance()
        self.keys[key_id].set_state(self.clock.now(), state)

    # Buckets and objects.

    def add_bucket(
        self, name: str, compartment_id: str = TENANCY, kms_key_id: str | None = None, **more: Any
    ) -> Bucket:
        bucket = Bucket(
            self.namespace,
            name,
            self.ocid("bucket"),
            compartment_id,
            self.new_etag(),
            self.clock.now(),
            kms_key_id,
            **more,
        )
        bucket.count(self.clock.now())
        self.set_bucket_key(bucket, bucket.bucket_key_enabled)
        self.buckets[name] = bucket
        self._names.setdefault(compartment_id, set()).add(name)
        return bucket

    def remove_bucket(self, name: str) -> None:
        bucket = self.buckets.pop(name)
        self._names[bucket.compartment_id].discard(name)

    def move_bucket(self, bucket: Bucket, compartment_id: str) -> None:
        self._names[bucket.compartment_id].discard(bucket.name)
        bucket.compartment_id = compartment_id
        self._names.setdefault(compartment_id, set()).add(bucket.name)

    def bucket_names(self, compartment_id: str) -> list[str]:
        return sorted(self._names.get(compartment_id, ()))

    def new_etag(self) -> str:
        return "%08x-%04x-%04x-%012x" % tuple(self.random.getrandbits(bits) for bits in (32, 16, 16, 48))

    def wrapping(self, bucket: Bucket) -> tuple[str | None, KeyVersion]:
        """What wraps the data key of that which is put now: a key's OCID and its version, or Oracle's.

        An intermediate bucket key stays under its version, however often the key is rotated, until it is re-encrypted.
        """
        if bucket.kms_key_id is None:
            return None, self.oracle_key
        if bucket.bucket_key_version is not None:
            return bucket.kms_key_id, bucket.bucket_key_version
        return bucket.kms_key_id, self.in_use(self.keys[bucket.kms_key_id], self.clock.now())

    def put_object(
        self,
        bucket: Bucket,
        name: str,
        content: bytes = b"",
        headers: dict[str, str] | None = None,
        wrapping: tuple[str | None, KeyVersion] | None = None,
    ) -> StoredObject:
        """Its data key is wrapped as of now, or as is said."""
        stored = self._seal(bucket, name, content, wrapping)
        stored.headers.update(headers or {})
        bucket.add(stored)
        bucket.count(stored.time_created)
        return stored

    def put_objects(self, bucket: Bucket, number: int, prefix: str = "object-", size: int = 1) -> None:
        """Put many at once, with names that are new to the bucket."""
        taken = {stored.name for stored in bucket.objects}
        start = 0
        while f"{prefix}{start}" in taken:
            start += 1
        content = b"x" * size
        for index in range(start, start + number):
            stored = self._seal(bucket, f"{prefix}{index}", content)
            stored.versioned = bucket.versioning == "Enabled"
            bucket.objects.append(stored)
        bucket.count(self.clock.now())

    def _seal(
        self, bucket: Bucket, name: str, content: bytes, wrapping: tuple[str | None, KeyVersion] | None = None
    ) -> StoredObject:
        key_id, version = wrapping or self.wrapping(bucket)
        wrapped, version_id = version.wrap(self.random.randbytes(32)), self.token(16)
        return StoredObject(
            name,
            version_id,
            len(content),
            self.clock.now(),
            wrapped,
            key_id,
            version,
            content=content,
            etag=version_id,
            headers={"storage-tier": bucket.storage_tier},
        )

    def assign_key(self, bucket: Bucket, kms_key_id: str | None) -> None:
        """What is there stays under the key that it has, until it is re-encrypted."""
        if kms_key_id != bucket.kms_key_id:
            bucket.kms_key_id = kms_key_id
            self.set_bucket_key(bucket, bucket.bucket_key_enabled)
        bucket.etag = self.new_etag()

    def set_bucket_key(self, bucket: Bucket, enabled: bool) -> None:
        """Make a new intermediate key, or go without."""
        bucket.bucket_key_enabled, bucket.bucket_key_version = enabled, None
        if enabled and bucket.kms_key_id is not None:
            bucket.bucket_key_version = self.wrapping(bucket)[1]

    # Re-encryption.

    def running(self, name: str) -> list[WorkRequest]:
        """The bucket's re-encryptions that run, without its other work requests."""
        return [work for work in self.work.running(name, self.clock.now()) if work.operation == REENCRYPT]

    def reencrypt(
        self, bucket: Bucket, principal: str, client_request_id: str = "", key_only: bool = False
    ) -> WorkRequest:
        """Accept one. It covers the object versions that are there now."""
        settings, now = self.settings, self.clock.now()
        assert bucket.kms_key_id is not None
        key = self.keys[bucket.kms_key_id]
        self.work.advance(bucket.name, now)
        objects = [] if key_only else [stored for stored in bucket.objects if not stored.deleted]
        seconds = settings.work_seconds
        if settings.objects_per_second > 0:
            seconds = len(objects) / settings.objects_per_second
        outcome = "COMPLETED"
        if settings.outcomes:
            outcome, settings.outcomes = settings.outcomes[0], settings.outcomes[1:]
        starts = now + settings.start_delay
        work = WorkRequest(
            id=self.work_request_id(),
            operation=REENCRYPT,
            compartment_id=bucket.compartment_id,
            namespace=bucket.namespace,
            bucket=bucket.name,
            time_accepted=now,
            starts_at=starts,
            ends_at=starts + seconds,
            outcome=outcome,
            fails_at=settings.fails_at,
            principal=principal,
            client_request_id=client_request_id,
            key_id=key.id,
            accepted_version=key.current(now).id,
            version=self.in_use(key, now) if settings.reencrypt_version == "accepted" else None,
            in_use=lambda due: self.in_use(key, due),
            each_in_turn=settings.reencrypt_version == "object",
            bucket_key_only=key_only,
            renews_at_start=settings.bucket_key_renewed == "start" and not key_only,
            target=bucket,
            keys=self.keys,
            objects=objects,
        )
        self.work.add(work)
        return work

    def work_request_id(self) -> str:
        return self.ocid("objectstorageworkrequest")

    def add_work_request(self, work: WorkRequest) -> None:
        self.work.add(work)

    def copy(self, bucket: Bucket, principal: str) -> WorkRequest:
        """Accept a copy of an object by a foreign hand, of which only its work request is there."""
        now = self.clock.now()
        ends = now + self.settings.work_seconds
        work = WorkRequest(
            id=self.work_request_id(),
            operation=COPY_OBJECT,
            compartment_id=bucket.compartment_id,
            namespace=bucket.namespace,
            bucket=bucket.name,
            time_accepted=now,
            starts_at=now,
            ends_at=ends,
            principal=principal,
            target=bucket,
        )
        self.work.add(work)
        return work

    def advance(self) -> None:
        """Bring every re-encryption to where it is by now."""
        self.work.advance_all(self.clock.now())

    def cancel(self, work: WorkRequest) -> None:
        self.work.cancel(work, self.clock.now(), self.settings.cancel_delay)

    # The truth, asked of the objects themselves.

    @staticmethod
    def wrapped_by(stored: StoredObject, version: KeyVersion) -> bool:
        try:
            version.unwrap(stored.wrapped)
        except InvalidUnwrap:
            return False
        return True

    def all_current(self, bucket: Bucket) -> bool:
        """Whether every object's data key is wrapped by the current version of the bucket's current key."""
        now = self.clock.now()
        self.work.advance(bucket.name, now)
        if bucket.kms_key_id is None:
            return False
        current = self.keys[bucket.kms_key_id].current(now)
        return all(self.wrapped_by(stored, current) for stored in bucket.objects if not stored.deleted)
