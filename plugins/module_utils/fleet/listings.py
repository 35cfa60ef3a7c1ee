# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists of work requests that serve many buckets: each is begun after all of those that it serves have asked.

A bucket that may claim needs a list that is newer than its look, and a bucket that waits needs to know how far its work
request is. Both are told by one list of their compartment.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any, Callable, Optional, Protocol

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import Asked, Assignment, Listing
from ansible_collections.rekey.oci.plugins.module_utils.fleet.scheduler import Scheduler
from ansible_collections.rekey.oci.plugins.module_utils.fleet.shared import Shared
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import SharedCall, Task
from ansible_collections.rekey.oci.plugins.module_utils.sdk.api import SharedApi
from ansible_collections.rekey.oci.plugins.module_utils.sdk.lists import Send
from ansible_collections.rekey.oci.plugins.module_utils.sdk.retry import with_retries

#: Between the end of a list and the next one of the same compartment, in seconds, and in times of what it took.
_SPACING = 0.2
_SPACING_FACTOR = 2.0

#: A page of a list is worth it when it spares this many calls for one work request each: it is that much larger.
_WORTH = 5

#: How often it is looked, during a pause between two tries of a call, whose time is over, in seconds.
_LOOK = 5.0


class Asker(Protocol):
    """A bucket that asks for a list, and what it is told."""

    task: Task
    #: It waits no longer than this, in monotonic seconds.
    last_call: float
    #: What the list shows of it, or why there is no list.
    listed: Optional[Listing]
    list_error: Optional[Exception]
    #: The work request that it waits for.
    polled: Optional[WorkRequest]
    #: The list did not tell: ask for the work request itself.
    alone: bool


class Compartment(Task):
    """The lists of one compartment, one after the other."""

    def __init__(self, listings: Listings, compartment_id: str) -> None:
        self.listings = listings
        self.region = listings.region
        self.compartment_id = compartment_id
        self.call = SharedCall()
        self.scheduled = False
        #: Who asked for a list since the last one was begun, and what for.
        self.claims: dict[Asker, Asked] = {}
        self.polls: dict[Asker, str] = {}
        #: Who is in a pause, by the work request waited for: what, and when the pause began and ends.
        self.waiting: dict[str, tuple[Task, Asker, float, float]] = {}
        self.pages = 1
        self.free_at = 0.0
        #: When it is run next, while it is in a pause.
        self.due = 0.0

    def run(self) -> Optional[float]:
        return self.listings.list_next(self)

    def broke(self, error: Exception) -> None:
        """Whoever asked is told by list_next, whatever became of the list."""

    def asked(self) -> set[Asker]:
        """Who waits for the next list."""
        return {*self.claims, *self.polls}


class _List:
    """One list that is being made, and for whom."""

    def __init__(self, compartment: Compartment, begun: float) -> None:
        self.compartment = compartment
        self.begun = begun
        self.call, compartment.call = compartment.call, SharedCall()
        self.claims, compartment.claims = compartment.claims, {}
        self.polls, compartment.polls = compartment.polls, {}
        self.waiting = dict(compartment.waiting)
        self.asked: set[Asker] = {*self.claims, *self.polls}
        self.wanted = set(self.polls.values()).union(self.waiting)
        self.told: dict[str, WorkRequest] = {}
        self.number: Iterator[int] = count()


def _first_end(askers: set[Asker]) -> float:
    return min((asker.last_call for asker in askers), default=float("inf"))


class Listings:
    """One region's. The scheduler runs the lists among all else; ``timing`` is for the pauses between two tries of one page."""

    def __init__(
        self, region: Optional[str], api: SharedApi, shared: Shared, scheduler: Scheduler, timing: Timing
    ) -> None:
        self.region = region
        self._api = api
        self._shared = shared
        self._scheduler = scheduler
        self._timing = timing
        self._compartments: dict[str, Compartment] = {}

    def _of(self, compartment_id: str) -> Compartment:
        found = self._compartments.get(compartment_id)
        if found is None:
            found = self._compartments.setdefault(compartment_id, Compartment(self, compartment_id))
        return found

    # What buckets ask for. All of these are called without the lock.

    def ask(self, compartment_id: str, asker: Asker, asked: Asked) -> SharedCall:
        """Ask for the bucket's re-encryptions; they are there when the call is over."""
        with self._scheduler.changed:
            compartment = self._of(compartment_id)
            compartment.claims[asker] = asked
            return self._schedule(compartment, asker)

    def ask_poll(self, compartment_id: str, asker: Asker, work_request_id: str) -> SharedCall:
        with self._scheduler.changed:
            compartment = self._of(compartment_id)
            compartment.polls[asker] = work_request_id
            return self._schedule(compartment, asker)

    def worth(self, compartment_id: str) -> bool:
        """Whether so many wait that a list is cheaper than a call for each."""
        compartment = self._compartments.get(compartment_id)
        if compartment is None:
            return False
        return len(compartment.waiting) + len(compartment.polls) > _WORTH * compartment.pages

    def pause(self, compartment_id: str, work_request_id: str, task: Task, asker: Asker, pause: float) -> None:
        """A bucket pauses until its next poll: a list in the meantime may spare it, or end the pause."""
        now = self._timing.clock()
        with self._scheduler.changed:
            self._of(compartment_id).waiting[work_request_id] = (task, asker, now, now + pause)

    def resume(self, compartment_id: str, work_request_id: str) -> None:
        with self._scheduler.changed:
            self._of(compartment_id).waiting.pop(work_request_id, None)

    # The list.

    def _schedule(self, compartment: Compartment, *askers: Asker) -> SharedCall:
        """With the lock held: have the next list begun when it may be, and those told whose time is over before."""
        due = min(compartment.free_at, _first_end(set(askers)))
        if not compartment.scheduled or (compartment.ticket and due < compartment.due):
            compartment.scheduled = True
            compartment.due = due
            self._scheduler.add(compartment, due)
        return compartment.call

    def _leave(self, call: SharedCall, askers: set[Asker]) -> set[Asker]:
        """With the lock held: let those go whose time is over, and return the others."""
        now = self._timing.clock()
        late = {asker for asker in askers if asker.last_call <= now}
        for asker in late:
            self._scheduler.leave(call, asker.task)
        return askers - late

    def list_next(self, compartment: Compartment) -> Optional[float]:
        """Make a list; or return the seconds until there may be one."""
        with self._scheduler.changed:
            now, left = self._timing.clock(), self._leave(compartment.call, compartment.asked())
            if left and now < compartment.free_at:
                compartment.due = min(compartment.free_at, _first_end(left))
                return compartment.due - now
            one = _List(compartment, now)
        error: Optional[Exception] = None
        assignment = Assignment(one.claims.values(), self._api.owners)
        try:
            self._read(one, assignment)
        except Exception as failure:
            error = failure
        finally:
            # Whatever became of it, those who asked go on: nobody waits for ever.
            with self._scheduler.changed:
                try:
                    self._tell(one, assignment, error)
                except Exception as failure:
                    for asker in one.asked:
                        asker.list_error, asker.alone = failure, True
                self._next(one)
        return None

    def _next(self, one: _List) -> None:
        compartment, now = one.compartment, self._timing.clock()
        compartment.free_at = now + max(_SPACING, _SPACING_FACTOR * (now - one.begun))
        compartment.scheduled = False
        if compartment.claims or compartment.polls:
            self._schedule(compartment, *compartment.asked())
        self._scheduler.end(one.call)

    def _tell(self, one: _List, assignment: Assignment, error: Optional[Exception]) -> None:
        unclear = assignment.unclear()
        for asker, asked in one.claims.items():
            asker.list_error = error
            asker.listed = Listing(assignment.found(asked), unclear, one.begun)
        for asker, work_request_id in one.polls.items():
            asker.polled = one.told.get(work_request_id)
            asker.alone = asker.polled is None
        self._tell_waiting(one, self._timing.clock())

    def _read(self, one: _List, assignment: Assignment) -> None:
        send = partial(self._send, one)
        pages = 0
        for page in self._api.reencryption_pages(one.compartment.compartment_id, send):
            pages += 1
            for work_request, _owners in page:
                if work_request.id in one.wanted:
                    one.told[work_request.id] = work_request
            if one.claims:
                self._api.assign(page, assignment, send)
        one.compartment.pages = max(1, pages)

    def _send(self, one: _List, call: Callable[[], Any]) -> Any:
        """Make one of a list's calls. After the first, a failure is not that of the whole list, which would begin anew."""
        timing = self._timing
        check = partial(self._check, one)
        send: Send = partial(self._shared.send, self.region)

        def sleep(seconds: float) -> None:
            until = timing.clock() + seconds
            while seconds > 0:
                timing.sleep(min(seconds, _LOOK))
                check()
                seconds = until - timing.clock()

        check()
        if next(one.number) == 0:
            return send(call)
        return with_retries(partial(send, call), timing.clock, sleep, timing.chance)

    def _check(self, one: _List) -> None:
        """Let those go whose time is over; raise where nobody is left to make this list for."""
        compartment = one.compartment
        with self._scheduler.changed:
            left = self._leave(one.call, one.asked)
            self._leave(compartment.call, compartment.asked())
        if one.asked and not left:
            raise ApiError("ListWorkRequests", "nobody waits for the list any more", retryable=True)

    def _tell_waiting(self, one: _List, now: float) -> None:
        for work_request_id, entry in one.waiting.items():
            work_request = one.told.get(work_request_id)
            task, asker, paused_at, due = entry
            if work_request is None or one.compartment.waiting.get(work_request_id) is not entry:
                continue
            # Whoever would soon ask is told now, so that all fall into step and one list serves them.
            if work_request.terminal or due - now <= (due - paused_at) / 2:
                asker.polled = work_request
                self._scheduler.hasten(task)
