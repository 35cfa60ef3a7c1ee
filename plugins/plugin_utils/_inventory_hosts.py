# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection: names and behaviour may change without notice.

"""Buckets as hosts of an inventory that has other hosts and groups: what each is called, and all of them or none.

An inventory knows hosts and groups by name, and takes a group where both have one. So whoever may name a bucket could
speak for a group of servers. Here no host gets a name that anything else has, and nothing is set by a name alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Callable, Optional
from weakref import WeakKeyDictionary

from ansible import constants
from ansible.inventory.group import Group
from ansible.inventory.host import Host

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput

#: Every bucket's host is in it, and so in `all`, whatever becomes of other groups.
GROUP = "rekey_buckets"

#: By inventory, the names of the hosts of buckets that earlier files have made.
_made: WeakKeyDictionary[Any, dict[tuple[Any, ...], str]] = WeakKeyDictionary()

#: Names that mean something to Ansible, or in the path of a file of variables, whether a host has them or not.
_RESERVED = frozenset(("all", "ungrouped", ".", "..", *constants.LOCALHOST))


class Draft:
    """A host that is not in the inventory yet. Stands in for the inventory where variables and groups are composed."""

    def __init__(self, name: str, variables: Mapping[str, Any]) -> None:
        self.host = Host(name)
        self.host.vars.update(variables)
        #: The host's groups, and pairs of a group and one of its parents, in order and without repetition.
        self.groups: dict[str, None] = {}
        self.parents: dict[tuple[str, str], None] = {}

    def names(self) -> set[str]:
        return set(self.groups).union(*self.parents)

    # What ansible.plugins.inventory.Constructable asks of an inventory.

    def get_host(self, name: str) -> Host:
        return self.host

    def set_variable(self, name: str, variable: str, value: Any) -> None:
        self.host.set_variable(variable, value)

    def add_group(self, name: str) -> str:
        if not name:
            raise BadInput("keyed_groups or groups make a group without a name.")
        return str(Group(name).name)

    def add_host(self, name: str, group: str) -> str:
        self._join(group)
        return name

    def add_child(self, group: str, child: str) -> bool:
        if child in self.groups and group != child:
            self.parents[group, child] = None
        else:
            self._join(group)
        return True

    def _join(self, group: str) -> None:
        self.groups[group] = None
        self.host.add_group(Group(group))


class Planned:
    """A bucket on its way to become a host."""

    def __init__(self, bucket: Mapping[str, Any], names: Iterator[str]) -> None:
        self.bucket = bucket
        self._names = names
        self.first = self.name = next(names)
        self.tried = 1
        self.draft: Draft
        #: Whether an earlier file has made a host of the same bucket.
        self.known = False

    def next_name(self) -> None:
        self.tried += 1
        self.name = next(self._names)


class BucketHosts:
    """The hosts of one file: planned without a trace in the inventory, then put into it at once."""

    def __init__(
        self, inventory: Any, service: str, groups: Iterable[str], draft: Callable[[str, Mapping[str, Any]], Draft]
    ) -> None:
        """``service`` is where all this was asked. ``groups`` are those that the file names, with hosts or without."""
        self._inventory = inventory
        self._service = service
        self._made = _made.setdefault(inventory, {})
        self._draft = draft
        self._groups = {GROUP, *(str(Group(name).name) for name in groups)}
        self._taken: dict[str, Planned] = {}
        self.planned: list[Planned] = []

    def plan(self, buckets: Iterable[Mapping[str, Any]], names: Callable[[Mapping[str, Any]], Iterator[str]]) -> None:
        """Find each bucket's name, variables and groups. Raises what ``draft`` raises, and BadInput."""
        waiting = []
        for identity, bucket in self._each(buckets).items():
            planned = Planned(bucket, names(bucket))
            self.planned.append(planned)
            known = self._made.get(identity)
            if known in self._inventory.hosts:
                planned.known = True
                planned.name = str(known)
                self._compose(planned)
            else:
                waiting.append(planned)
        while waiting:
            waiting = self._name(waiting)
        self._check_parents()

    def _each(self, buckets: Iterable[Mapping[str, Any]]) -> dict[tuple[Any, ...], Mapping[str, Any]]:
        """Each bucket once: a list that changes between two of its pages may tell one twice."""
        return {(self._service, bucket["region"], bucket["namespace"], bucket["name"]): bucket for bucket in buckets}

    def _name(self, waiting: list[Planned]) -> list[Planned]:
        """Give each a name if it is free, or else the next to try. Returns those that have none."""
        # All have a chance of the name that is theirs before any takes a longer one.
        waiting.sort(key=lambda planned: planned.tried)
        without = []
        for planned in waiting:
            if self._is_taken(planned.name):
                planned.next_name()
                without.append(planned)
            else:
                self._taken[planned.name] = planned
                self._compose(planned)
        # Only now is known which groups the file makes.
        for name in sorted(self._groups & self._taken.keys()):
            planned = self._taken.pop(name)
            planned.next_name()
            without.append(planned)
        return without

    def _is_taken(self, name: str) -> bool:
        inventory = self._inventory
        return any(name in names for names in (self._taken, self._groups, inventory.hosts, inventory.groups, _RESERVED))

    def _compose(self, planned: Planned) -> None:
        planned.draft = self._draft(planned.name, planned.bucket)
        self._groups |= planned.draft.names()

    def renamed(self) -> list[str]:
        return [
            "%s is %s" % (planned.first, planned.name)
            for planned in self.planned
            if not planned.known and planned.name != planned.first
        ]

    def shadowing(self) -> list[str]:
        """Groups that would hide a host of the same name. The implicit localhost is in no list of hosts."""
        hosts = {*self._inventory.hosts, *constants.LOCALHOST}
        return sorted(name for name in self._groups if name in hosts and name not in self._inventory.groups)

    def _check_parents(self) -> None:
        """Find what the inventory would refuse half-way. Raises BadInput."""
        below: dict[str, set[str]] = {
            name: {child.name for child in group.child_groups} for name, group in self._inventory.groups.items()
        }
        for planned in self.planned:
            for parent, child in planned.draft.parents:
                if child in below.setdefault(parent, set()):
                    continue
                if parent == child or parent in _reached(child, below):
                    raise BadInput(
                        "parent_group %s is a group below %s: a group cannot be above itself." % (parent, child)
                    )
                below[parent].add(child)

    def put(self) -> None:
        """Put all of them into the inventory. Nothing of it can fail, once it is planned."""
        inventory = self._inventory
        hidden = set(self.shadowing())
        inventory.add_group(GROUP)
        for identity, planned in zip(self._each(entry.bucket for entry in self.planned), self.planned):
            self._made[identity] = planned.name
            groups = [inventory.add_group(name) for name in planned.draft.groups if name not in hidden]
            for parent, child in planned.draft.parents:
                if parent not in hidden and child not in hidden:
                    inventory.add_child(inventory.add_group(parent), inventory.add_group(child))
            inventory.add_host(planned.name, GROUP)
            host = inventory.hosts[planned.name]
            for variable, value in planned.draft.host.vars.items():
                if not (planned.known and variable in host.vars):
                    host.set_variable(variable, value)
            for group in groups:
                inventory.add_host(planned.name, group)


def _reached(name: str, below: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = [name]
    while ahead:
        for child in below.get(ahead.pop(), ()):
            if child not in found:
                found.add(child)
                ahead.append(child)
    return found


def named_groups(groups: Any, keyed_groups: Any) -> list[str]:
    """The groups that a file names itself, with hosts or without. Raises BadInput."""
    named = list(groups) if isinstance(groups, dict) else []
    for entry in keyed_groups if isinstance(keyed_groups, list) else ():
        parent = entry.get("parent_group") if isinstance(entry, dict) else None
        if parent and not (isinstance(parent, str) and "{" in parent):
            named.append(parent)
    for name in named:
        if not isinstance(name, str):
            raise BadInput("The name of a group must be a text, and %r is none: put it in quotes." % (name,))
    return named


def host_names(bucket: Mapping[str, Any], append_region: bool, prefix: str, suffix: str) -> Iterator[str]:
    """What a bucket's host may be called, the wanted name first. Without end."""
    name = bucket["name"]
    region: Optional[str] = bucket["region"]
    if not append_region or not region:
        yield prefix + name + suffix
    if region:
        name = "%s.%s" % (name, region)
        yield prefix + name + suffix
    name = "%s.%s" % (name, bucket["namespace"])
    yield prefix + name + suffix
    number = 2
    while True:
        yield "%s%s.%d%s" % (prefix, name, number, suffix)
        number += 1
