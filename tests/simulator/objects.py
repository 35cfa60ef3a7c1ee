# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of objects: paths, permissions, JSON."""

from __future__ import annotations

from . import object_changes
from .access import Access
from .clock import http_date
from .content import (
    asked_headers,
    check_content,
    check_restored,
    check_served,
    given_headers,
    md5,
    object_name,
    range_of,
    read_headers,
    written_headers,
)
from .messages import Refusal, Request, Response, not_found
from .preconditions import check_etags, check_read, check_write, etag_of
from .storage import Bucket, StoredObject
from .users import User


class Objects(Access):
    def put_object(self, request: Request, user: User, namespace: str, name: str, key: str) -> Response:
        bucket = self._bucket(user, name)
        self._check_writer(user, bucket, key)
        object_name(key)
        check_served(request)
        check_write(request, etag_of(bucket.find(key)))
        check_content(request)
        headers = {**given_headers(request, bucket), "opc-content-md5": md5(request.body)}
        stored = self.world.put_object(bucket, key, request.body, headers)
        return Response(200, None, written_headers(bucket, stored))

    def _object(self, request: Request, bucket: Bucket, key: str) -> StoredObject:
        """The version that is asked for, or the newest. Raises Refusal."""
        version_id = request.query.get("versionId")
        stored = bucket.find(key) if version_id is None else bucket.version(key, version_id)
        if stored is None or stored.deleted:
            raise _no_object(bucket, key)
        return stored

    def get_object(self, request: Request, user: User, namespace: str, name: str, key: str) -> Response:
        bucket = self._bucket(user, name, "OBJECT_READ")
        check_served(request)
        stored = self._object(request, bucket, key)
        check_read(request, stored.etag)
        check_restored(stored)
        self._check_key(stored.key_id)
        headers = {**read_headers(bucket, stored), **asked_headers(request)}
        part = range_of(request, stored.size)
        if part is None:
            return Response(200, None, headers, raw=stored.content)
        first, last = part
        headers.pop("content-md5", None)
        headers["content-range"] = f"bytes {first}-{last}/{stored.size}"
        return Response(206, None, headers, raw=stored.content[first : last + 1])

    def head_object(self, request: Request, user: User, namespace: str, name: str, key: str) -> Response:
        bucket = self._bucket(user, name)
        if not any(user.may(one, bucket.compartment_id) for one in ("OBJECT_INSPECT", "OBJECT_READ")):
            raise self._not_found(name)
        check_served(request)
        stored = self._object(request, bucket, key)
        check_read(request, stored.etag)
        return Response(200, None, {**read_headers(bucket, stored), "content-length": str(stored.size)})

    def delete_object(self, request: Request, user: User, namespace: str, name: str, key: str) -> Response:
        """The newest version, or for good the one that is named."""
        version_id = request.query.get("versionId")
        bucket = self._bucket(user, name, "OBJECT_DELETE" if version_id is None else "OBJECT_VERSION_DELETE")
        self._check_writable(bucket)
        stored = bucket.find(key) if version_id is None else bucket.version(key, version_id)
        if stored is None:
            raise _no_object(bucket, key)
        check_write(request, stored.etag)
        now = http_date(self.world.clock.now())
        if version_id is not None:
            bucket.objects.remove(stored)
            bucket.count(self.world.clock.now())
            told = {"version-id": version_id, "is-delete-marker": str(stored.deleted).lower()}
            return Response(204, None, {"last-modified": now, **told})
        marker = object_changes.delete_object(self.world, bucket, key)
        told = {"version-id": marker.version_id, "is-delete-marker": "true"} if marker else {}
        return Response(204, None, {"last-modified": now, **told})

    def rename_object(self, request: Request, user: User, namespace: str, name: str) -> Response:
        bucket = self._bucket(user, name, "OBJECT_CREATE", "OBJECT_OVERWRITE")
        self._check_writable(bucket)
        details = request.json()
        old, new = object_name(details.get("sourceName")), object_name(details.get("newName"))
        stored = bucket.find(old)
        if stored is None:
            raise _no_object(bucket, old)
        check_etags(stored.etag, details.get("srcObjIfMatchETag"), None)
        wanted, unwanted = details.get("newObjIfMatchETag"), details.get("newObjIfNoneMatchETag")
        check_etags(etag_of(bucket.find(new)), wanted, unwanted)
        if old == new:
            raise Refusal(400, "InvalidParameter", "The object has that name.")
        object_changes.rename_object(self.world, bucket, stored, new)
        return Response(200, None, written_headers(bucket, stored))

    def reencrypt_object(self, request: Request, user: User, namespace: str, name: str, key: str) -> Response:
        """One object's data key, at once, under the newest version of the bucket's key."""
        bucket = self._bucket(user, name, "OBJECT_READ", "OBJECT_OVERWRITE")
        self._check_writable(bucket)
        if any(request.json().values()):
            raise Refusal(501, "NotImplemented", "The simulator re-encrypts under the bucket's own key only.")
        stored = self._object(request, bucket, key)
        if bucket.kms_key_id is None:
            raise Refusal(400, "InvalidParameter", f"The bucket '{name}' has no kmsKeyId.")
        for needed in dict.fromkeys((stored.key_id, bucket.kms_key_id)):
            self._check_key(needed)
        object_changes.reencrypt_object(self.world, bucket, stored)
        return Response(200)

    def _check_writer(self, user: User, bucket: Bucket, key: str) -> None:
        """Whether the user may put an object there, which takes more where there is one. Raises Refusal."""
        permission = "OBJECT_OVERWRITE" if bucket.find(key) else "OBJECT_CREATE"
        if not user.may(permission, bucket.compartment_id):
            raise not_found()
        self._check_writable(bucket)
        self._check_key(self.world.wrapping(bucket)[0])


def _no_object(bucket: Bucket, key: str) -> Refusal:
    return Refusal(404, "ObjectNotFound", f"The object '{key}' was not found in the bucket '{bucket.name}'")
