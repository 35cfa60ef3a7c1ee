# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole runs of a fleet over a service in memory, on a clock that is not real."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import UNREACHABLE_TRIES
from ansible_collections.rekey.oci.plugins.module_utils.module.fleet_results import summary_of
from ansible_collections.rekey.oci.plugins.module_utils.module.fleets import run
from ansible_collections.rekey.oci.tests.simulator.in_process import nobody_listens
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.fleet_service import (
    APPS,
    OTHER_KEY,
    REGION,
    Service,
    counts,
    refused,
)


def test_all_are_submitted_once_and_proven_with_few_calls() -> None:
    service = Service()
    service.add(300)
    entries = service.run()
    assert counts(entries) == {"total": 300, "submitted": 300, "completed": 300}
    assert summary_of(entries, True)["proven"] == 300
    assert set(service.submitted.values()) == {1}
    assert service.states() == {"completed": 300}
    assert sum(service.calls.values()) <= 8 * 300
    assert service.calls["ListWorkRequests"] < 100


def test_the_second_run_needs_one_call_a_bucket_and_one_read_of_the_key() -> None:
    service = Service()
    service.add(200)
    service.run()
    service.calls.clear()
    assert counts(service.run()) == {"total": 200, "up_to_date": 200}
    assert service.calls == {"ListBuckets": 1, "GetBucket": 200, "GetKey": 1}


def test_a_rotation_is_seen_by_the_next_run() -> None:
    service = Service()
    service.add(20)
    service.run()
    newer = service.rotate()
    entries = service.run()
    assert {entry["reason"] for entry in entries} == {"key_version_changed"}
    assert {entry["key_version_id"] for entry in entries} == {newer}
    assert set(service.submitted.values()) == {2}


def test_a_key_is_assigned_to_all_at_once() -> None:
    service = Service()
    service.add(20)
    service.run()
    predicted = service.run(kms_key_id=OTHER_KEY, check_mode=True)
    entries = service.run(kms_key_id=OTHER_KEY)
    for told in (predicted, entries):
        assert {(entry["changed"], entry["assigned"], entry["reason"]) for entry in told} == {
            (True, True, "key_assigned")
        }
    assert {bucket.kms_key_id for bucket in service.buckets.values()} == {OTHER_KEY}
    assert set(service.submitted.values()) == {2}
    again = service.run(kms_key_id=OTHER_KEY)
    assert {(entry["changed"], entry["assigned"], entry["reason"]) for entry in again} == {(False, False, "up_to_date")}


def test_check_mode_writes_nothing() -> None:
    service = Service()
    service.add(20)
    entries = service.run(check_mode=True)
    assert counts(entries, waited=False) == {"total": 20, "submitted": 20}
    assert not service.submitted
    assert not service.calls["UpdateBucket"]


@pytest.mark.parametrize("wait", [True, False])
def test_no_more_work_requests_run_than_max_in_flight(wait: bool) -> None:
    service = Service(work_seconds=20)
    service.add(40)
    assert counts(service.run(max_in_flight=7, wait=wait), wait)["submitted"] == 40
    assert service.most_running == 7
    assert set(service.submitted.values()) == {1}


def test_waiting_for_slots_ends_when_nothing_else_does() -> None:
    service = Service(work_seconds=1e5)
    service.add(10)
    entries = service.run(max_in_flight=4, wait=False, wait_timeout=60)
    assert counts(entries, waited=False) == {"total": 10, "submitted": 4, "failed": 6}
    assert sum("max_in_flight" in entry["error"]["message"] for entry in entries if entry["error"]) == 6


def test_a_slow_bucket_holds_up_no_other() -> None:
    service = Service(durations={"b-0": 900.0})
    service.add(50)
    fleet = service.fleet(max_in_flight=2, workers=1)
    fleet.run_here(service.sleep)
    assert fleet.entries[-1]["name"] == "b-0"
    assert counts(fleet.entries)["completed"] == 50
    # 49 others, one at a time beside the slow one, and each within a few of its three seconds.
    assert service.elapsed < 1000


def test_those_that_wait_are_asked_after_together() -> None:
    service = Service(work_seconds=300)
    service.add(100)
    service.run()
    assert service.calls["GetWorkRequest"] <= 10
    assert service.calls["ListWorkRequests"] < 100


def test_what_the_service_refused_was_not_submitted() -> None:
    def refuse(what: str) -> None:
        if what == "b-3":
            raise refused(409, "BucketReadOnly")

    service = Service(at={"ReencryptBucket": refuse})
    service.add(5)
    entries = service.run()
    assert counts(entries) == {"total": 5, "submitted": 4, "completed": 4, "failed": 1}
    told = next(entry for entry in entries if entry["error"])
    assert (told["name"], told["action"], told["submitted"], told["changed"]) == ("b-3", "submit", False, False)
    # The key was assigned all the same.
    entries = service.run(kms_key_id=OTHER_KEY)
    told = next(entry for entry in entries if entry["error"])
    assert (told["submitted"], told["assigned"], told["changed"]) == (False, True, True)
    assert counts(entries)["submitted"] == 4


def test_one_bucket_s_failure_stops_no_other() -> None:
    def fail(what: str) -> None:
        if what == "b-3":
            raise refused(404, "BucketNotFound")
        if what == "b-4":
            raise ZeroDivisionError("a bug")

    service = Service(at={"GetBucket": fail})
    service.add(10)
    entries = service.run()
    assert counts(entries) == {"total": 10, "submitted": 8, "completed": 8, "failed": 2}
    by_name = {entry["name"]: entry for entry in entries}
    assert by_name["b-3"]["error"]["code"] == "BucketNotFound"
    assert by_name["b-3"]["compartment_id"] == APPS
    assert "ZeroDivisionError" in by_name["b-4"]["error"]["message"]


def test_a_failed_work_request_fails_its_bucket_with_its_own_errors() -> None:
    service = Service()
    service.add(5)
    fleet = service.fleet()

    def fail() -> None:
        for job in service.works:
            job.outcome = "FAILED" if job.bucket == "b-1" else "COMPLETED"

    service.on_sleep = fail
    fleet.run_here(service.sleep)
    assert counts(fleet.entries) == {"total": 5, "submitted": 5, "completed": 4, "failed": 1}
    (failed,) = [entry for entry in fleet.entries if entry["error"]]
    assert failed["work_request"]["status"] == "FAILED"
    assert "KmsKeyError" in failed["error"]["message"]


def test_a_dead_vault_is_tried_a_few_times_and_not_by_each_bucket() -> None:
    def fail(what: str) -> None:
        if what == OTHER_KEY:
            nobody_listens()

    service = Service(at={"GetKey": fail})
    service.add(40)
    service.add(40, "other", OTHER_KEY)
    assert counts(service.run()) == {"total": 80, "submitted": 40, "completed": 40, "failed": 40}
    assert service.calls["GetKey"] < 15 + UNREACHABLE_TRIES


def test_throttled_calls_make_it_slower_for_a_while_and_lose_nothing() -> None:
    service = Service()
    service.add(100)
    fleet = service.fleet(workers=16)
    concurrency = fleet._scheduler.lane(REGION).concurrency
    limits: list[float] = []

    def fail(_what: str) -> None:
        limits.append(concurrency.limit)
        if len(limits) <= 30:
            raise refused(429, "TooManyRequests")

    service.at["GetBucket"] = fail
    fleet.run_here(service.sleep)
    assert counts(fleet.entries)["completed"] == 100
    assert min(limits) == 1
    assert concurrency.limit == 16


def test_a_stopped_run_tells_what_it_did_and_the_next_one_goes_on() -> None:
    service = Service(work_seconds=30)
    service.add(50)
    fleet = service.fleet(max_in_flight=20)

    def stop() -> None:
        if service.elapsed > 10:
            fleet.stop()

    service.on_sleep = stop
    fleet.run_here(service.sleep)
    assert fleet.stopped
    assert len(fleet.entries) == 20
    assert all(entry["changed"] and entry["error"] for entry in fleet.entries)
    assert fleet.unfinished == 50
    service.on_sleep = lambda: None
    assert counts(service.run()) == {"total": 50, "submitted": 30, "joined": 20, "completed": 50}
    assert set(service.submitted.values()) == {1}


def test_threads_submit_each_bucket_once_too() -> None:
    service = Service(virtual=False, work_seconds=0.0)
    service.add(120)
    fleet = service.fleet(workers=8, max_in_flight=50)
    fleet.run()
    assert counts(fleet.entries) == {"total": 120, "submitted": 120, "completed": 120}
    assert set(service.submitted.values()) == {1}
    assert service.states() == {"completed": 120}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_with_what_was_done(number: signal.Signals) -> None:
    service = Service(virtual=False, work_seconds=1e6)
    service.add(60)
    once = threading.Lock()

    def interrupt(_what: str) -> None:
        if service.calls["ReencryptBucket"] >= 20 and once.acquire(blocking=False):
            os.kill(os.getpid(), number)

    service.at["ReencryptBucket"] = interrupt
    fleet = service.fleet(workers=4, max_in_flight=30)
    before = signal.getsignal(number)
    run(fleet)
    assert signal.getsignal(number) is before
    assert fleet.stopped
    # Whatever was submitted is told, and on record: no claim stays bare.
    submitted = {entry["name"] for entry in fleet.entries if entry["changed"]}
    assert submitted == set(service.submitted)
    assert 20 <= len(submitted) <= 30
    assert set(service.states()) == {"submitted", "none"}
    assert fleet.unfinished >= 30
    # The next run goes on.
    for work in service.works:
        work.ends_at = work.starts_at
    service.settings.work_seconds = 0.0
    service.at.clear()
    again = service.fleet(max_in_flight=30)
    again.run()
    assert service.states() == {"completed": 60}
    assert set(service.submitted.values()) == {1}
