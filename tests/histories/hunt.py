# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let hypothesis look for a history that breaks a promise, and shrink what it finds."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.histories.entries import Broken
from tests.histories.figures import Figures
from tests.histories.machine import Machine

#: Of one history, before the faults stop.
MOVES = 14


def hunt(number: int, seed_of: int = 0, shrink: bool = True) -> tuple[Figures, str | None]:
    """Play that many histories. Returns the figures, and the account of the plainest one that broke a promise, if any."""

    @seed(seed_of)
    class Counted(Machine):
        figures = Figures()

    try:
        run_state_machine_as_test(
            Counted,
            settings=settings(
                max_examples=number,
                stateful_step_count=MOVES,
                deadline=None,
                database=None,
                derandomize=False,
                report_multiple_bugs=False,
                print_blob=False,
                suppress_health_check=list(HealthCheck),
                phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
            ),
        )
    except Broken as broken:
        return Counted.figures, str(broken)
    return Counted.figures, None
