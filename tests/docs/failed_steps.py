# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each kind of step, failing in the same way again and again: what the table in decide/failing.py makes of it, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts, steps
from ansible_collections.rekey.oci.plugins.module_utils.decide.attempt import Attempt
from ansible_collections.rekey.oci.plugins.module_utils.decide.endings import Failure, Verdict
from ansible_collections.rekey.oci.plugins.module_utils.decide.failing import verdict
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Facts, Options, Situation
from tests.unit.plugins.module_utils import examples

WORK_REQUEST = "ocid1.workrequest.oc1.iad.example"
CLAIM = examples.receipt(receipts.CLAIMED)

#: By what the guide calls them: the steps behind a call.
STEPS: dict[str, tuple[steps.Step, ...]] = {
    "GetBucket": (steps.Look(),),
    "GetKey": (steps.ReadKey(examples.KEY),),
    "GetKeyVersion": (steps.ReadVersion(),),
    "GetReplicationStatus": (steps.ReadReplication(examples.KEY, examples.VERSION, "operation"),),
    "ListTagNamespaces": (steps.ReadNamespace("Rekey"),),
    "ListTags": (steps.ReadNamespace("Rekey"),),
    "ListObjects": (steps.CheckObjects(),),
    "ListWorkRequests": (steps.ListWorkRequests(),),
    "ListMultipartUploads": (steps.ListUploads(),),
    "ListWorkRequestErrors": (steps.ReadErrors(WORK_REQUEST),),
    "a poll": (steps.Poll(WORK_REQUEST),),
    "a write of tags": (
        steps.Claim(CLAIM, "unproven"),
        steps.Record(examples.receipt(receipts.SUBMITTED, WORK_REQUEST), "etag-0"),
        steps.Complete(examples.receipt(receipts.COMPLETED, WORK_REQUEST)),
    ),
    "a write of a key": (
        steps.Claim(CLAIM, "key_assigned", assign=examples.OTHER_KEY),
        steps.Assign(examples.OTHER_KEY),
    ),
    "taking back a claim": (steps.Drop(),),
    "ReencryptBucket": (steps.Submit("unproven", 60.0),),
}


@dataclass(frozen=True)
class End:
    """What follows in the end, after how many tries, and how long after the first was begun."""

    verdict: Verdict
    tries: int
    seconds: float

    @property
    def kind(self) -> str:
        """In a word."""
        if self.verdict.end is not None:
            return "fails"
        if "tags_unusable" in self.verdict.facts:
            return "without a receipt"
        if "key_unreadable" in self.verdict.facts:
            return "key unknown"
        if self.verdict.attempt.get("refused") is not None:
            return "claim taken back"
        if "conflicts" in self.verdict.attempt:
            return "looks for a running one"
        if "missing" in self.verdict.facts:
            return "asks a list"
        return "goes on"


def fail_for_good(step: steps.Step, error: ApiError, completed: bool = True, **options: Any) -> End:
    """Let the step fail with this until something else follows than another try."""
    facts = Facts(bucket=examples.bucket(), key=examples.key())
    status = "COMPLETED" if completed else "FAILED"
    if not isinstance(step, steps.Poll):
        facts.work_requests[WORK_REQUEST] = WorkRequest(id=WORK_REQUEST, status=status)
    attempt, now = Attempt(nonce=examples.NONCE, started_at=0.0, claim=CLAIM), 0.0
    for count in range(1, 10_000):
        here = Situation(facts, attempt, Options(**{"wait_timeout": 600, **options}), now, 0.5)
        found = verdict(here, Failure(step, error, "examplens", "payroll", count, 0.0, alike=count))
        if not _again(found):
            return End(found, count, now)
        now += found.pause
    raise AssertionError("there is no end to it")


def _again(found: Verdict) -> bool:
    """Whether the step is only to be taken once more, at most after a look."""
    told = found.end is not None or found.warning is not None or found.unlisted
    return not told and not found.facts.keys() - {"bucket"} and not found.attempt.keys() - {
        "refused_etag", "reason", "assigning",
    }  # fmt: skip
