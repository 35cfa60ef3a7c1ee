# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of Vault: paths, permissions, JSON."""

from __future__ import annotations

from typing import Any

from .clock import rfc3339
from .keys import Key, KeyVersion
from .messages import Refusal, Request, Response, not_found
from .paging import page_of
from .users import User
from .world import World


class KeyManagement:
    def __init__(self, world: World) -> None:
        self.world = world

    def _key(self, user: User, key_id: str, permission: str) -> Key:
        key = self.world.keys.get(key_id)
        if key is None or not user.may(permission, key.compartment_id):
            raise not_found()
        return key

    def _time(self, moment: float) -> str | None:
        return rfc3339(moment + self.world.settings.vault_skew)

    def _whole(self, key: Key) -> dict[str, Any]:
        return {
            "id": key.id,
            "compartmentId": key.compartment_id,
            "currentKeyVersion": key.current(self.world.clock.now()).id,
            "displayName": key.name,
            "keyShape": {"algorithm": key.algorithm, "length": 32},
            "lifecycleState": key.state,
            "protectionMode": key.protection_mode,
            "isAutoRotationEnabled": key.auto_rotation,
            "timeCreated": self._time(key.time_created),
            "vaultId": key.vault_id,
            "freeformTags": {},
            "definedTags": {},
        }

    def _version(self, key: Key, version: KeyVersion) -> dict[str, Any]:
        creating = self.world.clock.now() < version.ready_at
        return {
            "id": version.id,
            "compartmentId": key.compartment_id,
            "keyId": key.id,
            "lifecycleState": "CREATING" if creating else "ENABLED",
            "origin": "INTERNAL",
            "timeCreated": self._time(version.time_created),
            "vaultId": key.vault_id,
        }

    def get_key(self, request: Request, user: User, key_id: str) -> Response:
        return Response(200, self._whole(self._key(user, key_id, "KEY_READ")), {"etag": key_id[-12:]})

    def list_keys(self, request: Request, user: User) -> Response:
        compartment_id = request.query.get("compartmentId", "")
        if not user.may("KEY_INSPECT", compartment_id):
            raise not_found()
        keys = [key for key in self.world.keys.values() if key.compartment_id == compartment_id]
        page, headers = page_of(keys, request, self.world.settings.page_limit)
        return Response(200, [self._whole(key) for key in page], headers)

    def get_key_version(self, request: Request, user: User, key_id: str, version_id: str) -> Response:
        key = self._key(user, key_id, "KEY_READ")
        version = key.version(version_id)
        if version is None:
            raise not_found()
        return Response(200, self._version(key, version))

    def list_key_versions(self, request: Request, user: User, key_id: str) -> Response:
        key = self._key(user, key_id, "KEY_INSPECT")
        page, headers = page_of(key.versions, request, self.world.settings.page_limit)
        return Response(200, [self._version(key, version) for version in page], headers)

    def create_key_version(self, request: Request, user: User, key_id: str) -> Response:
        key = self._key(user, key_id, "KEY_ROTATE")
        if key.state != "ENABLED":
            raise Refusal(409, "IncorrectState", f"The key is {key.state}.")
        version = self.world.rotate(key_id, request.headers.get("opc-retry-token"))
        return Response(200, self._version(key, version))

    def enable_key(self, request: Request, user: User, key_id: str) -> Response:
        return self._set(user, key_id, "KEY_UPDATE", "ENABLED")

    def disable_key(self, request: Request, user: User, key_id: str) -> Response:
        return self._set(user, key_id, "KEY_UPDATE", "DISABLED")

    def schedule_key_deletion(self, request: Request, user: User, key_id: str) -> Response:
        return self._set(user, key_id, "KEY_DELETE", "PENDING_DELETION")

    def cancel_key_deletion(self, request: Request, user: User, key_id: str) -> Response:
        return self._set(user, key_id, "KEY_DELETE", "DISABLED")

    def _set(self, user: User, key_id: str, permission: str, state: str) -> Response:
        key = self._key(user, key_id, permission)
        self.world.set_key_state(key_id, state)
        return Response(200, self._whole(key))

    def list_vaults(self, request: Request, user: User) -> Response:
        if not user.may("VAULT_INSPECT"):
            raise not_found()
        vaults = sorted({(key.vault_id, key.compartment_id) for key in self.world.keys.values()})
        return Response(200, [self._vault(request, *vault) for vault in vaults])

    def get_vault(self, request: Request, user: User, vault_id: str) -> Response:
        for key in self.world.keys.values():
            if key.vault_id == vault_id and user.may("VAULT_READ", key.compartment_id):
                return Response(200, self._vault(request, vault_id, key.compartment_id))
        raise not_found()

    def _vault(self, request: Request, vault_id: str, compartment_id: str) -> dict[str, Any]:
        endpoint = f"http://{request.headers.get('host', 'localhost')}"
        return {
            "id": vault_id,
            "compartmentId": compartment_id,
            "displayName": "vault",
            "lifecycleState": "ACTIVE",
            "managementEndpoint": endpoint,
            "cryptoEndpoint": endpoint,
            "vaultType": "DEFAULT",
            "timeCreated": rfc3339(0.0),
        }
