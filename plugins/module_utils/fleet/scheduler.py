# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be done next, of many things at once: due times, waiting for one another, slots. No threads, and no work of its own.

Each region has a lane, so that one with much to do, or a slow one, keeps no other waiting.
"""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Iterable
from typing import Any, Callable, Optional, Union

from ansible_collections.rekey.oci.plugins.module_utils.fleet.concurrency import Concurrency
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef, SharedCall, Task

FOREVER = float("inf")


class Lane:
    """One region's tasks, and the buckets that wait for their turn."""

    def __init__(self, concurrency: Concurrency) -> None:
        self.concurrency = concurrency
        self.active = 0
        self.ready: deque[Task] = deque()
        #: Not looked into yet.
        self.fresh: deque[BucketRef] = deque()
        #: Looked into, and waiting for a slot.
        self.backlog: deque[BucketRef] = deque()


class Scheduler:
    """``workers`` bounds the tasks that run, ``slots`` those past NoSlot, ``most_open`` the buckets looked into.

    It owns the lock and the clock (monotonic seconds). Each method takes the lock; whoever needs several at once holds it.
    """

    def __init__(
        self,
        workers: int,
        slots: int,
        most_open: int,
        open_bucket: Callable[[BucketRef, bool], Task],
        clock: Callable[[], float],
    ) -> None:
        #: The lock, and what tells the threads that there is something to do.
        self.changed: Any = threading.Condition()
        self.clock = clock
        self.slots = slots
        #: When a slot was last given back.
        self.freed_at = float("-inf")
        #: Tasks that were made for buckets and have not ended.
        self.open: set[Task] = set()
        self._workers = workers
        self._most_open = most_open
        self._open_bucket = open_bucket
        self._lanes: dict[Optional[str], Lane] = {}
        #: Buckets that are to be looked into in this order and no other, whatever their regions.
        self._ordered: deque[BucketRef] = deque()
        self._heap: list[tuple[float, int, Task]] = []
        self._tickets = 0
        self._for_slot: deque[Task] = deque()
        self._active = 0
        self._parked = 0

    def lane(self, region: Optional[str]) -> Lane:
        with self.changed:
            found = self._lanes.get(region)
            if found is None:
                found = self._lanes[region] = Lane(Concurrency(self._workers))
            return found

    # What there is to do.

    def add(self, task: Task, due: Optional[float] = None) -> None:
        """Take up a task: at once, or at ``due``."""
        with self.changed:
            if due is None:
                self.lane(task.region).ready.append(task)
            else:
                self._tickets += 1
                task.ticket = self._tickets
                heapq.heappush(self._heap, (due, task.ticket, task))
            self.changed.notify()

    def add_buckets(self, refs: Iterable[BucketRef]) -> None:
        with self.changed:
            for ref in refs:
                self.lane(ref.region).fresh.append(ref)

    def add_ordered(self, refs: Iterable[BucketRef]) -> None:
        with self.changed:
            self._ordered.extend(refs)
            self.changed.notify_all()

    def drain(self) -> list[BucketRef]:
        """Those of an order that were not looked into: they are not any more."""
        with self.changed:
            refs = list(self._ordered)
            self._ordered.clear()
            return refs

    def hasten(self, task: Task) -> None:
        """End a task's pause, if it is in one."""
        with self.changed:
            if task.ticket:
                task.ticket = 0
                self.add(task)

    # What is done next.

    def pick(self) -> Union[Task, float, None]:
        """A task to run now, or the seconds until there may be one, or None when all is done."""
        with self.changed:
            now = self.clock()
            self._wake_due(now)
            task = self._next()
            if task is not None:
                return task
            waiting = self._ordered or any(map(_waiting, self._lanes.values()))
            if not (self._active or self._heap or self._parked or waiting):
                return None
            return max(0.0, self._heap[0][0] - now) if self._heap else FOREVER

    def _wake_due(self, now: float) -> None:
        heap = self._heap
        while heap and (heap[0][0] <= now or heap[0][2].ticket != heap[0][1]):
            _due, ticket, task = heapq.heappop(heap)
            if task.ticket == ticket:
                task.ticket = 0
                self.lane(task.region).ready.append(task)

    def _free_lanes(self) -> list[Lane]:
        """Those in which another task may run, the idlest first."""
        if self._active >= self._workers:
            return []
        free = [lane for lane in self._lanes.values() if lane.active < lane.concurrency.allowed]
        return sorted(free, key=lambda lane: lane.active) if len(free) > 1 else free

    def _next(self) -> Optional[Task]:
        for lane in self._free_lanes():
            task = self._next_of(lane)
            if task is not None:
                lane.active += 1
                self._active += 1
                return task
        return None

    def _next_of(self, lane: Lane) -> Optional[Task]:
        if lane.ready:
            return lane.ready.popleft()
        if lane.backlog and self.slots > 0:
            self.slots -= 1
            return self._opened(lane.backlog.popleft(), True)
        if len(self.open) >= self._most_open:
            return None
        if lane.fresh:
            return self._opened(lane.fresh.popleft(), False)
        if self._ordered and self.lane(self._ordered[0].region) is lane:
            return self._opened(self._ordered.popleft(), False)
        return None

    def _opened(self, ref: BucketRef, slot: bool) -> Task:
        task = self._open_bucket(ref, slot)
        self.open.add(task)
        return task

    def more(self) -> bool:
        """Whether another thread would find something to run at once."""
        with self.changed:
            room = len(self.open) < self._most_open
            free = self._free_lanes()
            if room and self._ordered and self.lane(self._ordered[0].region) in free:
                return True
            return any(lane.ready or (lane.fresh and room) or (lane.backlog and self.slots > 0) for lane in free)

    # What became of a task that was picked.

    def _came_back(self, task: Task) -> None:
        self._active -= 1
        self.lane(task.region).active -= 1

    def paused(self, task: Task, pause: float) -> None:
        with self.changed:
            self._came_back(task)
            self.add(task, self.clock() + pause if pause > 0 else None)

    def ended(self, task: Task) -> None:
        with self.changed:
            self._came_back(task)
            self.open.discard(task)

    def parked(self, task: Task, call: SharedCall) -> None:
        with self.changed:
            self._came_back(task)
            if call.over:
                self.add(task)
            else:
                self._parked += 1
                call.waiters.append(task)

    def end(self, call: SharedCall) -> None:
        """What the call's waiters waited for is there."""
        with self.changed:
            call.over = True
            self._parked -= len(call.waiters)
            for task in call.waiters:
                self.add(task)
            call.waiters.clear()

    def leave(self, call: SharedCall, task: Task) -> None:
        """Wait no longer for a call."""
        with self.changed:
            if task in call.waiters:
                call.waiters.remove(task)
                self._parked -= 1
                self.add(task)

    # Slots.

    def take_slot(self, task: Task) -> bool:
        with self.changed:
            if self.slots > 0 and not task.slot:
                self.slots -= 1
                task.slot = True
            return task.slot

    def free_slot(self) -> None:
        with self.changed:
            self.freed_at = self.clock()
            if self._for_slot:
                task = self._for_slot.popleft()
                task.slot = True
                self._parked -= 1
                self.add(task)
            else:
                self.slots += 1
                self.changed.notify()

    def await_slot(self, task: Task) -> None:
        """A task that has begun something keeps what it knows, and is served before buckets that wait for their turn."""
        with self.changed:
            self._came_back(task)
            if self.take_slot(task):
                self.add(task)
            else:
                self._parked += 1
                self._for_slot.append(task)

    def send_back(self, task: Task, ref: BucketRef) -> None:
        """A task that has begun nothing starts over when there is a slot, and until then costs no memory."""
        with self.changed:
            self.ended(task)
            self.lane(ref.region).backlog.append(ref)

    def starve(self) -> tuple[list[BucketRef], list[Task]]:
        """Nobody gets a slot any more: return all that waited for one."""
        with self.changed:
            refs = [ref for lane in self._lanes.values() for ref in lane.backlog]
            tasks = list(self._for_slot)
            for lane in self._lanes.values():
                lane.backlog.clear()
            self._for_slot.clear()
            self._parked -= len(tasks)
            self.open.difference_update(tasks)
            return refs, tasks

    def unfinished(self) -> int:
        """How many buckets have not come to their end."""
        with self.changed:
            waiting = sum(len(lane.fresh) + len(lane.backlog) for lane in self._lanes.values())
            return len(self.open) + len(self._ordered) + waiting

    def slots_wanted(self) -> bool:
        with self.changed:
            return self.slots <= 0 and (bool(self._for_slot) or any(lane.backlog for lane in self._lanes.values()))


def _waiting(lane: Lane) -> bool:
    return bool(lane.ready or lane.fresh or lane.backlog)
