# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A user who may not list work requests cannot see what others did to the bucket, and must not take it for nothing."""

from __future__ import annotations

from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World


def unlisted() -> World:
    there = World()
    there.refuse("ListWorkRequests", 404)
    return there


def test_ones_own_re_encryption_is_proven_all_the_same() -> None:
    there = unlisted()
    run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Done)
    assert outcome.action == "submit"
    assert run.facts.receipt is not None
    assert run.facts.receipt.state == "completed"
    assert any("cannot be listed" in warning for warning in run.warnings)


def test_anothers_is_not_completed_where_somebody_may_have_come_between() -> None:
    there = unlisted()
    reconcile(there, Options(wait=False), nonce="a" * 12)
    there.change()
    there.pass_time(500)
    _run, outcome = reconcile(there, Options(), nonce="b" * 12)
    assert isinstance(outcome, Done)
    assert (outcome.action, outcome.reason, there.posts) == ("submit", "unproven", 2)


def test_a_completed_receipt_is_believed() -> None:
    there = unlisted()
    reconcile(there, Options())
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Done)
    assert outcome.reason == "up_to_date"
    _run, outcome = reconcile(there, Options(verify_history=True))
    assert isinstance(outcome, Done)
    assert outcome.reason == "up_to_date", "a list that cannot be read is no evidence against it"
