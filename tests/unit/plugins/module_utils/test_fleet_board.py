# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The board: what is next, who waits for whom, who has a slot. And how many may run at once."""

from __future__ import annotations

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.fleet.board import Board, Flight, Name, Task
from ansible_collections.rekey.oci.plugins.module_utils.fleet.concurrency import Concurrency

INFINITE = float("inf")


class Stub(Task):
    def __init__(self, name: str = "") -> None:
        self.name = name

    def run(self) -> float | None:
        return None


def opened(name: Name, slot: bool) -> Task:
    task = Stub(name.name)
    task.slot = slot
    return task


def a_board(workers: int = 10, slots: int = 1, most_open: int = 100) -> Board:
    return Board(Concurrency(workers), slots, most_open, opened)


def picked(board: Board, now: float = 0.0) -> Stub:
    task = board.pick(now)
    assert isinstance(task, Stub)
    return task


def names(*wanted: str) -> list[Name]:
    return [Name(None, name) for name in wanted]


def test_an_empty_board_is_done() -> None:
    assert a_board().pick(0.0) is None


def test_a_pause_is_over_when_it_is_due_and_not_before() -> None:
    board = a_board()
    board.add(Stub("late"), 20.0)
    board.add(Stub("soon"), 10.0)
    assert board.pick(4.0) == 6.0
    assert picked(board, 10.0).name == "soon"
    assert board.pick(10.0) == 10.0
    assert picked(board, 25.0).name == "late"


def test_it_is_not_done_while_a_task_runs() -> None:
    board = a_board()
    task = Stub()
    board.add(task)
    assert board.pick(0.0) is task
    assert board.pick(0.0) == INFINITE
    board.ended(task)
    assert board.pick(0.0) is None


def test_a_hastened_task_is_run_once() -> None:
    board = a_board()
    task = Stub()
    board.add(task, 10.0)
    board.hasten(task)
    assert board.pick(0.0) is task
    board.hasten(task)
    board.ended(task)
    assert board.pick(20.0) is None


def test_no_more_run_at_once_than_the_concurrency_allows() -> None:
    board = a_board(workers=2)
    for _number in range(3):
        board.add(Stub())
    first = picked(board)
    picked(board)
    assert board.pick(0.0) == INFINITE
    assert not board.more()
    board.ended(first)
    assert board.more()
    picked(board)


def test_buckets_are_looked_into_a_few_at_a_time() -> None:
    board = a_board(most_open=2)
    board.add_names(names("a", "b", "c"))
    first = picked(board)
    picked(board)
    assert board.pick(0.0) == INFINITE
    assert board.unfinished() == 3
    board.ended(first)
    assert picked(board).name == "c"


def test_whoever_waits_for_a_flight_goes_on_when_it_has_landed() -> None:
    board, flight = a_board(), Flight()
    task = Stub()
    board.add(task)
    board.parked(picked(board), flight)
    assert board.pick(0.0) == INFINITE
    board.land(flight)
    assert board.pick(0.0) is task
    # One that comes too late to wait does not wait for ever.
    board.parked(task, flight)
    assert board.pick(0.0) is task


def test_slots_go_to_those_that_have_begun_something_first() -> None:
    board = a_board(slots=1)
    board.add_names(names("holder", "begun", "untouched"))
    holder, begun, untouched = picked(board), picked(board), picked(board)
    assert board.take_slot(holder)
    assert not board.take_slot(untouched)
    board.send_back(untouched, Name(None, "untouched"))
    board.await_slot(begun)
    assert board.slots_wanted()
    board.ended(holder)
    board.free_slot()
    assert board.pick(0.0) is begun
    assert begun.slot
    board.ended(begun)
    board.free_slot()
    again = picked(board)
    assert (again.name, again.slot) == ("untouched", True)


def test_those_that_starve_are_told() -> None:
    board = a_board(slots=0)
    board.add_names(names("begun", "untouched"))
    begun, untouched = picked(board), picked(board)
    board.await_slot(begun)
    board.send_back(untouched, Name(None, "untouched"))
    assert board.starve() == (names("untouched"), [begun])
    assert board.pick(0.0) is None


def test_the_concurrency_falls_once_for_calls_that_were_under_way_together() -> None:
    concurrency = Concurrency(16)
    for now in (10.0, 10.1, 10.2):
        concurrency.throttled(begun=9.0, now=now)
    assert concurrency.allowed == 9
    concurrency.throttled(begun=10.5, now=10.6)
    assert concurrency.allowed == 5


@pytest.mark.parametrize("most", [1, 2, 16])
def test_the_concurrency_never_stops_and_recovers_by_itself(most: int) -> None:
    concurrency = Concurrency(most)
    for now in range(100):
        concurrency.throttled(begun=now, now=now)
    assert concurrency.allowed == 1
    for _number in range(most * most):
        concurrency.succeeded()
    assert concurrency.allowed == most
