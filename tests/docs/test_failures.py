# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What docs/receipt.md says of failed calls is what decide/failing.py decides: for each step and each refusal, and nothing more."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.decide.endings import BARE
from ansible_collections.rekey.oci.plugins.module_utils.decide.failing import CHANGES, RULES, UNSIGNED
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Assign, Step
from tests.docs.failed_steps import STEPS, End, fail_for_good
from tests.docs.tables import table

REFUSALS = (400, 401, 403, 404, 409, 412, 413)
WRITES = {"a write of tags", "a write of a key", "taking back a claim"}
NUMBERS = {"two": 2, "four": 4, "five": UNSIGNED, "six": CHANGES}

#: What each row says follows, by how it begins.
FOLLOWS = {
    "the key's version counts as unknown": "key unknown",
    "the bucket fails": "fails",
    "the run fails": "fails",
    "a warning": "goes on",
    "the run does without a receipt": "without a receipt",
    "the claim is taken back": "claim taken back",
    "a running re-encryption is looked for": "looks for a running one",
    "a list tells": "asks a list",
}


def refused(status: int) -> ApiError:
    return ApiError("Call", "no", status=status, code="Refused", effect="none")


def row_of(rows: dict[str, str], call: str, status: int) -> str:
    """The row for it: one that names the status, else one for anything else, else one for the call."""
    for wanted in (rf"\b{call}\b.* with [^|]*\b{status}\b", rf"\b{call}\b.* with anything else", rf"\b{call}\b[^|]*$"):
        found = [row for row in rows if re.search(wanted, row) and (" with " in row) == (" with " in wanted)]
        if found:
            assert len(found) == 1, found
            return found[0]
    raise AssertionError(f"no row tells of {call} with {status}")


def test_the_guide_knows_every_step() -> None:
    assert {type(step) for kinds in STEPS.values() for step in kinds} == set(RULES)


def test_what_follows_from_a_refusal() -> None:
    rows = table("docs/receipt.md", "Odd answers").pairs()
    used = set()
    for call, kinds in STEPS.items():
        for status in REFUSALS:
            name = "any write" if status == 412 and call in WRITES else call
            row = row_of(rows, name, status)
            used.add(row)
            for step in kinds:
                _check(rows[row], step, status)
    assert used == set(rows)


def _check(told: str, step: Step, status: int) -> None:
    end = fail_for_good(step, refused(status))
    kind = next((kind for begin, kind in FOLLOWS.items() if told.startswith(begin)), None)
    if "in a row" in told:
        kind = "fails"
        number = re.findall(r"(\w+) in a row", told)[0].lower()
        assert end.tries == NUMBERS[number], (step, status, end)
        # A claim that cannot be taken back is left, and taken over later.
        kind = "goes on" if type(step).__name__ == "Drop" else kind
    elif "until `wait_timeout`" in told:
        kind = "fails"
        assert end.seconds >= 600
    else:
        assert end.tries <= 4
    assert end.kind == kind, (step, status, end)
    if kind == "goes on" and told.startswith("a warning"):
        assert end.verdict.warning


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("call", [call for call in STEPS if call not in ("a poll", "ReencryptBucket")])
def test_one_odd_answer_is_not_a_fact(call: str, status: int) -> None:
    for step in STEPS[call]:
        assert fail_for_good(step, refused(status)).tries >= 2


def test_a_namespace_that_was_asked_for_is_not_done_without() -> None:
    for step in STEPS["a write of tags"]:
        assert fail_for_good(step, refused(404), receipt_tag_namespace="Rekey").kind == "fails"


#: What the service, or the way to it, may say: by the words of the guide.
MAY_PASS: dict[str, tuple[dict[str, Any], ...]] = {
    "the service is busy": ({"status": 429}, {"status": 503}, {"status": 502, "retry_after": 2.0}),
    "500, 502, 504": (
        {"status": 500}, {"status": 502}, {"status": 504},
        {"status": 200, "code": "NotUnderstood"}, {"status": None},
    ),
    "5xx to a write": ({"status": 500, "effect": "unknown"}, {"status": 504, "effect": "unknown"}),
    "nobody listens": ({"status": None, "unreachable": True},),
    "a poll": ({"status": 500}, {"status": 429}, {"status": 400, "retryable": False}, {"status": None}),
}  # fmt: skip


def passing(told: dict[str, Any]) -> ApiError:
    return ApiError("Call", "not now", **{"retryable": True, "effect": "none", **told})


def test_how_long_a_call_is_tried_again() -> None:
    rows = table("docs/receipt.md", "What a crash leaves, and what the next run does", 2).pairs()
    seen = set()
    for row, told in rows.items():
        (words,) = [words for words in MAY_PASS if words in row]
        seen.add(words)
        calls = {"5xx to a write": WRITES - {"taking back a claim"}, "a poll": {"a poll"}}.get(
            words, {"GetKey", "GetBucket"}
        )
        for said in MAY_PASS[words]:
            for call in calls:
                for step in STEPS[call]:
                    _check_time(told, step, passing(said), words)
    assert seen == set(MAY_PASS)


def _check_time(told: str, step: Step, error: ApiError, words: str) -> None:
    end = fail_for_good(step, error)
    assert end.kind == "fails"
    if told.startswith("until `wait_timeout` is over"):
        assert 570 <= end.seconds <= 601, (step, error, end)
    elif told.startswith("four times"):
        assert end.tries == 4
        assert "for 45 seconds" in told
    else:
        assert told.startswith("for 45 seconds")
        assert 20 <= end.seconds <= 45, (step, error, end)
    if words == "the service is busy":
        for more in ({"wait": False}, {"check_mode": True}):
            assert fail_for_good(step, error, **more).seconds <= 45 + 1.5 * (error.retry_after or 0)
        asked = passing({"status": 429, "retry_after": 60.0})
        assert fail_for_good(step, asked, wait=False).tries > 1
        assert fail_for_good(step, passing({"status": 429, "retry_after": 61.0}), wait=False).tries == 1
    if words == "5xx to a write":
        assert not isinstance(step, Assign) or "after a look" in told


def test_what_follows_where_it_does_not_pass() -> None:
    rows = table("docs/receipt.md", "Odd answers", 2).pairs()
    bare = "GetBucket, whose answer has no etag or no date"
    assert FOLLOWS[rows[bare].partition(",")[0]] == _bare().kind
    used = {bare}
    for call, kinds in STEPS.items():
        (row,) = [row for row in rows if re.search(rf"\b{call}\b", row) and row != bare]
        used.add(row)
        for step in kinds:
            end = fail_for_good(step, passing({"status": 500}))
            (kind,) = [kind for begin, kind in FOLLOWS.items() if rows[row].startswith(begin)]
            assert end.kind == kind, (step, end)
            assert ("four tries" in rows[row]) == (end.tries == 4), (step, end)
    assert used == set(rows)


def _bare() -> End:
    (step,) = STEPS["GetBucket"]
    return fail_for_good(step, ApiError("GetBucket", "the answer has no etag", 200, BARE, retryable=True))


def test_why_one_failed_may_remain_unknown() -> None:
    """Of one that failed its errors are not needed: nothing depends on them."""
    (step,) = STEPS["ListWorkRequestErrors"]
    for error in (refused(400), refused(404), passing({"status": 500})):
        end: End = fail_for_good(step, error, completed=False)
        assert (end.kind, end.verdict.warning) == ("goes on", None)
