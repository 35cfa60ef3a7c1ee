# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One bucket in the simulator, in process, on a clock that each call moves.

What there is at the beginning is told as the collection tells it: buckets, receipts. It is then put into the simulator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.common.model import Bucket, Upload
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi

from ....simulator import storage
from ....simulator.clock import VirtualClock
from ....simulator.dispatch import Simulator
from ....simulator.in_process import Clients, direct, no_answer
from ....simulator.keys import Key, KeyVersion
from ....simulator.messages import Request, Response
from ....simulator.regions import HOME
from ....simulator.routes import route
from ....simulator.users import ADMIN, PERMISSIONS
from ....simulator.work import REENCRYPT, WorkRequest
from .examples import COMPARTMENT, CREATED, EPOCH, KEY, OLDER, OTHER_KEY, OTHER_VERSION, VERSION, Job, bucket

#: A user who may not read keys.
BLIND = "blind"
#: How long a call takes, and a re-encryption unless told otherwise, in seconds.
CALL = 0.01
WORK_SECONDS = 5.0
#: How long an answer is waited for that does not come.
LATE = 40.0
_MOST_CALLS = 5000


#: For those whose argument has the same name.
a_bucket = bucket


class World:
    """``settings`` are the simulator's.

    ``objects`` says whether there is one, whatever the approximate count is. ``under`` is the version that it is under, and
    ``bucket_key_under`` that of the intermediate bucket key, where there is one: the first of the bucket's key by default.
    ``end`` is how re-encryptions end, and ``state`` is KEY's. ``refused`` are operations that always are, with their status.
    The bucket is in ``region``, and the keys in HOME. ``arrives`` are the regions that their vault is replicated to, with the
    seconds until their current versions come there.
    """

    def __init__(
        self,
        bucket: Bucket | None = None,
        *,
        jobs: Iterable[Job] = (),
        uploads: Iterable[Upload] = (),
        objects: bool = True,
        under: str | None = None,
        bucket_key_under: str | None = None,
        unreadable: bool = False,
        state: str = "ENABLED",
        region: str = HOME,
        arrives: Mapping[str, float] | None = None,
        refused: Mapping[str, int] | None = None,
        end: str = "COMPLETED",
        **settings: Any,
    ) -> None:
        self._clock = VirtualClock(EPOCH)
        self.simulator = Simulator(self._clock, seed=1)
        self._home, self._world = self.simulator.world, self.simulator.region(region)
        self.simulator.users.add(BLIND, PERMISSIONS - {"KEY_READ", "KEY_INSPECT"})
        self._world.add_compartment("apps", compartment_id=COMPARTMENT)
        self.settings = self._world.settings
        outcomes = () if end == "COMPLETED" else (end,) * 20
        self.settings.patch({"work_seconds": WORK_SECONDS, "outcomes": outcomes, **settings})
        self._arrives = {name: EPOCH + seconds for name, seconds in (arrives or {}).items()}
        self._key(KEY, {OLDER: CREATED - 10_000.0, VERSION: CREATED}, state)
        self._key(OTHER_KEY, {OTHER_VERSION: CREATED})
        self._world.define_tags({"Rekey": dict.fromkeys(receipts.TAGS)})
        self._place(bucket or a_bucket(), objects, under, bucket_key_under)
        for upload in uploads:
            self.begin_upload(upload)
        for job in jobs:
            self._add_job(job)
        #: How long the calls of some operations take, in seconds.
        self.slow: dict[str, float] = {}
        #: The operations whose answers come too late, each time.
        self.silent: set[str] = set()
        #: What somebody does before each call of an operation.
        self.before: dict[str, Callable[[], Any]] = {}
        self.unreadable = unreadable
        for operation, status in (refused or {}).items():
            self.refuse(operation, status)
        self._direct = direct(self.simulator)
        self.clients = Clients(self._transport, ADMIN, region)
        blind = Clients(self._transport, BLIND, region)
        self._apis = {user: OciApi(made) for user, made in ((ADMIN, self.clients), (BLIND, blind))}  # type: ignore[arg-type]

    # What there is at the beginning.

    def _key(self, key_id: str, versions: dict[str, float], state: str = "ENABLED") -> None:
        key = Key(key_id, "ocid1.vault.oc1.iad.example", COMPARTMENT, key_id[-8:], CREATED, state, region=HOME)
        key.replicas = tuple(self._arrives)
        key.versions += [KeyVersion(one, created, created, created) for one, created in versions.items()]
        key.versions[-1].replicate(f"replication of {key.versions[-1].id}", self._arrives)
        for region in {HOME, self._world.region, *self._arrives}:
            self.simulator.region(region).keys[key_id] = key

    def _place(self, there: Bucket, objects: bool, under: str | None, bucket_key_under: str | None) -> None:
        self._world.define_tags({name: dict(tags) for name, tags in there.defined_tags.items()})
        self._bucket = self._world.add_bucket(
            there.name,
            COMPARTMENT,
            there.kms_key_id,
            versioning=there.versioning or "Disabled",
            bucket_key_enabled=bool(there.is_bucket_key_enabled),
            freeform_tags=dict(there.freeform_tags),
            defined_tags={name: dict(tags) for name, tags in there.defined_tags.items()},
        )
        self._bucket.id = there.id or ""
        if self._bucket.bucket_key_enabled:
            self._bucket.bucket_key_version = self._wrapping(there.kms_key_id, bucket_key_under)[1]
        if objects:
            self._world.put_object(self._bucket, "object", b"x", wrapping=self._wrapping(there.kms_key_id, under))
        if there.approximate_count is None:
            self.settings.count_lag = -1.0
        else:
            self._bucket.counts = [(0.0, there.approximate_count, there.approximate_count)]

    def _wrapping(self, key_id: str | None, version_id: str | None) -> tuple[str | None, KeyVersion]:
        if version_id is not None:
            return self._version(version_id)
        if key_id is None:
            return None, self._world.oracle_key
        return key_id, self._world.keys[key_id].versions[0]

    def _version(self, version_id: str) -> tuple[str, KeyVersion]:
        return next(
            (key.id, version)
            for key in self._world.keys.values()
            for version in key.versions
            if version.id == version_id
        )

    def begin_upload(self, upload: Upload) -> None:
        key_id, version = self._world.wrapping(self._bucket)
        one = storage.Upload(upload.id, upload.object, upload.time_created or 0.0, key_id, version)
        self._bucket.uploads[upload.id] = one

    def _add_job(self, job: Job) -> None:
        key_id, version = self._version(job.version) if job.version else (None, None)
        work = WorkRequest(
            job.id,
            REENCRYPT,
            COMPARTMENT,
            self._bucket.namespace,
            self._bucket.name,
            job.accepted,
            job.accepted,
            job.ends,
            outcome=job.end,
            fails_at=100,
            key_id=key_id,
            version=version,
            bucket_key_only=job.scope == receipts.BUCKET_KEY,
            target=self._bucket,
            keys=self._world.keys,
            objects=list(self._bucket.objects) if job.wraps else [],
        )
        if job.canceling:
            work.status, work.cancels_at = "CANCELING", job.ends
        self._world.add_work_request(work)

    # What goes wrong.

    def refuse(self, operation: str, status: int, *numbers: int, **fault: Any) -> None:
        """Refuse the calls of an operation that have these numbers, from 1 on; without any, each from now on."""
        if not numbers:
            self.break_(operation, "error_before", status=status, count=-1, **fault)
        for earlier, number in enumerate(sorted(numbers)):
            # What an earlier fault strikes, this one does not see.
            self.break_(operation, "error_before", status=status, skip=number - 1 - earlier, **fault)

    def break_(self, operation: str, kind: str, **fault: Any) -> None:
        self.simulator.add_fault({"operation": operation, "kind": kind, **fault})

    def heal(self) -> None:
        """From now on, nothing goes wrong."""
        self.simulator.faults.clear()

    # What others do.

    def pass_time(self, seconds: float) -> None:
        self._clock.advance(seconds)

    def rotate(self) -> str:
        return self._home.rotate(KEY).id

    def set_state(self, state: str) -> None:
        self._world.set_key_state(KEY, state)

    def change(self) -> None:
        """Somebody changes the bucket in a way that leaves only another etag."""
        self._bucket.etag = self._world.new_etag()

    def commit_upload(self) -> None:
        """The last of the uploads ends."""
        self._bucket.uploads.popitem()

    def forget(self) -> None:
        """The service forgets all work requests, those that run too."""
        self._world.work.forget()

    # What is there.

    @property
    def api(self) -> OciApi:
        return self._apis[BLIND if self.unreadable else ADMIN]

    @property
    def keys(self) -> dict[str, Key]:
        return self._home.keys

    @property
    def now(self) -> float:
        return self._clock.now()

    @property
    def bucket(self) -> Bucket:
        there = self._bucket
        return a_bucket(
            etag=there.etag,
            kms_key_id=there.kms_key_id,
            freeform_tags=there.freeform_tags,
            defined_tags=there.defined_tags,
            versioning=there.versioning,
        )

    @property
    def calls(self) -> list[str]:
        return [one.operation for one in self.simulator.seen]

    def forget_calls(self) -> None:
        """Also which of them were writes and posts."""
        self.simulator.seen.clear()

    def _effects(self, operation: str) -> int:
        return sum(one.effect for one in self.simulator.seen if one.operation == operation)

    @property
    def posts(self) -> int:
        return self._effects("ReencryptBucket")

    @property
    def writes(self) -> int:
        return self._effects("UpdateBucket")

    @property
    def accepted(self) -> list[str]:
        """The work requests there are, oldest first."""
        return list(self._world.work_requests)

    def current(self) -> str | None:
        key = self._world.keys.get(self._bucket.kms_key_id or "")
        return key.current(self.now).id if key else None

    def proven_under(self, scope: str) -> str | None:
        """The version that everything of a scope is really under, by its data keys themselves."""
        self._world.advance()
        if scope == receipts.BUCKET_KEY:
            return self._bucket.bucket_key_version.id if self._bucket.bucket_key_version else None
        (stored,) = self._bucket.objects
        assert self._world.wrapped_by(stored, stored.key_version)
        return stored.key_version.id

    # Calls.

    def _transport(self, request: Request, timeout: float) -> Response:
        self._clock.advance(CALL)
        seen = self.simulator.seen
        if self.before:
            self.before.get(route(request)[0], int)()
        try:
            response = self._direct(request, timeout)
            if seen[-1].operation in self.silent:
                self._clock.advance(LATE)
                no_answer()
            return response
        finally:
            self._clock.advance(self.slow.get(seen[-1].operation, self.slow.get("*", 0.0)))
            if len(seen) > _MOST_CALLS:
                raise Endless(f"a run that does not end: … {self.calls[-8:]}")


class Endless(BaseException):
    """It is no Exception, so that nothing in the collection can catch it."""
