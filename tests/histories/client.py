# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client that speaks to the simulator in process: the requests and answers of the SDK's, without sockets and signatures.

The collection's own OciApi makes its calls with it, so that what it understands of an answer, and of a failure, is tried too.
tests/wire/test_alike.py shows that both clients tell the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

import oci
from oci._vendor.requests import exceptions as broken

from tests.simulator.messages import Request, Response
from tests.simulator.regions import HOME

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


def no_answer() -> NoReturn:
    """As the SDK says that an answer did not come in time."""
    raise oci.exceptions.RequestException(broken.ReadTimeout("read timed out"))


def broken_connection() -> NoReturn:
    raise oci.exceptions.RequestException(broken.ConnectionError("Connection aborted."))


def nobody_listens() -> NoReturn:
    raise oci.exceptions.ConnectTimeout(broken.ConnectTimeout("connect timed out"))


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
        if camel.startswith("time") and isinstance(value, str):
            return datetime.fromisoformat(value)
        if camel == "status" and value is not None and value not in _KNOWN_STATUSES:
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
    endpoint = "https://simulator.example"


class Client:
    """Object Storage and Vault in one; its methods are the SDK's."""

    base_client = _Endpoint()

    def __init__(
        self, transport: Transport, principal: str, timeout: float = READ_TIMEOUT, key_region: str = HOME
    ) -> None:
        self._transport = transport
        self._principal = principal
        self._timeout = timeout
        self._key_region = key_region

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
        if path.startswith(VAULT):
            headers = {**(headers or {}), "host": f"{self._key_region}.localhost"}
        request = Request(method, path, query or {}, headers or {}, content, self._principal)
        response = self._transport(request, self._timeout)
        if response.status >= 300:
            told = response.body if isinstance(response.body, dict) else {}
            raise oci.exceptions.ServiceError(
                response.status, told.get("code"), response.headers, told.get("message", "")
            )
        return Answer(response, gives)

    def get_namespace(self) -> Answer:
        return self._call("GET", "/n/", gives=str)

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


class Clients:
    """Stands in for _clients.Clients: one client for all, another with the POST's timeouts."""

    sdk = oci
    signer = None
    region = HOME

    def __init__(self, transport: Transport, principal: str, key_region: str = HOME) -> None:
        self._transport = transport
        self._principal = principal
        self._key_region = key_region
        self._client = Client(transport, principal, key_region=key_region)

    def object_storage(self) -> Client:
        return self._client

    def object_storage_post(self, timeout: float) -> Client:
        # As _clients does: reading and connecting fit into `timeout` together.
        return Client(self._transport, self._principal, min(READ_TIMEOUT, timeout * 0.7))

    def region_of_key(self, key_id: str) -> str:
        return self._key_region

    def key_management_endpoints(self, key_id: str) -> list[str]:
        return [_Endpoint.endpoint]

    def key_management(self, endpoint: str) -> Client:
        return self._client
