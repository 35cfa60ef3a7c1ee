# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Claiming a bucket for a re-encryption: when, for what, and why. Pure: what to do next, never the doing."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.decide import (
    completing,
    receipts,
    replication,
    uploads,
    waiting,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.attempt import Attempt
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import (
    CLAIMED,
    SUBMITTED,
    UNKNOWN_VERSION,
    Kept,
    Receipt,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import CLOCK_MARGIN, Facts, Situation
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Claim,
    Done,
    Drop,
    Fail,
    ListWorkRequests,
    Look,
    Pause,
    Step,
)

#: A claim is built on a look that is younger than this part of the POST's window: its age counts from there.
_FRESH = 0.5


def submit_anew(here: Situation) -> Step:
    facts, attempt, options, bucket, now = here.facts, here.attempt, here.options, here.bucket, here.now
    step = None if options.looks else replication.look(here)
    if step is not None:
        return _unclaimed(here, step) if isinstance(step, (Pause, Fail)) else step
    if options.check_mode:
        if facts.listing is None and not options.wait:
            return ListWorkRequests(_list_since(here))
        if not options.wait and waiting.running(facts):
            return Done("join", "in_progress", warning=waiting.LATER)
        step = uploads.look(here) or _why_it_failed(here)
        if step is not None:
            return step
        return Done("submit", reason_of(here), changed=True)
    if facts.listing is None or list_is_old(facts):
        return ListWorkRequests(_list_since(here))
    step = waiting.obstacle(here) or (waiting.conflict(here) if attempt.conflicts else None)
    if step is not None:
        return _unclaimed(here, step)
    if here.overdue and attempt.submitted:
        return Fail(
            "Somebody changed bucket %s after each submission, so nothing is proven, and wait_timeout (%d seconds) is over. Run again."
            % (bucket.name, options.wait_timeout),
            action="submit",
            reason=attempt.reason,
        )
    # Before the POST: what is committed between it and a list would be counted nowhere. And as late as the list of work
    # requests: what was begun while the bucket was busy would not be counted either.
    step = None if here.assigns else uploads.look(here, facts.listed_at)
    if step is not None:
        return step
    fresh = _FRESH * options.post_window
    if now - facts.looked_at >= fresh or facts.service_time is None or bucket.etag is None:
        # Where listing alone takes that long, listing again would never end.
        return Look(keep_listing=now - facts.listing_ended_at < fresh / 2)
    target = here.target or ""
    assign = target if here.assigns else None
    named = names_version(facts, assign)
    time = claim_time(facts, facts.service_time)
    claim = Receipt(
        state=CLAIMED,
        key_version_id=facts.key.current_version if facts.key is not None and named else UNKNOWN_VERSION,
        key=receipts.key_digest(target),
        scope=options.scope,
        time=time,
        last=_last(facts, time),
        nonce=attempt.nonce,
        version_created=facts.version_created() if named else None,
        open=_open(facts) if named and not options.bucket_key_only else 0,
    )
    if replication.blind(facts) and assign is None and not _proof_is_doubtful(here):
        claim = keeping(claim, facts.receipt)
    return Claim(claim, reason_of(here), assign)


def _open(facts: Facts) -> int:
    """The open uploads that a claim counts: where nobody listed them, those of the receipt before it may still be open."""
    found = uploads.count(facts)
    if found is None:
        return facts.receipt.open if facts.receipt is not None else 0
    return found


def _unclaimed(here: Situation, step: Step) -> Step:
    """What takes long is waited for without a claim: one that outlives its grace is taken for a dead controller's, and its
    attempt for an honest one."""
    return Drop() if has_own_claim(here.facts, here.attempt) and not here.attempt.stuck else step


def _why_it_failed(here: Situation) -> Optional[Step]:
    """Who only looks is told why the attempt on record failed."""
    receipt = here.facts.receipt
    wanted = receipt.work_request_id if receipt is not None and receipt.state == SUBMITTED else None
    seen = here.facts.seen(wanted) if wanted else None
    if isinstance(seen, WorkRequest) and seen.status in ("FAILED", "CANCELED"):
        return waiting.look_for_errors(here.facts, seen.id)
    return None


def keeping(claim: Receipt, before: Optional[Receipt]) -> Receipt:
    """Ignorance never replaces knowledge: a claim without the key's version keeps what was proven of the same key."""
    proof = before.proof() if before is not None and before.key == claim.key else None
    if proof is None:
        return claim
    kept = Kept(proof.key_version_id, proof.scope)
    return replace(claim, kept=kept, version_created=proof.version_created, open=proof.open)


def _list_since(here: Situation) -> Optional[float]:
    """From when on: a claim that is to keep what is proven needs to know what came after that."""
    since, receipt = here.list_since, here.facts.receipt
    if since is None or receipt is None or not here.options.verify_history or not replication.blind(here.facts):
        return since
    return min(since, receipt.time - CLOCK_MARGIN)


def _proof_is_doubtful(here: Situation) -> bool:
    """Whether somebody else's re-encryption, which ``verify_history`` asks for, is newer than what is proven."""
    facts = here.facts
    if not here.options.verify_history or facts.receipt is None or facts.unlisted:
        return False
    return completing.doubtful(facts, facts.receipt, here.attempt)


def list_is_old(facts: Facts) -> bool:
    """Whether what was accepted after the list may be of an older version than the claim's, which it would be taken for."""
    return facts.listed_at < max(facts.key_read_at, facts.replication_read_at)


def names_version(facts: Facts, assign: Optional[str]) -> bool:
    """Whether a claim names the key's version: not where it assigns the key, for what ran until then was under another."""
    return not replication.blind(facts) and assign is None


def has_own_claim(facts: Facts, attempt: Attempt) -> bool:
    receipt = facts.receipt
    return receipt is not None and receipt.state == CLAIMED and receipt.nonce == attempt.nonce


def claim_time(facts: Facts, service_time: float) -> float:
    """The claim's time: after all re-encryptions that were listed before it, and all open uploads that it counts.

    The service's date is rounded down to the second. What was accepted in that second may be of another version or scope, and
    an upload that was begun in it would not be counted by a later run.
    """
    begun = [upload.time_created for upload in uploads.old(facts) or ()]
    times = [*facts.accepted(), *(time for time in begun if time is not None)]
    newest = max(times, default=service_time)
    return max(service_time, (math.floor(newest * 1000) + 1) / 1000) if newest >= service_time else service_time


def _last(facts: Facts, time: float) -> float:
    """How long before the claim's time the newest listed one was accepted: no clock but that of the list tells what is new.

    Where the list could not be read, only the claim's own time is left.
    """
    if facts.unlisted:
        return 0.0
    times = facts.accepted()
    newest = (math.floor(max(times) * 1000) + 1) / 1000 if times else 0.0
    return min(max(round(time - newest, 3), 0.0), CLOCK_MARGIN)


def reason_of(here: Situation) -> str:
    """Why this bucket is re-encrypted."""
    facts, attempt, receipt = here.facts, here.attempt, here.facts.receipt
    if attempt.reason:
        return attempt.reason
    if here.assigns:
        return "key_assigned"
    if here.options.force:
        return "forced"
    if receipt is None or facts.key is None:
        return "unproven"
    proof = receipt.proof()
    current = receipts.key_digest(facts.key.id), facts.key.current_version
    # Of another key or version, it would be no proof whatever became of them.
    if proof is not None and (proof.key, proof.key_version_id) == current and uploads.some_ended(facts, proof):
        return "uploads_ended"
    if receipt.state == SUBMITTED:
        seen = facts.seen(receipt.work_request_id or "")
        if isinstance(seen, WorkRequest) and (seen.status in ("FAILED", "CANCELED") or seen.errors):
            return "work_request_failed"
    if receipt.key != receipts.key_digest(facts.key.id):
        return "key_changed"
    named = receipt.kept.key_version_id if receipt.kept else receipt.key_version_id
    if named not in (facts.key.current_version, UNKNOWN_VERSION):
        return "key_version_changed"
    if receipt.state == CLAIMED and receipt.nonce != attempt.nonce and receipt.covers(here.options.scope):
        tried = waiting.accepted_since(facts, receipt.since)
        if any(not waiting.may_prove(facts, found) for found in tried):
            return "work_request_failed"
    return "unproven"
