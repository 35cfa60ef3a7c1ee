# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all regions of a tenancy have in common: compartments and tag namespaces. Time is asked of a clock."""

from __future__ import annotations

import random
from typing import Any

from .clock import Clock
from .tags import TagKey, TagNamespace, TagNamespaces

REALM = "oc1"
TENANCY = f"ocid1.tenancy.{REALM}..example"


class Tenancy:
    """``seed`` makes all ids repeatable."""

    def __init__(self, clock: Clock, seed: int | None = None) -> None:
        self.clock = clock
        #: Of the region, as it is in OCIDs.
        self.code = "iad"
        self.random = random.Random(seed)
        self.compartments: dict[str, dict[str, Any]] = {}
        self.tags = TagNamespaces()

    def share(self, other: Tenancy) -> None:
        """Be another region of the same one."""
        self.random, self.compartments, self.tags = other.random, other.compartments, other.tags

    def token(self, length: int) -> str:
        return "".join(self.random.choices("abcdefghijklmnopqrstuvwxyz234567", k=length))

    def ocid(self, kind: str, middle: str | None = None) -> str:
        """With the region's code, unless it is to have none."""
        return f"ocid1.{kind}.{REALM}.{self.code if middle is None else middle}.{self.token(44)}"

    def add_compartment(
        self, name: str, parent: str = TENANCY, compartment_id: str | None = None, state: str = "ACTIVE"
    ) -> str:
        compartment_id = compartment_id or self.ocid("compartment", "")
        self.compartments[compartment_id] = {
            "id": compartment_id,
            "name": name,
            "parent": parent,
            "created": self.clock.now(),
            "state": state,
        }
        return compartment_id

    def has_compartment(self, compartment_id: str) -> bool:
        """Whether resources can be looked for in it."""
        found = self.compartments.get(compartment_id)
        return compartment_id == TENANCY or (found is not None and found["state"] != "DELETED")

    def add_tag_namespace(self, name: str, compartment_id: str = TENANCY, description: str = "") -> TagNamespace:
        namespace = TagNamespace(
            self.ocid("tagnamespace", ""), compartment_id, name, description or name, self.clock.now()
        )
        self.tags.add(namespace)
        return namespace

    def add_tag_key(self, namespace: TagNamespace, name: str, description: str = "") -> TagKey:
        key = TagKey(self.ocid("tagdefinition", ""), name, description or name, self.clock.now())
        namespace.keys[name.lower()] = key
        return key

    def define_tags(self, tags: dict[str, dict[str, Any]]) -> None:
        """Make what is missing of the definitions of these tags."""
        for namespace_name, values in tags.items():
            namespace = self.tags.named(namespace_name) or self.add_tag_namespace(namespace_name)
            for key_name in values:
                if namespace.key(key_name) is None:
                    self.add_tag_key(namespace, key_name)

    def children(self, root: str) -> list[str]:
        return [found["id"] for found in self.compartments.values() if found["parent"] == root]

    def subtree(self, root: str) -> list[str]:
        """The compartments under this one, at any depth, without itself."""
        return [deep for child in self.children(root) for deep in (child, *self.subtree(child))]
