# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the guides promise of whole runs, and no other test plays: each in process on the simulator."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.docs import inprocess
from tests.docs.conftest import COMPARTMENT, Ansible
from tests.simulator.serving import Running


@pytest.fixture
def simulator(ansible: Ansible) -> Running:
    return ansible.simulator


def run(simulator: Running, module: str = "bucket_reencrypt", **arguments: Any) -> dict[str, Any]:
    return inprocess.run(module, arguments, simulator.introduction["environment"])


def foreign(simulator: Running, **changes: Any) -> None:
    simulator.control("POST", "bucket", {"bucket": "payroll", **changes})


def test_somebody_else_s_running_re_encryption_is_in_progress_to_all(simulator: Running) -> None:
    simulator.control("POST", "settings", {"work_seconds": 600})
    foreign(simulator, reencrypt=True)
    (looked,) = run(simulator, "bucket_encryption_info", bucket_name="payroll")["buckets"]
    assert (looked["status"], looked["work_request"]["status"]) == ("in_progress", "IN_PROGRESS")
    told = run(simulator, bucket_name="payroll", wait=False)
    assert (told["action"], told["reason"], told["changed"]) == ("join", "in_progress", False)
    assert told["work_request"]["id"] == looked["work_request"]["id"]


def test_a_look_tells_why_a_re_encryption_failed_in_one_call_for_it(simulator: Running) -> None:
    simulator.control("POST", "settings", {"outcomes": ["FAILED"]})
    assert run(simulator, bucket_name="payroll")["failed"]
    assert run(simulator, bucket_name="payroll-archive")["changed"]
    mark = simulator.control("GET", "truth", {})["mark"]
    looked = run(simulator, "bucket_encryption_info", compartment_ids=[COMPARTMENT], include=["payroll*"])["buckets"]
    by_name = {entry["bucket"]["name"]: entry for entry in looked}
    assert by_name["payroll"]["status"] == "failed"
    assert by_name["payroll"]["work_request"]["errors"]
    assert by_name["payroll-archive"]["status"] == "up_to_date"
    calls = simulator.control("GET", "truth", {"since": mark})["operations"]
    assert calls["ListWorkRequestErrors"] == 1


@pytest.mark.parametrize("named_by", ["ocid", "uri", "none"])
def test_history_is_seen_however_a_work_request_names_its_bucket(simulator: Running, named_by: str) -> None:
    """Where it names it at all: the bucket was moved to another key, re-encrypted by hand, and moved back."""
    run(simulator, bucket_name="payroll")
    key = simulator.control("GET", "truth", {"bucket": "payroll"})["buckets"]["payroll"]["kms_key_id"]
    simulator.control("POST", "settings", {"resources": named_by, "summary_resources": named_by})
    simulator.control("POST", "advance", {"seconds": 60})
    foreign(simulator, key="other")
    foreign(simulator, reencrypt=True)
    simulator.control("POST", "advance", {"seconds": 60})
    foreign(simulator, key="master")
    assert simulator.control("GET", "truth", {"bucket": "payroll"})["buckets"]["payroll"]["kms_key_id"] == key
    told = run(simulator, bucket_name="payroll", verify_history=True)
    assert told["changed"] == (named_by != "none")
    assert (
        simulator.control("GET", "truth", {"bucket": "payroll"})["buckets"]["payroll"]["all_current"] == told["changed"]
    )


def test_no_receipt_is_needed_where_a_work_request_names_its_bucket_by_ocid_alone(simulator: Running) -> None:
    simulator.control("POST", "settings", {"resources": "ocid", "summary_resources": "ocid"})
    simulator.control("POST", "advance", {"seconds": 301})
    assert run(simulator, bucket_name="payroll", receipt="none")["changed"]
    assert not run(simulator, bucket_name="payroll", receipt="none")["changed"]


def test_a_csv_alone_tells_that_a_run_was_incomplete_and_keeps_its_time(simulator: Running, tmp_path: Path) -> None:
    looked = run(simulator, "bucket_encryption_info", compartment_ids=[COMPARTMENT], include=["payroll"])
    broken = {
        **looked,
        "unlisted": [{"compartment_id": "ocid1.compartment.oc1..closed", "error": {"operation": "ListBuckets"}}],
    }
    dest = tmp_path / "report.html"
    since = []
    for _run in range(2):
        told = run(simulator, "encryption_report", dest=str(dest), results=[broken], formats=["csv"])
        since.append((told["since"], told["changed"]))
        # Somebody looks again later.
        simulator.control("POST", "advance", {"seconds": 60})
    assert since[0][0] == since[1][0]
    assert [changed for _since, changed in since] == [True, False]
    with dest.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows][:1] == ["incomplete"]


def test_what_is_proven_of_bucket_keys_is_no_proof_of_objects(simulator: Running) -> None:
    simulator.control(
        "POST",
        "world",
        {"buckets": [{"name": "keyed", "compartment": "apps", "key": "master", "objects": 2, "bucket_key": True}]},
    )
    told = run(
        simulator, "compartment_reencrypt", compartment_ids=[COMPARTMENT], include=["keyed"], bucket_key_only=True
    )
    assert told["buckets"][0]["scope"] == "bucket-key"
    assert "bucket keys only" in told["msg"]
    truth = simulator.control("GET", "truth", {"bucket": "keyed"})["buckets"]["keyed"]
    assert (truth["bucket_key_current"], told["summary"]["proven"]) == (True, 0)


def test_what_has_ended_is_not_said_to_be_proven(simulator: Running) -> None:
    """A key that cannot be read: it completed, and nothing proves it."""
    permissions = ["BUCKET_INSPECT", "BUCKET_READ", "BUCKET_UPDATE", "OBJECT_INSPECT", "OBJECT_READ"]
    simulator.control("POST", "world", {"users": [{"name": "rekey", "permissions": permissions}]})
    environment = {**simulator.introduction["environment"], "OCI_CONFIG_PROFILE": "rekey"}
    arguments = {"compartment_ids": [COMPARTMENT], "include": ["payroll"], "wait_timeout": 100}
    told = inprocess.run("compartment_reencrypt", arguments, environment)
    assert (told["summary"]["completed"], told["summary"]["proven"]) == (1, 0)


def test_a_busy_service_is_waited_for_as_long_as_wait_timeout(simulator: Running) -> None:
    """Twice as long as what breaks is tried again. Those that read a key or a work request have unit tests of it."""
    busy = {
        "operation": "ListBuckets",
        "kind": "error_before",
        "status": 429,
        "code": "TooManyRequests",
        "retry_after": 9,
    }
    wanted = {"compartment_ids": [COMPARTMENT], "include": ["payroll"]}
    simulator.control("POST", "faults", {**busy, "count": 11})
    assert run(simulator, "compartment_reencrypt", **wanted, wait_timeout=600)["changed"]
    simulator.control("POST", "faults", {**busy, "count": 1000})
    told = run(simulator, "compartment_reencrypt", **wanted, wait_timeout=20)
    assert told["failed"]
    assert "429" in told["msg"]


@pytest.mark.parametrize("wrapped_at", ["creation", "part", "commit"])
def test_an_upload_that_straddles_a_rotation_is_found(simulator: Running, wrapped_at: str) -> None:
    """Whichever version the service gives it: once it is an object, the next run leaves everything under the current one."""

    def payroll() -> dict[str, Any]:
        found: dict[str, Any] = simulator.control("GET", "truth", {"bucket": "payroll"})["buckets"]["payroll"]
        return found

    simulator.control("POST", "settings", {"upload_version": wrapped_at})
    run(simulator, bucket_name="payroll")
    foreign(simulator, begin_upload=["large"])
    foreign(simulator, upload_part=["large"])
    simulator.control("POST", "advance", {"seconds": 600})
    simulator.control("POST", "rotate", {"key": "master"})
    told = run(simulator, bucket_name="payroll")
    assert (told["reason"], told["open_uploads"]) == ("key_version_changed", 1)
    assert "has 1 open multipart upload that no re-encryption reaches" in "\n".join(told["warnings"])
    assert " open=1 " in payroll()["tags"]["rekey-receipt"]
    # As long as it is open, nothing is to be done.
    assert run(simulator, bucket_name="payroll")["reason"] == "up_to_date"
    foreign(simulator, commit_upload=["large"])
    assert payroll()["all_current"] == (wrapped_at == "commit")
    (looked,) = run(simulator, "bucket_encryption_info", bucket_name="payroll")["buckets"]
    assert looked["status"] == "stale"
    told = run(simulator, bucket_name="payroll")
    assert (told["action"], told["reason"], told["open_uploads"]) == ("submit", "uploads_ended", 0)
    assert payroll()["all_current"]
    assert "open=" not in payroll()["tags"]["rekey-receipt"]
    assert run(simulator, bucket_name="payroll")["reason"] == "up_to_date"
