# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A security token of a session: whom it signs for, and what is wrong with one."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import oci
import pytest

from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.identifying import identify, refused
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import (
    config_file,
    write,
)

pytestmark = pytest.mark.usefixtures("nobodys_home")


def token_profile(folder: Path, **entries: str | None) -> str:
    token = write(folder / "token", "header.payload.signature\n")
    return config_file(folder, **{"user": None, "security_token_file": token, **entries})


def test_a_security_token(tmp_path: Path) -> None:
    found = identify(auth_type="security_token", config_file_location=token_profile(tmp_path))
    assert isinstance(found.signer, oci.auth.signers.SecurityTokenSigner)
    assert found.signer.api_key == "ST$header.payload.signature"


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({"security_token_file": None}, "oci session authenticate"),
        ({"security_token_file": "/nowhere/token"}, "/nowhere/token cannot be read"),
        ({"key_file": "/nowhere/key.pem"}, "/nowhere/key.pem cannot be read"),
        ({"key_file": None}, "set api_user_key_file"),
    ],
)
def test_a_security_token_that_is_not_whole(tmp_path: Path, entries: dict[str, str | None], told: str) -> None:
    text = refused(auth_type="security_token", config_file_location=token_profile(tmp_path, **entries))
    assert told in text
    assert "payload" not in text


@pytest.mark.parametrize(("expires", "expired"), [(1_000_000_000, True), (4_000_000_000, False)])
def test_a_security_token_that_expired(tmp_path: Path, expires: int, expired: bool) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": expires}).encode()).decode().rstrip("=")
    location = token_profile(tmp_path, security_token_file=write(tmp_path / "dated", f"header.{claims}.signature\n"))
    if expired:
        text = refused(auth_type="security_token", config_file_location=location)
        assert text.endswith("expired at 2001-09-09T01:46:40Z: renew it with 'oci session authenticate'.")
    else:
        assert identify(auth_type="security_token", config_file_location=location).signer is not None
