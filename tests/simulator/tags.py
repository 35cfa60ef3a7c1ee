# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tag namespaces, the keys that they define, and who may write defined tags. State only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .messages import Refusal
from .settings import Settings
from .users import User

MOST_TAGS = 64
_LONGEST_VALUE = 256

DefinedTags = dict[str, dict[str, Any]]


@dataclass
class TagKey:
    id: str
    name: str
    description: str
    time_created: float
    retired: bool = False


@dataclass
class TagNamespace:
    id: str
    compartment_id: str
    name: str
    description: str
    time_created: float
    retired: bool = False
    #: By name in lower case.
    keys: dict[str, TagKey] = field(default_factory=dict)

    def key(self, name: str) -> TagKey | None:
        return self.keys.get(name.lower())

    def retire(self, retired: bool) -> None:
        """To retire it retires its keys; each of them comes back only by itself."""
        self.retired = retired
        if retired:
            for key in self.keys.values():
                key.retired = True


class TagNamespaces:
    """All of the tenancy's. Names are told apart without regard to case."""

    def __init__(self) -> None:
        self._by_name: dict[str, TagNamespace] = {}

    def __iter__(self) -> Iterator[TagNamespace]:
        return iter(list(self._by_name.values()))

    def named(self, name: str) -> TagNamespace | None:
        return self._by_name.get(name.lower())

    def by_id(self, namespace_id: str) -> TagNamespace | None:
        return next((one for one in self if one.id == namespace_id), None)

    def add(self, namespace: TagNamespace) -> None:
        self._by_name[namespace.name.lower()] = namespace

    def remove(self, name: str) -> None:
        """Take it away, as if it had never been there; the tags on resources stay."""
        self._by_name.pop(name.lower(), None)

    def in_their_case(self, tags: DefinedTags) -> DefinedTags:
        """Names as they are defined, where they are. Raises Refusal on a name that comes twice."""
        told: DefinedTags = {}
        for namespace_name, values in tags.items():
            if not isinstance(values, dict):
                raise Refusal(400, "InvalidParameter", f"The defined tags of {namespace_name} are no object.")
            namespace = self.named(namespace_name)
            name = namespace.name if namespace else namespace_name
            if name in told:
                raise Refusal(400, "InvalidParameter", f"The tag namespace {name} comes twice.")
            told[name] = {}
            for key_name, value in values.items():
                key = namespace.key(key_name) if namespace else None
                if key and key.name in told[name]:
                    raise Refusal(400, "InvalidParameter", f"The tag {name}.{key_name} comes twice.")
                told[name][key.name if key else key_name] = value
        return {name: values for name, values in told.items() if values}

    def replaced(
        self, user: User, settings: Settings, now: float, before: DefinedTags, given: DefinedTags
    ) -> DefinedTags:
        """What a resource's defined tags are once these take their place. Raises Refusal.

        Only what the user applies, changes or removes is asked about; what stays as it is, is not.
        """
        after = self.in_their_case(given)
        old, new = _flat(before), _flat(after)
        for place in sorted(set(old) | set(new)):
            if old.get(place) != new.get(place):
                self._check(user, settings, now, place, removed=place not in new)
        if len(new) > MOST_TAGS:
            raise Refusal(400, "InvalidParameter", f"A resource can have {MOST_TAGS} defined tags at most.")
        for (namespace_name, key_name), value in new.items():
            if isinstance(value, dict | list) or value is None or len(str(value)) > _LONGEST_VALUE:
                raise Refusal(
                    400, "InvalidParameter", f"The value of the tag {namespace_name}.{key_name} is not valid."
                )
        return after

    def _check(self, user: User, settings: Settings, now: float, place: tuple[str, str], removed: bool) -> None:
        namespace_name, key_name = place
        namespace = self.named(namespace_name)
        if namespace is None or not user.may_use_tags(namespace.name, namespace.compartment_id):
            raise _refused(settings, f"TagNamespace {namespace_name} does not exist")
        key = namespace.key(key_name)
        # What is retired can be taken away.
        if removed:
            return
        if key is None or now < key.time_created + settings.tag_delay:
            raise _refused(settings, f"TagDefinition {namespace_name}.{key_name} does not exist")
        if namespace.retired or key.retired:
            raise _refused(settings, f"TagDefinition {namespace_name}.{key_name} is retired")


def _flat(tags: DefinedTags) -> dict[tuple[str, str], Any]:
    return {(namespace, key): value for namespace, values in tags.items() for key, value in values.items()}


def _refused(settings: Settings, what: str) -> Refusal:
    status, code = (
        (400, "RelatedResourceNotAuthorizedOrNotFound")
        if settings.tag_refusal == "400"
        else (404, "NotAuthorizedOrNotFound")
    )
    return Refusal(status, code, f"The following tag namespaces / keys are not authorized or not found: {what}.")
