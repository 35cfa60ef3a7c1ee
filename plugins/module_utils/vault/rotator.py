# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rotating one key: look, decide, create a version, wait until it is in use. The decisions are those of rotation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Callable, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, Key
from ansible_collections.rekey.oci.plugins.module_utils.decide import rotation
from ansible_collections.rekey.oci.plugins.module_utils.decide.rotation import KeyVersion, Wish
from ansible_collections.rekey.oci.plugins.module_utils.sdk.calls import Calls
from ansible_collections.rekey.oci.plugins.module_utils.sdk.failures import not_understood
from ansible_collections.rekey.oci.plugins.module_utils.sdk.lists import pages
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import PAGE, key_of, seconds, service_date
from ansible_collections.rekey.oci.plugins.module_utils.sdk.patience import Patience

#: Controllers that are started together ask for a new version this far apart, in seconds, so that all but one find it made.
_APART = 2.0


class Unrotated(Exception):
    """The wish is not true, and was not made true. The message is one line for a person."""


def nothing() -> dict[str, Any]:
    """The result of a run that failed before it learned anything."""
    return {
        "changed": False,
        "rotated": False,
        "key": None,
        "previous_version": None,
        "age_days": None,
        "error": None,
    }


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

    def all(self, key_id: str, send: Callable[[Callable[[], Any]], Any]) -> list[KeyVersion]:
        """ListKeyVersions; ``send`` makes the call for each page."""
        call = partial(self._calls.key_management, "ListKeyVersions", "list_key_versions", key_id, limit=PAGE)
        listed = pages("ListKeyVersions", lambda **more: send(partial(call, **more)))
        return [_version_of(one) for page in listed for one in page]

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
    if not getattr(response.data, "id", None):
        raise not_understood(operation, response)
    return _version_of(response.data)


def _version_of(data: Any) -> KeyVersion:
    return KeyVersion(data.id, data.lifecycle_state, seconds(data.time_created), getattr(data, "origin", None))


class Rotator:
    """One key's rotation. What it learns stays readable."""

    def __init__(self, versions: KeyVersions, key_id: str, wish: Wish, check_mode: bool, patience: Patience) -> None:
        self.versions = versions
        self.key_id = key_id
        self.wish = wish
        self.check_mode = check_mode
        self.patience = patience
        self._try = patience.call
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
        key, judged, problem = self._look()
        if judged is None:
            return
        if not (self.check_mode or problem):
            self.patience.scatter(_APART)
        listed = self._listed()
        made = rotation.under_way(listed or (), judged)
        if made is None and problem:
            raise Unrotated(problem)
        if self.check_mode:
            self.rotated = made is None
            return
        made = made or self._create(judged, listed)
        if made is not None and self.wish.waiting.wait:
            self._wait(key, judged, made.id)

    def _look(self) -> tuple[Key, Optional[KeyVersion], Optional[str]]:
        """Look and judge: the version that is to be replaced, if it is, and why only another hand may do that."""
        key, self.looked_at = self._try(lambda: self.versions.key(self.key_id))
        self.key = key
        judged = self._try(lambda: self.versions.version(self.key_id, key.current_version))
        self.judged = self.current = judged
        self.age_days = rotation.age_days(judged, self.looked_at)
        verdict = rotation.judge(key, judged, self.looked_at, self.wish)
        if verdict.problem and not verdict.rotate:
            raise Unrotated(verdict.problem)
        if verdict.warning:
            self.warnings.append(verdict.warning)
        return key, judged if verdict.rotate else None, verdict.problem

    def _listed(self) -> Optional[list[KeyVersion]]:
        """All versions. Where they may not be listed, the retry token keeps one from being made twice."""
        try:
            return self.versions.all(self.key_id, self._try)
        except ApiError as error:
            if error.status in (403, 404):
                return None
            raise

    def _create(self, judged: KeyVersion, listed: Optional[list[KeyVersion]]) -> Optional[KeyVersion]:
        """Ask for the version that replaces the judged one; None where another hand has replaced it by now."""
        token = rotation.retry_token(self.key_id, judged.id)
        try:
            # Another hand may be rotating it just now, which is no odd answer.
            made = self._try(lambda: self.versions.create(self.key_id, token), meant=409)
        except ApiError as error:
            if error.status == 409 and self._replaced(judged):
                return None
            raise
        self.rotated = rotation.is_new(made, listed, self.looked_at)
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

    def _wait(self, key: Key, judged: KeyVersion, wanted: str) -> None:
        """Wait until the new version is in use."""
        while True:
            made = self.made = self._try(lambda: self.versions.version(self.key_id, wanted))
            if rotation.lost(made):
                raise Unrotated("The new version %s of key %s is %s." % (wanted, key.called, made.state))
            if made.state == "ENABLED":
                key, _now = self._try(lambda: self.versions.key(self.key_id))
                if key.current_version != judged.id:
                    break
            if not self.patience.pause():
                raise Unrotated(
                    "The new version %s of key %s was made, but was not in use within wait_timeout (%d seconds): it is %s. "
                    "Run again to wait for it: no second one is made."
                    % (wanted, key.called, self.wish.waiting.timeout, made.state)
                )
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
            display_name=self.key.display_name,
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
