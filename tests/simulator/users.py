# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users, their API keys, and what they may do, by OCI's permission names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class User:
    """``permissions`` of None is everything; ``compartments`` of None is everywhere."""

    id: str
    name: str
    fingerprint: str = ""
    public_key: Any = None
    permissions: frozenset[str] | None = None
    compartments: frozenset[str] | None = None

    def may(self, permission: str, compartment_id: str | None = None) -> bool:
        if self.permissions is not None and permission not in self.permissions:
            return False
        return compartment_id is None or self.compartments is None or compartment_id in self.compartments


@dataclass
class Users:
    """By name; a signature's key id finds one."""

    by_name: dict[str, User] = field(default_factory=lambda: {"admin": User("ocid1.user.oc1..admin", "admin")})

    def add(self, name: str, **more: Any) -> User:
        user = User(f"ocid1.user.oc1..{name}", name, **more)
        self.by_name[name] = user
        return user

    def by_id(self, user_id: str) -> User | None:
        return next((user for user in self.by_name.values() if user.id == user_id), None)
