# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session token that runs out in the middle of a run: read again from its file, or told of at once."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.sdk import session_token
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.answering import answering, api_at
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import (
    config_file,
    nobody,
    pem,
    rsa_key,
    write,
)

PATHS = {"/n": b'"space"', "/n/": b'"space"'}
SOON = 4_000_000_000


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nobody(monkeypatch, tmp_path)


def token(name: str, expires: float) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": expires}).encode()).decode().rstrip("=")
    return f"{name}.{claims}.signature"


class Session:
    """The files of ``oci session authenticate``, and a caller who has read them."""

    def __init__(self, folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._patch = monkeypatch
        self.sign_in("first", SOON)
        entries = {"user": None, "security_token_file": str(folder / "token"), "key_file": str(folder / "session.pem")}
        location = config_file(folder, **entries)
        self.api: OciApi = api_at(folder, url, config_file_location=location, auth_type="security_token")

    def sign_in(self, name: str, expires: float, key: int = 0) -> None:
        write(self.folder / "token", token(name, expires))
        write(self.folder / "session.pem", pem(rsa_key(key)))

    def at(self, now: float) -> None:
        """It is so late now, for the signer."""

        class Clock:
            time = staticmethod(lambda: now)

        self._patch.setattr(session_token, "time", Clock)

    def refusal(self) -> ApiError:
        with pytest.raises(ApiError) as error:
            self.api.get_namespace()
        line = error.value.line()
        assert "\n" not in line
        assert "signature" not in line
        return error.value


def test_a_token_that_ran_out_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(PATHS, refused=["first."]) as url:
        session = Session(tmp_path, url, monkeypatch)
        session.at(SOON + 1)
        session.sign_in("second", SOON + 3600, key=1)
        assert session.api.get_namespace() == "space"
        signer = session.api.calls.clients.signer
        assert signer.api_key.startswith("ST$second.")
        assert signer.private_key.private_numbers() == rsa_key(1).private_numbers()


def test_a_token_that_is_refused_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its time: the service's clock is what counts."""
    with answering(PATHS, refused=["first."]) as url:
        session = Session(tmp_path, url, monkeypatch)
        session.sign_in("second", SOON)
        assert session.api.get_namespace() == "space"


def test_a_token_that_ran_out_is_told_of_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[str] = []
    with answering(PATHS, refused) as url:
        session = Session(tmp_path, url, monkeypatch)
        assert session.api.get_namespace() == "space"
        session.at(SOON + 1)
        error = session.refusal()
        assert error.line() == (
            f"GetNamespace failed: the security token in {tmp_path}/token expired at 2096-10-02T07:06:40Z: "
            "renew it with 'oci session authenticate'"
        )
        assert (error.status, error.effect, error.retryable, error.signed_out) == (None, "none", False, True)
        session.sign_in("second", SOON + 3600)
        assert session.api.get_namespace() == "space", "and the run may go on where somebody signs in"


def test_a_token_that_the_service_says_is_over_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call is sent in time, and refused when its answer is there."""
    with answering(PATHS, refused=["first."]) as url:
        session = Session(tmp_path, url, monkeypatch)
        times = iter((SOON - 1, *[SOON + 1] * 9))

        class Clock:
            time = staticmethod(lambda: next(times))

        monkeypatch.setattr(session_token, "time", Clock)
        error = session.refusal()
        assert "expired at 2096-10-02T07:06:40Z" in error.line()
        assert (error.status, error.signed_out) == (401, True)


def test_a_refusal_for_another_reason_is_no_end_of_the_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(PATHS, refused=["first.", "second."]) as url:
        session = Session(tmp_path, url, monkeypatch)
        error = session.refusal()
        assert (error.status, error.code, error.signed_out) == (401, "NotAuthenticated", False)
        session.sign_in("second", SOON)
        assert session.refusal().status == 401, "one new token is tried once"


@pytest.mark.parametrize("content", ["", "third.%%%.signature", "no token"])
def test_files_that_are_half_written_do_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    with answering(PATHS) as url:
        session = Session(tmp_path, url, monkeypatch)
        write(tmp_path / "session.pem", "-----BEGIN")
        write(tmp_path / "token", content)
        assert session.api.get_namespace() == "space"
        session.at(SOON + 1)
        assert session.refusal().signed_out
        (tmp_path / "token").unlink()
        assert session.refusal().signed_out


def test_who_begins_with_a_token_that_ran_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(PATHS) as url:
        session = Session(tmp_path, url, monkeypatch)
        session.sign_in("old", time.time() - 60)
        with pytest.raises(BadInput, match="expired at"):
            api_at(tmp_path, url, config_file_location=str(tmp_path / "config"), auth_type="security_token")
