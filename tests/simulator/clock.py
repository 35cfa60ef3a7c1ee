# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator's clock: real, or moved by hand. Seconds since the epoch, UTC."""

from __future__ import annotations

import functools
import time
from datetime import datetime, timezone
from email.utils import formatdate


class Clock:
    """Real time plus an offset that tests move, so that hours pass at once."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        return time.time() + self.offset

    def unmoved(self) -> float:
        """Where it would be had nobody moved it: what clients go by."""
        return time.time()

    def advance(self, seconds: float) -> None:
        self.offset += seconds


class VirtualClock(Clock):
    """Time that passes only when it is told to."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        super().__init__()
        self._now = start

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds


@functools.lru_cache(maxsize=4096)
def rfc3339(moment: float | None) -> str | None:
    """Format as OCI's JSON does, with milliseconds."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def http_date(moment: float) -> str:
    """Format as the ``date`` header, to the second."""
    return _http_date(int(moment))


@functools.lru_cache(maxsize=64)
def _http_date(moment: int) -> str:
    return formatdate(moment, usegmt=True)
