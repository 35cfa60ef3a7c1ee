# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection: names and behaviour may change without notice.

"""What the playbooks make of the modules' results: which keys to rotate, what a rotation leaves behind, what is not proven. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.report import rows

#: How many buckets a message names.
_NAMED = 20

Name = tuple[Optional[str], Optional[str], Optional[str]]


def entries(registered: Any) -> list[Mapping[str, Any]]:
    """The entries of all buckets in a registered result, that of a loop too. A task that was skipped has none."""
    return [entry for result in results(registered) for entry in result.get("buckets") or () if _is_entry(entry)]


def results(registered: Any) -> list[dict[str, Any]]:
    """The modules' results in a registered one. Each has its region in each of its buckets' entries."""
    if not isinstance(registered, Mapping) or registered.get("skipped"):
        return []
    if isinstance(registered.get("results"), list):
        return [one for item in registered["results"] for one in results(item)]
    result = dict(registered)
    if isinstance(result.get("buckets"), list):
        region = result.get("region")
        result["buckets"] = [{"region": region, **entry} if _is_entry(entry) else entry for entry in result["buckets"]]
    return [result]


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, Mapping)


def name_of(entry: Mapping[str, Any]) -> Name:
    """Of an entry of bucket_encryption_info, or of compartment_reencrypt."""
    bucket = entry.get("bucket")
    where = bucket if isinstance(bucket, Mapping) else entry
    return entry.get("region"), where.get("namespace"), where.get("name")


def key_of(entry: Mapping[str, Any]) -> Optional[str]:
    bucket = entry.get("bucket")
    return bucket.get("kms_key_id") if isinstance(bucket, Mapping) else None


def meant(looked: Iterable[Mapping[str, Any]], key_ids: Collection[str]) -> list[Mapping[str, Any]]:
    """Each bucket once, and where keys are given only those under one of them."""
    once = {name_of(entry): entry for entry in looked}
    return [entry for entry in once.values() if not key_ids or key_of(entry) in key_ids]


def keys(looked: Iterable[Mapping[str, Any]]) -> list[str]:
    """The keys in use."""
    return sorted({key for key in map(key_of, looked) if key})


def left_behind(
    everything: Iterable[Mapping[str, Any]], chosen: Iterable[Mapping[str, Any]], rotated: Collection[str]
) -> list[Mapping[str, Any]]:
    """The buckets under a rotated key that nobody re-encrypts, since their names are left out."""
    known = {name_of(entry) for entry in chosen}
    return [
        entry
        for entry in meant(everything, ())
        if key_of(entry) in rotated and name_of(entry) not in known and entry.get("status") != "empty_bucket"
    ]


def would_follow(chosen: Iterable[Mapping[str, Any]], rotated: Collection[str]) -> list[Mapping[str, Any]]:
    """What check mode cannot ask the service: which buckets a rotation would make stale."""
    return [
        entry
        for entry in meant(chosen, ())
        if key_of(entry) in rotated and entry.get("status") not in ("empty_bucket", "error")
    ]


def not_proven(
    looked: Iterable[Mapping[str, Any]],
    reencrypted: Iterable[Mapping[str, Any]],
    settings: Mapping[str, Any],
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The buckets that the play is to fail for, and those that wait for the next run because of max_submissions.

    What is proven is what the report says is.
    """
    deferred = {name_of(entry) for entry in reencrypted if entry.get("reason") == "deferred"}
    fails: list[Mapping[str, Any]] = []
    waits: list[Mapping[str, Any]] = []
    for entry in looked:
        row = rows.row(entry, bool(settings.get("require_customer_managed_key")))
        if row["verdict"] != rows.NOT_PROVEN or _is_settled(row, settings):
            continue
        (waits if name_of(entry) in deferred else fails).append(entry)
    return fails, waits


def _is_settled(row: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    """Not proven, and yet all that was asked for."""
    if row["status"] == "in_progress":
        return not settings["wait"]
    return row["action"] == rows.BUCKET_KEYS_ONLY and bool(settings.get("bucket_key_only"))


def number(count: int, what: str) -> str:
    """Such as "1 bucket", "2 buckets"."""
    return "%d %s%s" % (count, what, "" if count == 1 else "s")


def named(found: Collection[Mapping[str, Any]], most: int = _NAMED) -> str:
    names = [str(name_of(entry)[2]) for entry in found]
    return ", ".join(names[:most]) + (" and more" if len(names) > most else "")
