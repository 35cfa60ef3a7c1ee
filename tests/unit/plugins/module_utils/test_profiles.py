# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configuration files as people have them: their encoding, their paths, and what of a profile is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.identifying import identify, refused
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import (
    TENANCY,
    USER,
    config_file,
    fingerprint,
    pem,
    profile,
    rsa_key,
    write,
)

pytestmark = pytest.mark.usefixtures("nobodys_home")


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-16", "is not UTF-8 but UTF-16"), ("utf-16-be", "another encoding"), ("latin-1", "another encoding")],
)
def test_a_file_in_another_encoding_is_named(tmp_path: Path, encoding: str, told: str) -> None:
    content = Path(config_file(tmp_path)).read_text(encoding="utf-8")
    location = write(tmp_path / "config", f"# secret prose \u00e9\n{content}".encode(encoding))
    assert told in refused(config_file_location=location)


def test_a_byte_order_mark_and_other_line_ends_are_read_past(tmp_path: Path) -> None:
    content = "# \u00e9\r\n" + Path(config_file(tmp_path)).read_text(encoding="utf-8").replace("\n", "\r\n")
    location = write(tmp_path / "config", content.encode("utf-8-sig"))
    assert identify(config_file_location=location).config["tenancy"] == TENANCY


def test_options_make_do_without_a_default_profile(tmp_path: Path) -> None:
    options = {
        "api_user": USER,
        "api_user_fingerprint": fingerprint(rsa_key()),
        "api_user_key_file": write(tmp_path / "key.pem", pem(rsa_key())),
        "tenancy": TENANCY,
        "region": "us-ashburn-1",
    }
    location = write(tmp_path / "config", "[OTHER]\nuser=somebody\n")
    assert identify(config_file_location=location, **options).signer
    assert "which has: OTHER." in refused(config_file_location=location, config_profile_name="MINE", **options)


def test_what_an_option_gives_is_not_looked_for_in_the_profile(tmp_path: Path) -> None:
    assert identify(config_file_location=config_file(tmp_path, region='"nowhere"'), region="iad").signer


def test_a_pass_phrase_may_look_like_anything(tmp_path: Path) -> None:
    phrase = "'quoted' # and more"
    key_file = write(tmp_path / "locked.pem", pem(rsa_key(), phrase))
    assert identify(config_file_location=config_file(tmp_path, key_file=key_file, pass_phrase=phrase)).signer


@pytest.mark.parametrize("home", ["~", "$HOME", "${HOME}"])
def test_a_home_in_paths(tmp_path: Path, home: str) -> None:
    folder = tmp_path / "home" / "elsewhere"
    folder.mkdir(parents=True)
    token = write(folder / "token", "header.payload.signature")
    config_file(folder, key_file=f"{home}/elsewhere/key.pem", security_token_file=f"{home}/elsewhere/token")
    location = f"{home}/elsewhere/config"
    found = identify(config_file_location=location)
    assert found.config["key_file"] == str(folder / "key.pem")
    assert identify(config_file_location=location, api_user_key_file=f"{home}/elsewhere/key.pem").signer
    assert identify(config_file_location=location, auth_type="security_token").signer
    assert Path(token).exists()


def test_what_else_a_profile_says_is_not_taken(tmp_path: Path) -> None:
    """It could have the SDK log headers, call another endpoint, or ask for another kind of signer."""
    more = {"log_requests": "true", "endpoint": "http://evil.example", "authentication_type": "instance_principal"}
    found = identify(config_file_location=config_file(tmp_path, **more))
    assert found.config["log_requests"] is False
    assert not {"endpoint", "authentication_type"} & set(found.config)


@pytest.mark.parametrize(
    ("key", "told"), [("security_token_file", "security_token"), ("delegation_token_file", "instance_obo_user")]
)
def test_a_profile_for_another_auth_type(tmp_path: Path, key: str, told: str) -> None:
    location = config_file(tmp_path, user=None, **{key: "~/token"})
    assert refused(config_file_location=location).endswith(f"set auth_type: {told}.")
    # A profile takes the user of DEFAULT, which is not whom its token is for.
    location = config_file(tmp_path)
    with open(location, "a", encoding="utf-8") as file:
        file.write(profile("SESSION", **{key: "~/token"}))
    assert identify(config_file_location=location).signer
    assert f"set auth_type: {told}." in refused(config_file_location=location, config_profile_name="SESSION")
    assert identify(config_file_location=location, config_profile_name="SESSION", api_user=USER).signer
