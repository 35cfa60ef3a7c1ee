# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of Object Storage: paths, permissions, JSON."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from .access import Access
from .clock import http_date, rfc3339
from .key_refusals import refusal
from .messages import Refusal, Request, Response, not_found
from .paging import limit_of, page_of, page_of_names
from .storage import Bucket, StoredObject
from .users import User
from .world import TENANCY

_NAME = re.compile(r"[A-Za-z0-9._-]{1,256}")


class ObjectStorage(Access):
    def get_namespace(self, request: Request, user: User) -> Response:
        return Response(200, self.world.namespace)

    def list_buckets(self, request: Request, user: User, namespace: str) -> Response:
        compartment_id = request.query.get("compartmentId", "")
        known = compartment_id == TENANCY or compartment_id in self.world.compartments
        if not known or not user.may("BUCKET_INSPECT", compartment_id):
            raise not_found()
        names = self.world.bucket_names(compartment_id)
        page, headers = page_of_names(names, request, self.world.settings.page_limit)
        tags = "tags" in request.query.get("fields", "")
        return Response(200, [self._summary(self.world.buckets[name], tags) for name in page], headers)

    def _summary(self, bucket: Bucket, tags: bool) -> dict[str, Any]:
        summary: dict[str, Any] = {
            "namespace": bucket.namespace,
            "name": bucket.name,
            "compartmentId": bucket.compartment_id,
            "createdBy": "ocid1.user.oc1..admin",
            "timeCreated": rfc3339(bucket.time_created),
            "etag": bucket.etag,
        }
        if tags:
            summary.update(freeformTags=dict(bucket.freeform_tags), definedTags=dict(bucket.defined_tags))
        return summary

    def _whole(self, bucket: Bucket, fields: str = "") -> Response:
        count, size = bucket.approximate(self.world.clock.now(), self.world.settings.count_lag)
        body = self._summary(bucket, True)
        body.update(
            id=bucket.id,
            metadata={},
            publicAccessType="NoPublicAccess",
            storageTier=bucket.storage_tier,
            objectEventsEnabled=False,
            kmsKeyId=bucket.kms_key_id,
            isBucketKeyEnabled=bucket.bucket_key_enabled,
            versioning=bucket.versioning,
            approximateCount=count if "approximateCount" in fields else None,
            approximateSize=size if "approximateSize" in fields else None,
            replicationEnabled=False,
            isReadOnly=bucket.read_only,
            autoTiering="Disabled",
        )
        return Response(200, body, {"etag": bucket.etag})

    def get_bucket(self, request: Request, user: User, namespace: str, name: str) -> Response:
        return self._whole(self._bucket(user, name, "BUCKET_READ"), request.query.get("fields", ""))

    def head_bucket(self, request: Request, user: User, namespace: str, name: str) -> Response:
        bucket = self._bucket(user, name, "BUCKET_INSPECT")
        return Response(200, None, {"etag": bucket.etag})

    def create_bucket(self, request: Request, user: User, namespace: str) -> Response:
        details = request.json()
        compartment_id, name = details.get("compartmentId", ""), details.get("name", "")
        if not user.may("BUCKET_CREATE", compartment_id) or not self.world.has_compartment(compartment_id):
            raise not_found()
        if not _NAME.fullmatch(name):
            raise Refusal(400, "InvalidBucketName", f"The bucket name '{name}' is not valid.")
        if name in self.world.buckets:
            raise Refusal(
                409, "BucketAlreadyExists", f"Either the bucket '{name}' in namespace '{namespace}' already exists"
            )
        self._check_key(details.get("kmsKeyId"))
        self._check_tags(details.get("freeformTags"))
        bucket = self.world.add_bucket(
            name,
            compartment_id,
            details.get("kmsKeyId"),
            versioning=details.get("versioning") or "Disabled",
            freeform_tags=dict(details.get("freeformTags") or {}),
            defined_tags=dict(details.get("definedTags") or {}),
            storage_tier=details.get("storageTier") or "Standard",
            bucket_key_enabled=bool(details.get("isBucketKeyEnabled")),
        )
        return self._whole(bucket)

    def update_bucket(self, request: Request, user: User, namespace: str, name: str) -> Response:
        bucket = self._bucket(user, name, "BUCKET_UPDATE")
        wanted = request.headers.get("if-match")
        if wanted is not None and wanted not in (bucket.etag, "*"):
            raise Refusal(412, "IfMatchFailed", f"The If-Match header is '{wanted}', which is not the current etag.")
        details = request.json()
        self._check_tags(details.get("freeformTags"))
        if details.get("kmsKeyId") is not None:
            self._check_delegation(user, bucket, details["kmsKeyId"] or None)
            self._check_key(details["kmsKeyId"])
        if details.get("freeformTags") is not None:
            bucket.freeform_tags = dict(details["freeformTags"])
        if details.get("definedTags") is not None:
            bucket.defined_tags = dict(details["definedTags"])
        if details.get("compartmentId") and details["compartmentId"] != bucket.compartment_id:
            if not self.world.has_compartment(details["compartmentId"]):
                raise not_found()
            self.world.move_bucket(bucket, details["compartmentId"])
        if details.get("versioning"):
            bucket.versioning = details["versioning"]
        if details.get("kmsKeyId") is not None:
            bucket.kms_key_id = details["kmsKeyId"] or None
        bucket.etag = self.world.new_etag()
        return self._whole(bucket)

    def _check_writable(self, bucket: Bucket) -> None:
        if bucket.read_only:
            code = self.world.settings.read_only_code
            raise Refusal(
                409, code, f"The bucket '{bucket.name}' is read-only: it is the destination of a replication."
            )

    def _check_tags(self, tags: dict[str, str] | None) -> None:
        if tags is None:
            return
        if len(tags) > 10:
            raise Refusal(400, "InvalidParameter", "A resource can have 10 free-form tags at most.")
        for key, value in tags.items():
            if len(key) > 100 or len(value) > 256:
                raise Refusal(400, "InvalidParameter", "A tag's key can have 100 characters, and its value 256.")

    def _check_delegation(self, user: User, bucket: Bucket, key_id: str | None) -> None:
        """Whether the user may have Object Storage use the key, and no longer the bucket's own."""
        if key_id == bucket.kms_key_id:
            return
        needed = [("KEY_ASSOCIATE", key_id)]
        if self.world.settings.disassociates:
            needed.append(("KEY_DISASSOCIATE", bucket.kms_key_id))
        for permission, needed_id in needed:
            key = self.world.keys.get(needed_id or "")
            if key is not None and not user.may(permission, key.compartment_id):
                raise (
                    refusal("NotAuthorizedOrFoundKmsKey", key.id)
                    if self.world.settings.unassignable == "key"
                    else self._not_found(bucket.name)
                )

    def delete_bucket(self, request: Request, user: User, namespace: str, name: str) -> Response:
        bucket = self._bucket(user, name, "BUCKET_DELETE")
        if bucket.objects or bucket.uploads:
            raise Refusal(
                409,
                "BucketNotEmpty",
                f"Bucket named '{name}' is not empty. Delete all object versions and abort all uploads first.",
            )
        self.world.remove_bucket(name)
        return Response(204)

    def reencrypt_bucket(self, request: Request, user: User, namespace: str, name: str) -> Response:
        bucket = self._bucket(user, name, "BUCKET_UPDATE")
        if bucket.kms_key_id is None:
            raise Refusal(400, "InvalidParameter", f"The bucket '{name}' has no kmsKeyId.")
        self._check_key(bucket.kms_key_id)
        self._check_writable(bucket)
        if self.world.settings.two_at_once == "conflict" and self.world.running(name):
            raise Refusal(409, "IncorrectState", f"A re-encryption of the bucket '{name}' is running.")
        key_only = request.query.get("isReencryptBucketKeyOnly", "").lower() == "true"
        work = self.world.reencrypt(bucket, user.name, request.headers.get("opc-client-request-id", ""), key_only)
        return Response(202, None, {"opc-work-request-id": work.id})

    # Objects.

    def put_object(self, request: Request, user: User, namespace: str, name: str, key: str) -> Response:
        bucket = self._bucket(user, name, "OBJECT_CREATE")
        if any(stored.name == key for stored in bucket.live()) and not user.may(
            "OBJECT_OVERWRITE", bucket.compartment_id
        ):
            raise not_found()
        self._check_writable(bucket)
        self._check_key(bucket.kms_key_id)
        stored = self.world.put_object(bucket, key, request.body)
        digest = hashlib.md5(request.body, usedforsecurity=False).digest()
        headers = {
            "etag": stored.version_id,
            "opc-content-md5": base64.b64encode(digest).decode(),
            "last-modified": http_date(stored.time_created),
        }
        if bucket.versioning == "Enabled":
            headers["version-id"] = stored.version_id
        return Response(200, None, headers)

    def get_object(self, request: Request, user: User, namespace: str, name: str, key: str) -> Response:
        bucket = self._bucket(user, name, "OBJECT_READ")
        for stored in bucket.live():
            if stored.name == key:
                self._check_key(stored.key_id)
                headers = {"etag": stored.version_id, "content-type": "application/octet-stream"}
                return Response(200, None, headers, raw=stored.content)
        raise Refusal(404, "ObjectNotFound", f"The object '{key}' was not found in the bucket '{name}'")

    def delete_object(self, request: Request, user: User, namespace: str, name: str, key: str) -> Response:
        bucket = self._bucket(user, name, "OBJECT_DELETE")
        self._check_writable(bucket)
        self.world.delete_object(bucket, key)
        return Response(204)

    def list_objects(self, request: Request, user: User, namespace: str, name: str) -> Response:
        bucket = self._bucket(user, name, "OBJECT_INSPECT")
        names = sorted(stored.name for stored in bucket.live())
        start = request.query.get("start", "")
        limit = limit_of(request, self.world.settings.page_limit)
        names = [found for found in names if found >= start]
        body: dict[str, Any] = {"objects": [{"name": found} for found in names[:limit]], "prefixes": []}
        if len(names) > limit:
            body["nextStartWith"] = names[limit]
        return Response(200, body)

    def list_object_versions(self, request: Request, user: User, namespace: str, name: str) -> Response:
        bucket = self._bucket(user, name, "OBJECT_INSPECT")
        page, headers = page_of(bucket.objects, request, self.world.settings.page_limit)
        return Response(200, {"items": [self._version(stored) for stored in page], "prefixes": []}, headers)

    def _version(self, stored: StoredObject) -> dict[str, Any]:
        return {
            "name": stored.name,
            "size": stored.size,
            "versionId": stored.version_id,
            "isDeleteMarker": stored.deleted,
            "timeCreated": rfc3339(stored.time_created),
            "timeModified": rfc3339(stored.time_created),
        }
