# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which buckets there are: compartments below a compartment, and the names of a compartment's buckets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.sdk.calls import Calls
from ansible_collections.rekey.oci.plugins.module_utils.sdk.lists import Pages, Send

#: The largest page that either service gives.
PAGE = 1000


class Compartments:
    """Each list reads a page at a time. Raises ApiError.

    ``send`` makes the call for each page of those that are read at once, such as with_retries; without it each is sent once.
    """

    def __init__(self, calls: Calls, send: Optional[Send] = None) -> None:
        self._calls = calls
        self._send = send or (lambda call: call())

    def buckets(self, namespace: str, compartment_id: str) -> Pages:
        """ListBuckets: the names of the buckets that are in the compartment itself."""
        call = partial(self._calls.object_storage, "ListBuckets", "list_buckets", namespace, compartment_id, limit=PAGE)
        return Pages("ListBuckets", call, lambda page: [summary.name for summary in page])

    def tagged_buckets(self, namespace: str, compartment_id: str) -> Iterator[list[Any]]:
        """ListBuckets with ``fields=tags``: the SDK's summaries of the same buckets."""
        call = partial(
            self._calls.object_storage,
            "ListBuckets", "list_buckets", namespace, compartment_id, limit=PAGE, fields=["tags"],
        )  # fmt: skip
        return Pages("ListBuckets", call).each(self._send)

    def children(self, compartment_id: str) -> Pages:
        """ListCompartments: OCID and name of those below; of a tenancy at any depth, else the next level only.

        Left out are those that are not ACTIVE, and those in which this user may do nothing.
        """
        whole: dict[str, Any] = {"compartment_id_in_subtree": True} if is_tenancy(compartment_id) else {}
        call = partial(
            self._calls.identity, "ListCompartments", "list_compartments", compartment_id, limit=PAGE, **whole
        )
        return Pages("ListCompartments", call, _accessible)

    def named_children(self, compartment_id: str) -> Iterator[list[tuple[str, str]]]:
        return self.children(compartment_id).each(self._send)


def _accessible(page: list[Any]) -> list[Any]:
    return [
        (found.id, found.name)
        for found in page
        if found.lifecycle_state == "ACTIVE" and found.is_accessible is not False
    ]


def is_tenancy(compartment_id: str) -> bool:
    """Only the root compartment can be asked for its whole subtree at once."""
    return compartment_id.startswith("ocid1.tenancy.")
