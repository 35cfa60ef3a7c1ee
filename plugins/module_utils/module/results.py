# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run learned, as a module's result: the same shape on success and on failure. No I/O."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import Bucket, Key, WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.decide import replication, uploads
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import ALL, COMPLETED
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler


def nothing(scope: str = ALL) -> dict[str, Any]:
    """The result of a run that failed before it learned anything."""
    return {
        "changed": False,
        "action": "none",
        "reason": None,
        "assigned": False,
        "bucket": None,
        "key": None,
        "open_uploads": None,
        "work_request": None,
        "receipt": None,
        "scope": scope,
    }


def work_request_of(reconciler: Reconciler) -> Optional[WorkRequest]:
    """The work request that the result is about: this run's own, else the one joined, else the receipt's."""
    found, outcome = _work_request_of(reconciler), reconciler.outcome
    foretold = reconciler.options.check_mode and outcome is not None and outcome.action == "submit"
    # That of an older proof is not that of the re-encryption which is foretold.
    return None if foretold and found is not None and found.status == "COMPLETED" and not found.errors else found


def _work_request_of(reconciler: Reconciler) -> Optional[WorkRequest]:
    facts, attempt = reconciler.facts, reconciler.attempt
    receipt = facts.receipt
    candidates = list(reversed(attempt.submitted))
    candidates.append(attempt.joined or "")
    if isinstance(reconciler.outcome, Done) and reconciler.outcome.action == "join" and not any(candidates):
        # One that runs is told of, though the receipt may name one that has ended.
        running = _listed(reconciler)
        if running is not None:
            return running
    candidates.append((receipt.work_request_id or "") if receipt else "")
    for wanted in filter(None, candidates):
        seen = facts.seen(wanted)
        if isinstance(seen, WorkRequest) and seen.status is not None:
            return seen
        listed = next((listed for listed in facts.listing or () if listed.id == wanted), None)
        if listed is not None:
            return listed
        # A completed receipt was written after the work request had completed.
        proven = receipt is not None and receipt.state == COMPLETED and receipt.work_request_id == wanted
        accepted = "ACCEPTED" if attempt.is_mine(wanted) else None
        return WorkRequest(id=wanted, status="COMPLETED" if proven else accepted)
    return _listed(reconciler)


def _listed(reconciler: Reconciler) -> Optional[WorkRequest]:
    """The newest listed work request of the kind that the outcome speaks of; nothing else names one."""
    facts, outcome = reconciler.facts, reconciler.outcome
    if not isinstance(outcome, Done):
        return None
    if outcome.action == "join":
        statuses: Optional[frozenset[str]] = None
    elif outcome.reason == "up_to_date":
        statuses = frozenset(("COMPLETED",))
    elif outcome.reason == "work_request_failed":
        statuses = frozenset(("FAILED", "CANCELED"))
    else:
        return None
    found = []
    for listed in facts.listing or ():
        seen = facts.seen(listed.id)
        latest = seen if isinstance(seen, WorkRequest) else listed
        if latest.status in statuses if statuses else not latest.terminal:
            found.append(latest)
    return max(found, key=lambda listed: listed.time_accepted or 0.0, default=None)


def key_of(reconciler: Reconciler) -> Optional[Key]:
    key = reconciler.facts.key
    return replace(key, version_created=reconciler.facts.version_created()) if key is not None else None


def changed_by(reconciler: Reconciler) -> bool:
    outcome = reconciler.outcome
    done = submitted_by(reconciler) or reconciler.attempt.assigned
    return done or (isinstance(outcome, Done) and outcome.changed)


def submitted_by(reconciler: Reconciler) -> bool:
    """Whether the run submitted a re-encryption, or in check mode would. One that the service refused is none."""
    attempt, outcome = reconciler.attempt, reconciler.outcome
    # A POST whose answer was lost may have been accepted: saying so is nearer the truth than silence.
    return attempt.may_have_submitted or (isinstance(outcome, Done) and outcome.action == "submit")


def predicted(reconciler: Reconciler) -> bool:
    """Whether the outcome is one of check mode that a real run would have had to do something for."""
    outcome, receipt = reconciler.outcome, reconciler.facts.receipt
    if not reconciler.options.check_mode or not isinstance(outcome, Done):
        return False
    # That a re-encryption has completed is not on the receipt yet.
    unwritten = outcome.reason == "up_to_date" and receipt is not None and receipt.proof() is None
    return outcome.changed or outcome.action != "none" or unwritten


def version_unknown(reconciler: Reconciler) -> bool:
    """Whether nobody can tell which version of the key the re-encryption is for, however well it ended."""
    outcome, facts = reconciler.outcome, reconciler.facts
    if not isinstance(outcome, Done) or outcome.action == "none" or not replication.blind(facts):
        return False
    proof = facts.receipt.proof() if facts.receipt is not None else None
    return facts.key is None or proof is None or proof.key_version_id != facts.key.current_version


def result_of(reconciler: Reconciler) -> dict[str, Any]:
    """The module's return values, as far as known."""
    outcome = reconciler.outcome
    facts = reconciler.facts
    bucket: Optional[Bucket] = facts.bucket or reconciler.last_bucket
    key = key_of(reconciler)
    work_request = work_request_of(reconciler)
    receipt = facts.receipt
    if receipt is not None and outcome is not None and outcome.reason == "up_to_date":
        # A later attempt, made without the key's version, keeps what was proven.
        receipt = receipt.proof() or receipt
    result: dict[str, Any] = {
        "changed": changed_by(reconciler),
        "action": outcome.action if outcome else "none",
        "reason": outcome.reason if outcome else None,
        "assigned": assigned_by(reconciler),
        "bucket": bucket.as_result() if bucket else None,
        "key": key.as_result() if key else None,
        "open_uploads": uploads.count(facts),
        "scope": reconciler.options.scope,
        "work_request": work_request.as_result() if work_request else None,
        "receipt": receipt.as_result() if receipt else None,
    }
    if predicted(reconciler):
        result["predicted"] = True
    if version_unknown(reconciler):
        result["version_unknown"] = True
    if reconciler.error is not None:
        result["error"] = reconciler.error.as_result()
    return result


def assigned_by(reconciler: Reconciler) -> bool:
    """Whether the run assigned the key, or in check mode would."""
    bucket, wanted = reconciler.facts.bucket or reconciler.last_bucket, reconciler.options.kms_key_id
    if not (reconciler.options.check_mode and isinstance(reconciler.outcome, Done)):
        return reconciler.attempt.assigned
    return bool(wanted and bucket and bucket.kms_key_id != wanted)


def diff_of(reconciler: Reconciler, changed: bool) -> dict[str, Any]:
    """The key and its version that the bucket is proven under, before and after."""
    before = {"kms_key_id": reconciler.attempt.previous_key, "key_version_id": reconciler.key_version_before}
    after = dict(before)
    facts = reconciler.facts
    # Of a run that failed nothing is proven yet; a key that was assigned is.
    if changed and not isinstance(reconciler.outcome, Done):
        bucket = facts.bucket or reconciler.last_bucket
        after["kms_key_id"] = bucket.kms_key_id if bucket else None
    elif changed:
        bucket = facts.bucket or reconciler.last_bucket
        after["kms_key_id"] = reconciler.options.kms_key_id or (bucket.kms_key_id if bucket else None)
        after["key_version_id"] = facts.key.current_version if facts.key else None
    return {"before": before, "after": after}
