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
from ansible_collections.rekey.oci.plugins.module_utils.fleet.board import Board, Flight, Task
from ansible_collections.rekey.oci.plugins.module_utils.fleet.shared import Shared
from ansible_collections.rekey.oci.plugins.module_utils.sdk.api import Send, SharedApi
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import named_buckets, work_request_of
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

    name: str
    namespace: str
    task: Optional[Task]
    #: It waits no longer than this, in monotonic seconds.
    last_call: float
    #: Its own re-encryptions, or why there is no list; and when the list was begun.
    listed: Optional[tuple[tuple[WorkRequest, ...], float]]
    list_error: Optional[ApiError]
    #: The work request that it waits for.
    polled: Optional[WorkRequest]
    #: The list did not tell: ask for the work request itself.
    alone: bool


class Compartment(Task):
    """The lists of one compartment, one after the other."""

    def __init__(self, listings: Listings, compartment_id: str) -> None:
        self.listings = listings
        self.compartment_id = compartment_id
        self.flight = Flight()
        self.scheduled = False
        #: Who asked for a list since the last one was begun, and since which service time.
        self.claims: dict[Asker, Optional[float]] = {}
        self.polls: dict[Asker, str] = {}
        #: Who is in a pause, by the work request waited for: what, and when the pause began and ends.
        self.waiting: dict[str, tuple[Task, Asker, float, float]] = {}
        self.pages = 1
        self.free_at = 0.0
        #: When it is run next, while it is in a pause.
        self.due = 0.0

    def run(self) -> Optional[float]:
        return self.listings.fly(self)

    def asked(self) -> set[Asker]:
        """Who waits for the next list."""
        return {*self.claims, *self.polls}


def _first_end(askers: set[Asker]) -> float:
    return min((asker.last_call for asker in askers), default=float("inf"))


class Listings:
    """The board runs the lists among all else; ``wake`` tells its threads, with the lock held, that there is work.

    ``sleep`` is called between two tries of one page.
    """

    def __init__(
        self,
        api: SharedApi,
        shared: Shared,
        board: Board,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        chance: Callable[[], float],
        wake: Callable[[], None],
    ) -> None:
        self._api = api
        self._shared = shared
        self._board = board
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._wake = wake
        self._compartments: dict[str, Compartment] = {}
        #: Whose a work request is, where a list does not say: asked once.
        self._owners: dict[str, Optional[frozenset[tuple[str, str]]]] = {}

    def _of(self, compartment_id: str) -> Compartment:
        found = self._compartments.get(compartment_id)
        if found is None:
            found = self._compartments.setdefault(compartment_id, Compartment(self, compartment_id))
        return found

    # What buckets ask for. All of these are called without the lock.

    def ask(self, compartment_id: str, asker: Asker, since: Optional[float]) -> Flight:
        """Ask for the bucket's re-encryptions; they are there when the flight has landed."""
        with self._shared.lock:
            compartment = self._of(compartment_id)
            compartment.claims[asker] = since
            return self._schedule(compartment, asker)

    def ask_poll(self, compartment_id: str, asker: Asker, work_request_id: str) -> Flight:
        with self._shared.lock:
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
        now = self._clock()
        self._of(compartment_id).waiting[work_request_id] = (task, asker, now, now + pause)

    def resume(self, compartment_id: str, work_request_id: str) -> None:
        self._of(compartment_id).waiting.pop(work_request_id, None)

    def own(self, work_request_id: str, namespace: str, name: str) -> None:
        """This run submitted it, so its owner is known."""
        self._owners[work_request_id] = frozenset(((namespace, name),))

    # The list.

    def _schedule(self, compartment: Compartment, *askers: Asker) -> Flight:
        """With the lock held: have the next list begun when it may be, and those told whose time is over before."""
        due = min(compartment.free_at, _first_end(set(askers)))
        if not compartment.scheduled or (compartment.ticket and due < compartment.due):
            compartment.scheduled = True
            compartment.due = due
            self._board.add(compartment, due)
        return compartment.flight

    def _leave(self, flight: Flight, askers: set[Asker]) -> set[Asker]:
        """With the lock held: let those go whose time is over, and return the others."""
        now = self._clock()
        late = {asker for asker in askers if asker.last_call <= now}
        for asker in late:
            if asker.task is not None:
                self._board.leave(flight, asker.task)
        if late:
            self._wake()
        return askers - late

    def fly(self, compartment: Compartment) -> Optional[float]:
        """Make a list; or return the seconds until there may be one."""
        with self._shared.lock:
            now, left = self._clock(), self._leave(compartment.flight, compartment.asked())
            if left and now < compartment.free_at:
                compartment.due = min(compartment.free_at, _first_end(left))
                return compartment.due - now
            flight, compartment.flight = compartment.flight, Flight()
            claims, compartment.claims = compartment.claims, {}
            polls, compartment.polls = compartment.polls, {}
            waiting = dict(compartment.waiting)
        begun = self._clock()
        wanted = set(polls.values()).union(waiting)
        told: dict[str, WorkRequest] = {}
        found: dict[Asker, list[WorkRequest]] = {asker: [] for asker in claims}
        error: Optional[ApiError] = None
        asked: set[Asker] = {*claims, *polls}
        try:
            self._read(
                compartment, partial(self._send, compartment, flight, asked, count()), claims, wanted, told, found
            )
        except ApiError as failure:
            error = failure
        except Exception as failure:
            error = ApiError(
                "ListWorkRequests", "%s: %s" % (type(failure).__name__, failure), effect="unknown", retryable=True
            )
        finally:
            now = self._clock()
            with self._shared.lock:
                for asker in claims:
                    asker.list_error = error
                    asker.listed = (tuple(found[asker]), begun)
                for asker, work_request_id in polls.items():
                    asker.polled = told.get(work_request_id)
                    asker.alone = asker.polled is None
                self._tell_waiting(compartment, waiting, told, now)
                compartment.free_at = now + max(_SPACING, _SPACING_FACTOR * (now - begun))
                compartment.scheduled = False
                if compartment.claims or compartment.polls:
                    self._schedule(compartment, *compartment.asked())
                self._board.land(flight)
        return None

    def _send(
        self,
        compartment: Compartment,
        flight: Flight,
        asked: set[Asker],
        number: Iterator[int],
        call: Callable[[], Any],
    ) -> Any:
        """Make one of a list's calls. After the first, a failure is not that of the whole list, which would begin anew."""
        check = partial(self._check, compartment, flight, asked)

        def sleep(seconds: float) -> None:
            until = self._clock() + seconds
            while seconds > 0:
                self._sleep(min(seconds, _LOOK))
                check()
                seconds = until - self._clock()

        check()
        if next(number) == 0:
            return self._shared.send(call)
        return with_retries(lambda: self._shared.send(call), self._clock, sleep, self._chance)

    def _check(self, compartment: Compartment, flight: Flight, asked: set[Asker]) -> None:
        """Let those go whose time is over; raise where nobody is left to make this list for."""
        with self._shared.lock:
            left = self._leave(flight, asked)
            self._leave(compartment.flight, compartment.asked())
        if asked and not left:
            raise ApiError("ListWorkRequests", "nobody waits for the list any more", retryable=True)

    def _tell_waiting(
        self,
        compartment: Compartment,
        waiting: dict[str, tuple[Task, Asker, float, float]],
        told: dict[str, WorkRequest],
        now: float,
    ) -> None:
        for work_request_id, entry in waiting.items():
            work_request = told.get(work_request_id)
            task, asker, paused_at, due = entry
            if work_request is None or compartment.waiting.get(work_request_id) is not entry:
                continue
            # Whoever would soon ask is told now, so that all fall into step and one list serves them.
            if work_request.terminal or due - now <= (due - paused_at) / 2:
                asker.polled = work_request
                self._board.hasten(task)

    def _read(
        self,
        compartment: Compartment,
        send: Send,
        claims: dict[Asker, Optional[float]],
        wanted: set[str],
        told: dict[str, WorkRequest],
        found: dict[Asker, list[WorkRequest]],
    ) -> None:
        names: dict[str, list[Asker]] = {}
        for asker in claims:
            names.setdefault(asker.name, []).append(asker)
        pages = 0
        for page in self._api.summary_pages(compartment.compartment_id, send):
            pages += 1
            for summary in page:
                if summary.id in wanted:
                    told[summary.id] = work_request_of(summary)
                if names:
                    self._sort(summary, send, names, claims, found)
        compartment.pages = max(1, pages)

    def _sort(
        self,
        summary: Any,
        send: Send,
        names: dict[str, list[Asker]],
        claims: dict[Asker, Optional[float]],
        found: dict[Asker, list[WorkRequest]],
    ) -> None:
        owners = named_buckets(summary.resources)
        if owners is None and not self._matters(summary, claims):
            return
        if owners is None:
            owners = self._ask_owner(summary.id, send)
        for namespace, name in owners or ():
            for asker in names.get(name, ()):
                if namespace in ("", asker.namespace):
                    work_request = work_request_of(summary)
                    since = claims[asker]
                    if not work_request.terminal or since is None or (work_request.time_accepted or since) >= since:
                        found[asker].append(work_request)

    def _matters(self, summary: Any, claims: dict[Asker, Optional[float]]) -> bool:
        work_request = work_request_of(summary)
        if not work_request.terminal or work_request.time_accepted is None:
            return True
        return any(since is None or work_request.time_accepted >= since for since in claims.values())

    def _ask_owner(self, work_request_id: str, send: Send) -> Optional[frozenset[tuple[str, str]]]:
        if work_request_id not in self._owners:
            try:
                resources = send(partial(self._api.get_resources, work_request_id))
            except ApiError as error:
                if error.status != 404:
                    raise
                return None
            # One that does not say even then may be anybody's: it is nobody's proof.
            self._owners[work_request_id] = named_buckets(resources)
        return self._owners[work_request_id]
