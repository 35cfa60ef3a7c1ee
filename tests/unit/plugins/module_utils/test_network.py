# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proxies and CA bundles of the environment: heeded for what is really called, and told of in one line."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.module_utils.sdk import failures, loading, network
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import KEY
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import config_file, nobody, write
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.proxies import (
    PASSWORD,
    Recorder,
    api_in,
    each_call,
    failure,
)

#: A region whose names are nowhere, so that a call which does not go to the proxy ends at once.
NOWHERE = '{"realmKey": "oc77", "realmDomainComponent": "rekey.invalid", "regionKey": "xnw", "regionIdentifier": "xx-nowhere-1"}'


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nobody(monkeypatch, tmp_path)


@pytest.fixture
def proxy() -> Iterator[Recorder]:
    recorder = Recorder(b"HTTP/1.1 403 \x1b[31mGo away\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    yield recorder
    recorder.close()


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("form", ["http://{}", "http://{}/", "{}", "http://me:open-sesame@{}"])
def test_a_proxy_that_refuses_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, proxy: Recorder, variable: str, form: str
) -> None:
    monkeypatch.setenv(variable, form.format(proxy.address))
    for call, host in each_call(api_in(tmp_path)):
        error = failure(call)
        assert f"CONNECT {host}:443 HTTP/1.1" in proxy.asked
        told = f"the proxy http://{proxy.address} of {variable} refused to connect to https://{host}"
        assert told in error.line()
        assert "(403 Forbidden)" in error.line()
        assert (error.effect, error.unreachable, error.retryable) == ("none", True, False)


@pytest.mark.parametrize(
    ("status", "said", "retryable"),
    [
        (407, "(407 Proxy Authentication Required); it wants a user and password", False),
        (502, "(502 Bad Gateway)", True),
        (503, "(503 Service Unavailable)", True),
        (799, "(799)", False),
    ],
)
def test_the_status_of_a_proxy_that_refuses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, proxy: Recorder, status: int, said: str, retryable: bool
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PASSWORD}@{proxy.address}")
    proxy.answer = b"HTTP/1.1 %d No\r\ncontent-length: 0\r\n\r\n" % status
    error = failure(api_in(tmp_path).get_namespace)
    assert said in error.line()
    assert error.retryable is retryable


def test_a_vaults_other_host_is_tried_where_a_proxy_refuses_the_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, proxy: Recorder
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.address)
    api = api_in(tmp_path)
    error = failure(lambda: api.get_key(KEY))
    assert [line.split()[1].split(":")[0] for line in proxy.asked] == [
        f"examplevault-management.kms.us-ashburn-1{label}.oraclecloud.com" for label in ("", ".oci")
    ]
    assert error.line().endswith(f"{api.calls.clients.key_management_endpoints(KEY)[1]} does not answer either")


@pytest.mark.parametrize("variable", ["no_proxy", "NO_PROXY"])
@pytest.mark.parametrize(
    "exceptions",
    [
        ".rekey.invalid",
        "rekey.invalid",
        "*.rekey.invalid",
        "*.REKEY.invalid",
        ".Rekey.Invalid",
        "10.0.0.0/8, .rekey.invalid",
        "xx-nowhere-1.rekey.invalid",
        "*",
    ],
)
def test_what_no_proxy_names_does_not_go_to_the_proxy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, proxy: Recorder, variable: str, exceptions: str
) -> None:
    """With no endpoint set: it is the URL of the call that counts, not the SDK's template for it."""
    monkeypatch.setenv("OCI_REGION_METADATA", NOWHERE)
    monkeypatch.setenv("HTTPS_PROXY", proxy.address)
    monkeypatch.setenv(variable, exceptions)
    api = OciApi(Clients({"config_file_location": config_file(tmp_path, region="xx-nowhere-1")}))
    error = failure(api.get_namespace)
    assert error.message.startswith("https://objectstorage.xx-nowhere-1.rekey.invalid cannot be reached")
    assert proxy.asked == []


@pytest.mark.parametrize("exceptions", ["", "example", ".other.invalid", "*.other.invalid", "*nowhere-1.rekey.invalid"])
def test_what_no_proxy_does_not_name_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, proxy: Recorder, exceptions: str
) -> None:
    monkeypatch.setenv("OCI_REGION_METADATA", NOWHERE)
    monkeypatch.setenv("HTTPS_PROXY", proxy.address)
    monkeypatch.setenv("NO_PROXY", exceptions)
    api = OciApi(Clients({"config_file_location": config_file(tmp_path, region="xx-nowhere-1")}))
    failure(api.get_namespace)
    assert proxy.asked == ["CONNECT objectstorage.xx-nowhere-1.rekey.invalid:443 HTTP/1.1"]


def test_realm_specific_hosts_are_looked_up_for_the_call(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, proxy: Recorder
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.address)
    api = api_in(tmp_path, realm_specific_endpoint_template_enabled=True)
    failure(lambda: api.get_bucket("mynamespace", "bucket"))
    assert proxy.asked == ["CONNECT mynamespace.objectstorage.us-ashburn-1.oci.customer-oci.com:443 HTTP/1.1"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "objectstorage.localhost"])
@pytest.mark.parametrize("variable", ["http_proxy", "ALL_PROXY"])
def test_this_machine_is_not_called_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, proxy: Recorder, variable: str, host: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://{host}:{taken.getsockname()[1]}"
        monkeypatch.setenv(variable, proxy.address)
        error = failure(api_in(tmp_path, object_storage_endpoint=url).get_namespace)
    assert error.message.startswith(f"{url} cannot be reached")
    assert proxy.asked == []


def test_a_proxy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        monkeypatch.setenv("https_proxy", f"http://me:{PASSWORD}@{address}")
        error = failure(api_in(tmp_path).get_namespace)
    assert error.message == f"the proxy http://{address} of https_proxy cannot be reached (Connection refused)"
    assert error.retryable


def test_a_proxy_whose_name_is_nowhere_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("https_proxy", "proxy.rekey.invalid:3128")
    error = failure(api_in(tmp_path).get_namespace)
    assert error.message.startswith("the proxy http://proxy.rekey.invalid:3128 of https_proxy cannot be reached")


def test_a_proxy_that_hangs_up_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, proxy: Recorder) -> None:
    proxy.answer = b""
    monkeypatch.setenv("https_proxy", proxy.address)
    assert f"the proxy http://{proxy.address} of https_proxy" in failure(api_in(tmp_path).get_namespace).message


def test_what_is_no_tls_behind_a_proxy_names_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, proxy: Recorder
) -> None:
    proxy.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"no TLS at all" * 100
    monkeypatch.setenv("https_proxy", proxy.address)
    line = failure(api_in(tmp_path).get_namespace).line()
    assert "https://objectstorage.us-ashburn-1.oraclecloud.com" in line
    assert f", through the proxy http://{proxy.address} of https_proxy" in line


def refused(folder: Path, **params: Any) -> str:
    with pytest.raises(BadInput) as error:
        api_in(folder, **params)
    text = str(error.value)
    assert "\n" not in text
    assert PASSWORD not in text
    assert len(text) < 500
    return text


@pytest.mark.parametrize(
    "value",
    [
        "http://",
        "not a URL",
        "htp://proxy.example:3128",
        "ftp://proxy.example",
        "http//proxy.example:3128",
        "http:proxy.example:3128",
        "http:/proxy.example:3128",
        "http://proxy.example:port",
        "http://proxy.example:99999",
        "http://proxy.example:0",
        "http://proxy.example/path",
        "http://pro xy.example",
        "http://proxy_.exam\u00e9ple",
        f"http://me:{PASSWORD}@",
        f"http://me:{PASSWORD}#1@proxy.example:3128",
        f"http://me:{PASSWORD}/1@proxy.example:3128",
        f"me:{PASSWORD}?@proxy.example:3128",
    ],
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_is_no_url_is_told_before_any_call(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert refused(tmp_path).startswith(f"{variable} is ")


def test_a_proxy_that_is_not_used_is_not_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "not a URL")
    here = {f"{name}_endpoint": "http://127.0.0.1:9" for name in ("object_storage", "key_management", "identity")}
    api_in(tmp_path, **here)
    monkeypatch.setenv("NO_PROXY", "*.oraclecloud.com")
    api_in(tmp_path)
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("https_proxy", "")
    # What is blank in small letters takes the other away.
    api_in(tmp_path)


def test_small_letters_rule(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, proxy: Recorder) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "not a URL")
    monkeypatch.setenv("https_proxy", proxy.address)
    assert "of https_proxy" in failure(api_in(tmp_path).get_namespace).line()


def test_a_socks_proxy_takes_a_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ALL_PROXY", f"socks5://me:{PASSWORD}@127.0.0.1:1080")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert "PySocks" in refused(tmp_path)


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_bundle_of_the_environment_is_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str) -> None:
    monkeypatch.setenv(variable, "/nowhere/ca.pem")
    assert refused(tmp_path).startswith(f"{variable} /nowhere/ca.pem cannot be read")
    monkeypatch.setenv(variable, write(tmp_path / "prose.pem", "no certificate"))
    assert refused(tmp_path).startswith(f"{variable} {tmp_path}/prose.pem holds no CA certificates")
    whole = loading.import_sdk().base_client.requests.certs.where()
    api_in(tmp_path, cert_bundle=whole)
    monkeypatch.setenv(variable, whole)
    client = api_in(tmp_path).calls.clients.object_storage()
    assert client.base_client.session.get_adapter("https://a.example")._bundle == whole


def test_the_bundles_that_a_home_has(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    whole = Path(loading.import_sdk().base_client.requests.certs.where()).read_bytes()
    path = write(tmp_path / "ca.pem", whole)
    for told in ("~/ca.pem", "$HOME/ca.pem", "${HOME}/ca.pem"):
        client = api_in(tmp_path, cert_bundle=told).calls.clients.object_storage()
        assert client.base_client.session.get_adapter("https://a.example")._bundle == path
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", told)
        assert network.bundle(None) == path
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")


def test_an_error_that_came_by_no_proxy_names_none() -> None:
    error = failures.came_by(None, OSError("broken"))
    assert "proxy" not in failures.translate(loading.import_sdk(), "GetKey", error, "https://a.example").line()
