# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection: names and behaviour may change without notice.

"""Whether an answer has the types that it should have: the SDK hands on a number or an object where a text belongs. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

#: The members that something depends on. What is odd about another is nobody's business.
_TEXTS = frozenset(
    """
    algorithm code compartment_id current_key_version display_name entity_uri etag id identifier key_id kms_key_id lifecycle_state
    message name namespace object operation_type origin protection_mode region region_name replication_id status storage_tier
    upload_id value vault_id versioning
    """.split()
)


def misshapen(value: Any) -> Optional[str]:
    """The name of a member that is not what it should be; None where all are."""
    if isinstance(value, list):
        return next(filter(None, map(misshapen, value)), None)
    members = getattr(value, "swagger_types", None)
    if not isinstance(members, Mapping):
        return None
    for name, kind in members.items():
        told = getattr(value, name, None)
        if told is None:
            continue
        if kind == "str":
            if name in _TEXTS and not isinstance(told, str):
                return str(name)
        elif kind in _KINDS or kind.startswith("list["):
            if not _KINDS.get(kind, _is_list)(told):
                return str(name)
            found = misshapen(told)
            if found:
                return found
        elif hasattr(told, "swagger_types"):
            found = misshapen(told)
            if found:
                return found
    return None


def _is_list(told: Any) -> bool:
    return isinstance(told, list) and all(isinstance(one, str) or hasattr(one, "swagger_types") for one in told)


def _are_texts(told: Any) -> bool:
    return isinstance(told, Mapping) and all(isinstance(one, str) for one in told.values())


def _are_maps(told: Any) -> bool:
    return isinstance(told, Mapping) and all(isinstance(one, Mapping) for one in told.values())


#: Those of maps, as the SDK writes them.
_KINDS = {"dict(str, str)": _are_texts, "dict(str, dict(str, object))": _are_maps}
