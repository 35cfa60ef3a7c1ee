# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a file holds, given in place of its path, or held by the wrong file: told in one line, and never shown."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common import inputs
from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.identifying import identify, refused
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import (
    config_file,
    pem,
    profile,
    rsa_key,
    write,
)

pytestmark = pytest.mark.usefixtures("nobodys_home")

GIVEN = " was given the content of a file; give its path."


def part(claims: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


TOKEN = ".".join((part({"alg": "RS256"}), part({"sub": "s3cret"}), "c2lnbmF0dXJl"))
KEY = pem(rsa_key()).decode()
SETTINGS = "[DEFAULT]\nuser=x\npass_phrase=s3cret\n"
CONTENTS = {
    "PEM": KEY,
    "PEM on one line": KEY.replace("\n", " "),
    "PEM with escapes": KEY.replace("\n", "\\n"),
    "half of PEM": KEY[:60],
    "PEM in base64": base64.b64encode(KEY.encode()).decode()[:200],
    "PEM without its first line": KEY.partition("\n")[2][:130],
    "base64": "".join(KEY.splitlines()[1:-1]),
    "a token": TOKEN,
    "a token with a line's end": TOKEN + "\n",
    "a token of a header": "ST$" + TOKEN,
    "a cut token": TOKEN[:50],
    "another token": ".".join(["abcdefgh-_1234567"] * 3),
    "settings": SETTINGS,
    "settings on one line": SETTINGS.replace("\n", " "),
    "settings without a section": "user=x pass_phrase=s3cret",
    "a line's end": "s3cret\n",
    "lines": "s3cret\rand more",
}
PATHS = [
    "/nowhere/key.pem",
    "no/key.pem",
    "my.key.pem",
    "production-account.private.2026",
    "a b/[x]",
    "/" + "x/" * 60,
    ".",
    "~x",
]


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_no_content_is_shown(tmp_path: Path, content: str) -> None:
    """Neither of an option, nor of the configuration file, where that can hold it."""
    token = {"auth_type": "security_token", "user": None}
    delegated = {"auth_type": "instance_obo_user"}
    cases: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("api_user_key_file, or key_file in the OCI configuration file,", {}, {"api_user_key_file": content}),
        ("config_file_location, or OCI_CONFIG_FILE,", {}, {"config_file_location": content}),
        ("cert_bundle", {}, {"cert_bundle": content}),
    ]
    line = content.strip()
    if "\n" not in line and "\r" not in line and not inputs.is_path(line):
        cases += [
            ("api_user_key_file, or key_file in the OCI configuration file,", {"key_file": line}, {}),
            ("security_token_file in the OCI configuration file", {**token, "security_token_file": line}, {}),
            ("delegation_token_file in the OCI configuration file", {**delegated, "delegation_token_file": line}, {}),
        ]
    for what, entries, options in cases:
        auth_type = entries.pop("auth_type", "api_key")
        location = config_file(tmp_path, **entries)
        assert refused(**{"auth_type": auth_type, "config_file_location": location, **options}) == what + GIVEN


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_bundle_of_the_environment(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    from ansible_collections.rekey.oci.plugins.module_utils.sdk import network

    monkeypatch.setenv(variable, KEY)
    with pytest.raises(BadInput) as error:
        network.bundle(None)
    assert str(error.value) == variable + GIVEN


def test_a_variable_in_a_path_is_opened_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THE_KEY", KEY)
    assert refused(config_file_location=config_file(tmp_path), api_user_key_file="$THE_KEY").endswith(GIVEN)


@pytest.mark.parametrize("path", PATHS)
def test_what_looks_like_a_path_is_shown(tmp_path: Path, path: str) -> None:
    text = refused(config_file_location=config_file(tmp_path), api_user_key_file=path)
    assert text.startswith("The private key file %s cannot be read" % os.path.abspath(os.path.expanduser(path)))


def test_a_long_path_that_leads_somewhere_is_taken(tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 200) / ("b" * 200)
    folder.mkdir(parents=True)
    assert identify(config_file_location=config_file(folder)).signer


def test_no_content_is_shown_as_a_name(tmp_path: Path) -> None:
    location = config_file(tmp_path)
    for option, content in (
        ("config_profile_name", SETTINGS),
        ("config_profile_name", TOKEN),
        ("config_profile_name", "s3cret\nand more"),
        ("region", KEY),
        ("region", TOKEN),
        ("api_user_fingerprint", KEY),
        ("api_user_fingerprint", "s3cret"),
        ("object_storage_endpoint", KEY),
        ("object_storage_endpoint", TOKEN),
    ):
        text = refused(**{"config_file_location": location, option: content})
        assert "(not shown, since it" in text
        assert "s3cret" not in text
        assert TOKEN[:20] not in text
    with pytest.raises(BadInput, match="not shown"):
        inputs.check_work_request_id(TOKEN)


@pytest.mark.parametrize(
    "value", ["payroll", "us-atlantis-1", "a.b.c", "objectstorage.us-ashburn-1.oraclecloud.com", "eyjafjallajokull"]
)
def test_names_are_shown(value: str) -> None:
    assert inputs.shown(value) == inputs.shown_key(value) == repr(value)


@pytest.mark.parametrize("key", ["name:s3cret", "name=s3cret", "name s3cret"])
def test_a_key_that_may_hold_a_value_is_not_shown(key: str) -> None:
    assert "s3cret" not in inputs.shown_key(key)


@pytest.mark.parametrize(
    "content", ["eyJh\ncut", "two tokens", "", " ", "\ufeffeyJh", "t\u00f6ken", "nul\0", b"\xff\xfe"]
)
def test_a_file_that_holds_no_single_token(tmp_path: Path, content: str | bytes) -> None:
    """Of it no header could be made."""
    path = write(tmp_path / "token", content)
    location = config_file(tmp_path, user=None, security_token_file=path, delegation_token_file=path)
    for auth_type, what in (("security_token", "security"), ("instance_obo_user", "delegation")):
        text = refused(auth_type=auth_type, config_file_location=location)
        assert text.startswith("The %s token file %s does not hold a single token" % (what, path))
        assert "eyJh" not in text


@pytest.mark.parametrize(
    "expires",
    ["-1e20", "-1e400", "1" + "0" * 400, "-1" + "0" * 400, "1e20", "NaN", "1e12", "-1", "[" * 5000 + "]" * 5000],
)
def test_an_expiry_that_is_none_counts_as_not_known(tmp_path: Path, expires: str) -> None:
    claims = base64.urlsafe_b64encode(('{"exp": %s}' % expires).encode()).decode().rstrip("=")
    path = write(tmp_path / "token", "header.%s.signature\n" % claims)
    location = write(
        tmp_path / "session", Path(config_file(tmp_path)).read_text() + profile("S", security_token_file=path)
    )
    found = identify(auth_type="security_token", config_file_location=location, config_profile_name="S")
    assert found.signer.why_refused() is None
