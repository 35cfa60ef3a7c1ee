# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run of the module in a history, and its death."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import Receipt
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler


class Crash(BaseException):
    """A controller dies. It is not an Exception, so that nothing in the collection can catch it."""


@dataclass(eq=False)
class Run:
    """One run of the module: its own nonce and its own monotonic clock."""

    controller: int
    nonce: str
    options: Options
    reconciler: Reconciler = field(init=False)
    #: When it can take its next step, and what its clock says during one, both by the universe's time.
    ready_at: float = 0.0
    local: float = 0.0
    started: float = 0.0
    #: How long the history kept it from stepping when it could have.
    stalled: float = 0.0
    longest_stall: float = 0.0
    dead: bool = False
    calls: int = 0
    steps: int = 0
    #: How often it was refused what it may do.
    refusals: int = 0
    blind: bool = False

    @property
    def over(self) -> bool:
        return self.dead or self.reconciler.outcome is not None

    def stall(self, now: float) -> float:
        """How long it was kept from stepping at the longest, which may be until now."""
        return max(self.longest_stall, 0.0 if self.over or not self.ready_at else now - self.ready_at)

    @property
    def claim(self) -> Receipt | None:
        """What it would submit for; a run that does without a receipt submits for none, though an older claim may stand."""
        return self.reconciler.attempt.claim if self.reconciler.facts.tags_unusable is None else None
