# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding the buckets of a fleet: compartments below compartments, and their buckets, as tasks among all else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Optional, Protocol

from ansible_collections.rekey.oci.plugins.module_utils.common.filters import Names
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.fleet.board import Board, Name, Task
from ansible_collections.rekey.oci.plugins.module_utils.fleet.shared import Shared
from ansible_collections.rekey.oci.plugins.module_utils.sdk.compartments import is_tenancy


class Search(Protocol):
    """The lists of _compartments.Compartments."""

    def bucket_names(self, namespace: str, compartment_id: str) -> Iterator[list[str]]:
        """ListBuckets."""

    def named_children(self, compartment_id: str) -> Iterator[list[tuple[str, str]]]:
        """ListCompartments."""


class Discovery:
    """What is to be searched, and what came of it."""

    def __init__(
        self,
        compartments: Search,
        namespace: str,
        names: Names,
        recursive: bool,
        shared: Shared,
        board: Board,
    ) -> None:
        self.compartments = compartments
        self.namespace = namespace
        self.names = names
        self.recursive = recursive
        self._shared = shared
        self._board = board
        #: Every compartment that was or will be listed; each is listed once, by whichever way it was found.
        self.searched: set[str] = set()
        #: Of those that were found below others: nobody tells the names of those that were asked for.
        self.compartment_names: dict[str, str] = {}
        self._known: set[str] = set()
        #: Lists that could not be read: the compartment, and why.
        self.unlisted: list[tuple[str, ApiError]] = []

    def begin(self, compartment_ids: Iterable[str]) -> None:
        for compartment_id in compartment_ids:
            self.take(compartment_id, self.recursive)

    def take(self, compartment_id: str, deeper: bool) -> None:
        with self._shared.lock:
            if compartment_id in self.searched:
                return
            self.searched.add(compartment_id)
            self._board.add(_Buckets(self, compartment_id))
            if deeper:
                self._board.add(_Children(self, compartment_id))

    def found(self, compartment_id: str, names: Iterable[str]) -> None:
        with self._shared.lock:
            # A list that changes between two of its pages may tell a name twice.
            new = [name for name in dict.fromkeys(names) if name not in self._known]
            self._known.update(new)
            self._board.add_names(Name(compartment_id, name) for name in new if self.names.match(name))

    @property
    def seen(self) -> int:
        """How many buckets there are, whether they match or not."""
        return len(self._known)

    def failed(self, compartment_id: str, error: ApiError) -> None:
        self.unlisted.append((compartment_id, error))

    def unlisted_result(self) -> list[dict[str, Any]]:
        ordered = sorted(self.unlisted, key=lambda entry: (entry[0], entry[1].operation))
        return [{"compartment_id": found, "error": error.as_result()} for found, error in ordered]


class _Task(Task):
    def __init__(self, discovery: Discovery, compartment_id: str) -> None:
        self.discovery = discovery
        self.compartment_id = compartment_id

    def run(self) -> Optional[float]:
        try:
            self.search()
        except ApiError as error:
            self.discovery.failed(self.compartment_id, error)
        return None

    def search(self) -> None:
        raise NotImplementedError


class _Buckets(_Task):
    def search(self) -> None:
        discovery = self.discovery
        for names in discovery.compartments.bucket_names(discovery.namespace, self.compartment_id):
            discovery.found(self.compartment_id, names)


class _Children(_Task):
    def search(self) -> None:
        whole = is_tenancy(self.compartment_id)
        for children in self.discovery.compartments.named_children(self.compartment_id):
            for child, name in children:
                self.discovery.compartment_names[child] = name
                self.discovery.take(child, not whole)
