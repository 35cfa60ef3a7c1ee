# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module as Ansible runs it: bad input is one clear line, with every return key, before any call is made."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic

from ansible_collections.rekey.oci.plugins.module_utils.module.arguments import ENVIRONMENT
from ansible_collections.rekey.oci.plugins.modules import bucket_reencrypt
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import (
    PASS_PHRASE,
    config_file,
    nobody,
    pem,
    rsa_key,
    write,
)

RETURNED = {"changed", "action", "reason", "assigned", "bucket", "key", "work_request", "receipt"}


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nobody(monkeypatch, tmp_path)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture(name="run")
def _run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., dict[str, Any]]:
    """Run the module in this process; returns what it printed."""

    def run(**params: Any) -> dict[str, Any]:
        arguments = {
            "ANSIBLE_MODULE_ARGS": {"_ansible_remote_tmp": str(tmp_path), "_ansible_keep_remote_files": False, **params}
        }
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps(arguments).encode())
        # Newer releases of ansible-core want to know how results are to be written.
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            bucket_reencrypt.main()
        printed: dict[str, Any] = json.loads(capsys.readouterr().out)
        return printed

    return run


@contextlib.contextmanager
def service() -> Iterator[tuple[str, Callable[[], bool]]]:
    """An endpoint that nobody may call, and whether somebody did."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield (
            "http://127.0.0.1:%d" % listener.getsockname()[1],
            lambda: bool(select.select([listener], [], [], 0.0)[0]),
        )


def locked(folder: Path) -> dict[str, Any]:
    key_file = write(folder / "locked.pem", pem(rsa_key(), PASS_PHRASE))
    return {"config_file_location": config_file(folder, key_file=key_file), "api_user_key_pass_phrase": "wrong-one"}


def with_file(**entries: str | None) -> Callable[[Path], dict[str, Any]]:
    return lambda folder: {"config_file_location": config_file(folder, **entries)}


def options(**params: Any) -> Callable[[Path], dict[str, Any]]:
    return lambda _folder: params


def prose(folder: Path) -> dict[str, Any]:
    return {"api_user_key_file": write(folder / "prose.pem", "no key")}


BAD: list[tuple[str, Callable[[Path], dict[str, Any]], str]] = [
    ("blank name", options(bucket_name="  "), "bucket_name is blank"),
    ("slashed name", options(bucket_name="a/b"), "has a slash"),
    ("over-long name", options(bucket_name="n" * 300), "300 characters"),
    ("bad namespace", options(namespace_name="a/b"), "namespace_name"),
    ("no time", options(wait_timeout=0), "wait_timeout is 0"),
    ("negative time", options(wait_interval=-1), "wait_interval is -1"),
    ("negative grace", options(claim_grace=-1), "claim_grace is -1"),
    ("no key", options(kms_key_id="payroll-key"), "kms_key_id 'payroll-key'"),
    ("unknown profile", options(config_profile_name="PROD"), "The profile PROD is not in"),
    ("no file", options(config_file_location="/nowhere/config"), "/nowhere/config does not exist"),
    ("unreadable key file", options(api_user_key_file="/nowhere/key.pem"), "/nowhere/key.pem cannot be read"),
    ("malformed key file", prose, "malformed"),
    ("wrong pass phrase", locked, "pass phrase does not open"),
    ("fingerprint", options(api_user_fingerprint="aa:bb"), "fingerprint aa:bb is not that of"),
    ("plain http", options(key_management_endpoint="http://vault.example"), "plain http"),
    ("no URL", options(identity_endpoint="identity"), "is not a URL"),
    ("unknown region", with_file(region="us-atlantis-1"), "'us-atlantis-1' is not known"),
    ("CA bundle", options(cert_bundle="/nowhere.pem"), "cert_bundle /nowhere.pem cannot be read"),
]


@pytest.mark.parametrize(("bad", "told"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_input(
    tmp_path: Path, run: Callable[..., dict[str, Any]], bad: Callable[[Path], dict[str, Any]], told: str
) -> None:
    params = {"config_file_location": config_file(tmp_path), "bucket_name": "payroll"}
    with service() as (endpoint, called):
        changes = bad(tmp_path)
        # Both endpoints would make any region do.
        given = (
            {"object_storage_endpoint": endpoint}
            if told.endswith("is not known")
            else {
                "object_storage_endpoint": endpoint,
                "key_management_endpoint": endpoint,
                "identity_endpoint": endpoint,
            }
        )
        result = run(**{**params, **given, **changes})
        assert not called()
    assert result["failed"] is True
    assert told in result["msg"]
    assert "\n" not in result["msg"]
    assert set(result) >= RETURNED
    assert result["changed"] is False
    assert result["action"] == "none"
    assert "exception" not in result or "Traceback" not in str(result["exception"])
    assert PASS_PHRASE not in json.dumps(result)
    assert "wrong-one" not in json.dumps({**result, "invocation": None})


@pytest.mark.parametrize("option", ["api_user_key_file", "config_file_location", "cert_bundle", "region"])
def test_content_in_place_of_a_path_is_nowhere_in_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., dict[str, Any]], option: str
) -> None:
    content = pem(rsa_key()).decode()
    params = {"config_file_location": config_file(tmp_path), "bucket_name": "payroll"}
    given = run(**{**params, option: content})
    monkeypatch.setenv(ENVIRONMENT[option], content)
    params.pop(option, None)
    for result in (given, run(**params)):
        assert result["failed"] is True
        assert "\n" not in result["msg"]
        assert "PRIVATE KEY" not in json.dumps(result)
        assert content.splitlines()[1] not in json.dumps(result)


def test_secrets_are_not_in_the_invocation(tmp_path: Path, run: Callable[..., dict[str, Any]]) -> None:
    result = run(bucket_name="a/b", api_user_key_pass_phrase=PASS_PHRASE)
    assert PASS_PHRASE not in json.dumps(result)


@pytest.mark.parametrize("name", ["bucket_name", "bucket", "name"])
def test_aliases_of_the_name(run: Callable[..., dict[str, Any]], name: str) -> None:
    assert "has a slash" in run(**{name: "a/b"})["msg"]


@pytest.mark.parametrize("name", ["namespace_name", "namespace"])
def test_aliases_of_the_namespace(run: Callable[..., dict[str, Any]], name: str) -> None:
    assert "namespace_name 'a/b'" in run(bucket_name="payroll", **{name: "a/b"})["msg"]


def test_a_missing_sdk(tmp_path: Path, run: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """The true import error, how to install, and every return key."""
    for name in [name for name in sys.modules if name == "oci" or name.startswith("oci.")]:
        monkeypatch.delitem(sys.modules, name)
    (tmp_path / "oci").mkdir()
    write(tmp_path / "oci" / "__init__.py", "import a_package_that_is_not_there")
    monkeypatch.syspath_prepend(str(tmp_path))
    result = run(bucket_name="payroll")
    assert "No module named 'a_package_that_is_not_there'" in result["msg"]
    assert "pip install 'oci>=" in result["msg"]
    assert "\n" not in result["msg"]
    assert set(result) >= RETURNED


def test_a_dead_endpoint_is_named(tmp_path: Path, run: Callable[..., dict[str, Any]]) -> None:
    """Nobody listens: a few tries, then one line; the call that failed is told in the result."""
    for params, operation in (({}, "GetNamespace"), ({"namespace_name": "examplens"}, "GetBucket")):
        # Taken, so that nobody else listens there meanwhile.
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            endpoint = "http://127.0.0.1:%d" % taken.getsockname()[1]
            result = run(
                bucket_name="payroll",
                config_file_location=config_file(tmp_path),
                object_storage_endpoint=endpoint,
                wait_timeout=1,
                **params,
            )
        assert result["failed"] is True
        assert f"{operation} failed: {endpoint} cannot be reached" in result["msg"]
        assert set(result) >= RETURNED | {"error"}
        assert result["error"]["operation"] == operation
        assert result["error"]["status"] is None
