# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users and what they may do, by OCI's permission names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ADMIN = "admin"

#: OCI's names of what may be allowed.
PERMISSIONS = frozenset(
    """
    BUCKET_INSPECT BUCKET_READ BUCKET_CREATE BUCKET_UPDATE BUCKET_DELETE
    OBJECT_INSPECT OBJECT_READ OBJECT_CREATE OBJECT_OVERWRITE OBJECT_DELETE OBJECT_VERSION_DELETE
    KEY_INSPECT KEY_READ KEY_ROTATE KEY_UPDATE KEY_DELETE KEY_ASSOCIATE KEY_DISASSOCIATE
    VAULT_INSPECT VAULT_READ COMPARTMENT_INSPECT TENANCY_INSPECT
    TAG_NAMESPACE_INSPECT TAG_NAMESPACE_USE TAG_NAMESPACE_UPDATE TAG_NAMESPACE_CREATE
    STREAM_INSPECT STREAM_READ STREAM_CREATE STREAM_DELETE STREAM_PRODUCE STREAM_CONSUME
    """.split()
)


@dataclass
class User:
    """``permissions`` of None is everything; ``compartments`` of None is everywhere."""

    id: str
    name: str
    permissions: frozenset[str] | None = None
    compartments: frozenset[str] | None = None
    #: The tag namespaces, in lower case, that TAG_NAMESPACE_USE is about; None is every one.
    tag_namespaces: frozenset[str] | None = None

    def may_use_tags(self, namespace: str, compartment_id: str) -> bool:
        """As with a policy that has the condition ``target.tag-namespace.name``."""
        allowed = self.tag_namespaces is None or namespace.lower() in self.tag_namespaces
        return allowed and self.may("TAG_NAMESPACE_USE", compartment_id)

    def may_inspect(self, compartment_id: str) -> bool:
        """Whether there is any kind of resource in the compartment that the user may inspect."""
        return any(
            self.may(permission, compartment_id) for permission in PERMISSIONS if permission.endswith("_INSPECT")
        )

    def may(self, permission: str, compartment_id: str | None = None) -> bool:
        if self.permissions is not None and permission not in self.permissions:
            return False
        return compartment_id is None or self.compartments is None or compartment_id in self.compartments


class Users:
    """By name and by OCID. One, who may do everything, is always there."""

    def __init__(self) -> None:
        self.by_name: dict[str, User] = {}
        self.by_id: dict[str, User] = {}
        self.add(ADMIN)

    def add(
        self,
        name: str,
        permissions: Iterable[str] | None = None,
        compartments: Iterable[str] | None = None,
        tag_namespaces: Iterable[str] | None = None,
    ) -> User:
        """Make or replace one. Raises ValueError on a permission that is none."""
        unknown = sorted(set(permissions or ()) - PERMISSIONS)
        if unknown:
            raise ValueError(f"no such permission: {', '.join(unknown)}")
        user = User(
            f"ocid1.user.oc1..{name}",
            name,
            None if permissions is None else frozenset(permissions),
            None if compartments is None else frozenset(compartments),
            None if tag_namespaces is None else frozenset(one.lower() for one in tag_namespaces),
        )
        self.by_name[name] = self.by_id[user.id] = user
        return user
