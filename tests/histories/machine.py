# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random histories: each rule is a move that hypothesis may make, as often and in whatever order it likes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.histories.entries import Broken
from tests.histories.figures import Figures
from tests.histories.moves import Everybody, Fate, Go, Happens, History, Move, Wait
from tests.histories.play import Play
from tests.histories.strategies import FATE, HAPPENS, LAG, LOOKS, NUMBER, SECONDS, beginnings


class Machine(RuleBasedStateMachine):
    """What it does is written down as a history. Raises Broken, with the history in its text, from any rule or at the end."""

    figures: ClassVar[Figures]

    def __init__(self) -> None:
        super().__init__()
        self.play: Play | None = None
        self.broken = False

    @initialize(history=beginnings())
    def begin(self, history: History) -> None:
        self.play = Play(history)
        self._guarded(self.play.begin)

    @rule(controller=NUMBER, steps=st.integers(1, 12))
    def go(self, controller: int, steps: int) -> None:
        self._move(Go(controller, steps))

    @rule(controller=NUMBER, steps=st.integers(0, 9), fate=FATE, lag=LAG)
    def meet(self, controller: int, steps: int, fate: Fate, lag: float) -> None:
        self._move(Go(controller, steps, fate, lag))

    @rule(controller=NUMBER, steps=st.integers(0, 9), fates=st.lists(st.tuples(FATE, LOOKS), min_size=2, max_size=4))
    def meet_several(self, controller: int, steps: int, fates: list[tuple[Fate, int]]) -> None:
        """One after the other: a write is tried again after a look."""
        for number, (fate, looks) in enumerate(fates):
            self._move(Go(controller, looks if number else steps, fate))

    @rule(controller=NUMBER, steps=st.integers(0, 9), lag=LAG)
    def stall(self, controller: int, steps: int, lag: float) -> None:
        self._move(Go(controller, steps, None, lag))

    @rule(rounds=st.integers(1, 6), seed=st.integers(0, 99))
    def everybody(self, rounds: int, seed: int) -> None:
        self._move(Everybody(rounds, seed))

    @rule(what=HAPPENS)
    def happen(self, what: str) -> None:
        self._move(Happens(what))

    @rule(seconds=SECONDS)
    def wait(self, seconds: float) -> None:
        self._move(Wait(seconds))

    def teardown(self) -> None:
        if self.play is None or self.broken:
            return
        self._guarded(self.play.finish)
        self.figures.add(self.play.universe)

    def _move(self, move: Move) -> None:
        play = self.play
        assert play is not None
        play.history = replace(play.history, moves=(*play.history.moves, move))
        self._guarded(lambda: play.move(move))

    def _guarded(self, act: Callable[[], None]) -> None:
        assert self.play is not None
        try:
            with self.play.account():
                act()
        except Broken:
            self.broken = True
            raise
