# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Regions that the SDK knows from sources of its own, in whatever letters they are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.module_utils.sdk import loading
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients, endpoint_of
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import config_file, nobody, write

NEW = {
    "realmKey": "OC77",
    "realmDomainComponent": "newcloud.example",
    "regionKey": "NEW",
    "regionIdentifier": "xx-new-1",
}
OTHER = {**NEW, "regionKey": "OTH", "regionIdentifier": "xx-other-1"}


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home of nobody's."""
    folder = tmp_path / "home"
    (folder / ".oci").mkdir(parents=True)
    nobody(monkeypatch, folder)
    loading.import_sdk()
    return folder


def made(folder: Path, profile_region: str, **more: Any) -> Clients:
    return Clients({"config_file_location": config_file(folder, region=profile_region), **more})


def refused(folder: Path, region: str) -> str:
    with pytest.raises(BadInput) as error:
        made(folder, region)
    text = str(error.value)
    assert "\n" not in text
    return text


def from_file(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    write(home / ".oci" / "regions-config.json", json.dumps([OTHER, NEW]))


def from_variable(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("OCI_REGION_METADATA", json.dumps(NEW))


def from_both(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    write(home / ".oci" / "regions-config.json", json.dumps([OTHER]))
    monkeypatch.setenv("OCI_REGION_METADATA", json.dumps(NEW))


@pytest.mark.parametrize("told", [from_file, from_variable, from_both])
@pytest.mark.parametrize("written", ["xx-new-1", "XX-New-1", "new", "NEW"])
def test_a_region_that_a_source_of_the_sdk_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: Path, told: Any, written: str
) -> None:
    told(monkeypatch, home)
    clients = made(tmp_path, written)
    assert clients.region == "xx-new-1"
    assert endpoint_of(clients.object_storage()) == "https://objectstorage.xx-new-1.newcloud.example"
    assert clients.key_management_endpoints("ocid1.key.oc77.new.v.k")[0] == (
        "https://v-management.kms.xx-new-1.oci.newcloud.example"
    )
    assert "'xx-nwe-1' is not known" in refused(tmp_path, "xx-nwe-1"), "a mistyped one is found out all the same"


def test_a_key_of_a_region_that_only_a_source_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: Path
) -> None:
    """The sources are read when the key's region is asked for, not only for the caller's."""
    from_variable(monkeypatch, home)
    endpoints = made(tmp_path, "us-ashburn-1").key_management_endpoints("ocid1.key.oc77.new.v.k")
    assert endpoints[0] == "https://v-management.kms.xx-new-1.oci.newcloud.example"


@pytest.mark.parametrize("written", ["US-ASHBURN-1", "Iad", " us-ashburn-1 "])
def test_a_region_in_other_letters(tmp_path: Path, written: str) -> None:
    clients = made(tmp_path, "ap-seoul-1", region=written)
    assert clients.region == "us-ashburn-1"
    assert endpoint_of(clients.object_storage()) == "https://objectstorage.us-ashburn-1.oraclecloud.com"


def test_the_domain_of_what_is_not_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OCI_DEFAULT_REALM", "sovereign.example")
    clients = made(tmp_path, "xx-new-1")
    assert endpoint_of(clients.object_storage()) == "https://objectstorage.xx-new-1.sovereign.example"
    assert clients.key_management_endpoints("ocid1.key.oc99.xx-new-1.v.k")[0] == (
        "https://v-management.kms.xx-new-1.oci.sovereign.example"
    )
    assert "is not known" in refused(tmp_path, "https://evil.example/")
    assert endpoint_of(made(tmp_path, "iad").object_storage()).endswith(".oraclecloud.com"), "what is known stays"
    monkeypatch.setenv("OCI_DEFAULT_REALM", "no domain/")
    assert "OCI_DEFAULT_REALM is 'no domain/'" in refused(tmp_path, "xx-new-1")


@pytest.mark.parametrize(
    "content", ["", "{", "[1]", "7", "null", '"text"', json.dumps(NEW), json.dumps([{**NEW, "regionKey": 7}])]
)
def test_a_file_of_regions_that_is_none(tmp_path: Path, home: Path, content: str) -> None:
    write(home / ".oci" / "regions-config.json", content)
    assert "regions-config.json is not a JSON list" in refused(tmp_path, "xx-new-1")
    assert made(tmp_path, "us-ashburn-1").region == "us-ashburn-1", "not needed, and so not looked at"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\xef\xbb\xbf[]"])
def test_a_file_of_regions_in_another_encoding(tmp_path: Path, home: Path, content: bytes) -> None:
    write(home / ".oci" / "regions-config.json", content)
    assert "regions-config.json " in refused(tmp_path, "xx-new-1")


@pytest.mark.parametrize("content", ["{", "[]", "7", json.dumps({**NEW, "realmKey": 7}), json.dumps([NEW])])
def test_a_variable_of_regions_that_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str) -> None:
    monkeypatch.setenv("OCI_REGION_METADATA", content)
    assert "OCI_REGION_METADATA is not a JSON object" in refused(tmp_path, "xx-new-1")
