# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many buckets at once: threads around the reconciling of one bucket. Concurrency only, no decision and no call of its own."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Callable, Optional, Union

from ansible_collections.rekey.oci.plugins.module_utils.common.filters import Names
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.fleet.board import Board, Name, NoSlot, Task, Wait
from ansible_collections.rekey.oci.plugins.module_utils.fleet.bucket_api import BucketApi, Context
from ansible_collections.rekey.oci.plugins.module_utils.fleet.concurrency import Concurrency
from ansible_collections.rekey.oci.plugins.module_utils.fleet.discovery import Discovery, Search
from ansible_collections.rekey.oci.plugins.module_utils.fleet.listings import Listings
from ansible_collections.rekey.oci.plugins.module_utils.fleet.shared import Shared
from ansible_collections.rekey.oci.plugins.module_utils.fleet.tasks import BucketTask, Lingering
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler
from ansible_collections.rekey.oci.plugins.module_utils.sdk.api import SharedApi
from ansible_collections.rekey.oci.plugins.module_utils.sdk.retry import with_retries

#: Buckets that are looked into at once: more would only cost memory.
_MOST_OPEN = 1000

#: When told to stop, calls under way get this long to end, in seconds.
_LAST_CALLS = 8.0

#: A thread's stack, in bytes: the default would be 8 MiB of address space each.
_STACK = 512 * 1024

#: From a bucket's Reconciler at its end, and the compartment that it was found in, to what is kept of it.
Conclude = Callable[[Reconciler, Optional[str]], Any]

#: Makes a call, and says what came of it.
Send = Callable[[Callable[[], Any]], Any]


@dataclass(frozen=True)
class Selection:
    """Which buckets are meant. No ``key_ids`` means any key."""

    names: Names
    recursive: bool = False
    key_ids: Optional[frozenset[str]] = None


class Stopped(Exception):
    """The run was told to stop while this thread slept."""


class Fleet:
    """``conclude`` makes of each bucket's Reconciler what is kept of it; ``entries`` has them in no order.

    ``search`` gives the lists of compartments and buckets, made with the ``send`` that it is given. ``clock`` is monotonic
    seconds. The number of threads is ``workers``; ``run_here`` does without any, for a clock that is not real.
    """

    def __init__(
        self,
        api: SharedApi,
        search: Callable[[Send], Search],
        namespace: str,
        options: Options,
        selection: Selection,
        workers: int,
        max_in_flight: int,
        conclude: Conclude,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        sleep: Optional[Callable[[float], None]] = None,
    ) -> None:
        self.namespace = namespace
        #: Only told, for results of several regions.
        self.region: Optional[str] = None
        self.options = options
        self.workers = workers
        self.entries: list[Any] = []
        #: How many buckets were found and not finished, when the run was stopped.
        self.unfinished = 0
        #: An error that is nobody's alone.
        self._crash: Optional[Exception] = None
        self._selection = selection
        self._conclude = conclude
        self._clock = clock
        self._chance = chance
        self._sleep = sleep or self._wait
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._ended = threading.Event()
        lock: Any = self._changed
        concurrency = Concurrency(workers)
        shared = Shared(lock, concurrency, clock)
        board = shared.board = Board(concurrency, max_in_flight, _MOST_OPEN, self._open)
        self.context = Context(
            api, shared, board, Listings(api, shared, board, clock, self._sleep, chance, lock.notify_all)
        )
        self._lingering = Lingering(self.context, options.wait_timeout, self._starve)
        self.discovery = Discovery(
            search(self._patiently), namespace, selection.names, selection.recursive, shared, board
        )

    # What there is to do.

    def add_compartments(self, compartment_ids: Iterable[str]) -> None:
        self.discovery.begin(compartment_ids)

    def add_bucket(self, name: str) -> None:
        self.context.board.add_names([Name(None, name)])

    def _open(self, name: Name, slot: bool) -> BucketTask:
        api = BucketApi(self.context, self.namespace, name.name, name.compartment_id)
        reconciler = Reconciler(
            api,
            self.namespace,
            name.name,
            self.options,
            nonce=uuid.uuid4().hex[:12],
            clock=self._clock,
            chance=self._chance,
        )
        api.last_call = reconciler.last_call
        task = BucketTask(self.context, name, reconciler, api, self._wanted, self._conclude)
        task.slot = slot
        return task

    def _wanted(self, reconciler: Reconciler) -> bool:
        bucket, key_ids = reconciler.facts.bucket, self._selection.key_ids
        return key_ids is None or (bucket is not None and bucket.kms_key_id in key_ids)

    def _patiently(self, call: Callable[[], Any]) -> Any:
        return with_retries(lambda: self.context.shared.send(call), self._clock, self._sleep, self._chance)

    # Running.

    @property
    def stopped(self) -> bool:
        return self.context.stopping

    def stop(self) -> None:
        """Begin nothing more. May be called by a signal's handler: takes no lock."""
        self.context.stopping = True
        self._stop.set()

    def run(self, observe: Optional[Callable[[], None]] = None) -> None:
        """Run until all is done, or told to stop. What was begun by then is told by an entry each.

        ``observe`` is called now and then meanwhile, in this thread.
        """
        size = threading.stack_size(_STACK)
        try:
            threads = [threading.Thread(target=self._work, daemon=True) for _number in range(self.workers)]
            for thread in threads:
                thread.start()
        finally:
            threading.stack_size(size)
        while not self._ended.wait(0.5) and not self.stopped:
            if observe is not None:
                observe()
        if self.stopped:
            self._finish(threads)

    def standing(self, since: int) -> tuple[list[Any], list[Reconciler], int]:
        """How far the run is: the entries from number ``since`` on, the buckets looked into, and how many are not finished."""
        with self._changed:
            board = self.context.board
            under_way = [assert_bucket(task).reconciler for task in board.open]
            return self.entries[since:], under_way, board.unfinished()

    def run_here(self, sleep: Callable[[float], None]) -> None:
        """Run all in this thread."""
        while not self.stopped:
            got = self.context.board.pick(self._clock())
            if got is None:
                return
            if isinstance(got, float):
                sleep(got)
            else:
                self._take_back(got, self._advance(got))
        self._finish([])

    def _finish(self, threads: list[threading.Thread]) -> None:
        deadline = time.monotonic() + _LAST_CALLS
        with self._changed:
            self._changed.notify_all()
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        with self._changed:
            for task in list(self.context.board.open):
                assert_bucket(task).stop()
                self._keep(task)
            self.unfinished = self.context.board.unfinished()
            self.context.board.open.clear()
        if self._crash is not None:
            raise self._crash

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Stopped

    def _work(self) -> None:
        task: Optional[Task] = None
        verdict: Union[float, Wait, NoSlot, None] = None
        changed = self._changed
        while True:
            with changed:
                if task is not None:
                    self._take_back(task, verdict)
                task = self._take()
                if task is None:
                    self._ended.set()
                    changed.notify_all()
                    return
            verdict = self._advance(task)

    def _take(self) -> Optional[Task]:
        board = self.context.board
        while not self.stopped:
            got = board.pick(self._clock())
            if got is None:
                return None
            if not isinstance(got, float):
                if board.more():
                    self._changed.notify()
                return got
            self._changed.wait(None if got == float("inf") else got)
        return None

    def _advance(self, task: Task) -> Union[float, Wait, NoSlot, None]:
        try:
            return task.run()
        except (Wait, NoSlot) as verdict:
            return verdict
        except Stopped:
            return None
        except Exception as error:  # one bucket's failure, of whatever kind, stops no other
            if isinstance(task, BucketTask):
                task.give_up("An unexpected error: %s: %s" % (type(error).__name__, error))
            else:
                self._crash = error
                self.stop()
            return None

    def _take_back(self, task: Task, verdict: Union[float, Wait, NoSlot, None]) -> None:
        """With the lock held: what became of a task that was run."""
        board = self.context.board
        if isinstance(verdict, float):
            board.paused(task, verdict, self._clock())
        elif isinstance(verdict, Wait):
            board.parked(task, verdict.flight)
        elif isinstance(verdict, NoSlot):
            bucket = assert_bucket(task)
            if bucket.untouched:
                board.send_back(bucket, bucket.name)
            else:
                board.await_slot(bucket)
        else:
            board.ended(task)
            self._keep(task)
        self._lingering.schedule()

    def _keep(self, task: Task) -> None:
        if not isinstance(task, BucketTask):
            return
        if task.entry is not None:
            self.entries.append(task.entry)
        if task.slot:
            task.slot = False
            if task.api.running is None:
                self.context.board.free_slot()
            else:
                self._lingering.take(task.api.running)

    def _starve(self) -> None:
        """No slot came free in wait_timeout: end those that wait for one."""
        with self._changed:
            names, tasks = self.context.board.starve()
            for task in [*tasks, *(self._open(name, False) for name in names)]:
                assert_bucket(task).give_up(
                    "Not begun: max_in_flight re-encryptions are running, and none ended within wait_timeout (%d seconds). "
                    "Run again later." % self.options.wait_timeout
                )
                self._keep(task)


def assert_bucket(task: Task) -> BucketTask:
    if not isinstance(task, BucketTask):
        raise TypeError("not a bucket's task")
    return task
