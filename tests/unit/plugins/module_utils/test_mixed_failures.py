# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One odd answer is not a fact, whatever failed in other ways just before it."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide.failing import CHANGES, UNSIGNED
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World

ODD = (400, 401, 403, 404, 409, 413)
#: What may pass, and what the run expects now and then.
NOISE: dict[str, dict[str, Any]] = {
    "503": {"kind": "error_before", "status": 503},
    "500": {"kind": "error_before", "status": 500},
    "429": {"kind": "error_before", "status": 429},
    "reset": {"kind": "reset_before"},
    "garbage": {"kind": "garbage"},
    **{str(status): {"kind": "error_before", "status": status} for status in ODD},
}


def strike(there: World, operation: str, noise: str, times: int, odd: int) -> None:
    """Let calls fail in one way, and the one after them in another."""
    there.break_(operation, **{**NOISE[noise], "count": times})
    there.refuse(operation, odd, 1)


@pytest.mark.parametrize(("noise", "odd"), [pair for pair in product(NOISE, ODD) if pair[0] != str(pair[1])])
def test_a_key_that_was_not_read_for_other_reasons(noise: str, odd: int) -> None:
    there = World()
    reconcile(there, Options())
    # A second refusal of the same kind is believed.
    strike(there, "GetKey", noise, 1 if noise.isdecimal() and int(noise) in ODD else 3, odd)
    run, outcome = reconcile(there, Options(), nonce="b" * 12)
    assert isinstance(outcome, Done)
    assert (outcome.reason, there.posts, run.warnings) == ("up_to_date", 1, [])


@pytest.mark.parametrize("operation", ["GetKeyVersion", "ListMultipartUploads", "ListWorkRequestErrors"])
def test_that_the_service_is_busy_is_none_of_the_few_tries(operation: str) -> None:
    there = World()
    for noise in ("500", "429", "500", "429", "500", "429"):
        there.break_(operation, **{**NOISE[noise], "count": 1})
    run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Done)
    assert (outcome.action, there.posts, run.warnings) == ("submit", 1, [])
    assert there.calls.count(operation) >= 7


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("noise", ["412", "503", "reset"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_tag_that_was_not_written_for_other_reasons(number: int, noise: str, odd: int) -> None:
    there = World(work_seconds=5.0)
    fault = NOISE.get(noise, {"kind": "error_before", "status": 412})
    there.break_("UpdateBucket", skip=number, count=2, **fault)
    there.refuse("UpdateBucket", odd, number + 1)
    run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Done)
    assert (outcome.action, there.posts, run.warnings) == ("submit", 1, [])
    assert run.facts.receipt is not None
    assert run.facts.receipt.state == "completed"


@pytest.mark.parametrize(
    ("operation", "tries", "odd"), [("GetWorkRequest", UNSIGNED, 401), ("UpdateBucket", CHANGES, 412)]
)
def test_what_is_believed_after_some_tries(operation: str, tries: int, odd: int) -> None:
    there = World(work_seconds=120.0)
    strike(there, operation, "503", tries - 1, odd)
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Done)
    assert (outcome.action, there.posts) == ("submit", 1)
