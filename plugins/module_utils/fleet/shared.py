# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls whose answers all buckets of a run share: made once at a time, and again only where a newer answer is needed."""

from __future__ import annotations

import copy
import threading
from typing import Any, Callable, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import UNREACHABLE_TRIES, retry_pause
from ansible_collections.rekey.oci.plugins.module_utils.fleet.board import Board, Flight, Wait
from ansible_collections.rekey.oci.plugins.module_utils.fleet.concurrency import Concurrency

#: Statuses by which a service asks for fewer calls.
_THROTTLED = frozenset((429, 503))


class Once:
    """One answer: the last one, or the last failure, and the call that is under way."""

    def __init__(self) -> None:
        self.answer: Any = None
        #: When the call was begun that gave the answer; None while there is none.
        self.begun: Optional[float] = None
        self.error: Optional[ApiError] = None
        #: Until when the failure answers for the call; a failure that cannot pass answers for the whole run.
        self.error_until = float("-inf")
        self.failures = 0
        self.flight: Optional[Flight] = None


class Shared:
    """``lock`` is the board's; it is never held during a call. ``clock`` is monotonic seconds."""

    def __init__(self, lock: threading.RLock, concurrency: Concurrency, clock: Callable[[], float]) -> None:
        self.lock = lock
        self.clock = clock
        self._concurrency = concurrency
        self._kept: dict[Any, Once] = {}
        self.board: Optional[Board] = None

    def send(self, call: Callable[..., Any], *args: Any) -> Any:
        """Make a call, and let the concurrency know how it went."""
        begun = self.clock()
        try:
            answer = call(*args)
        except ApiError as error:
            if error.status in _THROTTLED:
                with self.lock:
                    self._concurrency.throttled(begun, self.clock())
            raise
        if self._concurrency.limit < self._concurrency.most:
            with self.lock:
                self._concurrency.succeeded()
        return answer

    def once(self, key: Any, not_before: float, call: Callable[..., Any], *args: Any) -> tuple[Any, float]:
        """The answer of a call begun at ``not_before`` or later, and when it was begun.

        Raises ApiError, or Wait while another thread makes the call.
        """
        kept = self._kept.get(key)
        if kept is not None and kept.begun is not None and kept.begun >= not_before:
            return kept.answer, kept.begun
        with self.lock:
            kept = self._kept.setdefault(key, Once())
            if kept.begun is not None and kept.begun >= not_before:
                return kept.answer, kept.begun
            begun = self.clock()
            if kept.error is not None and begun < kept.error_until:
                raise kept.error
            if kept.flight is not None:
                raise Wait(kept.flight)
            flight = kept.flight = Flight()
        try:
            answer = self.send(call, *args)
            kept.answer, kept.begun = answer, begun
            kept.error, kept.failures = None, 0
        except ApiError as error:
            kept.failures += 1
            kept.error = self._judge(kept, error)
            raise kept.error from None
        finally:
            with self.lock:
                kept.flight = None
                if self.board is not None:
                    self.board.land(flight)
        return answer, begun

    def _judge(self, kept: Once, error: ApiError) -> ApiError:
        """How long a failure answers for the call: thousands of buckets shall not all try a dead vault."""
        if error.retryable and not (error.unreachable and kept.failures >= UNREACHABLE_TRIES):
            kept.error_until = self.clock() + retry_pause(kept.failures, 0.0, error.retry_after)
            return error
        kept.error_until = float("inf")
        final = copy.copy(error)
        final.retryable = False
        return final
