# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tokens of an instance: renewed in time, or the call says whose answer it was."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import oci
import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.sdk import identity, loading, signing
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import (
    nobody,
    rsa_key,
)


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nobody(monkeypatch, tmp_path)
    loading.import_sdk()


class Federation:
    """Hands out tokens as the SDK's client for instance principals does, in its time."""

    def __init__(self) -> None:
        self.session_key_supplier = self
        self.behave: Callable[[], None] = lambda: None

    def get_security_token(self) -> str:
        self.behave()
        return "a-token"

    def get_key_pair(self) -> dict[str, Any]:
        return {"private": rsa_key()}

    def refresh_security_token(self) -> str:
        return self.get_security_token()


@pytest.fixture
def federation(monkeypatch: pytest.MonkeyPatch) -> Federation:
    """What the signer that is given asks."""
    made = Federation()

    class Signer(oci.auth.signers.InstancePrincipalsSecurityTokenSigner):  # type: ignore[misc]
        def __init__(self) -> None:
            self.region = "us-ashburn-1"
            oci.auth.signers.X509FederationClientBasedSecurityTokenSigner.__init__(self, made)

    monkeypatch.setattr(oci.auth.signers, "InstancePrincipalsSecurityTokenSigner", Signer)
    monkeypatch.setattr(signing, "RENEWAL_TIMEOUT", 0.5)
    return made


def by_instance_principal(url: str) -> OciApi:
    return OciApi(Clients({"auth_type": "instance_principal", "object_storage_endpoint": url}))


@contextlib.contextmanager
def refusing() -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers each request with 401, and the requests that it got."""
    got: list[bytes] = []
    answer = b"HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}"
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _peer = listener.accept()
                    with connection:
                        got.append(connection.recv(1 << 16))
                        connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield "http://127.0.0.1:%d" % listener.getsockname()[1], got
        listener.shutdown(socket.SHUT_RDWR)


def test_a_token_that_is_not_renewed_in_time(federation: Federation) -> None:
    """In the middle of a run, when a call is signed."""
    over = threading.Event()
    with refusing() as (url, got):
        api = by_instance_principal(url)
        federation.behave = over.wait  # type: ignore[assignment]
        try:
            with pytest.raises(ApiError) as caught:
                api.get_namespace()
        finally:
            over.set()
        assert not got
    error = caught.value
    assert (error.retryable, error.effect, error.status) == (True, "none", None)
    assert error.line() == (
        "GetNamespace failed: auth_type instance_principal did not give a signature (TimeoutError): "
        "its token could not be renewed"
    )


def test_a_renewal_that_fails_is_not_the_calls_own_answer(federation: Federation) -> None:
    def refuse() -> None:
        raise oci.exceptions.ServiceError(404, "NotFound", {}, "a secret")

    with refusing() as (url, got):
        api = by_instance_principal(url)
        federation.behave = refuse
        with pytest.raises(ApiError) as caught:
            api.get_namespace()
        assert not got
    assert caught.value.status is None
    assert "(ServiceError)" in caught.value.line()
    assert "secret" not in caught.value.line()


def test_a_token_that_is_refused_is_renewed_once_where_there_is_time(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with refusing() as (url, got):
        api = by_instance_principal(url)
        with pytest.raises(ApiError) as caught:
            api.get_namespace()
        assert caught.value.status == 401
        assert len(got) == 2
        assert all(b"ST$a-token" in request for request in got)
        monkeypatch.setattr(signing, "_PROMPT", -1)
        with pytest.raises(ApiError, match="no time to get a new one"):
            api.get_namespace()
        assert len(got) == 3


def test_who_signs_is_still_known_to_the_sdk(federation: Federation) -> None:
    found = identity.identify({"auth_type": "instance_principal"}, oci)
    assert isinstance(found.signer, oci.auth.signers.X509FederationClientBasedSecurityTokenSigner)
    assert found.config["region"] == "us-ashburn-1"
