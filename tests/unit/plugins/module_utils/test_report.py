# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report says: verdicts, who should act, counts, and that nothing odd in the data gets past it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.report import figures, rows
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.report_data import (
    COMPARTMENT,
    KEY,
    OLDER,
    STATUSES,
    VERSION,
    entry,
)


@pytest.mark.parametrize(
    ("status", "verdict", "who"),
    [
        ("up_to_date", "proven", "nobody"),
        ("empty_bucket", "nothing_to_prove", "nobody"),
        ("oracle_managed_key", "nothing_to_prove", "nobody"),
        ("in_progress", "not_proven", "nobody"),
        ("stale", "not_proven", "storage operator"),
        ("unproven", "not_proven", "storage operator"),
        ("failed", "not_proven", "storage operator"),
        ("error", "not_proven", "storage operator"),
        ("a_status_of_tomorrow", "not_proven", "storage operator"),
    ],
)
def test_each_status_has_a_verdict_and_somebody_to_act(status: str, verdict: str, who: str) -> None:
    row = rows.row(entry(status))
    assert (row["status"], row["verdict"], row["who"]) == (status, verdict, who)
    assert bool(row["action"]) == (verdict == "not_proven")


@pytest.mark.parametrize("status", [None, "", 7, ["up_to_date"]])
def test_only_the_exact_status_is_a_proof(status: Any) -> None:
    assert rows.row({**entry(), "status": status})["verdict"] == "not_proven"


@pytest.mark.parametrize("http_status", [401, 403, 404])
def test_a_refusal_is_for_the_iam_administrator(http_status: int) -> None:
    error = {"operation": "GetBucket", "status": http_status, "code": "BucketNotFound", "message": "not there"}
    row = rows.row(entry("error", error=error))
    assert row["who"] == "IAM administrator"
    assert row["error"] == "GetBucket %d BucketNotFound not there" % http_status


def test_an_endpoint_that_did_not_answer_is_for_the_operator() -> None:
    row = rows.row(entry("error", error={"operation": "GetBucket", "status": None, "message": "no answer"}))
    assert (row["who"], row["action"]) == (
        "storage operator",
        "See why the call failed, such as an endpoint that cannot be reached or a session that has expired, and look again.",
    )


@pytest.mark.parametrize("status", ["stale", "unproven", "failed", "error"])
def test_a_disabled_key_is_for_the_key_administrator(status: str) -> None:
    row = rows.row(entry(status, key={"id": KEY, "state": "DISABLED", "current_version": {"id": VERSION}}))
    assert row["who"] == "key administrator"


def test_a_disabled_key_does_not_disturb_a_proof() -> None:
    row = rows.row(entry("up_to_date", key={"id": KEY, "state": "DISABLED", "current_version": {"id": VERSION}}))
    assert (row["verdict"], row["who"]) == ("proven", "nobody")


def test_a_key_that_cannot_be_read_is_for_the_iam_administrator() -> None:
    assert rows.row(entry("unproven", key=None))["who"] == "IAM administrator"


def test_oracle_managed_keys_may_count_as_not_proven() -> None:
    row = rows.row(entry("oracle_managed_key"), require_customer_managed_key=True)
    assert (row["verdict"], row["who"]) == ("not_proven", "key administrator")


def test_a_row_says_which_version_was_proven_when() -> None:
    row = rows.row(entry("stale"))
    assert (row["key_version_id"], row["proven_version_id"]) == (VERSION, OLDER)
    assert row["last_proof"] == "2026-10-03T10:00:00Z"
    assert row["key_version_age_days"] == 54


def test_a_receipt_that_is_not_completed_is_no_proof() -> None:
    receipt = {"state": "submitted", "key_version_id": VERSION, "work_request_id": "wr", "time": "2026-10-03T10:00:00Z"}
    row = rows.row(entry("in_progress", receipt=receipt))
    assert (row["proven_version_id"], row["last_proof"], row["work_request_id"]) == (None, None, "wr")


def test_without_receipts_the_work_request_is_the_last_proof() -> None:
    work_request = {"id": "wr", "status": "COMPLETED", "time_finished": "2026-10-04T00:00:00Z"}
    row = rows.row(entry("up_to_date", receipt=None, work_request=work_request))
    assert row["last_proof"] == "2026-10-04T00:00:00Z"


@pytest.mark.parametrize(
    ("given", "region"),
    [
        ({"region": "eu-zurich-1"}, "eu-zurich-1"),
        ({}, "us-ashburn-1"),
        ({"bucket": {"id": "ocid1.bucket.oc1.eu-zurich-1.x"}}, "eu-zurich-1"),
        ({"bucket": {"kms_key_id": KEY}}, "us-ashburn-1"),
    ],
)
def test_the_region_is_the_given_one_or_that_of_an_ocid(given: dict[str, Any], region: str) -> None:
    assert rows.row(entry(**given))["region"] == region


@pytest.mark.parametrize("odd", [{}, {"bucket": None}, {"bucket": [], "key": "x", "error": 3, "status": "failed"}])
def test_whatever_is_missing_is_null_and_not_proven(odd: dict[str, Any]) -> None:
    row = rows.row(odd)
    assert tuple(row) == rows.COLUMNS
    assert row["verdict"] == "not_proven"


@pytest.mark.parametrize(
    ("given", "kept"), [(3, 3), (2.0, 2), (2.5, 2.5), ("3", None), (True, None), (float("nan"), None), (None, None)]
)
def test_numbers_are_numbers(given: Any, kept: Any) -> None:
    kept_as = rows.row(entry(key_version_age_days=given))["key_version_age_days"]
    assert kept_as == kept
    assert type(kept_as) is type(kept)


def test_control_characters_and_surrogates_become_visible() -> None:
    assert rows.row(entry(name="a\x00b\ud800c\u2028d\n"))["bucket"] == "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert rows.row(entry(name="K\u00f6ln \u6771\u4eac"))["bucket"] == "K\u00f6ln \u6771\u4eac"


def test_what_is_not_proven_comes_first_and_what_nobody_need_act_on_later() -> None:
    made = rows.rows([{"buckets": [entry(status, name) for status in STATUSES for name in ("b", "a")]}])
    order = [row["verdict"] for row in made]
    assert order == sorted(order, key=("not_proven", "proven", "nothing_to_prove").index)
    assert [row["status"] for row in made if row["verdict"] == "not_proven"][-2:] == ["in_progress", "in_progress"]
    for status in STATUSES:
        assert [row["bucket"] for row in made if row["status"] == status] == ["a", "b"]


def test_counts_add_up() -> None:
    content = figures.content([{"buckets": [entry(status) for status in STATUSES]}], "x", False)
    totals = content["totals"]
    assert totals == {"total": 8, "proven": 1, "not_proven": 5, "nothing_to_prove": 2}
    assert content["statuses"] == dict.fromkeys(sorted(STATUSES), 1)
    for name in ("total", "proven", "not_proven", "nothing_to_prove"):
        assert sum(group[name] for group in content["compartments"]) == totals[name]
    assert sum(group["total"] for group in content["keys"]) == 7
    assert sum(group["total"] for group in content["ages"]) == 7


@pytest.mark.parametrize(
    ("age", "name"),
    [
        (0, "under 30"), (29, "under 30"), (30, "30 to 89"), (89, "30 to 89"), (90, "90 to 179"),
        (179, "90 to 179"), (180, "180 to 364"), (364, "180 to 364"), (365, "365 or more"), (4000, "365 or more"),
        (None, "not known"),
    ],
)  # fmt: skip
def test_age_classes(age: Any, name: str) -> None:
    groups = figures.content([{"buckets": [entry(key_version_age_days=age)]}], "x", False)["ages"]
    assert [group["days"] for group in groups if group["total"]] == [name]


def test_compartments_and_keys_with_most_to_prove_come_first() -> None:
    def of(compartment: str, key: str, status: str) -> dict[str, Any]:
        made = entry(status)
        made["bucket"] = {**made["bucket"], "compartment_id": COMPARTMENT + compartment, "kms_key_id": KEY + key}
        return made

    buckets = [of("a", "a", "up_to_date"), of("b", "b", "stale"), of("b", "b", "stale")]
    content = figures.content([{"buckets": buckets}], "x", False)
    assert [group["compartment_id"] for group in content["compartments"]] == [COMPARTMENT + "b", COMPARTMENT + "a"]
    assert [group["key_id"] for group in content["keys"]] == [KEY + "b", KEY + "a"]


def test_the_same_compartment_in_two_regions_has_two_bars() -> None:
    content = figures.content(
        [{"region": name, "buckets": [entry()]} for name in ("us-ashburn-1", "eu-zurich-1")], "x", False
    )
    assert {group["region"] for group in content["compartments"]} == {"us-ashburn-1", "eu-zurich-1"}


REFUSED = {"operation": "ListBuckets", "status": 404, "code": "X", "message": "no"}


@pytest.mark.parametrize(
    ("result", "lines"),
    [
        ({"buckets": []}, []),
        ({"buckets": [], "unlisted": [{"compartment_id": COMPARTMENT, "error": REFUSED}]}, ["ListBuckets 404 X no"]),
        ({"buckets": [], "unlisted": [{}]}, ["The reason is not known."]),
        ({"failed": True, "msg": "The region is unknown."}, ["The region is unknown."]),
        ({}, ["The result holds no buckets."]),
        ({"buckets": [], "interrupted": True}, ["The run was stopped before it had seen all buckets."]),
    ],
)
def test_a_report_that_is_not_complete_says_so(result: dict[str, Any], lines: list[str]) -> None:
    assert [one["error"] for one in figures.problems([result])] == lines


def test_no_bucket_is_no_error() -> None:
    content = figures.content([{"buckets": []}], "x", False)
    assert content["totals"]["total"] == 0
    assert content["buckets"] == content["keys"] == content["compartments"] == []


def test_a_bucket_counts_once_as_what_proves_least() -> None:
    older, newer = {"buckets": [entry("stale"), entry("up_to_date", "ledger")]}, {"buckets": [entry("up_to_date")]}
    for results in ([older, newer], [newer, older], [older, newer, newer]):
        content = figures.content(results, "x", False)
        assert content["totals"] == {"total": 2, "proven": 1, "not_proven": 1, "nothing_to_prove": 0}
    elsewhere = {"region": "eu-frankfurt-1", "buckets": [entry("up_to_date")]}
    assert figures.content([newer, elsewhere], "x", False)["totals"]["total"] == 2


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"scope": "bucket-key"}, "Only the bucket keys"),
        ({"predicted": True}, "receipt is not completed"),
        ({"receipt": {"state": "submitted", "key_version_id": VERSION}}, "receipt is not completed"),
        ({"receipt": {"state": "completed", "key_version_id": "another"}}, "another version"),
    ],
)
def test_what_is_told_to_be_up_to_date_and_is_not_proven(changes: dict[str, Any], told: str) -> None:
    row = rows.row(entry("up_to_date", **changes))
    assert row["verdict"] == "not_proven"
    assert told in str(row["action"])


def test_a_run_that_failed_before_it_saw_a_bucket_is_a_problem() -> None:
    result = {"failed": True, "msg": "The profile is not there.", "buckets": [], "unlisted": []}
    assert [one["error"] for one in figures.problems([result])] == ["The profile is not there."]
