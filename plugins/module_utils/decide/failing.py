# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What follows from a failed step: one table, read by one pure function. Whoever takes the steps only reports the failure.

One odd answer is not a fact: a refusal is asked for again before anything is concluded from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, NamedTuple, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common import schedule
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.decide import endings, waiting
from ansible_collections.rekey.oci.plugins.module_utils.decide.endings import BARE, BARE_LOOKS, Failure, Verdict
from ansible_collections.rekey.oci.plugins.module_utils.decide.explain import reason_behind
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import FORGOTTEN, Situation
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Assign,
    CheckObjects,
    Claim,
    Complete,
    Drop,
    Fail,
    ListUploads,
    ListWorkRequests,
    Look,
    Poll,
    ReadErrors,
    ReadKey,
    ReadNamespace,
    ReadReplication,
    ReadVersion,
    Record,
    Step,
    Submit,
)

#: So many writes in a row whose answers could not be understood: a look and another write will not help. In tries.
LOST_WRITES = 5

#: The code of answers that could not be understood.
NOT_UNDERSTOOD = "NotUnderstood"

#: So many polls in a row that were answered by 401: nobody renews what signs them. In tries.
UNSIGNED = 5

#: So many writes in a row that were refused because the bucket had changed. In tries.
CHANGES = 6

#: A work request that was accepted less than this ago, in seconds, and is not found, may not have shown yet.
SHOWS_WITHIN = 60.0

#: Writes that leave the bucket as it was if they are refused, and that may be made anew after a look.
_WRITES = (Claim, Assign, Record, Complete, Drop)


class Rule(NamedTuple):
    """What follows in the end: where the call is refused, and where what may pass did not pass within its bounds."""

    refused: Callable[[Situation, Failure], Verdict]
    exhausted: Callable[[Situation, Failure], Verdict]
    #: How often it is asked before a refusal is believed, and how often before what may pass is given up, if there is a limit.
    asks: int = 2
    tries: Optional[int] = None


def verdict(here: Situation, failure: Failure) -> Verdict:
    """Of any failed step."""
    step, error = failure.step, failure.error
    rule, odd, writes = RULES[type(step)], _is_odd(error), isinstance(step, _WRITES)
    wanted = _waited_on(step) if here.options.waits else None
    if isinstance(step, Poll) and error.status == 404:
        return _not_found(here, step.work_request_id)
    if wanted is not None and (isinstance(step, Poll) or not odd):
        return _awaited(here, failure, wanted)
    if isinstance(step, Submit) and (error.effect != "none" or error.status == 409):
        return _posted(here, error)
    if error.status == 412 and writes:
        return _changed(here, failure)
    # Two updates at once may conflict for a moment.
    asks = rule.asks + 2 if error.status == 409 else max(rule.asks, 2) if error.status == 401 else rule.asks
    if odd and failure.alike < asks:
        return Verdict(schedule.retry_pause(1, here.chance), facts=_LOOK if writes else {})
    if odd:
        return rule.refused(here, failure)
    if _may_pass(here, failure, rule):
        return Verdict(_pause(here, failure), **_lost(failure))
    return rule.exhausted(here, failure)


#: The bucket is to be looked at anew.
_LOOK: Mapping[str, Any] = {"bucket": None}


def _is_odd(error: ApiError) -> bool:
    """Whether it is a refusal, which says little as long as it is the only one."""
    return error.effect == "none" and 400 <= (error.status or 0) < 500 and not error.retryable and not error.throttled


def _pause(here: Situation, failure: Failure) -> float:
    return schedule.retry_pause(failure.count, here.chance, failure.error.retry_after)


def may_retry(here: Situation, failure: Failure) -> bool:
    """Whether what may pass is worth another try, by the time that it takes."""
    pause = _pause(here, failure)
    if here.now + pause > failure.last_call:
        return False
    patient_until = here.deadline if here.options.waits else None
    return schedule.may_retry(failure.error, failure.alike, failure.since, here.now, pause, patient_until)


def _may_pass(here: Situation, failure: Failure, rule: Rule) -> bool:
    # A busy service says nothing about the call.
    tries, tried = rule.tries, failure.count - failure.busy
    if isinstance(failure.step, _WRITES) and failure.error.effect != "none":
        if failure.error.code == NOT_UNDERSTOOD:
            tries, tried = LOST_WRITES, failure.alike
    elif failure.error.code == BARE:
        tries, tried = BARE_LOOKS, failure.alike
    return failure.error.retryable and (tries is None or tried < tries) and may_retry(here, failure)


def _lost(failure: Failure) -> dict[str, Any]:
    """What a write may have done all the same: the next look tells. The id is written again with the same etag."""
    step, changes = failure.step, {}
    if isinstance(step, Look) and failure.error.code == BARE:
        return {"facts": _LOOK}
    if isinstance(step, Record) or not isinstance(step, _WRITES) or failure.error.effect == "none":
        return {}
    if isinstance(step, Claim):
        # The claim may stand, and then hides what it was made for.
        changes = {"reason": step.reason}
    assigned = step.assign if isinstance(step, Claim) else step.key_id if isinstance(step, Assign) else None
    if assigned is not None:
        changes["assigning"] = assigned
    return {"facts": _LOOK, "attempt": changes}


# What is waited on.


def _waited_on(step: Step) -> Optional[str]:
    if isinstance(step, ListWorkRequests):
        return step.seeks
    return step.work_request_id if isinstance(step, Poll) else None


def _awaited(here: Situation, failure: Failure, wanted: str) -> Verdict:
    left, unsigned = here.deadline - here.now, failure.error.status == 401 or failure.error.signed_out
    if left > 0 and not failure.error.signed_out and not (unsigned and failure.alike >= UNSIGNED):
        # One more look when the time is over.
        return Verdict(min(_pause(here, failure), max(left, 0.05)))
    seen = waiting.describe(here.facts.seen(wanted) or WorkRequest(id=wanted))
    told = "within wait_timeout (%d seconds)" % here.options.wait_timeout
    if left > 0:
        told = "before OCI refused this run's authentication"
    message = "This run did not see the re-encryption finish %s. Work request %s was last %s. The last poll failed: %s. Run again to join it."
    return Verdict(end=Fail(message % (told, wanted, seen, failure.error.line()), *here.stands, failure.error))


def _not_found(here: Situation, wanted: str) -> Verdict:
    """Only a list that does not show it either tells that it is forgotten."""
    facts = here.facts
    if _may_yet_show(here, wanted):
        return Verdict(facts={"missed": facts.missed - {wanted}}, saw=WorkRequest(id=wanted))
    changes: dict[str, Any] = {"due": facts.due - {wanted}}
    if wanted in facts.missed:
        changes["work_requests"] = {**facts.work_requests, wanted: FORGOTTEN}
    else:
        changes["missing"] = facts.missing | {wanted}
    return Verdict(facts=changes)


def _may_yet_show(here: Situation, wanted: str) -> bool:
    """Whether a work request that is not found is more likely too new than too old."""
    facts, receipt = here.facts, here.facts.receipt
    if here.attempt.is_mine(wanted):
        return here.now - here.attempt.accepted_at < SHOWS_WITHIN
    if receipt is None or receipt.work_request_id != wanted or facts.service_time is None:
        return False
    return facts.service_time - receipt.time + here.now - facts.looked_at < SHOWS_WITHIN


def _posted(here: Situation, error: ApiError) -> Verdict:
    """The answer to the POST was lost, or one is said to run: the list tells."""
    if error.effect == "none":
        return Verdict(facts={"listing": None}, attempt={"conflicts": here.attempt.conflicts + 1, "conflict": error})
    lost = {"lost_at": here.now, "lost_late": error.effect == "late"}
    return Verdict(facts={"listing": None}, attempt=lost)


def _changed(here: Situation, failure: Failure) -> Verdict:
    """Somebody was faster, or the service says so: the next look tells what there is to write now."""
    etag = getattr(failure.step, "etag", None) or here.bucket.etag
    if failure.alike < CHANGES:
        pause = schedule.retry_pause(failure.count - 1, here.chance) if failure.count > 1 else 0.0
        return Verdict(pause, facts=_LOOK, attempt={"refused_etag": etag})
    if isinstance(failure.step, Drop):
        return endings.stuck(here, failure)
    why = "because somebody changes it each time before this run can write to it"
    if here.attempt.refused_etag == etag:
        why = "although nobody changes it: the service does not take the etag that it gave"
    accepted = here.attempt.accepted
    then = "Work request %s goes on; run again to join it." % accepted if accepted else "Run again."
    action = "submit" if here.attempt.may_have_submitted else "none"
    told = "Bucket %s refused %d writes in a row with 412, %s. %s %s"
    message = told % (failure.name, failure.alike, why, then, failure.error.line())
    return Verdict(end=Fail(message, action, here.attempt.reason or reason_behind(failure.step), failure.error))


RULES: dict[type, Rule] = {
    Look: Rule(endings.end, endings.bare_or_end),
    ReadKey: Rule(endings.key_unreadable, endings.end),
    ReadReplication: Rule(endings.replication_unread, endings.replication_unread),
    ReadNamespace: Rule(endings.namespace_unread, endings.namespace_unread, tries=4),
    ReadVersion: Rule(endings.version_unreadable, endings.version_unreadable, tries=4),
    CheckObjects: Rule(endings.not_empty, endings.end),
    ListWorkRequests: Rule(endings.unlisted, endings.end),
    ListUploads: Rule(endings.uploads_unlisted, endings.uploads_unlisted, tries=4),
    Poll: Rule(endings.end, endings.end),
    ReadErrors: Rule(endings.errors_refused, endings.no_errors, tries=4),
    Claim: Rule(endings.tags_refused, endings.end),
    Assign: Rule(endings.end, endings.end),
    # Sent once: whoever was refused is told so, and the next run tries again.
    Submit: Rule(endings.post_refused, endings.post_refused, asks=1),
    Record: Rule(endings.tags_refused, endings.end),
    Complete: Rule(endings.tags_refused, endings.end),
    Drop: Rule(endings.stuck, endings.stuck),
}
