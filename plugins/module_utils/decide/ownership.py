# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose a work request is: one assignment, for a single bucket and for a fleet. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import WorkRequest


class Owner(NamedTuple):
    """A bucket as a work request names it; what is not told is blank."""

    namespace: str
    name: str
    id: str = ""


#: The buckets that a work request names; None where it names none at all.
Owners = Optional[frozenset[Owner]]


class Asked(NamedTuple):
    """A bucket whose re-encryptions are asked for: those that run, or were accepted at ``since`` or later."""

    namespace: str
    name: str
    id: Optional[str] = None
    since: Optional[float] = None

    def owns(self, owner: Owner) -> bool:
        if owner.name:
            return owner.name == self.name and owner.namespace in ("", self.namespace)
        return owner.id == self.id

    def wants(self, work_request: WorkRequest) -> bool:
        accepted = work_request.time_accepted
        return not work_request.terminal or None in (self.since, accepted) or (accepted or 0.0) >= (self.since or 0.0)


class Unclear(NamedTuple):
    """The listed work requests that do not tell whose they are, or not yet: each may be any bucket's."""

    by_id: Mapping[str, WorkRequest] = MappingProxyType({})
    #: When the newest of them was accepted.
    newest: Optional[float] = None
    #: Whether any of them has not ended.
    running: bool = False


ALL_CLEAR = Unclear()


class Listing(NamedTuple):
    """What a list shows of one bucket."""

    found: tuple[WorkRequest, ...]
    unclear: Unclear = ALL_CLEAR
    #: When the list was begun (monotonic), where that was before it was asked for.
    begun: Optional[float] = None


class Assignment:
    """Sorts a list's work requests to the buckets that ask. ``owners`` is what is known of those whose summaries do not tell."""

    def __init__(self, asked: Iterable[Asked], owners: dict[str, frozenset[Owner]]) -> None:
        self._owners = owners
        self._found: dict[Asked, list[WorkRequest]] = {one: [] for one in asked}
        self._unclear: dict[str, WorkRequest] = {}
        self._by_name: dict[str, list[Asked]] = {}
        self._by_id: dict[str, list[Asked]] = {}
        for one in self._found:
            self._by_name.setdefault(one.name, []).append(one)
            if one.id:
                self._by_id.setdefault(one.id, []).append(one)

    def found(self, asked: Asked) -> tuple[WorkRequest, ...]:
        return tuple(self._found[asked])

    def unclear(self) -> Unclear:
        """Nobody's proof, and not new where a later list tells whose they are. Made once for all buckets: they may be very many."""
        times = [one.time_accepted for one in self._unclear.values() if one.time_accepted is not None]
        running = any(not one.terminal for one in self._unclear.values())
        return Unclear(self._unclear, max(times, default=None), running)

    def take(self, work_request: WorkRequest, owners: Owners) -> bool:
        """Sort one in. False where that takes to know its owners, and it matters: ask, and ``know``."""
        if owners is None:
            if not any(one.wants(work_request) for one in self._found):
                return True
            owners = self._owners.get(work_request.id)
        if owners is None:
            return False
        for one in self._owning(owners):
            if one.wants(work_request):
                self._found[one].append(work_request)
        return True

    def know(self, work_request: WorkRequest, owners: Owners) -> None:
        """Sort in one that was asked; ``owners`` None: it does not tell, and may come to, or it was not found."""
        if owners is None:
            self._unclear[work_request.id] = work_request
        else:
            self._owners[work_request.id] = owners
            self.take(work_request, owners)

    def _owning(self, owners: frozenset[Owner]) -> list[Asked]:
        found: dict[Asked, None] = {}
        for owner in owners:
            named = self._by_name.get(owner.name, ()) if owner.name else self._by_id.get(owner.id, ())
            found.update((one, None) for one in named if one.owns(owner))
        return list(found)


def owners_of(resources: Any) -> Owners:
    """The buckets that a work request's resources name.

    Which of the URI, the metadata and the identifier a re-encryption carries is not documented: any will do. An identifier may
    be the bucket's OCID, which then stands for its name.
    """
    found = set()
    for resource in resources or ():
        metadata = {str(key).upper(): value for key, value in (resource.metadata or {}).items()}
        named = _from_path(resource.entity_uri or "")
        if named is None and metadata.get("BUCKET"):
            named = Owner(metadata.get("NAMESPACE") or "", metadata["BUCKET"])
        if named is None and resource.identifier:
            named = _from_path(resource.identifier) or _from_identifier(resource.identifier)
        if named is not None:
            found.add(named)
    return frozenset(found) if found else None


def _from_path(path: str) -> Optional[Owner]:
    parts = path.split("?", maxsplit=1)[0].strip("/").split("/")
    if len(parts) >= 4 and parts[-4] == "n" and parts[-2] == "b":
        return _named(parts[-3], parts[-1])
    return None


def _from_identifier(identifier: str) -> Owner:
    before, _slash, name = identifier.rpartition("/")
    return _named(before, name)


def _named(namespace: str, name: str) -> Owner:
    return Owner(namespace, "", name) if name.startswith("ocid1.bucket.") else Owner(namespace, name)
