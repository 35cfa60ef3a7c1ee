# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that allows one re-encryption at once and says 409 to a second, with what runs listed or not."""

from __future__ import annotations

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import CREATED, EPOCH, Job
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import WORK_SECONDS, World


def world(seconds: float, listed: bool) -> World:
    # Of a time before the key's current version, so that it proves nothing either way.
    foreign = Job("ocid1.workrequest.oc1.iad.foreign", CREATED - 10, EPOCH + seconds, version=None)
    return World(jobs=[foreign], two_at_once="conflict", list_lag=0.0 if listed else 5010.0 + seconds)


@pytest.mark.parametrize("receipt", ["tag", "none"])
@pytest.mark.parametrize(("seconds", "listed"), [(3.0, False), (3.0, True), (40.0, True), (300.0, True)])
def test_it_submits_once_soon_after_the_other_one_is_over(seconds: float, receipt: str, listed: bool) -> None:
    there = world(seconds, listed)
    _run, outcome = reconcile(there, Options(receipt=receipt))
    assert isinstance(outcome, Done)
    assert (outcome.action, outcome.changed, there.posts) == ("submit", True, 1)
    # It looks often enough, and not so often that it is a burden.
    assert there.now - (EPOCH + seconds) < WORK_SECONDS + 30
    assert len(there.calls) < 60 + 2 * seconds


@pytest.mark.parametrize("receipt", ["tag", "none"])
def test_without_waiting_it_leaves_the_job_and_no_claim(receipt: str) -> None:
    there = world(300, True)
    _run, outcome = reconcile(there, Options(receipt=receipt, wait=False))
    assert isinstance(outcome, Done)
    assert (outcome.action, outcome.reason, outcome.changed) == ("join", "in_progress", False)
    assert "When it has ended, run" in (outcome.warning or "")
    assert there.calls.count("ReencryptBucket") <= 1
    assert receipts.RECEIPT_TAG not in there.bucket.freeform_tags


@pytest.mark.parametrize("wait", [False, True])
@pytest.mark.parametrize("receipt", ["tag", "none"])
def test_where_none_is_listed_it_ends_soon_in_the_service_s_words_and_leaves_no_claim(receipt: str, wait: bool) -> None:
    there = world(300, False)
    _run, outcome = reconcile(there, Options(receipt=receipt, wait=wait))
    assert isinstance(outcome, Fail)
    assert "409 IncorrectState: A re-encryption of the bucket" in outcome.message
    assert there.now - EPOCH < 30
    assert receipts.RECEIPT_TAG not in there.bucket.freeform_tags


@pytest.mark.parametrize("receipt", ["tag", "none"])
def test_when_its_time_is_over_it_leaves_no_claim(receipt: str) -> None:
    there = world(300, True)
    _run, outcome = reconcile(there, Options(receipt=receipt, wait_timeout=20))
    assert isinstance(outcome, Fail)
    assert (outcome.action, outcome.reason, there.posts) == ("join", "in_progress", 0)
    assert receipts.RECEIPT_TAG not in there.bucket.freeform_tags
