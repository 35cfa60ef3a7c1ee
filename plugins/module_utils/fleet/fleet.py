# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many buckets at once: threads around the reconciling of one bucket. Concurrency only, no decision and no call of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Callable, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.fleet.brakes import NOT_BEGUN, Brakes
from ansible_collections.rekey.oci.plugins.module_utils.fleet.bucket_api import Context
from ansible_collections.rekey.oci.plugins.module_utils.fleet.discovery import Discovery
from ansible_collections.rekey.oci.plugins.module_utils.fleet.elsewhere import RunningElsewhere
from ansible_collections.rekey.oci.plugins.module_utils.fleet.region import Region
from ansible_collections.rekey.oci.plugins.module_utils.fleet.scheduler import Scheduler
from ansible_collections.rekey.oci.plugins.module_utils.fleet.shared import Shared
from ansible_collections.rekey.oci.plugins.module_utils.fleet.site import Limits, Selection, Site
from ansible_collections.rekey.oci.plugins.module_utils.fleet.tasks import BucketTask, Entries
from ansible_collections.rekey.oci.plugins.module_utils.fleet.threads import Stop, Threads, Verdict
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef, NoSlot, Task, Wait
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler

#: Buckets that are looked into at once: more would only cost memory.
_MOST_OPEN = 1000


class Fleet:
    """``keep`` makes of each bucket at its end what is kept of it; ``entries`` has them in no order.

    The number of threads is ``workers``; ``run_here`` does without any, for a clock that is not real.
    """

    def __init__(
        self,
        sites: Sequence[Site],
        options: Options,
        selection: Selection,
        limits: Limits,
        keep: Entries,
        timing: Optional[Timing] = None,
    ) -> None:
        self.options = options
        self.entries: list[Any] = []
        #: Of those that were asked for, the keys that some bucket is under.
        self.matched_keys: set[str] = set()
        #: How many buckets were found and not finished, when the run was stopped.
        self.unfinished = 0
        self._selection = selection
        self._keeper = keep
        self._starved = False
        self._found: list[BucketRef] = []
        stop = Stop()
        self._timing = timing or Timing(sleep=stop.sleep)
        self._scheduler = Scheduler(limits.workers, limits.max_in_flight, _MOST_OPEN, self._open, self._timing.clock)
        brakes = Brakes(limits.max_failures, limits.max_submissions, self._scheduler.end)
        self._context = Context(self._scheduler, Shared(self._scheduler), brakes, stop)
        self._threads = Threads(self._scheduler, stop, limits.workers, self._take_back)
        self._regions = {site.region: Region(site, selection, options, self._context, self._timing) for site in sites}

    # What there is to do.

    @property
    def regions(self) -> list[Optional[str]]:
        return list(self._regions)

    @property
    def discoveries(self) -> list[Discovery]:
        return [region.discovery for region in self._regions.values()]

    def add_compartments(self, compartment_ids: Iterable[str]) -> None:
        wanted = list(compartment_ids)
        for discovery in self.discoveries:
            if self._context.brakes.active:
                # Whose turn it is is only known when all are.
                discovery.take_buckets = self._found.extend
            discovery.begin(wanted)

    def _open(self, ref: BucketRef, slot: bool) -> BucketTask:
        region = self._regions[ref.region]
        return BucketTask(self._context, region, ref, slot, self.options, self._timing, self._wanted, self._keeper)

    def _wanted(self, reconciler: Reconciler) -> bool:
        bucket, key_ids = reconciler.facts.bucket, self._selection.key_ids
        if key_ids is None:
            return True
        found = bucket.kms_key_id if bucket is not None else None
        if found in key_ids:
            self.matched_keys.add(str(found))
            return True
        # One that a run has moved already, and did not finish.
        return found is not None and found == self.options.kms_key_id

    # Running.

    @property
    def stopped(self) -> bool:
        return self._context.stop.told

    def stop(self) -> None:
        """Begin nothing more. May be called by a signal's handler."""
        self._context.stop.tell()

    @property
    def crash(self) -> Optional[str]:
        """An error that is nobody's alone, and that ended the run."""
        return self._threads.crash

    @property
    def unobserved(self) -> Optional[str]:
        """Why, from some time on, nothing was told of the progress."""
        return self._threads.unobserved

    def run(self, observe: Optional[Callable[[], None]] = None) -> None:
        """Run until all is done, or told to stop. What was begun by then is told by an entry each. Raises nothing.

        ``observe`` is called now and then meanwhile, in this thread.
        """
        self._threads.run(observe)
        if self.stopped:
            self._finish()

    def standing(self, since: int) -> tuple[list[Any], list[tuple[Optional[str], Reconciler]], int]:
        """How far the run is: the entries from number ``since`` on, the buckets looked into with their regions, and how many
        are not finished."""
        scheduler = self._scheduler
        with scheduler.changed:
            under_way = [(task.region, task.reconciler) for task in scheduler.open if isinstance(task, BucketTask)]
            return self.entries[since:], under_way, scheduler.unfinished() + len(self._found)

    def run_here(self, sleep: Callable[[float], None]) -> None:
        """Run all in this thread."""
        self._threads.here(sleep)
        if self.stopped:
            self._finish()

    def _finish(self) -> None:
        scheduler = self._scheduler
        with scheduler.changed:
            for task in list(scheduler.open):
                if isinstance(task, BucketTask):
                    task.stop()
                    if task.entry is not None:
                        self.entries.append(task.entry)
            self.unfinished = scheduler.unfinished() + len(self._found)
            scheduler.open.clear()

    def _take_back(self, task: Task, verdict: Verdict) -> None:
        """What became of a task that was run."""
        scheduler = self._scheduler
        with scheduler.changed:
            if isinstance(verdict, float):
                scheduler.paused(task, verdict)
            elif isinstance(verdict, Wait):
                scheduler.parked(task, verdict.call)
            elif isinstance(verdict, NoSlot) and isinstance(task, BucketTask):
                self._no_slot(task)
            else:
                self._keep(task)
                scheduler.ended(task)
            self._release()
            if isinstance(task, RunningElsewhere) and task.hopeless and not self._starved:
                self._starve()
            for region in self._regions.values():
                region.elsewhere.schedule()

    def _release(self) -> None:
        """Let the buckets take their turns once all are found; and let go of those whose turn shall not come."""
        brakes, scheduler = self._context.brakes, self._scheduler
        if self._found and not any(discovery.pending for discovery in self.discoveries):
            scheduler.add_ordered(brakes.set_order(self._found))
            self._found = []
        if brakes.shut:
            for ref in scheduler.drain():
                task = self._open(ref, False)
                task.brake(NOT_BEGUN)
                self._end(task)

    def _end(self, task: BucketTask) -> None:
        task.conclude()
        self._keep(task)

    def _no_slot(self, task: BucketTask) -> None:
        scheduler = self._scheduler
        if self._starved and not scheduler.slots:
            scheduler.ended(task)
            self._give_up(task)
        elif task.untouched:
            scheduler.send_back(task, task.ref)
        else:
            scheduler.await_slot(task)

    def _keep(self, task: Task) -> None:
        if not isinstance(task, BucketTask):
            return
        if task.entry is not None:
            self.entries.append(task.entry)
        if task.slot:
            task.slot = False
            if task.api.running is None:
                self._scheduler.free_slot()
            else:
                self._regions[task.region].elsewhere.take(task.api.running)

    def _starve(self) -> None:
        """No slot came free in wait_timeout: end those that wait for one, and those that will."""
        self._starved = True
        refs, tasks = self._scheduler.starve()
        for task in [*tasks, *(self._open(ref, False) for ref in refs)]:
            if isinstance(task, BucketTask):
                self._give_up(task)

    def _give_up(self, task: BucketTask) -> None:
        task.give_up(
            "As many re-encryptions are running as max_in_flight allows, and none of them ended within wait_timeout (%d seconds). "
            "Run again later." % self.options.wait_timeout
        )
        self._keep(task)
