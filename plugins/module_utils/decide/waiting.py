# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decisions about work requests, with a receipt or without: waiting, obstacles, lost answers. Pure, no I/O."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common import schedule
from ansible_collections.rekey.oci.plugins.module_utils.common.model import WorkRequest, known
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import (
    CLOCK_MARGIN,
    Facts,
    Seen,
    Situation,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Done,
    Fail,
    ListWorkRequests,
    Pause,
    Poll,
    ReadErrors,
    Step,
)

#: After an answer that was lost on a broken connection the effect shows within this, in seconds.
_SETTLE = 15.0

#: How long past wait_timeout it is worth finding out what a lost answer said, in seconds.
_OVERTIME = 20.0

#: So many POSTs in a row that were refused with 409 although none runs. In tries.
CONFLICTS = 4

LATER = (
    "A re-encryption is running that does not prove the bucket. When it has ended, run bucket_reencrypt or compartment_reencrypt. "
    "That run submits another one if needed."
)


def latest(facts: Facts, work_request: WorkRequest) -> Seen:
    """What is known of a listed work request by now: a poll may be newer than the list."""
    return facts.seen(work_request.id) or work_request


def running(facts: Facts) -> list[WorkRequest]:
    """The bucket's re-encryptions that have not ended, as far as the last list and the polls say."""
    return [listed for listed in facts.listing or () if not latest(facts, listed).terminal]


def accepted_since(facts: Facts, since: float, but_not: frozenset[str] = frozenset()) -> list[WorkRequest]:
    """The listed re-encryptions that were accepted at ``since`` or later, the newest first."""
    found = [
        listed
        for listed in facts.listing or ()
        if listed.id not in but_not and listed.time_accepted is not None and listed.time_accepted >= since
    ]
    return sorted(found, key=lambda listed: listed.time_accepted or 0.0, reverse=True)


def new_since(facts: Facts, before: frozenset[str]) -> list[WorkRequest]:
    """The listed re-encryptions that an earlier list had not, the newest first. No clock is asked."""
    found = [listed for listed in facts.listing or () if listed.id not in before]
    return sorted(found, key=lambda listed: listed.time_accepted or 0.0, reverse=True)


def ended_well(facts: Facts, work_request: WorkRequest) -> bool:
    """Whether it has completed, without an error on record as far as they were read."""
    seen = latest(facts, work_request)
    return isinstance(seen, WorkRequest) and seen.status == "COMPLETED" and not seen.errors


def look_for_errors(facts: Facts, work_request_id: str) -> Optional[Step]:
    """One that has completed proves nothing before its errors were asked for."""
    return None if work_request_id in facts.errors_read else ReadErrors(work_request_id)


def may_prove(facts: Facts, work_request: WorkRequest) -> bool:
    seen = latest(facts, work_request)
    return isinstance(seen, WorkRequest) and seen.status not in ("FAILED", "CANCELED") and not seen.errors


def wait_on(here: Situation, work_request_id: str) -> Optional[Step]:
    """The step that waits on a work request, or None when it has ended."""
    facts, now = here.facts, here.now
    seen = facts.seen(work_request_id)
    if seen is None:
        return Poll(work_request_id)
    if seen.terminal:
        return None
    if work_request_id in facts.due:
        return Poll(work_request_id)
    left = here.deadline - now
    if left <= 0:
        action, reason = here.stands
        told = "The re-encryption goes on, but did not finish within wait_timeout (%d seconds): work request %s is %s. "
        message = told % (here.options.wait_timeout, work_request_id, describe(seen)) + "Run again to join it."
        return Fail(message, action, reason)
    elapsed = now - min(facts.running_at.get(work_request_id, now), now)
    percent = seen.percent_complete if isinstance(seen, WorkRequest) else None
    pause = schedule.poll_pause(elapsed, percent, here.options.wait_interval, here.chance, left)
    return Pause(pause, forget="work_request", work_request_id=work_request_id)


def join(here: Situation, work_request_id: str) -> Optional[Step]:
    """The same for a work request that will leave the bucket proven."""
    step = wait_on(here, work_request_id)
    return replace(step, joins=True) if isinstance(step, Pause) else step


def seek(here: Situation) -> Step:
    """One poll that does not find a work request may be a stray answer: see whether a list shows it."""
    facts, attempt = here.facts, here.attempt
    wanted = min(facts.missing)
    seen = facts.seen(wanted)
    times = (
        seen.time_accepted if isinstance(seen, WorkRequest) else None,
        facts.receipt.time if facts.receipt is not None else None,
        attempt.claim.time if attempt.claim is not None else attempt.posted_since,
    )
    oldest = min((time for time in times if time is not None), default=None)
    return ListWorkRequests(None if oldest is None else oldest - CLOCK_MARGIN, seeks=wanted)


def describe(seen: Seen) -> str:
    if not isinstance(seen, WorkRequest):
        return "no longer known to the service"
    if seen.status is None:
        return "not visible yet"
    percent = seen.percent_complete
    return "%s" % seen.status if percent is None else "%s at %d%%" % (seen.status, percent)


def obstacle(here: Situation) -> Optional[Step]:
    """The step that a running re-encryption calls for which proves nothing by itself; None when none runs."""
    others = running(here.facts)
    if not others:
        return None if here.facts.unclear_since is None else until_clear(here, here.facts.unclear_since)
    # The newest: those before it are done when it is, or will be listed again.
    other = max(others, key=lambda listed: listed.time_accepted or 0.0)
    return wait_on(here, other.id) if here.options.wait else leave(here)


def until_clear(here: Situation, since: float) -> Optional[Step]:
    """What does not tell whose it is may be this bucket's: give it the time in which effects show."""
    by = since + _SETTLE
    if here.options.check_mode or here.facts.listed_at >= by:
        return None
    return _list_again(here, by)


def foretell(facts: Facts, work_request: WorkRequest) -> Step:
    """What check mode says of a work request that will leave the bucket proven, or has."""
    if latest(facts, work_request).terminal:
        return Done("none", "up_to_date")
    return Done("join", "in_progress")


def leave(here: Situation) -> Step:
    """The end of a run that may not wait for what is running, which proves nothing by itself."""
    if here.attempt.submitted:
        return Done("submit", here.reason, changed=True, warning=LATER)
    return Done("join", "in_progress", changed=here.attempt.assigned, warning=LATER)


def conflict(here: Situation) -> Optional[Step]:
    """The POST was refused with 409, and none is listed that runs: the end after a few tries, in the service's own words."""
    attempt = here.attempt
    if attempt.conflicts < CONFLICTS:
        # Forgetting nothing: another look would list anew, and so pause for ever.
        return (
            Pause(schedule.retry_pause(attempt.conflicts, here.chance))
            if here.now - here.facts.listed_at < 0.5
            else None
        )
    error = known(attempt.conflict)
    return Fail(
        "No list of work requests shows a running re-encryption of bucket %s, but the service says: %s"
        % (here.bucket.name, error.line()),
        "submit",
        attempt.reason,
        error,
    )


def ended_badly(here: Situation, work_request_id: str) -> Step:
    """The failure of a work request that this run submitted, or waited for."""
    facts, mine = here.facts, here.attempt.is_mine(work_request_id)
    seen = facts.seen(work_request_id)
    action, reason = ("submit", here.attempt.reason) if mine else ("join", "in_progress")
    if not isinstance(seen, WorkRequest):
        return Fail(
            "Work request %s can no longer be read: the service has forgotten it, or this user may not read it (OBJECT_READ). "
            "Its outcome is unknown; run again to re-encrypt." % work_request_id,
            action=action,
            reason=reason,
        )
    if not seen.errors and work_request_id not in facts.errors_read:
        return ReadErrors(work_request_id)
    told = "; ".join("%s: %s" % (error.get("code"), error.get("message")) for error in seen.errors)
    return Fail(
        "The re-encryption ended %s%s (work request %s): %s"
        % (
            seen.status,
            " with errors on record" if seen.status == "COMPLETED" else "",
            work_request_id,
            told or "the work request tells no error",
        ),
        action=action,
        reason=reason,
    )


def settle(here: Situation, since: float) -> tuple[Optional[WorkRequest], Optional[Step]]:
    """Find out what a POST did whose answer was lost.

    Returns the work request that was accepted, or the next step of looking for it, or neither: it had no effect.
    """
    facts, attempt, options, now = here.facts, here.attempt, here.options, here.now
    lost_at = known(attempt.lost_at)
    if facts.listing is None:
        return None, ListWorkRequests(since - CLOCK_MARGIN)
    for found in new_since(facts, attempt.before | frozenset(attempt.submitted)):
        return found, None
    if attempt.lost_late or facts.unclear.by_id.keys() - attempt.unclear_before.keys():
        # The service may still be at it, or not tell yet whose it is: only the end of the grace, which the timeouts fit in, settles that.
        by = max(attempt.claimed_at + options.claim_grace, lost_at)
    else:
        by = lost_at + min(_SETTLE, options.claim_grace / 8)
    if facts.listed_at >= by:
        return None, None
    if now >= here.deadline + _OVERTIME:
        return None, Fail(
            "The answer to ReencryptBucket was lost, and wait_timeout (%d seconds) is over before it was known whether the "
            "service accepted it. The next run finds out." % options.wait_timeout,
            action="submit",
            reason=attempt.reason,
        )
    return None, _list_again(here, by)


def _list_again(here: Situation, by: float) -> Pause:
    return Pause(min(max(by - here.now, 0.05), schedule.claim_pause(5.0, 2, here.chance)), forget="listing")
