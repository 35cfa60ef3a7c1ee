# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reconciling one bucket: decide, do that one step, remember what came of it. No decision is taken here.

A crash is a stop between two steps, and another run goes on from what the service knows.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Callable, Optional, Union

from ansible_collections.rekey.oci.plugins.module_utils.common import schedule
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import Row
from ansible_collections.rekey.oci.plugins.module_utils.decide import endings, failing
from ansible_collections.rekey.oci.plugins.module_utils.decide.attempt import Attempt
from ansible_collections.rekey.oci.plugins.module_utils.decide.decision import next_step
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options, Situation
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail, Pause, Step, Without
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.knowledge import Knowledge
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reading import READS
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.writing import WRITES
from ansible_collections.rekey.oci.plugins.module_utils.sdk.api import Api

Outcome = Union[Done, Fail]

#: No call is begun later than this after wait_timeout, in seconds: with one slow answer more, the run is over in 90.
LAST_CALL = 30.0

#: A step that fails again this long after it was to be taken again, in seconds, is a new row of failures.
_ROW = 30.0

#: How each kind of step is taken.
TAKE: Mapping[type, Callable[[Knowledge, Any], None]] = {**READS, **WRITES}


def _nothing(_step: Step) -> None:
    """A run that asks nobody."""


def last_call(started_at: float, options: Options) -> float:
    """When the last call may be begun, in monotonic seconds."""
    return started_at + options.wait_timeout + LAST_CALL


class OutOfTime(Exception):
    """There is no time left to begin another call."""


class Reconciler(Knowledge):
    """One bucket's way to its end, a step at a time; ``clock`` is monotonic seconds, ``chance`` random in [0, 1).

    ``sleep`` is only called between two calls of a long list, which is a single step. ``before`` is called before a step is
    done. What it raises keeps the step from being done; it is decided anew then.
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
        before: Callable[[Step], None] = _nothing,
    ) -> None:
        attempt = Attempt(nonce=nonce, started_at=clock() if started_at is None else started_at)
        super().__init__(api, namespace, name, options, clock, attempt, self._in_list)
        self.chance = chance
        self.sleep = sleep
        #: No call is begun at this or later.
        self.last_call = last_call(attempt.started_at, options)
        self.outcome: Optional[Outcome] = None
        self._before = before
        #: The call that failed the run, if one did.
        self.error: Optional[ApiError] = None
        #: By the kind of step: its failures in a row, and when it is to be taken again. Others may succeed in between: before
        #: a write is tried again, a look may be due.
        self._rows: dict[type, tuple[Row, float]] = {}
        self._last_failure: Optional[ApiError] = None
        self._calls_in_list = 0

    def waiting_on(self) -> Optional[tuple[WorkRequest, float]]:
        """During a pause: what is waited on, and the seconds since it was first seen running."""
        now = self.clock()
        # Another thread may be taking steps.
        for wanted in tuple(self.facts.due):
            seen = self.facts.seen(wanted)
            if isinstance(seen, WorkRequest):
                return seen, now - self.facts.running_at.get(wanted, now)
        since, until = self.facts.replicating_since, self.facts.replicating_until
        if since is not None and self.facts.looked_at < until:
            # A person is told of the way of a key's version as of a work request.
            return WorkRequest("", status="REPLICATING"), now - since
        return None

    @property
    def _here(self) -> Situation:
        return Situation(self.facts, self.attempt, self.options, self.clock(), self.chance())

    def step(self) -> float:
        """Take the next step; return the seconds to pause before the one after it. ``outcome`` is set at the end."""
        step = next_step(self._here)
        if isinstance(step, (Done, Fail)):
            self._end(step)
            return 0.0
        if isinstance(step, Without):
            return self._follow(endings.no_receipt(self._here, step.why, self.name))
        if isinstance(step, Pause):
            self._forget(step)
            return step.seconds
        self._before(step)
        begun = self.clock()
        self._calls_in_list = 0
        try:
            self._check_time()
            TAKE[type(step)](self, step)
        except ApiError as error:
            return self._failed(step, error, begun)
        except OutOfTime:
            self._end(endings.out_of_time(self._here, step, self._calls_in_list, self._last_failure))
            return 0.0
        self._rows.pop(type(step), None)
        self._last_failure = None
        return 0.0

    def _end(self, outcome: Outcome) -> None:
        self.outcome = outcome
        if isinstance(outcome, Fail):
            self.error = outcome.error
        else:
            self.warn(outcome.warning)

    def _forget(self, pause: Pause) -> None:
        if pause.forget == "bucket":
            self.facts.bucket = None
        elif pause.forget == "listing":
            self.facts.listing = None
        elif pause.forget == "replication":
            self.facts.waited_for_replication(self.clock())
        elif pause.work_request_id is not None:
            self.facts.due.add(pause.work_request_id)
            if pause.joins:
                self.attempt.joined = pause.work_request_id

    # Failures.

    def _failure(self, step: Step, error: ApiError, row: Row) -> endings.Failure:
        return endings.Failure(
            step, error, self.namespace, self.name, row.count, row.since, self.last_call, row.alike, row.busy
        )

    def _failed(self, step: Step, error: ApiError, begun: float) -> float:
        row, due = self._rows.get(type(step), (Row(), 0.0))
        if begun > due + _ROW:
            row = Row()
        row.add(error, begun)
        self._last_failure = error
        verdict = failing.verdict(self._here, self._failure(step, error, row))
        self._rows[type(step)] = row, self.clock() + verdict.pause
        return self._follow(verdict)

    def _follow(self, verdict: endings.Verdict) -> float:
        for name, value in verdict.facts.items():
            setattr(self.facts, name, value)
        for name, value in verdict.attempt.items():
            setattr(self.attempt, name, value)
        now = self.clock()
        if verdict.saw is not None:
            self.facts.saw(verdict.saw, now)
        if verdict.unlisted:
            self.facts.listed((), now, now, unlisted=True)
        self.warn(verdict.warning)
        if verdict.end is not None:
            self._end(verdict.end)
        return verdict.pause

    def _check_time(self) -> None:
        if self.clock() >= self.last_call:
            raise OutOfTime

    def _in_list(self, call: Callable[[], Any]) -> Any:
        """Make one of a list's calls. After the first, a failure is not that of the whole list, which would begin anew."""
        self._check_time()
        self._calls_in_list += 1
        if self._calls_in_list == 1:
            return call()
        row = Row()
        while True:
            begun = self.clock()
            try:
                answer = call()
            except ApiError as error:
                row.add(error, begun)
                here, failure = self._here, self._failure(Pause(0.0), error, row)
                if not failing.may_retry(here, failure):
                    raise error.final() from None
                self._last_failure = error
                self.sleep(schedule.retry_pause(row.count, here.chance, error.retry_after))
                self._check_time()
            else:
                self._last_failure = None
                return answer


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
