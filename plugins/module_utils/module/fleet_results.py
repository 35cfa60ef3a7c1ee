# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fleet's run comes to: a compact entry for each bucket, counts, and a line for a person. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.filters import Names
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Fail
from ansible_collections.rekey.oci.plugins.module_utils.fleet.tasks import STOPPED
from ansible_collections.rekey.oci.plugins.module_utils.module import results
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler

COUNTS = ("submitted", "joined", "completed", "up_to_date", "empty_bucket", "oracle_managed_key", "failed")

#: How many failures a message names.
_NAMED = 3


def compact(reconciler: Reconciler, compartment_id: Optional[str], diff: bool = False) -> dict[str, Any]:
    """A bucket's entry: what an operator needs of ten thousand of them."""
    outcome, facts = reconciler.outcome, reconciler.facts
    bucket = facts.bucket or reconciler.last_bucket
    work_request = results.work_request_of(reconciler)
    entry: dict[str, Any] = {
        "namespace": reconciler.namespace,
        "name": reconciler.name,
        "compartment_id": bucket.compartment_id if bucket else compartment_id,
        "changed": results.changed_by(reconciler),
        "action": outcome.action if outcome else "none",
        "reason": outcome.reason if outcome else None,
        "assigned": results.assigned_by(reconciler),
        "key_version_id": facts.key.current_version if facts.key else None,
        "work_request": None,
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
    if reconciler.warnings:
        entry["warnings"] = list(reconciler.warnings)
    if diff and entry["changed"]:
        entry["diff"] = results.diff_of(reconciler, True)
    return entry


def error_of(reconciler: Reconciler) -> Optional[dict[str, Any]]:
    """Why a bucket failed: ``message`` is a line for a person, the rest is of the API call that failed, if one did."""
    outcome = reconciler.outcome
    if not isinstance(outcome, Fail):
        return None
    error: dict[str, Any] = dict.fromkeys(("operation", "status", "code", "opc_request_id"))
    if reconciler.error is not None:
        error.update(reconciler.error.as_result())
    error["message"] = outcome.message
    return error


def name_of(entry: dict[str, Any]) -> str:
    """Of an entry of either module."""
    name: str = entry["name"] if "name" in entry else entry["bucket"]["name"]
    return name


def summary_of(entries: Sequence[dict[str, Any]], waited: bool) -> dict[str, int]:
    """Counts. One bucket may count more than once: as submitted, and as completed or failed."""
    summary = dict.fromkeys(("total", *COUNTS), 0)
    summary["total"] = len(entries)
    for entry in entries:
        failed = entry["error"] is not None
        if entry["action"] in ("submit", "join"):
            summary["submitted" if entry["action"] == "submit" else "joined"] += 1
            summary["completed"] += waited and not failed
        elif not failed and entry["reason"] in summary:
            summary[entry["reason"]] += 1
        summary["failed"] += failed
    return summary


def told(summary: dict[str, int]) -> str:
    """Such as "1000 buckets: 990 up to date, 10 submitted"."""
    parts = ["%d %s" % (count, name.replace("_", " ")) for name, count in summary.items() if count and name != "total"]
    return "%d bucket%s%s" % (
        summary["total"],
        "" if summary["total"] == 1 else "s",
        ": " + ", ".join(parts) if parts else "",
    )


def no_match(names: Names, seen: int, searched: int, by_key: bool) -> str:
    """Why there is nothing in the result."""
    filters = [part for part in (str(names), "key_ids" if by_key else "") if part]
    where = "%d compartment%s" % (searched, "" if searched == 1 else "s")
    if not seen:
        return "There are no buckets in %s." % where
    return "None of the %d bucket%s in %s matches %s." % (seen, "" if seen == 1 else "s", where, " and ".join(filters))


def failures(entries: Sequence[dict[str, Any]], unlisted: Sequence[dict[str, Any]]) -> Optional[str]:
    """The failures for a person, the first ones by name; None where there are none, or only buckets that were stopped."""
    failed = [entry for entry in entries if entry["error"] is not None and entry["error"]["message"] != STOPPED]
    lines = []
    if failed:
        named = ["%s: %s" % (name_of(entry), entry["error"]["message"]) for entry in failed[:_NAMED]]
        lines.append(_some("%d of %d buckets failed" % (len(failed), len(entries)), named, len(failed)))
    if unlisted:
        named = [
            "%s: %s failed: %s %s: %s"
            % (
                entry["compartment_id"],
                entry["error"]["operation"],
                entry["error"]["status"] or "",
                entry["error"]["code"] or "",
                entry["error"]["message"],
            )
            for entry in unlisted[:_NAMED]
        ]
        what = "%d compartment%s could not be listed" % (len(unlisted), "" if len(unlisted) == 1 else "s")
        lines.append(_some(what, named, len(unlisted)))
    return " ".join(lines) or None


def _some(what: str, named: list[str], number: int) -> str:
    more = "; and %d more" % (number - len(named)) if number > len(named) else ""
    text = "%s. %s%s" % (what, "; ".join(line.rstrip(".") for line in named), more)
    return text + "."
