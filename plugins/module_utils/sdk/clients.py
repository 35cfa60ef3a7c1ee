# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SDK clients: built once, shared by all threads, with timeouts, bounded answers, and no retries of their own."""

from __future__ import annotations

import copy
import re
import threading
from collections.abc import Mapping
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import (
    REGION_PLACE,
    BadInput,
    check_endpoint,
    endpoint_in,
    key_management_endpoints,
    key_region,
    shown,
)
from ansible_collections.rekey.oci.plugins.module_utils.sdk import identity, loading, network, regions
from ansible_collections.rekey.oci.plugins.module_utils.sdk.caller import caller
from ansible_collections.rekey.oci.plugins.module_utils.sdk.transport import adapter_class

#: Seconds to connect, and to read. Together with the bounds on retries they end a task whose endpoint is dead.
TIMEOUT = (10.0, 30.0)


class Clients:
    """One client for each service, region and timeout; a client for each vault."""

    def __init__(self, params: Mapping[str, Any], connections: int = 4) -> None:
        """Raises BadInput, or SdkMissing."""
        identity.check_common(params)
        self.sdk = loading.import_sdk()
        self._params = params
        self._connections = connections
        self._identity = identity.identify(params, self.sdk)
        self.warnings = self._identity.warnings
        self.signer = self._identity.signer
        #: The full name of the region that is called; None where only endpoints are known.
        self.region: Optional[str] = self._identity.config.get("region")
        #: The CA certificates to trust in place of the usual ones.
        self._bundle = network.bundle(params.get("cert_bundle"))
        self._proxies = network.Proxies(self.sdk.base_client.requests)
        self._check_network()
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, ...], Any] = {}
        #: Which of a vault's possible endpoints has answered.
        self._vault_endpoints: dict[str, str] = {}

    def caller(self) -> list[str]:
        """Region, tenancy and user of the calls; what cannot be known without a call is blank."""
        return [self.region or "", *caller(self._identity.config, self._identity.signer)]

    def in_region(self, region: str) -> Clients:
        """The same caller in another region, by a full or a short name. Makes no call. Raises BadInput."""
        other = copy.copy(self)
        other.region = regions.full_name(region, self.sdk, self._params)
        return other

    @property
    def serves_regions(self) -> bool:
        """Whether each region has an Object Storage of its own: a fixed endpoint is the same for all."""
        endpoint = self._params.get("object_storage_endpoint")
        return not endpoint or REGION_PLACE in endpoint

    def _check_network(self) -> None:
        """What is wrong with the environment is told before any call. Raises BadInput."""
        services = {
            "object_storage_endpoint": "objectstorage",
            "key_management_endpoint": "kms",
            "identity_endpoint": "identity",
        }
        for option, service in services.items():
            # A key's OCID may name another region.
            url = self._endpoint(option, self.region or "us-ashburn-1") or regions.url(service, self.region, self.sdk)
            if url:
                self._proxies.of(url)

    def _endpoint(self, option: str, region: Optional[str]) -> Optional[str]:
        value = self._params.get(option)
        return endpoint_in(check_endpoint(value, option), region, option) if value else None

    def _regional(self, kind: tuple[str, ...], client_class: Any, option: str, timeout: Any = TIMEOUT) -> Any:
        """The client of a service that is one in each region."""
        return self._client((*kind, self.region or ""), client_class, self._endpoint(option, self.region), timeout)

    def _client(self, kind: tuple[str, ...], client_class: Any, endpoint: Optional[str], timeout: Any) -> Any:
        with self._lock:
            client = self._clients.get(kind)
            if client is None:
                client = self._clients[kind] = self._build(client_class, endpoint, timeout)
            return client

    def _build(self, client_class: Any, endpoint: Optional[str], timeout: Any) -> Any:
        options: dict[str, Any] = {"signer": self._identity.signer, "timeout": timeout}
        if endpoint:
            options["service_endpoint"] = endpoint
        realm_template = self._params.get("realm_specific_endpoint_template_enabled")
        if realm_template is not None and not endpoint:
            options["client_level_realm_specific_endpoint_template_enabled"] = realm_template
        # An endpoint may do without a region, and the SDK may not.
        config = dict(self._identity.config, region=self.region or "us-ashburn-1")
        try:
            options["retry_strategy"] = self.sdk.retry.NoneRetryStrategy()
            options["circuit_breaker_strategy"] = self.sdk.circuit_breaker.NoCircuitBreakerStrategy()
            client = client_class(config, **options)
        except Exception as error:
            raise BadInput(
                "A client for %s cannot be built: %s.%s"
                % (endpoint or "the region", _one_line(error), loading.because_of_age(error, self.sdk))
            ) from None
        self._secure(client)
        return client

    def _secure(self, client: Any) -> None:
        """Bound what an endpoint may send, follow no redirect, and trust the given CA bundle only."""
        session = client.base_client.session
        session.max_redirects = 0
        # The environment is read once and not for each request, where that would be a fifth of all work.
        session.trust_env = False
        adapter = adapter_class(self.sdk)(
            self._bundle, self._proxies, pool_connections=2, pool_maxsize=self._connections
        )
        session.mount("https://", adapter)
        session.mount("http://", adapter)

    def object_storage(self) -> Any:
        from oci.object_storage import ObjectStorageClient

        return self._regional(("object_storage",), ObjectStorageClient, "object_storage_endpoint")

    def object_storage_post(self, timeout: float) -> Any:
        """A client for ReencryptBucket alone: its timeouts add up to ``timeout`` seconds at most."""
        from oci.object_storage import ObjectStorageClient

        timeouts = (min(TIMEOUT[0], timeout / 4), min(TIMEOUT[1], timeout * 0.7))
        kind = ("object_storage_post", "%.3f" % timeout)
        return self._regional(kind, ObjectStorageClient, "object_storage_endpoint", timeouts)

    def identity(self) -> Any:
        from oci.identity import IdentityClient

        return self._regional(("identity",), IdentityClient, "identity_endpoint")

    def region_of_key(self, key_id: str) -> Optional[str]:
        """The full name of the region in a key's OCID."""
        found = key_region(key_id, {})
        return found and regions.ask(found, self.sdk)[0]

    def streaming(self, endpoint: str) -> Any:
        from oci.streaming import StreamClient

        return self._client(("streaming", endpoint), StreamClient, endpoint, TIMEOUT)

    def key_management_endpoints(self, key_id: str) -> list[str]:
        """Where the key's vault may be asked, the likely place first. Raises BadInput."""
        region = self.region_of_key(key_id)
        option = "key_management_endpoint"
        override = self._params.get(option)
        if override and REGION_PLACE in override and region is None:
            raise BadInput(
                "%s has {region}, and %s is not the OCID of a key, so no region is known." % (option, shown(key_id))
            )
        override = self._endpoint(option, region)
        if override:
            return [override]
        known = self.sdk.regions
        candidates = key_management_endpoints(key_id, known.REGIONS_SHORT_NAMES, known.REALMS, regions.default_domain())
        proven = self._vault_endpoints.get(candidates[0])
        return [proven] if proven else candidates

    def prove_endpoint(self, key_id: str, endpoint: str) -> None:
        """Remember which of the vault's endpoints has answered."""
        candidates = self.key_management_endpoints(key_id)
        self._vault_endpoints[candidates[0]] = endpoint

    def key_management(self, endpoint: str) -> Any:
        from oci.key_management import KmsManagementClient

        client = self._client(("key_management", endpoint), KmsManagementClient, endpoint, TIMEOUT)
        know_whole_key(client.base_client.type_mappings)
        return client

    def supports_bucket_key_only(self) -> bool:
        """Whether the installed SDK knows the option; asked of the SDK itself, with a name that it refuses to send."""
        try:
            self.object_storage().reencrypt_bucket("-", " ", is_reencrypt_bucket_key_only=True)
        except ValueError as error:
            return "unknown kwargs" not in str(error)
        return True


def know_whole_key(types: dict[str, Any]) -> None:
    """Have a client read what an older SDK leaves out of a key's answer: who rotates it, and protection that is new to it.

    Without that, a key that is rotated elsewhere would be taken for one that is not.
    """
    known = types["Key"]
    if hasattr(known, "is_auto_rotation_enabled"):
        return

    class Key(known):  # type: ignore[misc, valid-type]
        # In place of a property that turns a value that it does not know into UNKNOWN_ENUM_VALUE.
        protection_mode: Optional[str] = None
        is_auto_rotation_enabled: Optional[bool] = None

        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            # As the SDK calls them.
            self.swagger_types["is_auto_rotation_enabled"] = "bool"
            self.attribute_map["is_auto_rotation_enabled"] = "isAutoRotationEnabled"

    types["Key"] = Key


def endpoint_of(client: Any) -> str:
    """Where a client calls, for a person to read: the SDK's templates keep their open places until a call."""
    return re.sub(r"\{[^{}]*\}", "", client.base_client.endpoint)


def _one_line(error: BaseException) -> str:
    return " ".join(("%s: %s" % (type(error).__name__, error)).split())[:300]
