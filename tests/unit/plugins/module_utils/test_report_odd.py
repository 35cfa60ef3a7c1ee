# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing is believed of a result's shape: whatever stands in any place of it, there is a report, and what is odd is no proof."""

from __future__ import annotations

import copy
import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.report import figures, files, machines, pages, rows
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.report_data import STATUSES, VERSION, entry

SINCE = "2026-11-24T10:00:00Z"


def nested(depth: int) -> list[Any]:
    made: list[Any] = []
    for _level in range(depth):
        made = [made]
    return made


ODD: dict[str, Any] = {
    "null": None, "yes": True, "no": False, "zero": 0, "negative": -7, "half": 0.5, "huge": 10**400, "endless": 10**5000,
    "minus": -(10**400), "large": 1e308, "infinite": float("inf"), "below": float("-inf"), "nan": float("nan"),
    "empty": "", "text": "x", "ocid": "ocid1.key.oc1..x", "nul": "\0\ud800", "bytes": b"x", "list": ["DISABLED"], "none": [], "nothing": {},
    "dictionary": {"id": ["x"], "state": {}}, "lists": [[], {}, None], "deep": nested(100_000), "far": [10**5000],
}  # fmt: skip

#: All places of an entry that the report looks at.
WHOLE = entry(
    "up_to_date",
    region="us-ashburn-1",
    compartment_id="ocid1.compartment.oc1..other",
    compartment_name="finance",
    open_uploads=1,
    predicted=False,
    scope="all",
    work_request={
        "id": "wr",
        "status": "COMPLETED",
        "percent_complete": 100,
        "time_finished": "2026-10-03T10:00:00Z",
        "time_accepted": "2026-10-03T09:00:00Z",
        "errors": [{"code": "KeyDisabled", "message": "it is disabled"}],
    },
    error={"operation": "GetKey", "status": 404, "code": "X", "message": "no", "opc_request_id": "r"},
)
WHOLE["key"]["display_name"] = "payroll"
RESULT = {
    "region": "us-ashburn-1",
    "buckets": [entry()],
    "unlisted": [{"region": "us-ashburn-1", "compartment_id": "c", "error": {"message": "no"}}],
    "failed": True,
    "msg": "no",
    "interrupted": True,
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, (dict, list)):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(part, (*path, name))


def changed(whole: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    made = copy.deepcopy(whole)
    part: Any = made
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    return made


def every_file(results: list[dict[str, Any]]) -> dict[str, Any]:
    """All files of a report can be made, and read by whoever reads such files. Returns what they say."""
    content = figures.content(results, "Encryption", False)
    digest = files.fingerprint(content)
    for make in (pages.as_html, machines.as_prometheus):
        make(content, digest, SINCE).encode("utf-8")
    parsed = json.loads(files.as_json(content, digest, SINCE), parse_constant=pytest.fail)
    assert parsed["buckets"] == content["buckets"]
    assert tuple(next(csv.reader(io.StringIO(files.as_csv(content))))) == rows.COLUMNS
    ET.fromstring(machines.as_junit(content, digest, SINCE).encode("utf-8"))  # noqa: S314 - it is our own
    return content


@pytest.mark.parametrize("path", list(places(WHOLE)), ids=lambda path: ".".join(map(str, path)))
def test_odd_values_in_a_bucket(path: tuple[Any, ...]) -> None:
    """Each in each status, and all of them beside the same bucket as it should be."""
    together = [WHOLE]
    for odd in ODD.values():
        made = changed(WHOLE, path, odd)
        for one in [made] if path == ("status",) else [{**made, "status": status} for status in STATUSES]:
            row = every_file([{"buckets": [one]}])["buckets"][0]
            assert all(value is None or type(value) in (str, int, float) for value in row.values())
            assert rows.is_proven(one) == (row["verdict"] == rows.PROVEN or row["status"] == "empty_bucket")
        together.append(made)
    content = every_file([{"buckets": together}])
    assert content["totals"]["total"] >= 1
    assert content["problems"] == []


@pytest.mark.parametrize("path", list(places(RESULT)), ids=lambda path: ".".join(map(str, path)))
def test_odd_values_in_a_result(path: tuple[Any, ...]) -> None:
    for odd in ODD.values():
        assert every_file([changed(RESULT, path, odd), RESULT])["problems"]


@pytest.mark.parametrize("value", [["DISABLED"], {"DISABLED": 1}, None, 7])
def test_a_state_that_is_no_text(value: Any) -> None:
    row = rows.row(entry("stale", key={"state": value}))
    assert (row["status"], row["who"]) == ("stale", "storage operator")


@pytest.mark.parametrize("value", [10**400, -(10**400), 10**5000], ids=["huge", "minus", "endless"])
@pytest.mark.parametrize("name", ["approximate_count", "approximate_size"])
def test_a_number_that_nothing_can_count(name: str, value: int) -> None:
    one = entry(key_version_age_days=value)
    one["bucket"][name] = value
    row = rows.row(one)
    assert (row[name], row["key_version_age_days"]) == (None, None)


@pytest.mark.parametrize("receipt", ["completed", ["completed"], True, 7, {}, {"state": ["completed"]}])
def test_an_odd_receipt_is_no_proof(receipt: Any) -> None:
    one = entry("up_to_date", receipt=receipt)
    assert rows.row(one)["verdict"] == rows.NOT_PROVEN
    assert not rows.is_proven(one)


@pytest.mark.parametrize("version", [VERSION, [VERSION], {"id": [VERSION]}, {"id": True}, {"id": 0}, {"id": ""}])
def test_an_odd_version_is_no_proof(version: Any) -> None:
    one = entry("up_to_date", key={"current_version": version})
    if isinstance(version, dict):
        one["receipt"]["key_version_id"] = version["id"] or VERSION
    assert rows.row(one)["verdict"] == rows.NOT_PROVEN


@pytest.mark.parametrize("scope", [["bucket-key"], "bucket_key", "", False, 0, {}])
def test_an_odd_scope_is_no_proof(scope: Any) -> None:
    row = rows.row(entry("up_to_date", scope=scope))
    assert (row["verdict"], row["action"]) == (rows.NOT_PROVEN, "Find out why, and look again.")


@pytest.mark.parametrize("buckets", ["payroll", b"payroll", {"name": "payroll"}, 7, True])
def test_buckets_that_are_no_list_are_a_problem(buckets: Any) -> None:
    assert [one["error"] for one in figures.problems([{"buckets": buckets}])] == ["The result holds no buckets."]


def test_an_entry_that_is_no_bucket_is_a_problem() -> None:
    content = figures.content([{"buckets": ["payroll", entry(), None]}], "x", False)
    assert content["totals"]["total"] == 1
    assert [one["error"] for one in content["problems"]] == ["The result holds what is no bucket."]


@pytest.mark.parametrize("unlisted", ["finance", True, 7, {"compartment_id": "c"}, ["finance"], [None], [[]]])
def test_odd_lists_that_could_not_be_read_are_a_problem(unlisted: Any) -> None:
    problems = figures.problems([{"buckets": [entry()], "unlisted": unlisted}])
    assert [one["error"] for one in problems] == ["The reason is not known."]


@pytest.mark.parametrize("name", ["compartment_id", "kms_key_id"])
def test_what_is_blank_and_what_is_null_stand_beside_each_other(name: str) -> None:
    def of(value: Any) -> dict[str, Any]:
        one = entry(compartment_id=value)
        return {**one, "bucket": {**one["bucket"], name: value}}

    every_file([{"buckets": [of(None), of("")]}])
    every_file([{"buckets": [of(""), of(None)]}])
