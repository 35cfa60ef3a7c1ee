# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one run knows of its bucket, and the calls that tell it more. No decision is taken here, and nothing is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, Bucket, WorkRequest, known
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import Asked
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import FORGOTTEN, Attempt, Facts, Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    CheckObjects,
    ListWorkRequests,
    Look,
    Poll,
    ReadErrors,
    ReadKey,
    ReadVersion,
)
from ansible_collections.rekey.oci.plugins.module_utils.sdk.api import Api

#: A work request that was accepted less than this ago, in seconds, and is not found, may not have shown yet.
SHOWS_WITHIN = 60.0

#: So many answers in a row that lack what a claim needs: the service's answers are like that.
BARE_LOOKS = 5

_KNOWN_STATUSES = frozenset(("ACCEPTED", "IN_PROGRESS", "CANCELING", "COMPLETED", "FAILED", "CANCELED"))


class Reading:
    """``clock`` is monotonic seconds."""

    def __init__(
        self,
        api: Api,
        namespace: str,
        name: str,
        options: Options,
        nonce: str,
        clock: Callable[[], float],
        started_at: Optional[float] = None,
    ) -> None:
        self.api = api
        self.namespace = namespace
        self.name = name
        self.options = options
        self.clock = clock
        self.facts = Facts()
        self.attempt = Attempt(nonce=nonce, started_at=clock() if started_at is None else started_at)
        self.error: Optional[ApiError] = None
        self.warnings: list[str] = []
        self.last_bucket: Optional[Bucket] = None
        self.key_version_before: Optional[str] = None
        #: How often the call under way has failed in a row.
        self._failures = 0
        self._bare_looks = 0

    def _in_list(self, call: Callable[[], Any]) -> Any:
        """Make one of a list's calls."""
        return call()

    def warn(self, message: str) -> None:
        if message not in self.warnings:
            self.warnings.append(message)

    def version_created(self) -> Optional[float]:
        """When the key's current version was created, from the key or from a receipt of the same version."""
        key, receipt = self.facts.key, self.facts.receipt
        if key is None or key.version_created is not None:
            return key.version_created if key else None
        if receipt is not None and receipt.key_version_id == key.current_version:
            return receipt.version_created
        return None

    def waiting_on(self) -> Optional[tuple[WorkRequest, float]]:
        """During a pause: the work request that is waited on, and the seconds since it was first seen running."""
        # Another thread may be taking steps.
        for wanted in tuple(self.facts.due):
            seen = self.facts.seen(wanted)
            if isinstance(seen, WorkRequest):
                return seen, self.clock() - self.facts.running_at.get(wanted, self.clock())
        return None

    def _look(self, step: Look) -> None:
        begun, first = self.clock(), self.last_bucket is None
        bucket, service_time = self.api.get_bucket(self.namespace, self.name)
        facts = self.facts
        if facts.key_unreadable is not None and self.last_bucket is not None:
            if self.last_bucket.kms_key_id != bucket.kms_key_id:
                facts.key_unreadable = None
        facts.looked_at = begun
        facts.service_time = service_time
        if not (step.keep_listing and facts.bucket is not None and facts.bucket.etag == bucket.etag):
            facts.listing = None
        self._see(bucket)
        lacks = "date" if service_time is None else "etag" if bucket.etag is None else None
        # A completed receipt may be read all the same. Where it proves nothing now, another look is called for.
        reads = first and facts.receipt is not None and facts.receipt.state == receipts.COMPLETED
        if not lacks:
            self._bare_looks = 0
        elif not reads and facts.tags_unusable is None and self.options.receipt == "tag":
            self._bare(lacks)

    def _bare(self, lacks: str) -> None:
        """A claim needs a date and an etag: see whether another answer has them, and do without a receipt if not."""
        self._bare_looks += 1
        if self._bare_looks < BARE_LOOKS:
            self.facts.bucket = None
            raise ApiError("GetBucket", "the answer bears no %s" % lacks, retryable=True)
        self._does_not_fit("the service's answer bears no %s" % lacks)

    def _see(self, bucket: Bucket) -> None:
        """Take in the bucket as the service has just told it."""
        facts, first = self.facts, self.last_bucket is None
        facts.bucket = self.last_bucket = bucket
        receipt, warning = receipts.parse(bucket)
        if self.options.receipt != "tag":
            receipt = warning = None
        if receipt != facts.receipt or receipt is None:
            facts.receipt_seen_at = self.clock()
        facts.receipt = receipt
        if warning:
            self.warn(warning)
        if self.attempt.assigning is not None and bucket.kms_key_id == self.attempt.assigning:
            self.attempt.assigned = True
            self.attempt.assigning = None
            self.attempt.reason = self.attempt.reason or "key_assigned"
        if first:
            self.attempt.previous_key = bucket.kms_key_id
            if receipt is not None and receipt.state == receipts.COMPLETED:
                self.key_version_before = receipt.key_version_id
            self._check_room(bucket)

    def _check_room(self, bucket: Bucket) -> None:
        """Find out before the decision, and in check mode too, that a bucket has no room for a receipt."""
        encrypted = self.options.kms_key_id or bucket.kms_key_id
        if encrypted and self.options.receipt == "tag" and self.facts.receipt is None:
            if not receipts.has_room(bucket):
                self._does_not_fit(receipts.NO_ROOM)

    def _read_key(self, step: ReadKey) -> None:
        begun = self.clock()
        key, kept_from = self.api.get_key(step.key_id, step.not_before)
        known = self.facts.key
        if known is not None and known.current_version == key.current_version and key.version_created is None:
            key = replace(key, version_created=known.version_created)
        else:
            self.facts.version_unreadable = False
        self.facts.key = key
        self.facts.key_read_at = begun if kept_from is None else kept_from

    def _read_version(self, step: ReadVersion) -> None:
        key = known(self.facts.key)
        created: Optional[float] = None
        try:
            created = self.api.get_version_created(key.id, key.current_version)
        except ApiError as error:
            if error.retryable and self._failures < 3:
                raise
            self.warn("When the key's current version was created cannot be read: %s" % error.line())
        self.facts.key = replace(key, version_created=created)
        self.facts.version_unreadable = created is None

    def _check_objects(self, step: CheckObjects) -> None:
        bucket = known(self.facts.bucket)
        try:
            self.facts.has_objects = self.api.has_objects(self.namespace, self.name, bucket.versioning != "Disabled")
        except ApiError as error:
            if error.retryable:
                raise
            self.warn(
                "Whether bucket %s is empty cannot be seen, so it is taken not to be: %s" % (self.name, error.line())
            )
        self.facts.objects_checked = True

    def _list(self, step: ListWorkRequests) -> None:
        bucket = known(self.facts.bucket or self.last_bucket)
        begun = self.clock()
        begun_before: Optional[float] = None
        listing: tuple[WorkRequest, ...] = ()
        self.facts.unlisted = False
        try:
            asked = Asked(self.namespace, self.name, bucket.id, step.since)
            listing, begun_before = self.api.list_reencryptions(bucket.compartment_id or "", asked, self._in_list)
        except ApiError as error:
            if error.retryable or (error.status == 404 and not self._failures):
                raise
            self.facts.unlisted = True
            self.warn(
                "Work requests cannot be listed, so a re-encryption by somebody else is not seen: %s" % error.line()
            )
        self.facts.listing = listing
        self._found_by_list(listing)
        self.facts.listed_at = begun if begun_before is None else begun_before
        self.facts.listing_ended_at = self.clock()

    def _poll(self, step: Poll) -> None:
        facts, wanted = self.facts, step.work_request_id
        try:
            seen = self.api.get_work_request(wanted)
        except ApiError as error:
            if error.status != 404:
                raise
            if not self._may_yet_show(wanted):
                self._not_found(wanted)
                return
            seen = WorkRequest(id=wanted)
        facts.missed.discard(wanted)
        self._saw(seen)

    def _not_found(self, wanted: str) -> None:
        facts = self.facts
        facts.due.discard(wanted)
        if wanted in facts.missed:
            facts.work_requests[wanted] = FORGOTTEN
        else:
            facts.missing.add(wanted)

    def _found_by_list(self, listing: tuple[WorkRequest, ...]) -> None:
        """What was forgotten, or may be, is not where the list shows it."""
        facts, listed = self.facts, {one.id: one for one in listing}
        for wanted in facts.missing | {wanted for wanted, seen in facts.work_requests.items() if seen is FORGOTTEN}:
            if wanted in listed:
                self._saw(listed[wanted])
            elif facts.unlisted and wanted in facts.missing:
                # Nothing but another poll can tell.
                facts.missed.add(wanted)
                facts.work_requests.pop(wanted, None)
            else:
                facts.work_requests[wanted] = FORGOTTEN
        facts.missing.clear()

    def _saw(self, seen: WorkRequest) -> None:
        facts, wanted, now = self.facts, seen.id, self.clock()
        facts.work_requests[wanted] = seen
        facts.due.discard(wanted)
        if seen.terminal:
            facts.ended_at.setdefault(wanted, now)
        else:
            facts.running_at.setdefault(wanted, now)
            if seen.status is not None and seen.status not in _KNOWN_STATUSES:
                self.warn(
                    "Work request %s has the status %s, which this collection does not know: waiting on."
                    % (wanted, seen.status)
                )

    def _may_yet_show(self, work_request_id: str) -> bool:
        """Whether a work request that is not found is more likely too new than too old."""
        facts, receipt, now = self.facts, self.facts.receipt, self.clock()
        if self.attempt.is_mine(work_request_id):
            return now - self.attempt.accepted_at < SHOWS_WITHIN
        if receipt is None or receipt.work_request_id != work_request_id or facts.service_time is None:
            return False
        return facts.service_time - receipt.time + now - facts.looked_at < SHOWS_WITHIN

    def _read_errors(self, step: ReadErrors) -> None:
        facts = self.facts
        seen = facts.seen(step.work_request_id)
        try:
            errors = self.api.get_work_request_errors(step.work_request_id)
        except ApiError as error:
            if error.retryable and self._failures < 3:
                raise
            errors = ()
        facts.errors_read.add(step.work_request_id)
        if isinstance(seen, WorkRequest):
            facts.work_requests[step.work_request_id] = replace(seen, errors=errors)

    def _does_not_fit(self, why: str) -> None:
        """Go on from work requests alone, of which another list is wanted than for a claim."""
        self.facts.tags_unusable = why
        self.facts.receipt = None
        self.attempt.accepted = None
        self.facts.listing = None
        self._warn_no_receipt()

    def _warn_no_receipt(self) -> None:
        self.warn(
            "No receipt can be kept on bucket %s, so this run decides from work requests alone, a weaker proof: %s"
            % (self.name, self.facts.tags_unusable)
        )
