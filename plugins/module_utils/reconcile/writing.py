# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls that change something: a function for each kind of step. Nothing is decided here.

Each is sent once, and carries the etag of what was looked at. Each raises ApiError where its call gave no usable answer.
"""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.rekey.oci.plugins.module_utils.common.model import Change, known
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import CLAIMED, Receipt
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Assign,
    Claim,
    Complete,
    Drop,
    Record,
    Submit,
)
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.knowledge import Knowledge


def _is_useless(run: Knowledge, wanted: Receipt) -> bool:
    """Whether the receipt on the bucket is this run's own, and not to be put back: a claim, or one that this run has found to prove nothing."""
    there = run.facts.receipt
    if there is None or there.nonce != run.attempt.nonce:
        return False
    return there.state == CLAIMED or (there.key, there.key_version_id) == (wanted.key, wanted.key_version_id)


def claim(run: Knowledge, step: Claim) -> None:
    facts, attempt, bucket, place = run.facts, run.attempt, known(run.facts.bucket), run.options.place
    if attempt.receipt_before is None or not _is_useless(run, step.receipt):
        attempt.receipt_before = place.texts(bucket)
    written = run.api.update_bucket(bucket, bucket.etag, place.write(bucket, step.receipt, step.assign))
    attempt.reason = attempt.reason or step.reason
    attempt.claim = step.receipt
    attempt.claim_assigns = step.assign is not None
    attempt.claim_etag = written.etag
    attempt.claimed_at = facts.looked_at
    attempt.remember(facts.listing or (), facts.unclear)
    attempt.lost_at = None
    attempt.unsettled = False
    attempt.accepted = None
    if step.assign is not None:
        attempt.assigned = True
        facts.listing = None
    run.see(written)


def assign(run: Knowledge, step: Assign) -> None:
    bucket = known(run.facts.bucket)
    written = run.api.update_bucket(bucket, bucket.etag, Change(kms_key_id=step.key_id))
    run.attempt.assigned = True
    run.attempt.reason = run.attempt.reason or "key_assigned"
    run.see(written)


def submit(run: Knowledge, step: Submit) -> None:
    attempt, facts = run.attempt, run.facts
    attempt.reason = attempt.reason or step.reason
    attempt.unsettled = attempt.unsettled or attempt.lost_at is not None
    attempt.lost_at = None
    if attempt.claim is None:
        attempt.posted_since = facts.service_time
        attempt.claimed_at = run.clock()
        attempt.remember(facts.listing or (), facts.unclear)
    run.posts += 1
    request_id = "rekey-%s-%d" % (attempt.nonce, run.posts)
    work_request_id = run.api.reencrypt_bucket(
        run.namespace, run.name, run.options.bucket_key_only, request_id, step.timeout
    )
    attempt.accepted = work_request_id if attempt.claim is not None else None
    attempt.accepted_at = run.clock()
    attempt.submitted.append(work_request_id)
    attempt.conflicts, attempt.conflict = 0, None


def record(run: Knowledge, step: Record) -> None:
    attempt, bucket, work_request_id = run.attempt, known(run.facts.bucket), known(step.receipt.work_request_id)
    own = step.receipt.nonce == attempt.nonce
    if own and not attempt.is_mine(work_request_id):
        # The answer to the POST was lost, and this is what it did.
        attempt.submitted.append(work_request_id)
        attempt.accepted = work_request_id
        attempt.accepted_at = run.clock()
    attempt.lost_at = None
    written = run.api.update_bucket(bucket, step.etag, run.options.place.write(bucket, step.receipt))
    if own:
        attempt.recorded_etag = written.etag
    attempt.accepted = None
    run.see(written)


def complete(run: Knowledge, step: Complete) -> None:
    bucket = known(run.facts.bucket)
    run.see(run.api.update_bucket(bucket, bucket.etag, run.options.place.write(bucket, step.receipt)))


def drop(run: Knowledge, step: Drop) -> None:
    attempt, bucket = run.attempt, known(run.facts.bucket)
    # If somebody touched the bucket since the claim, what was proven before may not be so any more.
    texts = attempt.receipt_before if bucket.etag == attempt.claim_etag else None
    run.see(run.api.update_bucket(bucket, bucket.etag, run.options.place.put(bucket, texts or {})))
    attempt.claim = attempt.claim_etag = None


WRITES: dict[type, Callable[[Knowledge, Any], None]] = {
    Claim: claim,
    Assign: assign,
    Submit: submit,
    Record: record,
    Complete: complete,
    Drop: drop,
}
