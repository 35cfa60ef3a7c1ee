# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let hypothesis look for a history that breaks a promise, and shrink what it finds."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.histories.book import Broken
from tests.histories.figures import Figures
from tests.histories.moves import History
from tests.histories.play import play
from tests.histories.strategies import histories


def hunt(number: int, seed_of: int = 0, shrink: bool = True) -> tuple[Figures, str | None]:
    """Play that many histories. Returns the figures, and the account of the plainest one that broke a promise, if any."""
    figures = Figures()

    @seed(seed_of)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
    )
    @given(histories())
    def every(history: History) -> None:
        figures.add(play(history))

    try:
        every()
    except Broken as broken:
        return figures, str(broken)
    return figures, None
