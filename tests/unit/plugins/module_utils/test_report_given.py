# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which results a report is made from: those of a loop one by one, and none of another module."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.module import fleet_results
from ansible_collections.rekey.oci.plugins.module_utils.module import results as single
from ansible_collections.rekey.oci.plugins.module_utils.report import figures, given
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.report_data import entry

LOOKED = {"changed": False, "buckets": [entry()], "unlisted": [], "region": "us-ashburn-1", "interrupted": False}
COMPACT = {"namespace": "examplens", "name": "payroll", "action": "submit", "reason": "key_version_changed"}
SKIPPED = {"changed": False, "skipped": True, "skip_reason": "Conditional result was False"}


def test_a_loop_is_taken_item_by_item_in_its_place() -> None:
    first, second, third = ({**LOOKED, "region": name, "item": name} for name in ("a", "b", "c"))
    loop = {"changed": False, "msg": "All items completed", "results": [second, third]}
    assert given.results([first, loop]) == [first, second, third]
    assert given.results([loop, first]) == [second, third, first]


def test_items_that_failed_say_why_and_the_loop_says_nothing() -> None:
    failed = {"failed": True, "msg": "The region is unknown.", "buckets": [], "unlisted": [], "item": "x"}
    broken = {"failed": True, "msg": "GetBucket failed", "buckets": [entry("error", "ledger")], "item": "y"}
    loop = {"failed": True, "msg": "One or more items failed", "results": [LOOKED, failed, broken]}
    content = figures.content(given.results([loop]), "x", False)
    assert [one["error"] for one in content["problems"]] == ["The region is unknown."]
    assert content["totals"]["total"] == 2


@pytest.mark.parametrize(
    "loop",
    [
        {"changed": False, "skipped": True, "skipped_reason": "No items in the list", "results": []},
        {"changed": False, "skipped": True, "msg": "All items skipped", "results": [SKIPPED]},
        {"changed": False, "msg": "All items completed", "results": [LOOKED, SKIPPED]},
        {"results": ["x"]},
        {"results": [None, LOOKED]},
    ],
)
def test_a_loop_that_has_not_seen_all_says_so(loop: dict[str, Any]) -> None:
    assert [one["error"] for one in figures.problems(given.results([loop]))] == ["The result holds no buckets."]


@pytest.mark.parametrize(
    "result",
    [
        LOOKED,
        {**LOOKED, "buckets": []},
        {**LOOKED, "buckets": [{}]},
        {**LOOKED, "failed": True, "msg": "GetBucket failed", "buckets": [entry("error")]},
        {"failed": True, "msg": "The profile is not there.", "buckets": [], "unlisted": [], "summary": {"total": 0}},
        {"failed": True, "msg": "MODULE FAILURE", "exception": "Traceback"},
        {"unreachable": True, "msg": "Failed to connect"},
        {"ansible_job_id": "1.2", "started": 1, "finished": 0},
        {"buckets": [entry()]},
        {"buckets": [entry(action="none", reason="up_to_date")]},
        {"buckets": "x", "results": [LOOKED]},
        SKIPPED,
    ],
)
def test_what_is_taken_as_it_is(result: dict[str, Any]) -> None:
    assert given.results([result]) == [result]


@pytest.mark.parametrize(
    "result",
    [
        {"changed": True, "buckets": [COMPACT], "unlisted": []},
        {"failed": True, "msg": "1 of 2 buckets failed", "buckets": [entry(), COMPACT]},
        {**fleet_results.nothing(), "failed": True, "msg": "No profile."},
        {**single.nothing(), "failed": True, "msg": "No profile."},
        {"action": "none", "reason": "up_to_date", "bucket": {"name": "payroll"}},
        COMPACT,
        {"changed": False, "work_requests": []},
        {"changed": False, "stdout": "x"},
        {},
    ],
)
def test_results_of_other_modules_are_refused(result: dict[str, Any]) -> None:
    for second in (result, {"results": [LOOKED, result]}):
        with pytest.raises(given.NoResult) as told:
            given.results([LOOKED, second])
        assert str(told.value) == (
            "Entry 2 of results is not a result of rekey.oci.bucket_encryption_info: run that module, register its result, and give that."
        )


def test_single_buckets_are_refused() -> None:
    with pytest.raises(
        given.NoResult, match=r"Entry 1 of results is one bucket, .*: give the result that the task reg"
    ):
        given.results([entry(), entry()])
