# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``cert_bundle`` over a real TLS listener whose CA nobody else trusts."""

from __future__ import annotations

import shutil
import ssl
from pathlib import Path

import pytest

from tests.simulator.serving import Running
from tests.wire.playing import one_line, play, reencrypt

pytestmark = pytest.mark.usefixtures("warmed")


def test_only_the_given_ca_is_trusted(tls: Running, folder: Path, tmp_path: Path) -> None:
    said = tls.introduction
    environment = dict(said["environment"])
    for name in ("OCI_ANSIBLE_CERT_BUNDLE", "OCI_CLI_CERT_BUNDLE", "REQUESTS_CA_BUNDLE"):
        environment.pop(name)
    bundle = tmp_path / "a folder" / "ca.pem"
    bundle.parent.mkdir()
    shutil.copy(said["ca_bundle"], bundle)
    usual = ssl.get_default_verify_paths().cafile or said["key_file"]
    tasks = [
        reencrypt(),
        reencrypt(cert_bundle=str(bundle)),
        {**reencrypt(), "environment": {"OCI_ANSIBLE_CERT_BUNDLE": str(bundle)}},
        # The option wins over what the environment says to the SDK's own HTTP library.
        {**reencrypt(cert_bundle=str(bundle)), "environment": {"REQUESTS_CA_BUNDLE": usual}},
        reencrypt(cert_bundle=str(tmp_path / "none.pem")),
    ]
    untrusted, first, by_variable, against, missing = play(folder, tasks, environment).results
    message = one_line(untrusted)
    assert message.startswith(f"GetNamespace failed: the TLS certificate of {said['object_storage']} is not trusted")
    assert "cert_bundle" in message
    assert (first["action"], first["reason"]) == ("submit", "unproven")
    assert (by_variable["action"], by_variable["reason"]) == ("none", "up_to_date")
    assert (against["action"], against["reason"]) == ("none", "up_to_date")
    assert one_line(missing).startswith("cert_bundle ")
    assert len(tls.control("GET", "truth")["submissions"]["photos"]) == 1
