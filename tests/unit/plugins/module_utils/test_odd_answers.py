# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that nobody expects: one is no fact, and a row of them ends the run with the true cause."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide.places import FREEFORM
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import COMPLETED, SUBMITTED, UNKNOWN_VERSION
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from ansible_collections.rekey.oci.plugins.module_utils.module import results
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import _percent
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import (
    CREATED,
    EPOCH,
    KEY,
    OLDER,
    RECORDED,
    Job,
    receipt,
    tagged,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World

PROVEN = tagged(receipt(COMPLETED, RECORDED))
OPERATIONS = (
    "GetBucket",
    "GetKey",
    "GetKeyVersion",
    "ListWorkRequests",
    "UpdateBucket",
    "ReencryptBucket",
    "GetWorkRequest",
)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_one_odd_answer_costs_no_second_submission(operation: str, status: int) -> None:
    for number in (1, 2, 3):
        there = World()
        there.refuse(operation, status, number, code="Odd")
        run, outcome = reconcile(there, Options())
        if operation == "ReencryptBucket" and status not in (401, 409) and number == 1:
            # It is sent once. The refusal is told, the claim taken back, and the next run submits.
            assert isinstance(outcome, Fail)
            assert f"ReencryptBucket failed: {status}" in outcome.message
            assert (there.posts, run.facts.receipt) == (0, None)
            run, outcome = reconcile(there, Options())
        assert isinstance(outcome, Done), (number, outcome)
        assert (outcome.action, there.posts) == ("submit", 1), number
        assert run.facts.receipt is not None
        assert run.facts.receipt.state == COMPLETED, number
        assert run.warnings == [], number
        assert reconcile(there, Options(), nonce="c" * 12)[1] == Done("none", "up_to_date")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_412_with_nobody_near_costs_no_second_submission(number: int) -> None:
    there = World()
    there.refuse("UpdateBucket", 412, number)
    run, outcome = reconcile(there, Options())
    assert (outcome.action, there.posts) == ("submit", 1)
    assert run.facts.receipt is not None
    assert run.facts.receipt.state == COMPLETED


@pytest.mark.parametrize("status", [400, 401, 409, 413])
def test_a_key_that_is_answered_oddly_for_ever_fails_and_submits_nothing(status: int) -> None:
    there = World(PROVEN, refused={"GetKey": status})
    before = there.bucket
    run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Fail)
    assert f"GetKey failed: {status}" in outcome.message
    assert run.error is not None
    assert (there.posts, there.writes, there.bucket) == (0, 0, before)


@pytest.mark.parametrize("kinds", [(403, 404), (404, 403), (404, 404)])
def test_a_key_that_may_not_be_read_is_believed_when_it_is_said_again(kinds: tuple[int, int]) -> None:
    there = World(PROVEN)
    for status in kinds:
        there.break_("GetKey", "error_before", status=status)
    there.refuse("GetKey", 404)
    run, outcome = reconcile(there, Options())
    assert (outcome.action, outcome.reason, there.posts) == ("submit", "unproven", 1)
    assert any("cannot be read" in warning for warning in run.warnings)


@pytest.mark.parametrize("blind_runs", [1, 2])
@pytest.mark.parametrize("wait", [True, False])
def test_an_attempt_without_the_version_costs_no_older_proof(blind_runs: int, wait: bool) -> None:
    there = World(bucket=PROVEN, unreadable=True)
    for number in range(blind_runs):
        reconcile(there, Options(wait=wait), nonce=f"{number:012x}")
        there.pass_time(1000.0)
    found, _warning = FREEFORM.read(there.bucket)
    assert found is not None
    assert (found.key_version_id, found.kept is not None) == (UNKNOWN_VERSION, True)
    there.unreadable, posts = False, there.posts
    run, outcome = reconcile(there, Options())
    assert outcome == Done("none", "up_to_date")
    assert (there.posts, run.warnings) == (posts, [])


def test_what_a_blind_attempt_keeps_is_no_proof_of_a_newer_version() -> None:
    there = World(bucket=tagged(receipt(COMPLETED, RECORDED, key_version_id=OLDER)), unreadable=True)
    reconcile(there, Options())
    there.unreadable = False
    _run, outcome = reconcile(there, Options(), nonce="c" * 12)
    assert (outcome.action, outcome.reason) == ("submit", "key_version_changed")
    there = World(bucket=PROVEN, unreadable=True)
    reconcile(there, Options())
    there.unreadable = False
    there.rotate()
    _run, outcome = reconcile(there, Options(), nonce="c" * 12)
    assert (outcome.action, outcome.reason) == ("submit", "key_version_changed")


@pytest.mark.parametrize("after", [0.0, 1.0, 299.0, 301.0])
@pytest.mark.parametrize("running", [False, True])
def test_without_a_receipt_two_clocks_are_given_a_margin(after: float, running: bool) -> None:
    there = World(jobs=[Job(RECORDED, CREATED + after, EPOCH + 30.0 if running else EPOCH - 1.0)])
    _run, outcome = reconcile(there, Options(receipt="none"))
    proven = ("join", "in_progress") if running else ("none", "up_to_date")
    assert (outcome.action, outcome.reason) == (proven if after > 300 else ("submit", "unproven"))


def test_a_bucket_that_answers_412_for_ever_ends_the_run_soon_and_tells_the_cause() -> None:
    there = World(refused={"UpdateBucket": 412})
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Fail)
    assert "refused 6 writes in a row with 412, although nobody changes it" in outcome.message
    assert (there.calls.count("UpdateBucket"), there.posts) == (6, 0)
    assert len(there.calls) < 40


def test_a_bucket_that_others_change_all_the_time_says_so() -> None:
    there = World()
    there.before["UpdateBucket"] = there.change
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Fail)
    assert "somebody changes it each time" in outcome.message
    assert there.posts == 0


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("kept", ["tag", "none"])
def test_a_409_that_is_no_running_re_encryption_is_told_in_the_service_s_words(wait: bool, kept: str) -> None:
    there = World(PROVEN)
    there.refuse("ReencryptBucket", 409, message="The bucket is a replication destination.")
    begun = there.now
    _run, outcome = reconcile(there, Options(force=True, wait=wait, receipt=kept))
    assert isinstance(outcome, Fail)
    assert "The bucket is a replication destination." in outcome.message
    assert outcome.error is not None
    assert there.now - begun < 30
    assert there.bucket.freeform_tags == PROVEN.freeform_tags, "no claim is left"


@pytest.mark.parametrize("kept", ["tag", "none"])
def test_completed_with_errors_on_record_is_no_proof(kept: str) -> None:
    there = World(outcomes=["COMPLETED_WITH_ERRORS"])
    _run, outcome = reconcile(there, Options(receipt=kept))
    assert isinstance(outcome, Fail)
    assert "COMPLETED with errors on record" in outcome.message
    assert "The key could not wrap a data key." in outcome.message
    for _again in range(2):
        _run, outcome = reconcile(there, Options(receipt=kept), nonce="c" * 12)
        if there.posts == 2:
            break
    assert (outcome.action, outcome.reason, there.posts) == ("submit", "work_request_failed", 2)
    assert reconcile(there, Options(receipt=kept), nonce="d" * 12)[1] == Done("none", "up_to_date")


def test_a_list_that_cannot_be_read_is_no_evidence_against_a_completed_receipt() -> None:
    there = World(PROVEN, refused={"ListWorkRequests": 404})
    for _time in range(2):
        run, outcome = reconcile(there, Options(verify_history=True))
        assert outcome == Done("none", "up_to_date")
        assert any("cannot be listed" in warning for warning in run.warnings)


@pytest.mark.parametrize("skew", [-30.0, -3.0, 3.0, 30.0])
@pytest.mark.parametrize("duration", [0.0, 60.0])
def test_a_lost_post_is_found_whatever_the_clocks_say(skew: float, duration: float) -> None:
    there = World(work_seconds=duration, accepted_skew=skew)
    there.break_("ReencryptBucket", "reset_after")
    run, outcome = reconcile(there, Options())
    assert (outcome.action, there.posts) == ("submit", 1)
    assert run.facts.receipt is not None
    assert run.facts.receipt.state == COMPLETED


@pytest.mark.parametrize("expired", [True, False])
def test_a_wait_whose_calls_are_no_longer_signed_ends_and_names_the_work_request(expired: bool) -> None:
    there = World(work_seconds=900.0)
    told = "the security token expired at 2026-01-01T00:00:00Z"
    there.break_("GetWorkRequest", "error_before", status=401, skip=5, count=-1, message=told)
    if expired:
        signer = SimpleNamespace(renewed=lambda _used: False, why_refused=lambda: told)
        there.api.calls.clients.signer = signer
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Fail)
    assert there.accepted[-1] in outcome.message
    assert "the security token expired at" in outcome.message
    assert "within wait_timeout" not in outcome.message
    assert there.calls.count("GetWorkRequest") == 5 + (1 if expired else 5)


@pytest.mark.parametrize("told", [float("nan"), float("inf"), float("-inf"), -1.0, 250.0, "half", {}, None])
def test_a_progress_that_is_none(told: Any) -> None:
    assert _percent(told) is None


def test_a_progress() -> None:
    assert [_percent(told) for told in (0, 42.5, 100)] == [0.0, 42.5, 100.0]


REFUSALS = [(404, "NotAuthorizedOrFoundKmsKey", "no"), (400, "BadRequest", "Caught RestClientException: 404")]


@pytest.mark.parametrize("kept", ["tag", "none"])
@pytest.mark.parametrize(("status", "code", "message"), REFUSALS)
def test_a_key_that_object_storage_may_not_use_is_told_with_its_policy(
    status: int, code: str, message: str, kept: str
) -> None:
    there = World()
    there.refuse("ReencryptBucket", status, code=code, message=message)
    _run, outcome = reconcile(there, Options(receipt=kept))
    assert isinstance(outcome, Fail)
    assert "Allow service objectstorage-us-ashburn-1 to use keys in" in outcome.message
    assert f"target.key.id = '{KEY}'" in outcome.message
    assert message in outcome.message


@pytest.mark.parametrize("state", ["CREATING", "ENABLING", "UPDATING", "RESTORING", "BACKUP_IN_PROGRESS", "DISABLED"])
def test_a_key_in_any_other_state_is_told_before_the_post(state: str) -> None:
    there = World(state=state)
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Fail)
    assert f"is {state}, so nothing is submitted" in outcome.message
    assert there.posts == 0


def test_a_lost_answer_that_cannot_be_looked_up_is_told_as_one() -> None:
    there = World()
    there.break_("ListWorkRequests", "error_before", skip=1, count=-1)
    there.break_("ReencryptBucket", "reset_after")
    run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Fail)
    assert outcome.message.startswith("The answer to ReencryptBucket was lost, and")
    assert (outcome.action, run.error is not None) == ("submit", True)


def test_what_is_foretold_is_not_the_work_request_of_an_older_proof() -> None:
    there = World(bucket=tagged(receipt(COMPLETED, RECORDED, key_version_id=OLDER)))
    run, outcome = reconcile(there, Options(check_mode=True))
    assert outcome.action == "submit"
    assert results.result_of(run)["work_request"] is None


def test_a_look_tells_why_the_last_attempt_failed() -> None:
    there = World(
        bucket=tagged(receipt(SUBMITTED, RECORDED)), jobs=[Job(RECORDED, EPOCH - 990.0, EPOCH - 100.0, "FAILED")]
    )
    run, outcome = reconcile(there, Options(check_mode=True, wait=False))
    assert outcome.reason == "work_request_failed"
    assert results.result_of(run)["work_request"]["errors"][0]["message"] == "The key could not wrap a data key."
    assert there.calls.count("ListWorkRequestErrors") == 1


def test_the_diff_of_a_run_that_failed_shows_no_newer_version() -> None:
    there = World(bucket=tagged(receipt(COMPLETED, RECORDED, key_version_id=OLDER)), end="FAILED")
    run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Fail)
    diff = results.diff_of(run, changed=True)
    assert diff["before"] == diff["after"]
