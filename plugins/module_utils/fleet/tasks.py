# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One bucket of many: a Reconciler, run until it pauses, and what the others need to know of it."""

from __future__ import annotations

from collections import deque
from typing import Any, Callable, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common import schedule
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Fail
from ansible_collections.rekey.oci.plugins.module_utils.fleet.board import Name, Task
from ansible_collections.rekey.oci.plugins.module_utils.fleet.bucket_api import BucketApi, Context
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler

STOPPED = "The run was stopped before this bucket was finished. The next run goes on from here."


class BucketTask(Task):
    """``wanted`` says of a bucket that was looked at whether it is meant; ``conclude`` makes its entry at the end."""

    def __init__(
        self,
        context: Context,
        name: Name,
        reconciler: Reconciler,
        api: BucketApi,
        wanted: Callable[[Reconciler], bool],
        conclude: Callable[[Reconciler, Optional[str]], Any],
    ) -> None:
        self.context = context
        self.name = name
        self.reconciler = reconciler
        self.api = api
        self.entry: Any = None
        self._wanted: Optional[Callable[[Reconciler], bool]] = wanted
        self._conclude = conclude
        self._waits_on: Optional[str] = None
        api.task = self

    def run(self) -> Optional[float]:
        if self._waits_on is not None:
            self.context.listings.resume(self.name.compartment_id or "", self._waits_on)
            self._waits_on = None
        reconciler = self.reconciler
        while True:
            pause = reconciler.step()
            if reconciler.outcome is not None:
                self.entry = self._conclude(reconciler, self.name.compartment_id)
                return None
            if self._wanted is not None and reconciler.facts.bucket is not None:
                if not self._wanted(reconciler):
                    return None
                self._wanted = None
            if pause > 0:
                self._pause(pause)
                return pause
            if self.context.stopping and not self.midway:
                return 0.0

    def _pause(self, pause: float) -> None:
        self.api.forget()
        compartment_id = self.name.compartment_id
        due = self.reconciler.facts.due
        if due and compartment_id is not None:
            self._waits_on = next(iter(due))
            self.context.listings.pause(compartment_id, self._waits_on, self, self.api, pause)

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
        self.entry = self._conclude(reconciler, self.name.compartment_id)

    def give_up(self, why: str) -> None:
        """End a task with a failure; the others go on."""
        reconciler = self.reconciler
        attempt = reconciler.attempt
        reconciler.outcome = Fail(why, action="submit" if attempt.submitted else "none", reason=attempt.reason)
        self.entry = self._conclude(reconciler, self.name.compartment_id)


class Lingering(Task):
    """Work requests that run on although their bucket's task has ended, while others wait for their slots."""

    def __init__(self, context: Context, patience: float, gave_up: Callable[[], None]) -> None:
        self._context = context
        self._patience = patience
        self._gave_up = gave_up
        self._running: deque[str] = deque()
        self._scheduled = False
        self._since: Optional[float] = None

    def take(self, work_request_id: str) -> None:
        """With the lock held: the slot stays taken until the work request has ended."""
        self._running.append(work_request_id)

    def schedule(self) -> None:
        """With the lock held."""
        board = self._context.board
        if self._running and not self._scheduled and board.slots_wanted():
            self._scheduled = True
            board.add(self)

    def run(self) -> Optional[float]:
        shared, board = self._context.shared, self._context.board
        now = shared.clock()
        self._since = now if self._since is None else self._since
        while self._running:
            try:
                seen = shared.send(self._context.api.get_work_request, self._running[0])
                ended = seen.terminal
            except ApiError as error:
                ended = error.status == 404
            if not ended:
                break
            with shared.lock:
                self._running.popleft()
                self._since = now
                board.free_slot()
        with shared.lock:
            if not self._running or not board.slots_wanted():
                self._scheduled = False
                self._since = None
                return None
        if now - self._since > self._patience:
            self._gave_up()
            return None
        return schedule.poll_pause(now - self._since, None, 10.0, 0.5)
