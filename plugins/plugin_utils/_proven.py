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

#: A bucket that holds nothing has nothing that could be unproven.
_EMPTY = frozenset(("empty_bucket", "key_assigned"))
_PROVEN_STATUSES = frozenset(("up_to_date", "empty_bucket"))


class NoResult(ValueError):
    """Not a result of one of the modules. The message is one line for a person."""


def proven(result: Any) -> bool:
    """Judge a registered result, or one entry of its ``buckets``. Raises NoResult."""
    if not isinstance(result, Mapping):
        raise NoResult("it was given %s" % _kind(result))
    if isinstance(result.get("results"), list):
        return bool(result["results"]) and all(proven(one) for one in result["results"])
    if result.get("failed") or result.get("skipped") or result.get("unreachable"):
        return False
    if isinstance(result.get("buckets"), list):
        whole = not result.get("unlisted") and not result.get("interrupted")
        return whole and bool(result["buckets"]) and all(proven(one) for one in result["buckets"])
    if "action" in result and "reason" in result:
        return _reencrypted(result)
    if "status" in result and "bucket" in result:
        return result["status"] in _PROVEN_STATUSES
    raise NoResult("it was given a dictionary with none of their keys")


def _reencrypted(result: Mapping[str, Any]) -> bool:
    """One bucket, of bucket_reencrypt, or in its compact form of compartment_reencrypt."""
    action, reason = result["action"], result["reason"]
    if result.get("error") or result.get("predicted"):
        return False
    if action == "none":
        if reason in _EMPTY:
            return True
        done = reason == "up_to_date"
    else:
        done = _part(result, "work_request").get("status") == "COMPLETED"
    return done and (_by_receipt(result) if "receipt" in result else result.get("key_version_id") is not None)


def _by_receipt(result: Mapping[str, Any]) -> bool:
    """Whether the receipt says so; where none is kept, the work request alone has said so."""
    current = _part(_part(result, "key"), "current_version").get("id")
    if current is None:
        return False
    receipt = result["receipt"]
    if receipt is None:
        return True
    return bool(receipt.get("state") == "completed" and receipt.get("key_version_id") == current)


def _part(result: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = result.get(name)
    return value if isinstance(value, Mapping) else {}


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    return "a string" if isinstance(value, str) else "a %s" % type(value).__name__
