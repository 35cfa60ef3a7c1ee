# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sample of random histories. `make histories` plays many more."""

from __future__ import annotations

import time
from typing import NoReturn

import pytest

from tests.histories.hunt import hunt

SAMPLE = 1000


def test_a_sample_of_random_histories() -> None:
    figures, broken = hunt(SAMPLE, 20)
    print(*figures.lines(0.0)[1:], sep="\n")
    assert broken is None, broken
    assert figures.histories >= SAMPLE


def test_nothing_asks_the_local_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """So it makes no difference how wrong it is: reconciling reads the service's dates and a monotonic clock only."""

    def asked(*_args: object) -> NoReturn:
        raise BaseException("the wall clock was asked")

    from tests.histories.play import play
    from tests.histories.scenarios import SCENARIOS

    for name in ("time", "time_ns", "localtime", "gmtime"):
        monkeypatch.setattr(time, name, asked)
    for history in SCENARIOS.values():
        play(history)
