# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The protocol of the receipt: claim, POST, record, complete. Pure: what to do next, never the doing.

docs/receipt.md tells it as a story, with what each crash leaves behind.
"""

from __future__ import annotations

from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common import schedule
from ansible_collections.rekey.oci.plugins.module_utils.common.model import Bucket, WorkRequest, known
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts, waiting
from ansible_collections.rekey.oci.plugins.module_utils.decide.claiming import submit_anew
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import (
    CLAIMED,
    COMPLETED,
    UNKNOWN_VERSION,
    Receipt,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import FORGOTTEN, Attempt, Facts, Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Complete,
    Done,
    Drop,
    Fail,
    ListWorkRequests,
    Look,
    Pause,
    ReadKey,
    Record,
    Step,
    Submit,
)

#: How long a joiner leaves it to the maker to write the completion, in seconds.
_COURTESY = 2.0


def next_step(facts: Facts, bucket: Bucket, attempt: Attempt, options: Options, now: float, chance: float) -> Step:
    if attempt.refused is not None:
        return _refused(facts, attempt, options)
    if attempt.accepted is not None and attempt.claim is not None:
        return Record(attempt.claim.submitted(attempt.accepted), attempt.claim_etag)
    if attempt.lost_at is not None and attempt.claim is not None and attempt.claim_etag is not None:
        found, step = waiting.settle(facts, attempt, options, attempt.claim.time, now, chance)
        if found is not None and _unclear(facts, bucket, attempt.claim, attempt.before):
            return submit_anew(facts, bucket, attempt, options, now, chance)
        if found is not None:
            return Record(attempt.claim.submitted(found.id), attempt.claim_etag)
        if step is not None:
            return step
    receipt = facts.receipt
    if receipt is not None and _key_may_be_old(facts, receipt):
        return _read_key_again(facts, facts.receipt_seen_at)
    if receipt is not None and receipt.state == CLAIMED:
        if receipt.nonce != attempt.nonce:
            step = _others_claim(facts, bucket, receipt, attempt, options, now, chance)
        else:
            step = _own_claim(facts, bucket, attempt, options, now, chance)
        if step is not None:
            return step
    elif receipt is not None:
        step = _submitted_or_completed(facts, bucket, receipt, attempt, options, now, chance)
        if step is not None:
            return step
    return submit_anew(facts, bucket, attempt, options, now, chance)


def matches(facts: Facts, bucket: Bucket, receipt: Receipt, options: Options) -> bool:
    """Whether the receipt is for the key that the bucket has, and shall have, and that key's current version."""
    key = facts.key
    return (
        key is not None
        and bucket.kms_key_id == key.id
        and receipt.key == receipts.key_digest(key.id)
        and receipt.key_version_id == key.current_version
        and receipt.covers(options.scope)
    )


def _unclear(facts: Facts, bucket: Bucket, claim: Receipt, before: frozenset[str]) -> bool:
    """Whether which work request is the claim's matters, and cannot be told: another may be for bucket keys only."""
    if claim.scope != receipts.ALL or not bucket.is_bucket_key_enabled:
        return False
    found = waiting.accepted_since(facts, claim.time, before)
    return len([one for one in found if waiting.may_prove(facts, one)]) > 1


def _key_may_be_old(facts: Facts, receipt: Receipt) -> bool:
    """Whether the receipt may name a version that is newer than the answer about the key.

    A controller that read the key before a rotation would take a newer controller's receipt for an older one's.
    """
    key = facts.key
    if key is None or receipt.key != receipts.key_digest(key.id) or facts.key_read_at >= facts.receipt_seen_at:
        return False
    if receipt.key_version_id in (key.current_version, UNKNOWN_VERSION):
        return False
    # Receipts tell times to the second.
    older = None not in (receipt.version_created, key.version_created)
    return not (older and (receipt.version_created or 0.0) < (key.version_created or 0.0) - 1.0)


def _own_claim(
    facts: Facts, bucket: Bucket, attempt: Attempt, options: Options, now: float, chance: float
) -> Optional[Step]:
    if attempt.claim is None or attempt.claim_etag is None or bucket.etag != attempt.claim_etag:
        return None
    if attempt.claim.key_version_id == UNKNOWN_VERSION and facts.key is not None:
        # It assigned the key. What was accepted under the other one until then is only now listed.
        return None
    if attempt.unsettled and not _unclear(facts, bucket, attempt.claim, attempt.before):
        # Perhaps a lost POST had its effect after all, and only the lists were late.
        for found in waiting.accepted_since(facts, attempt.claim.time, attempt.before | frozenset(attempt.submitted)):
            return Record(attempt.claim.submitted(found.id), attempt.claim_etag)
    if attempt.conflicts:
        # The service says that one is running: find it and wait, as for any foreign one.
        if facts.listing is None:
            return ListWorkRequests(attempt.claim.time)
        if waiting.running(facts) or not options.wait or now >= waiting.deadline(attempt, options):
            # A claim that stayed would keep the next run waiting for a controller that is gone.
            return Drop()
        if now - facts.listed_at < 0.5:
            # Forgetting nothing: another look would list anew, and so pause for ever.
            return Pause(schedule.retry_pause(attempt.conflicts, chance))
    if now - attempt.claimed_at >= options.post_window:
        return None
    return Submit(attempt.reason or "unproven", options.claim_grace - options.post_window)


def _others_claim(
    facts: Facts, bucket: Bucket, receipt: Receipt, attempt: Attempt, options: Options, now: float, chance: float
) -> Optional[Step]:
    watched = now - facts.receipt_seen_at
    # The service rounds its times down to the second, so that a claim may look that much older than it is.
    told = (facts.service_time or receipt.time) - receipt.time - 1.0
    left = options.claim_grace - max(watched, told)
    if left > 0:
        if options.check_mode:
            return Done("join", "in_progress")
        if not options.wait:
            return Done(
                "submit" if attempt.submitted else "join",
                attempt.reason or "unproven" if attempt.submitted else "in_progress",
                changed=bool(attempt.submitted or attempt.assigned),
                warning="Another controller is about to submit the re-encryption of bucket %s: run again later, so that "
                "the job is finished." % bucket.name,
            )
        if now >= waiting.deadline(attempt, options):
            return Fail(
                "Another controller claimed bucket %s, and did not submit a re-encryption within wait_timeout "
                "(%d seconds). Run again later: its claim is taken over after claim_grace."
                % (bucket.name, options.wait_timeout),
                action="join",
                reason="in_progress",
            )
        return Pause(schedule.claim_pause(left + 0.05, int(watched), chance), forget="bucket")
    if not matches(facts, bucket, receipt, options) or options.force:
        return None
    if facts.listing is None:
        return ListWorkRequests(receipt.time)
    if _unclear(facts, bucket, receipt, frozenset()):
        return None
    for found in waiting.accepted_since(facts, receipt.time):
        if waiting.may_prove(facts, found):
            if options.check_mode:
                return _foretell(facts, found)
            return Record(receipt.submitted(found.id), bucket.etag)
    return None


def _foretell(facts: Facts, work_request: WorkRequest) -> Step:
    if waiting.latest(facts, work_request).terminal:
        return Done("none", "up_to_date")
    return Done("join", "in_progress")


def _submitted_or_completed(
    facts: Facts, bucket: Bucket, receipt: Receipt, attempt: Attempt, options: Options, now: float, chance: float
) -> Optional[Step]:
    work_request_id = receipt.work_request_id or ""
    mine = attempt.is_mine(work_request_id)
    proves = matches(facts, bucket, receipt, options) and (mine or not options.force)
    if receipt.state == COMPLETED:
        return _proven(facts, receipt, attempt, options) if proves else None
    seen = facts.seen(work_request_id)
    if seen is None:
        if mine and not options.wait and not options.check_mode:
            return Done("submit", attempt.reason or "unproven", changed=True)
        return waiting.wait_on(facts, attempt, options, work_request_id, now, chance)
    unknown = receipt.key_version_id == UNKNOWN_VERSION and facts.key is None and receipt.covers(options.scope)
    useful = proves or (unknown and (mine or (not seen.terminal and not options.force)))
    if not seen.terminal:
        if options.check_mode and (useful or not options.wait):
            return Done("join", "in_progress", warning=None if useful else waiting.LATER)
        if options.check_mode:
            return None
        if not options.wait:
            return _end(facts, receipt, attempt) if useful else waiting.leave(attempt)
        wait = waiting.join if useful else waiting.wait_on
        return wait(facts, attempt, options, work_request_id, now, chance)
    if seen.status == "COMPLETED" and proves:
        return _complete(facts, bucket, receipt, attempt, options, now, chance)
    if seen.status == "COMPLETED":
        return _end(facts, receipt, attempt) if unknown and (mine or attempt.joined == work_request_id) else None
    # One that was joined and then forgotten has failed nobody: what it did is unknown, so the job is done again.
    if mine or (attempt.joined == work_request_id and seen is not FORGOTTEN):
        return waiting.ended_badly(facts, attempt, work_request_id)
    return None


def _complete(
    facts: Facts, bucket: Bucket, receipt: Receipt, attempt: Attempt, options: Options, now: float, chance: float
) -> Optional[Step]:
    work_request_id = receipt.work_request_id or ""
    mine = attempt.is_mine(work_request_id)
    if not mine and work_request_id in facts.running_at and not options.check_mode:
        # Its maker is about to write the same; leave it the first word, and the service the calls.
        waited = now - facts.ended_at.get(work_request_id, now)
        if waited < _COURTESY and facts.looked_at < facts.ended_at.get(work_request_id, now):
            return Pause(_COURTESY * (0.5 + 0.5 * chance) / 2, forget="bucket")
    if bucket.etag is None:
        return Look()
    # Versions never go back: one that is current after the acceptance was current at it, if it is the claim's.
    since = attempt.accepted_at if mine else facts.receipt_seen_at
    if facts.key_read_at < since:
        return _read_key_again(facts, since)
    if attempt.recorded_etag != bucket.etag:
        # Somebody wrote to the bucket since, or may have. A re-encryption beside ours may be under another key.
        if facts.listing is None:
            return ListWorkRequests(receipt.time)
        if doubtful(facts, receipt, attempt):
            return None
    return Done("none", "up_to_date") if options.check_mode else Complete(receipt.completed())


def _read_key_again(facts: Facts, since: float) -> Step:
    return ReadKey(known(facts.key).id, since)


def doubtful(facts: Facts, receipt: Receipt, attempt: Attempt) -> bool:
    """Whether somebody else's re-encryption was, or may have been, accepted after the receipt's own, under who knows which key."""
    if facts.unlisted:
        return True
    own = next((listed for listed in facts.listing or () if listed.id == receipt.work_request_id), None)
    seen = facts.seen(receipt.work_request_id or "")
    accepted = own.time_accepted if own is not None else None
    if accepted is None and isinstance(seen, WorkRequest):
        accepted = seen.time_accepted
    if accepted is None:
        accepted = receipt.time
    others = waiting.accepted_since(facts, accepted, frozenset((receipt.work_request_id or "",)))
    return any(not attempt.is_mine(other.id) for other in others)


def _proven(facts: Facts, receipt: Receipt, attempt: Attempt, options: Options) -> Optional[Step]:
    if options.verify_history and not attempt.is_mine(receipt.work_request_id):
        if facts.listing is None:
            return ListWorkRequests(receipt.time)
        if doubtful(facts, receipt, attempt):
            return None
    return _end(facts, receipt, attempt)


def _end(facts: Facts, receipt: Receipt, attempt: Attempt) -> Step:
    if attempt.submitted:
        return Done("submit", attempt.reason or "unproven", changed=True)
    seen = facts.seen(receipt.work_request_id or "")
    if attempt.joined is not None or (seen is not None and not seen.terminal):
        return Done("join", "in_progress", changed=attempt.assigned)
    return Done("none", "up_to_date", changed=attempt.assigned)


def _refused(facts: Facts, attempt: Attempt, options: Options) -> Step:
    if attempt.claim_etag is not None and facts.bucket is not None and facts.bucket.etag == attempt.claim_etag:
        return Drop()
    return Fail(known(attempt.refused).line(), action="submit", reason=attempt.reason)
