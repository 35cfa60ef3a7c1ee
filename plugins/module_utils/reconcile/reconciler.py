# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reconciling one bucket: decide, do that one step, remember what came of it. No decision is taken here.

A crash is a stop between two steps, and another run goes on from what the service knows.
"""

from __future__ import annotations

import time
from typing import Any, Callable, Optional, Union

from ansible_collections.rekey.oci.plugins.module_utils.common import schedule
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, WorkRequest, known
from ansible_collections.rekey.oci.plugins.module_utils.decide import waiting
from ansible_collections.rekey.oci.plugins.module_utils.decide.decision import next_step
from ansible_collections.rekey.oci.plugins.module_utils.decide.explain import explain, reason_of
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Assign,
    CheckObjects,
    Claim,
    Complete,
    Done,
    Drop,
    Fail,
    ListWorkRequests,
    Look,
    Pause,
    Poll,
    ReadErrors,
    ReadKey,
    ReadVersion,
    Record,
    Step,
    Submit,
)
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.writing import Writing
from ansible_collections.rekey.oci.plugins.module_utils.sdk.api import Api

Outcome = Union[Done, Fail]

#: No call is begun later than this after wait_timeout, in seconds: with one slow answer more, the run is over in 90.
LAST_CALL = 30.0

#: A step that fails again this long after it was to be taken again, in seconds, is a new row of failures.
_ROW = 30.0


class OutOfTime(Exception):
    """There is no time left to begin another call."""


class Reconciler(Writing):
    """One bucket's way to its end, a step at a time; ``clock`` is monotonic seconds, ``chance`` random in [0, 1).

    ``sleep`` is only called between two calls of a long list, which is a single step.
    """

    def __init__(
        self,
        api: Api,
        namespace: str,
        name: str,
        options: Options,
        nonce: str,
        clock: Callable[[], float],
        chance: Callable[[], float],
        started_at: Optional[float] = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(api, namespace, name, options, nonce, clock, started_at)
        self.chance = chance
        self.sleep = sleep
        #: No call is begun at this or later.
        self.last_call = waiting.deadline(self.attempt, options) + LAST_CALL
        self.outcome: Optional[Outcome] = None
        #: Called before a step is done. What it raises keeps the step from being done; it is decided anew then.
        self.before: Callable[[Step], None] = lambda step: None
        #: By the kind of step that failed in a row: how often, since when, and when it was to be taken again.
        self._rows: dict[type, tuple[int, float, float]] = {}
        self._last_failure: Optional[ApiError] = None
        #: The failure of a call that is not to be made again.
        self._final: Optional[ApiError] = None
        self._calls_in_list = 0
        self._do: dict[type, Callable[..., None]] = {
            Look: self._look,
            ReadKey: self._read_key,
            ReadVersion: self._read_version,
            CheckObjects: self._check_objects,
            ListWorkRequests: self._list,
            Poll: self._poll,
            ReadErrors: self._read_errors,
            Claim: self._claim,
            Assign: self._assign,
            Submit: self._submit,
            Record: self._record,
            Complete: self._complete,
            Drop: self._drop,
        }

    def step(self) -> float:
        """Take the next step; return the seconds to pause before the one after it. ``outcome`` is set at the end."""
        step = next_step(self.facts, self.attempt, self.options, self.clock(), self.chance())
        if isinstance(step, (Done, Fail)):
            self._end(step)
            return 0.0
        if isinstance(step, Pause):
            self._forget(step)
            return step.seconds
        self.before(step)
        self._begun = self.clock()
        self._calls_in_list = 0
        self._failures = self._row(step)[0]
        try:
            self._check_time()
            self._do[type(step)](step)
        except ApiError as error:
            return self._failed(step, error)
        except OutOfTime:
            self._end(self._out_of_time())
            return 0.0
        self._failures = 0
        self._rows.pop(type(step), None)
        self._last_failure = None
        return 0.0

    def _row(self, step: Step) -> tuple[int, float, float]:
        """Other steps may succeed in between: before a write is tried again, a look may be due."""
        row = self._rows.get(type(step))
        return row if row is not None and self._begun <= row[2] + _ROW else (0, self._begun, 0.0)

    def _end(self, outcome: Outcome) -> None:
        self.outcome = outcome
        if isinstance(outcome, Done) and outcome.warning:
            self.warn(outcome.warning)

    def _forget(self, pause: Pause) -> None:
        if pause.forget == "bucket":
            self.facts.bucket = None
        elif pause.forget == "listing":
            self.facts.listing = None
        elif pause.work_request_id is not None:
            self.facts.due.add(pause.work_request_id)
            if pause.joins:
                self.attempt.joined = pause.work_request_id

    # Failures: what can pass is tried again, within bounds; the rest is told to the decision or ends the run.

    def _failed(self, step: Step, error: ApiError) -> float:
        now, since = self.clock(), self._row(step)[1]
        self._failures += 1
        self._last_failure = error
        wanted = _waited_on(step)
        awaited = wanted is not None and self.options.wait and not self.options.check_mode
        pause = schedule.retry_pause(max(self._failures, self._lost_writes), self.chance(), error.retry_after)
        self._rows[type(step)] = (self._failures, since, now + pause)
        if error.retryable or awaited:
            if awaited and wanted is not None:
                # One more look when the time is over.
                left = waiting.deadline(self.attempt, self.options) - now
                if left > 0:
                    return min(pause, max(left, 0.05))
                self.error = error
                self._end(self._lost_sight(wanted))
                return 0.0
            if self._may_retry(error, self._failures, since, pause):
                return pause
        if error.status == 404 and self._may_be_stray(step):
            return schedule.retry_pause(1, self.chance())
        # A refusal is the truth about this user; a vault in trouble is another answer later.
        if isinstance(step, ReadKey) and not (error.retryable or error.unreachable):
            self._rows.pop(ReadKey, None)
            self.facts.key = None
            self.facts.key_unreadable = error.line()
            self.warn(
                "The key %s cannot be read, so nothing can prove which version is its current one: %s"
                % (step.key_id, error.line())
            )
            return 0.0
        if isinstance(step, Submit) and error.retryable and self.attempt.claim is not None:
            # Refused for too long: a claim that stayed would keep the next run waiting.
            self._rows.pop(Submit, None)
            self.attempt.refused = self.error = error
            return 0.0
        self.error = error
        self._end(
            Fail(
                explain(step, error, self.namespace, self.name, self.options, self.facts.key),
                action="submit" if self.attempt.submitted or self.attempt.lost_at is not None else "none",
                reason=self.attempt.reason or reason_of(step),
            )
        )
        return 0.0

    def _may_be_stray(self, step: Step) -> bool:
        """Whether a call is worth another try although it was answered that there is no such thing, or no right to see it.

        What is believed of the key or of the work requests may cost a re-encryption that was needless.
        """
        if isinstance(step, ReadKey):
            before = self.facts.key
            return self._failures < (3 if before is not None and before.id == step.key_id else 2)
        return isinstance(step, ListWorkRequests) and self._failures < 2

    def _may_retry(self, error: ApiError, failures: int, since: float, pause: float) -> bool:
        now = self.clock()
        if error is self._final or now + pause > self.last_call:
            return False
        waits = self.options.wait and not self.options.check_mode
        patient_until = waiting.deadline(self.attempt, self.options) if waits else None
        return schedule.may_retry(error, failures, since, now, pause, patient_until)

    def _check_time(self) -> None:
        if self.clock() >= self.last_call:
            raise OutOfTime

    def _in_list(self, call: Callable[[], Any]) -> Any:
        """Make one of a list's calls. After the first, a failure is not that of the whole list, which would begin anew."""
        self._check_time()
        self._calls_in_list += 1
        if self._calls_in_list == 1:
            return call()
        begun = self.clock()
        failures = 0
        while True:
            try:
                answer = call()
            except ApiError as error:
                failures += 1
                pause = schedule.retry_pause(failures, self.chance(), error.retry_after)
                if not self._may_retry(error, failures, begun, pause):
                    self._final = error
                    raise
                self._last_failure = error
            else:
                self._last_failure = None
                return answer
            self.sleep(pause)
            self._check_time()

    def _out_of_time(self) -> Fail:
        why, then = "The service answers too slowly to go on", "Run again: the next run goes on from here."
        if self._calls_in_list:
            why = (
                "The compartment's work requests could not be listed to their end, after %d calls" % self._calls_in_list
            )
            then = "Run again with a longer one."
        if self._last_failure is not None:
            self.error = self._last_failure
            why = self._last_failure.line()
        return Fail(
            "%s; wait_timeout (%d seconds) is over. %s" % (why, self.options.wait_timeout, then),
            action="submit" if self.attempt.submitted or self.attempt.lost_at is not None else "none",
            reason=self.attempt.reason,
        )

    def _lost_sight(self, work_request_id: str) -> Fail:
        seen = self.facts.seen(work_request_id) or WorkRequest(id=work_request_id)
        return Fail(
            "The re-encryption did not visibly finish within wait_timeout (%d seconds): work request %s was last %s, "
            "and the last poll failed: %s. Run again to join it."
            % (self.options.wait_timeout, work_request_id, waiting.describe(seen), known(self.error).line()),
            action="submit" if self.attempt.submitted else "join",
            reason=self.attempt.reason if self.attempt.submitted else "in_progress",
        )


def _waited_on(step: Step) -> Optional[str]:
    if isinstance(step, ListWorkRequests):
        return step.seeks
    return step.work_request_id if isinstance(step, Poll) else None


def run(
    reconciler: Reconciler,
    sleep: Callable[[float], None],
    observe: Optional[Callable[[WorkRequest, float], None]] = None,
) -> Outcome:
    """Take steps until the end. ``observe`` is told what is waited on, and since when in seconds, before each pause."""
    while True:
        pause = reconciler.step()
        if reconciler.outcome is not None:
            return reconciler.outcome
        if pause > 0:
            waited = reconciler.waiting_on() if observe is not None else None
            if observe is not None and waited is not None:
                observe(*waited)
            sleep(pause)
