# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of authentication whose signers OCI itself hands out: the right one is asked for, and not for long."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import oci
import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.module_utils.sdk import identity, loading, signing
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import (
    config_file,
    nobody,
    pem,
    profile,
    rsa_key,
    write,
)

#: Each kind, the signer that OCI's documentation names for it, and where the line says that it works.
SIGNERS = {
    "instance_principal": ("InstancePrincipalsSecurityTokenSigner", "on a compute instance"),
    "instance_obo_user": ("InstancePrincipalsDelegationTokenSigner", "Cloud Shell"),
    "resource_principal": ("get_resource_principals_signer", "OCI_RESOURCE_PRINCIPAL_*"),
    "oke_workload_identity": ("get_oke_workload_identity_resource_principal_signer", "enhanced OKE cluster"),
}


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nobody(monkeypatch, tmp_path)
    loading.import_sdk()


@contextlib.contextmanager
def mute_listener() -> Iterator[int]:
    """A port that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def params_of(auth_type: str, folder: Path) -> dict[str, Any]:
    params = {"auth_type": auth_type}
    if auth_type == "instance_obo_user":
        token = write(folder / "delegation", "delegated")
        params["config_file_location"] = config_file(
            folder, profile(region="us-ashburn-1", delegation_token_file=token)
        )
    return params


@pytest.mark.parametrize("auth_type", SIGNERS)
def test_the_right_signer_is_asked_for(auth_type: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own code is run, and watched: nothing of it is replaced."""
    monkeypatch.setenv("OCI_METADATA_BASE_URL", "http://127.0.0.1:1/opc/v2")
    # Older releases of the SDK do not know the variable: whatever answers at the real address is kept out.
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    called: set[str] = set()

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        if event != "call" or "oci" not in frame.f_code.co_filename:
            return
        name = frame.f_code.co_name
        called.add(type(frame.f_locals.get("self")).__name__ if name == "__init__" else name)

    monkeypatch.setattr(signing, "SIGNER_TIMEOUT", 2)
    threading.setprofile(watch)
    try:
        with pytest.raises(BadInput) as error:
            identity.identify(params_of(auth_type, tmp_path), oci)
    finally:
        threading.setprofile(None)
    signer, place = SIGNERS[auth_type]
    assert signer in called
    others = {name for name, _place in SIGNERS.values()} - {signer}
    if auth_type == "instance_obo_user":
        # One kind is made of the other.
        others.discard("InstancePrincipalsSecurityTokenSigner")
    assert not others & called
    text = str(error.value)
    assert auth_type in text
    assert place in text
    assert "\n" not in text
    assert "delegated" not in text


PROGRAM = """
import json, sys
from ansible_collections.rekey.oci.plugins.module_utils.sdk import signing
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients
from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
params = json.loads(sys.argv[1])
assert signing.SIGNER_TIMEOUT < 15
signing.SIGNER_TIMEOUT = 0.3
try:
    Clients(params)
except BadInput as error:
    sys.stderr.write("REFUSED %s" % error)
"""


@pytest.mark.parametrize("auth_type", ["instance_principal", "instance_obo_user"])
def test_a_metadata_service_that_never_answers(auth_type: str, tmp_path: Path) -> None:
    """The process ends although a thread of it still waits, and nothing is on stdout: it is the module's result."""
    with mute_listener() as port:
        environment = {
            **os.environ,
            "OCI_METADATA_BASE_URL": f"http://127.0.0.1:{port}/opc/v2",
            # For older releases of the SDK, which do not know that variable.
            "http_proxy": f"http://127.0.0.1:{port}",
            "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        }
        # Far more than it needs: a hang would be for minutes.
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, json.dumps(params_of(auth_type, tmp_path))],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    refusal = done.stderr[done.stderr.index("REFUSED") :]
    assert f"auth_type {auth_type} did not give a signer (TimeoutError)" in refusal
    assert "\n" not in refusal


@pytest.mark.parametrize("entry", [None, "/nowhere/token"])
def test_a_delegation_token_that_is_not_there(tmp_path: Path, entry: str | None) -> None:
    location = config_file(tmp_path, delegation_token_file=entry)
    with pytest.raises(BadInput, match="needs a delegation_token_file in the profile"):
        identity.identify({"auth_type": "instance_obo_user", "config_file_location": location}, oci)


def resource_principal(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> None:
    claims = {"exp": 4_000_000_000, "sub": "example"}
    token = ".".join(_part(part) for part in ({"alg": "RS256"}, claims, {}))
    values = {
        "VERSION": "2.2",
        "REGION": "us-phoenix-1",
        "RPST": token,
        "PRIVATE_PEM": pem(rsa_key()).decode(),
        **changes,
    }
    for name, value in values.items():
        if value is not None:
            monkeypatch.setenv(f"OCI_RESOURCE_PRINCIPAL_{name}", value)


def _part(content: dict[str, Any]) -> str:
    import base64

    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def test_a_resource_principal_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    resource_principal(monkeypatch)
    found = identity.identify({"auth_type": "resource_principal"}, oci)
    assert isinstance(found.signer, oci.auth.signers.EphemeralResourcePrincipalSigner)
    assert found.config["region"] == "us-phoenix-1", "the signer knows where it is"


def test_the_region_option_wins_over_the_signers(monkeypatch: pytest.MonkeyPatch) -> None:
    resource_principal(monkeypatch)
    found = identity.identify({"auth_type": "resource_principal", "region": "ap-seoul-1"}, oci)
    assert found.config["region"] == "ap-seoul-1"


@pytest.mark.parametrize(
    "changes", [{"PRIVATE_PEM": None}, {"PRIVATE_PEM": "secret prose"}, {"RPST": "secret.prose.x"}, {"VERSION": "9.9"}]
)
def test_a_resource_principal_that_is_not_whole(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str | None]
) -> None:
    resource_principal(monkeypatch, **changes)
    with pytest.raises(BadInput, match="auth_type resource_principal did not give a signer") as error:
        identity.identify({"auth_type": "resource_principal"}, oci)
    assert "secret" not in str(error.value)
