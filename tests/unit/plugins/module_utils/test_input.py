# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad input is told in one clear line, and good input is let through."""

from __future__ import annotations

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common import inputs
from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import KEY


def line(error: pytest.ExceptionInfo[BadInput]) -> str:
    """The message, which must be one line of bearable length."""
    text = str(error.value)
    assert "\n" not in text
    assert 20 < len(text) < 500
    return text


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "blank"),
        (" ", "blank"),
        ("\t\n", "blank"),
        ("a/b", "slash"),
        ("/payroll", "slash"),
        ("n" * 257, "257 characters"),
        ("n" * 100_000, "100000 characters"),
        ("pay roll", "characters that no bucket's name has"),
        ("pay\nroll", "characters that no bucket's name has"),
        ("payroll\n", "characters that no bucket's name has"),
        ("zahlung\N{LATIN SMALL LETTER E WITH ACUTE}n", "characters that no bucket's name has"),
        ("a?b", "characters that no bucket's name has"),
        ("a#b", "characters that no bucket's name has"),
        ("a%2Fb", "characters that no bucket's name has"),
    ],
)
def test_bad_bucket_names(name: str, told: str) -> None:
    with pytest.raises(BadInput) as error:
        inputs.check_bucket_name(name)
    assert told in line(error)
    assert "bucket_name" in str(error.value)


@pytest.mark.parametrize("name", ["a", "Pay_roll-2.bak", "n" * 256, "0", "_", "None", "true"])
def test_good_bucket_names(name: str) -> None:
    inputs.check_bucket_name(name)


@pytest.mark.parametrize("name", ["", " ", "a/b", "a b", "a\n"])
def test_bad_namespaces(name: str) -> None:
    with pytest.raises(BadInput) as error:
        inputs.check_namespace(name)
    assert "namespace_name" in line(error)


@pytest.mark.parametrize("name", [None, "axexamplens", "Team_1-x"])
def test_good_namespaces(name: str | None) -> None:
    inputs.check_namespace(name)


@pytest.mark.parametrize("option", ["wait_timeout", "wait_interval", "claim_grace"])
@pytest.mark.parametrize("value", [0, -1, -(10**9)])
def test_times_are_at_least_a_second(option: str, value: int) -> None:
    with pytest.raises(BadInput) as error:
        inputs.check_times({option: value})
    assert option in line(error)
    assert str(value) in str(error.value)
    inputs.check_times({option: 1})
    inputs.check_times({option: 10**9})
    with pytest.raises(BadInput, match=f"{option} is too long: give 1000000000 seconds at most"):
        inputs.check_times({option: 10**5000})


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "objectstorage.example",
        "//objectstorage.example",
        "https://",
        "https:///",
        "https:objectstorage.example",
        "ftp://objectstorage.example",
        "file:///etc/passwd",
        "https://objectstorage.example:port",
        "https://objectstorage.example:99999",
        "https://objectstorage.example:0",
        "https://[::1",
        "not a url",
        "https://object storage.example",
        "https://objectstorage.example\n.invalid",
        "None",
    ],
)
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(BadInput) as error:
        inputs.check_endpoint(url, "object_storage_endpoint")
    assert "object_storage_endpoint" in line(error)
    assert "https://host.example" in str(error.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://user@objectstorage.example",
        "https://user:secret@objectstorage.example",
        "https://objectstorage.example/n/b",
        "https://objectstorage.example?a=b",
        "https://objectstorage.example#top",
    ],
)
def test_a_base_url_is_nothing_but_one(url: str) -> None:
    with pytest.raises(BadInput) as error:
        inputs.check_endpoint(url, "identity_endpoint")
    assert "base URL" in line(error)
    assert "secret" not in str(error.value), "a password is not repeated"


@pytest.mark.parametrize(
    "host",
    [
        "objectstorage.example",
        "10.0.0.1",
        "localhost.example",
        "127.0.0.1.example",
        "1270.0.0.1",
        "0.0.0.0",  # noqa: S104
        "[::]",
        "[fe80::1]",
    ],
)
def test_plain_http_is_for_loopback_only(host: str) -> None:
    with pytest.raises(BadInput) as error:
        inputs.check_endpoint(f"http://{host}:8080", "key_management_endpoint")
    assert "plain http" in line(error)
    if ":" not in host:
        inputs.check_endpoint(f"https://{host}:8443", "key_management_endpoint")


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://localhost:1/", "http://localhost:1"),
        ("http://LOCALHOST:1", "http://LOCALHOST:1"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://objectstorage.localhost:8080", "http://objectstorage.localhost:8080"),
        ("http://a.b.LOCALHOST.:8080", "http://a.b.LOCALHOST.:8080"),
        ("http://objectstorage.{region}.localhost:8080/", "http://objectstorage.{region}.localhost:8080"),
        ("https://{region}.example", "https://{region}.example"),
        (" https://objectstorage.example/ ", "https://objectstorage.example"),
    ],
)
def test_good_endpoints(url: str, taken: str) -> None:
    assert inputs.check_endpoint(url, "object_storage_endpoint") == taken


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://[::1]:8080", "IPv6 address"),
        ("https://[2001:db8::1]", "IPv6 address"),
        ("http://localhost.example", "plain http"),
        ("http://notlocalhost", "plain http"),
        ("http://{region}.example", "plain http"),
        ("http://{region}", "plain http"),
        ("https://objectstorage.{Region}.example", "has braces other than {region}"),
        ("https://objectstorage.{region}.{secondLevelDomain}", "has braces other than {region}"),
        ("https://objectstorage.{region.example", "has braces other than {region}"),
        ("https://host.example/{region}", "without user, path"),
        ("https://host.example:{region}", "is not a URL"),
        ("{region}://host.example", "is not a URL"),
        ("https://{region}@host.example", "without user, path"),
    ],
)
def test_endpoints_that_are_none(url: str, told: str) -> None:
    with pytest.raises(BadInput) as error:
        inputs.check_endpoint(url, "object_storage_endpoint")
    assert told in line(error)


@pytest.mark.parametrize(
    "url",
    [
        "https://me:{secret}@host.example",
        "https://{secret}@host.example",
        "https://{secret}@host.example:port",
        "https://me:{secret}@[host.example",
        "https://me:{secret}/@host.example",
        "https://me:@{secret}@{region}.{realm}.example",
        "htps://me:{secret}@host.example",
        "me:{secret}@host.example",
        "http://me:{secret}@host.example",
        "ftp://host.example/?token={secret}",
        "host.example/#{secret}",
        "https://host.example/?token={secret}",
    ],
)
def test_a_password_in_an_endpoint_is_not_shown(url: str) -> None:
    with pytest.raises(BadInput) as error:
        inputs.check_endpoint(url.replace("{secret}", "open-sesame"), "identity_endpoint")
    assert "open-sesame" not in line(error)


@pytest.mark.parametrize(
    "key_id",
    [
        "ocid1.key.oc1.iad.evil/.k",
        "ocid1.key.oc1.iad.evil#.k",
        "ocid1.key.oc1.iad@evil.v.k",
        "",
        "payroll-key",
        "ocid1.key.oc1.iad.vault",
        "ocid1.vault.oc1.iad.v.k",
        KEY + ".x",
        KEY + "\n",
        "ocid1.key..iad.v.k",
    ],
)
def test_what_is_no_key(key_id: str) -> None:
    with pytest.raises(BadInput) as error:
        inputs.check_key_id(key_id, "kms_key_id")
    assert "ocid1.key.<realm>" in line(error)
    with pytest.raises(BadInput) as error:
        inputs.key_management_endpoints(key_id, {}, {"oc1": "oraclecloud.com"})
    assert "key_management_endpoint" in line(error)


@pytest.mark.parametrize(
    "compartment", ["", "prod", "ocid1.bucket.oc1..x", "ocid1.compartment.oc1..", "ocid1.tenancy.oc1"]
)
def test_what_is_no_compartment(compartment: str) -> None:
    with pytest.raises(BadInput) as error:
        inputs.check_compartment_id(compartment)
    assert "ocid1.compartment." in line(error)


@pytest.mark.parametrize("compartment", ["ocid1.compartment.oc1..example", "ocid1.tenancy.oc1..example"])
def test_compartments(compartment: str) -> None:
    inputs.check_compartment_id(compartment)


SHORT = {"iad": "us-ashburn-1", "yny": "ap-chuncheon-1", "lfi": "us-langley-1"}
DOMAINS = {"oc1": "oraclecloud.com", "oc2": "oraclegovcloud.com", "oc19": "oraclecloud.eu"}


@pytest.mark.parametrize(
    ("realm", "region", "likely", "other"),
    [
        ("oc1", "iad", "us-ashburn-1.oraclecloud.com", "us-ashburn-1.oci.oraclecloud.com"),
        ("oc1", "ap-seoul-1", "ap-seoul-1.oraclecloud.com", "ap-seoul-1.oci.oraclecloud.com"),
        ("oc1", "yny", "ap-chuncheon-1.oci.oraclecloud.com", "ap-chuncheon-1.oraclecloud.com"),
        ("oc1", "ap-chuncheon-1", "ap-chuncheon-1.oci.oraclecloud.com", "ap-chuncheon-1.oraclecloud.com"),
        ("oc1", "xx-new-1", "xx-new-1.oci.oraclecloud.com", "xx-new-1.oraclecloud.com"),
        ("oc2", "lfi", "us-langley-1.oraclegovcloud.com", "us-langley-1.oci.oraclegovcloud.com"),
        ("oc19", "eu-madrid-2", "eu-madrid-2.oci.oraclecloud.eu", "eu-madrid-2.oraclecloud.eu"),
    ],
)
def test_where_a_key_is_managed(realm: str, region: str, likely: str, other: str) -> None:
    found = inputs.key_management_endpoints(f"ocid1.key.{realm}.{region}.examplevault.examplekey", SHORT, DOMAINS)
    assert found == [f"https://examplevault-management.kms.{host}" for host in (likely, other)]


def test_a_key_whose_region_is_in_capitals() -> None:
    found = inputs.key_management_endpoints("ocid1.key.oc1.IAD.examplevault.examplekey", SHORT, DOMAINS)
    assert found[0] == "https://examplevault-management.kms.us-ashburn-1.oraclecloud.com"


def test_the_domain_of_a_realm_that_is_not_known() -> None:
    found = inputs.key_management_endpoints("ocid1.key.oc99.xx-new-1.v.k", SHORT, DOMAINS, "sovereign.example")
    assert found[0] == "https://v-management.kms.xx-new-1.oci.sovereign.example"


def test_an_unknown_realm() -> None:
    with pytest.raises(BadInput) as error:
        inputs.key_management_endpoints("ocid1.key.oc99.iad.examplevault.examplekey", SHORT, DOMAINS)
    assert "realm oc99" in line(error)
    assert "set key_management_endpoint" in str(error.value)


def test_no_pattern_runs_away() -> None:
    """On text that was made to make it; and no message repeats all of it."""
    for text in ("a" * 50_000, "." * 50_000, "ocid1.key." + "a." * 20_000, "-_." * 20_000 + "!"):
        for check in (
            inputs.check_bucket_name,
            lambda name: inputs.check_key_id(name, "kms_key_id"),
            inputs.check_compartment_id,
        ):
            with pytest.raises(BadInput) as error:
                check(text)
            line(error)
