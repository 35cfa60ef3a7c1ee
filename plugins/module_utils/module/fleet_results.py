# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fleet's run comes to: a compact entry for each bucket, counts, and a line for a person. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.filters import Names
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts, uploads
from ansible_collections.rekey.oci.plugins.module_utils.decide.reasons import REASONS
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from ansible_collections.rekey.oci.plugins.module_utils.fleet.tasks import STOPPED
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef
from ansible_collections.rekey.oci.plugins.module_utils.module import results
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler

#: What there is a count of. Of a bucket for which nothing was submitted or joined, its reason says as what it counts.
COUNTS = (
    "submitted", "joined", "completed", "up_to_date", "empty_bucket", "oracle_managed_key", "failed", "deferred",
    "not_begun", "gone", "open_uploads", "proven",
)  # fmt: skip

#: Counts that stand beside the others, and are not told in the message.
_BESIDE = frozenset(("total", "open_uploads", "proven"))

#: How many failures a message names.
_NAMED = 3


def nothing() -> dict[str, Any]:
    """The result of a run that failed before it learned anything."""
    return {
        "changed": False,
        "summary": summary_of((), False),
        "buckets": [],
        "unlisted": [],
        "region": None,
        "regions": [],
        "interrupted": False,
    }


class Compact:
    """A bucket's entry in compartment_reencrypt: what an operator needs of ten thousand of them."""

    def __init__(self, scope: str = receipts.ALL, diff: bool = False) -> None:
        self._scope = scope
        self._diff = diff

    def of(self, reconciler: Reconciler, ref: BucketRef) -> dict[str, Any]:
        return _compact(reconciler, ref, self._diff)

    def broken(self, ref: BucketRef, message: str, submitted: bool) -> dict[str, Any]:
        return {
            "region": ref.region,
            "namespace": ref.namespace,
            "name": ref.name,
            "compartment_id": ref.compartment_id,
            "changed": submitted,
            "action": "submit" if submitted else "none",
            "reason": None,
            "submitted": submitted,
            "assigned": False,
            "key_version_id": None,
            "scope": self._scope,
            "work_request": None,
            "proven": False,
            "open_uploads": None,
            "error": own_error(message),
        }


def _compact(reconciler: Reconciler, ref: BucketRef, diff: bool) -> dict[str, Any]:
    outcome, facts = reconciler.outcome, reconciler.facts
    bucket = facts.bucket or reconciler.last_bucket
    work_request = results.work_request_of(reconciler)
    entry: dict[str, Any] = {
        "region": ref.region,
        "namespace": ref.namespace,
        "name": ref.name,
        "compartment_id": bucket.compartment_id if bucket else ref.compartment_id,
        "changed": results.changed_by(reconciler),
        "action": outcome.action if outcome else "none",
        "reason": outcome.reason if outcome else None,
        "submitted": results.submitted_by(reconciler),
        "assigned": results.assigned_by(reconciler),
        "key_version_id": facts.key.current_version if facts.key else None,
        "scope": reconciler.options.scope,
        "work_request": None,
        "proven": _is_proven(reconciler),
        "open_uploads": uploads.count(facts),
        "error": error_of(reconciler),
    }
    if work_request is not None:
        entry["work_request"] = {
            "id": work_request.id,
            "status": work_request.status,
            "percent_complete": work_request.percent_complete,
        }
    if results.predicted(reconciler):
        entry["predicted"] = True
    if results.version_unknown(reconciler):
        entry["version_unknown"] = True
    if reconciler.warnings:
        entry["warnings"] = list(reconciler.warnings)
    if diff and entry["changed"]:
        entry["diff"] = results.diff_of(reconciler, True)
    return entry


def _is_proven(reconciler: Reconciler) -> bool:
    """Whether a completed receipt proves at the end of the run that all objects are under the current version of the key."""
    outcome, facts = reconciler.outcome, reconciler.facts
    receipt = facts.receipt.proof() if facts.receipt is not None else None
    if not isinstance(outcome, Done) or facts.key is None or receipt is None:
        return False
    current = receipt.key == receipts.key_digest(facts.key.id) and receipt.key_version_id == facts.key.current_version
    ended = outcome.reason == "up_to_date" or (outcome.action != "none" and not reconciler.options.check_mode)
    return current and receipt.covers(receipts.ALL) and ended


def error_of(reconciler: Reconciler) -> Optional[dict[str, Any]]:
    """Why a bucket failed: ``message`` is a line for a person, the rest is of the API call that failed, if one did."""
    outcome = reconciler.outcome
    if not isinstance(outcome, Fail):
        return None
    error = own_error(outcome.message)
    if reconciler.error is not None:
        error.update(reconciler.error.as_result(), message=outcome.message)
    return error


def own_error(message: str) -> dict[str, Any]:
    """A failure that is no API call's."""
    return {"message": message, **dict.fromkeys(("operation", "status", "code", "opc_request_id"))}


def name_of(entry: dict[str, Any]) -> str:
    """Of an entry of either module."""
    name: str = _bucket_of(entry)["name"]
    return name


def identity_of(entry: dict[str, Any]) -> tuple[str, str, str]:
    """Region, namespace and name, by which the entries of either module are ordered."""
    bucket = _bucket_of(entry)
    return entry["region"] or "", bucket["namespace"], bucket["name"]


def _bucket_of(entry: dict[str, Any]) -> dict[str, Any]:
    bucket: dict[str, Any] = entry if "name" in entry else entry["bucket"]
    return bucket


def summary_of(entries: Sequence[dict[str, Any]], waited: bool) -> dict[str, int]:
    """Counts. One bucket may count more than once: as submitted, and as completed or failed."""
    summary = dict.fromkeys(("total", *COUNTS), 0)
    summary["total"] = len(entries)
    for entry in entries:
        failed = entry["error"] is not None
        counted = counted_as(entry["reason"])
        if entry["action"] in ("submit", "join"):
            summary["submitted"] += bool(entry.get("submitted"))
            summary["joined"] += entry["action"] == "join"
            summary["completed"] += waited and not failed
        elif not failed and counted is not None:
            summary[counted] += 1
        summary["failed"] += failed
        summary["proven"] += bool(entry.get("proven"))
        summary["open_uploads"] += bool(entry.get("open_uploads"))
    return summary


def counted_as(reason: Optional[str]) -> Optional[str]:
    """What a bucket counts as for which nothing was submitted or joined."""
    return REASONS[reason].counted if reason in REASONS else None


def told(summary: dict[str, int], scope: str = receipts.ALL) -> str:
    """Such as "1000 buckets: 990 up to date, 10 submitted"."""
    parts = [
        "%d %s" % (count, name.replace("_", " ")) for name, count in summary.items() if count and name not in _BESIDE
    ]
    text = _number(summary["total"], "bucket") + (": " + ", ".join(parts) if parts else "")
    if scope != receipts.ALL:
        text += " (bucket keys only)"
    waiting = summary.get("deferred", 0) + summary.get("not_begun", 0)
    return text + (". %d wait%s for another run." % (waiting, "s" if waiting == 1 else "") if waiting else "")


def _number(count: int, what: str) -> str:
    return "%d %s%s" % (count, what, "" if count == 1 else "s")


def no_match(names: Names, seen: int, searched: int, by_key: bool) -> str:
    """Why there is nothing in the result."""
    filters = [part for part in (str(names), "key_ids" if by_key else "") if part]
    where = "%d compartment%s" % (searched, "" if searched == 1 else "s")
    if not seen:
        return "There are no buckets in %s." % where
    return "Of the %d bucket%s in %s, none is left after %s." % (
        seen,
        "" if seen == 1 else "s",
        where,
        " and ".join(filters),
    )


def failures(entries: Sequence[dict[str, Any]], unlisted: Sequence[dict[str, Any]], regions: int = 1) -> Optional[str]:
    """The failures for a person, the first ones by name; None where there are none, or only buckets that were stopped."""
    failed = [entry for entry in entries if entry["error"] is not None and entry["error"]["message"] != STOPPED]
    lines = []
    if failed:
        named = ["%s: %s" % (_named(entry, regions), entry["error"]["message"]) for entry in failed[:_NAMED]]
        told = "%d of %d bucket%s failed" % (len(failed), len(entries), "" if len(entries) == 1 else "s")
        lines.append(_some(told, named, len(failed)))
    if unlisted:
        named = [
            "%s: %s failed: %s"
            % (
                _in_region(entry, entry["compartment_id"], regions),
                entry["error"]["operation"],
                " ".join(filter(None, (_status(entry["error"]), entry["error"]["message"]))),
            )
            for entry in unlisted[:_NAMED]
        ]
        lines.append(_some(_number(len(unlisted), "compartment") + " could not be listed", named, len(unlisted)))
    waiting = sum(1 for entry in entries if entry.get("reason") in ("deferred", "not_begun"))
    if waiting and lines:
        lines.append("%d more wait%s for another run." % (waiting, "s" if waiting == 1 else ""))
    return " ".join(lines) or None


def _status(error: dict[str, Any]) -> str:
    return "%s %s:" % (error["status"], error["code"] or "") if error["status"] is not None else ""


def _named(entry: dict[str, Any], regions: int) -> str:
    return _in_region(entry, name_of(entry), regions)


def _in_region(entry: dict[str, Any], name: str, regions: int) -> str:
    """A name, with its region where there are several."""
    return "%s/%s" % (entry["region"], name) if regions > 1 else name


def _some(what: str, named: list[str], number: int) -> str:
    more = "; and %d more" % (number - len(named)) if number > len(named) else ""
    text = "%s. %s%s" % (what, "; ".join(line.rstrip(".") for line in named), more)
    return text + "."
