# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scheduler: what is next, who waits for whom, who has a slot. And how many may run at once."""

from __future__ import annotations

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.fleet.concurrency import Concurrency
from ansible_collections.rekey.oci.plugins.module_utils.fleet.scheduler import Scheduler
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef, SharedCall, Task

INFINITE = float("inf")


class Stub(Task):
    def __init__(self, name: str = "") -> None:
        self.name = name

    def run(self) -> float | None:
        return None

    def broke(self, error: Exception) -> None:
        raise NotImplementedError


def opened(ref: BucketRef, slot: bool) -> Task:
    task = Stub(ref.name)
    task.region = ref.region
    task.slot = slot
    return task


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def a_scheduler(workers: int = 10, slots: int = 1, most_open: int = 100) -> Scheduler:
    return Scheduler(workers, slots, most_open, opened, Clock())


def at(scheduler: Scheduler, now: float) -> Scheduler:
    assert isinstance(scheduler.clock, Clock)
    scheduler.clock.now = now
    return scheduler


def picked(scheduler: Scheduler) -> Stub:
    task = scheduler.pick()
    assert isinstance(task, Stub)
    return task


def refs(*wanted: str, region: str | None = None) -> list[BucketRef]:
    return [BucketRef(region, "ns", name) for name in wanted]


def test_an_empty_one_is_done() -> None:
    assert a_scheduler().pick() is None


def test_a_pause_is_over_when_it_is_due_and_not_before() -> None:
    scheduler = a_scheduler()
    scheduler.add(Stub("late"), 20.0)
    scheduler.add(Stub("soon"), 10.0)
    assert at(scheduler, 4.0).pick() == 6.0
    assert picked(at(scheduler, 10.0)).name == "soon"
    assert at(scheduler, 10.0).pick() == 10.0
    assert picked(at(scheduler, 25.0)).name == "late"


def test_it_is_not_done_while_a_task_runs() -> None:
    scheduler = a_scheduler()
    task = Stub()
    scheduler.add(task)
    assert scheduler.pick() is task
    assert scheduler.pick() == INFINITE
    scheduler.ended(task)
    assert scheduler.pick() is None


def test_a_hastened_task_is_run_once() -> None:
    scheduler = a_scheduler()
    task = Stub()
    scheduler.add(task, 10.0)
    scheduler.hasten(task)
    assert scheduler.pick() is task
    scheduler.hasten(task)
    scheduler.ended(task)
    assert at(scheduler, 20.0).pick() is None


def test_no_more_run_at_once_than_the_concurrency_allows() -> None:
    scheduler = a_scheduler(workers=2)
    for _number in range(3):
        scheduler.add(Stub())
    first = picked(scheduler)
    picked(scheduler)
    assert scheduler.pick() == INFINITE
    assert not scheduler.more()
    scheduler.ended(first)
    assert scheduler.more()
    picked(scheduler)


def test_buckets_are_looked_into_a_few_at_a_time() -> None:
    scheduler = a_scheduler(most_open=2)
    scheduler.add_buckets(refs("a", "b", "c"))
    first = picked(scheduler)
    picked(scheduler)
    assert scheduler.pick() == INFINITE
    assert scheduler.unfinished() == 3
    scheduler.ended(first)
    assert picked(scheduler).name == "c"


def test_whoever_waits_for_a_call_goes_on_when_it_is_over() -> None:
    scheduler, call = a_scheduler(), SharedCall()
    task = Stub()
    scheduler.add(task)
    scheduler.parked(picked(scheduler), call)
    assert scheduler.pick() == INFINITE
    scheduler.end(call)
    assert scheduler.pick() is task
    # One that comes too late to wait does not wait for ever.
    scheduler.parked(task, call)
    assert scheduler.pick() is task


def test_slots_go_to_those_that_have_begun_something_first() -> None:
    scheduler = a_scheduler(slots=1)
    scheduler.add_buckets(refs("holder", "begun", "untouched"))
    holder, begun, untouched = picked(scheduler), picked(scheduler), picked(scheduler)
    assert scheduler.take_slot(holder)
    assert not scheduler.take_slot(untouched)
    scheduler.send_back(untouched, BucketRef(None, "ns", "untouched"))
    scheduler.await_slot(begun)
    assert scheduler.slots_wanted()
    scheduler.ended(holder)
    scheduler.free_slot()
    assert scheduler.pick() is begun
    assert begun.slot
    scheduler.ended(begun)
    scheduler.free_slot()
    again = picked(scheduler)
    assert (again.name, again.slot) == ("untouched", True)


def test_those_that_starve_are_told() -> None:
    scheduler = a_scheduler(slots=0)
    scheduler.add_buckets(refs("begun", "untouched"))
    begun, untouched = picked(scheduler), picked(scheduler)
    scheduler.await_slot(begun)
    scheduler.send_back(untouched, BucketRef(None, "ns", "untouched"))
    assert scheduler.starve() == (refs("untouched"), [begun])
    assert scheduler.pick() is None


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


def test_a_region_with_much_to_do_keeps_no_other_waiting() -> None:
    scheduler = a_scheduler(workers=4)
    scheduler.add_buckets(refs("a-1", "a-2", "a-3", "a-4", "a-5", region="a"))
    assert {picked(scheduler).name, picked(scheduler).name} == {"a-1", "a-2"}
    scheduler.add_buckets(refs("b-1", "b-2", "b-3", region="b"))
    assert [picked(scheduler).name for _number in range(2)] == ["b-1", "b-2"]
    assert scheduler.pick() == INFINITE


def test_a_region_that_throttles_slows_no_other_down() -> None:
    scheduler = a_scheduler(workers=4)
    concurrency = scheduler.lane("a").concurrency
    for now in range(9):
        concurrency.throttled(begun=now, now=now)
    scheduler.add_buckets(refs("a-1", "a-2", region="a"))
    scheduler.add_buckets(refs("b-1", "b-2", region="b"))
    assert {picked(scheduler).name for _number in range(3)} == {"a-1", "b-1", "b-2"}
    assert scheduler.pick() == INFINITE
