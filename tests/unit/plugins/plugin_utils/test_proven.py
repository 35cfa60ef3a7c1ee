# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What counts as proof."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.rekey.oci.plugins.test import proven as plugin

proven = plugin.TestModule().tests()["proven"]

KEY = {"id": "key", "current_version": {"id": "v2"}}
COMPLETED = {"state": "completed", "key_version_id": "v2", "work_request_id": "w"}
DONE = {"id": "w", "status": "COMPLETED"}


def one(**more: Any) -> dict[str, Any]:
    """A result of bucket_reencrypt: up to date, unless told otherwise."""
    result: dict[str, Any] = {
        "changed": False,
        "action": "none",
        "reason": "up_to_date",
        "assigned": False,
        "bucket": {"name": "photos", "kms_key_id": "key"},
        "key": KEY,
        "work_request": DONE,
        "receipt": COMPLETED,
    }
    return {**result, **more}


def compact(**more: Any) -> dict[str, Any]:
    """An entry of compartment_reencrypt."""
    entry = {"action": "none", "reason": "up_to_date", "key_version_id": "v2", "work_request": DONE, "error": None}
    return {**entry, **more}


def info(status: str, **more: Any) -> dict[str, Any]:
    """An entry of bucket_encryption_info."""
    return {"bucket": {"name": "photos"}, "status": status, **more}


RUNNING = {"id": "w", "status": "IN_PROGRESS"}
SUBMITTED = {"state": "submitted", "key_version_id": "v2", "work_request_id": "w"}


@pytest.mark.parametrize(
    "result",
    [
        one(),
        one(action="submit", reason="key_version_changed", changed=True),
        one(action="join", reason="in_progress"),
        one(reason="empty_bucket", receipt=None, work_request=None),
        one(reason="key_assigned", changed=True, assigned=True, receipt=None, work_request=None),
        # receipt: none
        one(receipt=None),
        one(action="submit", reason="unproven", receipt=None),
        {"results": [one(), one(reason="empty_bucket")], "changed": False},
        {"buckets": [compact(), compact(action="submit", reason="forced"), compact(reason="empty_bucket")]},
        {"buckets": [info("up_to_date"), info("empty_bucket")], "unlisted": [], "interrupted": False},
        info("up_to_date"),
        info("up_to_date", scope="all", key=KEY, receipt=COMPLETED),
        compact(),
        compact(scope="bucket-key", reason="empty_bucket"),
        one(ansible_job_id="j1.2", finished=1),
    ],
)
def test_proven(result: dict[str, Any]) -> None:
    assert proven(result) is True


@pytest.mark.parametrize(
    "result",
    [
        one(failed=True, msg="no"),
        {"failed": True, "msg": "no"},
        {"skipped": True, "changed": False},
        {"unreachable": True},
        one(reason="oracle_managed_key", key=None, receipt=None, work_request=None),
        # Started, not waited for.
        one(action="submit", reason="unproven", receipt=SUBMITTED, work_request={"id": "w", "status": None}),
        one(action="join", reason="in_progress", receipt=SUBMITTED, work_request=RUNNING),
        one(action="submit", reason="unproven", receipt=None, work_request=RUNNING),
        # Check mode.
        one(action="submit", reason="forced", changed=True, predicted=True),
        one(reason="key_assigned", changed=True, predicted=True),
        one(receipt=SUBMITTED, predicted=True),
        # It is not this version that the receipt speaks of.
        one(receipt={**COMPLETED, "key_version_id": "v1"}),
        one(action="submit", reason="forced", receipt={**COMPLETED, "key_version_id": "v1"}),
        # Nobody could read which version is the current one.
        one(key=None),
        one(key=None, receipt=None, action="submit", reason="unproven"),
        # Its current version is known, and not whether it was in use where the bucket is.
        one(action="submit", reason="unproven", receipt=None, version_unknown=True),
        {"buckets": [compact(action="submit", reason="unproven", version_unknown=True)]},
        {"results": []},
        {"results": [one(), {"skipped": True}]},
        {"results": [one(), one(failed=True)]},
        {"buckets": []},
        {"buckets": [compact(), compact(error={"message": "no"})]},
        {"buckets": [compact(reason="oracle_managed_key", key_version_id=None)]},
        {"buckets": [compact(action="submit", reason="unproven", work_request=RUNNING)]},
        {"buckets": [compact(action="submit", reason="unproven", key_version_id=None)]},
        {"buckets": [compact(predicted=True)]},
        {"buckets": [compact()], "unlisted": [{"compartment_id": "c"}]},
        {"buckets": [compact()], "interrupted": True},
        {"buckets": [compact()], "failed": True},
        *({"buckets": [info("up_to_date"), info(status)]} for status in ("stale", "unproven", "in_progress", "failed")),
        # An asynchronous job that runs on, and results that are odd.
        {"ansible_job_id": "j1.2", "started": 1, "finished": 0, "changed": False},
        {"ansible_job_id": "j1.2", "started": True, "finished": False},
        {"results": [{"ansible_job_id": "j1.2", "started": 1, "finished": 0}, one()]},
        {"failed": False, "msg": "The profile X is not there", "changed": False},
        {"buckets": [None]},
        {"buckets": [{}, "photos"]},
        one(receipt="completed", work_request=[DONE]),
        one(reason=["up_to_date"]),
        one(action={}),
        compact(work_request="COMPLETED", action="submit"),
        {**info("stale"), "status": ["up_to_date"]},
        info("up_to_date", key=[], receipt=SUBMITTED),
        info("up_to_date", predicted=True),
        info("up_to_date", key=KEY, receipt={**COMPLETED, "key_version_id": "v1"}),
        info("up_to_date", error={"message": "no"}),
        # Bucket keys only.
        one(scope="bucket-key"),
        compact(scope="bucket-key"),
        info("up_to_date", scope="bucket-key"),
        *({"buckets": [info(status)]} for status in ("oracle_managed_key", "error", "something new")),
    ],
)
def test_not_proven(result: dict[str, Any]) -> None:
    assert proven(result) is False


@pytest.mark.parametrize("given", [None, "photos", 7, [], {}, {"ping": "pong"}, {"results": [one(), "photos"]}])
def test_what_is_no_result_is_told(given: Any) -> None:
    with pytest.raises(AnsibleFilterError, match=r"rekey.oci.proven judges a registered result") as told:
        proven(given)
    assert "\n" not in str(told.value)
