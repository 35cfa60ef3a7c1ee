# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run is about: which buckets are meant, how much at once, and where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Protocol

from ansible_collections.rekey.oci.plugins.module_utils.common.filters import Names
from ansible_collections.rekey.oci.plugins.module_utils.sdk.api import SharedApi
from ansible_collections.rekey.oci.plugins.module_utils.sdk.lists import Pages


class Search(Protocol):
    """The lists of compartments.Compartments."""

    def buckets(self, namespace: str, compartment_id: str) -> Pages:
        """ListBuckets."""

    def children(self, compartment_id: str) -> Pages:
        """ListCompartments."""


@dataclass(frozen=True)
class Selection:
    """Which buckets are meant. No ``key_ids`` means any key."""

    names: Names
    recursive: bool = False
    key_ids: Optional[frozenset[str]] = None


@dataclass(frozen=True)
class Limits:
    """``workers`` bounds the calls under way, ``max_in_flight`` the re-encryptions that run. For the others see brakes.py."""

    workers: int = 16
    max_in_flight: int = 100
    max_failures: Optional[int] = None
    max_submissions: Optional[int] = None


@dataclass(frozen=True)
class Site:
    """One region's calls. ``namespace`` is looked up where it is None."""

    region: Optional[str]
    api: SharedApi
    search: Search
    namespace: Optional[str] = None
