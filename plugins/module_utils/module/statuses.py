# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a bucket stands, for an audit: the decision of check mode, put into a word. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import Bucket
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.reasons import REASONS
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef
from ansible_collections.rekey.oci.plugins.module_utils.module import fleet_results, results
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler

STATUSES = (
    "up_to_date",
    "stale",
    "unproven",
    "in_progress",
    "failed",
    "empty_bucket",
    "oracle_managed_key",
    "error",
)

_DAY = 86400


def status_of(reconciler: Reconciler) -> str:
    outcome = reconciler.outcome
    if not isinstance(outcome, Done):
        return "error"
    return REASONS[outcome.reason].status or "unproven"


class Looks:
    """A bucket's entry in bucket_encryption_info."""

    def __init__(self, scope: str = receipts.ALL) -> None:
        self._scope = scope

    def of(self, reconciler: Reconciler, ref: BucketRef) -> Optional[dict[str, Any]]:
        """None for a bucket that is there no more."""
        outcome = reconciler.outcome
        return None if outcome is not None and outcome.reason == "bucket_gone" else entry_of(reconciler, ref)

    def broken(self, ref: BucketRef, message: str, submitted: bool) -> dict[str, Any]:
        return {
            "region": ref.region,
            "bucket": _unread(ref),
            "key": None,
            "receipt": None,
            "open_uploads": None,
            "work_request": None,
            "scope": self._scope,
            "status": "error",
            "key_version_age_days": None,
            "error": fleet_results.own_error(message),
        }


def _unread(ref: BucketRef) -> dict[str, Any]:
    return Bucket(ref.namespace, ref.name, compartment_id=ref.compartment_id, region=ref.region).as_result()


def entry_of(reconciler: Reconciler, ref: BucketRef) -> dict[str, Any]:
    result = results.result_of(reconciler)
    entry = {
        "region": ref.region,
        "bucket": result["bucket"] or _unread(ref),
        "key": result["key"],
        "receipt": result["receipt"],
        "open_uploads": result["open_uploads"],
        "work_request": result["work_request"],
        "scope": reconciler.options.scope,
        "status": status_of(reconciler),
        "key_version_age_days": _age(reconciler),
        "error": fleet_results.error_of(reconciler),
    }
    if reconciler.warnings:
        entry["warnings"] = list(reconciler.warnings)
    return entry


def _age(reconciler: Reconciler) -> Optional[int]:
    """Whole days since the key's current version was created, by the service's clock."""
    created, now = reconciler.facts.version_created(), reconciler.facts.service_time
    if created is None or now is None:
        return None
    return max(0, int((now - created) // _DAY))


def summary_of(entries: Sequence[dict[str, Any]]) -> dict[str, int]:
    summary = dict.fromkeys(("total", *STATUSES), 0)
    summary["total"] = len(entries)
    for entry in entries:
        summary[entry["status"]] += 1
    return summary
