# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A key of another region: its version comes to the bucket's late, and nothing is submitted, or proven, before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import Upload, known
from ansible_collections.rekey.oci.plugins.module_utils.decide import replication
from ansible_collections.rekey.oci.plugins.module_utils.decide.attempt import Attempt
from ansible_collections.rekey.oci.plugins.module_utils.decide.decision import next_step
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import CLAIMED, COMPLETED
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Facts, Options, Situation
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Claim, Done, Fail, ListWorkRequests
from ansible_collections.rekey.oci.plugins.module_utils.module.results import result_of
from ansible_collections.rekey.oci.plugins.module_utils.module.statuses import status_of
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import run as run_to_its_end
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import (
    CREATED,
    EPOCH,
    KEY,
    OLDER,
    OTHER_KEY,
    OTHERS_NONCE,
    RECORDED,
    VERSION,
    Job,
    bucket,
    key,
    receipt,
    tagged,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.replicated import (
    FAR,
    HOME,
    READ,
    THERE,
    under,
    world,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile, reconciler

LOOKS = Options(check_mode=True, wait=False, looks=True)


@pytest.mark.parametrize("kept", ["tag", "none"])
def test_a_run_waits_and_then_submits(kept: str) -> None:
    there = world(100.0)
    run, outcome = reconcile(there, Options(receipt=kept))
    assert (outcome.action, outcome.reason, there.posts) == ("submit", "unproven", 1)
    assert under(there) == VERSION
    assert not run.warnings
    # The pauses grow, and the end is noticed all the same.
    assert 3 <= there.calls.count(READ) < 60
    assert there.calls.index("ReencryptBucket") > len(there.calls) - there.calls[::-1].index(READ) - 1
    if kept == "tag":
        there.forget_calls()
        _run, outcome = reconcile(there, Options())
        assert (outcome.reason, there.calls) == ("up_to_date", ["GetBucket", "GetKey"])


def test_who_watches_is_told_of_the_wait() -> None:
    there, told = world(100.0), []
    run_to_its_end(
        reconciler(there, Options()), there.pass_time, lambda waited, since: told.append((waited.status, since))
    )
    replicating = [since for status, since in told if status == "REPLICATING"]
    assert replicating == sorted(replicating)
    assert replicating[0] == 0.0
    assert 90.0 < replicating[-1] <= 101.0
    assert [status for status, _since in told[len(replicating) :]] == ["IN_PROGRESS"] * (len(told) - len(replicating))


@pytest.mark.parametrize("kept", ["tag", "none"])
def test_one_that_is_there_costs_one_call(kept: str) -> None:
    there = world()
    reconcile(there, Options(receipt=kept))
    assert (there.calls.count(READ), there.posts, under(there)) == (1, 1, VERSION)


@pytest.mark.parametrize("kept", ["tag", "none"])
@pytest.mark.parametrize("known_region", [HOME, None])
def test_nothing_is_asked_where_the_key_is_of_the_same_region(kept: str, known_region: str | None) -> None:
    there = world(region=known_region or THERE)
    there.clients.region = known_region
    reconcile(there, Options(receipt=kept))
    assert READ not in there.calls
    assert there.posts == 1


def test_an_older_proof_is_no_reason_to_hurry() -> None:
    proven = tagged(receipt(COMPLETED, RECORDED, key_version_id=OLDER))
    there = world(30.0, bucket=proven)
    _run, outcome = reconcile(there, Options())
    assert (outcome.action, outcome.reason, under(there)) == ("submit", "key_version_changed", VERSION)


@pytest.mark.parametrize("kept", ["tag", "none"])
@pytest.mark.parametrize(
    ("options", "says"),
    [({"wait": False}, "and wait is false"), ({"wait_timeout": 60}, "within wait_timeout (60 seconds)")],
)
def test_without_the_time_nothing_is_submitted(kept: str, options: dict[str, Any], says: str) -> None:
    there = world(5000.0)
    run, outcome = reconcile(there, Options(receipt=kept, **options))
    assert isinstance(outcome, Fail)
    assert (outcome.action, result_of(run)["changed"], there.posts, there.writes) == ("none", False, 0, 0)
    of_key = f"of key {there.keys[KEY].name} (...{KEY[-8:]})"
    for told in (
        says,
        VERSION,
        of_key,
        f"the region {THERE} of bucket payroll",
        "REPLICATING",
        "Nothing was submitted",
    ):
        assert told in outcome.message
    assert there.now < EPOCH + 150


def test_another_key_is_assigned_only_then() -> None:
    there = world(5000.0)
    _run, outcome = reconcile(there, Options(kms_key_id=OTHER_KEY, wait_timeout=10))
    assert isinstance(outcome, Fail)
    assert (there.writes, there.bucket.kms_key_id) == (0, KEY)
    there.pass_time(EPOCH + 4980 - there.now)
    _run, outcome = reconcile(there, Options(kms_key_id=OTHER_KEY))
    assert (outcome.action, outcome.reason) == ("submit", "key_assigned")


@pytest.mark.parametrize("receipt_kept", ["tag", "none"])
def test_check_mode_foretells_and_warns(receipt_kept: str) -> None:
    there = world(5000.0)
    run, outcome = reconcile(there, Options(check_mode=True, receipt=receipt_kept))
    assert isinstance(outcome, Done)
    assert (outcome.action, outcome.changed, there.posts, there.writes) == ("submit", True, 0, 0)
    (warning,) = run.warnings
    assert "has not come to the region us-phoenix-1" in warning
    assert warning.endswith("A run outside of check mode waits for it before it submits.")
    _run, outcome = reconcile(there, Options(check_mode=True, wait=False, receipt=receipt_kept))
    assert isinstance(outcome, Fail)
    assert there.now < EPOCH + 10


@pytest.mark.parametrize("after", [-1000.0, 5000.0])
def test_a_look_tells_how_it_stands_and_asks_no_more(after: float) -> None:
    for made, status in (
        (None, "unproven"),
        (receipt(COMPLETED, RECORDED, key_version_id=OLDER), "stale"),
        (receipt(COMPLETED, RECORDED), "up_to_date"),
    ):
        there = world(after, bucket=bucket() if made is None else tagged(made))
        run, _outcome = reconcile(there, LOOKS)
        assert status_of(run) == status
        assert READ not in there.calls
        assert not run.warnings


@pytest.mark.parametrize(("after", "status"), [(-1e6, "up_to_date"), (5000.0, "unproven")])
def test_a_look_without_a_receipt_believes_none_that_came_too_early(after: float, status: str) -> None:
    done = Job(RECORDED, EPOCH - 100.0, EPOCH - 50.0, version=None)
    run, _outcome = reconcile(world(after, jobs=[done]), replace(LOOKS, receipt="none"))
    assert status_of(run) == status


@pytest.mark.parametrize("accepted", [CREATED + 400.0, CREATED + replication.MARGIN + 400.0])
def test_without_a_receipt_a_version_is_given_time_to_come(accepted: float) -> None:
    there = world(jobs=[Job(RECORDED, accepted, accepted + 5.0, version=None)])
    _run, outcome = reconcile(there, Options(receipt="none"))
    assert outcome.reason == ("unproven" if accepted < CREATED + replication.MARGIN else "up_to_date")


#: The replica's endpoint in THERE; the second does not have the region's name.
REPLICA = f"https://{THERE}.simulator.example"
NAMELESS_REPLICA = "https://phx.simulator.example"


@pytest.mark.parametrize("replica", [REPLICA, NAMELESS_REPLICA])
@pytest.mark.parametrize(("after", "version"), [(-1000.0, VERSION), (5000.0, OLDER)])
def test_what_the_replica_of_the_region_says_is_there(replica: str, after: float, version: str) -> None:
    there = world(after)
    there.clients.key_management_endpoint = replica
    run, outcome = reconcile(there, Options())
    assert (outcome.action, under(there)) == ("submit", version)
    assert run.facts.receipt is not None
    assert (run.facts.receipt.state, run.facts.receipt.key_version_id) == (COMPLETED, version)
    assert READ not in there.calls


@pytest.mark.parametrize(("region", "replica"), [(HOME, REPLICA), (HOME, NAMELESS_REPLICA), (FAR, REPLICA)])
def test_what_another_region_s_replica_says_is_not_believed(region: str, replica: str) -> None:
    there = world(region=region, bucket=tagged(receipt(COMPLETED, RECORDED)))
    there.clients.key_management_endpoint = replica
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Fail)
    assert "set it to the management endpoint of the source vault" in outcome.message
    assert there.posts == 0


def test_the_time_of_the_version_from_a_receipt_does_not_tell_its_way() -> None:
    # A claim of a controller that is gone, for the same version.
    there = world(100.0, bucket=tagged(receipt(CLAIMED, time=EPOCH - 1000.0, nonce=OTHERS_NONCE)))
    _run, outcome = reconcile(there, Options())
    assert (outcome.action, under(there), there.posts) == ("submit", VERSION, 1)
    assert there.calls.index("GetKeyVersion") < there.calls.index(READ)


def test_a_rotation_while_the_re_encryption_runs_is_waited_for_too() -> None:
    there = world(work_seconds=300.0, replication_lag=500.0)
    rotated: list[str] = []

    def rotate_once() -> None:
        if not rotated:
            rotated.append(there.rotate())

    there.before["GetWorkRequest"] = rotate_once
    run, outcome = reconcile(there, Options(wait_timeout=3000))
    (newer,) = rotated
    assert (outcome.action, there.posts, under(there)) == ("submit", 2, newer)
    assert run.facts.receipt is not None
    assert (run.facts.receipt.state, run.facts.receipt.key_version_id) == (COMPLETED, newer)


def test_a_list_from_before_it_came_does_not_serve() -> None:
    facts = Facts(bucket=bucket(region=THERE), key=replace(key(), region=HOME), looked_at=99.0, service_time=EPOCH)
    facts.key = replace(known(facts.key), version_created=CREATED, version_replication="operation")
    facts.replication = {VERSION: replication.REPLICATED}
    facts.listing, facts.listed_at, facts.replication_read_at = (), 99.2, 99.1
    options = Options(open_uploads="ignore")
    assert isinstance(next_step(Situation(facts, Attempt("a" * 12, 0.0), options, 100.0)), Claim)
    facts.replication_read_at = 99.3
    assert isinstance(next_step(Situation(facts, Attempt("a" * 12, 0.0), options, 100.0)), ListWorkRequests)


@pytest.mark.parametrize("kept", ["tag", "none"])
def test_uploads_from_before_it_came_are_counted(kept: str) -> None:
    early = [Upload("early", "1", CREATED + 1000.0), Upload("late", "2", CREATED + replication.MARGIN + 400.0)]
    for region, number in ((THERE, 1), (HOME, 0)):
        run, _outcome = reconcile(world(region=region, uploads=early), Options(receipt=kept))
        assert result_of(run)["open_uploads"] == number


def test_the_statement_that_is_told_is_for_the_object_storage_of_the_bucket() -> None:
    there = world()
    there.refuse("ReencryptBucket", 404, code="NotAuthorizedOrFoundKmsKey")
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Fail)
    assert "Allow service objectstorage-us-phoenix-1 to use keys" in outcome.message
