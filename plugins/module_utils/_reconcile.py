# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection: names and behaviour may change without notice.

"""Reconciling one bucket: decide, do that one step, remember what came of it. No decision is taken here.

A crash is a stop between two steps, and another run goes on from what the service knows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Optional, Union

from ansible_collections.rekey.oci.plugins.module_utils import _receipt, _schedule, _waiting
from ansible_collections.rekey.oci.plugins.module_utils._api import Api
from ansible_collections.rekey.oci.plugins.module_utils._decision import next_step
from ansible_collections.rekey.oci.plugins.module_utils._model import ApiError, Bucket, WorkRequest, known
from ansible_collections.rekey.oci.plugins.module_utils._state import FORGOTTEN, Attempt, Facts, Options
from ansible_collections.rekey.oci.plugins.module_utils._steps import (
    Assign,
    CheckObjects,
    Claim,
    Complete,
    Done,
    Drop,
    Fail,
    ListWorkRequests,
    Look,
    Pause,
    Poll,
    ReadErrors,
    ReadKey,
    ReadVersion,
    Record,
    Step,
    Submit,
)

Outcome = Union[Done, Fail]

#: A call that fails in a way that may pass is tried again for this long, in seconds. With one more try's timeouts a
#: dead endpoint ends in under 90 seconds.
RETRY_BUDGET = 45.0

#: No call is begun later than this after wait_timeout, in seconds: with one slow answer more, the run is over in 90.
LAST_CALL = 30.0

#: A work request that was accepted less than this ago, in seconds, and is not found, may not have shown yet.
SHOWS_WITHIN = 60.0

#: So many writes in a row whose answers could not be understood: a look and another write will not help. In tries.
LOST_WRITES = 5

#: So many answers in a row that lack what a claim needs: the service's answers are like that.
BARE_LOOKS = 5

#: Nobody listening, or no such host: that seldom passes, and a person is waiting. In tries.
UNREACHABLE_TRIES = 4

_KNOWN_STATUSES = frozenset(("ACCEPTED", "IN_PROGRESS", "CANCELING", "COMPLETED", "FAILED", "CANCELED"))


class Reconciler:
    """One bucket's way to its end, a step at a time; ``clock`` is monotonic seconds, ``chance`` random in [0, 1)."""

    def __init__(
        self,
        api: Api,
        namespace: str,
        name: str,
        options: Options,
        nonce: str,
        clock: Callable[[], float],
        chance: Callable[[], float],
        started_at: Optional[float] = None,
    ) -> None:
        self.api = api
        self.namespace = namespace
        self.name = name
        self.options = options
        self.clock = clock
        self.chance = chance
        self.facts = Facts()
        self.attempt = Attempt(nonce=nonce, started_at=clock() if started_at is None else started_at)
        self.outcome: Optional[Outcome] = None
        self.error: Optional[ApiError] = None
        self.warnings: list[str] = []
        self.last_bucket: Optional[Bucket] = None
        self.key_version_before: Optional[str] = None
        self._failures = 0
        self._failing_since = 0.0
        self._last_failure: Optional[ApiError] = None
        self._begun = 0.0
        self._lost_writes = 0
        self._losing_since = 0.0
        self._bare_looks = 0
        self._posts = 0
        self._do: dict[type, Callable[..., None]] = {
            Look: self._look,
            ReadKey: self._read_key,
            ReadVersion: self._read_version,
            CheckObjects: self._check_objects,
            ListWorkRequests: self._list,
            Poll: self._poll,
            ReadErrors: self._read_errors,
            Claim: self._claim,
            Assign: self._assign,
            Submit: self._submit,
            Record: self._record,
            Complete: self._complete,
            Drop: self._drop,
        }

    def step(self) -> float:
        """Take the next step; return the seconds to pause before the one after it. ``outcome`` is set at the end."""
        step = next_step(self.facts, self.attempt, self.options, self.clock(), self.chance())
        if isinstance(step, (Done, Fail)):
            self._end(step)
            return 0.0
        if isinstance(step, Pause):
            self._forget(step)
            return step.seconds
        self._begun = self.clock()
        if self._begun >= _waiting.deadline(self.attempt, self.options) + LAST_CALL:
            self._end(self._out_of_time())
            return 0.0
        try:
            self._do[type(step)](step)
        except ApiError as error:
            return self._failed(step, error)
        self._failures = 0
        self._last_failure = None
        return 0.0

    def warn(self, message: str) -> None:
        if message not in self.warnings:
            self.warnings.append(message)

    def _end(self, outcome: Outcome) -> None:
        self.outcome = outcome
        if isinstance(outcome, Done) and outcome.warning:
            self.warn(outcome.warning)

    def _forget(self, pause: Pause) -> None:
        if pause.forget == "bucket":
            self.facts.bucket = None
        elif pause.forget == "listing":
            self.facts.listing = None
        elif pause.work_request_id is not None:
            self.facts.due.add(pause.work_request_id)
            if pause.joins:
                self.attempt.joined = pause.work_request_id

    # Failures: what can pass is tried again, within bounds; the rest is told to the decision or ends the run.

    def _failed(self, step: Step, error: ApiError) -> float:
        now = self.clock()
        if not self._failures:
            self._failing_since = self._begun
        self._failures += 1
        self._last_failure = error
        waiting = isinstance(step, Poll) and self.options.wait and not self.options.check_mode
        if error.retryable or waiting:
            pause = _schedule.retry_pause(max(self._failures, self._lost_writes), self.chance(), error.retry_after)
            if self._may_retry(waiting, error, now, pause):
                return pause
            if waiting and isinstance(step, Poll):
                self.error = error
                self._end(self._lost_sight(step.work_request_id))
                return 0.0
        # A refusal is the truth about this user; a vault in trouble is another answer later.
        if isinstance(step, ReadKey) and not (error.retryable or error.unreachable):
            self._failures = 0
            self.facts.key = None
            self.facts.key_unreadable = error.line()
            self.warn(
                "The key %s cannot be read, so nothing can prove which version is its current one: %s"
                % (step.key_id, error.line())
            )
            return 0.0
        self.error = error
        self._end(
            Fail(
                self._explain(step, error),
                action="submit" if self.attempt.submitted or self.attempt.lost_at is not None else "none",
                reason=self.attempt.reason or _reason_of(step),
            )
        )
        return 0.0

    def _may_retry(self, waiting: bool, error: ApiError, now: float, pause: float) -> bool:
        by = _waiting.deadline(self.attempt, self.options)
        if waiting:
            return now + pause <= by
        if error.unreachable and self._failures >= UNREACHABLE_TRIES:
            return False
        return now + pause - self._failing_since <= RETRY_BUDGET and now + pause <= by + LAST_CALL

    def _out_of_time(self) -> Fail:
        why = "The service answers too slowly to go on"
        if self._last_failure is not None:
            self.error = self._last_failure
            why = self._last_failure.line()
        return Fail(
            "%s; wait_timeout (%d seconds) is over. Run again: the next run goes on from here."
            % (why, self.options.wait_timeout),
            action="submit" if self.attempt.submitted or self.attempt.lost_at is not None else "none",
            reason=self.attempt.reason,
        )

    def _lost_sight(self, work_request_id: str) -> Fail:
        seen = self.facts.seen(work_request_id) or WorkRequest(id=work_request_id)
        return Fail(
            "The re-encryption did not visibly finish within wait_timeout (%d seconds): work request %s was last %s, "
            "and the last poll failed: %s. Run again to join it."
            % (self.options.wait_timeout, work_request_id, _waiting.describe(seen), known(self.error).line()),
            action="submit" if self.attempt.submitted else "join",
            reason=self.attempt.reason if self.attempt.submitted else "in_progress",
        )

    def _explain(self, step: Step, error: ApiError) -> str:
        if isinstance(step, Look) and error.status == 404:
            return (
                "Bucket %s was not found in namespace %s, or this user may not read it (BUCKET_READ). Names are "
                "case-sensitive. %s" % (self.name, self.namespace, error.line())
            )
        if isinstance(step, (Assign, Claim)) and self._assigned_by(step) and error.status in (400, 403, 404):
            return self._unassigned(error)
        return error.line()

    def _assigned_by(self, step: Union[Assign, Claim]) -> Optional[str]:
        return step.key_id if isinstance(step, Assign) else step.assign

    def _unassigned(self, error: ApiError) -> str:
        """Object Storage may not use the key, or this user may not let it, or may not write to the bucket."""
        wanted, key = self.options.kms_key_id, self.facts.key
        told = "The key %s was not assigned to bucket %s. " % (wanted, self.name)
        if error.code == "BucketNotFound":
            return told + "This user may not write to the bucket (BUCKET_UPDATE). " + error.line()
        region = (key.region if key else None) or "<region>"
        compartment = (key.compartment_id if key else None) or "<compartment>"
        scope = "tenancy" if compartment.startswith("ocid1.tenancy.") else "compartment id %s" % compartment
        where = "in %s where target.key.id = '%s'" % (scope, wanted)
        return told + (
            "It takes two policies: Allow service objectstorage-%s to use keys %s; and Allow group <group> to use "
            "key-delegate %s. %s" % (region, where, where, error.line())
        )

    # Reads.

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
        reads = first and facts.receipt is not None and facts.receipt.state == _receipt.COMPLETED
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
        receipt, warning = _receipt.parse(bucket)
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
            if receipt is not None and receipt.state == _receipt.COMPLETED:
                self.key_version_before = receipt.key_version_id
            self._check_room(bucket)

    def _check_room(self, bucket: Bucket) -> None:
        """Find out before the decision, and in check mode too, that a bucket has no room for a receipt."""
        encrypted = self.options.kms_key_id or bucket.kms_key_id
        if encrypted and self.options.receipt == "tag" and self.facts.receipt is None:
            if not _receipt.has_room(bucket):
                self._does_not_fit(_receipt.NO_ROOM)

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
            listing, begun_before = self.api.list_reencryptions(
                bucket.compartment_id or "", self.namespace, self.name, step.since
            )
        except ApiError as error:
            if error.retryable:
                raise
            self.facts.unlisted = True
            self.warn(
                "Work requests cannot be listed, so a re-encryption by somebody else is not seen: %s" % error.line()
            )
        self.facts.listing = listing
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
                facts.work_requests[wanted] = FORGOTTEN
                facts.due.discard(wanted)
                return
            seen = WorkRequest(id=wanted)
        now = self.clock()
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

    # Writes. Every one carries the etag of what was looked at.

    def _claim(self, step: Claim) -> None:
        facts, attempt, bucket = self.facts, self.attempt, known(self.facts.bucket)
        if attempt.receipt_before is None or (facts.receipt is not None and facts.receipt.nonce != attempt.nonce):
            attempt.receipt_before = _receipt.only(bucket.freeform_tags)
        try:
            tags = _receipt.encode(step.receipt, bucket)
            written = self.api.update_bucket(bucket, bucket.etag, tags, step.assign)
        except _receipt.ReceiptDoesNotFit as error:
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
            written = self.api.update_bucket(bucket, step.etag, _receipt.encode(step.receipt, bucket))
        except _receipt.ReceiptDoesNotFit as error:
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
            self._see(self.api.update_bucket(bucket, bucket.etag, _receipt.encode(step.receipt, bucket)))
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
        tags = _receipt.without(bucket.freeform_tags)
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


def _reason_of(step: Step) -> Optional[str]:
    """Why a step was to be taken, where it was the first one that writes."""
    if isinstance(step, Assign):
        return "key_assigned"
    return step.reason if isinstance(step, (Claim, Submit)) else None


def run(
    reconciler: Reconciler,
    sleep: Callable[[float], None],
    observe: Optional[Callable[[WorkRequest, float], None]] = None,
) -> Outcome:
    """Take steps until the end. ``observe`` is told what is waited on, and since when in seconds, before each pause."""
    while True:
        pause = reconciler.step()
        if reconciler.outcome is not None:
            return reconciler.outcome
        if pause > 0:
            waited = reconciler.waiting_on() if observe is not None else None
            if observe is not None and waited is not None:
                observe(*waited)
            sleep(pause)
