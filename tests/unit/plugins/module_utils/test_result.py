# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module returns: the same keys on success and on failure, and nothing that was learned is dropped."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import iso_time
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import CLAIMED, COMPLETED, SUBMITTED
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.module import results
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import (
    EPOCH,
    KEY,
    OLDER,
    OTHER_KEY,
    RECORDED,
    VERSION,
    Job,
    bucket,
    receipt,
    tagged,
    tags_of,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile, returned
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World

KEYS = {
    "bucket": [
        "region",
        "namespace",
        "name",
        "id",
        "compartment_id",
        "kms_key_id",
        "is_bucket_key_enabled",
        "versioning",
        "storage_tier",
        "approximate_count",
        "approximate_size",
    ],
    "key": ["id", "display_name", "vault_id", "state", "protection_mode", "current_version"],
    "work_request": [
        "id",
        "status",
        "percent_complete",
        "time_accepted",
        "time_started",
        "time_finished",
        "errors",
    ],
    "receipt": ["state", "key_version_id", "work_request_id", "time"],
}


def test_the_keys_are_those_of_the_interface() -> None:
    result = returned(World())
    assert set(result) == {"changed", "action", "reason", "assigned", "open_uploads", "scope", *KEYS}
    for name, keys in KEYS.items():
        assert list(result[name]) == keys
    assert result["key"]["current_version"] == {
        "id": VERSION,
        "time_created": iso_time(EPOCH - 5000.0),
        "origin": "INTERNAL",
    }
    assert (result["changed"], result["action"], result["reason"]) == (True, "submit", "unproven")
    assert result["receipt"]["state"] == "completed"
    assert result["receipt"]["work_request_id"] == result["work_request"]["id"]
    assert result["work_request"]["status"] == "COMPLETED"


def test_a_failure_before_anything_has_the_same_keys() -> None:
    nothing = results.nothing()
    assert set(nothing) == set(returned(World()))
    assert nothing["changed"] is False


def test_up_to_date() -> None:
    """The version's time comes from the receipt; the work request's end follows from it too."""
    result = returned(World(bucket=tagged(receipt(COMPLETED, RECORDED))))
    assert result["changed"] is False
    assert result["key"]["current_version"]["time_created"] == iso_time(EPOCH - 5000.0)
    assert result["work_request"]["id"] == RECORDED
    assert result["work_request"]["status"] == "COMPLETED"


def test_what_was_just_accepted_is_said_to_be() -> None:
    """Nobody asked yet how it does, and its acceptance is known all the same."""
    result = returned(World(work_seconds=100.0), wait=False)
    assert (result["action"], result["receipt"]["state"]) == ("submit", "submitted")
    assert result["work_request"]["id"] == result["receipt"]["work_request_id"]
    assert result["work_request"]["status"] == "ACCEPTED"


def test_without_a_receipt_the_proof_is_returned() -> None:
    jobs = [
        Job("ocid1.workrequest.oc1.iad.older", EPOCH - 900.0, EPOCH - 800.0),
        Job(RECORDED, EPOCH - 500.0, EPOCH - 400.0),
    ]
    result = returned(World(jobs=jobs), receipt="none")
    assert (result["reason"], result["receipt"]) == ("up_to_date", None)
    assert (result["work_request"]["id"], result["work_request"]["status"]) == (RECORDED, "COMPLETED")
    jobs = [Job(RECORDED, EPOCH - 500.0, EPOCH - 400.0, end="FAILED")]
    result = returned(World(jobs=jobs), receipt="none", check_mode=True)
    assert (result["action"], result["reason"]) == ("submit", "work_request_failed")
    assert (result["work_request"]["id"], result["work_request"]["status"]) == (RECORDED, "FAILED")


def test_oracle_managed_and_empty_have_no_key_or_no_work_request() -> None:
    result = returned(World(bucket=bucket(kms_key_id=None)))
    assert (result["key"], result["work_request"], result["receipt"]) == (None, None, None)
    result = returned(World(bucket=bucket(approximate_count=0), objects=False))
    assert result["key"]["id"] == KEY
    assert (result["work_request"], result["receipt"]) == (None, None)


def test_a_failed_work_request_tells_its_errors() -> None:
    result = returned(World(end="FAILED"))
    assert result["changed"] is True
    assert result["work_request"]["status"] == "FAILED"
    ended = result["work_request"]["time_finished"]
    assert result["work_request"]["errors"] == [
        {"code": "KmsKeyError", "message": "The key could not wrap a data key.", "timestamp": ended}
    ]
    assert result["receipt"]["state"] == "submitted"


def test_a_wait_that_is_over_too_soon_names_the_work_request() -> None:
    world = World(work_seconds=10_000.0)
    run, outcome = reconcile(world, Options(wait_timeout=60))
    result = results.result_of(run)
    assert "did not finish within wait_timeout (60 seconds)" in getattr(outcome, "message", "")
    assert result["work_request"]["id"] in getattr(outcome, "message", "")
    assert result["work_request"]["status"] == "IN_PROGRESS"
    assert result["changed"] is True
    joined = returned(world)
    assert (joined["action"], joined["reason"], joined["changed"]) == ("join", "in_progress", False)
    assert joined["work_request"]["id"] == result["work_request"]["id"]


def test_a_disabled_key_is_told_of() -> None:
    result = returned(World(state="DISABLED"))
    assert result["key"]["state"] == "DISABLED"
    assert result["bucket"]["name"] == "payroll"
    assert result["changed"] is False


@pytest.mark.parametrize("operation", ["GetBucket", "ListWorkRequests", "UpdateBucket", "ReencryptBucket"])
def test_an_api_failure_keeps_what_was_learned(operation: str) -> None:
    status = 400 if operation == "ReencryptBucket" else 409
    world = World()
    world.refuse(operation, status, code="Conflict", message="went wrong")
    result = returned(world)
    if operation == "ListWorkRequests":
        # Not being able to list them is no reason not to do the work.
        assert "error" not in result
        assert result["changed"] is True
        return
    assert result["error"].pop("opc_request_id").startswith("sim-")
    assert result["error"] == {
        "operation": operation,
        "status": status,
        "code": "Conflict",
        "message": "went wrong",
    }
    assert result["changed"] is False
    if operation == "GetBucket":
        assert result["bucket"] is None
    else:
        assert result["bucket"]["kms_key_id"] == KEY
        assert result["key"]["current_version"]["id"] == VERSION
    assert result["receipt"] is None, "a claim for what was refused is taken back"


def diff(world: World, **options: Any) -> dict[str, Any]:
    run, _outcome = reconcile(world, Options(**options))
    return results.diff_of(run, results.result_of(run)["changed"])


@pytest.mark.parametrize("check_mode", [False, True])
def test_diff_shows_the_version_before_and_after(check_mode: bool) -> None:
    world = World(bucket=tagged(receipt(COMPLETED, RECORDED, key_version_id=OLDER)))
    assert diff(world, check_mode=check_mode) == {
        "before": {"kms_key_id": KEY, "key_version_id": OLDER},
        "after": {"kms_key_id": KEY, "key_version_id": VERSION},
    }


@pytest.mark.parametrize("check_mode", [False, True])
def test_diff_shows_an_assigned_key(check_mode: bool) -> None:
    assert diff(World(bucket=bucket(kms_key_id=OTHER_KEY)), kms_key_id=KEY, check_mode=check_mode) == {
        "before": {"kms_key_id": OTHER_KEY, "key_version_id": None},
        "after": {"kms_key_id": KEY, "key_version_id": VERSION},
    }


def test_diff_of_nothing() -> None:
    found = diff(World(bucket=tagged(receipt(COMPLETED, RECORDED))))
    assert found["before"] == found["after"] == {"kms_key_id": KEY, "key_version_id": VERSION}


@pytest.mark.parametrize("check_mode", [False, True])
def test_assigned(check_mode: bool) -> None:
    assert returned(World(bucket=bucket(kms_key_id=None)), kms_key_id=KEY, check_mode=check_mode)["assigned"] is True
    assert returned(World(), kms_key_id=KEY, check_mode=check_mode)["assigned"] is False


def test_an_unknown_status_is_waited_on_and_warned_of_once() -> None:
    job = Job(RECORDED, EPOCH - 500.0, EPOCH + 300.0)
    world = World(bucket=tagged(receipt(SUBMITTED, RECORDED)), jobs=[job], odd_status="PONDERING")
    run, outcome = reconcile(world, Options())
    assert (outcome.action, outcome.reason) == ("join", "in_progress")
    assert len([warning for warning in run.warnings if "UNKNOWN" in warning]) == 1


@pytest.mark.parametrize("status", [500, 403, 429])
def test_polls_that_fail_do_not_fail_the_task(status: int) -> None:
    world = World(work_seconds=120.0)
    world.refuse("GetWorkRequest", status, *(number for number in range(1, 100) if number % 3))
    result = returned(world)
    assert "error" not in result
    assert result["work_request"]["status"] == "COMPLETED"


FULL = {f"tag{number}": "value" for number in range(10)}


def test_full_tags_are_handled_as_no_receipt() -> None:
    world = World(bucket=bucket(freeform_tags=FULL))
    run, outcome = reconcile(world, Options(check_mode=True))
    assert (outcome.action, outcome.reason, world.posts) == ("submit", "unproven", 0)
    run, outcome = reconcile(world, Options())
    assert (outcome.action, outcome.reason, world.posts) == ("submit", "unproven", 1)
    assert world.bucket.freeform_tags == FULL
    assert world.writes == 0
    assert any("No receipt can be kept on bucket payroll" in warning for warning in run.warnings)
    for check_mode in (True, False):
        _run, outcome = reconcile(world, Options(check_mode=check_mode))
        assert (outcome.action, outcome.reason, world.posts) == ("none", "up_to_date", 1)


def test_full_tags_do_not_matter_where_there_is_no_key() -> None:
    run, outcome = reconcile(World(bucket=bucket(freeform_tags=FULL, kms_key_id=None)), Options())
    assert (outcome.reason, run.warnings) == ("oracle_managed_key", [])


def test_another_controllers_claim_whose_place_for_the_work_request_was_taken() -> None:
    """Somebody added tags after the claim: its work request cannot be recorded, and the run goes on without."""
    crowded = bucket(freeform_tags={f"tag{number}": "value" for number in range(8)})
    tags = {**tags_of(receipt(CLAIMED), crowded), "late": "value"}
    job = Job(RECORDED, EPOCH - 990.0, EPOCH - 10.0)
    world = World(bucket=bucket(freeform_tags=tags), jobs=[job])
    run, outcome = reconcile(world, Options())
    assert (outcome.action, outcome.reason, world.posts) == ("none", "up_to_date", 0)
    assert any("No receipt can be kept" in warning for warning in run.warnings)
    assert world.bucket.freeform_tags == tags
