# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report says of one bucket: one flat row, with a verdict and who should act. No I/O.

It takes entries of bucket_encryption_info. They are data from outside: nothing is believed of their shape.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import UNUSABLE_KEY_STATES
from ansible_collections.rekey.oci.plugins.module_utils.decide.reasons import REASONS
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import ALL, BUCKET_KEY

PROVEN, NOT_PROVEN, NOTHING_TO_PROVE = "proven", "not_proven", "nothing_to_prove"

#: The columns, in the order of the CSV.
COLUMNS = tuple(
    """
    region compartment_id compartment namespace bucket verdict status who action error key_id vault_id key_state
    protection_mode key_version_id key_version_created key_version_age_days proven_version_id last_proof work_request_id
    work_request_status percent_complete approximate_count approximate_size key_name scope open_uploads
    """.split()
)

#: The columns that are numbers or null; all others are texts or null.
_NUMBERS = frozenset(
    ("key_version_age_days", "percent_complete", "approximate_count", "approximate_size", "open_uploads")
)

#: What is to be done where a proof is about the keys of the bucket alone.
BUCKET_KEYS_ONLY = "Only the bucket keys are proven, not the objects: re-encrypt all objects."

#: The statuses of buckets that are proven, by the table of reasons.
PROVEN_STATUSES = frozenset(reason.status for reason in REASONS.values() if reason.proven)
#: In these nothing could be under an older version of a customer's key.
_NOTHING = frozenset(("empty_bucket", "oracle_managed_key"))

#: Status to who should act, and what they should do, where a bucket is not proven.
_STATUSES = {
    "in_progress": ("nobody", "Look again when the work request has ended."),
    "stale": ("storage operator", "Re-encrypt: the receipt no longer proves the bucket."),
    "unproven": ("storage operator", "Re-encrypt: nothing proves which key version is in use."),
    "failed": ("storage operator", "See why the work request failed, and re-encrypt."),
}
_UNKNOWN = ("storage operator", "Find out why, and look again.")

#: The regions that OCIDs name by their short names.
_SHORT_REGIONS = {"iad": "us-ashburn-1", "phx": "us-phoenix-1"}

# Control characters have no place in a file that a person reads, and lone surrogates in no file at all.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def row(entry: Mapping[str, Any], require_customer_managed_key: bool = False) -> dict[str, Any]:
    """One bucket's row. ``entry`` may lack anything, and so may the row: then it has null there."""
    bucket, key, receipt = part(entry, "bucket"), part(entry, "key"), part(entry, "receipt")
    work_request, error = part(entry, "work_request"), part(entry, "error")
    version = part(key, "current_version")
    status = text(entry.get("status")) or "error"
    scope = ALL if entry.get("scope") is None else entry["scope"]
    verdict, who, action = _judge(status, bucket, key, error)
    if verdict == PROVEN:
        verdict, who, action = _weigh(entry, scope) or (verdict, who, action)
    if status == "oracle_managed_key" and require_customer_managed_key:
        verdict, who, action = NOT_PROVEN, "key administrator", "Assign a customer-managed key."
    completed = receipt.get("state") == "completed"
    last_proof = receipt.get("time") if completed else None
    if status == "up_to_date" and not last_proof:
        last_proof = work_request.get("time_finished") or work_request.get("time_accepted")
    values = {
        "region": entry.get("region") or _region(bucket.get("id")) or _region(bucket.get("kms_key_id")),
        "compartment_id": bucket.get("compartment_id") or entry.get("compartment_id") or None,
        "compartment": entry.get("compartment_name"),
        "namespace": bucket.get("namespace"),
        "bucket": bucket.get("name"),
        "verdict": verdict,
        "status": status,
        "who": who,
        "action": action,
        "error": error_line(error, work_request if status == "failed" else {}),
        "key_id": bucket.get("kms_key_id") or key.get("id"),
        "vault_id": key.get("vault_id"),
        "key_state": key.get("state"),
        "protection_mode": key.get("protection_mode"),
        "key_version_id": version.get("id"),
        "key_version_created": version.get("time_created"),
        "key_version_age_days": entry.get("key_version_age_days"),
        "proven_version_id": receipt.get("key_version_id") if completed else None,
        "last_proof": last_proof,
        "work_request_id": work_request.get("id") or receipt.get("work_request_id"),
        "work_request_status": work_request.get("status"),
        "percent_complete": work_request.get("percent_complete"),
        "approximate_count": bucket.get("approximate_count"),
        "approximate_size": bucket.get("approximate_size"),
        "key_name": key.get("display_name"),
        "scope": scope,
        "open_uploads": entry.get("open_uploads"),
    }
    return {name: _number(values[name]) if name in _NUMBERS else text(values[name]) for name in COLUMNS}


def rows(results: Iterable[Mapping[str, Any]], require_customer_managed_key: bool = False) -> list[dict[str, Any]]:
    """All rows, those first that are not proven, and of these those first that somebody should act on.

    A bucket that is in several results counts once, as the one of them that proves least.
    """
    made: dict[Any, list[dict[str, Any]]] = {}
    for result in results:
        found: dict[Any, list[dict[str, Any]]] = {}
        for entry in mappings(result.get("buckets")):
            one = row({**entry, "region": entry.get("region") or result.get("region")}, require_customer_managed_key)
            found.setdefault((one["region"], one["namespace"], one["bucket"]), []).append(one)
        for name, same in found.items():
            if name not in made or max(map(_place, made[name])) > max(map(_place, same)):
                made[name] = same
    return sorted((one for same in made.values() for one in same), key=_place)


def _place(one: Mapping[str, Any]) -> tuple[Any, ...]:
    verdicts = (NOT_PROVEN, PROVEN, NOTHING_TO_PROVE)
    names = tuple(one[name] or "" for name in ("region", "compartment", "compartment_id", "namespace", "bucket"))
    return (verdicts.index(one["verdict"]), one["who"] == "nobody", one["status"], *names)


def is_proven(entry: Mapping[str, Any]) -> bool:
    """Whether a look at a bucket proves that all of its objects are under the current version of its key. An empty one has none."""
    status = text(entry.get("status")) or "error"
    return status in PROVEN_STATUSES and (status in _NOTHING or _weigh(entry, entry.get("scope")) is None)


def _weigh(entry: Mapping[str, Any], scope: Any) -> Optional[tuple[str, str, str]]:
    """Why a bucket that is told to be up to date is not proven all the same, if so."""
    receipt, current = part(entry, "receipt"), part(part(entry, "key"), "current_version").get("id")
    if _is_odd(entry) or scope not in (None, ALL, BUCKET_KEY):
        return (NOT_PROVEN, *_UNKNOWN)
    has_one = entry.get("receipt") is not None
    if entry.get("predicted") or (has_one and receipt.get("state") != "completed"):
        return (
            NOT_PROVEN,
            "storage operator",
            "The receipt is not completed: run bucket_reencrypt or compartment_reencrypt again to complete it.",
        )
    if has_one and current is not None and (text(current) != current or receipt.get("key_version_id") != current):
        return NOT_PROVEN, "storage operator", "Re-encrypt: the receipt names another version of the key."
    if scope == BUCKET_KEY:
        return NOT_PROVEN, "storage operator", BUCKET_KEYS_ONLY
    return None


def _is_odd(entry: Mapping[str, Any]) -> bool:
    """Whether a part that may speak against a proof is there, and cannot be read."""
    places = [entry.get(name) for name in ("bucket", "key", "receipt", "work_request", "error")]
    places.append(part(entry, "key").get("current_version"))
    return any(one is not None and not isinstance(one, Mapping) for one in places)


def _judge(
    status: str, bucket: Mapping[str, Any], key: Mapping[str, Any], error: Mapping[str, Any]
) -> tuple[str, str, str]:
    if status in _NOTHING or status in PROVEN_STATUSES:
        return NOTHING_TO_PROVE if status in _NOTHING else PROVEN, "nobody", ""
    verdict, (who, action) = NOT_PROVEN, _STATUSES.get(status, _UNKNOWN)
    if status == "in_progress":
        return verdict, who, action
    if text(key.get("state")) in UNUSABLE_KEY_STATES:
        return verdict, "key administrator", "Enable the key, or assign another one."
    if error.get("status") in (401, 403, 404):
        return (
            verdict,
            "IAM administrator",
            "Allow the operation, or correct the name: it was refused or found nothing.",
        )
    if error.get("operation") and error.get("status") is None:
        return (
            verdict,
            "storage operator",
            "See why the call failed, such as an endpoint that cannot be reached or a session that has expired, and look again.",
        )
    if status == "unproven" and bucket.get("kms_key_id") and not key:
        return verdict, "IAM administrator", "Allow reading the key: its current version is not known."
    return verdict, who, action


def is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray))


def mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if is_list(value) else []


def part(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = entry.get(name)
    return found if isinstance(found, Mapping) else {}


def text(value: Any) -> Optional[str]:
    if value is None or value == "":
        return "" if value == "" else None
    try:
        return _UNPRINTABLE.sub("\ufffd", str(value))
    except (ValueError, RecursionError):
        # Newer Pythons refuse to write a number of thousands of digits.
        return "\ufffd"


def _number(value: Any) -> Any:
    """A number as it is; whatever else as null. An infinity or a NaN is no JSON, and what no float holds counts nothing there is."""
    try:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            return None
    except OverflowError:
        return None
    # 100.0 and 100 are the same, whichever of them the transport made of it.
    return int(value) if value == int(value) else value


def _region(ocid: Any) -> Optional[str]:
    """The region that an OCID names."""
    parts = ocid.split(".") if isinstance(ocid, str) else []
    return _SHORT_REGIONS.get(parts[3], parts[3]) if len(parts) >= 5 and parts[3] else None


def error_line(error: Mapping[str, Any], work_request: Mapping[str, Any]) -> Optional[str]:
    if error:
        words = (error.get("operation"), error.get("status"), error.get("code"), error.get("message"))
        line = _joined(words)
        request = text(error.get("opc_request_id"))
        return line + (" (opc-request-id %s)" % request if request else "")
    errors = work_request.get("errors")
    first = errors[0] if is_list(errors) and errors else None
    return _joined(first.get(name) for name in ("code", "message")) if isinstance(first, Mapping) else None


def _joined(words: Iterable[Any]) -> str:
    return " ".join(word for word in map(text, words) if word)
