# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of Vault: paths, permissions, JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from .clock import rfc3339
from .keys import CANCEL_DELETION, DISABLE, ENABLE, SCHEDULE_DELETION, Key, KeyVersion, StateChange
from .messages import Refusal, Request, Response, not_found
from .paging import page_of
from .users import User
from .world import World

Item = TypeVar("Item")
_DAY = 24 * 3600.0
_SHORTEST, _LONGEST = 7 * _DAY, 30 * _DAY


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
            "currentKeyVersion": key.current(self.world.clock.now(), self.world.region).id,
            "displayName": key.name,
            "keyShape": {"algorithm": key.algorithm, "length": 32},
            "lifecycleState": key.state_at(self.world.clock.now()),
            "timeOfDeletion": None if key.time_of_deletion is None else self._time(key.time_of_deletion),
            "protectionMode": key.protection_mode,
            "isAutoRotationEnabled": key.auto_rotation,
            "timeCreated": self._time(key.time_created),
            "vaultId": key.vault_id,
            "isPrimary": self._is_primary(key),
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
            "origin": version.origin,
            "timeCreated": self._time(version.time_created),
            "vaultId": key.vault_id,
            "isPrimary": self._is_primary(key),
            "replicaDetails": {"replicationId": version.replication_id} if version.replication_id else None,
        }

    def _is_primary(self, key: Key) -> bool:
        return key.region == self.world.region

    def _check_primary(self, key: Key) -> None:
        if not self._is_primary(key):
            raise Refusal(409, "IncorrectState", "The vault is a replica: its keys are changed in their own region.")

    def _versions(self, key: Key) -> list[KeyVersion]:
        """Those that are there, in this region."""
        now = self.world.clock.now()
        return [version for version in key.versions if version.there(self.world.region, now)]

    def get_replication_status(self, request: Request, user: User, replication_id: str) -> Response:
        now = self.world.clock.now()
        for key in self.world.keys.values():
            for version in key.versions if self._is_primary(key) else ():
                if version.replication_id == replication_id and user.may(
                    self.world.settings.replication_status_needs, key.compartment_id
                ):
                    details = [
                        {"region": region, "status": "REPLICATED" if version.there(region, now) else "REPLICATING"}
                        for region in key.replicas
                    ]
                    return Response(200, {"replicaDetails": details})
        raise not_found()

    def get_key(self, request: Request, user: User, key_id: str) -> Response:
        return self._told(self._key(user, key_id, "KEY_READ"))

    def list_keys(self, request: Request, user: User) -> Response:
        compartment_id = request.query.get("compartmentId", "")
        if not self.world.has_compartment(compartment_id) or not user.may("KEY_INSPECT", compartment_id):
            raise not_found()
        keys = [key for key in self.world.keys.values() if key.compartment_id == compartment_id]
        page, headers = page_of(
            self._sorted(request, keys, lambda key: key.name), request, self.world.settings.page_limit
        )
        return Response(200, [self._whole(key) for key in page], headers)

    def get_key_version(self, request: Request, user: User, key_id: str, version_id: str) -> Response:
        key = self._key(user, key_id, "KEY_READ")
        version = key.version(version_id)
        if version is None or version not in self._versions(key):
            raise not_found()
        return Response(200, self._version(key, version))

    def list_key_versions(self, request: Request, user: User, key_id: str) -> Response:
        key = self._key(user, key_id, "KEY_INSPECT")
        # A version has no name of its own.
        versions = self._sorted(request, self._versions(key), lambda version: version.id)
        page, headers = page_of(versions, request, self.world.settings.page_limit)
        return Response(200, [self._version(key, version) for version in page], headers)

    def create_key_version(self, request: Request, user: User, key_id: str) -> Response:
        key = self._key(user, key_id, "KEY_ROTATE")
        self._check_primary(key)
        state = key.state_at(self.world.clock.now())
        if state != "ENABLED":
            raise Refusal(409, "IncorrectState", f"The key is {state}.")
        version = self.world.rotate(key_id, request.headers.get("opc-retry-token"))
        return Response(200, self._version(key, version))

    def enable_key(self, request: Request, user: User, key_id: str) -> Response:
        return self._change(request, self._key(user, key_id, "KEY_UPDATE"), ENABLE)

    def disable_key(self, request: Request, user: User, key_id: str) -> Response:
        return self._change(request, self._key(user, key_id, "KEY_UPDATE"), DISABLE)

    def schedule_key_deletion(self, request: Request, user: User, key_id: str) -> Response:
        key, now = self._key(user, key_id, "KEY_DELETE"), self.world.clock.now()
        wanted = request.json().get("timeOfDeletion")
        try:
            deletes_at = datetime.fromisoformat(wanted).timestamp() if wanted else now + _LONGEST
        except (TypeError, ValueError):
            raise Refusal(400, "InvalidParameter", "timeOfDeletion is not a time.") from None
        if not _SHORTEST <= deletes_at - now <= _LONGEST:
            raise Refusal(400, "InvalidParameter", "timeOfDeletion must be 7 to 30 days from now.")
        return self._change(request, key, SCHEDULE_DELETION, deletes_at)

    def cancel_key_deletion(self, request: Request, user: User, key_id: str) -> Response:
        return self._change(request, self._key(user, key_id, "KEY_DELETE"), CANCEL_DELETION)

    def _change(self, request: Request, key: Key, change: StateChange, deletes_at: float | None = None) -> Response:
        """What ran until now ran under the old state."""
        now, settings = self.world.clock.now(), self.world.settings
        self._check_primary(key)
        for world in self.world.regions.values():
            world.advance()
        state = key.state_at(now)
        wanted = request.headers.get("if-match")
        if wanted is not None and wanted not in (key.etag(now), "*"):
            raise Refusal(412, "NoEtagMatch", "The etag is not the current one.")
        if not key.change(change, now, settings.key_state_seconds, deletes_at):
            raise Refusal(409, "IncorrectState", f"The key is {state}.")
        return self._told(key)

    def _told(self, key: Key) -> Response:
        return Response(200, self._whole(key), {"etag": key.etag(self.world.clock.now())})

    def _sorted(self, request: Request, items: list[Item], name: Callable[[Item], str]) -> list[Item]:
        """As asked for, or as documented: the newest first, names from A to Z. Items come oldest first."""
        by, order = request.query.get("sortBy"), request.query.get("sortOrder")
        if by not in (None, "TIMECREATED", "DISPLAYNAME") or order not in (None, "ASC", "DESC"):
            raise Refusal(400, "InvalidParameter", "sortBy or sortOrder is not valid.")
        if by == "DISPLAYNAME":
            return sorted(items, key=name, reverse=order == "DESC")
        if order is None:
            order = "DESC" if by or self.world.settings.keys_order == "newest" else "ASC"
        return list(items) if order == "ASC" else list(reversed(items))

    def list_vaults(self, request: Request, user: User) -> Response:
        compartment_id = request.query.get("compartmentId", "")
        if not self.world.has_compartment(compartment_id) or not user.may("VAULT_INSPECT", compartment_id):
            raise not_found()
        vaults = sorted({key.vault_id for key in self.world.keys.values() if key.compartment_id == compartment_id})
        page, headers = page_of(vaults, request, self.world.settings.page_limit)
        return Response(200, [self._vault(request, vault, compartment_id) for vault in page], headers)

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
