# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What CreateBucket and UpdateBucket may say of a bucket, held to what OCI knows."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from .messages import Refusal

#: By the name of a detail: the bucket's attribute, the type, and the values where only some are.
_DETAILS: dict[str, tuple[str, type, tuple[str, ...]]] = {
    "metadata": ("metadata", dict, ()),
    "publicAccessType": ("public_access", str, ("NoPublicAccess", "ObjectRead", "ObjectReadWithoutList")),
    "storageTier": ("storage_tier", str, ("Standard", "Archive")),
    "autoTiering": ("auto_tiering", str, ("Disabled", "InfrequentAccess")),
    "objectEventsEnabled": ("object_events", bool, ()),
    "versioning": ("versioning", str, ("Enabled", "Suspended", "Disabled")),
    "isBucketKeyEnabled": ("bucket_key_enabled", bool, ()),
    "freeformTags": ("freeform_tags", dict, ()),
    "definedTags": ("defined_tags", dict, ()),
}


def check_details(details: dict[str, Any], more: Set[str]) -> None:
    """Raises Refusal on one that is unknown, or has a value that it cannot have."""
    for name, value in details.items():
        if name not in _DETAILS and name not in more and name != "kmsKeyId":
            raise Refusal(400, "InvalidParameter", f"A bucket has no {name} that can be set.")
        if name not in _DETAILS or value is None:
            continue
        _attribute, kind, known = _DETAILS[name]
        if not isinstance(value, kind) or (known and value not in known):
            raise Refusal(400, "InvalidParameter", f"{name} cannot be {value!r}.")


def attributes_of(details: dict[str, Any]) -> dict[str, Any]:
    """What is said, by the bucket's attributes; null says nothing."""
    given = {_DETAILS[name][0]: value for name, value in details.items() if name in _DETAILS and value is not None}
    return {name: dict(value) if isinstance(value, dict) else value for name, value in given.items()}
