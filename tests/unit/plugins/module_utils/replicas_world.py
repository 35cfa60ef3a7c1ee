# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service of one bucket for whole runs of the decision: states and a clock, neither network nor SDK.

It keeps the truth that a decision cannot see: under which key version the objects really are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.common.model import (
    ApiError,
    Bucket,
    Change,
    Key,
    Upload,
    Version,
    WorkRequest,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import Asked
from ansible_collections.rekey.oci.plugins.module_utils.decide.places import FREEFORM
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import Receipt
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Outcome, Reconciler
from ansible_collections.rekey.oci.plugins.module_utils.sdk.api import Api
from ansible_collections.rekey.oci.plugins.module_utils.sdk.lists import Send

KEY = "ocid1.key.oc1.iad.examplevault.examplekey"
OTHER_KEY = "ocid1.key.oc1.iad.examplevault.otherkey"
VERSION = "ocid1.keyversion.oc1.iad.examplevault.current"
OLDER = "ocid1.keyversion.oc1.iad.examplevault.older"
OTHER_VERSION = "ocid1.keyversion.oc1.iad.examplevault.other"

#: The service's clock when a run begins, and when the key's current version was created.
EPOCH = 1_750_000_000.0
CREATED = EPOCH - 5000.0

NONCE = "aaaaaaaaaaaa"
OTHERS_NONCE = "bbbbbbbbbbbb"


@dataclass
class Job:
    """A re-encryption: from when on it is what; ``version`` is what the objects are under once it has completed."""

    id: str
    accepted: float
    ends: float
    end: str = "COMPLETED"
    running: str = "IN_PROGRESS"
    version: str | None = VERSION
    scope: str = receipts.ALL
    forgotten: bool = False
    #: Whether there are errors on record although it completed.
    errors: bool = False

    def at(self, now: float) -> WorkRequest:
        """What the service says of it."""
        over = now >= self.ends
        return WorkRequest(
            id=self.id,
            status=self.end if over else self.running,
            percent_complete=100.0 if over and self.end == "COMPLETED" else 40.0,
            time_accepted=self.accepted,
            time_finished=self.ends if over else None,
        )


def key(key_id: str = KEY, version: str = VERSION, state: str = "ENABLED") -> Key:
    """A key as GetKey tells it: without the time of its version."""
    return Key(id=key_id, current_version=version, vault_id="ocid1.vault.oc1.iad.example", state=state, algorithm="AES")


def bucket(**changes: Any) -> Bucket:
    """A bucket with objects, under KEY."""
    whole = Bucket(
        namespace="examplens",
        name="payroll",
        etag="etag-0",
        id="ocid1.bucket.oc1.iad.payroll",
        compartment_id="ocid1.compartment.oc1..example",
        kms_key_id=KEY,
        versioning="Disabled",
        approximate_count=7,
        freeform_tags={"owner": "finance"},
    )
    return replace(whole, **changes)


def receipt(state: str, work_request_id: str | None = None, **changes: Any) -> Receipt:
    """A receipt by another controller, for VERSION of KEY."""
    whole = Receipt(
        state=state,
        key_version_id=VERSION,
        key=receipts.key_digest(KEY),
        scope=receipts.ALL,
        time=EPOCH - 1000.0,
        nonce=OTHERS_NONCE,
        version_created=CREATED,
        work_request_id=work_request_id,
    )
    return replace(whole, **changes)


def tagged(made: Receipt, there: Bucket | None = None) -> Bucket:
    """The bucket with a receipt in its freeform tags."""
    there = there or bucket()
    return FREEFORM.write(there, made).of(there)


def tags_of(made: Receipt, there: Bucket | None = None) -> dict[str, str]:
    """All freeform tags of the bucket with a receipt in them."""
    return dict(tagged(made, there).freeform_tags)


@dataclass
class World(Api):
    """The service. ``now`` is its clock, and the run's monotonic one."""

    bucket: Bucket = field(default_factory=bucket)
    keys: dict[str, Key] = field(default_factory=lambda: {KEY: key(), OTHER_KEY: key(OTHER_KEY, OTHER_VERSION)})
    unreadable: bool = False
    #: What GetKeyVersion tells of the current version's replication, and when it comes to each region.
    replication_id: str | None = None
    replicas: dict[str, float] = field(default_factory=dict)
    #: How GetReplicationStatus fails.
    replication_fails: ApiError | None = None
    objects: bool = True
    jobs: list[Job] = field(default_factory=list)
    #: How long a re-encryption takes, and how it ends.
    duration: float = 5.0
    end: str = "COMPLETED"
    #: What all objects are under, and what their bucket keys are under.
    under: str | None = None
    bucket_keys_under: str | None = None
    refuse_tags: bool = False
    uploads: list[Upload] = field(default_factory=list)
    now: float = EPOCH
    posts: int = 0
    writes: int = 0
    calls: list[str] = field(default_factory=list)

    def pass_time(self, seconds: float) -> None:
        """Move the clock, and finish what is over by then."""
        self.now += seconds
        for job in sorted(self.jobs, key=lambda job: job.ends):
            if job.ends <= self.now and job.end == "COMPLETED" and job.version is not None:
                self.bucket_keys_under = job.version
                if job.scope == receipts.ALL:
                    self.under = job.version
                job.version = None

    def proven_under(self, scope: str) -> str | None:
        """The version that everything of a scope is really under."""
        return self.under if scope == receipts.ALL else self.bucket_keys_under

    def _called(self, operation: str) -> None:
        self.calls.append(operation)
        self.pass_time(0.01)
        if len(self.calls) > 5000:
            raise AssertionError(f"a run that does not end: … {self.calls[-8:]}")

    def get_namespace(self) -> str:
        return self.bucket.namespace

    def get_bucket(self, namespace: str, name: str) -> tuple[Bucket, float | None]:
        self._called("GetBucket")
        return self.bucket, float(int(self.now))

    def get_key(self, key_id: str, not_before: float = 0.0) -> tuple[Key, float | None]:
        self._called("GetKey")
        if self.unreadable:
            raise ApiError("GetKey", "not there, or not allowed", status=404, code="NotAuthorizedOrNotFound")
        return self.keys[key_id], None

    def get_version(self, key_id: str, version_id: str) -> Version:
        self._called("GetKeyVersion")
        return Version(CREATED, None, self.replication_id)

    def get_replication(self, key_id: str, replication_id: str) -> Mapping[str, str]:
        self._called("GetReplicationStatus")
        assert replication_id == self.replication_id
        if self.replication_fails is not None:
            raise self.replication_fails
        return {region: "REPLICATED" if self.now >= at else "REPLICATING" for region, at in self.replicas.items()}

    def has_objects(self, namespace: str, name: str, versions: bool) -> bool:
        self._called("ListObjectVersions" if versions else "ListObjects")
        return self.objects

    def list_uploads(self, namespace: str, name: str, send: Any) -> tuple[Upload, ...]:
        self._called("ListMultipartUploads")
        return tuple(self.uploads)

    def list_reencryptions(
        self, compartment_id: str, asked: Asked, send: Send
    ) -> tuple[tuple[WorkRequest, ...], float | None]:
        self._called("ListWorkRequests")
        told = [job.at(self.now) for job in self.jobs if not job.forgotten]
        return tuple(filter(asked.wants, told)), None

    def get_work_request(self, work_request_id: str) -> WorkRequest:
        self._called("GetWorkRequest")
        for job in self.jobs:
            if job.id == work_request_id and not job.forgotten:
                return job.at(self.now)
        raise ApiError("GetWorkRequest", "not there, or not allowed", status=404, code="NotAuthorizedOrNotFound")

    def get_work_request_errors(self, work_request_id: str) -> tuple[Mapping[str, Any], ...]:
        self._called("ListWorkRequestErrors")
        job = next((job for job in self.jobs if job.id == work_request_id), None)
        if job is not None and job.end == "COMPLETED" and not job.errors:
            return ()
        return ({"code": "InternalError", "message": "an object could not be read", "timestamp": None},)

    def update_bucket(self, bucket: Bucket, etag: str | None, change: Change) -> Bucket:
        self._called("UpdateBucket")
        if change.freeform_tags is not None and self.refuse_tags:
            raise ApiError("UpdateBucket", "not allowed", status=404, code="NotAuthorizedOrNotFound")
        if etag != self.bucket.etag:
            raise ApiError("UpdateBucket", "changed meanwhile", status=412, code="IfMatchFailed")
        self.writes += 1
        self.bucket = replace(change.of(self.bucket), etag=f"etag-{self.writes}")
        return self.bucket

    def reencrypt_bucket(
        self, namespace: str, name: str, bucket_key_only: bool, client_request_id: str, timeout: float
    ) -> str:
        self._called("ReencryptBucket")
        self.posts += 1
        current = self.keys[self.bucket.kms_key_id or ""].current_version
        job = Job(f"ocid1.workrequest.oc1.iad.own{self.posts}", self.now, self.now + self.duration, self.end)
        job.version = current if self.now >= self.replicas.get(self.bucket.region or "", 0.0) else OLDER
        job.scope = receipts.BUCKET_KEY if bucket_key_only else receipts.ALL
        self.jobs.append(job)
        return job.id


def reconciler(world: World, options: Options, nonce: str = NONCE) -> Reconciler:
    """A run that has not begun."""
    return Reconciler(
        world, "examplens", world.bucket.name, options, nonce, lambda: world.now, lambda: 0.5, sleep=world.pass_time
    )


def reconcile(world: World, options: Options, nonce: str = NONCE) -> tuple[Reconciler, Outcome]:
    """A whole run: decide, do, and let time pass, until the end."""
    run = reconciler(world, options, nonce)
    for _step in range(5000):
        pause = run.step()
        if run.outcome is not None:
            return run, run.outcome
        world.pass_time(pause)
    raise AssertionError("a run that does not end")
