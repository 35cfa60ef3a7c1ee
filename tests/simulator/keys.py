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
    #: EXTERNAL where its material was imported.
    origin: str = "INTERNAL"
    #: Where its vault is replicated: what tells of it, and when it is there, by region.
    replication_id: str | None = None
    replicated_at: dict[str, float] = field(default_factory=dict)
    material: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def replicate(self, replication_id: str, replicated_at: dict[str, float]) -> None:
        if replicated_at:
            self.replication_id, self.replicated_at = replication_id, replicated_at

    def there(self, region: str | None, now: float) -> bool:
        """Whether it has come to a region, if it had to."""
        return region not in self.replicated_at or self.replicated_at[region] <= now

    def wrap(self, data_key: bytes) -> bytes:
        return aes_key_wrap(self.material, data_key)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Raises cryptography's InvalidUnwrap where another version has wrapped it."""
        return aes_key_unwrap(self.material, wrapped)


@dataclass(frozen=True)
class StateChange:
    """From which states, by which, to which; None for the one before a deletion was scheduled."""

    begins: tuple[str, ...]
    meanwhile: str
    end: str | None


ENABLE = StateChange(("DISABLED",), "ENABLING", "ENABLED")
DISABLE = StateChange(("ENABLED",), "DISABLING", "DISABLED")
SCHEDULE_DELETION = StateChange(("ENABLED", "DISABLED"), "SCHEDULING_DELETION", "PENDING_DELETION")
CANCEL_DELETION = StateChange(("PENDING_DELETION",), "CANCELLING_DELETION", None)
ORIGINS = ("INTERNAL", "EXTERNAL")
STATES = (
    "CREATING",
    "ENABLING",
    "ENABLED",
    "DISABLING",
    "DISABLED",
    "DELETING",
    "DELETED",
    "PENDING_DELETION",
    "SCHEDULING_DELETION",
    "CANCELLING_DELETION",
    "UPDATING",
    "BACKUP_IN_PROGRESS",
    "RESTORING",
)


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
    #: Its own region, and those that its vault is replicated to.
    region: str = ""
    replicas: tuple[str, ...] = ()
    retry_tokens: dict[str, tuple[float, KeyVersion]] = field(default_factory=dict)
    time_of_deletion: float | None = None
    #: Since when it has which state, also those to come; until the first it has ``state``.
    _states: list[tuple[float, str]] = field(default_factory=list, repr=False)
    #: How many other changes it has seen.
    changes: int = 0
    #: What a cancelled deletion goes back to.
    _before_deletion: str = "ENABLED"
    _turn: int = field(default=0, repr=False)

    def etag(self, now: float) -> str:
        return f"{self.id[-12:]}-{self.changes + sum(since <= now for since, _state in self._states)}"

    def state_at(self, now: float) -> str:
        return next((state for since, state in reversed(self._states) if since <= now), self.state)

    def set_state(self, now: float, state: str, *later: tuple[float, str]) -> None:
        """Take a state, and others at later times; what was to come does not."""
        self._states = [*(one for one in self._states if one[0] <= now), (now, state), *later]

    def change(self, change: StateChange, now: float, seconds: float, deletes_at: float | None = None) -> bool:
        """Begin a change of state; false where the key's state is none that it can begin in."""
        state = self.state_at(now)
        if state not in change.begins:
            return False
        self.time_of_deletion = deletes_at
        end = change.end or self._before_deletion
        if change.end == "PENDING_DELETION":
            self._before_deletion = state
        later = [(now + seconds, end)] + ([] if deletes_at is None else [(deletes_at, "DELETED")])
        self.set_state(now, change.meanwhile, *later)
        return True

    def current(self, now: float, region: str | None = None) -> KeyVersion:
        """The version that the key names as current at that time, in its own region or in a replica's."""
        for version in reversed(self.versions):
            if version.current_at <= now and version.there(region, now):
                return version
        return self.versions[0]

    def in_use(self, now: float, turns: str = "by turns", region: str | None = None) -> KeyVersion:
        """The version that the next data key is wrapped with: between two, by turns, the older or the newer."""
        current = self.current(now, region)
        there = (one for one in reversed(self.versions) if one.ready_at <= now and one.there(region, now))
        newest = next(there, current)
        if newest is current or turns == "older":
            return current
        self._turn += 1
        return newest if turns == "newer" or self._turn % 2 else current

    def version(self, version_id: str) -> KeyVersion | None:
        return next((version for version in self.versions if version.id == version_id), None)
