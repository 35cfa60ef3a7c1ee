# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Identity says of a tag namespace, found by its name without regard to case. Raises ApiError."""

from __future__ import annotations

from functools import partial
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, TagNamespace
from ansible_collections.rekey.oci.plugins.module_utils.sdk.calls import Calls
from ansible_collections.rekey.oci.plugins.module_utils.sdk.lists import pages

#: The largest page that Identity gives.
PAGE = 1000


def read(calls: Calls, name: str) -> TagNamespace:
    found = _find(calls, name)
    if found is None:
        return TagNamespace()
    call = partial(calls.identity, "ListTags", "list_tags", found.id, limit=PAGE)
    keys: dict[str, bool] = {}
    for page in pages("ListTags", call):
        for key in page:
            # One that is deleted may be listed beside one that was made anew.
            keys[key.name.lower()] = keys.get(key.name.lower(), False) or _is_active(key)
    return TagNamespace(True, _is_active(found), keys)


def _find(calls: Calls, name: str) -> Optional[Any]:
    """The active one of that name, or else one that is not."""
    tenancy, found = calls.clients.caller()[1], None
    if not tenancy:
        raise ApiError("ListTagNamespaces", "the OCID of the tenancy is not known; set the option tenancy")
    call = partial(
        calls.identity, "ListTagNamespaces", "list_tag_namespaces", tenancy, limit=PAGE, include_subcompartments=True
    )
    for page in pages("ListTagNamespaces", call):
        for one in page:
            if one.name.lower() == name.lower():
                found = one
                if _is_active(one):
                    return found
    return found


def _is_active(defined: Any) -> bool:
    return not defined.is_retired and defined.lifecycle_state in (None, "ACTIVE")
