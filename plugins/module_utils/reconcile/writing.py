# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls that change something: each is sent once, and carries the etag of what was looked at. No decision is taken here."""

from __future__ import annotations

from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, known
from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import RETRY_BUDGET
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Assign,
    Claim,
    Complete,
    Drop,
    Record,
    Submit,
)
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reading import Reading

#: So many writes in a row whose answers could not be understood: a look and another write will not help. In tries.
LOST_WRITES = 5


class Writing(Reading):
    """What it remembers of its own writes, lost answers above all, is in ``attempt``."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        #: When the call under way was begun.
        self._begun = 0.0
        self._lost_writes = 0
        self._losing_since = 0.0
        self._posts = 0

    def _claim(self, step: Claim) -> None:
        facts, attempt, bucket = self.facts, self.attempt, known(self.facts.bucket)
        if attempt.receipt_before is None or (facts.receipt is not None and facts.receipt.nonce != attempt.nonce):
            attempt.receipt_before = receipts.only(bucket.freeform_tags)
        try:
            tags = receipts.encode(step.receipt, bucket)
            written = self.api.update_bucket(bucket, bucket.etag, tags, step.assign)
        except receipts.ReceiptDoesNotFit as error:
            self._does_not_fit(str(error))
            return
        except ApiError as error:
            if error.effect != "none":
                # The claim may stand, and then hides what it was made for.
                attempt.reason = attempt.reason or step.reason
            self._write_failed(error, step.assign)
            return
        self._lost_writes = 0
        attempt.reason = attempt.reason or step.reason
        attempt.claim = step.receipt
        attempt.claim_etag = written.etag
        attempt.claimed_at = facts.looked_at
        attempt.before = frozenset(listed.id for listed in known(facts.listing))
        attempt.lost_at = None
        attempt.unsettled = False
        attempt.accepted = None
        if step.assign is not None:
            attempt.assigned = True
            facts.listing = None
        self._see(written)

    def _assign(self, step: Assign) -> None:
        bucket = known(self.facts.bucket)
        try:
            written = self.api.update_bucket(bucket, bucket.etag, None, step.key_id)
        except ApiError as error:
            self._write_failed(error, step.key_id)
            return
        self.attempt.assigned = True
        self.attempt.reason = self.attempt.reason or "key_assigned"
        self._see(written)

    def _submit(self, step: Submit) -> None:
        attempt, facts = self.attempt, self.facts
        attempt.reason = attempt.reason or step.reason
        attempt.unsettled = attempt.unsettled or attempt.lost_at is not None
        attempt.lost_at = None
        if attempt.claim is None:
            attempt.posted_since = facts.service_time
            attempt.claimed_at = self.clock()
            attempt.before = frozenset(listed.id for listed in facts.listing or ())
        self._posts += 1
        try:
            work_request_id = self.api.reencrypt_bucket(
                self.namespace,
                self.name,
                self.options.bucket_key_only,
                "rekey-%s-%d" % (attempt.nonce, self._posts),
                step.timeout,
            )
        except ApiError as error:
            self._submit_failed(error)
            return
        attempt.accepted = work_request_id if attempt.claim is not None else None
        attempt.accepted_at = self.clock()
        attempt.submitted.append(work_request_id)
        attempt.conflicts = 0

    def _submit_failed(self, error: ApiError) -> None:
        attempt = self.attempt
        if error.effect != "none":
            attempt.lost_at = self.clock()
            attempt.lost_late = error.effect == "late"
            self.facts.listing = None
            return
        if error.retryable:
            raise error
        if error.status == 409:
            attempt.conflicts += 1
            self.facts.listing = None
            return
        attempt.refused = self.error = error

    def _record(self, step: Record) -> None:
        facts, attempt = self.facts, self.attempt
        bucket, work_request_id = known(facts.bucket), known(step.receipt.work_request_id)
        own = step.receipt.nonce == attempt.nonce
        if own and not attempt.is_mine(work_request_id):
            # The answer to the POST was lost, and this is what it did.
            attempt.submitted.append(work_request_id)
            attempt.accepted = work_request_id
            attempt.accepted_at = self.clock()
        attempt.lost_at = None
        try:
            written = self.api.update_bucket(bucket, step.etag, receipts.encode(step.receipt, bucket))
        except receipts.ReceiptDoesNotFit as error:
            self._does_not_fit(str(error))
            return
        except ApiError as error:
            if error.status == 412 or (error.status == 404 and not own):
                attempt.accepted = attempt.claim_etag = None
                facts.bucket = None
                return
            if error.retryable:
                raise
            self._give_up_receipt(error)
            return
        if own:
            attempt.recorded_etag = written.etag
        attempt.accepted = None
        self._see(written)

    def _complete(self, step: Complete) -> None:
        bucket = known(self.facts.bucket)
        try:
            self._see(self.api.update_bucket(bucket, bucket.etag, receipts.encode(step.receipt, bucket)))
        except ApiError as error:
            if error.status == 412:
                self.facts.bucket = None
                return
            if error.retryable:
                # What was refused did nothing: another look would only be one more call to refuse.
                if error.effect != "none":
                    self._lost(error)
                raise
            self._give_up_receipt(error)

    def _drop(self, step: Drop) -> None:
        """Best effort: a claim that stays is taken over after its grace."""
        attempt, bucket = self.attempt, known(self.facts.bucket)
        tags = receipts.without(bucket.freeform_tags)
        if bucket.etag == attempt.claim_etag:
            tags.update(attempt.receipt_before or {})
        # Else somebody touched the bucket since: what was proven before may not be so any more.
        try:
            self._see(self.api.update_bucket(bucket, bucket.etag, tags))
        except ApiError as error:
            if error.status == 412:
                self.facts.bucket = None
            elif error.retryable and attempt.refused is None:
                self._lost(error)
                raise
            else:
                attempt.stuck = True
            self.warn("The claim on bucket %s could not be taken back: %s" % (self.name, error.line()))
        attempt.claim = attempt.claim_etag = None

    def _write_failed(self, error: ApiError, assign: Optional[str]) -> None:
        """A claim or an assignment was not answered with success: what is true now is what the next look says."""
        if error.status == 412:
            self.facts.bucket = None
            return
        if error.retryable:
            if error.effect != "none":
                self._lost(error)
                self.attempt.assigning = assign
            raise error
        if assign is not None or error.status not in (400, 403, 404):
            raise error
        self._give_up_receipt(error)

    def _lost(self, error: ApiError) -> None:
        """The looks between such writes succeed, so that only counting the writes ends them."""
        self.facts.bucket = None
        if not self._lost_writes:
            self._losing_since = self._begun
        self._lost_writes += 1
        senseless = error.code == "NotUnderstood" and self._lost_writes >= LOST_WRITES
        if senseless or self.clock() - self._losing_since > RETRY_BUDGET:
            error.retryable = False

    def _give_up_receipt(self, error: ApiError) -> None:
        self._does_not_fit(error.line())
