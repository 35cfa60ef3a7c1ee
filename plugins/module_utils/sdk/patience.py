# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run's time: how long it waits for a service that is busy, and for work to end. One clock for both."""

from __future__ import annotations

import random
import time
from typing import Callable, TypeVar

from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import Waiting, poll_pause
from ansible_collections.rekey.oci.plugins.module_utils.sdk.retry import with_retries

Answer = TypeVar("Answer")


class Patience:
    """``clock`` is monotonic seconds, ``chance`` random in [0, 1)."""

    def __init__(
        self,
        waiting: Waiting,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.waiting = waiting
        self.clock = clock
        self.sleep = sleep
        self.chance = chance
        self.begun = clock()

    def call(self, call: Callable[[], Answer]) -> Answer:
        """Make an idempotent call, and again while it fails in a way that may pass. Raises ApiError.

        Who waits, waits for a busy service too; and nobody makes a call again when the time is over.
        """
        over = self.begun + self.waiting.timeout
        patient_until = over if self.waiting.wait else None
        return with_retries(call, self.clock, self.sleep, self.chance, patient_until, over)

    def pause(self) -> bool:
        """Pause before the next look; or return False, since the time is over."""
        elapsed = self.clock() - self.begun
        left = self.waiting.timeout - elapsed
        if left <= 0:
            return False
        self.sleep(poll_pause(elapsed, None, self.waiting.interval, self.chance(), left))
        return True

    def scatter(self, seconds: float) -> None:
        """Pause for up to so long, so that those who began together do not go on together."""
        self.sleep(min(seconds, self.waiting.timeout / 10) * self.chance())
