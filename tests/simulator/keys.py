# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vaults' keys and their versions, with real key material."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap


@dataclass
class KeyVersion:
    id: str
    time_created: float
    #: Until then it is CREATING.
    ready_at: float = 0.0
    #: Until then its key names an older one as current.
    current_at: float = 0.0
    material: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def wrap(self, data_key: bytes) -> bytes:
        return aes_key_wrap(self.material, data_key)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Raises cryptography's InvalidUnwrap where another version has wrapped it."""
        return aes_key_unwrap(self.material, wrapped)


@dataclass
class Key:
    id: str
    vault_id: str
    compartment_id: str
    name: str
    time_created: float
    state: str = "ENABLED"
    algorithm: str = "AES"
    protection_mode: str = "HSM"
    auto_rotation: bool = False
    versions: list[KeyVersion] = field(default_factory=list)
    #: Whether Object Storage may use it.
    usable: bool = True
    retry_tokens: dict[str, tuple[float, KeyVersion]] = field(default_factory=dict)
    _turn: int = field(default=0, repr=False)

    def current(self, now: float) -> KeyVersion:
        """The version that the key names as current at that time."""
        for version in reversed(self.versions):
            if version.current_at <= now:
                return version
        return self.versions[0]

    def in_use(self, now: float, turns: str = "by turns") -> KeyVersion:
        """The version that the next data key is wrapped with: between two, by turns, the older or the newer."""
        current = self.current(now)
        newest = next((version for version in reversed(self.versions) if version.ready_at <= now), current)
        if newest is current or turns == "older":
            return current
        self._turn += 1
        return newest if turns == "newer" or self._turn % 2 else current

    def version(self, version_id: str) -> KeyVersion | None:
        return next((version for version in self.versions if version.id == version_id), None)
