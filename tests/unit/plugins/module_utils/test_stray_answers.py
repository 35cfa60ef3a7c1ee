# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One answer that says that there is no such thing, where there is: it costs a call, and no re-encryption."""

from __future__ import annotations

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World


@pytest.mark.parametrize("wait", [False, True])
def test_somebody_else_s_that_runs_is_joined(wait: bool) -> None:
    there = World(work_seconds=600.0)
    reconcile(there, Options(wait=False))
    there.pass_time(120)
    there.refuse("GetWorkRequest", 404, *range(1, 40, 3))
    run, outcome = reconcile(there, Options(wait=wait), nonce="b" * 12)
    assert isinstance(outcome, Done)
    assert (outcome.action, there.posts, run.warnings) == ("join", 1, [])


@pytest.mark.parametrize("operation", ["GetBucket", "ListWorkRequestErrors", "UpdateBucket"])
def test_who_has_joined_one_says_so_even_where_a_later_call_fails(operation: str) -> None:
    there = World(work_seconds=600.0)
    reconcile(there, Options(wait=False))
    there.pass_time(120)
    there.break_(operation, "error_before", skip=1 if operation == "GetBucket" else 0, count=10_000, status=500)
    _run, outcome = reconcile(there, Options(), nonce="b" * 12)
    assert isinstance(outcome, Fail)
    assert f"{operation} failed: 500" in outcome.message
    assert (outcome.action, outcome.reason, there.posts) == ("join", "in_progress", 1)


@pytest.mark.parametrize("operation", ["GetWorkRequest", "GetKey", "ListWorkRequests"])
def test_one_s_own_is_waited_for(operation: str) -> None:
    plain = World(work_seconds=150.0)
    reconcile(plain, Options())
    for number in range(1, plain.calls.count(operation) + 1):
        there = World(work_seconds=150.0)
        there.refuse(operation, 404, number)
        run, outcome = reconcile(there, Options())
        assert isinstance(outcome, Done), number
        assert (outcome.action, there.posts, run.warnings) == ("submit", 1, []), number
        assert run.facts.receipt is not None
        assert run.facts.receipt.state == "completed", number


def test_what_may_not_be_read_but_listed_is_followed_by_lists() -> None:
    there = World(work_seconds=300.0)
    there.refuse("GetWorkRequest", 404)
    run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Done)
    assert run.facts.receipt is not None
    assert (outcome.action, there.posts, run.facts.receipt.state) == ("submit", 1, "completed")


def test_what_is_gone_from_the_list_too_is_forgotten() -> None:
    there = World(work_seconds=600.0)
    reconcile(there, Options(wait=False))
    there.pass_time(3600)
    there.forget()
    _run, outcome = reconcile(there, Options(), nonce="b" * 12)
    assert isinstance(outcome, Done)
    assert (outcome.action, outcome.reason, there.posts) == ("submit", "unproven", 2)


def test_where_nothing_can_be_listed_it_is_said_twice() -> None:
    there = World(work_seconds=600.0)
    there.refuse("ListWorkRequests", 404)
    there.refuse("GetWorkRequest", 404, 30)
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Done)
    assert there.posts == 1
    there = World(work_seconds=600.0)
    there.refuse("ListWorkRequests", 404)
    there.refuse("GetWorkRequest", 404)
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Fail)
    assert "can no longer be read" in outcome.message
