# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When to look next: pure schedules of pauses, in seconds. No clock, no sleep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError

#: A call that fails in a way that may pass is tried again for this long, in seconds. With one more try's timeouts a
#: dead endpoint ends in under 90 seconds.
RETRY_BUDGET = 45.0

#: A ``retry-after`` of up to this is granted to whoever does not wait for the work's end, in seconds.
LONGEST_WISH = 60.0

#: Nobody listening, or no such host: that seldom passes, and a person is waiting. In tries.
UNREACHABLE_TRIES = 4

#: Refusals that a service, or what is in front of it, gives now and then without a reason.
_SOMETIMES_ODD = frozenset((400, 401, 403, 404, 409, 413))

#: Of what has elapsed, the pause may be this part: so the end is noticed within 10% of the duration.
_PART = 0.08
_FIRST = 1.0
_JITTER = 0.15


@dataclass(frozen=True)
class Waiting:
    """Whether to wait for the end, for how long, and how long a pause may be; in seconds."""

    wait: bool = True
    timeout: float = 1200
    interval: float = 30

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Waiting:
        """What arguments.waiting has."""
        return cls(params["wait"], params["wait_timeout"], params["wait_interval"])


class Row:
    """Failures of one call in a row. What the last one means depends on those before it that say the same."""

    def __init__(self) -> None:
        self._failures: list[tuple[ApiError, float]] = []

    def add(self, error: ApiError, begun: float) -> None:
        """``begun`` is when the call was begun, in monotonic seconds."""
        self._failures.append((error, begun))

    @property
    def count(self) -> int:
        return len(self._failures)

    @property
    def busy(self) -> int:
        """How many of them say that the service is busy, and nothing about the call."""
        return sum(error.throttled for error, _begun in self._failures)

    @property
    def alike(self) -> int:
        """How often what was said last was said in all. A status may come with several codes, and mean one thing."""
        kind = _kind(self._failures[-1][0])
        return sum(_kind(error) == kind for error, _begun in self._failures)

    @property
    def since(self) -> float:
        """When it began: for a service that is busy with the first failure, for all else after the last time that it was busy."""
        last, begun = self._failures[-1]
        if last.throttled:
            return self._failures[0][1]
        for error, earlier in reversed(self._failures):
            if error.throttled:
                break
            begun = earlier
        return begun


def _kind(error: ApiError) -> tuple[Optional[int], Optional[str], bool]:
    refused = error.status is not None and error.status >= 400
    return error.status, None if refused else error.code, error.unreachable


def poll_pause(
    elapsed: float, percent: Optional[float], wait_interval: float, chance: float, longest: Optional[float] = None
) -> float:
    """Return the seconds to pause before the next poll of a work request.

    ``elapsed`` is the age of the wait in seconds, ``percent`` the progress last heard (0 to 100, or None), and
    ``chance`` a random number in [0, 1) for the jitter, which only ever shortens the pause. ``longest`` caps it besides
    ``wait_interval``, such as by the time that is left.
    """
    pause = max(_FIRST, elapsed * _PART)
    if percent is not None and 5 <= percent < 100 and elapsed > 0:
        left = elapsed * (100 - percent) / percent
        # Come back when the work should be done, rather than somewhere in the middle of the next long pause.
        pause = min(pause, max(_FIRST, left * 1.02))
    pause = min(pause, float(wait_interval))
    pause *= 1 - _JITTER * chance
    if longest is not None:
        pause = min(pause, longest)
    return max(pause, 0.05)


def retry_pause(failures: int, chance: float, retry_after: Optional[float] = None) -> float:
    """Return the seconds to pause after the given number of failures in a row (from 1): exponential, with full jitter.

    A ``retry_after`` that the service asked for is honoured, plus a little jitter so that callers do not come back together.
    """
    ceiling = min(20.0, 0.8 * 2.0 ** min(failures - 1, 10))
    pause = ceiling * (0.4 + 0.6 * chance)
    if retry_after is not None and retry_after > 0:
        pause = retry_after + min(1.0, retry_after / 4) * chance
    return pause


def may_retry(
    error: ApiError, alike: int, since: float, now: float, pause: float, patient_until: Optional[float] = None
) -> bool:
    """Whether to make a call again after the pause. ``alike`` and ``since`` are those of its Row.

    A service that is busy is given until ``patient_until``, if somebody waits that long anyway.
    """
    if not error.retryable or (error.unreachable and alike >= UNREACHABLE_TRIES):
        return False
    if now + pause - since <= RETRY_BUDGET:
        return True
    if not error.throttled:
        return False
    if patient_until is not None:
        return now + pause <= patient_until
    return 0 < (error.retry_after or 0.0) <= LONGEST_WISH and now - since <= RETRY_BUDGET


def may_be_odd(error: ApiError, alike: int) -> bool:
    """Whether a refusal may be a stray answer, so that an idempotent call is made once more: one is no fact, two alike are."""
    return error.status in _SOMETIMES_ODD and not error.retryable and alike < 2


def claim_pause(remaining: float, looks: int, chance: float) -> float:
    """Return the seconds to pause before looking again at another controller's claim, at most ``remaining``."""
    longest: float = min(5.0, 0.5 * 1.5 ** min(looks, 8))
    return max(0.05, min(remaining, longest * (0.7 + 0.3 * chance)))
