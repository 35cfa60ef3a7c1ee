# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole runs over every combination of what may be found, against a statement of the interface of their own.

`expected` below is written from the interface, not from the code: it says what a run must end with. The invariants
say what may never happen, whatever it ends with.
"""

from __future__ import annotations

import itertools
import os
import random
from dataclasses import fields
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.places import FREEFORM
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import COMPLETED, SUBMITTED
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.decision_cases import (
    BUCKET_KEY_OF,
    Case,
    cases,
    world_of,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import (
    KEY,
    OTHER_KEY,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World


def expected(case: Case) -> tuple[str, str | None, bool, bool]:
    """What the interface says: action, reason, changed, and whether the run fails."""
    if case.target is None:
        return "none", "oracle_managed_key", False, case.require
    if case.assigns and case.key != "readable":
        return "none", None, False, True
    if case.content[1] is False:
        return ("none", "key_assigned", True, False) if case.assigns else ("none", "empty_bucket", False, False)
    if case.key == "disabled" and case.target == KEY:
        return "none", None, False, True
    made_for_target = case.made_for == "same" if case.target == KEY else case.made_for == "other"
    covers = case.scope in (receipts.ALL, BUCKET_KEY_OF[case.bucket_key_only])
    same = made_for_target and covers and case.key == "readable" and not case.assigns
    runs = case.fate in ("running", "canceling", "strange", "fails")
    ends_well = case.fate in ("running", "strange", "COMPLETED")
    join = ("join", "in_progress", False, False)
    if case.state == "young" and (case.check_mode or not case.wait):
        return join
    if same and not case.force:
        if case.state == COMPLETED:
            return _submits(case) if case.verify and case.foreign else ("none", "up_to_date", False, False)
        if case.state in ("young", "old") and case.foreign:
            # The newest that was accepted since the claim is taken for the claim's own.
            return join if case.state == "old" else ("none", "up_to_date", False, False)
        if runs and (case.state in ("young", "old") or not case.foreign or not ends_well):
            return "join", "in_progress", False, not (ends_well or case.check_mode or not case.wait)
        if runs and (case.check_mode or not case.wait):
            return join
        if ends_well and not case.foreign:
            return "none", "up_to_date", False, False
        # Else a re-encryption was accepted after the recorded one, under who knows which key: the proof is gone.
    return _submits(case)


def _submits(case: Case) -> tuple[str, str, bool, bool]:
    listed = case.state in ("young", "old", SUBMITTED) and case.fate in ("running", "canceling", "strange", "fails")
    if not case.wait and (listed or case.foreign):
        return "join", "in_progress", False, False
    return "submit", reason_to_submit(case), True, False


def reason_to_submit(case: Case) -> str:
    """The first that applies: what was asked for, what failed, what changed, and else that nothing is proven."""
    if case.assigns:
        return "key_assigned"
    if case.force:
        return "forced"
    if case.state in ("none", "malformed") or case.key == "unreadable":
        return "unproven"
    ends_badly = case.fate in ("fails", "canceling") and case.wait and not case.check_mode
    failed = case.fate in ("FAILED", "CANCELED") or ends_badly
    if failed and case.state == SUBMITTED:
        return "work_request_failed"
    if (case.made_for == "other") != (case.target == OTHER_KEY):
        return "key_changed"
    if case.made_for == "older":
        return "key_version_changed"
    covers = case.scope in (receipts.ALL, BUCKET_KEY_OF[case.bucket_key_only])
    return "work_request_failed" if failed and case.state != COMPLETED and covers else "unproven"


def check(case: Case) -> None:
    world = world_of(case)
    run, outcome = reconcile(world, case.options())
    action, reason, changed, fails = expected(case)
    assert isinstance(outcome, Fail if fails else Done), (case, outcome)
    assert (outcome.action, outcome.reason) == (action, reason), (case, outcome)
    if isinstance(outcome, Done):
        assert outcome.changed is changed, (case, outcome)
    check_invariants(case, world, outcome)
    if case.state == "malformed" and case.target is not None:
        assert any("not trusted" in warning for warning in run.warnings), case
    lasting = case.wait and not case.check_mode and not case.force and case.key == "readable"
    if lasting and isinstance(outcome, Done):
        check_second_run(case, world)


def check_second_run(case: Case, world: World) -> None:
    """Months after a run that waited, whatever it found: the work requests are forgotten by then."""
    world.pass_time(90 * 86400.0)
    before = (world.posts, world.writes)
    _run, again = reconcile(world, case.options(), nonce="cccccccccccc")
    assert isinstance(again, Done), (case, again)
    assert (again.action, again.changed) == ("none", False), (case, again)
    assert (world.posts, world.writes) == before, case


def check_invariants(case: Case, world: World, outcome: Done | Fail) -> None:
    assert world.posts <= 1, case
    if case.check_mode:
        assert world.posts == world.writes == 0, case
    if (case.key == "disabled" and case.target == KEY) or world.bucket.kms_key_id is None:
        assert world.posts == 0, case
    if world.posts:
        assert outcome.action == "submit", (case, outcome)
    if isinstance(outcome, Done) and not case.check_mode:
        assert outcome.changed == bool(world.posts or world.bucket.kms_key_id != case.kms), (case, outcome)
    if outcome.reason == "up_to_date":
        assert not case.force, case
        assert case.key == "readable" or case.target != KEY, case
    assert FREEFORM.others(world.bucket) == {"owner": "finance"}, case
    if isinstance(outcome, Fail) or case.check_mode or case.target is None or not case.content[1]:
        return
    claims = outcome.reason == "up_to_date" or (case.wait and outcome.action in ("submit", "join"))
    if claims and case.key == "readable":
        # The one unforgivable answer: the objects themselves are asked.
        current = world.current()
        if case.bucket_keys or not case.bucket_key_only:
            assert world.proven_under(case.options().scope) == current, (case, outcome)
        found, warning = FREEFORM.read(world.bucket)
        assert found is not None, case
        assert warning is None, case
        assert (found.state, found.key_version_id) == (COMPLETED, current), (case, found)


ALL_CASES = list(dict.fromkeys(cases()))
#: As many as there is time for, which `make quick` has less of: which of them are left out is without pattern.
PART = 10 if os.environ.get("REKEY_QUICK") else 2
TRIED = random.Random(7).sample(ALL_CASES, len(ALL_CASES) // PART)
SHARDS = 8


def pairs(of: list[Case]) -> set[tuple[Any, ...]]:
    """Every two values of two parts that occur together."""
    parts = {part.name: [getattr(case, part.name) for case in of] for part in fields(Case)}
    return {
        (*two, *values)
        for two in itertools.combinations(parts, 2)
        for values in set(zip(parts[two[0]], parts[two[1]], strict=True))
    }


def test_the_combinations_are_many() -> None:
    assert len(TRIED) * PART > 36_000
    if PART == 2:
        assert pairs(TRIED) == pairs(ALL_CASES)
    outcomes = {expected(case)[:2] for case in TRIED}
    assert len({reason for _action, reason in outcomes} - {None}) == 10, "every reason occurs"


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_combination_ends_as_the_interface_says_and_stays_so(shard: int) -> None:
    for case in TRIED[shard::SHARDS]:
        check(case)
