# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients: where they call, how long they wait, whom they trust."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import oci
import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.sdk import clients, failures, loading
from ansible_collections.rekey.oci.plugins.module_utils.sdk.calls import Calls
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients, endpoint_of
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import KEY
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import config_file, nobody

NEWER_KEY = "ocid1.key.oc1.ap-chuncheon-1.othervault.examplekey"


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nobody(monkeypatch, tmp_path)
    loading.import_sdk()


def made_in(folder: Path, **params: Any) -> Clients:
    return Clients({"config_file_location": config_file(folder), **params})


def test_the_regions_own_endpoints(tmp_path: Path) -> None:
    made = made_in(tmp_path, region="ap-seoul-1")
    assert endpoint_of(made.object_storage()) == "https://objectstorage.ap-seoul-1.oraclecloud.com"
    assert endpoint_of(made.identity()) == "https://identity.ap-seoul-1.oci.oraclecloud.com/20160918"


def test_endpoints_that_are_given(tmp_path: Path) -> None:
    made = made_in(
        tmp_path,
        object_storage_endpoint="http://127.0.0.1:8080/",
        key_management_endpoint="https://vault.example",
        identity_endpoint="https://identity.example",
    )
    assert endpoint_of(made.object_storage()) == "http://127.0.0.1:8080"
    assert endpoint_of(made.object_storage_post(60.0)) == "http://127.0.0.1:8080"
    assert endpoint_of(made.identity()).startswith("https://identity.example")
    assert made.key_management_endpoints(KEY) == ["https://vault.example"]
    assert made.key_management_endpoints("no key at all") == ["https://vault.example"]


EACH_REGIONS = {
    "object_storage_endpoint": "http://objectstorage.{region}.localhost:8080",
    "identity_endpoint": "http://identity.{region}.localhost:8080",
    "key_management_endpoint": "https://vault.{region}.example",
}


def test_endpoints_of_the_calls_region(tmp_path: Path) -> None:
    made = made_in(tmp_path, region="PHX", **EACH_REGIONS)
    assert made.region == "us-phoenix-1"
    assert made.serves_regions
    assert endpoint_of(made.object_storage()) == "http://objectstorage.us-phoenix-1.localhost:8080"
    assert endpoint_of(made.object_storage_post(60.0)) == "http://objectstorage.us-phoenix-1.localhost:8080"
    assert endpoint_of(made.identity()).startswith("http://identity.us-phoenix-1.localhost:8080")
    assert made.key_management_endpoints(KEY) == ["https://vault.us-ashburn-1.example"], "the key's own region"
    assert made.key_management_endpoints(NEWER_KEY) == ["https://vault.ap-chuncheon-1.example"]
    with pytest.raises(BadInput, match="'no key at all' is not the OCID of a key"):
        made.key_management_endpoints("no key at all")


def test_endpoints_of_a_region_need_one(tmp_path: Path) -> None:
    location = config_file(tmp_path, region=None)
    with pytest.raises(BadInput, match="No region is known"):
        Clients({"config_file_location": location, **EACH_REGIONS})
    fixed = {**EACH_REGIONS, "object_storage_endpoint": "https://objectstorage.example"}
    made = Clients({"config_file_location": location, **fixed})
    assert (made.region, made.serves_regions) == (None, False)
    assert made.key_management_endpoints(KEY) == ["https://vault.us-ashburn-1.example"]
    with pytest.raises(BadInput, match=r"identity_endpoint has \{region\}, and no region is known"):
        made.identity()


def test_the_same_caller_in_other_regions(tmp_path: Path) -> None:
    made = made_in(tmp_path)
    other = made.in_region("Ap-Seoul-1")
    assert (made.region, other.region, made.in_region(" icn ").region) == ("us-ashburn-1", "ap-seoul-1", "ap-seoul-1")
    assert endpoint_of(other.object_storage()) == "https://objectstorage.ap-seoul-1.oraclecloud.com"
    assert endpoint_of(other.object_storage_post(60.0)) == "https://objectstorage.ap-seoul-1.oraclecloud.com"
    assert endpoint_of(other.identity()).startswith("https://identity.ap-seoul-1.")
    assert endpoint_of(made.object_storage()) == "https://objectstorage.us-ashburn-1.oraclecloud.com"
    assert other.object_storage() is made.in_region("ICN").object_storage(), "built once"
    vault = made.key_management_endpoints(KEY)[0]
    assert other.key_management_endpoints(KEY)[0] == vault, "a key is where it is"
    assert other.key_management(vault) is made.key_management(vault)
    assert other.object_storage().base_client.signer is made.object_storage().base_client.signer
    with pytest.raises(BadInput, match="'us-atlantis-1' is not known"):
        made.in_region("us-atlantis-1")
    with pytest.raises(BadInput, match="No region is known"):
        made.in_region(" ")


def test_other_regions_by_endpoints(tmp_path: Path) -> None:
    other = made_in(tmp_path, **EACH_REGIONS).in_region("xx-dedicated-1")
    assert endpoint_of(other.object_storage()) == "http://objectstorage.xx-dedicated-1.localhost:8080"
    with pytest.raises(BadInput, match="is not known"):
        made_in(tmp_path, **EACH_REGIONS).in_region("evil.example/")


def test_a_vaults_endpoint_follows_from_the_key(tmp_path: Path) -> None:
    made = made_in(tmp_path)
    plain = "https://examplevault-management.kms.us-ashburn-1.oraclecloud.com"
    assert made.key_management_endpoints(KEY)[0] == plain
    assert endpoint_of(made.key_management(plain)).startswith(plain)
    assert (
        made.key_management_endpoints(NEWER_KEY)[0]
        == "https://othervault-management.kms.ap-chuncheon-1.oci.oraclecloud.com"
    )


def test_the_form_that_answered_is_remembered_for_its_vault_only(tmp_path: Path) -> None:
    made = made_in(tmp_path)
    likely, other = made.key_management_endpoints(KEY)
    made.prove_endpoint(KEY, other)
    assert made.key_management_endpoints(KEY) == [other]
    assert made.key_management_endpoints(KEY + "2") == [other], "another key of the same vault"
    assert len(made.key_management_endpoints(NEWER_KEY)) == 2
    assert likely != other


@pytest.mark.parametrize("realm", sorted(oci.regions.REALMS))
def test_every_realm_of_the_sdk_has_a_domain(tmp_path: Path, realm: str) -> None:
    endpoints = made_in(tmp_path).key_management_endpoints(f"ocid1.key.{realm}.xx-somewhere-1.vault.key")
    assert all(endpoint.endswith(oci.regions.REALMS[realm]) for endpoint in endpoints)


def test_a_key_that_leads_nowhere(tmp_path: Path) -> None:
    for key_id in ("payroll-key", "ocid1.key.oc99.iad.vault.key"):
        with pytest.raises(BadInput, match="key_management_endpoint"):
            made_in(tmp_path).key_management_endpoints(key_id)


def test_a_client_is_built_once(tmp_path: Path) -> None:
    made = made_in(tmp_path)
    assert made.object_storage() is made.object_storage()
    assert made.object_storage_post(60.0) is made.object_storage_post(60.0)
    assert made.object_storage_post(60.0) is not made.object_storage_post(10.0)
    assert made.key_management("https://a.example") is not made.key_management("https://b.example")


@pytest.mark.parametrize("timeout", [1.0, 10.0, 60.0, 3600.0])
def test_the_posts_timeouts_fit_in_their_half_of_the_grace(tmp_path: Path, timeout: float) -> None:
    connect, read = made_in(tmp_path).object_storage_post(timeout).base_client.timeout
    assert connect + read <= timeout


def test_no_client_waits_for_long_or_repeats(tmp_path: Path) -> None:
    made = made_in(tmp_path)
    for client in (made.object_storage(), made.identity(), made.key_management("https://a.example")):
        assert client.base_client.timeout == clients.TIMEOUT
        assert isinstance(client.retry_strategy, oci.retry.NoneRetryStrategy)
        assert client.base_client.session.max_redirects == 0
        assert type(client.base_client.session.get_adapter("https://a.example")).__name__ == "BoundedAdapter"


def test_realm_specific_endpoints(tmp_path: Path) -> None:
    def endpoint(**params: Any) -> str:
        return endpoint_of(made_in(tmp_path, **params).object_storage())

    usual = "https://objectstorage.us-ashburn-1.oraclecloud.com"
    assert endpoint() == usual
    assert endpoint(realm_specific_endpoint_template_enabled=False) == usual
    assert endpoint(realm_specific_endpoint_template_enabled=True) != usual
    given = "https://objectstorage.example"
    assert endpoint(realm_specific_endpoint_template_enabled=True, object_storage_endpoint=given) == given


def test_bucket_key_only_is_known_to_the_sdk_or_not(tmp_path: Path) -> None:
    made = made_in(tmp_path)
    source = inspect.getsource(type(made.object_storage()).reencrypt_bucket)
    assert made.supports_bucket_key_only() is ("is_reencrypt_bucket_key_only" in source)


def test_bucket_key_only_on_an_sdk_that_does_not_know_it(tmp_path: Path) -> None:
    """The installed SDK's own refusal of an option that it has never heard of."""

    class Older(Clients):
        def object_storage(self) -> Any:
            client = super().object_storage()

            class Renamed:
                def reencrypt_bucket(self, *arguments: str, **options: Any) -> Any:
                    return client.reencrypt_bucket(
                        *arguments, **{f"{name}_of_later": options[name] for name in options}
                    )

            return Renamed()

    assert Older({"config_file_location": config_file(tmp_path)}).supports_bucket_key_only() is False


def test_what_is_wrong_is_told_before_the_sdk_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "import_sdk", lambda: pytest.fail("the SDK is imported"))
    with pytest.raises(BadInput, match="plain http"):
        Clients({"identity_endpoint": "http://identity.example"})


class OlderKey:
    """A key as an SDK reads it that knows neither automatic rotation nor external keys."""

    def __init__(self, **_kwargs: Any) -> None:
        self.swagger_types = {"id": "str", "protection_mode": "str"}
        self.attribute_map = {"id": "id", "protection_mode": "protectionMode"}

    @property
    def protection_mode(self) -> str:
        return "UNKNOWN_ENUM_VALUE"

    @protection_mode.setter
    def protection_mode(self, value: str) -> None:
        pass


@pytest.mark.parametrize("model", [OlderKey, None], ids=["older", "installed"])
def test_an_older_sdk_reads_who_rotates_a_key_all_the_same(tmp_path: Path, model: Any) -> None:
    base_client = made_in(tmp_path).key_management("https://vault.example").base_client
    base_client.type_mappings["Key"] = model or base_client.type_mappings["Key"]
    clients.know_whole_key(base_client.type_mappings)
    answer = json.dumps({"id": KEY, "protectionMode": "EXTERNAL", "isAutoRotationEnabled": True}).encode()
    key = base_client.deserialize_response_data(answer, "Key")
    assert (key.id, key.protection_mode, key.is_auto_rotation_enabled) == (KEY, "EXTERNAL", True)


def key_at(made: Clients, broken: dict[str, ApiError]) -> Any:
    """Ask both forms of a vault's host; those that are not in ``broken`` answer."""
    calls = Calls(made)

    def call(operation: str, call: Any, endpoint: str) -> Any:
        if endpoint in broken:
            raise broken[endpoint]
        return endpoint

    calls.call = call  # type: ignore[method-assign]
    return calls.key_management("GetKey", "get_key", KEY)


def test_a_wrong_form_of_a_vaults_host_is_no_host(tmp_path: Path) -> None:
    made = made_in(tmp_path)
    first, second = made.key_management_endpoints(KEY)
    nowhere = ApiError("GetKey", f"{first} cannot be reached", retryable=True, unreachable=True)
    assert key_at(made, {first: nowhere}) == second
    assert made.key_management_endpoints(KEY) == [second]


def test_a_vault_that_tls_keeps_away_is_told_of_itself(tmp_path: Path) -> None:
    """Not of the other form of its host, which is nowhere."""
    made = made_in(tmp_path)
    first, second = made.key_management_endpoints(KEY)
    untrusted = failures.Untrusted("GetKey", f"the TLS certificate of {first} is not trusted", unreachable=True)
    nowhere = ApiError("GetKey", f"{second} cannot be reached", retryable=True, unreachable=True)
    with pytest.raises(ApiError) as caught:
        key_at(made, {first: untrusted, second: nowhere})
    assert caught.value is untrusted
    with pytest.raises(ApiError) as caught:
        key_at(made, {first: nowhere, second: untrusted})
    assert caught.value is untrusted


def test_a_vault_that_is_nowhere_is_told_by_both_forms_of_its_host(tmp_path: Path) -> None:
    made = made_in(tmp_path)
    broken = {
        endpoint: ApiError("GetKey", f"{endpoint} cannot be reached (no such host)", retryable=True, unreachable=True)
        for endpoint in made.key_management_endpoints(KEY)
    }
    with pytest.raises(ApiError) as caught:
        key_at(made, broken)
    first, second = made.key_management_endpoints(KEY)
    assert caught.value.line() == (
        f"GetKey failed: {first} cannot be reached (no such host); {second} does not answer either"
    )
