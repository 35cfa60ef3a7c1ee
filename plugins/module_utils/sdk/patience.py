# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run's time: how long it waits for a service that is busy, and for work to end. One clock for both."""

from __future__ import annotations

from typing import Callable, Optional, TypeVar

from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import Waiting, poll_pause
from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.sdk.retry import with_retries

Answer = TypeVar("Answer")


class Patience:
    """How long one run waits, which begins now."""

    def __init__(self, waiting: Waiting, timing: Timing) -> None:
        self.waiting = waiting
        self._timing = timing
        self._begun = timing.clock()

    def call(self, call: Callable[[], Answer], meant: Optional[int] = None) -> Answer:
        """Make an idempotent call, and again while it fails in a way that may pass. Raises ApiError.

        Who waits, waits for a busy service too; and nobody makes a call again when the time is over. A
        refusal is believed when it comes twice, and at once if its status is ``meant``.
        """
        timing, over = self._timing, self._begun + self.waiting.timeout
        patient_until = over if self.waiting.wait else None
        return with_retries(
            call, timing.clock, timing.sleep, timing.chance, patient_until, over, lambda error: error.status != meant
        )

    def pause(self) -> bool:
        """Pause before the next look; or return False, since the time is over."""
        elapsed = self._timing.clock() - self._begun
        left = self.waiting.timeout - elapsed
        if left <= 0:
            return False
        self._timing.sleep(poll_pause(elapsed, None, self.waiting.interval, self._timing.chance(), left))
        return True

    def scatter(self, seconds: float) -> None:
        """Pause for up to so long, so that those who began together do not go on together."""
        self._timing.sleep(min(seconds, self.waiting.timeout / 10) * self._timing.chance())
