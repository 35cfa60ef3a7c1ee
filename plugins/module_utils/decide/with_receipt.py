# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The protocol of the receipt: claim, POST, record, complete. Pure: what to do next, never the doing.

docs/receipt.md tells it as a story, with what each crash leaves behind.
"""

from __future__ import annotations

from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common import schedule
from ansible_collections.rekey.oci.plugins.module_utils.common.model import WorkRequest, known
from ansible_collections.rekey.oci.plugins.module_utils.decide import (
    completing,
    namespaces,
    receipts,
    replication,
    uploads,
    waiting,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.claiming import has_own_claim, submit_anew
from ansible_collections.rekey.oci.plugins.module_utils.decide.explain import refused
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import (
    CLAIMED,
    COMPLETED,
    UNKNOWN_VERSION,
    Receipt,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import (
    CLOCK_MARGIN,
    FORGOTTEN,
    Facts,
    Situation,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Claim,
    Complete,
    Done,
    Drop,
    Fail,
    ListWorkRequests,
    Pause,
    ReadErrors,
    Record,
    Step,
    Submit,
    Without,
)


def next_step(here: Situation) -> Step:
    """The next step, unless it cannot be taken because the receipt has no place on the bucket."""
    place, bucket = here.options.place, here.bucket
    if here.facts.receipt is None and not here.attempt.under_way:
        full = place.full(bucket)
        if full is not None:
            return Without(full)
    step = _next_step(here)
    problem = place.problem(bucket, step.receipt) if isinstance(step, (Claim, Record, Complete)) else None
    return Without(problem) if problem is not None else namespaces.foresee(here, step)


def _next_step(here: Situation) -> Step:
    facts, attempt, claim = here.facts, here.attempt, here.attempt.claim
    if attempt.refused is not None:
        return _refused(here)
    if claim is not None and attempt.accepted is not None and here.bucket.etag == attempt.claim_etag:
        # Nobody has touched the bucket since the claim, not even where the service said so.
        return Record(claim.submitted(attempt.accepted), attempt.claim_etag)
    if claim is not None and attempt.lost_at is not None and attempt.claim_etag is not None:
        found, step = waiting.settle(here, claim.time)
        unclear = found is not None and _unclear(here, claim, attempt.before)
        if unclear and has_own_claim(facts, attempt):
            return submit_anew(here)
        if found is not None and not unclear:
            return Record(claim.submitted(found.id), attempt.claim_etag)
        if step is not None:
            return step
    receipt, step = facts.receipt, None
    if receipt is not None and _keeps_proof(here, receipt):
        step = _proven(here, receipt)
        if step is not None:
            return step
    if receipt is not None and _key_may_be_old(facts, receipt):
        return completing.read_key_again(facts, facts.receipt_seen_at)
    if receipt is not None and receipt.state != CLAIMED:
        step = _submitted_or_completed(here, receipt)
    elif receipt is not None:
        step = _own_claim(here) if receipt.nonce == attempt.nonce else _others_claim(here, receipt)
    return submit_anew(here) if step is None else step


def matches(here: Situation, receipt: Receipt) -> bool:
    """Whether the receipt is for the key that the bucket has, and shall have, and that key's current version."""
    key = here.facts.key
    return (
        key is not None
        and here.bucket.kms_key_id == key.id
        and receipt.key == receipts.key_digest(key.id)
        and receipt.key_version_id == key.current_version
        and receipt.covers(here.options.scope)
    )


def _keeps_proof(here: Situation, receipt: Receipt) -> bool:
    """Whether a blind attempt's receipt keeps an older proof that holds. Versions never go back: it held all the time.

    It may even be that of this run's re-encryption, if another run wrote the completion.
    """
    proof = receipt.proof() if receipt.kept is not None else None
    busy = here.options.force or (here.attempt.under_way and receipt.nonce == here.attempt.nonce)
    return proof is not None and not busy and matches(here, proof)


def _unclear(here: Situation, claim: Receipt, before: Optional[frozenset[str]] = None) -> bool:
    """Whether which work request is the claim's matters, and cannot be told: another may be for bucket keys only."""
    if claim.scope != receipts.ALL or not here.bucket.is_bucket_key_enabled:
        return False
    facts = here.facts
    found = waiting.accepted_since(facts, claim.since) if before is None else waiting.new_since(facts, before)
    return len([one for one in found if waiting.may_prove(here.facts, one)]) > 1


def _key_may_be_old(facts: Facts, receipt: Receipt) -> bool:
    """Whether the receipt may name a version that is newer than the answer about the key.

    A controller that read the key before a rotation would take a newer controller's receipt for an older one's.
    """
    key = facts.key
    if key is None or receipt.key != receipts.key_digest(key.id) or facts.key_read_at >= facts.receipt_seen_at:
        return False
    # An attempt that was made without the version tells of one by what it keeps.
    named = receipt.kept.key_version_id if receipt.kept is not None else receipt.key_version_id
    if named in (key.current_version, UNKNOWN_VERSION):
        return False
    # Receipts tell times to the second.
    older = None not in (receipt.version_created, key.version_created)
    return not (older and (receipt.version_created or 0.0) < (key.version_created or 0.0) - 1.0)


def _own_claim(here: Situation) -> Optional[Step]:
    facts, attempt, options, claim = here.facts, here.attempt, here.options, here.attempt.claim
    if claim is None or attempt.claim_etag is None or here.bucket.etag != attempt.claim_etag:
        return None
    if claim.key_version_id == UNKNOWN_VERSION and (attempt.claim_assigns or not replication.blind(facts)):
        # What was accepted under the other key until it was assigned is only now listed.
        return None
    if attempt.unsettled and not _unclear(here, claim, attempt.before):
        # Perhaps a lost POST had its effect after all, and only the lists were late.
        for found in waiting.new_since(facts, attempt.before | frozenset(attempt.submitted)):
            return Record(claim.submitted(found.id), attempt.claim_etag)
    if attempt.conflicts:
        # The service says that one is running: find it and wait, as for any foreign one.
        if facts.listing is None:
            return ListWorkRequests(claim.time - CLOCK_MARGIN)
        step = waiting.conflict(here)
        if waiting.running(facts) or isinstance(step, Fail):
            # A claim that stayed would keep the next run waiting for a controller that is gone.
            return step if attempt.stuck else Drop()
        if step is not None:
            return step
    if here.now - attempt.claimed_at >= options.post_window:
        return None
    return Submit(here.reason, options.claim_grace - options.post_window)


def _others_claim(here: Situation, receipt: Receipt) -> Optional[Step]:
    facts, attempt, options, bucket = here.facts, here.attempt, here.options, here.bucket
    watched = here.now - facts.receipt_seen_at
    # The service rounds its times down to the second, so that a claim may look that much older than it is.
    told = (facts.service_time or receipt.time) - receipt.time - 1.0
    left = options.claim_grace - max(watched, told)
    if left > 0:
        if options.check_mode:
            return Done("join", "in_progress")
        if not options.wait:
            warning = (
                "Another controller is about to submit the re-encryption of bucket %s. Run again later, so that "
                "the receipt is completed." % bucket.name
            )
            if attempt.submitted:
                return Done("submit", here.reason, changed=True, warning=warning)
            return Done("join", "in_progress", changed=attempt.assigned, warning=warning)
        if here.overdue:
            return Fail(
                "Another controller claimed bucket %s, and did not submit a re-encryption within wait_timeout "
                "(%d seconds). Run again later: when the claim is claim_grace seconds old, a run replaces it."
                % (bucket.name, options.wait_timeout),
                action="join",
                reason="in_progress",
            )
        return Pause(schedule.claim_pause(left + 0.05, int(watched), here.chance), forget="bucket")
    if not matches(here, receipt) or options.force:
        return None
    if facts.listing is None:
        return ListWorkRequests(receipt.time - CLOCK_MARGIN)
    if _unclear(here, receipt):
        return None
    for found in waiting.accepted_since(facts, receipt.since):
        if waiting.may_prove(facts, found):
            if waiting.latest(facts, found).status == "COMPLETED" and found.id not in facts.errors_read:
                return ReadErrors(found.id)
            if options.check_mode:
                return waiting.foretell(facts, found)
            return Record(receipt.submitted(found.id), bucket.etag)
    return None


def _submitted_or_completed(here: Situation, receipt: Receipt) -> Optional[Step]:
    facts, attempt, options = here.facts, here.attempt, here.options
    work_request_id = receipt.work_request_id or ""
    mine = attempt.is_mine(work_request_id)
    proves = matches(here, receipt) and (mine or not options.force)
    if receipt.state == COMPLETED:
        return _proven(here, receipt) if proves else None
    seen = facts.seen(work_request_id)
    if seen is None:
        if mine and not options.wait and not options.check_mode:
            return Done("submit", here.reason, changed=True)
        return waiting.wait_on(here, work_request_id)
    unknown = receipt.key_version_id == UNKNOWN_VERSION and receipt.covers(options.scope)
    # Whether this run is as blind as the one that made it.
    step = replication.read(facts) if unknown else None
    if step is not None:
        return step
    unknown = unknown and replication.blind(facts)
    useful = proves or (unknown and (mine or (not seen.terminal and not options.force)))
    if not seen.terminal:
        if options.check_mode and (useful or not options.wait):
            return Done("join", "in_progress", warning=None if useful else waiting.LATER)
        if options.check_mode:
            return None
        if not options.wait:
            return _end(here, receipt) if useful else waiting.leave(here)
        return (waiting.join if useful else waiting.wait_on)(here, work_request_id)
    if isinstance(seen, WorkRequest) and seen.status == "COMPLETED" and (proves or unknown):
        step = waiting.look_for_errors(facts, work_request_id)
        if step is not None:
            return step
        if not seen.errors and proves:
            return completing.complete(here, receipt)
        if not seen.errors:
            return _end(here, receipt) if mine or attempt.joined == work_request_id else None
    elif seen.status == "COMPLETED":
        return None
    # One that was joined and then forgotten has failed nobody: what it did is unknown, so the job is done again.
    if mine or (attempt.joined == work_request_id and seen is not FORGOTTEN):
        return waiting.ended_badly(here, work_request_id)
    return None


def _proven(here: Situation, receipt: Receipt) -> Optional[Step]:
    facts, attempt = here.facts, here.attempt
    if here.options.verify_history and not attempt.is_mine(receipt.work_request_id):
        if facts.listing is None:
            return ListWorkRequests(receipt.time - CLOCK_MARGIN)
        # A list that cannot be read is no evidence against what was proven.
        if not facts.unlisted and completing.doubtful(facts, receipt, attempt):
            return None
    proof = known(receipt.proof())
    if proof.open and not attempt.is_mine(receipt.work_request_id):
        step = uploads.look(here)
        if step is not None or uploads.some_ended(facts, proof):
            return step
    return _end(here, receipt)


def _end(here: Situation, receipt: Receipt) -> Step:
    attempt = here.attempt
    if attempt.submitted:
        return Done("submit", here.reason, changed=True)
    seen = here.facts.seen(receipt.work_request_id or "")
    if attempt.joined is not None or (seen is not None and not seen.terminal):
        return Done("join", "in_progress", changed=attempt.assigned)
    return Done("none", "up_to_date", changed=attempt.assigned)


def _refused(here: Situation) -> Step:
    attempt = here.attempt
    if attempt.claim_etag is not None and here.bucket.etag == attempt.claim_etag:
        return Drop()
    return Fail(refused(here, known(attempt.refused)), "submit", attempt.reason, attempt.refused)
