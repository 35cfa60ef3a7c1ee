# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many buckets at once: threads around the reconciling of one bucket. Concurrency only, no decision and no call of its own."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Callable, Optional, Union

from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.fleet.bucket_api import BucketApi, Context
from ansible_collections.rekey.oci.plugins.module_utils.fleet.discovery import Discovery
from ansible_collections.rekey.oci.plugins.module_utils.fleet.region import Region
from ansible_collections.rekey.oci.plugins.module_utils.fleet.scheduler import FOREVER, Scheduler
from ansible_collections.rekey.oci.plugins.module_utils.fleet.shared import Shared
from ansible_collections.rekey.oci.plugins.module_utils.fleet.site import Limits, Selection, Site
from ansible_collections.rekey.oci.plugins.module_utils.fleet.tasks import BucketTask, Entries, RunningElsewhere
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef, NoSlot, Task, Wait, unexpected
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler

#: Buckets that are looked into at once: more would only cost memory.
_MOST_OPEN = 1000

#: When told to stop, calls under way get this long to end, in seconds.
_LAST_CALLS = 8.0

#: A thread's stack, in bytes: the default would be 8 MiB of address space each.
_STACK = 512 * 1024

#: What a task's piece came to: the seconds of a pause, what it waits for, or its end.
Verdict = Union[float, Wait, NoSlot, None]


class Stopped(Exception):
    """The run was told to stop while this thread slept."""


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
        #: How many buckets were found and not finished, when the run was stopped.
        self.unfinished = 0
        #: An error that is nobody's alone, and that ended the run.
        self.crash: Optional[str] = None
        #: Why nothing more is told of the progress.
        self.unobserved: Optional[str] = None
        self._limits = limits
        self._selection = selection
        self._keeper = keep
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._starved = False
        self._timing = timing or Timing(sleep=self._wait)
        self._scheduler = Scheduler(limits.workers, limits.max_in_flight, _MOST_OPEN, self._open, self._timing.clock)
        self._context = Context(self._scheduler, Shared(self._scheduler))
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
            discovery.begin(wanted)

    def _open(self, ref: BucketRef, slot: bool) -> BucketTask:
        region = self._regions[ref.region]
        api = BucketApi(self._context, region.api, region.listings, ref)
        reconciler = Reconciler(
            api,
            ref.namespace,
            ref.name,
            self.options,
            nonce=uuid.uuid4().hex[:12],
            clock=self._timing.clock,
            chance=self._timing.chance,
        )
        api.last_call = reconciler.last_call
        task = BucketTask(self._context, region.listings, ref, reconciler, api, self._wanted, self._keeper)
        task.slot = slot
        return task

    def _wanted(self, reconciler: Reconciler) -> bool:
        bucket, key_ids = reconciler.facts.bucket, self._selection.key_ids
        return key_ids is None or (bucket is not None and bucket.kms_key_id in key_ids)

    # Running.

    @property
    def stopped(self) -> bool:
        return self._context.stopping

    def stop(self) -> None:
        """Begin nothing more. May be called by a signal's handler: takes no lock."""
        self._context.stopping = True
        self._stop.set()

    def run(self, observe: Optional[Callable[[], None]] = None) -> None:
        """Run until all is done, or told to stop. What was begun by then is told by an entry each. Raises nothing.

        ``observe`` is called now and then meanwhile, in this thread.
        """
        threads = self._start()
        while not self._ended.wait(0.5) and not self.stopped:
            if observe is not None and not self._observed(observe):
                observe = None
        if self.stopped:
            self._finish(threads)

    def _start(self) -> list[threading.Thread]:
        threads: list[threading.Thread] = []
        size = threading.stack_size(_STACK)
        try:
            for _number in range(self._limits.workers):
                thread = threading.Thread(target=self._work, daemon=True)
                thread.start()
                threads.append(thread)
        except RuntimeError as error:
            # The system gives no more: fewer do the same work.
            if not threads:
                self._crashed(error)
        finally:
            threading.stack_size(size)
        return threads

    def _observed(self, observe: Callable[[], None]) -> bool:
        try:
            observe()
        except Exception as error:
            self.unobserved = unexpected(error)
            return False
        return True

    def standing(self, since: int) -> tuple[list[Any], list[Reconciler], int]:
        """How far the run is: the entries from number ``since`` on, the buckets looked into, and how many are not finished."""
        scheduler = self._scheduler
        with scheduler.changed:
            under_way = [task.reconciler for task in scheduler.open if isinstance(task, BucketTask)]
            return self.entries[since:], under_way, scheduler.unfinished()

    def run_here(self, sleep: Callable[[float], None]) -> None:
        """Run all in this thread."""
        while not self.stopped:
            got = self._scheduler.pick()
            if got is None:
                return
            if isinstance(got, float):
                sleep(got)
            else:
                self._take_back(got, self._advance(got))
        self._finish([])

    def _finish(self, threads: list[threading.Thread]) -> None:
        deadline = time.monotonic() + _LAST_CALLS
        scheduler = self._scheduler
        with scheduler.changed:
            scheduler.changed.notify_all()
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        with scheduler.changed:
            for task in list(scheduler.open):
                if isinstance(task, BucketTask):
                    task.stop()
                    if task.entry is not None:
                        self.entries.append(task.entry)
            self.unfinished = scheduler.unfinished()
            scheduler.open.clear()

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Stopped

    def _crashed(self, error: BaseException) -> None:
        """An error that is nobody's alone: begin nothing more, and end with what is known."""
        self.crash = self.crash or unexpected(error)
        self.stop()

    def _work(self) -> None:
        try:
            self._work_on()
        except BaseException as error:
            # Whatever it is: a thread that dies in silence would be waited for, for ever.
            self._crashed(error)
        finally:
            self._ended.set()
            with self._scheduler.changed:
                self._scheduler.changed.notify_all()

    def _work_on(self) -> None:
        task: Optional[Task] = None
        verdict: Verdict = None
        while True:
            with self._scheduler.changed:
                if task is not None:
                    self._take_back(task, verdict)
                task = self._take()
                if task is None:
                    return
            verdict = self._advance(task)

    def _take(self) -> Optional[Task]:
        scheduler = self._scheduler
        while not self.stopped:
            got = scheduler.pick()
            if got is None:
                return None
            if not isinstance(got, float):
                if scheduler.more():
                    scheduler.changed.notify()
                return got
            scheduler.changed.wait(None if got == FOREVER else got)
        return None

    @staticmethod
    def _advance(task: Task) -> Verdict:
        try:
            return task.run()
        except (Wait, NoSlot) as verdict:
            return verdict
        except Stopped:
            return None
        except Exception as error:  # one bucket's failure, of whatever kind, stops no other
            task.broke(error)
            return None

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
            if isinstance(task, RunningElsewhere) and task.hopeless and not self._starved:
                self._starve()
            for region in self._regions.values():
                region.elsewhere.schedule()

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
            "Not begun: max_in_flight re-encryptions are running, and none ended within wait_timeout (%d seconds). "
            "Run again later." % self.options.wait_timeout
        )
        self._keep(task)
