# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls: files, environment, options, and one clear line for whatever is wrong with them."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import oci
import pytest
from cryptography.hazmat.primitives.serialization import PrivateFormat

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.module_utils.sdk import identity, loading
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients
from ansible_collections.rekey.oci.plugins.module_utils.sdk.identity import Identity
from ansible_collections.rekey.oci.plugins.module_utils.sdk.loading import SdkMissing
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import (
    PASS_PHRASE,
    TENANCY,
    USER,
    VARIABLES,
    config_file,
    elliptic_key,
    fingerprint,
    pem,
    profile,
    rsa_key,
    write,
)


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration of whoever runs the tests."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    loading.import_sdk()


def identify(**params: Any) -> Identity:
    return identity.identify(params, oci)


def refused(**params: Any) -> str:
    """The one line that these options are refused with."""
    with pytest.raises(BadInput) as error:
        identify(**params)
    text = str(error.value)
    assert "\n" not in text
    assert 20 < len(text) < 500
    assert PASS_PHRASE not in text
    assert "BEGIN" not in text
    return text


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


BAD: list[tuple[str, Callable[[Path], dict[str, Any]], str]] = [
    ("no file at all", lambda _folder: {}, ".oci/config does not exist"),
    ("no such file", no_file, "nowhere does not exist"),
    ("a folder for a file", lambda folder: {"config_file_location": str(folder)}, "does not exist"),
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
    ("a comment behind", config(key_file="~/.oci/key.pem # TODO"), "key_file in profile DEFAULT of"),
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


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_files_that_may_not_be_read(tmp_path: Path) -> None:
    location = config_file(tmp_path, key_file=write(tmp_path / "shut.pem", pem(rsa_key()), mode=0))
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


def test_cert_bundle(tmp_path: Path) -> None:
    location = config_file(tmp_path)
    assert "nowhere.pem cannot be read" in refused(config_file_location=location, cert_bundle="/nowhere.pem")
    prose = write(tmp_path / "prose.pem", "no certificate")
    assert "holds no CA certificates" in refused(config_file_location=location, cert_bundle=prose)
    empty = write(tmp_path / "empty.pem", "")
    assert "holds no CA certificates" in refused(config_file_location=location, cert_bundle=empty)
    assert identify(config_file_location=location, cert_bundle=oci.base_client.requests.certs.where()).signer


BROKEN = {
    "missing": (None, "ModuleNotFoundError: No module named 'oci'"),
    "without what it needs": ("import a_package_that_is_not_there", "No module named 'a_package_that_is_not_there'"),
    "broken": ("raise RuntimeError('this build is broken')", "RuntimeError: this build is broken"),
    "half-written": ("def", "SyntaxError"),
    "another package": ("", "oci/__init__.py holds is something else of that name"),
}


@pytest.mark.parametrize(("source", "told"), BROKEN.values(), ids=BROKEN.keys())
def test_an_sdk_that_cannot_be_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str | None, told: str
) -> None:
    """The true reason is shown, and how to install."""
    for name in [name for name in sys.modules if name == "oci" or name.startswith("oci.")]:
        monkeypatch.delitem(sys.modules, name)
    if source is None:
        keep = [path for path in sys.path if not (Path(path) / "oci").is_dir()]
        monkeypatch.setattr(sys, "path", keep)
    else:
        (tmp_path / "oci").mkdir()
        write(tmp_path / "oci" / "__init__.py", source)
        monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(SdkMissing) as error:
        loading.import_sdk()
    assert told in str(error.value)
    assert "pip install 'oci>=" in str(error.value)
    assert "Traceback" in error.value.details


def test_a_folder_that_hides_the_sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without code can be imported as well, where nothing else of its name is."""
    for name in [name for name in sys.modules if name == "oci" or name.startswith("oci.")]:
        monkeypatch.delitem(sys.modules, name)
    (tmp_path / "oci").mkdir()
    keep = [path for path in sys.path if not (Path(path) / "oci").is_dir()]
    monkeypatch.setattr(sys, "path", [str(tmp_path), *keep])
    with pytest.raises(SdkMissing) as error:
        loading.import_sdk()
    assert "ImportError: what %s holds is something else" % (tmp_path / "oci") in str(error.value)


OLD = "oci 2.60.0 is installed; this collection is tested with %s or later." % loading.OLDEST_SDK


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("2.60.0", OLD),
        ("2.60.0+preview.1.9", OLD.replace("2.60.0", "2.60.0+preview.1.9")),
        (loading.OLDEST_SDK, None),
        ("2.1000.0", None),
        ("3.0.0", None),
        ("", None),
        ("unknown", None),
    ],
)
def test_an_sdk_that_is_older_than_any_tested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, told: str | None
) -> None:
    monkeypatch.setattr(oci, "__version__", version)
    assert identify(config_file_location=config_file(tmp_path)).warnings == ([told] if told else [])


def test_what_an_old_sdk_lacks_is_put_down_to_its_age(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "get_oke_workload_identity_resource_principal_signer"
    monkeypatch.delattr(oci.auth.signers, name)
    text = refused(auth_type="oke_workload_identity")
    assert text.endswith("with automountServiceAccountToken.")
    monkeypatch.setattr(oci, "__version__", "2.60.0")
    text = refused(auth_type="oke_workload_identity")
    assert text.endswith(
        "(AttributeError). It works only in a pod of an enhanced OKE cluster, with automountServiceAccountToken. " + OLD
    )
    clients = Clients({"config_file_location": config_file(tmp_path)})
    monkeypatch.delattr(oci.circuit_breaker, "NoCircuitBreakerStrategy")
    with pytest.raises(BadInput, match="^A client for the region cannot be built: AttributeError: .+" + OLD):
        clients.object_storage()


def test_importing_the_sdk_loads_few_services() -> None:
    """In a process of its own, as a module is; all of them would take seconds."""
    program = (
        "from ansible_collections.rekey.oci.plugins.module_utils.sdk import loading; import sys; loading.import_sdk();"
        "print([name for name in ('oci.core', 'oci.database', 'oci.identity') if name in sys.modules])"
    )
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


@pytest.mark.parametrize(("expires", "expired"), [(1_000_000_000, True), (4_000_000_000, False)])
def test_a_security_token_that_expired(tmp_path: Path, expires: int, expired: bool) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": expires}).encode()).decode().rstrip("=")
    location = token_profile(tmp_path, security_token_file=write(tmp_path / "dated", f"header.{claims}.signature\n"))
    if expired:
        text = refused(auth_type="security_token", config_file_location=location)
        assert text.endswith("expired at 2001-09-09T01:46:40Z: renew it with 'oci session authenticate'.")
    else:
        assert identify(auth_type="security_token", config_file_location=location).signer is not None


def test_the_oldest_sdk_is_the_same_everywhere() -> None:
    """What a user is told to install is what is asked for, and what an environment of the tests has."""
    collection = Path(__file__).parents[4]
    required = f"oci>={loading.OLDEST_SDK}"
    assert required in (collection / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    assert required in (collection / "README.md").read_text(encoding="utf-8")
    assert required in loading.INSTALL_HINT
