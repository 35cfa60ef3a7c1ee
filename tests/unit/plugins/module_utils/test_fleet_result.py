# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fleet tells: filters, counts, statuses and messages."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common import inputs
from ansible_collections.rekey.oci.plugins.module_utils.common.filters import Names
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import Owner, owners_of
from ansible_collections.rekey.oci.plugins.module_utils.module import fleet_results, statuses
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.fleet_service import KEY, Service


@pytest.mark.parametrize(
    ("include", "exclude", "name", "matches"),
    [
        (None, None, "anything", True),
        ([], [], "anything", True),
        (["pay*"], None, "payroll", True),
        (["pay*"], None, "Payroll", False),
        (["pay"], None, "payroll", False),
        (["a", "pay*"], None, "payroll", True),
        (["log-[0-9]"], None, "log-7", True),
        (["log-[0-9]"], None, "log-77", False),
        (["log-?"], None, "log-7", True),
        (None, ["*-test"], "payroll-test", False),
        (["*"], ["*-test"], "payroll", True),
        (["payroll-test"], ["*-test"], "payroll-test", False),
        (["a.b"], None, "axb", False),
    ],
)
def test_names(include: list[str] | None, exclude: list[str] | None, name: str, matches: bool) -> None:
    assert Names(include, exclude).match(name) is matches


def test_a_blank_glob_is_refused() -> None:
    with pytest.raises(inputs.BadInput, match="exclude has a blank entry"):
        Names(["a"], [" "])


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"workers": 0}, "workers is 0"),
        ({"workers": -3}, "workers is -3"),
        ({"workers": 100000}, "give 256 at most"),
        ({"max_in_flight": 0}, "max_in_flight is 0"),
        ({"max_failures": 0}, "max_failures is 0"),
        ({"max_submissions": 0}, "max_submissions is 0"),
        ({"regions": []}, "regions is empty"),
        ({"regions": ["us-ashburn-1", " "]}, "regions has a blank entry"),
        ({"compartment_ids": []}, "compartment_ids is empty"),
        ({"compartment_ids": ["apps"]}, "not the OCID of a compartment"),
        ({"key_ids": ["master"]}, "key_ids entry 'master' is not the OCID"),
    ],
)
def test_bad_input_is_told(params: dict[str, Any], says: str) -> None:
    with pytest.raises(inputs.BadInput, match=says):
        inputs.check_fleet(params)


def entry(name: str, message: str | None = None, **more: Any) -> dict[str, Any]:
    error = {"message": message} if message else None
    return {"name": name, "action": "none", "reason": None, "error": error, **more}


def test_counts() -> None:
    entries = [
        entry("a", action="submit", reason="unproven", submitted=True),
        entry("b", "failed", action="submit", reason="unproven", submitted=True),
        entry("m", "refused", action="submit", reason="unproven", submitted=False),
        entry("c", action="join", reason="in_progress"),
        entry("d", reason="up_to_date"),
        entry("e", reason="empty_bucket"),
        entry("f", reason="oracle_managed_key"),
        entry("g", "must not be", reason="oracle_managed_key"),
        entry("h", reason="key_assigned"),
        entry("i", reason="deferred"),
        entry("j", reason="not_begun"),
        entry("k", reason="bucket_gone"),
        entry("l", reason="up_to_date", proven=True, open_uploads=3),
    ]
    assert fleet_results.summary_of(entries, waited=True) == {
        "total": 13,
        "submitted": 2,
        "joined": 1,
        "completed": 2,
        "up_to_date": 2,
        "empty_bucket": 2,
        "oracle_managed_key": 1,
        "failed": 3,
        "deferred": 1,
        "not_begun": 1,
        "gone": 1,
        "open_uploads": 1,
        "proven": 1,
    }
    assert fleet_results.summary_of(entries, waited=False)["completed"] == 0


def test_the_message_counts_what_there_is() -> None:
    assert fleet_results.told({"total": 3, "submitted": 0, "up_to_date": 2, "empty_bucket": 1}) == (
        "3 buckets: 2 up to date, 1 empty bucket"
    )
    assert fleet_results.told({"total": 1, "up_to_date": 1}) == "1 bucket: 1 up to date"
    assert fleet_results.told({"total": 4, "submitted": 1, "deferred": 1, "not_begun": 2, "proven": 1}) == (
        "4 buckets: 1 submitted, 1 deferred, 2 not begun. 3 wait for another run."
    )
    assert (
        fleet_results.told({"total": 1, "up_to_date": 1}, "bucket-key") == "1 bucket: 1 up to date (bucket keys only)"
    )


def test_the_message_names_the_first_failures() -> None:
    entries = [entry(f"b-{index}", f"reason {index}.") for index in range(5)] + [entry("fine")]
    unlisted = [
        {"compartment_id": "ocid", "error": {"operation": "ListBuckets", "status": 404, "code": "X", "message": "no"}}
    ]
    assert fleet_results.failures(entries, unlisted) == (
        "5 of 6 buckets failed. b-0: reason 0; b-1: reason 1; b-2: reason 2; and 2 more. "
        "1 compartment could not be listed. ocid: ListBuckets failed: 404 X: no."
    )
    assert fleet_results.failures([entry("fine")], []) is None
    entries = [entry("a", "no", region="eu-frankfurt-1"), entry("b", reason="deferred")]
    assert fleet_results.failures(entries, [], regions=2) == (
        "1 of 2 buckets failed. eu-frankfurt-1/a: no. 1 more waits for another run."
    )
    assert fleet_results.failures([entry("a", "no")], []) == "1 of 1 bucket failed. a: no."


def test_no_match_says_why() -> None:
    assert fleet_results.no_match(Names(), 0, 1, False) == "There are no buckets in 1 compartment."
    assert fleet_results.no_match(Names(["x*"], ["y"]), 7, 2, True) == (
        "Of the 7 buckets in 2 compartments, none is left after include x* and exclude y and key_ids."
    )


def statuses_in(service: Service) -> dict[str, str]:
    fleet = service.fleet(check_mode=True, keep=statuses.Looks())
    fleet.run_here(service.sleep)
    assert statuses.summary_of(fleet.entries)["total"] == len(fleet.entries)
    return {found["bucket"]["name"]: found["status"] for found in fleet.entries}


def test_statuses_follow_the_decision_and_nothing_is_written() -> None:
    service = Service()
    service.add(3)
    service.add(1, "oracle", None)
    assert statuses_in(service) == {
        "b-0": "unproven",
        "b-1": "unproven",
        "b-2": "unproven",
        "oracle-0": "oracle_managed_key",
    }
    service.run(include=["b-0"])
    service.settings.work_seconds = 1e6
    service.run(include=["b-1"], wait=False)
    assert statuses_in(service) == {
        "b-0": "up_to_date",
        "b-1": "in_progress",
        "b-2": "unproven",
        "oracle-0": "oracle_managed_key",
    }
    (work,) = [work for work in service.works if work.bucket == "b-1"]
    work.outcome, work.ends_at = "FAILED", work.starts_at
    service.world.remove_bucket("b-2")
    before = service.calls["UpdateBucket"]
    assert statuses_in(service)["b-1"] == "failed"
    service.rotate(KEY)
    assert statuses_in(service)["b-0"] == "stale"
    assert service.calls["UpdateBucket"] == before


def test_a_bucket_that_cannot_be_read_has_a_name_and_an_error() -> None:
    service = Service()
    service.add(1, "gone")

    def fail(name: str) -> None:
        raise KeyError(name)

    service.at["GetBucket"] = fail
    fleet = service.fleet(check_mode=True, keep=statuses.Looks())
    fleet.run_here(service.sleep)
    (found,) = fleet.entries
    assert found["bucket"]["name"] == "gone-0"
    assert (found["status"], found["key_version_age_days"]) == ("error", None)
    assert "KeyError" in found["error"]["message"]


def test_the_age_of_a_version_is_in_whole_days_by_the_service_s_clock() -> None:
    service = Service()
    service.pass_time(40.5 * 86400)
    service.add(1)
    fleet = service.fleet(check_mode=True, keep=statuses.Looks())
    fleet.run_here(service.sleep)
    assert fleet.entries[0]["key_version_age_days"] == 40


class Resource:
    def __init__(
        self, uri: str | None = None, metadata: dict[str, str] | None = None, identifier: str | None = None
    ) -> None:
        self.entity_uri = uri
        self.metadata = metadata
        self.identifier = identifier


@pytest.mark.parametrize(
    ("resource", "named"),
    [
        (Resource("/n/ns/b/photos"), ("ns", "photos")),
        (Resource("https://host.example/n/ns/b/photos?x=/n/other/b/other"), ("ns", "photos")),
        (Resource(None, {"bucket": "photos", "namespace": "ns"}), ("ns", "photos")),
        (Resource(None, {"BUCKET": "photos"}), ("", "photos")),
        (Resource(None, None, "photos"), ("", "photos")),
        (Resource(None, None, "ns/photos"), ("ns", "photos")),
        (Resource("/elsewhere", {}, "/n/ns/b/photos"), ("ns", "photos")),
        (Resource(None, {"REGION": "x"}, "ocid1.bucket.oc1.iad.photos"), ("", "", "ocid1.bucket.oc1.iad.photos")),
        (Resource("/n/ns/b/ocid1.bucket.oc1.iad.photos"), ("ns", "", "ocid1.bucket.oc1.iad.photos")),
    ],
)
def test_a_work_request_s_bucket_is_found_wherever_it_is_named(resource: Resource, named: tuple[str, ...]) -> None:
    assert owners_of([resource]) == frozenset([Owner(*named)])


def test_a_work_request_that_names_no_bucket_names_none() -> None:
    assert owners_of([]) is None
    assert owners_of(None) is None
    assert owners_of([Resource("/elsewhere", {"REGION": "x"})]) is None
