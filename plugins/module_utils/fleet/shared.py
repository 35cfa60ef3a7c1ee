# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls whose answers all buckets of a run share: made once at a time, and again only where a newer answer is needed."""

from __future__ import annotations

import copy
from typing import Any, Callable, NamedTuple, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import UNREACHABLE_TRIES, Row, retry_pause
from ansible_collections.rekey.oci.plugins.module_utils.fleet.scheduler import Scheduler
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import SharedCall, Wait

#: Statuses by which a service asks for fewer calls.
_THROTTLED = frozenset((429, 503))
#: So many refusals in a row are believed for the whole run. One that asks twice is refused twice, and not once.
REFUSALS = 4


class Answer(NamedTuple):
    """``begun`` is when the call was begun that gave it, in monotonic seconds."""

    value: Any
    begun: float


class SharedAnswer:
    """The last answer, or the last failure, and the call that is under way."""

    def __init__(self) -> None:
        #: Replaced as a whole: whoever reads it without the lock has a value and its own time.
        self.answer: Optional[Answer] = None
        self.error: Optional[ApiError] = None
        #: Until when the failure answers for the call; a failure that cannot pass answers for the whole run.
        self.error_until = float("-inf")
        self.failures = Row()
        self.call: Optional[SharedCall] = None


class Shared:
    """Sends calls, and keeps the answers that serve many."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._kept: dict[Any, SharedAnswer] = {}

    def send(self, region: Optional[str], call: Callable[..., Any], *args: Any) -> Any:
        """Make a call, and let the region's concurrency know how it went."""
        scheduler = self._scheduler
        concurrency = scheduler.lane(region).concurrency
        begun = scheduler.clock()
        try:
            answer = call(*args)
        except ApiError as error:
            if error.status in _THROTTLED:
                with scheduler.changed:
                    concurrency.throttled(begun, scheduler.clock())
            raise
        if concurrency.limit < concurrency.most:
            with scheduler.changed:
                concurrency.succeeded()
        return answer

    def once(self, key: Any, not_before: float, region: Optional[str], call: Callable[..., Any], *args: Any) -> Answer:
        """The answer of a call begun at ``not_before`` or later. Raises ApiError, or Wait while another thread makes the call."""
        kept = self._kept.get(key)
        answer = kept.answer if kept is not None else None
        if answer is not None and answer.begun >= not_before:
            return answer
        scheduler = self._scheduler
        with scheduler.changed:
            kept = self._kept.setdefault(key, SharedAnswer())
            if kept.answer is not None and kept.answer.begun >= not_before:
                return kept.answer
            begun = scheduler.clock()
            if kept.error is not None and begun < kept.error_until:
                raise kept.error
            if kept.call is not None:
                raise Wait(kept.call)
            shared = kept.call = SharedCall()
        try:
            answer = Answer(self.send(region, call, *args), begun)
            kept.answer = answer
            kept.error, kept.failures = None, Row()
        except ApiError as error:
            kept.failures.add(error, begun)
            kept.error = self._judge(kept, error)
            raise kept.error from None
        finally:
            with scheduler.changed:
                kept.call = None
                scheduler.end(shared)
        return answer

    def _judge(self, kept: SharedAnswer, error: ApiError) -> ApiError:
        """How long a failure answers for the call: thousands of buckets shall not all try a dead vault."""
        row, now = kept.failures, self._scheduler.clock()
        if error.retryable and not (error.unreachable and row.alike >= UNREACHABLE_TRIES):
            kept.error_until = now + retry_pause(row.count, 0.0, error.retry_after)
            return error
        if not error.retryable and row.alike < REFUSALS:
            # One odd answer is not a fact. Whoever asks again, after a pause, asks the service.
            kept.error_until = now + retry_pause(1, 0.0)
            return error
        kept.error_until = float("inf")
        final = copy.copy(error)
        final.retryable = False
        return final
