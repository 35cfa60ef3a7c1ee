# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole runs of a fleet over a service in memory, on a clock that is not real."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import UNREACHABLE_TRIES
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import Owners
from ansible_collections.rekey.oci.plugins.module_utils.module.fleet_results import summary_of
from ansible_collections.rekey.oci.plugins.module_utils.module.fleets import run
from ansible_collections.rekey.oci.plugins.module_utils.reconcile import reconciler
from ansible_collections.rekey.oci.tests.simulator.in_process import nobody_listens
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.fleet_service import (
    APPS,
    OTHER_KEY,
    REGION,
    TENANCY,
    Service,
    refused,
)


def counts(entries: list[dict[str, Any]], waited: bool = True) -> dict[str, int]:
    """What is not 0; how many are proven is asked for by itself."""
    return {name: count for name, count in summary_of(entries, waited).items() if count and name != "proven"}


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


def test_a_list_that_may_not_be_read_is_done_without() -> None:
    def fail(_what: str) -> None:
        raise refused(404)

    service = Service(at={"ListWorkRequests": fail})
    service._listed[APPS] = float("inf")
    service.add(30)
    entries = service.run()
    assert counts(entries)["completed"] == 30
    assert "Work requests cannot be listed" in entries[0]["warnings"][0]


def test_a_foreign_work_request_is_asked_for_once_where_its_summary_does_not_name_its_bucket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = Service(summary_resources="none", work_seconds=50.0)
    service.add(30)
    for index in range(5):
        service.submit(f"b-{index}")
    asked: list[str] = []
    real = service.api.get_owners

    def get_owners(work_request_id: str) -> Owners:
        asked.append(work_request_id)
        return real(work_request_id)

    monkeypatch.setattr(service.api, "get_owners", get_owners)
    entries = service.run()
    assert counts(entries)["completed"] == 30
    assert set(service.submitted.values()) == {1}
    assert len(asked) == len(set(asked)) == 5
    held_up = [entry for entry in entries if entry["name"] in {f"b-{index}" for index in range(5)}]
    accepted = {work.id: work.time_accepted for work in service.works}
    began = min(accepted.values())
    assert min(accepted[entry["work_request"]["id"]] for entry in held_up) >= began + 50


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


def test_only_buckets_under_the_wanted_keys_are_in_the_result() -> None:
    service = Service()
    service.add(5)
    service.add(5, "other", OTHER_KEY)
    service.add(5, "oracle", None)
    entries = service.run(key_ids=frozenset([OTHER_KEY]))
    assert [entry["name"] for entry in entries] == [f"other-{index}" for index in range(5)]


def test_oracle_managed_and_empty_buckets_are_counted() -> None:
    service = Service()
    service.add(3, "oracle", None)
    service.add(2, objects=0)
    assert counts(service.run()) == {"total": 5, "oracle_managed_key": 3, "empty_bucket": 2}


def test_names_are_filtered_before_anything_is_asked() -> None:
    service = Service()
    service.add(10)
    service.add(10, "B")
    entries = service.run(include=["b-*"], exclude=["*-3"])
    assert [entry["name"] for entry in entries] == [f"b-{index}" for index in range(10) if index != 3]
    assert "B-0" not in service.submitted
    fleet = service.fleet(include=["nothing-*"])
    fleet.run_here(service.sleep)
    assert (fleet.entries, len(fleet.discoveries[0].known)) == ([], 20)


def test_a_name_that_a_list_tells_twice_is_taken_once() -> None:
    service = Service()
    service.add(3)
    service.settings.page_limit = 2
    service.simulator.add_fault({"operation": "ListBuckets", "kind": "duplicates", "count": -1})
    fleet = service.fleet()
    fleet.run_here(service.sleep)
    assert sorted(entry["name"] for entry in fleet.entries) == ["b-0", "b-1", "b-2"]
    assert len(fleet.discoveries[0].known) == 3


DEEP = {APPS: ["ocid1.compartment.oc1..a"], "ocid1.compartment.oc1..a": ["ocid1.compartment.oc1..b"], TENANCY: [APPS]}


@pytest.mark.parametrize("root", [APPS, TENANCY])
def test_a_tree_is_searched_and_no_bucket_is_taken_twice(root: str) -> None:
    service = Service(tree=DEEP)
    service.add(2)
    service.add(2, "deep", compartment_id="ocid1.compartment.oc1..b")
    entries = service.run(compartment_ids=[root, APPS], recursive=True)
    assert [entry["name"] for entry in entries] == ["b-0", "b-1", "deep-0", "deep-1"]
    # Only the tenancy can be asked for its whole subtree.
    assert service.calls["ListBuckets"] == (3 if root == APPS else 4)
    assert len(service.run(compartment_ids=[APPS])) == 2


def test_a_compartment_that_may_not_be_listed_hides_no_other() -> None:
    def fail(what: str) -> None:
        if what.endswith("..a"):
            raise refused(404)

    service = Service(tree=DEEP, at={"ListBuckets": fail})
    service.add(2)
    service.add(2, "deep", compartment_id="ocid1.compartment.oc1..b")
    fleet = service.fleet(recursive=True)
    fleet.run_here(service.sleep)
    assert len(fleet.entries) == 4
    (unlisted,) = fleet.discoveries[0].unlisted_result()
    assert unlisted["compartment_id"] == "ocid1.compartment.oc1..a"
    assert unlisted["error"]["operation"] == "ListBuckets"


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


class Long(Service):
    """A list of work requests has a hundred pages at least, each of which takes a while, really."""

    def __init__(self, virtual: bool = True) -> None:
        super().__init__(virtual=virtual, page_limit=1)
        self.add(1, "gone")
        for _number in range(100):
            self.submit("gone-0")
        self.world.remove_bucket("gone-0")
        self.at["ListWorkRequests"] = self.page
        self.lists_are_short = False

    def page(self, _what: str) -> None:
        (self.sleep if self.virtual else time.sleep)(0.1)


@pytest.mark.parametrize("virtual", [True, False])
def test_a_list_that_is_too_long_holds_no_bucket_beyond_its_time(
    virtual: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciler, "LAST_CALL", 0.2)
    service = Long(virtual=virtual)
    service.add(5)
    fleet = service.fleet(wait_timeout=0.5, workers=3)
    begun = time.monotonic()
    if virtual:
        fleet.run_here(service.sleep)
    else:
        fleet.run()
    assert (service.elapsed if virtual else time.monotonic() - begun) < 6
    assert [entry["error"]["message"][:30] for entry in fleet.entries] == ["The service answers too slowly"] * 5
    assert not service.submitted


def test_buckets_that_ask_for_a_list_before_it_may_be_made_end_in_time_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a list of a minute there is none for two."""
    monkeypatch.setattr("ansible_collections.rekey.oci.plugins.module_utils.fleet.listings._SPACING", 500.0)
    service = Service(work_seconds=50.0)
    service.add(3)
    service.run(max_in_flight=1, wait_timeout=60)
    assert service.elapsed < 3 * (60 + 90)


def test_a_late_page_that_fails_is_asked_for_again() -> None:
    service = Long()
    service.add(3)
    failures = [refused(429, "TooManyRequests") for _number in range(3)]

    def page(what: str) -> None:
        if service.pages["ListWorkRequests"] > 50 and failures:
            raise failures.pop()
        service.page(what)

    service.at["ListWorkRequests"] = page
    assert counts(service.run()) == {"total": 3, "submitted": 3, "completed": 3}
    # None was read anew for a page's sake.
    assert service.pages["ListWorkRequests"] >= 100 * service.calls["ListWorkRequests"] + 3
