# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls: files, environment, options, and one clear line for whatever is wrong with them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import oci
import pytest
from cryptography.hazmat.primitives.serialization import PrivateFormat

from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.identifying import identify, refused
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import (
    PASS_PHRASE,
    TENANCY,
    USER,
    config_file,
    elliptic_key,
    fingerprint,
    pem,
    profile,
    rsa_key,
    write,
)

pytestmark = pytest.mark.usefixtures("nobodys_home")

#: The id of a user who owns nothing, on every system that has one.
NOBODY = 65534


def test_a_profile_with_a_key(tmp_path: Path) -> None:
    found = identify(config_file_location=config_file(tmp_path))
    assert isinstance(found.signer, oci.signer.Signer)
    assert found.signer.api_key == f"{TENANCY}/{USER}/{fingerprint(rsa_key())}"
    assert found.config["region"] == "us-ashburn-1"
    assert found.warnings == []


def test_a_named_profile_takes_from_the_default_one(tmp_path: Path) -> None:
    location = config_file(tmp_path)
    with open(location, "a", encoding="utf-8") as file:
        file.write(profile("OTHER", region="ap-seoul-1"))
    found = identify(config_file_location=location, config_profile_name="OTHER")
    assert found.config["region"] == "ap-seoul-1"
    assert found.config["tenancy"] == TENANCY


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_key_with_a_pass_phrase(tmp_path: Path, form: PrivateFormat) -> None:
    key_file = write(tmp_path / "locked.pem", pem(rsa_key(), PASS_PHRASE, form))
    location = config_file(tmp_path, key_file=key_file)
    assert identify(config_file_location=location, api_user_key_pass_phrase=PASS_PHRASE).signer
    assert identify(config_file_location=config_file(tmp_path, key_file=key_file, pass_phrase=PASS_PHRASE)).signer
    assert "is encrypted" in refused(config_file_location=config_file(tmp_path, key_file=key_file))
    text = refused(config_file_location=location, api_user_key_pass_phrase=PASS_PHRASE.upper())
    assert "pass phrase does not open" in text
    assert PASS_PHRASE.upper() not in text


def test_a_pass_phrase_that_is_not_needed_does_no_harm(tmp_path: Path) -> None:
    assert identify(config_file_location=config_file(tmp_path), api_user_key_pass_phrase=PASS_PHRASE).signer


def test_all_from_options_and_no_file(tmp_path: Path) -> None:
    found = identify(
        api_user=USER,
        api_user_fingerprint=fingerprint(rsa_key()),
        api_user_key_file=write(tmp_path / "key.pem", pem(rsa_key())),
        tenancy=TENANCY,
        region="us-ashburn-1",
    )
    assert found.signer.api_key.startswith(f"{TENANCY}/{USER}/")


def test_options_override_the_profile_one_by_one(tmp_path: Path) -> None:
    location = config_file(tmp_path)
    other_key = write(tmp_path / "other.pem", pem(rsa_key(1)))
    for options, expected in (
        ({"region": "ap-seoul-1"}, {"region": "ap-seoul-1", "tenancy": TENANCY}),
        ({"tenancy": "ocid1.tenancy.oc1..other"}, {"tenancy": "ocid1.tenancy.oc1..other", "user": USER}),
        ({"api_user": "ocid1.user.oc1..other"}, {"user": "ocid1.user.oc1..other", "tenancy": TENANCY}),
        (
            {"api_user_key_file": other_key, "api_user_fingerprint": fingerprint(rsa_key(1))},
            {"key_file": other_key, "user": USER},
        ),
    ):
        found = identify(config_file_location=location, **options)
        assert {key: found.config[key] for key in expected} == expected


def test_the_files_of_a_home(tmp_path: Path) -> None:
    folder = tmp_path / "home" / ".oci"
    folder.mkdir(parents=True)
    config_file(folder, key_file="~/.oci/key.pem")
    assert identify().signer
    assert identify(config_file_location="~/.oci/config").signer


def test_a_fingerprint_may_be_written_in_capitals(tmp_path: Path) -> None:
    """Or without colons; the service and the SDK get it in the form that they know."""
    plain = fingerprint(rsa_key())
    for written in (plain.upper(), plain.replace(":", "")):
        found = identify(config_file_location=config_file(tmp_path, fingerprint=written))
        assert found.config["fingerprint"] == plain
        assert found.signer.api_key.endswith("/" + plain)


def no_file(folder: Path) -> dict[str, Any]:
    return {"config_file_location": str(folder / "nowhere")}


def config(**entries: str | None) -> Callable[[Path], dict[str, Any]]:
    return lambda folder: {"config_file_location": config_file(folder, **entries)}


def content(text: str) -> Callable[[Path], dict[str, Any]]:
    return lambda folder: {"config_file_location": config_file(folder, text)}


def key_file(content_of: Callable[[], bytes]) -> Callable[[Path], dict[str, Any]]:
    return lambda folder: {
        "config_file_location": config_file(folder, key_file=write(folder / "other.pem", content_of()))
    }


def pipe(folder: Path) -> str:
    """To which nobody writes."""
    os.mkfifo(folder / "pipe")
    return str(folder / "pipe")


BAD: list[tuple[str, Callable[[Path], dict[str, Any]], str]] = [
    ("no file at all", lambda _folder: {}, ".oci/config does not exist"),
    ("no such file", no_file, "nowhere does not exist"),
    ("a folder for a file", lambda folder: {"config_file_location": str(folder)}, "cannot be read: Is a directory"),
    ("a pipe for a file", lambda f: {"config_file_location": pipe(f)}, "pipe cannot be read: It is not a file"),
    ("a path that is none", lambda _f: {"config_file_location": "/a\0b"}, "cannot be read: embedded null"),
    ("no such profile", lambda f: {**config()(f), "config_profile_name": "PROD"}, "profile PROD is not in"),
    ("no such profile, in other case", lambda f: {**config()(f), "config_profile_name": "default"}, "has: DEFAULT"),
    ("prose for a file", content("once upon a time"), "malformed"),
    ("an entry twice", content("[DEFAULT]\nuser=a\nuser=b\n"), "malformed: profile DEFAULT has user twice"),
    ("a profile twice", content("[DEFAULT]\nuser=a\n[DEFAULT]\n"), "malformed: it has the profile DEFAULT twice"),
    ("a line that is none", content("[DEFAULT]\nuser=a\nsecret prose\n"), "malformed: line 3 is neither"),
    ("no default profile", content("[PROD]\nuser=a\n[TEST]\n"), "profile DEFAULT is not in"),
    ("no default profile, and the others", content("[PROD]\nuser=a\n[TEST]\n"), "which has: PROD, TEST."),
    (
        "no such profile, without DEFAULT",
        lambda f: {**content("[A]\n")(f), "config_profile_name": "B"},
        "which has: A.",
    ),
    ("an empty file", content(""), "which has: none."),
    ("only comments", content("# [DEFAULT]\n"), "which has: none."),
    ("quotes", config(region='"us-ashburn-1"'), "region in profile DEFAULT of"),
    ("single quotes", config(key_file="'/nowhere/key.pem'"), "is in quotes: write it without"),
    ("a comment behind", config(key_file="~/.oci/key.pem # the old one"), "key_file in profile DEFAULT of"),
    ("a comment behind a region", config(region="us-ashburn-1 ; home"), "give the comment a line of its own"),
    ("a relative path", config(key_file="no/key.pem"), os.path.join(os.getcwd(), "no/key.pem") + " cannot be read"),
    ("no user", config(user=None), "set api_user"),
    ("no tenancy", config(tenancy=None), "set tenancy"),
    ("a user that is no OCID", config(user="alice"), "api_user is malformed"),
    ("a tenancy that is no OCID", config(tenancy="acme"), "tenancy is malformed"),
    ("no fingerprint", config(fingerprint=None), "set api_user_fingerprint"),
    ("no key file", config(key_file=None), "set api_user_key_file"),
    ("no region", config(region=None), "set region"),
    ("unknown region", config(region="us-atlantis-1"), "'us-atlantis-1' is not known"),
    ("a region that is none", config(region="https://evil.example"), "is not known"),
    ("another key's fingerprint", config(fingerprint="00:11:22"), "fingerprint 00:11:22 is not that of"),
    ("no such key file", config(key_file="/nowhere/key.pem"), "/nowhere/key.pem cannot be read: No such file"),
    ("a folder for a key file", lambda f: config(key_file=str(f))(f), "cannot be read: Is a directory"),
    ("a pipe for a key file", lambda f: config(key_file=pipe(f))(f), "pipe cannot be read: It is not a file"),
    ("an empty key file", key_file(lambda: b""), "malformed"),
    ("prose for a key", key_file(lambda: b"secret prose"), "malformed"),
    ("half a key", key_file(lambda: pem(rsa_key())[:900]), "malformed"),
    ("bytes for a key", key_file(lambda: bytes(range(256))), "malformed"),
    ("a key of another kind", key_file(lambda: pem(elliptic_key())), "not an RSA key"),
]


@pytest.mark.parametrize(("options", "told"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_is_wrong_is_told(tmp_path: Path, options: Callable[[Path], dict[str, Any]], told: str) -> None:
    text = refused(**options(tmp_path))
    assert told in text
    assert "secret prose" not in text


@contextmanager
def ordinary_user(folder: Path) -> Iterator[None]:
    """Root may read every file, so become another user who owns the folder's files."""
    if os.geteuid() != 0:
        yield
        return
    for path in (folder, *folder.iterdir()):
        os.chown(path, NOBODY, -1)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_files_that_may_not_be_read() -> None:
    # Nobody but root may look into pytest's own folders.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        location = config_file(folder, key_file=write(folder / "shut.pem", pem(rsa_key())))
        # What is imported on the way may be root's.
        assert identify(config_file_location=location).signer
        os.chmod(folder / "shut.pem", 0)
        with ordinary_user(folder):
            assert "Permission denied" in refused(config_file_location=location)
            os.chmod(location, 0)
            assert "cannot be read" in refused(config_file_location=location)


def test_a_key_file_that_nobody_can_read(tmp_path: Path) -> None:
    (tmp_path / "folder.pem").mkdir()
    location = config_file(tmp_path, key_file=str(tmp_path / "folder.pem"))
    assert "folder.pem cannot be read: Is a directory" in refused(config_file_location=location)


def test_files_that_others_may_read_are_warned_of(tmp_path: Path) -> None:
    location = config_file(tmp_path)
    os.chmod(location, 0o644)
    os.chmod(tmp_path / "key.pem", 0o640)
    warnings = identify(config_file_location=location).warnings
    assert len(warnings) == 2
    assert all("chmod 600" in warning for warning in warnings)


def test_endpoints_make_do_without_a_known_region(tmp_path: Path) -> None:
    endpoints = {
        "object_storage_endpoint": "https://objectstorage.example",
        "key_management_endpoint": "https://vault.example",
    }
    for region in (None, "xx-dedicated-1"):
        assert identify(config_file_location=config_file(tmp_path, region=region), **endpoints).signer


@pytest.mark.parametrize("option", ["object_storage_endpoint", "key_management_endpoint", "identity_endpoint"])
@pytest.mark.parametrize("url", ["http://objectstorage.example", "objectstorage", "https://a.example/path"])
def test_bad_endpoints(tmp_path: Path, option: str, url: str) -> None:
    assert option in refused(config_file_location=config_file(tmp_path), **{option: url})


def test_the_sdks_own_log_is_never_on(tmp_path: Path) -> None:
    """It would show the headers of each request, signatures and tokens among them."""
    found = identify(config_file_location=config_file(tmp_path, log_requests="True"))
    assert found.config["log_requests"] is False


def test_cert_bundle(tmp_path: Path) -> None:
    location = config_file(tmp_path)
    assert "nowhere.pem cannot be read" in refused(config_file_location=location, cert_bundle="/nowhere.pem")
    prose = write(tmp_path / "prose.pem", "no certificate")
    assert "holds no CA certificates" in refused(config_file_location=location, cert_bundle=prose)
    empty = write(tmp_path / "empty.pem", "")
    assert "holds no CA certificates" in refused(config_file_location=location, cert_bundle=empty)
    assert identify(config_file_location=location, cert_bundle=oci.base_client.requests.certs.where()).signer
