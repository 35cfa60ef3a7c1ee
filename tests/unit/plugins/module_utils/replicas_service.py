# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service of many buckets in memory, for whole runs of a fleet: neither network nor SDK, and a clock that each call moves.

It keeps the truth that a fleet cannot see, and raises where a fleet does what it must not.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import partial
from types import SimpleNamespace
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.common.filters import Names
from ansible_collections.rekey.oci.plugins.module_utils.common.model import (
    ApiError,
    Bucket,
    Change,
    Key,
    Upload,
    Version,
    WorkRequest,
)
from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import Owners, owners_of
from ansible_collections.rekey.oci.plugins.module_utils.decide.places import FREEFORM
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.fleet.fleet import Fleet
from ansible_collections.rekey.oci.plugins.module_utils.fleet.site import Limits, Selection, Site
from ansible_collections.rekey.oci.plugins.module_utils.module.fleet_results import Compact
from ansible_collections.rekey.oci.plugins.module_utils.sdk.api import SharedApi
from ansible_collections.rekey.oci.plugins.module_utils.sdk.lists import Pages, Send
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import work_request_of

EPOCH = 1_750_000_000.0
NAMESPACE = "examplens"
REGION = "us-ashburn-1"
TENANCY = "ocid1.tenancy.oc1..example"
APPS = "ocid1.compartment.oc1..apps"
KEY = "ocid1.key.oc1.iad.examplevault.examplekey"
OTHER_KEY = "ocid1.key.oc1.iad.examplevault.otherkey"


@dataclass
class Job:
    id: str
    compartment_id: str
    bucket: str
    accepted: float
    ends: float
    end: str = "COMPLETED"
    #: What its summary in a list names; None is nothing.
    named: str | None = None


def refused(operation: str, status: int, code: str = "NotAuthorizedOrNotFound") -> ApiError:
    return ApiError(operation, "no", status=status, code=code, retryable=status in (429, 500, 503))


@dataclass
class Service(SharedApi):
    """``fails`` maps an operation to a function that may raise; it is given the bucket's name, key's or compartment's id."""

    work_seconds: float = 3.0
    latency: float = 0.01
    summaries_name: bool = True
    now: float = 1000.0
    virtual: bool = True
    buckets: dict[str, Bucket] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=lambda: {KEY: "version-1", OTHER_KEY: "other-1"})
    #: In which region keys are, and when their current versions come to others, by key and region.
    key_region: str | None = None
    replicas: dict[str, dict[str, float]] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    durations: dict[str, float] = field(default_factory=dict)
    #: Compartments by parent.
    tree: dict[str, list[str]] = field(default_factory=dict)
    fails: dict[str, Callable[[str], None]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    submitted: Counter[str] = field(default_factory=Counter)
    most_running: int = 0
    on_sleep: Callable[[], None] = lambda: None
    #: The services of other regions.
    elsewhere: dict[str, Service] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._looked: dict[str, float] = {}
        self._listed: dict[str, float] = {}
        self._number = 0

    # For tests.

    def add(
        self, number: int, prefix: str = "b", key: str | None = KEY, compartment_id: str = APPS, **more: Any
    ) -> None:
        for index in range(number):
            name = f"{prefix}-{index}"
            self.buckets[name] = Bucket(
                NAMESPACE,
                name,
                etag=f"etag-{name}-0",
                id=f"ocid1.bucket.oc1..{name}",
                compartment_id=compartment_id,
                kms_key_id=key,
                versioning="Disabled",
                approximate_count=3,
                **more,
            )

    def rotate(self, key_id: str = KEY) -> None:
        name, number = self.versions[key_id].rsplit("-", 1)
        self.versions[key_id] = f"{name}-{int(number) + 1}"

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds < 1e6, "nothing will ever be due"
        self.on_sleep()
        self.now += seconds

    def running(self) -> int:
        return sum(job.ends > self.now for job in self.jobs.values())

    def states(self) -> Counter[str]:
        found = [FREEFORM.read(bucket)[0] for bucket in self.buckets.values()]
        return Counter(receipt.state if receipt else "none" for receipt in found)

    def fleet(self, *, workers: int = 8, max_in_flight: int = 100, **more: Any) -> Fleet:
        """A fleet over APPS, unless told otherwise."""
        compartment_ids = more.pop("compartment_ids", [APPS])
        selection = Selection(
            Names(more.pop("include", None), more.pop("exclude", None)),
            more.pop("recursive", False),
            more.pop("key_ids", None),
        )
        sites = [Site(region, api, Lists(api), NAMESPACE) for region, api in {REGION: self, **self.elsewhere}.items()]
        timing = Timing(self.clock, self.sleep, lambda: 0.5) if self.virtual else None
        keep = more.pop("keep", None) or Compact()
        limits = Limits(workers, max_in_flight, more.pop("max_failures", None), more.pop("max_submissions", None))
        fleet = Fleet(sites, Options(**more), selection, limits, keep, timing)
        fleet.add_compartments(compartment_ids)
        return fleet

    def run(self, **more: Any) -> list[dict[str, Any]]:
        """Run a fleet to its end, and return its entries by name."""
        fleet = self.fleet(**more)
        fleet.run_here(self.sleep)
        return sorted(fleet.entries, key=lambda entry: str(entry["name"]))

    # The service.

    def _call(self, operation: str, what: str = "") -> None:
        with self._lock:
            self.calls[operation] += 1
            if self.virtual:
                self.now += self.latency
        if operation in self.fails:
            self.fails[operation](what)

    def _summary(self, job: Job, told: bool) -> Any:
        over = job.ends <= self.now
        resource = SimpleNamespace(entity_uri=f"/n/{NAMESPACE}/b/{job.bucket}", metadata=None, identifier=None)
        return SimpleNamespace(
            id=job.id,
            operation_type="REENCRYPT",
            status=job.end if over else "IN_PROGRESS",
            percent_complete=100.0 if over else 10.0,
            time_accepted=datetime.fromtimestamp(EPOCH + job.accepted, timezone.utc),
            time_started=None,
            time_finished=None,
            resources=[resource] if told else [],
        )

    def get_namespace(self) -> str:
        return NAMESPACE

    def get_bucket(self, namespace: str, name: str) -> tuple[Bucket, float | None]:
        begun = self.now
        self._call("GetBucket", name)
        with self._lock:
            self._looked[name] = begun
            if name not in self.buckets:
                raise refused(operation="GetBucket", status=404, code="BucketNotFound")
            return self.buckets[name], float(int(EPOCH + self.now))

    def get_key(self, key_id: str, not_before: float = 0.0) -> tuple[Key, float | None]:
        self._call("GetKey", key_id)
        return Key(key_id, self.versions[key_id], state="ENABLED", algorithm="AES", region=self.key_region), None

    def get_version(self, key_id: str, version_id: str) -> Version:
        self._call("GetKeyVersion", version_id)
        return Version(EPOCH - 1000.0, None, f"of {version_id}" if key_id in self.replicas else None)

    def get_replication(self, key_id: str, replication_id: str) -> Mapping[str, str]:
        self._call("GetReplicationStatus", replication_id)
        return {
            region: "REPLICATED" if self.now >= at else "REPLICATING"
            for region, at in self.replicas.get(key_id, {}).items()
        }

    def has_objects(self, namespace: str, name: str, versions: bool) -> bool:
        self._call("ListObjects", name)
        return bool(self.buckets[name].approximate_count)

    def reencryption_pages(self, compartment_id: str, send: Send) -> Iterator[list[tuple[WorkRequest, Owners]]]:
        begun = self.now
        send(partial(self._call, "ListWorkRequests", compartment_id))
        with self._lock:
            self._listed[compartment_id] = begun
            summaries = [
                self._summary(job, self.summaries_name)
                for job in self.jobs.values()
                if job.compartment_id == compartment_id
            ]
        found = [(work_request_of(one), owners_of(one.resources)) for one in summaries]
        yield found[: len(found) // 2]
        yield found[len(found) // 2 :]

    def get_owners(self, work_request_id: str) -> Owners:
        self._call("GetWorkRequest for its owner", work_request_id)
        return owners_of(self._summary(self.jobs[work_request_id], True).resources)

    def get_work_request(self, work_request_id: str) -> WorkRequest:
        self._call("GetWorkRequest", work_request_id)
        job = self.jobs[work_request_id]
        over = job.ends <= self.now
        return WorkRequest(
            job.id, job.end if over else "IN_PROGRESS", 100.0 if over else 10.0, time_accepted=EPOCH + job.accepted
        )

    def list_uploads(self, namespace: str, name: str, send: Send) -> tuple[Upload, ...]:
        self._call("ListMultipartUploads", name)
        return ()

    def get_work_request_errors(self, work_request_id: str) -> tuple[Mapping[str, Any], ...]:
        self._call("ListWorkRequestErrors", work_request_id)
        if self.jobs[work_request_id].end == "COMPLETED":
            return ()
        return ({"code": "KmsKeyError", "message": "the key could not wrap", "timestamp": None},)

    def update_bucket(self, bucket: Bucket, etag: str | None, change: Change) -> Bucket:
        self._call("UpdateBucket", bucket.name)
        with self._lock:
            known = self.buckets[bucket.name]
            if etag != known.etag:
                raise refused("UpdateBucket", 412, "IfMatchFailed")
            if (change.freeform_tags or {}).get(receipts.RECEIPT_TAG, "").startswith("claimed"):
                listed, looked = self._listed[known.compartment_id or ""], self._looked[bucket.name]
                assert listed >= looked, f"{bucket.name} is claimed on a list that was begun before its look"
            self._number += 1
            self.buckets[bucket.name] = written = replace(change.of(known), etag=f"etag-{bucket.name}-{self._number}")
            return written

    def reencrypt_bucket(
        self, namespace: str, name: str, bucket_key_only: bool, client_request_id: str, timeout: float
    ) -> str:
        self._call("ReencryptBucket", name)
        with self._lock:
            return self.submit(name)

    def submit(self, name: str) -> str:
        """Accept a re-encryption, by whomever."""
        self.submitted[name] += 1
        job_id = f"ocid1.objectstorageworkrequest.oc1..{len(self.jobs)}"
        seconds = self.durations.get(name, self.work_seconds)
        compartment_id = self.buckets[name].compartment_id or ""
        self.jobs[job_id] = Job(job_id, compartment_id, name, self.now, self.now + seconds)
        self.most_running = max(self.most_running, self.running())
        return job_id


class Lists:
    def __init__(self, service: Service) -> None:
        self._service = service

    def buckets(self, namespace: str, compartment_id: str) -> Pages:
        def fetch(page: str = "") -> Any:
            if not page:
                self._service._call("ListBuckets", compartment_id)
            found = self._service.buckets.items()
            return listed(page, [name for name, bucket in found if bucket.compartment_id == compartment_id])

        return Pages("ListBuckets", fetch, lambda page: [one.name for one in page])

    def children(self, compartment_id: str) -> Pages:
        def fetch(page: str = "") -> Any:
            if not page:
                self._service._call("ListCompartments", compartment_id)
            tree = self._service.tree
            return listed(
                page, self._below(compartment_id) if compartment_id == TENANCY else tree.get(compartment_id, [])
            )

        return Pages("ListCompartments", fetch, lambda page: [(one.name, f"name of {one.name}") for one in page])

    def _below(self, compartment_id: str) -> list[str]:
        children = self._service.tree.get(compartment_id, [])
        return [deep for child in children for deep in (child, *self._below(child))]


def listed(page: str, names: list[str]) -> Any:
    """A list of two pages."""
    half = len(names) // 2
    return as_page(names[half:] if page else names[:half], last=bool(page))


def as_page(told: list[str], last: bool) -> Any:
    headers = {"opc-request-id": "an-id"} if last else {"opc-request-id": "an-id", "opc-next-page": "2"}
    return SimpleNamespace(status=200, data=[SimpleNamespace(name=name) for name in told], headers=headers)
