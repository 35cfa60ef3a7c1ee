# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One bucket of many: a Reconciler, run until it pauses, and what the others need to know of it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Callable, Optional, Protocol, TypeVar

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Assign,
    Claim,
    Done,
    Fail,
    ListWorkRequests,
    Poll,
    Step,
    Submit,
)
from ansible_collections.rekey.oci.plugins.module_utils.fleet.brakes import (
    DEFERRED,
    FAIL,
    GO,
    NOT_BEGUN,
    NOTHING,
    SUBMIT,
    Brakes,
)
from ansible_collections.rekey.oci.plugins.module_utils.fleet.bucket_api import BucketApi, Context
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef, NoSlot, Task, Wait, unexpected
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reading import asked_by
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler, last_call

if TYPE_CHECKING:
    from ansible_collections.rekey.oci.plugins.module_utils.fleet.region import Region

Answer = TypeVar("Answer")

#: Calls that say 404 of a bucket that is gone.
_OF_BUCKETS = frozenset(
    ("GetBucket", "UpdateBucket", "ReencryptBucket", "ListObjects", "ListObjectVersions", "ListMultipartUploads")
)

#: How long those that are not found wait for one another, in seconds.
_GATHER = 1.0

STOPPED = "The run was stopped before this bucket was finished. The next run goes on from here."


class Entries(Protocol):
    """What is kept of a bucket."""

    def of(self, reconciler: Reconciler, ref: BucketRef) -> Any:
        """Its entry at its end."""

    def broken(self, ref: BucketRef, message: str, submitted: bool) -> Any:
        """The least that an entry can be, where ``of`` gave none. Must not raise."""


class Braked(Exception):
    """Nothing is begun for this bucket; the message is the reason."""


class BucketTask(Task):
    """``wanted`` says of a bucket that was looked at whether it is meant. ``entry`` is there at the end, if it is."""

    def __init__(
        self,
        context: Context,
        region: Region,
        ref: BucketRef,
        slot: bool,
        options: Options,
        timing: Timing,
        wanted: Callable[[Reconciler], bool],
        entries: Entries,
    ) -> None:
        self.region = ref.region
        self.ref = ref
        self.slot = slot
        started_at = timing.clock()
        self.api = BucketApi(context, region.api, region.listings, ref, self, last_call(started_at, options))
        self.reconciler = Reconciler(
            self.api,
            ref.namespace,
            ref.name,
            options,
            nonce=uuid.uuid4().hex[:12],
            clock=timing.clock,
            chance=timing.chance,
            started_at=started_at,
            before=self._before,
        )
        self.entry: Any = None
        self._context = context
        self._listings = region.listings
        self._discovery = region.discovery
        self._wanted: Optional[Callable[[Reconciler], bool]] = wanted
        self._entries = entries
        self._waits_on: Optional[str] = None
        #: When its end was first known.
        self._ended_at: Optional[float] = None

    def run(self) -> Optional[float]:
        if self._waits_on is not None:
            self._listings.resume(self.ref.compartment_id or "", self._waits_on)
            self._waits_on = None
        reconciler = self.reconciler
        while reconciler.outcome is None:
            try:
                pause = reconciler.step()
            except Braked as braked:
                reconciler.outcome = Done("none", str(braked))
                break
            if self._wanted is not None and reconciler.facts.bucket is not None:
                if not self._wanted(reconciler):
                    self._brakes(lambda brakes: brakes.skip(self.ref))
                    return None
                self._wanted = None
            if pause > 0:
                self._pause(pause)
                return pause
            if self._context.stop.told and not self.midway and reconciler.outcome is None:
                return 0.0
        if self._gone():
            return _GATHER
        self._braked()
        self.conclude()
        return None

    # Whether it may.

    def _brakes(self, act: Callable[[Brakes], Answer]) -> Answer:
        with self._context.scheduler.changed:
            return act(self._context.brakes)

    def _may(self, what: str) -> str:
        """The verdict on what the bucket wants; waits for its turn."""

        def ask(brakes: Brakes) -> str:
            verdict = brakes.want(self.ref, what)
            if verdict is None:
                raise Wait(brakes.turn_of(self.ref))
            return verdict

        return self._brakes(ask)

    def _before(self, step: Step) -> None:
        call = None
        if isinstance(step, ListWorkRequests):
            call = self.api.await_list(*asked_by(self.reconciler, step))
        elif isinstance(step, Poll):
            call = self.api.await_poll(step.work_request_id)
        elif isinstance(step, (Claim, Assign, Submit)):
            self._before_writing(step)
        if call is not None:
            raise Wait(call)

    def _before_writing(self, step: Step) -> None:
        if self.untouched and self._context.brakes.active:
            # The key alone is assigned to an empty bucket.
            begins = not isinstance(step, Assign) or self.reconciler.facts.has_objects is not False
            verdict = self._may(SUBMIT if begins else NOTHING)
            if verdict == GO and not self._brakes(lambda brakes: brakes.may_begin(self.ref)):
                verdict = NOT_BEGUN
            if verdict != GO:
                raise Braked(verdict)
        # A claim is as good as a submission: from there on others wait for this bucket.
        if not isinstance(step, Assign) and not self._context.scheduler.take_slot(self):
            raise NoSlot

    def _braked(self) -> None:
        """Have the end of a bucket that has begun nothing come in its turn, or be that nothing was begun."""
        outcome = self.reconciler.outcome
        if not self._context.brakes.active or not self.untouched or outcome is None:
            return
        if outcome.reason in (DEFERRED, NOT_BEGUN):
            return
        if isinstance(outcome, Fail):
            what = FAIL
        else:
            what = SUBMIT if outcome.action == "submit" else NOTHING
        verdict = self._may(what)
        if verdict != GO:
            self.brake(verdict)

    def brake(self, reason: str) -> None:
        self.reconciler.outcome = Done("none", reason)

    def _gone(self) -> bool:
        """A bucket that is no longer listed either was deleted, which is no failure; one that is may not be read.

        True where it is to be asked again in a moment: one list then serves all that are not found.
        """
        outcome, error = self.reconciler.outcome, self.reconciler.error
        compartment_id = self.ref.compartment_id
        if not isinstance(outcome, Fail) or error is None or error.status != 404 or compartment_id is None:
            return False
        if error.operation not in _OF_BUCKETS:
            return False
        if self._ended_at is None:
            self._ended_at = self._context.scheduler.clock()
            return True
        try:
            listed = self._discovery.listed_now(compartment_id, self._ended_at)
        except ApiError:
            # Nobody can tell, so it stays what it is.
            return False
        if self.ref.name not in listed:
            self.brake("bucket_gone")
        return False

    def _pause(self, pause: float) -> None:
        self.api.forget()
        compartment_id = self.ref.compartment_id
        due, asked = self.reconciler.facts.due, self.reconciler.facts.replicating_since
        if (due or asked is not None) and self.untouched:
            # Whatever it will want when this is over, it says now, so that nobody waits for it.
            what = SUBMIT if self.reconciler.attempt.joined is None else NOTHING
            self._brakes(lambda brakes: brakes.want(self.ref, what))
        if due and compartment_id is not None:
            self._waits_on = next(iter(due))
            self._listings.pause(compartment_id, self._waits_on, self, self.api, pause)

    def conclude(self) -> None:
        attempt, outcome = self.reconciler.attempt, self.reconciler.outcome
        submitted = bool(attempt.submitted or attempt.lost_at is not None)
        failed = isinstance(outcome, Fail)
        begun = submitted or (isinstance(outcome, Done) and outcome.action == "submit")
        self._brakes(lambda brakes: brakes.ended(self.ref, failed, begun))
        try:
            self.entry = self._entries.of(self.reconciler, self.ref)
        except Exception as error:
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
        if self.entry is not None:
            return
        if reconciler.outcome is not None:
            # Its turn has not come, and it has begun nothing.
            self.conclude()
            return
        if self.untouched and reconciler.attempt.joined is None:
            return
        action = "join" if self.untouched else "submit"
        reconciler.outcome = Fail(STOPPED, action=action, reason=reconciler.attempt.reason)
        self.conclude()

    def give_up(self, why: str) -> None:
        """End a task with a failure; the others go on."""
        attempt = self.reconciler.attempt
        self.reconciler.outcome = Fail(why, action="submit" if attempt.submitted else "none", reason=attempt.reason)
        self.conclude()

    def broke(self, error: Exception) -> None:
        self.give_up(unexpected(error))
