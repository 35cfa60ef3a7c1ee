# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that lack what a receipt needs, an etag or a date: the run ends, soon, and no write goes without if-match."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from oci.object_storage import models

from ansible_collections.rekey.oci.plugins.module_utils.common.model import Bucket
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.failing import LOST_WRITES
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import _bucket
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import (
    EPOCH,
    OLDER,
    RECORDED,
    bucket,
    receipt,
    tags_of,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World


def bare(lacks: str, there: Bucket | None = None) -> World:
    """A service whose answers to GetBucket lack something."""
    world = World(there)
    world.break_("GetBucket", f"no_{lacks}", count=-1)
    return world


@pytest.mark.parametrize("lacks", ["etag", "date"])
def test_no_receipt_is_written(lacks: str) -> None:
    world = bare(lacks)
    run, outcome = reconcile(world, Options())
    assert (outcome.action, outcome.reason, world.posts, world.writes) == ("submit", "unproven", 1, 0)
    assert world.now - EPOCH < 60
    assert any(f"has no {lacks}" in warning for warning in run.warnings)
    _run, outcome = reconcile(world, Options())
    assert (outcome.action, outcome.reason, world.posts) == ("none", "up_to_date", 1)


@pytest.mark.parametrize("lacks", ["etag", "date"])
def test_a_completed_receipt_is_read_all_the_same(lacks: str) -> None:
    tags = tags_of(receipt(receipts.COMPLETED, RECORDED))
    world = bare(lacks, bucket(freeform_tags=tags))
    run, outcome = reconcile(world, Options())
    assert (outcome.action, outcome.reason, run.warnings) == ("none", "up_to_date", [])


@pytest.mark.parametrize("lacks", ["etag", "date"])
def test_a_completed_receipt_for_an_older_version_stays_as_it_is(lacks: str) -> None:
    tags = tags_of(receipt(receipts.COMPLETED, RECORDED, key_version_id=OLDER))
    world = bare(lacks, bucket(freeform_tags=tags))
    _run, outcome = reconcile(world, Options())
    assert (outcome.action, world.posts, world.writes) == ("submit", 1, 0)
    assert world.bucket.freeform_tags == tags


def test_writes_that_nobody_understands_end_the_run() -> None:
    world = World()
    world.break_("UpdateBucket", "garbage", count=-1)
    run, _outcome = reconcile(world, Options())
    assert run.error is not None
    assert run.error.operation == "UpdateBucket"
    assert (world.writes, world.posts) == (LOST_WRITES, 0)


def test_an_answer_to_a_write_that_repeats_no_tags() -> None:
    """They were replaced as a whole, so that they are known."""
    answer = SimpleNamespace(status=200, headers={"etag": "etag-1"}, data=models.Bucket(name="payroll"))
    written = _bucket("UpdateBucket", answer, bucket(freeform_tags={"owner": "finance"}))
    assert (written.etag, written.freeform_tags) == ("etag-1", {"owner": "finance"})
    answer.data.freeform_tags = {}
    assert _bucket("UpdateBucket", answer, bucket()).freeform_tags == {}


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("tags", [{"team": "a"}, {}])
def test_one_answer_without_tags_takes_nobody_s_away(number: int, tags: dict[str, str]) -> None:
    world = World(bucket(freeform_tags=tags, defined_tags={"Operations": {"cost": "42"}}), work_seconds=5.0)
    world.break_("GetBucket", "no_tags", skip=number, count=1)
    for reason in ("unproven", "up_to_date"):
        run, outcome = reconcile(world, Options())
        assert (outcome.reason, run.warnings) == (reason, [])
        assert {name: value for name, value in world.bucket.freeform_tags.items() if name not in receipts.TAGS} == tags
        assert world.bucket.defined_tags == {"Operations": {"cost": "42"}}
    assert world.posts == 1


def test_where_tags_are_never_told_there_are_none() -> None:
    world = World(work_seconds=5.0)
    world.break_("GetBucket", "no_tags", count=-1)
    _run, outcome = reconcile(world, Options())
    assert (outcome.action, world.posts) == ("submit", 1)


def test_without_a_receipt_tags_are_nobody_s_business() -> None:
    world = World()
    world.break_("GetBucket", "no_tags", count=-1)
    reconcile(world, Options(receipt="none"))
    assert world.calls.count("GetBucket") == 1
