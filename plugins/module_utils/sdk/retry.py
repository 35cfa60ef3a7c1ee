# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trying a read again, outside of reconciling: the same bounds, one place."""

from __future__ import annotations

import random
import time
from typing import Callable, Optional, TypeVar

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import Row, may_be_odd, may_retry, retry_pause

Answer = TypeVar("Answer")


def with_retries(
    call: Callable[[], Answer],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    chance: Callable[[], float] = random.random,
    patient_until: Optional[float] = None,
    last_call: float = float("inf"),
    doubted: Callable[[ApiError], bool] = lambda error: False,
) -> Answer:
    """Make an idempotent call, and again while it fails in a way that may pass. Raises the last ApiError.

    None is made after ``last_call``, by the clock; a service that is busy is given until ``patient_until``. Of a
    refusal that is ``doubted`` a second one alike is believed.
    """
    row = Row()
    while True:
        begun = clock()
        try:
            return call()
        except ApiError as error:
            row.add(error, begun)
            pause = retry_pause(row.count, chance(), error.retry_after)
            now = clock()
            again = may_retry(error, row.alike, row.since, now, pause, patient_until)
            again = again or (doubted(error) and may_be_odd(error, row.alike))
            if now + pause > last_call or not again:
                raise
        sleep(pause)
