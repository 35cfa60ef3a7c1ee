# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be done next, of many things at once: due times, waiting for one another, slots. No clock, no threads.

Whoever uses it holds a lock of their own, and does the work.
"""

from __future__ import annotations

import heapq
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable
from typing import Callable, NamedTuple, Optional, Union

from ansible_collections.rekey.oci.plugins.module_utils.fleet.concurrency import Concurrency


class Name(NamedTuple):
    """A bucket that nothing is known of yet: all that is held of it until its turn."""

    compartment_id: Optional[str]
    name: str


class Task(ABC):
    """Work that goes on in pieces, each by any thread, one at a time."""

    #: Which of its entries in the heap is valid; 0 while it is in none.
    ticket = 0
    #: Whether it has one of the slots.
    slot = False

    @abstractmethod
    def run(self) -> Optional[float]:
        """Go on until a pause, and return its seconds; None at the end. Raises Wait or NoSlot."""


class Flight:
    """A call under way whose answer several tasks wait for."""

    def __init__(self) -> None:
        self.landed = False
        self.waiters: list[Task] = []


class Wait(Exception):
    """A task cannot go on until a flight has landed. It is then run again, from the same step."""

    def __init__(self, flight: Flight) -> None:
        super().__init__()
        self.flight = flight


class NoSlot(Exception):
    """A task cannot go on until it has a slot."""


class Board:
    """``concurrency`` bounds the tasks that run, ``slots`` those past NoSlot, ``most_open`` the buckets looked into."""

    def __init__(
        self, concurrency: Concurrency, slots: int, most_open: int, open_name: Callable[[Name, bool], Task]
    ) -> None:
        self.concurrency = concurrency
        self.slots = slots
        self._most_open = most_open
        self._open_name = open_name
        #: Tasks that were made from names and have not ended.
        self.open: set[Task] = set()
        self._ready: deque[Task] = deque()
        self._heap: list[tuple[float, int, Task]] = []
        self._tickets = 0
        self._fresh: deque[Name] = deque()
        #: Names that were looked into, and wait for a slot.
        self.backlog: deque[Name] = deque()
        self._for_slot: deque[Task] = deque()
        self._active = 0
        self._parked = 0

    # What there is to do.

    def add(self, task: Task, due: Optional[float] = None) -> None:
        """Take up a task: at once, or at ``due``."""
        if due is None:
            self._ready.append(task)
        else:
            self._tickets += 1
            task.ticket = self._tickets
            heapq.heappush(self._heap, (due, task.ticket, task))

    def add_names(self, names: Iterable[Name]) -> None:
        self._fresh.extend(names)

    def hasten(self, task: Task) -> None:
        """End a task's pause, if it is in one."""
        if task.ticket:
            task.ticket = 0
            self._ready.append(task)

    # What is done next.

    def pick(self, now: float) -> Union[Task, float, None]:
        """A task to run now, or the seconds until there may be one, or None when all is done."""
        if self._active >= self.concurrency.allowed:
            return float("inf")
        task = self._next(now)
        if task is not None:
            self._active += 1
            return task
        if not (self._active or self._heap or self._parked or self._fresh or self.backlog):
            return None
        return max(0.0, self._heap[0][0] - now) if self._heap else float("inf")

    def _next(self, now: float) -> Optional[Task]:
        if self._ready:
            return self._ready.popleft()
        heap = self._heap
        while heap and (heap[0][0] <= now or heap[0][2].ticket != heap[0][1]):
            _due, ticket, task = heapq.heappop(heap)
            if task.ticket == ticket:
                task.ticket = 0
                return task
        if self.backlog and self.slots > 0:
            self.slots -= 1
            return self._opened(self.backlog.popleft(), True)
        if self._fresh and len(self.open) < self._most_open:
            return self._opened(self._fresh.popleft(), False)
        return None

    def _opened(self, name: Name, slot: bool) -> Task:
        task = self._open_name(name, slot)
        self.open.add(task)
        return task

    def more(self) -> bool:
        """Whether another thread would find something to run at once."""
        if self._active >= self.concurrency.allowed:
            return False
        fresh = bool(self._fresh) and len(self.open) < self._most_open
        return bool(self._ready) or fresh or bool(self.backlog and self.slots > 0)

    # What became of a task that was picked.

    def paused(self, task: Task, pause: float, now: float) -> None:
        self._active -= 1
        self.add(task, now + pause if pause > 0 else None)

    def ended(self, task: Task) -> None:
        self._active -= 1
        self.open.discard(task)

    def parked(self, task: Task, flight: Flight) -> None:
        self._active -= 1
        if flight.landed:
            self._ready.append(task)
        else:
            self._parked += 1
            flight.waiters.append(task)

    def land(self, flight: Flight) -> None:
        """What the flight's waiters waited for is there."""
        flight.landed = True
        self._parked -= len(flight.waiters)
        self._ready.extend(flight.waiters)
        flight.waiters.clear()

    def leave(self, flight: Flight, task: Task) -> None:
        """Wait no longer for a flight."""
        if task in flight.waiters:
            flight.waiters.remove(task)
            self._parked -= 1
            self._ready.append(task)

    # Slots.

    def take_slot(self, task: Task) -> bool:
        if self.slots > 0:
            self.slots -= 1
            task.slot = True
        return task.slot

    def free_slot(self) -> None:
        if self._for_slot:
            task = self._for_slot.popleft()
            task.slot = True
            self._parked -= 1
            self._ready.append(task)
        else:
            self.slots += 1

    def await_slot(self, task: Task) -> None:
        """A task that has begun something keeps what it knows, and is served before names."""
        self._active -= 1
        if self.take_slot(task):
            self._ready.append(task)
        else:
            self._parked += 1
            self._for_slot.append(task)

    def send_back(self, task: Task, name: Name) -> None:
        """A task that has begun nothing starts over when there is a slot, and until then costs no memory."""
        self.ended(task)
        self.backlog.append(name)

    def starve(self) -> tuple[list[Name], list[Task]]:
        """Nobody gets a slot any more: return all that waited for one."""
        names, tasks = list(self.backlog), list(self._for_slot)
        self.backlog.clear()
        self._for_slot.clear()
        self._parked -= len(tasks)
        self.open.difference_update(tasks)
        return names, tasks

    def unfinished(self) -> int:
        """How many buckets have not come to their end."""
        return len(self._fresh) + len(self.backlog) + len(self.open)

    def slots_wanted(self) -> bool:
        return self.slots <= 0 and bool(self.backlog or self._for_slot)
