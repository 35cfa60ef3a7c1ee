# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keys of one region, and those of other regions whose vaults are replicated to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .clock import Clock
from .keys import Key, KeyVersion
from .regions import HOME, code_of
from .settings import Settings
from .tenancy import REALM, TENANCY, Tenancy

VAULT = "b5examplevault"
RETRY_TOKEN_SECONDS = 24 * 3600.0


class Vault(Tenancy):
    #: All regions that the tenancy has subscribed to, by name.
    regions: Mapping[str, Vault]

    def __init__(
        self, clock: Clock, settings: Settings | None = None, seed: int | None = None, region: str = HOME
    ) -> None:
        super().__init__(clock, seed)
        self.settings = settings or Settings()
        self.region, self.code = region, code_of(region)
        self.keys: dict[str, Key] = {}
        self._vault = f"ocid1.vault.{REALM}.{self.code}.{VAULT}.abuwvault"

    def add_key(
        self,
        name: str,
        compartment_id: str = TENANCY,
        key_id: str | None = None,
        origin: str = "INTERNAL",
        replicas: Iterable[str] = (),
        **more: Any,
    ) -> Key:
        """``replicas`` are other regions that its vault is replicated to; what is there already is so at once."""
        key_id = key_id or f"ocid1.key.{REALM}.{self.code}.{VAULT}.abuw{self.token(40)}"
        now = self.clock.now()
        key = Key(key_id, self._vault, compartment_id, name, now, region=self.region, replicas=tuple(replicas), **more)
        version = self._new_version(now, now, now, origin)
        key.versions.append(version)
        version.replicate(self.ocid("replicaoperation"), dict.fromkeys(key.replicas, now))
        for region in (self.region, *key.replicas):
            self.regions[region].keys[key.id] = key
        return key

    def _new_version(self, now: float, ready_at: float, current_at: float, origin: str) -> KeyVersion:
        version_id = f"ocid1.keyversion.{REALM}.{self.code}.{VAULT}.abuw{self.token(40)}"
        return KeyVersion(version_id, now, ready_at, current_at, origin)

    def in_use(self, key: Key, now: float) -> KeyVersion:
        """The version that Object Storage wraps the next data key with."""
        return key.in_use(now, self.settings.version_turns, self.region)

    def rotate(self, key_id: str, retry_token: str | None = None, origin: str = "INTERNAL") -> KeyVersion:
        """Make a new version, or import one. A retry token that was seen within a day gets the version that it made then."""
        key, now = self.keys[key_id], self.clock.now()
        if retry_token and retry_token in key.retry_tokens:
            made, version = key.retry_tokens[retry_token]
            if now - made < RETRY_TOKEN_SECONDS:
                return version
        ready_at = now + self.settings.version_delay
        version = self._new_version(now, ready_at, ready_at + self.settings.version_lag, origin)
        key.versions.append(version)
        lag = self.settings.replication_lag
        arrives = ready_at + lag if lag >= 0 else float("inf")
        version.replicate(self.ocid("replicaoperation"), dict.fromkeys(key.replicas, arrives))
        key.changes += 1
        if retry_token:
            key.retry_tokens[retry_token] = (now, version)
        return version
