# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results that a report is made from: those of a loop one by one, and none of another module. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.report.rows import is_list, mappings, part

#: What results of bucket_encryption_info have, and what Ansible gives to those of any task that did not get so far.
_OWN = frozenset(("buckets", "unlisted", "interrupted"))
_ANY_TASK = frozenset(("failed", "skipped", "unreachable", "msg", "exception", "ansible_job_id"))

_OTHER = (
    "Entry %d of results is not a result of rekey.oci.bucket_encryption_info: "
    "run that module, register its result, and give that."
)
_ONE_BUCKET = (
    "Entry %d of results is one bucket, and not a whole result of rekey.oci.bucket_encryption_info: "
    "give the result that the task registered."
)


class NoResult(ValueError):
    """Not a result of bucket_encryption_info. The message is one line for a person."""


def results(given: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """All results, with a loop's in the place of the loop. Raises NoResult."""
    found = []
    for number, entry in enumerate(given, 1):
        for one in _items(entry):
            if _is_other(one):
                raise NoResult(_OTHER % number)
            if _is_one_bucket(one):
                raise NoResult(_ONE_BUCKET % number)
            found.append(one)
    return found


def _items(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A loop without any item has seen nothing, so it is kept as a result without buckets."""
    items = entry.get("results")
    if "buckets" in entry or not is_list(items) or not items:
        return [entry]
    # Whatever is no result says nothing of any bucket, and so that some may be missing.
    return [one if isinstance(one, Mapping) else {"failed": True} for one in items]


def _is_other(result: Mapping[str, Any]) -> bool:
    if _is_reencryption(result) or "submitted" in part(result, "summary"):
        return True
    if any(map(_is_reencryption, mappings(result.get("buckets")))):
        return True
    return not _is_one_bucket(result) and not (_OWN | _ANY_TASK).intersection(result)


def _is_reencryption(value: Mapping[str, Any]) -> bool:
    """Of bucket_reencrypt, or a bucket's entry of compartment_reencrypt."""
    return "action" in value and "reason" in value and "status" not in value


def _is_one_bucket(result: Mapping[str, Any]) -> bool:
    return "buckets" not in result and "bucket" in result and "status" in result
