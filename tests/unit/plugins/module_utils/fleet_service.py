# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many buckets in the simulator, in process, for whole runs of a fleet; on a clock that each call moves, or on the real one."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.common.filters import Names
from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.places import FREEFORM
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.fleet.fleet import Fleet
from ansible_collections.rekey.oci.plugins.module_utils.fleet.site import Limits, Selection, Site
from ansible_collections.rekey.oci.plugins.module_utils.module.fleet_results import Compact, summary_of
from ansible_collections.rekey.oci.plugins.module_utils.sdk.compartments import Compartments
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi

from ....simulator.clock import Clock, VirtualClock
from ....simulator.dispatch import Simulator
from ....simulator.in_process import Clients, direct
from ....simulator.messages import Refusal, Request, Response
from ....simulator.regions import HOME
from ....simulator.routes import route
from ....simulator.storage import Bucket
from ....simulator.users import ADMIN
from ....simulator.work import WorkRequest
from ....simulator.world import NAMESPACE, TENANCY
from .examples import KEY, OTHER_KEY, bucket

REGION = HOME
APPS = "ocid1.compartment.oc1..apps"

__all__ = ("APPS", "KEY", "OTHER_KEY", "REGION", "TENANCY", "Service", "counts", "refused")


class Wrong(BaseException):
    """A fleet did what it must not. It is no Exception, so that nothing in the collection takes it for a failure."""


def refused(status: int, code: str = "NotAuthorizedOrNotFound") -> Refusal:
    """For a function of ``Service.at`` to raise: the service refuses the call."""
    return Refusal(status, code, "no")


def counts(entries: list[dict[str, Any]], waited: bool = True) -> dict[str, int]:
    """What is not 0; how many are proven is asked for by itself."""
    return {name: count for name, count in summary_of(entries, waited).items() if count and name != "proven"}


class Service:
    """One region. ``settings`` are the simulator's; ``tree`` has compartments by parent.

    The keys are in HOME. ``arrives`` are those whose vault is replicated to this region, with the seconds until their
    current versions come here.

    ``at`` maps an operation to what happens at each of its calls, before it has its effect; it is given the bucket's name,
    the key's or the compartment's id, and may raise.
    """

    def __init__(
        self,
        *,
        virtual: bool = True,
        region: str = REGION,
        at: dict[str, Callable[[str], Any]] | None = None,
        tree: dict[str, list[str]] | None = None,
        durations: dict[str, float] | None = None,
        arrives: dict[str, float] | None = None,
        **settings: Any,
    ) -> None:
        self.virtual, self.region = virtual, region
        self._clock = VirtualClock() if virtual else Clock()
        self.simulator = Simulator(self._clock, seed=1)
        self.world = self.simulator.region(region)
        self.settings = self.world.settings
        self.settings.patch({"work_seconds": 3.0, **settings})
        self._began = self._clock.now()
        self.at = dict(at or {})
        #: How long the re-encryption of some buckets takes.
        self.durations = dict(durations or {})
        for key_id in (KEY, OTHER_KEY):
            key = self.simulator.world.add_key(key_id[-8:], key_id=key_id)
            key.versions[0].time_created -= 1000.0
            self.world.keys[key_id] = key
            if arrives and key_id in arrives:
                key.replicas = (region,)
                version = self.simulator.world.rotate(key_id)
                version.replicated_at[region] = self._began + arrives[key_id]
        for parent, children in (tree or {}).items():
            for child in children:
                self.compartment(child, parent)
        self.compartment(APPS)
        #: Calls by operation; of a list, its first page. All pages are in ``pages``.
        self.calls: Counter[str] = Counter()
        self.pages: Counter[str] = Counter()
        #: What was submitted by fleets, by bucket; and how many ran at once.
        self.submitted: Counter[str] = Counter()
        self.most_running = 0
        self.on_sleep: Callable[[], None] = lambda: None
        #: The services of other regions.
        self.elsewhere: list[Service] = []
        #: One that takes long serves also after another look that finds the bucket as it was.
        self.lists_are_short = True
        self._lock = threading.RLock()
        self._looked: dict[str, float] = {}
        self._listed: dict[str, float] = {}
        self._direct = direct(self.simulator)
        self.api = OciApi(Clients(self._transport, ADMIN, region))  # type: ignore[arg-type]

    # What there is.

    def compartment(self, compartment_id: str, parent: str = TENANCY) -> None:
        if compartment_id not in self.world.compartments:
            self.world.add_compartment(f"name of {compartment_id}", parent, compartment_id)

    def add(
        self, number: int, prefix: str = "b", key: str | None = KEY, compartment_id: str = APPS, objects: int = 1
    ) -> None:
        self.compartment(compartment_id)
        for index in range(number):
            self.world.put_objects(self.world.add_bucket(f"{prefix}-{index}", compartment_id, key), objects)

    def empty(self, *names: str) -> None:
        for name in names:
            self.buckets[name].objects.clear()
            self.buckets[name].counts.clear()

    def rotate(self, key_id: str = KEY) -> str:
        return self.world.rotate(key_id).id

    @property
    def buckets(self) -> dict[str, Bucket]:
        return self.world.buckets

    @property
    def works(self) -> list[WorkRequest]:
        return list(self.world.work_requests.values())

    def running(self) -> int:
        return sum(work.ends_at > self._clock.now() for work in self.works)

    def submit(self, name: str) -> WorkRequest:
        """Accept a re-encryption by somebody else."""
        return self._lasting(self.world.reencrypt(self.buckets[name], "stranger"))

    def _lasting(self, work: WorkRequest) -> WorkRequest:
        work.ends_at = work.starts_at + self.durations.get(work.bucket, work.ends_at - work.starts_at)
        return work

    def states(self) -> Counter[str]:
        told = [
            bucket(name=one.name, id=one.id, kms_key_id=one.kms_key_id, freeform_tags=one.freeform_tags)
            for one in self.buckets.values()
        ]
        found = [FREEFORM.read(one)[0] for one in told]
        return Counter(receipt.state if receipt else "none" for receipt in found)

    # Time.

    @property
    def elapsed(self) -> float:
        return self._clock.now() - self._began

    def pass_time(self, seconds: float) -> None:
        self._clock.advance(seconds)

    def sleep(self, seconds: float) -> None:
        assert seconds < 1e6, "nothing will ever be due"
        self.on_sleep()
        self._clock.advance(seconds)

    # Fleets.

    def fleet(self, *, workers: int = 8, max_in_flight: int = 100, **more: Any) -> Fleet:
        """A fleet over APPS, unless told otherwise."""
        compartment_ids = more.pop("compartment_ids", [APPS])
        selection = Selection(
            Names(more.pop("include", None), more.pop("exclude", None)),
            more.pop("recursive", False),
            more.pop("key_ids", None),
        )
        sites = [Site(one.region, one.api, Compartments(one.api.calls), NAMESPACE) for one in (self, *self.elsewhere)]
        timing = Timing(self._clock.now, self.sleep, lambda: 0.5) if self.virtual else None
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

    # Calls.

    def _transport(self, request: Request, timeout: float) -> Response:
        operation, names = route(request)
        what = names.get("name") or names.get("key_id") or request.query.get("compartmentId", "")
        with self._lock:
            self.pages[operation] += 1
            self.calls[operation] += "page" not in request.query
            begun = self._clock.now()
            if self.virtual:
                self._clock.advance(0.01)
        try:
            self.at.get(operation, id)(what)
        except Refusal as refusal:
            return refusal.response
        with self._lock:
            if operation == "GetBucket":
                self._looked[what] = begun
            elif operation == "ListWorkRequests":
                self._listed[what] = begun
            elif operation == "UpdateBucket":
                self._check_claim(request, what)
            response = self._direct(request, timeout)
            if operation == "ReencryptBucket" and response.status < 300:
                self.submitted[what] += 1
                self._lasting(self.world.work_requests[response.headers["opc-work-request-id"]])
                self.most_running = max(self.most_running, self.running())
        return response

    def _check_claim(self, request: Request, name: str) -> None:
        tags = request.json().get("freeformTags") or {}
        if self.lists_are_short and tags.get(receipts.RECEIPT_TAG, "").startswith("claimed"):
            listed = self._listed[self.buckets[name].compartment_id]
            if listed < self._looked[name]:
                raise Wrong(f"{name} is claimed on a list that was begun before its look")
