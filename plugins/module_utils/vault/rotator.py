# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rotating one key: look, decide, create a version, wait until it is in use. The decisions are those of rotation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Callable, Optional, TypeVar

from ansible_collections.rekey.oci.plugins.module_utils.common import schedule
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, Key
from ansible_collections.rekey.oci.plugins.module_utils.decide import rotation
from ansible_collections.rekey.oci.plugins.module_utils.decide.rotation import KeyVersion, Wish
from ansible_collections.rekey.oci.plugins.module_utils.sdk.calls import Calls
from ansible_collections.rekey.oci.plugins.module_utils.sdk.failures import not_understood
from ansible_collections.rekey.oci.plugins.module_utils.sdk.lists import pages
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import PAGE, key_of, seconds, service_date
from ansible_collections.rekey.oci.plugins.module_utils.sdk.retry import with_retries

Answer = TypeVar("Answer")


class Unrotated(Exception):
    """The wish is not true, and was not made true. The message is one line for a person."""


class KeyVersions:
    """The calls about key versions. Each is sent once; all raise ApiError, and nothing else."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def key(self, key_id: str) -> tuple[Key, float]:
        """GetKey, with the service's time."""
        response = self._calls.key_management("GetKey", "get_key", key_id)
        now = service_date(response)
        if now is None:
            raise not_understood("GetKey", response)
        return key_of(key_id, response), now

    def version(self, key_id: str, version_id: str) -> KeyVersion:
        """GetKeyVersion."""
        response = self._calls.key_management("GetKeyVersion", "get_key_version", key_id, version_id)
        return _version("GetKeyVersion", response)

    def all(self, key_id: str) -> list[KeyVersion]:
        """ListKeyVersions."""
        page = partial(self._calls.key_management, "ListKeyVersions", "list_key_versions", key_id, limit=PAGE)
        listed = [one for part in pages("ListKeyVersions", page) for one in part]
        return [KeyVersion(one.id, one.lifecycle_state, seconds(one.time_created)) for one in listed]

    def create(self, key_id: str, token: str) -> KeyVersion:
        """CreateKeyVersion. With the same token it makes one version however often it is sent."""
        response = self._calls.key_management(
            "CreateKeyVersion",
            "create_key_version",
            key_id,
            opc_retry_token=token,
            retry_strategy=self._calls.clients.sdk.retry.NoneRetryStrategy(),
        )
        return _version("CreateKeyVersion", response)


def _version(operation: str, response: Any) -> KeyVersion:
    data = response.data
    if not getattr(data, "id", None):
        raise not_understood(operation, response)
    return KeyVersion(data.id, data.lifecycle_state, seconds(data.time_created))


class Rotator:
    """One key's rotation; ``clock`` is monotonic seconds, ``chance`` random in [0, 1). What it learns stays readable."""

    def __init__(
        self,
        versions: KeyVersions,
        key_id: str,
        wish: Wish,
        check_mode: bool,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        chance: Callable[[], float],
    ) -> None:
        self.versions = versions
        self.key_id = key_id
        self.wish = wish
        self.check_mode = check_mode
        self.clock = clock
        self.sleep = sleep
        self.chance = chance
        self.begun = clock()
        #: When the key was looked at, by the service's clock.
        self.looked_at = 0.0
        self.key: Optional[Key] = None
        self.judged: Optional[KeyVersion] = None
        self.age_days: Optional[float] = None
        self.made: Optional[KeyVersion] = None
        self.current: Optional[KeyVersion] = None
        self.rotated = False
        self.warnings: list[str] = []

    def run(self) -> None:
        """Make the wish true. Raises Unrotated, or ApiError; either way all that was learned is kept."""
        judged = self._look()
        if judged is None:
            return
        made = self._under_way(judged)
        if self.check_mode:
            self.rotated = made is None
            return
        made = made or self._create(judged)
        if made is not None and self.wish.wait:
            self._wait(judged, made.id)

    def _try(self, call: Callable[[], Answer]) -> Answer:
        return with_retries(call, self.clock, self.sleep, self.chance)

    def _look(self) -> Optional[KeyVersion]:
        """Look and judge: the version that is to be replaced, if it is."""
        key, self.looked_at = self._try(lambda: self.versions.key(self.key_id))
        self.key = key
        judged = self._try(lambda: self.versions.version(self.key_id, key.current_version))
        self.judged = self.current = judged
        self.age_days = rotation.age_days(judged, self.looked_at)
        verdict = rotation.judge(key, judged, self.looked_at, self.wish)
        if verdict.problem:
            raise Unrotated(verdict.problem)
        if verdict.warning:
            self.warnings.append(verdict.warning)
        return judged if verdict.rotate else None

    def _under_way(self, judged: KeyVersion) -> Optional[KeyVersion]:
        """What another hand is making already. Where that may not be listed, the retry token keeps it from being made twice."""
        try:
            return rotation.under_way(self._try(lambda: self.versions.all(self.key_id)), judged)
        except ApiError as error:
            if error.status in (403, 404):
                return None
            raise

    def _create(self, judged: KeyVersion) -> Optional[KeyVersion]:
        """Ask for the version that replaces the judged one; None where another hand has replaced it by now."""
        token = rotation.retry_token(self.key_id, judged.id)
        try:
            made = self._try(lambda: self.versions.create(self.key_id, token))
        except ApiError as error:
            if error.status == 409 and self._replaced(judged):
                return None
            raise
        # A version that was there before the look is another hand's: what was read of the key was behind the times.
        self.rotated = made.time_created is None or made.time_created >= self.looked_at
        self.made = self.current = made
        return made

    def _replaced(self, judged: KeyVersion) -> bool:
        """Whether the judged version is no longer the current one: somebody was faster."""
        key, _now = self._try(lambda: self.versions.key(self.key_id))
        if key.current_version == judged.id:
            return False
        self.key = key
        self.current = self._try(lambda: self.versions.version(self.key_id, key.current_version))
        return True

    def _wait(self, judged: KeyVersion, wanted: str) -> None:
        """Wait until the new version is in use."""
        while True:
            made = self.made = self._try(lambda: self.versions.version(self.key_id, wanted))
            if rotation.lost(made):
                raise Unrotated("The new version %s of key %s is %s." % (wanted, self.key_id, made.state))
            if made.state == "ENABLED":
                key, _now = self._try(lambda: self.versions.key(self.key_id))
                if key.current_version != judged.id:
                    break
            left = self.begun + self.wish.wait_timeout - self.clock()
            if left <= 0:
                raise Unrotated(
                    "The new version %s of key %s was made, but is not in use within wait_timeout (%d seconds): it is %s. "
                    "Run again to wait for it: no second one is made."
                    % (wanted, self.key_id, self.wish.wait_timeout, made.state)
                )
            elapsed = self.clock() - self.begun
            self.sleep(schedule.poll_pause(elapsed, None, self.wish.wait_interval, self.chance(), left))
        self.key = key
        # A newer one may be the current one by now.
        newer = key.current_version != wanted
        self.current = self._try(lambda: self.versions.version(self.key_id, key.current_version)) if newer else made

    def result(self) -> dict[str, Any]:
        """The module's return values, as far as known."""
        return {
            "changed": self.rotated,
            "rotated": self.rotated,
            "key": self._key(),
            "previous_version": self.judged.as_result() if self.rotated and self.judged else None,
            "age_days": None if self.age_days is None else round(self.age_days, 2),
        }

    def _key(self) -> Optional[Mapping[str, Any]]:
        if self.key is None:
            return None
        told = self.key.as_result()
        if self.current is not None:
            told["current_version"] = self.current.as_result()
        return dict(
            told,
            algorithm=self.key.algorithm,
            is_auto_rotation_enabled=self.key.is_auto_rotation_enabled,
        )

    def diff(self) -> dict[str, Any]:
        """The current version before and after. In check mode the new one has no name yet."""
        before = self.judged.id if self.judged else None
        after = before
        if self.rotated:
            after = self.made.id if self.made else "(a new version)"
        return {"before": {"key_version_id": before}, "after": {"key_version_id": after}}
