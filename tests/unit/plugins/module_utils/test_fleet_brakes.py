# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Brakes on a fleet: what goes first, what waits for another run, and that check mode says the same beforehand."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.module.fleet_results import summary_of
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.fleet_service import (
    KEY,
    OTHER_KEY,
    Service,
    refused,
)


def told(entries: list[dict[str, Any]]) -> dict[str, str]:
    return {entry["name"]: "failed" if entry["error"] else entry["reason"] for entry in entries}


def counts(entries: list[dict[str, Any]]) -> dict[str, int]:
    return {name: count for name, count in summary_of(entries, True).items() if count}


def test_a_fleet_is_worked_through_night_by_night_in_the_order_of_names() -> None:
    service = Service()
    service.add(10)
    nights = []
    for _night in range(4):
        predicted = told(service.run(max_submissions=4, check_mode=True))
        entries = service.run(max_submissions=4)
        assert told(entries) == predicted
        nights.append([entry["name"] for entry in entries if entry["changed"]])
    assert nights == [[f"b-{n}" for n in range(4)], [f"b-{n}" for n in range(4, 8)], ["b-8", "b-9"], []]
    assert set(service.submitted.values()) == {1}
    assert set(told(entries).values()) == {"up_to_date"}


@pytest.mark.parametrize("workers", [1, 2, 16])
def test_the_rest_is_deferred_and_no_failure(workers: int) -> None:
    service = Service()
    service.add(30)
    entries = service.run(max_submissions=12, workers=workers, max_in_flight=3)
    assert counts(entries) == {"total": 30, "submitted": 12, "completed": 12, "deferred": 18, "proven": 12}
    assert {entry["action"] for entry in entries if entry["reason"] == "deferred"} == {"none"}
    assert sum(service.submitted.values()) == 12
    assert service.most_running <= 3


def test_those_that_need_nothing_take_no_turn() -> None:
    service = Service()
    service.add(3, "a-proven")
    service.run()
    service.add(3, "b-oracle", None)
    service.add(5, "c")
    entries = service.run(max_submissions=2)
    assert counts(entries) == {
        "total": 11, "up_to_date": 3, "oracle_managed_key": 3, "submitted": 2, "completed": 2, "deferred": 3, "proven": 5,
    }  # fmt: skip


@pytest.mark.parametrize("workers", [1, 16])
@pytest.mark.parametrize("check_mode", [False, True])
def test_once_enough_have_failed_no_other_is_begun(workers: int, check_mode: bool) -> None:
    def fail(what: str) -> None:
        if what in ("b-2", "b-3", "b-5", "b-6"):
            raise refused(403)

    service = Service(at={"GetBucket": fail})
    service.add(10)
    entries = told(service.run(max_failures=2, workers=workers, check_mode=check_mode))
    assert entries == {
        "b-0": "unproven", "b-1": "unproven", "b-2": "failed", "b-3": "failed",
        **{f"b-{number}": "not_begun" for number in range(4, 10)},
    }  # fmt: skip
    assert service.submitted == ({} if check_mode else {"b-0": 1, "b-1": 1})


def test_what_fails_at_its_end_stops_those_that_wait_for_a_slot() -> None:
    service = Service()
    service.add(20)

    def fail() -> None:
        for job in service.works:
            job.outcome = "FAILED"

    service.on_sleep = fail
    fleet = service.fleet(max_failures=3, max_in_flight=2)
    fleet.run_here(service.sleep)
    found = counts(fleet.entries)
    # What ran when the third failed was waited for.
    assert 3 <= found["failed"] <= 4
    assert found["submitted"] == found["failed"] == sum(service.submitted.values())
    assert found["not_begun"] == 20 - found["failed"]


def test_what_is_not_begun_costs_no_call() -> None:
    def fail(_what: str) -> None:
        raise refused(403)

    service = Service(at={"GetBucket": fail})
    service.add(500)
    entries = service.run(max_failures=1, workers=2)
    assert counts(entries) == {"total": 500, "failed": 1, "not_begun": 499}
    # Others begin while the first is asked again: one refusal alone is no failure yet.
    assert service.calls["GetBucket"] < 250


def test_one_that_waits_for_somebody_else_holds_up_nobody_and_keeps_its_turn() -> None:
    service = Service(durations={"b-0": 300.0})
    service.add(6)
    service.submit("b-0")
    service.durations.clear()
    entries = service.run(max_submissions=3)
    assert [entry["name"] for entry in entries if entry["changed"]] == ["b-0", "b-1", "b-2"]
    first = service.works[0].time_accepted
    accepted = {work.bucket: work.time_accepted - first for work in service.works}
    assert accepted["b-1"] < 100 < 300 <= accepted["b-0"]


def test_a_key_is_assigned_only_where_the_objects_follow() -> None:
    service = Service()
    service.add(5)
    service.empty("b-0", "b-1")
    predicted = service.run(kms_key_id=OTHER_KEY, max_submissions=1, check_mode=True)
    entries = service.run(kms_key_id=OTHER_KEY, max_submissions=1)
    assert told(entries) == told(predicted)
    assert told(entries) == {
        "b-0": "key_assigned", "b-1": "key_assigned", "b-2": "key_assigned", "b-3": "deferred", "b-4": "deferred",
    }  # fmt: skip
    assert [service.buckets[f"b-{n}"].kms_key_id for n in range(5)] == [OTHER_KEY] * 3 + [KEY] * 2


def test_only_those_that_are_meant_take_turns() -> None:
    service = Service()
    service.add(3, "a")
    service.add(3, "b", OTHER_KEY)
    entries = service.run(key_ids=frozenset([OTHER_KEY]), max_submissions=2)
    assert told(entries) == {"b-0": "unproven", "b-1": "unproven", "b-2": "deferred"}


def test_a_move_to_another_key_that_was_cut_short_is_finished_by_the_next_run() -> None:
    service = Service()
    service.add(4)
    service.add(2, "other", OTHER_KEY)
    wanted = {"key_ids": frozenset([KEY]), "kms_key_id": OTHER_KEY}
    first = service.run(**wanted, wait=False)
    assert counts(first)["submitted"] == 6
    again = service.run(**wanted)
    assert counts(again) == {"total": 6, "joined": 6, "completed": 6, "proven": 6}
    assert counts(service.run(**wanted)) == {"total": 6, "up_to_date": 6, "proven": 6}


def test_brakes_hold_for_all_regions_together_and_threads_too() -> None:
    service = Service(virtual=False, work_seconds=0.0)
    there = Service(virtual=False, work_seconds=0.0, region="eu-frankfurt-1")
    service.elsewhere = [there]
    service.add(40)
    there.add(40)
    fleet = service.fleet(max_submissions=50)
    fleet.run()
    assert counts(fleet.entries)["submitted"] == 50
    # By region, then by name.
    assert set(there.submitted) == set(there.buckets)
    assert sorted(service.submitted) == sorted(service.buckets)[:10]
