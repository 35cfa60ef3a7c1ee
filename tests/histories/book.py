# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What really happened, written down as it happens, and the promises that are checked against it at once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ansible_collections.rekey.oci.plugins.module_utils.common.model import Bucket
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts, replication
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import COMPLETED, Receipt
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done
from tests.histories import causes, proof
from tests.histories.entries import Accepted, Before, Broken, Sent, Snapshot, Write
from tests.histories.tagging import all_tags, tags_apart
from tests.simulator.messages import Request, Response
from tests.simulator.routes import route

if TYPE_CHECKING:
    from tests.histories.runs import Run
    from tests.histories.universe import Universe

#: A run may outlive wait_timeout by this much, in seconds: what issue and documentation promise.
OVERTIME = 90.0

#: A work request that runs and names no bucket is waited for so long, in seconds: it may be this bucket's.
NAMED_WITHIN = 15.0


class Book:
    def __init__(self, universe: Universe) -> None:
        self._universe = universe
        self.runs: list[Run] = []
        self.writes: list[Write] = []
        self.accepted: list[Accepted] = []
        self.snapshots: dict[str, Snapshot] = {}
        #: Second submissions, and proofs that rest on the documented assumption, by cause.
        self.second: Counter[str] = Counter()
        self.cause_of: dict[str, str] = {}
        self.assumed: Counter[str] = Counter()
        #: What is said without a receipt, and is not so, by cause.
        self.weaker: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        #: When each run was last told a list of work requests, and for how long the list did not show what was accepted.
        self._listed: dict[str, tuple[float, float]] = {}
        self._number = 0
        self._broken: list[str] = []
        self._begun = universe.clock.now()
        self._story: list[tuple[float, Run | None, Request, int, int, str]] = []

    @property
    def now(self) -> float:
        return self._universe.clock.now()

    def complain(self, what: str) -> None:
        """Note a broken promise: the collection would take what is raised in a call for a failure of the call."""
        self._broken.append(what)

    def check(self) -> None:
        """Raises Broken."""
        if self._broken:
            raise Broken(self._broken[0])

    # Taking down.

    def before(self) -> Before:
        bucket = self._universe.bucket
        return Before(bucket.etag, all_tags(self._universe.bucket), bucket.kms_key_id)

    def after(self, before: Before, request: Request, response: Response, run: Run | None, sent: Sent) -> None:
        try:
            self._after(before, request, response, run, sent)
        except Exception as error:
            # The collection would take it for a failure of the call, and go on without it.
            self.complain(f"the book itself: {error!r}")
            raise

    def _after(self, before: Before, request: Request, response: Response, run: Run | None, sent: Sent) -> None:
        self._number += 1
        universe, bucket = self._universe, self._universe.bucket
        self._story.append((universe.clock.now(), run, request, response.status, len(self.writes), self._fate(run)))
        universe.simulator.world.advance()
        if run is not None and run.options.check_mode and request.method != "GET":
            self.complain(f"check mode wrote: {request.method} {request.path}")
        if bucket.etag != before.etag:
            self._wrote(before, run)
        if response.status == 202 and request.path.endswith("/actions/reencrypt"):
            self._accepted(response.headers["opc-work-request-id"], run, sent)
        if run is not None and response.status == 200 and request.path == "/workRequests":
            self._listed[run.nonce] = universe.clock.now(), universe.settings.list_lag
        if run is not None and response.status == 200 and request.path == universe.path:
            self.snapshots[run.nonce] = self.snapshot()

    def snapshot(self) -> Snapshot:
        world, bucket = self._universe.simulator.world, self._universe.bucket
        key = world.keys[bucket.kms_key_id] if bucket.kms_key_id else None
        current = key.current(self.now).id if key else None
        wrapped = {stored.version_id: stored.wrapped for stored in bucket.objects if not stored.deleted}
        return Snapshot(self._number, bucket.kms_key_id, current, wrapped)

    def _wrote(self, before: Before, run: Run | None) -> None:
        write = Write(
            self._number,
            self._universe.clock.now(),
            run,
            before,
            self.before(),
            self.receipt_in(before.tags),
            self.receipt_in(all_tags(self._universe.bucket)),
            self._listed[run.nonce][0] if run is not None and run.nonce in self._listed else None,
        )
        self.writes.append(write)
        if run is None:
            return
        if _others(before.tags) != _others(write.after.tags):
            self.complain(f"a controller changed others' tags: {before.tags} became {write.after.tags}")
        if before.kms_key_id != write.after.kms_key_id and run.options.kms_key_id is None:
            self.complain("a controller changed the bucket's key")
        if run.options.receipt == "none" and before.tags != write.after.tags:
            self.complain(f"a controller that keeps no receipt wrote tags: {before.tags} became {write.after.tags}")
        receipt = write.receipt
        known = any(earlier.receipt_before == receipt or earlier.receipt == receipt for earlier in self.writes[:-1])
        # A claim that is dropped puts back what was there: that is checked when somebody believes it.
        if receipt is not None and receipt.state == COMPLETED and receipt.kept is None and not known:
            self._prove(receipt, self.snapshot(), run, "wrote a completion")

    def _accepted(self, work_request_id: str, run: Run | None, sent: Sent) -> None:
        universe = self._universe
        work = universe.simulator.world.work_requests[work_request_id]
        accepted = Accepted(
            self._number,
            universe.clock.now(),
            run,
            work.id,
            str(work.key_id),
            str(work.accepted_version),
            receipts.BUCKET_KEY if work.bucket_key_only else receipts.ALL,
            tuple(stored.version_id for stored in universe.bucket.objects if not stored.deleted),
            sent,
        )
        if run is not None and sent.claim is not None and sent.claim.key_version_id == receipts.UNKNOWN_VERSION:
            if not run.blind and run.refusals < 2:
                self.complain(f"run {run.nonce} submitted without the key's version, which it may read")
        if run is not None and universe.retired_at is not None and universe.retired_at <= run.started:
            self.complain(f"run {run.nonce} submitted though a tag key of its receipt was retired before it began")
        if run is not None:
            cause = causes.of_second(self, accepted, run)
            if cause is not None:
                self.second[cause] += 1
                self.cause_of[accepted.id] = cause
                if cause == causes.NONE:
                    self.complain(f"run {run.nonce} submitted again for {accepted.version[-8:]} without a cause")
        self.accepted.append(accepted)

    def receipt_in(self, tags: dict[str, str]) -> Receipt | None:
        bucket = self._universe.bucket
        freeform, defined = tags_apart(tags)
        there = Bucket(bucket.namespace, bucket.name, id=bucket.id, freeform_tags=freeform, defined_tags=defined)
        return self._universe.place.read(there)[0]

    # Promises.

    def _prove(self, receipt: Receipt, snapshot: Snapshot, run: Run, says: str) -> None:
        problem = proof.problem(self, receipt, snapshot, run)
        if problem is None:
            return
        excuse = proof.assumption(self, receipt, run)
        if excuse is None:
            self.complain(f"run {run.nonce} {says}, but {problem}")
        else:
            self.assumed[excuse] += 1

    def bound(self, run: Run) -> None:
        """No run outlives its bound, less what the history kept it from stepping."""
        if run.local - run.started - run.stalled > run.options.wait_timeout + OVERTIME:
            self.complain(
                f"run {run.nonce} is {run.local - run.started - run.stalled:.0f} s old, "
                f"and its wait_timeout is {run.options.wait_timeout:g} s"
            )
        if run.steps > 2_000:
            self.complain(f"run {run.nonce} took {run.steps} steps and did not end")

    def ended(self, run: Run) -> None:
        outcome = run.reconciler.outcome
        self.reasons[f"{type(outcome).__name__} {outcome.action} {outcome.reason}" if outcome else ""] += 1
        if not isinstance(outcome, Done):
            return
        facts, options = run.reconciler.facts, run.options
        kept = options.receipt == "tag" and facts.tags_unusable is None
        if not kept:
            if outcome.reason == "up_to_date":
                self._says_without_receipt(run)
            return
        receipt = facts.receipt
        if outcome.reason == "up_to_date":
            self._says_proven(receipt, run, f"said {outcome.reason}")
        elif options.wait and not options.check_mode and not replication.blind(facts):
            if outcome.action in ("submit", "join"):
                self._says_proven(receipt, run, f"ended its wait ({outcome.action}, {outcome.reason})")

    def _says_proven(self, receipt: Receipt | None, run: Run, says: str) -> None:
        foretells = run.options.check_mode and receipt is not None and receipt.state != COMPLETED
        if foretells:
            # Check mode says what a run would come to find; the promise is about what was found.
            return
        if receipt is not None and receipt.kept is not None:
            receipt = self._kept(receipt)
        if receipt is None or receipt.state != COMPLETED:
            self.complain(f"run {run.nonce} {says}, but found the receipt {receipt}")
            return
        self._prove(receipt, self.snapshots[run.nonce], run, says)

    def _kept(self, receipt: Receipt) -> Receipt | None:
        """The completed receipt that a blind attempt's says to keep."""
        kept = receipt.proof()
        begun = next(index for index, write in enumerate(self.writes) if proof.begins(write.receipt, receipt))
        # What is newer than the attempt was not there when it was found.
        for written in (write.receipt for write in reversed(self.writes[:begun]) if write.receipt is not None):
            if written.state == COMPLETED and written.kept is None and kept is not None:
                same = (written.key, written.key_version_id, written.scope) == (
                    kept.key,
                    kept.key_version_id,
                    kept.scope,
                )
                return written if same else None
        return None

    def _says_without_receipt(self, run: Run) -> None:
        problem = proof.weak_problem(self, run, self.snapshots[run.nonce])
        if problem is None:
            return
        excuse = proof.weakness(self, run)
        if excuse is None:
            self.complain(f"run {run.nonce} said up_to_date without a receipt, but {problem}")
        else:
            self.weaker[excuse] += 1

    # For those who ask later.

    def _fate(self, run: Run | None) -> str:
        return self._universe.fate.kind if run is not None and self._universe.fate.kind != "ok" else ""

    def story(self) -> list[str]:
        """Every call that had an effect on anything but its caller's patience, one line each."""
        told = []
        for moment, run, request, status, writes, fate in self._story:
            operation = route(request)[0]
            wrote = self.writes[writes].receipt if writes < len(self.writes) and operation == "UpdateBucket" else None
            who = f"controller {run.controller} (run {int(run.nonce, 16)})" if run else "somebody else"
            what = f" -> {wrote.state} {wrote.scope} by run {int(wrote.nonce, 16)}" if wrote and status == 200 else ""
            told.append(f"{moment - self._begun:9.2f}  {who}: {operation} {status}{what}{'  ' + fate if fate else ''}")
        return told

    def forgotten(self, work_request_id: str) -> bool:
        work = self._universe.simulator.world.work_requests[work_request_id]
        return work.time_finished is not None and self.now - work.time_finished >= self._universe.settings.retention

    def hidden(self, accepted: Accepted, run: Run) -> bool:
        """Whether the list that the run saw last did not show it yet."""
        listed, lag = self._listed.get(run.nonce, (self._begun, 0.0))
        lag = max(lag, self._universe.settings.nameless_seconds)
        return 0.0 <= listed - accepted.time < lag

    def hid_before(self, claim: Write | None, but_not: Accepted | None = None) -> bool:
        """Whether the list that a claim was built on could not show what had been accepted."""
        # What names no bucket is waited for a while.
        nameless = self._universe.settings.nameless_seconds
        lag = max(self._universe.list_lag, nameless if nameless > NAMED_WITHIN else 0.0)
        if claim is None or not lag:
            return False
        # The list is a call older than the claim, and a list that was kept may be older still.
        times = [claim.time] if claim.listed is None else [claim.time, claim.listed]
        return any(one is not but_not and 0 < time - one.time < lag for one in self.accepted for time in times)

    def status(self, work_request_id: str) -> str:
        self._universe.simulator.world.advance()
        work = self._universe.simulator.world.work_requests[work_request_id]
        return "COMPLETED with errors" if work.status == "COMPLETED" and work.errors else work.status

    def open_since(self, time: float) -> int:
        """How many uploads are open now that were begun before, or in the second of this time."""
        uploads = self._universe.bucket.uploads.values()
        return sum(upload.time_created < time + 1.0 for upload in uploads)

    def unwraps(self, kms_key_id: str, version_id: str, wrapped: bytes) -> bool:
        key = self._universe.simulator.world.keys[kms_key_id]
        version = key.version(version_id)
        return version is not None and proof.unwraps(version, wrapped)

    def versions_since(self, kms_key_id: str, version_id: str) -> list[str]:
        """The version and those after it."""
        ids = [version.id for version in self._universe.simulator.world.keys[kms_key_id].versions]
        return ids[ids.index(version_id) :] if version_id in ids else []


def _others(tags: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in tags.items() if name.rpartition(".")[2] not in receipts.TAGS}
