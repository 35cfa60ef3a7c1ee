# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls of _api.Api, made with the oci SDK. Each is sent once; every failure becomes an ApiError."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import is_namespace
from ansible_collections.rekey.oci.plugins.module_utils.common.model import (
    TERMINAL_STATUSES,
    ApiError,
    Bucket,
    Change,
    Key,
    TagNamespace,
    Upload,
    Version,
    WorkRequest,
    iso_time,
)
from ansible_collections.rekey.oci.plugins.module_utils.common.texts import clean
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import Owners, owners_of
from ansible_collections.rekey.oci.plugins.module_utils.sdk import failures, regions, tag_namespaces
from ansible_collections.rekey.oci.plugins.module_utils.sdk.api import SharedApi
from ansible_collections.rekey.oci.plugins.module_utils.sdk.calls import Calls
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients, endpoint_of
from ansible_collections.rekey.oci.plugins.module_utils.sdk.lists import Entries, Pages, Send

#: What a receipt can hold of a version. What the OCIDs of other services look like is theirs.
_OCID = re.compile(r"[!-~]{1,255}")

#: The largest page that Object Storage gives.
PAGE = 1000


class OciApi(SharedApi):
    """Safe to share between threads."""

    def __init__(self, clients: Clients) -> None:
        super().__init__()
        self.calls = Calls(clients)

    def get_namespace(self) -> str:
        response = self.calls.object_storage("GetNamespace", "get_namespace")
        # The SDK hands on whatever text there is, an error page of a proxy's too.
        if not isinstance(response.data, str) or not is_namespace(response.data):
            raise failures.not_understood("GetNamespace", response)
        return response.data

    def get_bucket(self, namespace: str, name: str) -> tuple[Bucket, Optional[float]]:
        response = self.calls.object_storage(
            "GetBucket", "get_bucket", namespace, name, fields=["approximateCount", "approximateSize"]
        )
        return _bucket("GetBucket", response, Bucket(namespace, name, region=self.calls.clients.region)), service_date(
            response
        )

    def get_key(self, key_id: str, not_before: float = 0.0) -> tuple[Key, Optional[float]]:
        response, endpoint = self.calls.vault_of("GetKey", "get_key", key_id, key_id)
        key, clients = key_of(key_id, response), self.calls.clients
        told_in = regions.in_host(endpoint) if key.is_primary is False else None
        return replace(key, region=clients.region_of_key(key_id), told_in=told_in), None

    def get_version(self, key_id: str, version_id: str) -> Version:
        response = self.calls.key_management("GetKeyVersion", "get_key_version", key_id, version_id)
        if getattr(response.data, "id", None) != version_id:
            raise failures.not_understood("GetKeyVersion", response)
        data = response.data
        replica = getattr(data, "replica_details", None)
        replication_id = clean(getattr(replica, "replication_id", None))
        return Version(seconds(data.time_created), getattr(data, "origin", None), replication_id)

    def get_replication(self, key_id: str, replication_id: str) -> Mapping[str, str]:
        operation = "GetReplicationStatus"
        response, _endpoint = self.calls.vault_of(operation, "get_replication_status", key_id, replication_id)
        details = getattr(response.data, "replica_details", None)
        if not isinstance(details, list) or not all(one.region and one.status for one in details):
            raise failures.not_understood(operation, response)
        return {regions.ask(one.region, self.calls.clients.sdk)[0]: _status(one.status) or "" for one in details}

    def get_tag_namespace(self, name: str) -> TagNamespace:
        return tag_namespaces.read(self.calls, name)

    def has_objects(self, namespace: str, name: str, versions: bool) -> bool:
        if versions:
            operation, method, member = "ListObjectVersions", "list_object_versions", "items"
        else:
            operation, method, member = "ListObjects", "list_objects", "objects"
        return Entries(
            operation, partial(self.calls.object_storage, operation, method, namespace, name, limit=1), member
        ).any()

    def list_uploads(self, namespace: str, name: str, send: Send) -> tuple[Upload, ...]:
        operation = "ListMultipartUploads"
        call = partial(self.calls.object_storage, operation, "list_multipart_uploads", namespace, name, limit=PAGE)
        found = [upload for page in Pages(operation, call).each(send) for upload in page]
        told = {one.upload_id: Upload(one.object or "", one.upload_id, seconds(one.time_created)) for one in found}
        return tuple(told.values())

    def reencryption_pages(self, compartment_id: str, send: Send) -> Iterator[list[tuple[WorkRequest, Owners]]]:
        call = partial(self.calls.object_storage, "ListWorkRequests", "list_work_requests", compartment_id, limit=PAGE)
        for page in Pages("ListWorkRequests", call).each(send):
            yield [
                (work_request_of(item), owners_of(item.resources))
                for item in page
                if item.operation_type == "REENCRYPT"
            ]

    def get_owners(self, work_request_id: str) -> Owners:
        return owners_of(self._get_work_request(work_request_id).resources)

    def get_work_request(self, work_request_id: str) -> WorkRequest:
        return work_request_of(self._get_work_request(work_request_id))

    def _get_work_request(self, work_request_id: str) -> Any:
        data = self.calls.object_storage("GetWorkRequest", "get_work_request", work_request_id).data
        if getattr(data, "id", None) != work_request_id:
            raise ApiError("GetWorkRequest", "the answer is not the work request", effect="unknown", retryable=True)
        return data

    def get_work_request_errors(self, work_request_id: str) -> tuple[Mapping[str, Any], ...]:
        response = self.calls.object_storage("ListWorkRequestErrors", "list_work_request_errors", work_request_id)
        data = response.data
        if not isinstance(data, list) or any(item.code is None and item.message is None for item in data):
            raise failures.not_understood("ListWorkRequestErrors", response)
        return tuple(
            {"code": item.code, "message": item.message, "timestamp": iso_time(seconds(item.timestamp))}
            for item in data
        )

    def update_bucket(self, bucket: Bucket, etag: Optional[str], change: Change) -> Bucket:
        from oci.object_storage.models import UpdateBucketDetails

        details = UpdateBucketDetails()
        if change.freeform_tags is not None:
            details.freeform_tags = dict(change.freeform_tags)
        if change.defined_tags is not None:
            details.defined_tags = {namespace: dict(tags) for namespace, tags in change.defined_tags.items()}
        if change.kms_key_id is not None:
            details.kms_key_id = change.kms_key_id
        response = self.calls.object_storage(
            "UpdateBucket", "update_bucket", bucket.namespace, bucket.name, details, if_match=etag
        )
        # Tags are replaced as a whole, so that an answer without them leaves nothing open.
        written = _bucket("UpdateBucket", response, change.of(bucket))
        if written.etag is None:
            raise failures.not_understood("UpdateBucket", response, "the answer has no etag")
        if written.kms_key_id != change.of(bucket).kms_key_id:
            # With the etag that was given, nobody else has changed it.
            raise failures.not_understood("UpdateBucket", response, "the answer names another key")
        return written

    def reencrypt_bucket(
        self, namespace: str, name: str, bucket_key_only: bool, client_request_id: str, timeout: float
    ) -> str:
        client = self.calls.clients.object_storage_post(timeout)
        more = {"is_reencrypt_bucket_key_only": True} if bucket_key_only else {}
        response = self.calls.call(
            "ReencryptBucket",
            lambda: client.reencrypt_bucket(
                namespace,
                name,
                opc_client_request_id=client_request_id,
                retry_strategy=self.calls.clients.sdk.retry.NoneRetryStrategy(),
                **more,
            ),
            endpoint_of(client),
        )
        work_request_id: Optional[str] = clean(response.headers.get("opc-work-request-id"))
        if not work_request_id:
            raise failures.not_understood("ReencryptBucket", response)
        return work_request_id


def work_request_of(data: Any) -> WorkRequest:
    return WorkRequest(
        id=data.id,
        status=data.status if data.status in TERMINAL_STATUSES else _status(data.status),
        percent_complete=_percent(data.percent_complete),
        time_accepted=seconds(data.time_accepted),
        time_started=seconds(data.time_started),
        time_finished=seconds(data.time_finished),
    )


def _percent(value: Any) -> Optional[float]:
    # NaN is in no range; nor would it be JSON.
    return float(value) if isinstance(value, (int, float)) and 0 <= value <= 100 else None


def _status(status: Optional[str]) -> Optional[str]:
    return "UNKNOWN" if status == "UNKNOWN_ENUM_VALUE" else status


def seconds(moment: Any) -> Optional[float]:
    timestamp = getattr(moment, "timestamp", None)
    return float(timestamp()) if timestamp is not None else None


def key_of(key_id: str, response: Any) -> Key:
    """The key in an answer to GetKey."""
    data = response.data
    current = getattr(data, "current_key_version", None)
    if not current:
        if getattr(data, "id", None) != key_id:
            raise failures.not_understood("GetKey", response)
        raise ApiError("GetKey", "the answer names no current key version", effect="unknown")
    if not _OCID.fullmatch(current):
        raise failures.not_understood("GetKey", response, "the answer names no OCID as the current key version")
    shape = getattr(data, "key_shape", None)
    return Key(
        id=key_id,
        current_version=current,
        vault_id=data.vault_id,
        state=data.lifecycle_state,
        protection_mode=data.protection_mode,
        algorithm=getattr(shape, "algorithm", None),
        is_auto_rotation_enabled=getattr(data, "is_auto_rotation_enabled", None),
        compartment_id=getattr(data, "compartment_id", None),
        display_name=getattr(data, "display_name", None),
        is_primary=getattr(data, "is_primary", None),
    )


def service_date(response: Any) -> Optional[float]:
    return failures.http_date(response.headers.get("date"))


def _bucket(operation: str, response: Any, known: Bucket) -> Bucket:
    data = response.data
    if getattr(data, "name", None) != known.name:
        raise failures.not_understood(operation, response)
    count = getattr(data, "approximate_count", None)
    size = getattr(data, "approximate_size", None)
    return Bucket(
        region=known.region,
        namespace=known.namespace,
        name=known.name,
        etag=response.headers.get("etag") or getattr(data, "etag", None) or None,
        id=data.id,
        compartment_id=data.compartment_id,
        kms_key_id=data.kms_key_id or None,
        is_bucket_key_enabled=getattr(data, "is_bucket_key_enabled", None),
        versioning=data.versioning,
        storage_tier=data.storage_tier,
        approximate_count=known.approximate_count if count is None else count,
        approximate_size=known.approximate_size if size is None else size,
        freeform_tags=dict(known.freeform_tags if data.freeform_tags is None else data.freeform_tags),
        defined_tags=dict(known.defined_tags if data.defined_tags is None else data.defined_tags),
        tags_told=data.freeform_tags is not None and data.defined_tags is not None,
    )
