# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report says: one flat row a bucket, with a verdict and who should act, and the counts over all. No I/O.

It takes results of bucket_encryption_info. They are data from outside: nothing is believed of their shape.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import UNUSABLE_KEY_STATES

PROVEN, NOT_PROVEN, NOTHING_TO_PROVE = "proven", "not_proven", "nothing_to_prove"

#: The columns, in the order of the CSV.
COLUMNS = tuple(
    """
    region compartment_id compartment namespace bucket verdict status who action error key_id vault_id key_state
    protection_mode key_version_id key_version_created key_version_age_days proven_version_id last_proof work_request_id
    work_request_status percent_complete approximate_count approximate_size
    """.split()
)

#: The columns that are numbers or null; all others are texts or null.
_NUMBERS = frozenset(("key_version_age_days", "percent_complete", "approximate_count", "approximate_size"))

#: Status to verdict, who should act, and what they should do. A status that is not here is not proven.
_STATUSES = {
    "up_to_date": (PROVEN, "nobody", ""),
    "empty_bucket": (NOTHING_TO_PROVE, "nobody", ""),
    "oracle_managed_key": (NOTHING_TO_PROVE, "nobody", ""),
    "in_progress": (NOT_PROVEN, "nobody", "Look again when the work request has ended."),
    "stale": (NOT_PROVEN, "storage operator", "Re-encrypt: the key has a newer version."),
    "unproven": (NOT_PROVEN, "storage operator", "Re-encrypt: nothing proves which key version is in use."),
    "failed": (NOT_PROVEN, "storage operator", "See why the work request failed, and re-encrypt."),
}
_UNKNOWN = (NOT_PROVEN, "storage operator", "Find out why, and look again.")

#: The regions that OCIDs name by their short names.
_SHORT_REGIONS = {"iad": "us-ashburn-1", "phx": "us-phoenix-1"}

#: Upper bounds of the age classes, in days, with their names.
AGES = ((30, "under 30"), (90, "30 to 89"), (180, "90 to 179"), (365, "180 to 364"))
OLDEST, NO_AGE = "365 or more", "not known"

# Control characters have no place in a file that a person reads, and lone surrogates in no file at all.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def row(entry: Mapping[str, Any], require_customer_managed_key: bool = False) -> dict[str, Any]:
    """One bucket's row. ``entry`` may lack anything, and so may the row: then it has null there."""
    bucket, key, receipt = _part(entry, "bucket"), _part(entry, "key"), _part(entry, "receipt")
    work_request, error = _part(entry, "work_request"), _part(entry, "error")
    version = _part(key, "current_version")
    status = _text(entry.get("status")) or "error"
    verdict, who, action = _judge(status, bucket, key, error)
    if status == "oracle_managed_key" and require_customer_managed_key:
        verdict, who, action = NOT_PROVEN, "key administrator", "Assign a customer-managed key."
    completed = receipt.get("state") == "completed"
    last_proof = receipt.get("time") if completed else None
    if status == "up_to_date" and not last_proof:
        last_proof = work_request.get("time_finished") or work_request.get("time_accepted")
    values = {
        "region": entry.get("region") or _region(bucket.get("id")) or _region(bucket.get("kms_key_id")),
        "compartment_id": bucket.get("compartment_id") or entry.get("compartment_id"),
        "compartment": entry.get("compartment_name"),
        "namespace": bucket.get("namespace"),
        "bucket": bucket.get("name"),
        "verdict": verdict,
        "status": status,
        "who": who,
        "action": action,
        "error": _error_line(error, work_request if status == "failed" else {}),
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
    }
    return {name: _number(values[name]) if name in _NUMBERS else _text(values[name]) for name in COLUMNS}


def rows(results: Iterable[Mapping[str, Any]], require_customer_managed_key: bool = False) -> list[dict[str, Any]]:
    """All rows, those first that are not proven, and of these those first that somebody should act on."""
    made = [
        row({"region": result.get("region"), **entry}, require_customer_managed_key)
        for result in results
        for entry in _mappings(result.get("buckets"))
    ]
    made.sort(key=_place)
    return made


def _place(one: Mapping[str, Any]) -> tuple[Any, ...]:
    verdicts = (NOT_PROVEN, PROVEN, NOTHING_TO_PROVE)
    names = tuple(one[name] or "" for name in ("region", "compartment", "compartment_id", "namespace", "bucket"))
    return (verdicts.index(one["verdict"]), one["who"] == "nobody", one["status"], *names)


def _judge(
    status: str, bucket: Mapping[str, Any], key: Mapping[str, Any], error: Mapping[str, Any]
) -> tuple[str, str, str]:
    verdict, who, action = _STATUSES.get(status, _UNKNOWN)
    if verdict != NOT_PROVEN or status == "in_progress":
        return verdict, who, action
    if key.get("state") in UNUSABLE_KEY_STATES:
        return verdict, "key administrator", "Enable the key, or assign another one."
    if error.get("status") in (401, 403, 404):
        return (
            verdict,
            "IAM administrator",
            "Allow the operation, or correct the name: it was refused or found nothing.",
        )
    if error.get("operation") and error.get("status") is None:
        return verdict, "storage operator", "Make the endpoint reachable, and look again."
    if status == "unproven" and bucket.get("kms_key_id") and not key:
        return verdict, "IAM administrator", "Allow reading the key: its current version is not known."
    return verdict, who, action


def totals(made: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    counts = {"total": 0, PROVEN: 0, NOT_PROVEN: 0, NOTHING_TO_PROVE: 0}
    for one in made:
        counts["total"] += 1
        counts[one["verdict"]] += 1
    return counts


def by_status(made: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in made:
        counts[one["status"]] = counts.get(one["status"], 0) + 1
    return dict(sorted(counts.items()))


def by_compartment(made: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Counts for each compartment and region, those first that have most to prove."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for one in made:
        place = (one["region"] or "", one["compartment_id"] or "")
        group = groups.get(place)
        if group is None:
            group = groups[place] = {
                "region": one["region"],
                "compartment_id": one["compartment_id"],
                "compartment": one["compartment"],
                **totals(()),
            }
        group["compartment"] = group["compartment"] or one["compartment"]
        group["total"] += 1
        group[one["verdict"]] += 1
    return sorted(
        groups.values(),
        key=lambda group: (
            -group[NOT_PROVEN],
            *(group[name] or "" for name in ("region", "compartment", "compartment_id")),
        ),
    )


def by_age(made: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Buckets under a key, by the age of the key's current version. The class without an age comes last."""
    counts = {
        name: {PROVEN: 0, NOT_PROVEN: 0, NOTHING_TO_PROVE: 0} for name in (*(name for _bound, name in AGES), OLDEST)
    }
    unknown = {PROVEN: 0, NOT_PROVEN: 0, NOTHING_TO_PROVE: 0}
    for one in made:
        age = one["key_version_age_days"]
        if age is not None:
            counts[next((name for bound, name in AGES if age < bound), OLDEST)][one["verdict"]] += 1
        elif one["key_id"] or one["status"] == "error":
            unknown[one["verdict"]] += 1
    counts[NO_AGE] = unknown
    return [{"days": name, "total": sum(of.values()), **of} for name, of in counts.items()]


def by_key(made: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each key with its current version and its buckets' counts, those first that have most to prove."""
    groups: dict[str, dict[str, Any]] = {}
    fields = (
        "vault_id",
        "key_state",
        "protection_mode",
        "key_version_id",
        "key_version_created",
        "key_version_age_days",
    )
    for one in made:
        if not one["key_id"]:
            continue
        group = groups.setdefault(one["key_id"], {"key_id": one["key_id"], **dict.fromkeys(fields), **totals(())})
        for name in fields:
            if group[name] is None:
                group[name] = one[name]
        group["total"] += 1
        group[one["verdict"]] += 1
    return sorted(groups.values(), key=lambda group: (-group[NOT_PROVEN], group["key_id"]))


def problems(results: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What could not be looked at as a whole: compartments that may not be listed, runs that failed or were stopped."""
    found = []
    for result in results:
        region = _text(result.get("region"))
        for one in _mappings(result.get("unlisted")):
            error = _part(one, "error")
            found.append(
                _problem(region, one.get("compartment_id"), _error_line(error, {}) or "The reason is not known.")
            )
        if not isinstance(result.get("buckets"), Sequence):
            found.append(_problem(region, None, _text(result.get("msg")) or "The result holds no buckets."))
        if result.get("interrupted"):
            found.append(_problem(region, None, "The run was stopped before it had seen all buckets."))
    return sorted(found, key=lambda one: tuple(str(value or "") for value in one.values()))


def _problem(region: Optional[str], compartment_id: Any, error: str) -> dict[str, Any]:
    return {"region": region, "compartment_id": _text(compartment_id), "error": error}


def content(results: Sequence[Mapping[str, Any]], title: str, require_customer_managed_key: bool) -> dict[str, Any]:
    """All that a report says, apart from when it was made."""
    made = rows(results, require_customer_managed_key)
    return {
        "title": _text(title),
        "totals": totals(made),
        "statuses": by_status(made),
        "problems": problems(results),
        "compartments": by_compartment(made),
        "ages": by_age(made),
        "keys": by_key(made),
        "buckets": made,
    }


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [one for one in value if isinstance(one, Mapping)]


def _part(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = entry.get(name)
    return part if isinstance(part, Mapping) else {}


def _text(value: Any) -> Optional[str]:
    if value is None or value == "":
        return "" if value == "" else None
    return _UNPRINTABLE.sub("\ufffd", str(value))


def _number(value: Any) -> Any:
    """A number as it is; whatever else as null. An infinity or a NaN is no JSON."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    # 100.0 and 100 are the same, whichever of them the transport made of it.
    return int(value) if value == int(value) else value


def _region(ocid: Any) -> Optional[str]:
    """The region that an OCID names."""
    parts = str(ocid or "").split(".")
    return _SHORT_REGIONS.get(parts[3], parts[3]) if len(parts) >= 5 and parts[3] else None


def _error_line(error: Mapping[str, Any], work_request: Mapping[str, Any]) -> Optional[str]:
    if error:
        words = (error.get("operation"), error.get("status"), error.get("code"), error.get("message"))
        line = " ".join(str(word) for word in words if word not in (None, ""))
        request = error.get("opc_request_id")
        return _text(line + (" (opc-request-id %s)" % request if request else ""))
    errors = work_request.get("errors")
    first = errors[0] if isinstance(errors, Sequence) and not isinstance(errors, str) and errors else None
    if isinstance(first, Mapping):
        return _text(" ".join(str(first[name]) for name in ("code", "message") if first.get(name)))
    return None
