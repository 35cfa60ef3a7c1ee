# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of Object Storage: paths, permissions, JSON."""

from __future__ import annotations

import re
from typing import Any

from .access import Access
from .bucket_details import attributes_of, check_details
from .clock import rfc3339
from .key_refusals import refusal
from .messages import Refusal, Request, Response, not_found
from .paging import page_of_names
from .preconditions import check_read, check_write
from .storage import Bucket
from .users import User

_CREATED = frozenset(("name", "compartmentId"))
_UPDATED = frozenset(("name", "namespace", "compartmentId"))
_NAME = re.compile(r"[A-Za-z0-9._-]{1,256}")


class ObjectStorage(Access):
    def get_namespace(self, request: Request, user: User) -> Response:
        return Response(200, self.world.namespace)

    def list_buckets(self, request: Request, user: User, namespace: str) -> Response:
        compartment_id = request.query.get("compartmentId", "")
        if not self.world.has_compartment(compartment_id) or not user.may("BUCKET_INSPECT", compartment_id):
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
            "createdBy": bucket.created_by,
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
            metadata=dict(bucket.metadata),
            publicAccessType=bucket.public_access,
            storageTier=bucket.storage_tier,
            objectEventsEnabled=bucket.object_events,
            kmsKeyId=bucket.kms_key_id,
            isBucketKeyEnabled=bucket.bucket_key_enabled,
            versioning=bucket.versioning,
            approximateCount=count if "approximateCount" in fields else None,
            approximateSize=size if "approximateSize" in fields else None,
            replicationEnabled=False,
            isReadOnly=bucket.read_only,
            autoTiering=bucket.auto_tiering if "autoTiering" in fields else None,
            objectLifecyclePolicyEtag=None,
        )
        return Response(200, body, {"etag": bucket.etag})

    def get_bucket(self, request: Request, user: User, namespace: str, name: str) -> Response:
        bucket = self._bucket(user, name, "BUCKET_READ")
        check_read(request, bucket.etag)
        return self._whole(bucket, request.query.get("fields", ""))

    def head_bucket(self, request: Request, user: User, namespace: str, name: str) -> Response:
        bucket = self._bucket(user, name, "BUCKET_INSPECT")
        check_read(request, bucket.etag)
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
        check_details(details, _CREATED)
        self._check_association(user, name, details.get("kmsKeyId"))
        self._check_key(details.get("kmsKeyId"))
        self._check_tags(details.get("freeformTags"))
        given = attributes_of(details)
        given["defined_tags"] = self._defined_tags(user, {}, given.get("defined_tags") or {})
        bucket = self.world.add_bucket(name, compartment_id, details.get("kmsKeyId"), created_by=user.id, **given)
        return self._whole(bucket, "autoTiering")

    def update_bucket(self, request: Request, user: User, namespace: str, name: str) -> Response:
        bucket = self._bucket(user, name, "BUCKET_UPDATE")
        check_write(request, bucket.etag)
        details = request.json()
        check_details(details, _UPDATED)
        for field, own in (("name", bucket.name), ("namespace", bucket.namespace)):
            if details.get(field) not in (None, own):
                raise Refusal(400, "InvalidParameter", f"A bucket's {field} cannot be changed.")
        self._check_tags(details.get("freeformTags"))
        defined_tags = bucket.defined_tags
        if details.get("definedTags") is not None:
            defined_tags = self._defined_tags(user, bucket.defined_tags, details["definedTags"])
        if details.get("kmsKeyId") is not None:
            self._check_delegation(user, bucket, details["kmsKeyId"] or None)
            self._check_key(details["kmsKeyId"])
        if details.get("compartmentId") and details["compartmentId"] != bucket.compartment_id:
            if not self.world.has_compartment(details["compartmentId"]):
                raise not_found()
            self.world.move_bucket(bucket, details["compartmentId"])
        given = attributes_of(details)
        if details.get("kmsKeyId") is not None:
            self.world.assign_key(bucket, details["kmsKeyId"] or None)
        enabled = given.pop("bucket_key_enabled", bucket.bucket_key_enabled)
        if enabled != bucket.bucket_key_enabled:
            self.world.set_bucket_key(bucket, enabled)
        bucket.set_versioning(given.pop("versioning", bucket.versioning))
        for attribute, value in given.items():
            setattr(bucket, attribute, value)
        bucket.defined_tags = defined_tags
        bucket.etag = self.world.new_etag()
        return self._whole(bucket, "autoTiering")

    def make_bucket_writable(self, request: Request, user: User, namespace: str, name: str) -> Response:
        bucket = self._bucket(user, name, "BUCKET_UPDATE")
        bucket.read_only = False
        bucket.etag = self.world.new_etag()
        return Response(204)

    def _defined_tags(
        self, user: User, before: dict[str, dict[str, Any]], given: dict[str, dict[str, Any]]
    ) -> dict[str, dict[str, Any]]:
        world = self.world
        return world.tags.replaced(user, world.settings, world.clock.now(), before, given)

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
        self._check_association(user, bucket.name, key_id)
        if self.world.settings.disassociates:
            self._check_association(user, bucket.name, bucket.kms_key_id, "KEY_DISASSOCIATE")

    def _check_association(self, user: User, name: str, key_id: str | None, permission: str = "KEY_ASSOCIATE") -> None:
        key = self.world.keys.get(key_id or "")
        if key is not None and not user.may(permission, key.compartment_id):
            of_key = self.world.settings.unassignable == "key"
            raise refusal("NotAuthorizedOrFoundKmsKey", key.id) if of_key else self._not_found(name)

    def delete_bucket(self, request: Request, user: User, namespace: str, name: str) -> Response:
        bucket = self._bucket(user, name, "BUCKET_DELETE")
        check_write(request, bucket.etag)
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
