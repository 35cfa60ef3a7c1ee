# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One answer that says that there is no such thing, where there is: it costs a call, and no re-encryption."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, Key, WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World, reconcile


@dataclass
class Straying(World):
    """``strays`` are the calls that are answered so, by operation and number; ``for_ever`` the operations that always are."""

    strays: set[tuple[str, int]] = field(default_factory=set)
    for_ever: set[str] = field(default_factory=set)

    def _stray(self, operation: str) -> None:
        if operation in self.for_ever or (operation, self.calls.count(operation) + 1) in self.strays:
            self._called(operation)
            raise ApiError(operation, "not there, or not allowed", status=404, code="NotAuthorizedOrNotFound")

    def get_key(self, key_id: str, not_before: float = 0.0) -> tuple[Key, float | None]:
        self._stray("GetKey")
        return super().get_key(key_id, not_before)

    def list_reencryptions(self, *args: Any) -> tuple[tuple[WorkRequest, ...], float | None]:
        self._stray("ListWorkRequests")
        return super().list_reencryptions(*args)

    def get_work_request(self, work_request_id: str) -> WorkRequest:
        self._stray("GetWorkRequest")
        return super().get_work_request(work_request_id)


@pytest.mark.parametrize("wait", [False, True])
def test_somebody_else_s_that_runs_is_joined(wait: bool) -> None:
    there = Straying(duration=600.0)
    reconcile(there, Options(wait=False))
    there.pass_time(120)
    there.strays = {("GetWorkRequest", number) for number in range(1, 40, 3)}
    run, outcome = reconcile(there, Options(wait=wait), nonce="b" * 12)
    assert isinstance(outcome, Done)
    assert (outcome.action, there.posts, run.warnings) == ("join", 1, [])


@pytest.mark.parametrize("operation", ["GetWorkRequest", "GetKey", "ListWorkRequests"])
def test_one_s_own_is_waited_for(operation: str) -> None:
    plain = World(duration=150.0)
    reconcile(plain, Options())
    for number in range(1, plain.calls.count(operation) + 1):
        there = Straying(duration=150.0, strays={(operation, number)})
        run, outcome = reconcile(there, Options())
        assert isinstance(outcome, Done), number
        assert (outcome.action, there.posts, run.warnings) == ("submit", 1, []), number
        assert run.facts.receipt is not None
        assert run.facts.receipt.state == "completed", number


def test_what_may_not_be_read_but_listed_is_followed_by_lists() -> None:
    there = Straying(duration=300.0, for_ever={"GetWorkRequest"})
    run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Done)
    assert run.facts.receipt is not None
    assert (outcome.action, there.posts, run.facts.receipt.state) == ("submit", 1, "completed")


def test_what_is_gone_from_the_list_too_is_forgotten() -> None:
    there = Straying(duration=600.0)
    reconcile(there, Options(wait=False))
    there.pass_time(3600)
    there.jobs[0].forgotten = True
    _run, outcome = reconcile(there, Options(), nonce="b" * 12)
    assert isinstance(outcome, Done)
    assert (outcome.action, outcome.reason, there.posts) == ("submit", "unproven", 2)


def test_where_nothing_can_be_listed_it_is_said_twice() -> None:
    there = Straying(duration=600.0, for_ever={"ListWorkRequests"}, strays={("GetWorkRequest", 30)})
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Done)
    assert there.posts == 1
    there = Straying(duration=600.0, for_ever={"ListWorkRequests", "GetWorkRequest"})
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Fail)
    assert "can no longer be read" in outcome.message
