# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection: names and behaviour may change without notice.

"""The buckets of compartments in one region, with their tags, as plain data. A failure to list one hides no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Optional, TypeVar, Union

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, iso_time
from ansible_collections.rekey.oci.plugins.module_utils.sdk.compartments import Compartments, is_tenancy
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi, seconds
from ansible_collections.rekey.oci.plugins.module_utils.sdk.retry import with_retries

#: Concurrent calls. A tenancy has some hundred compartments, and each is one call or two.
WORKERS = 8

Place = TypeVar("Place")
Found = TypeVar("Found")


class BucketList:
    """What was found: ``buckets`` in the order of compartments, and ``problems`` with the compartments not listed."""

    def __init__(self, api: OciApi, namespace: Optional[str]) -> None:
        self.buckets: list[dict[str, Any]] = []
        self.problems: list[dict[str, Any]] = []
        #: How many compartments were listed.
        self.listed = 0
        self._region = api.calls.clients.region
        self._compartments = Compartments(api.calls, with_retries)
        self._namespace = namespace or with_retries(api.get_namespace)

    def read(self, compartment_ids: Iterable[str], recursive: bool) -> BucketList:
        """List all buckets. Raises ApiError only where the namespace cannot be looked up."""
        names: dict[str, Optional[str]] = dict.fromkeys(compartment_ids)
        with ThreadPoolExecutor(WORKERS) as pool:
            level = list(names) if recursive else []
            while level:
                below = []
                for place, found in self._each(pool, level, self._compartments.named_children):
                    if isinstance(found, ApiError):
                        self._problem(place, names[place], found, below=True)
                        continue
                    for child, name in found:
                        # A tenancy's come at once, at any depth.
                        if child not in names and not is_tenancy(place):
                            below.append(child)
                        names[child] = name
                level = below
            for place, listed in self._each(pool, list(names), self._tagged):
                if isinstance(listed, ApiError):
                    self._problem(place, names[place], listed)
                else:
                    self.listed += 1
                    self.buckets.extend(self._bucket(place, names[place], summary) for summary in listed)
        return self

    def _tagged(self, compartment_id: str) -> Iterator[list[Any]]:
        return self._compartments.tagged_buckets(self._namespace, compartment_id)

    @staticmethod
    def _each(
        pool: ThreadPoolExecutor, places: list[str], lists: Callable[[str], Iterator[list[Any]]]
    ) -> Iterator[tuple[str, Union[list[Any], ApiError]]]:
        def one(place: str) -> Union[list[Any], ApiError]:
            try:
                return [item for page in lists(place) for item in page]
            except ApiError as error:
                return error

        return zip(places, pool.map(one, places))

    def _problem(self, compartment_id: str, name: Optional[str], error: ApiError, below: bool = False) -> None:
        self.problems.append(
            {
                "region": self._region,
                "compartment_id": compartment_id,
                "compartment_name": name,
                "error": error.as_result(),
                "line": error.line(),
                # Its own buckets may be listed all the same.
                "below": below,
            }
        )

    def _bucket(self, compartment_id: str, name: Optional[str], summary: Any) -> dict[str, Any]:
        return {
            "region": self._region,
            "namespace": self._namespace,
            "compartment_id": compartment_id,
            "compartment_name": name,
            "name": summary.name,
            "time_created": iso_time(seconds(summary.time_created)),
            "freeform_tags": dict(summary.freeform_tags or {}),
            "defined_tags": {space: dict(tags or {}) for space, tags in (summary.defined_tags or {}).items()},
        }
