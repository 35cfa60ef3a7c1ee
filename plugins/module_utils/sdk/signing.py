# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signers that get their tokens from where they run: the SDK would ask for those for minutes, so each has its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any, Callable

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.module_utils.common.threads import start
from ansible_collections.rekey.oci.plugins.module_utils.sdk.failures import NotSigned
from ansible_collections.rekey.oci.plugins.module_utils.sdk.loading import because_of_age

#: A signer that asks a metadata service has this long to answer, in seconds; outside OCI nobody answers.
SIGNER_TIMEOUT = 12

#: And this long to sign a call, which now and then renews its token: with that, a call stays within a run's bounds.
RENEWAL_TIMEOUT = 5

#: A call that is answered 401 later than this after its signing began is not made again with a new token.
_PROMPT = 3


def from_environment(what: str, build: Callable[[Any, dict[str, Any]], Any]) -> Callable[..., Any]:
    def signer(config: dict[str, Any], params: Mapping[str, Any], oci: Any, warnings: list[str]) -> Any:
        try:
            return _bounded(_in_time(lambda: build(oci, config), SIGNER_TIMEOUT), params.get("auth_type"))
        except BadInput:
            raise
        except BaseException as error:
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            # The message may quote a token; the type does not.
            raise BadInput(
                "auth_type %s did not give a signer (%s). It works only %s.%s"
                % (params.get("auth_type"), type(error).__name__, what, because_of_age(error, oci))
            ) from None

    return signer


def _bounded(signer: Any, auth_type: Any) -> Any:
    """Have the signer renew its token within bounds: the SDK tries that for minutes, whenever a call is signed."""
    signers = type(signer)
    signing = threading.local()

    def in_time(work: Callable[[], Any]) -> Any:
        try:
            return _in_time(work, RENEWAL_TIMEOUT)
        except Exception as error:
            # The message may quote a token; the type does not.
            raise NotSigned(
                "auth_type %s did not give a signature (%s): its token could not be renewed"
                % (auth_type, type(error).__name__)
            ) from None

    def sign(self: Any, *args: Any, **options: Any) -> Any:
        signing.begun = time.monotonic()
        return in_time(lambda: signers.__call__(self, *args, **options))

    def renew(self: Any) -> Any:
        if time.monotonic() - getattr(signing, "begun", 0.0) > _PROMPT:
            raise NotSigned("auth_type %s: the token was refused, and there was no time to get a new one" % auth_type)
        return in_time(lambda: signers.refresh_security_token(self))

    members: dict[str, Any] = {"__call__": sign}
    if hasattr(signers, "refresh_security_token"):
        members["refresh_security_token"] = renew
    signer.__class__ = type(signers.__name__, (signers,), members)
    return signer


def _in_time(build: Callable[[], Any], seconds: float) -> Any:
    """Run it in a thread of its own: the SDK tries a metadata service that is not there for minutes."""
    answer: list[Any] = []
    failure: list[BaseException] = []

    def work() -> None:
        try:
            answer.append(build())
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=work, daemon=True)
    start(thread)
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError("no answer within %d seconds" % seconds)
    if failure:
        raise failure[0]
    return answer[0]
