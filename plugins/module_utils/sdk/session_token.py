# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token of ``oci session authenticate``: read from its file, and read again where people have renewed it meanwhile."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Mapping
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput, refuse_content
from ansible_collections.rekey.oci.plugins.module_utils.common.model import iso_time
from ansible_collections.rekey.oci.plugins.module_utils.sdk import private_key, profile
from ansible_collections.rekey.oci.plugins.module_utils.sdk.failures import SignedOut
from ansible_collections.rekey.oci.plugins.module_utils.sdk.loading import because_of_age

#: The last second that a calendar has, in the year 9999.
_LAST = 253402300799


class SessionToken:
    """What is in the files now. Raises BadInput where they hold no token, or no key."""

    def __init__(self, config: Mapping[str, Any], warnings: list[str]) -> None:
        location = config.get("security_token_file")
        if not location:
            raise BadInput("The profile has no security_token_file: create it with 'oci session authenticate'.")
        self.location: str = location
        path = profile.expanded(location)
        try:
            content = profile.content_of(path)
        except OSError as error:
            refuse_content(path, "security_token_file in the OCI configuration file")
            raise BadInput("The security token file %s cannot be read: %s." % (location, error.strerror)) from None
        self.token = profile.token_in(content, "security", location)
        self.expires = _expires(self.token)
        self.key = private_key.checked(config, warnings, check_fingerprint=False)

    @property
    def expired(self) -> bool:
        return self.expires is not None and self.expires <= time.time()

    def told(self) -> str:
        return "the security token in %s expired at %s: renew it with 'oci session authenticate'" % (
            self.location,
            iso_time(self.expires),
        )


def signer(config: dict[str, Any], params: Mapping[str, Any], oci: Any, warnings: list[str]) -> Any:
    found = SessionToken(config, warnings)
    if found.expired:
        told = found.told()
        raise BadInput("%s%s." % (told[0].upper(), told[1:]))
    try:
        return _signer_class(oci)(config, found)
    except Exception as error:
        raise BadInput(
            "The security token in %s cannot be used: %s. Renew it with 'oci session refresh'.%s"
            % (found.location, type(error).__name__, because_of_age(error, oci))
        ) from None


def _signer_class(oci: Any) -> Any:
    class SessionSigner(oci.auth.signers.SecurityTokenSigner):  # type: ignore[misc]
        """Signs with what the files hold, from when the token that it has is past its time or was refused."""

        def __init__(self, config: Mapping[str, Any], found: SessionToken) -> None:
            self._config = config
            self._renewing = threading.Lock()
            self._found = found
            super().__init__(found.token, self._load(found))

        @staticmethod
        def _load(found: SessionToken) -> Any:
            return oci.signer.load_private_key_from_file(*found.key)

        def __call__(self, request: Any, enforce_content_headers: bool = True) -> Any:
            if self._found.expired and not self.renewed(self.api_key):
                raise SignedOut(self._found.told())
            return super().__call__(request, enforce_content_headers)

        def renewed(self, used: str) -> bool:
            """Whether there is another token now than the one that was ``used``: the files are read again."""
            with self._renewing:
                if self.api_key == used:
                    self._renew()
                return bool(self.api_key != used)

        def _renew(self) -> None:
            try:
                found = SessionToken(self._config, [])
                if found.token != self._found.token:
                    super().__init__(found.token, self._load(found))
                    self._found = found
            except Exception:  # they may be half written; what there was before is still there
                return

        def why_refused(self) -> Optional[str]:
            """What to say of a call that was refused although the files were read again; None where nobody knows."""
            return self._found.told() if self._found.expired else None

    return SessionSigner


def _expires(token: str) -> Optional[float]:
    """The service would only say that it is not authenticated. A token that cannot be read is left to the service."""
    try:
        claims = token.split(".")[1]
        found = float(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"])
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return None
    return found if 0 <= found <= _LAST else None
