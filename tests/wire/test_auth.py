# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each way to authenticate that can be tried without OCI: from a profile, from the environment, by single options."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.serving import Running
from tests.wire.playing import one_line, play, reencrypt

pytestmark = pytest.mark.usefixtures("warmed")

UP_TO_DATE = ("none", "up_to_date")


def ways(said: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """Options and environment, each of which must do."""
    config = {"OCI_CONFIG_FILE": said["config_file"]}
    from_environment = {
        "OCI_CONFIG_FILE": "/nowhere/config",
        "OCI_USER_ID": said["user"],
        "OCI_USER_FINGERPRINT": said["fingerprint"],
        "OCI_USER_KEY_FILE": said["key_file"],
        "OCI_TENANCY": said["tenancy"],
        "OCI_REGION": said["region"],
    }
    without_file = {name: value for name, value in from_environment.items() if name != "OCI_CONFIG_FILE"}
    encrypted = {**without_file, "OCI_USER_KEY_FILE": said["encrypted_key_file"]}
    return [
        ({}, config),
        ({"config_file_location": said["config_file"], "config_profile_name": "DEFAULT"}, {}),
        ({"config_profile_name": "pass_phrase"}, config),
        ({}, {**config, "OCI_CONFIG_PROFILE": "pass_phrase"}),
        ({}, without_file),
        ({}, {**encrypted, "OCI_USER_KEY_PASS_PHRASE": said["pass_phrase"]}),
        ({"api_user_key_pass_phrase": said["pass_phrase"]}, encrypted),
        (
            {
                "api_user": said["user"],
                "api_user_fingerprint": said["fingerprint"],
                "api_user_key_file": said["key_file"],
                "tenancy": said["tenancy"],
                "region": said["region"],
            },
            {},
        ),
        # A single option overrides the profile, and an option its variable.
        ({"api_user_key_file": said["encrypted_key_file"], "api_user_key_pass_phrase": said["pass_phrase"]}, config),
        ({"api_user": said["user"]}, {**config, "OCI_USER_ID": "ocid1.user.oc1..nobody"}),
        ({"auth_type": "security_token", "config_profile_name": "security_token"}, config),
        ({}, {**config, "OCI_ANSIBLE_AUTH_TYPE": "security_token", "OCI_CONFIG_PROFILE": "security_token"}),
        ({"auth_type": "resource_principal"}, said["resource_principal"]),
        ({}, {"OCI_ANSIBLE_AUTH_TYPE": "resource_principal", **said["resource_principal"]}),
    ]


def test_each_way_is_let_in(simulator: Running, endpoints: dict[str, str], folder: Path) -> None:
    tried = ways(simulator.introduction)
    tasks = [{**reencrypt(**options), "environment": {**endpoints, **variables}} for options, variables in tried]
    played = play(folder, tasks)
    outcomes = [(result.get("action"), result.get("reason"), result.get("msg")) for result in played.results]
    assert outcomes == [("submit", "unproven", None), *[(*UP_TO_DATE, None)] * (len(tried) - 1)]
    truth = simulator.control("GET", "truth")
    assert len(truth["submissions"]["photos"]) == 1
    assert {request["user"] for request in truth["requests"]} == {"admin"}
    assert {request["status"] for request in truth["requests"]} <= {200, 202}


def test_each_refusal_is_one_line(simulator: Running, endpoints: dict[str, str], folder: Path, tmp_path: Path) -> None:
    said = simulator.introduction
    config = {**endpoints, "OCI_CONFIG_FILE": said["config_file"]}
    stranger = tmp_path / "stranger.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(stranger), "2048"], check=True, capture_output=True)
    stranger.chmod(0o600)
    public = subprocess.run(
        ["openssl", "rsa", "-in", str(stranger), "-pubout", "-outform", "DER"], check=True, capture_output=True
    ).stdout
    digest = subprocess.run(["openssl", "md5", "-c"], input=public, check=True, capture_output=True, text=False).stdout
    fingerprint = digest.decode().split()[-1]
    cases: list[tuple[dict[str, Any], dict[str, str], str]] = [
        (
            {"api_user_key_file": str(stranger), "api_user_fingerprint": fingerprint},
            {},
            "GetNamespace failed: 401 NotAuthenticated",
        ),
        ({"api_user": "ocid1.user.oc1..nobody"}, {}, "GetNamespace failed: 401 NotAuthenticated"),
        ({"auth_type": "security_token", "config_profile_name": "expired_token"}, {}, "expired at 20"),
        ({"auth_type": "security_token"}, {}, "The profile has no security_token_file"),
        (
            {"auth_type": "resource_principal"},
            {},
            "auth_type resource_principal did not give a signer",
        ),
    ]
    tasks = [{**reencrypt(**options), "environment": {**config, **more}} for options, more, _said in cases]
    played = play(folder, tasks)
    for result, (_options, _more, expected) in zip(played.results, cases, strict=True):
        assert expected in one_line(result), json.dumps(result)
    truth = simulator.control("GET", "truth")
    assert not truth["submissions"].get("photos")
    assert {request["status"] for request in truth["requests"]} <= {401}


@pytest.mark.parametrize("skew", [-600, 600])
def test_a_wrong_clock_is_one_line(simulator: Running, endpoints: dict[str, str], folder: Path, skew: int) -> None:
    simulator.control("PATCH", "settings", {"clock_skew": skew})
    environment = {**endpoints, "OCI_CONFIG_FILE": simulator.introduction["config_file"]}
    result = play(folder, [reencrypt()], environment).results[0]
    assert "clock" in one_line(result)
    assert result["error"]["status"] == 401
