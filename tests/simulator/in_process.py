# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients that speak to the simulator in process: the requests and answers of the SDK's, without sockets and signatures.

The collection's own OciApi makes its calls with them, so that what it understands of an answer, and of a failure, is tried too.
tests/wire/test_alike.py shows that these clients and the SDK's tell the same.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

import oci
from oci._vendor.requests import exceptions as broken

from .dispatch import Simulator
from .messages import Request, Response
from .regions import HOME, name_of
from .world import TENANCY

#: What the transport is given: a request, its operation's read timeout in seconds; and gives: the answer.
Transport = Callable[[Request, float], Response]

READ_TIMEOUT = 30.0
#: What the paths of Vault begin with.
VAULT = "/20180608/"
_KNOWN_STATUSES = (
    "ACCEPTED",
    "IN_PROGRESS",
    "FAILED",
    "COMPLETED",
    "CANCELING",
    "CANCELED",
    "REPLICATING",
    "REPLICATED",
)
_MAPS = ("freeformTags", "definedTags", "metadata")
_camel: dict[str, str] = {}


def direct(simulator: Simulator) -> Transport:
    """Whatever the simulator answers, its faults included; time does not pass by itself."""

    def transport(request: Request, timeout: float) -> Response:
        response = simulator.handle(request).response
        return broken_connection() if response is None else response

    return transport


def no_answer() -> NoReturn:
    """As the SDK says that an answer did not come in time."""
    raise oci.exceptions.RequestException(broken.ReadTimeout("read timed out"))


def broken_connection() -> NoReturn:
    raise oci.exceptions.RequestException(broken.ConnectionError("Connection aborted."))


def nobody_listens() -> NoReturn:
    raise oci.exceptions.ConnectTimeout(broken.ConnectTimeout("connect timed out"))


@functools.lru_cache(maxsize=4096)
def _moment(told: str) -> datetime:
    # Python 3.10 does not know the Z.
    return datetime.fromisoformat(told.replace("Z", "+00:00"))


class Model:
    """An object of JSON, its members under their Python names; one that is missing is None, as with the SDK."""

    def __init__(self, members: dict[str, Any]) -> None:
        self._members = members

    def __getattr__(self, name: str) -> Any:
        camel = _camel.get(name)
        if camel is None:
            first, *others = name.split("_")
            camel = _camel[name] = first + "".join(word.capitalize() for word in others)
        value = self._members.get(camel)
        if value is None or value.__class__ is float:
            return value
        if camel.startswith("time") and isinstance(value, str):
            return _moment(value)
        if camel == "status" and value not in _KNOWN_STATUSES:
            return "UNKNOWN_ENUM_VALUE"
        return value if camel in _MAPS else as_model(value)


def as_model(value: Any) -> Any:
    if isinstance(value, dict):
        return Model(value)
    return [as_model(one) for one in value] if isinstance(value, list) else value


class Answer:
    """``data`` is a model, a list of models where the call gives a ``list``, or a text where it gives a ``str``."""

    def __init__(self, response: Response, gives: type) -> None:
        self.status = response.status
        self.headers = response.headers
        if response.raw is None:
            self.data = as_model(response.body)
        else:
            # The SDK makes models without members of what is no JSON, a list of one for each character.
            text = response.raw.decode()
            self.data = text if gives is str else [Model({}) for _one in text] if gives is list else Model({})


class _Endpoint:
    def __init__(self, region: str) -> None:
        self.endpoint = f"https://{region}.simulator.example"


class Client:
    """All services of one region in one; its methods are the SDK's."""

    def __init__(self, transport: Transport, principal: str, region: str = HOME, timeout: float = READ_TIMEOUT) -> None:
        self._transport = transport
        self._principal = principal
        self.base_client = _Endpoint(region)
        self._host = f"{region}.localhost"
        self._timeout = timeout

    def _call(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
        gives: type = Model,
    ) -> Answer:
        content = b"" if body is None else json.dumps(body).encode()
        request = Request(method, path, query or {}, {"host": self._host, **(headers or {})}, content, self._principal)
        response = self._transport(request, self._timeout)
        if response.status >= 300:
            told = response.body if isinstance(response.body, dict) else {}
            raise oci.exceptions.ServiceError(
                response.status, told.get("code"), response.headers, told.get("message", "")
            )
        return Answer(response, gives)

    def get_namespace(self) -> Answer:
        return self._call("GET", "/n/", gives=str)

    def list_buckets(self, namespace: str, compartment_id: str, limit: int, page: str | None = None) -> Answer:
        query = {"compartmentId": compartment_id, "limit": str(limit)} | ({"page": page} if page else {})
        return self._call("GET", f"/n/{namespace}/b", query, gives=list)

    def get_bucket(self, namespace: str, name: str, fields: list[str]) -> Answer:
        return self._call("GET", f"/n/{namespace}/b/{name}", {"fields": ",".join(fields)})

    def update_bucket(self, namespace: str, name: str, details: Any, if_match: str | None) -> Answer:
        body: dict[str, Any] = {}
        if details.freeform_tags is not None:
            body["freeformTags"] = details.freeform_tags
        if details.defined_tags is not None:
            body["definedTags"] = details.defined_tags
        if details.kms_key_id is not None:
            body["kmsKeyId"] = details.kms_key_id
        headers = {} if if_match is None else {"if-match": if_match}
        return self._call("POST", f"/n/{namespace}/b/{name}", None, headers, body)

    def reencrypt_bucket(
        self,
        namespace: str,
        name: str,
        opc_client_request_id: str,
        retry_strategy: Any,
        is_reencrypt_bucket_key_only: bool = False,
    ) -> Answer:
        query = {"isReencryptBucketKeyOnly": "true"} if is_reencrypt_bucket_key_only else {}
        headers = {"opc-client-request-id": opc_client_request_id}
        return self._call("POST", f"/n/{namespace}/b/{name}/actions/reencrypt", query, headers)

    def list_objects(self, namespace: str, name: str, limit: int, start: str | None = None) -> Answer:
        query = {"limit": str(limit)} | ({"start": start} if start else {})
        return self._call("GET", f"/n/{namespace}/b/{name}/o", query)

    def list_object_versions(self, namespace: str, name: str, limit: int, page: str | None = None) -> Answer:
        query = {"limit": str(limit)} | ({"page": page} if page else {})
        return self._call("GET", f"/n/{namespace}/b/{name}/objectversions", query)

    def list_work_requests(self, compartment_id: str, limit: int, page: str | None = None) -> Answer:
        query = {"compartmentId": compartment_id, "limit": str(limit)}
        return self._call("GET", "/workRequests", query | ({"page": page} if page else {}), gives=list)

    def list_multipart_uploads(self, namespace: str, name: str, limit: int, page: str | None = None) -> Answer:
        query = {"limit": str(limit)} | ({"page": page} if page else {})
        return self._call("GET", f"/n/{namespace}/b/{name}/u", query, gives=list)

    def get_work_request(self, work_request_id: str) -> Answer:
        return self._call("GET", f"/workRequests/{work_request_id}")

    def list_work_request_errors(self, work_request_id: str) -> Answer:
        return self._call("GET", f"/workRequests/{work_request_id}/errors", gives=list)

    def get_key(self, key_id: str) -> Answer:
        return self._call("GET", f"/20180608/keys/{key_id}")

    def get_key_version(self, key_id: str, version_id: str) -> Answer:
        return self._call("GET", f"/20180608/keys/{key_id}/keyVersions/{version_id}")

    def get_replication_status(self, replication_id: str) -> Answer:
        return self._call("GET", f"/20180608/replicaOperations/{replication_id}/status")

    def list_compartments(
        self, compartment_id: str, limit: int, compartment_id_in_subtree: bool = False, page: str | None = None
    ) -> Answer:
        query = {"compartmentId": compartment_id, "limit": str(limit)} | ({"page": page} if page else {})
        if compartment_id_in_subtree:
            query["compartmentIdInSubtree"] = "true"
        return self._call("GET", "/20160918/compartments", query, gives=list)

    def list_tag_namespaces(
        self, compartment_id: str, limit: int, include_subcompartments: bool, page: str | None = None
    ) -> Answer:
        query = {"compartmentId": compartment_id, "limit": str(limit)} | ({"page": page} if page else {})
        query["includeSubcompartments"] = str(include_subcompartments).lower()
        return self._call("GET", "/20160918/tagNamespaces", query, gives=list)

    def list_tags(self, tag_namespace_id: str, limit: int, page: str | None = None) -> Answer:
        query = {"limit": str(limit)} | ({"page": page} if page else {})
        return self._call("GET", f"/20160918/tagNamespaces/{tag_namespace_id}/tags", query, gives=list)


class Clients:
    """Stands in for sdk.clients.Clients: one caller in one region, and another client with the POST's timeouts.

    Keys are asked for in the region that they are of.
    """

    sdk = oci
    #: What signs, where that matters.
    signer: Any = None

    def __init__(self, transport: Transport, principal: str, region: str = HOME) -> None:
        self._transport = transport
        self._principal = principal
        self._region = region
        #: What is told of it; None where nobody knows.
        self.region: str | None = region
        #: As the option of this name. Its host's first label is the region's name, or its code.
        self.key_management_endpoint: str | None = None
        self._client = Client(transport, principal, region)

    def caller(self) -> list[str]:
        return [self.region or "", TENANCY, self._principal]

    def object_storage(self) -> Client:
        return self._client

    def identity(self) -> Client:
        return self._client

    def object_storage_post(self, timeout: float) -> Client:
        # As sdk.clients does: reading and connecting fit into `timeout` together.
        return Client(self._transport, self._principal, self._region, min(READ_TIMEOUT, timeout * 0.7))

    def region_of_key(self, key_id: str) -> str:
        return name_of(key_id.split(".")[3])

    def key_management_endpoints(self, key_id: str) -> list[str]:
        return [self.key_management_endpoint or _Endpoint(self.region_of_key(key_id)).endpoint]

    def key_management(self, endpoint: str) -> Client:
        region = name_of(endpoint.removeprefix("https://").partition(".")[0])
        return Client(self._transport, self._principal, region)
