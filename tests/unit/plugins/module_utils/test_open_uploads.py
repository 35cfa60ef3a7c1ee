# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Multipart uploads that were begun under an older key version: counted before the POST, and looked after until they have ended."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import Upload
from ansible_collections.rekey.oci.plugins.module_utils.decide import uploads
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import BUCKET_KEY, COMPLETED
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from ansible_collections.rekey.oci.plugins.module_utils.module.results import result_of
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import (
    CREATED,
    EPOCH,
    OLDER,
    RECORDED,
    VERSION,
    bucket,
    receipt,
    tagged,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile, reconciler
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World

LIST = "ListMultipartUploads"


def upload(name: str = "backup/2026.tar", created: float = CREATED - 86400.0) -> Upload:
    return Upload(name, f"upload-{name}-{created}", created)


def proven(count: int) -> Any:
    return tagged(receipt(COMPLETED, RECORDED, open=count))


@pytest.mark.parametrize("kept", ["tag", "none"])
@pytest.mark.parametrize("check_mode", [False, True])
def test_they_are_counted_named_and_listed_before_the_post(kept: str, check_mode: bool) -> None:
    there = World(uploads=[upload(), upload("video", CREATED + 299.0), upload("later", CREATED + 301.0)])
    run, outcome = reconcile(there, Options(receipt=kept, check_mode=check_mode))
    assert (outcome.action, outcome.reason) == ("submit", "unproven")
    assert result_of(run)["open_uploads"] == 2
    told = [warning for warning in run.warnings if "open multipart uploads" in warning]
    assert len(told) == 1
    for word in (
        "payroll has 2 ",
        "'backup/2026.tar' (begun 1 day ago)",
        "'video' (begun 1 hour ago)",
        "lifecycle rule",
    ):
        assert word in told[0]
    assert "later" not in told[0].split("Commit or abort")[0]
    assert there.calls.count(LIST) == 1
    if not check_mode:
        assert there.calls.index(LIST) < there.calls.index("ReencryptBucket")
        assert run.facts.receipt is None or run.facts.receipt.open == 2


@pytest.mark.parametrize("kept", ["tag", "none"])
def test_what_to_do_after_their_end_depends_on_whether_there_is_a_receipt(kept: str) -> None:
    there = World(uploads=[upload()])
    run, _outcome = reconcile(there, Options(receipt=kept))
    (told,) = [warning for warning in run.warnings if "open multipart upload" in warning]
    assert ("force: true" in told) == (kept == "none")
    there.commit_upload()
    _run, again = reconcile(there, Options(receipt=kept), nonce="c" * 12)
    assert again.reason == {"tag": "uploads_ended", "none": "up_to_date"}[kept]


def test_where_there_is_none_the_receipt_says_nothing_and_costs_no_call() -> None:
    there = World()
    run, _outcome = reconcile(there, Options())
    assert result_of(run)["open_uploads"] == 0
    assert " open=" not in there.bucket.freeform_tags["rekey-receipt"]
    there.forget_calls()
    run, outcome = reconcile(there, Options())
    assert (outcome.reason, there.calls) == ("up_to_date", ["GetBucket", "GetKey"])
    assert result_of(run)["open_uploads"] is None


@pytest.mark.parametrize("left", [0, 1, 2])
@pytest.mark.parametrize("check_mode", [False, True])
def test_some_that_have_ended_call_for_another_re_encryption(left: int, check_mode: bool) -> None:
    there = World(bucket=proven(2), uploads=[upload("a"), upload("b")][:left])
    run, outcome = reconcile(there, Options(check_mode=check_mode))
    if left == 2:
        assert (outcome.action, outcome.reason) == ("none", "up_to_date")
        assert isinstance(outcome, Done)
        assert "has 2 open multipart uploads" in (outcome.warning or "")
        assert result_of(run)["open_uploads"] == 2
        return
    assert (outcome.action, outcome.reason) == ("submit", "uploads_ended")
    if not check_mode:
        assert run.facts.receipt is not None
        assert run.facts.receipt.open == left
        _run, again = reconcile(there, Options(), nonce="c" * 12)
        assert again.reason == "up_to_date"


def test_one_that_is_begun_after_the_receipt_does_not_stand_for_one_that_has_ended() -> None:
    there = World(
        bucket=tagged(receipt(COMPLETED, RECORDED, open=1, time=CREATED + 60.0)),
        uploads=[upload("new", CREATED + 120.0)],
    )
    _run, outcome = reconcile(there, Options())
    assert (outcome.action, outcome.reason) == ("submit", "uploads_ended")


def test_one_that_is_begun_while_the_bucket_is_busy_is_counted() -> None:
    there = World(uploads=[upload()])
    run = reconciler(there, Options())
    while LIST not in there.calls:
        there.pass_time(run.step())
    there.begin_upload(upload("late", CREATED + 200.0))
    there.change()
    while run.outcome is None:
        there.pass_time(run.step())
    assert run.facts.receipt is not None
    assert (run.facts.receipt.state, run.facts.receipt.open, there.posts) == (COMPLETED, 2, 1)


@pytest.mark.parametrize("there", ["submit", "up_to_date", "empty_bucket"])
def test_asked_to_fail_it_does_its_work_first(there: str) -> None:
    found = {"submit": bucket(), "up_to_date": proven(1), "empty_bucket": bucket(approximate_count=0)}[there]
    world = World(found, uploads=[upload()], objects=there != "empty_bucket")
    run, outcome = reconcile(world, Options(open_uploads="fail"))
    assert isinstance(outcome, Fail)
    assert "1 open multipart upload that" in outcome.message
    assert world.posts == (there == "submit")
    if there == "submit":
        assert run.facts.receipt is not None
        assert run.facts.receipt.state == COMPLETED


@pytest.mark.parametrize("options", [{"open_uploads": "ignore"}, {"bucket_key_only": True}])
def test_where_nobody_asks_they_are_not_listed(options: dict[str, Any]) -> None:
    for there in (bucket(), proven(2)):
        world = World(bucket=there, uploads=[upload()])
        run, outcome = reconcile(world, Options(**options))
        assert isinstance(outcome, Done)
        assert LIST not in world.calls
        assert result_of(run)["open_uploads"] is None


def test_an_empty_bucket_with_old_uploads_tells_of_them() -> None:
    there = World(bucket=bucket(approximate_count=0), objects=False, uploads=[upload()])
    run, outcome = reconcile(there, Options())
    assert (outcome.action, outcome.reason) == ("none", "empty_bucket")
    assert result_of(run)["open_uploads"] == 1
    assert any("open multipart upload" in warning for warning in run.warnings)


@pytest.mark.parametrize("there", [bucket(), proven(2)])
def test_where_they_may_not_be_listed_there_is_a_warning_and_null(there: Any) -> None:
    world = World(there, refused={LIST: 404})
    run, outcome = reconcile(world, Options())
    assert isinstance(outcome, Done)
    assert result_of(run)["open_uploads"] is None
    assert any("uploads of bucket payroll cannot be listed" in warning for warning in run.warnings)
    assert world.calls.count(LIST) == 2, "it is said twice"


def test_a_receipt_for_bucket_keys_counts_none() -> None:
    world = World(uploads=[upload()], bucket=bucket(is_bucket_key_enabled=True))
    run, _outcome = reconcile(world, Options(bucket_key_only=True))
    assert run.facts.receipt is not None
    assert (run.facts.receipt.scope, run.facts.receipt.open) == (BUCKET_KEY, 0)


def test_a_blind_attempt_keeps_the_count() -> None:
    world = World(bucket=proven(2), uploads=[upload("a"), upload("b")], unreadable=True)
    run, _outcome = reconcile(world, Options())
    assert run.facts.receipt is not None
    assert run.facts.receipt.open == 2
    world.unreadable = False
    world.commit_upload()
    _run, outcome = reconcile(world, Options(), nonce="c" * 12)
    assert (outcome.action, outcome.reason) == ("submit", "uploads_ended")


@pytest.mark.parametrize("blind", ["ignore", "unlisted"])
@pytest.mark.parametrize("version", [VERSION, OLDER])
def test_an_attempt_that_does_not_list_them_keeps_the_count(blind: str, version: str) -> None:
    before = receipt(COMPLETED, RECORDED, open=1, key_version_id=version)
    world = World(bucket=tagged(before), uploads=[upload()])
    if blind == "unlisted":
        world.refuse(LIST, 404)
    _run, outcome = reconcile(world, Options(force=True, open_uploads="ignore" if blind == "ignore" else "warn"))
    assert (outcome.action, world.posts) == ("submit", 1)
    world.heal()
    _run, outcome = reconcile(world, Options(), nonce="c" * 12)
    assert (outcome.action, outcome.reason) == ("none", "up_to_date")
    world.commit_upload()
    _run, outcome = reconcile(world, Options(), nonce="c" * 12)
    assert (outcome.action, outcome.reason, world.posts) == ("submit", "uploads_ended", 2)


def test_ages() -> None:
    run, _outcome = reconcile(World(), Options())
    run.facts.service_time = EPOCH
    ages = [uploads._age(run._here, upload(created=EPOCH - ago)) for ago in (-5.0, 30.0, 60.0, 7300.0, 86400.0 * 40)]
    assert ages == [" (begun just now)"] * 2 + [" (begun 1 minute ago)", " (begun 2 hours ago)", " (begun 40 days ago)"]
