# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One bucket of many: a Reconciler, run until it pauses, and what the others need to know of it."""

from __future__ import annotations

from collections import deque
from typing import Any, Callable, Optional, Protocol

from ansible_collections.rekey.oci.plugins.module_utils.common import schedule
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Claim, Fail, Step, Submit
from ansible_collections.rekey.oci.plugins.module_utils.fleet.bucket_api import BucketApi, Context
from ansible_collections.rekey.oci.plugins.module_utils.fleet.listings import Listings
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef, NoSlot, Task, unexpected
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler
from ansible_collections.rekey.oci.plugins.module_utils.sdk.api import SharedApi

STOPPED = "The run was stopped before this bucket was finished. The next run goes on from here."


class Entries(Protocol):
    """What is kept of a bucket."""

    def of(self, reconciler: Reconciler, ref: BucketRef) -> Any:
        """Its entry at its end."""

    def broken(self, ref: BucketRef, message: str, submitted: bool) -> Any:
        """The least that an entry can be, where ``of`` gave none. Must not raise."""


class BucketTask(Task):
    """``wanted`` says of a bucket that was looked at whether it is meant. ``entry`` is there at the end, if it is."""

    def __init__(
        self,
        context: Context,
        listings: Listings,
        ref: BucketRef,
        reconciler: Reconciler,
        api: BucketApi,
        wanted: Callable[[Reconciler], bool],
        entries: Entries,
    ) -> None:
        self.region = ref.region
        self.ref = ref
        self.reconciler = reconciler
        self.api = api
        self.entry: Any = None
        self._context = context
        self._listings = listings
        self._wanted: Optional[Callable[[Reconciler], bool]] = wanted
        self._entries = entries
        self._waits_on: Optional[str] = None
        api.task = self
        reconciler.before = self._before

    def run(self) -> Optional[float]:
        if self._waits_on is not None:
            self._listings.resume(self.ref.compartment_id or "", self._waits_on)
            self._waits_on = None
        reconciler = self.reconciler
        while True:
            pause = reconciler.step()
            if reconciler.outcome is not None:
                self._conclude()
                return None
            if self._wanted is not None and reconciler.facts.bucket is not None:
                if not self._wanted(reconciler):
                    return None
                self._wanted = None
            if pause > 0:
                self._pause(pause)
                return pause
            if self._context.stopping and not self.midway:
                return 0.0

    def _before(self, step: Step) -> None:
        # A claim is as good as a submission: from there on others wait for this bucket.
        if isinstance(step, (Claim, Submit)) and not self._context.scheduler.take_slot(self):
            raise NoSlot

    def _pause(self, pause: float) -> None:
        self.api.forget()
        compartment_id = self.ref.compartment_id
        due = self.reconciler.facts.due
        if due and compartment_id is not None:
            self._waits_on = next(iter(due))
            self._listings.pause(compartment_id, self._waits_on, self, self.api, pause)

    def _conclude(self) -> None:
        try:
            self.entry = self._entries.of(self.reconciler, self.ref)
        except Exception as error:
            attempt = self.reconciler.attempt
            submitted = bool(attempt.submitted or attempt.lost_at is not None)
            self.entry = self._entries.broken(self.ref, unexpected(error), submitted)

    @property
    def midway(self) -> bool:
        """Whether to stop here would leave a claim that others have to wait for."""
        attempt, receipt = self.reconciler.attempt, self.reconciler.facts.receipt
        if attempt.accepted is not None:
            return True
        return receipt is not None and receipt.state == receipts.CLAIMED and receipt.nonce == attempt.nonce

    @property
    def untouched(self) -> bool:
        """Whether this run has done nothing yet to the bucket, so that it may as well start over."""
        attempt = self.reconciler.attempt
        return attempt.claim is None and not attempt.submitted and not attempt.assigned and attempt.lost_at is None

    def stop(self) -> None:
        """End a task that has begun something, with what is known; one that has not leaves no entry."""
        reconciler = self.reconciler
        if reconciler.outcome is not None or (self.untouched and reconciler.attempt.joined is None):
            return
        action = "join" if self.untouched else "submit"
        reconciler.outcome = Fail(STOPPED, action=action, reason=reconciler.attempt.reason)
        self._conclude()

    def give_up(self, why: str) -> None:
        """End a task with a failure; the others go on."""
        attempt = self.reconciler.attempt
        self.reconciler.outcome = Fail(why, action="submit" if attempt.submitted else "none", reason=attempt.reason)
        self._conclude()

    def broke(self, error: Exception) -> None:
        self.give_up(unexpected(error))


class RunningElsewhere(Task):
    """One region's work requests that run on although their bucket's task has ended, while others wait for their slots."""

    def __init__(self, context: Context, api: SharedApi, region: Optional[str], patience: float) -> None:
        self.region = region
        self._scheduler = context.scheduler
        self._shared = context.shared
        self._api = api
        self._patience = patience
        self._running: deque[str] = deque()
        self._scheduled = False
        self._since: Optional[float] = None
        #: None of them ended in time, or nobody can tell.
        self.hopeless = False

    def take(self, work_request_id: str) -> None:
        """The slot stays taken until the work request has ended."""
        self._running.append(work_request_id)

    @property
    def any(self) -> bool:
        return bool(self._running) and not self.hopeless

    def schedule(self) -> None:
        """With the lock held."""
        if self.any and not self._scheduled and self._scheduler.slots_wanted():
            self._scheduled = True
            self._scheduler.add(self)

    def run(self) -> Optional[float]:
        scheduler = self._scheduler
        now = scheduler.clock()
        self._since = now if self._since is None else self._since
        while self._running:
            try:
                seen = self._shared.send(self.region, self._api.get_work_request, self._running[0])
                ended = seen.terminal
            except ApiError as error:
                ended = error.status == 404
            if not ended:
                break
            with scheduler.changed:
                self._running.popleft()
                self._since = now
                scheduler.free_slot()
        with scheduler.changed:
            if not self._running or not scheduler.slots_wanted():
                self._scheduled = False
                self._since = None
                return None
        if now - max(self._since, scheduler.freed_at) > self._patience:
            self.hopeless = True
            return None
        return schedule.poll_pause(now - self._since, None, 10.0, 0.5)

    def broke(self, error: Exception) -> None:
        self.hopeless = True
