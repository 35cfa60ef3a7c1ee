# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole simulated tenancy: state and what happens to it. Time is asked of a clock; nothing else is."""

from __future__ import annotations

import random
from typing import Any

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from .clock import Clock, rfc3339
from .keys import Key, KeyVersion
from .settings import Settings
from .storage import Bucket, StoredObject, WorkRequest

REALM = "oc1"
REGION = "iad"
TENANCY = f"ocid1.tenancy.{REALM}..aaaaaaaatenancy"
NAMESPACE = "examplens"


class World:
    """``seed`` makes all ids and etags repeatable."""

    def __init__(self, clock: Clock, settings: Settings | None = None, seed: int | None = None) -> None:
        self.clock = clock
        self.settings = settings or Settings()
        self.random = random.Random(seed)
        self.namespace = NAMESPACE
        self.compartments: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, Key] = {}
        self.buckets: dict[str, Bucket] = {}
        self.work_requests: dict[str, WorkRequest] = {}
        self._running: list[WorkRequest] = []
        self._of_bucket: dict[str, list[WorkRequest]] = {}
        self._oracle_key = KeyVersion("oracle", 0.0)

    # Names.

    def token(self, length: int) -> str:
        return "".join(self.random.choices("abcdefghijklmnopqrstuvwxyz234567", k=length))

    def ocid(self, kind: str, middle: str = REGION) -> str:
        return f"ocid1.{kind}.{REALM}.{middle}.{self.token(44)}"

    # Compartments and keys.

    def add_compartment(self, name: str, parent: str = TENANCY, compartment_id: str | None = None) -> str:
        compartment_id = compartment_id or self.ocid("compartment", "")
        self.compartments[compartment_id] = {
            "id": compartment_id,
            "name": name,
            "parent": parent,
            "created": self.clock.now(),
        }
        return compartment_id

    def subtree(self, root: str) -> list[str]:
        """The compartments under this one, at any depth, without itself."""
        children = [found["id"] for found in self.compartments.values() if found["parent"] == root]
        return [deep for child in children for deep in (child, *self.subtree(child))]

    def add_key(self, name: str, compartment_id: str = TENANCY, key_id: str | None = None, **more: Any) -> Key:
        vault = "b5examplevault"
        key_id = key_id or f"ocid1.key.{REALM}.{REGION}.{vault}.abuw{self.token(40)}"
        now = self.clock.now()
        key = Key(key_id, f"ocid1.vault.{REALM}.{REGION}.{vault}.abuwvault", compartment_id, name, now, **more)
        self.keys[key.id] = key
        key.versions.append(self._new_version(now))
        return key

    def _new_version(self, now: float) -> KeyVersion:
        return KeyVersion(f"ocid1.keyversion.{REALM}.{REGION}.b5examplevault.abuw{self.token(40)}", now)

    def rotate(self, key_id: str, retry_token: str | None = None) -> KeyVersion:
        key, now = self.keys[key_id], self.clock.now()
        if retry_token and retry_token in key.retry_tokens:
            made, version = key.retry_tokens[retry_token]
            if now - made < 24 * 3600:
                return version
        version = self._new_version(now)
        key.versions.append(version)
        key.ready_at = now + self.settings.version_delay
        if retry_token:
            key.retry_tokens[retry_token] = (now, version)
        return version

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
        if bucket.bucket_key_enabled and kms_key_id:
            bucket.bucket_key_version = self.keys[kms_key_id].current(self.clock.now()).id
        self.buckets[name] = bucket
        return bucket

    def new_etag(self) -> str:
        return "%08x-%04x-%04x-%012x" % tuple(self.random.getrandbits(bits) for bits in (32, 16, 16, 48))

    def put_object(self, bucket: Bucket, name: str, content: bytes = b"", count: bool = True) -> StoredObject:
        now = self.clock.now()
        version = self.keys[bucket.kms_key_id].current(now) if bucket.kms_key_id else self._oracle_key
        data_key = self.random.randbytes(32)
        stored = StoredObject(
            name, self.token(16), len(content), now, version.wrap(data_key), bucket.kms_key_id, version, False, content
        )
        if bucket.versioning != "Enabled":
            bucket.objects = [other for other in bucket.objects if other.name != name]
        bucket.objects.append(stored)
        if count:
            bucket.count(now)
        return stored

    def put_objects(self, bucket: Bucket, number: int, prefix: str = "object-") -> None:
        for index in range(number):
            self.put_object(bucket, f"{prefix}{index}", b"x", count=False)
        bucket.count(self.clock.now())

    def delete_object(self, bucket: Bucket, name: str) -> None:
        now = self.clock.now()
        if bucket.versioning == "Disabled":
            bucket.objects = [other for other in bucket.objects if other.name != name]
        else:
            marker = StoredObject(name, self.token(16), 0, now, b"", None, self._oracle_key, deleted=True)
            bucket.objects.append(marker)
        bucket.count(now)

    def assign_key(self, bucket: Bucket, kms_key_id: str | None) -> None:
        bucket.kms_key_id = kms_key_id
        bucket.etag = self.new_etag()

    # Re-encryption.

    def running(self, name: str) -> list[WorkRequest]:
        self.advance()
        return [work for work in self._running if work.bucket == name]

    def reencrypt(
        self, bucket: Bucket, principal: str, client_request_id: str = "", key_only: bool = False
    ) -> WorkRequest:
        settings, now = self.settings, self.clock.now()
        self.advance()
        assert bucket.kms_key_id is not None
        key = self.keys[bucket.kms_key_id]
        objects = [] if key_only else [stored for stored in bucket.objects if not stored.deleted]
        seconds = settings.work_seconds
        if settings.objects_per_second > 0:
            seconds = len(objects) / settings.objects_per_second
        outcome = "COMPLETED"
        if settings.outcomes:
            outcome, settings.outcomes = settings.outcomes[0], settings.outcomes[1:]
        starts = now + settings.start_delay
        work = WorkRequest(
            id=f"ocid1.objectstorageworkrequest.{REALM}.{REGION}.{self.token(44)}",
            operation="REENCRYPT",
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
            key=key,
            version=key.current(now) if settings.reencrypt_version == "accepted" else None,
            bucket_key_only=key_only,
            pending=list(objects),
            total=len(objects),
        )
        self.add_work_request(work)
        return work

    def add_work_request(self, work: WorkRequest) -> None:
        self.work_requests[work.id] = work
        if not work.ended:
            self._running.append(work)

    def advance(self) -> None:
        """Bring every re-encryption to where it is by now: unwrap and re-wrap one data key after the other."""
        now = self.clock.now()
        for work in self._running:
            self._advance(work, now)
        self._running = [work for work in self._running if not work.ended]

    def _advance(self, work: WorkRequest, now: float) -> None:
        if now < work.starts_at:
            return
        if work.status == "CANCELING":
            self._end(work, "CANCELED", now)
            return
        if work.time_started is None:
            work.time_started = work.starts_at
            work.status = "IN_PROGRESS"
            if work.version is None and work.key is not None:
                work.version = work.key.current(now)
        span = work.ends_at - work.starts_at
        part = 1.0 if span <= 0 else min(1.0, (now - work.starts_at) / span)
        limit = 1.0 if work.outcome == "COMPLETED" else work.fails_at / 100
        self._rewrap(work, int(work.total * min(part, limit)))
        work.percent = round(100 * min(part, limit), 1)
        if part >= limit:
            self._end(work, work.outcome, min(now, work.starts_at + span * limit))

    def _rewrap(self, work: WorkRequest, done: int) -> None:
        assert work.version is not None or not work.pending
        while work.pending and work.total - len(work.pending) < done:
            stored = work.pending.pop(0)
            data_key = stored.key_version.unwrap(stored.wrapped)
            assert work.version is not None
            stored.wrapped = work.version.wrap(data_key)
            stored.key_version = work.version
            stored.key_id = work.key_id

    def _end(self, work: WorkRequest, status: str, when: float) -> None:
        work.status = status
        work.time_finished = when
        if status == "COMPLETED":
            work.percent = 100.0
            bucket = self.buckets.get(work.bucket)
            if bucket is not None and bucket.bucket_key_enabled and work.version is not None:
                bucket.bucket_key_version = work.version.id
        if status == "FAILED":
            work.errors.append(
                {"code": "KmsKeyError", "message": "The key could not wrap a data key.", "timestamp": rfc3339(when)}
            )

    def known(self, work: WorkRequest) -> bool:
        """Whether the service still remembers it."""
        return not (work.time_finished is not None and self.clock.now() - work.time_finished >= self.settings.retention)

    def listed(self, compartment_id: str) -> list[WorkRequest]:
        self.advance()
        now = self.clock.now()
        found = [
            work
            for work in self.work_requests.values()
            if work.compartment_id == compartment_id
            and self.known(work)
            and work.time_accepted + self.settings.list_lag <= now
        ]
        if self.settings.order == "random":
            self.random.shuffle(found)
        else:
            found.sort(key=lambda work: work.time_accepted, reverse=self.settings.order == "newest")
        return found

    # The truth, asked of the objects themselves.

    def wrapped_by(self, stored: StoredObject, version: KeyVersion) -> bool:
        try:
            version.unwrap(stored.wrapped)
        except InvalidUnwrap:
            return False
        return True

    def all_current(self, bucket: Bucket) -> bool:
        """Whether every object's data key is wrapped by the current version of the bucket's current key."""
        self.advance()
        if bucket.kms_key_id is None:
            return False
        current = self.keys[bucket.kms_key_id].current(self.clock.now())
        return all(self.wrapped_by(stored, current) for stored in bucket.objects if not stored.deleted)
