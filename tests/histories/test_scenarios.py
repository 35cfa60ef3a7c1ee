# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The systematic part: every fault at every call of every scenario, and every interference between any two calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import TAGS
from tests.histories import causes, proof
from tests.histories.careful import CAREFUL, NAMESPACED
from tests.histories.entries import Broken
from tests.histories.figures import Figures
from tests.histories.moves import CRASHES, LOST, Fate, Go, Happens, History, Wait
from tests.histories.play import play
from tests.histories.scenarios import (
    MEANWHILE,
    SCENARIOS,
    every_fault,
    every_meanwhile,
    every_mixed,
    every_pair,
)

#: What may cause a second submission where nobody but controllers touched the bucket and the service forgot nothing.
_AMONG_CONTROLLERS = {causes.FORCED, causes.FAILED, causes.NO_RECEIPT}


@pytest.mark.parametrize("namespaced", [False, True])
@pytest.mark.parametrize("name", CAREFUL)
def test_what_the_rules_are_there_for(name: str, namespaced: bool) -> None:
    play(replace(CAREFUL[name], namespaced=namespaced))


def test_the_judge_asks_when_the_list_was_made_and_not_when_the_claim_took_effect() -> None:
    moves = (Happens("reencrypt"), Happens("assign_other"), Go(0, 4, Fate("reset_late")), Wait(20.0))
    settings = {"work_seconds": 0.0, "list_lag": 2.0}
    universe = play(History(moves=moves, settings=settings, crash_all=True))
    assert set(universe.book.assumed) == {proof.HIDDEN}


def test_a_receipt_of_its_own_that_a_run_has_come_to_doubt_is_not_put_back() -> None:
    """Somebody re-encrypted under another key beside it, and the POST of the claim that replaced it was refused."""
    elsewhere = MEANWHILE["another key, a re-encryption, and back"]
    universe = play(History(moves=(Go(0, 7), *elsewhere, Go(0, 7, Fate("odd 400")))))
    first = universe.book.runs[0]
    told = [write.receipt and write.receipt.state for write in universe.book.writes if write.run is first]
    assert told == ["claimed", "submitted", "claimed", None]


@pytest.mark.parametrize("name", NAMESPACED)
def test_only_who_may_use_the_namespace_is_believed(name: str) -> None:
    play(NAMESPACED[name])


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != "tags are full"])
def test_a_receipt_in_a_tag_namespace_is_as_good(name: str) -> None:
    plain = replace(SCENARIOS[name], namespaced=True)
    for kind in ("ok", *LOST, "odd 412", *CRASHES):
        for step in range(3, 9):
            universe = play(replace(plain, moves=(*plain.moves, Go(0, step, Fate(kind)))))
            assert not universe.bucket.freeform_tags.keys() & set(TAGS)


@pytest.mark.parametrize("histories", [every_fault, every_meanwhile, every_pair])
def test_whatever_goes_wrong_wherever(histories: Callable[[], Iterator[tuple[str, History]]]) -> None:
    """Where nothing happens but a lost answer or a crash, nothing is submitted twice either."""
    figures, broken = Figures(), []
    for name, history in histories():
        try:
            universe = play(history)
        except Broken as found:
            broken.append(f"{name}: {found}")
            continue
        figures.add(universe)
        if histories is every_fault and not history.moves[:-1] and "list_lag" not in history.settings:
            assert set(universe.book.second) <= _AMONG_CONTROLLERS, name
            assert not universe.book.assumed, name
    print(*figures.lines(0.0)[1:], sep="\n")
    assert not broken, f"{len(broken)} of {figures.histories + len(broken)} broken, the first: {broken[0]}"
    assert figures.histories > 400


@pytest.mark.parametrize(("name", "history"), list(every_mixed()))
def test_one_refusal_after_another_failure_is_no_fact(name: str, history: History) -> None:
    universe = play(history)
    assert not universe.book.second, name
    assert not universe.book.assumed, name
