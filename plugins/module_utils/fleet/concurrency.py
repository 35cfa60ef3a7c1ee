# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many calls may be under way: fewer when the service says that it is too many, more again by itself. Pure.

Additive increase, multiplicative decrease, as congestion control does it.
"""

from __future__ import annotations

#: What is left of the limit when the service throttles.
_CUT = 0.6


class Concurrency:
    """``limit`` calls may be under way, between 1 and ``most``."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = float(most)
        self._cut_at = float("-inf")

    @property
    def allowed(self) -> int:
        return int(self.limit)

    def throttled(self, begun: float, now: float) -> None:
        """A call that was begun at ``begun`` was throttled. Calls begun before the last cut say nothing new."""
        if begun >= self._cut_at:
            self.limit = max(1.0, self.limit * _CUT)
            self._cut_at = now

    def succeeded(self) -> None:
        """One more call at a time for each full round of calls that went well."""
        self.limit = min(float(self.most), self.limit + 1.0 / self.limit)
