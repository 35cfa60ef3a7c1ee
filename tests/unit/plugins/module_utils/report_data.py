# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries as bucket_encryption_info returns them, for the tests of the report."""

from __future__ import annotations

from typing import Any

KEY = "ocid1.key.oc1.us-ashburn-1.vaultexample.keyexample"
VERSION = "ocid1.keyversion.oc1.us-ashburn-1.vaultexample.versionexample2"
OLDER = "ocid1.keyversion.oc1.us-ashburn-1.vaultexample.versionexample1"
COMPARTMENT = "ocid1.compartment.oc1..compartmentexample"

STATUSES = ("up_to_date", "stale", "unproven", "in_progress", "failed", "empty_bucket", "oracle_managed_key", "error")


def entry(status: str = "up_to_date", name: str = "payroll", **changes: Any) -> dict[str, Any]:
    """What is returned for one bucket of this status; ``changes`` replaces whole parts."""
    oracle = status == "oracle_managed_key"
    proven = {"up_to_date": VERSION, "stale": OLDER}.get(status)
    receipt = {"state": "completed", "key_version_id": proven, "work_request_id": "wr", "time": "2026-10-03T10:00:00Z"}
    found: dict[str, Any] = {
        "status": status,
        "bucket": {
            "namespace": "examplens",
            "name": name,
            "id": "ocid1.bucket.oc1.iad.bucketexample",
            "compartment_id": COMPARTMENT,
            "kms_key_id": None if oracle else KEY,
            "approximate_count": 3,
            "approximate_size": 30,
        },
        "key": None
        if oracle
        else {
            "id": KEY,
            "vault_id": "ocid1.vault.oc1.us-ashburn-1.vaultexample.unique",
            "state": "ENABLED",
            "protection_mode": "HSM",
            "current_version": {"id": VERSION, "time_created": "2026-10-01T00:00:00Z"},
        },
        "key_version_age_days": None if oracle else 54,
        "receipt": receipt if proven else None,
        "work_request": {
            "id": "wr",
            "status": "FAILED",
            "errors": [{"code": "KeyDisabled", "message": "it is disabled"}],
        }
        if status == "failed"
        else None,
        "error": {"operation": "GetBucket", "status": 500, "code": "InternalError", "message": "try later"}
        if status == "error"
        else None,
    }
    found.update(changes)
    return found
