# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each mutant of the protocol is caught by the histories that the protocol itself passes."""

from __future__ import annotations

from itertools import chain

import pytest

from tests.histories.careful import every_careful
from tests.histories.entries import Broken
from tests.histories.moves import History
from tests.histories.mutants import MUTANTS, mutated
from tests.histories.play import play
from tests.histories.scenarios import every_meanwhile, every_mixed, every_pair


def _systematic() -> list[History]:
    return [history for _name, history in chain(every_careful(), every_pair(), every_meanwhile(), every_mixed())]


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught(name: str) -> None:
    histories = _systematic()
    with mutated(name):
        for number, history in enumerate(histories, start=1):
            try:
                play(history)
            except Broken as broken:
                print(f"{name}: caught by history {number}: {str(broken).splitlines()[0]}")
                return
    pytest.fail(f"{name}: not caught by {len(histories)} histories")
