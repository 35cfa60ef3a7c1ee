# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection: names and behaviour may change without notice.

"""Whether a result proves that objects are encrypted under the current version of their key. Pure, no I/O.

Read as an auditor would: what is not said to be proven is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.decide.reasons import REASONS
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import BUCKET_KEY
from ansible_collections.rekey.oci.plugins.module_utils.report import rows

#: A bucket that holds nothing has nothing that could be unproven.
_EMPTY = frozenset(name for name, reason in REASONS.items() if reason.counted == "empty_bucket")
#: What Ansible gives to the result of any task that failed, or that runs on by itself.
_ANY_TASK = frozenset(("failed", "msg", "exception", "ansible_job_id"))


class NoResult(ValueError):
    """Not a result of one of the modules. The message is one line for a person."""


def proven(result: Any) -> bool:
    """Judge a registered result, or one entry of its ``buckets``. Raises NoResult."""
    if not isinstance(result, Mapping):
        raise NoResult("it was given %s" % _kind(result))
    if isinstance(result.get("results"), list):
        return bool(result["results"]) and all(list(map(proven, result["results"])))
    if result.get("failed") or result.get("skipped") or result.get("unreachable") or _runs_on(result):
        return False
    if isinstance(result.get("buckets"), list):
        whole = not result.get("unlisted") and not result.get("interrupted")
        return whole and bool(result["buckets"]) and all(_entry(one) for one in result["buckets"])
    if not _is_entry(result):
        if _ANY_TASK.intersection(result):
            return False
        raise NoResult("it was given a dictionary that is no such result")
    return _entry(result)


def _runs_on(result: Mapping[str, Any]) -> bool:
    """Whether it is an asynchronous job that has not ended."""
    return "ansible_job_id" in result and not result.get("finished")


def _is_entry(value: Any) -> bool:
    return isinstance(value, Mapping) and (
        ("action" in value and "reason" in value) or ("status" in value and "bucket" in value)
    )


def _entry(value: Any) -> bool:
    if not _is_entry(value):
        return False
    return _reencrypted(value) if "action" in value and "reason" in value else _looked(value)


def _looked(entry: Mapping[str, Any]) -> bool:
    """One bucket, of bucket_encryption_info. What the report takes for proven is."""
    return not entry.get("error") and rows.is_proven(entry)


def _reencrypted(result: Mapping[str, Any]) -> bool:
    """One bucket, of bucket_reencrypt, or in its compact form of compartment_reencrypt."""
    action, reason = str(result["action"]), str(result["reason"])
    if result.get("error") or result.get("predicted") or result.get("version_unknown"):
        return False
    if action == "none" and reason in _EMPTY:
        return True
    if result.get("scope") == BUCKET_KEY:
        return False
    if action == "none":
        done = reason in REASONS and bool(REASONS[reason].proven)
    else:
        done = action in ("submit", "join") and _part(result, "work_request").get("status") == "COMPLETED"
    return done and (_by_receipt(result) if "receipt" in result else result.get("key_version_id") is not None)


def _by_receipt(result: Mapping[str, Any]) -> bool:
    """Whether the receipt says so; where none is kept, the work request alone has said so."""
    current = _part(_part(result, "key"), "current_version").get("id")
    if current is None:
        return False
    receipt = result["receipt"]
    if receipt is None:
        return True
    if not isinstance(receipt, Mapping):
        return False
    return bool(receipt.get("state") == "completed" and receipt.get("key_version_id") == current)


def _part(result: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = result.get(name)
    return value if isinstance(value, Mapping) else {}


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    return "a string" if isinstance(value, str) else "a %s" % type(value).__name__
