# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of multipart uploads: paths, permissions, JSON."""

from __future__ import annotations

from typing import Any

from . import multipart
from .access import Access
from .clock import rfc3339
from .content import check_content, check_served, detailed_headers, object_name, written_headers
from .messages import Refusal, Request, Response
from .paging import page_of, page_of_names
from .preconditions import check_write, etag_of
from .storage import Bucket, Upload
from .users import User

MOST_PARTS = 10_000
#: Who writes by parts may have to overwrite: both are asked for, whatever is there.
_WRITE = ("OBJECT_CREATE", "OBJECT_OVERWRITE")


class Uploads(Access):
    def create_multipart_upload(self, request: Request, user: User, namespace: str, name: str) -> Response:
        bucket = self._bucket(user, name, *_WRITE)
        self._check_writable(bucket)
        check_served(request)
        details = request.json()
        key = object_name(details.get("object"))
        self._check_key(self.world.wrapping(bucket)[0])
        check_write(request, etag_of(bucket.find(key)))
        upload = multipart.begin(self.world, bucket, key, detailed_headers(details, bucket))
        return Response(200, self._whole(bucket, upload), {"location": f"{request.path}/{upload.id}"})

    def _whole(self, bucket: Bucket, upload: Upload) -> dict[str, Any]:
        return {
            "namespace": bucket.namespace,
            "bucket": bucket.name,
            "object": upload.name,
            "uploadId": upload.id,
            "timeCreated": rfc3339(upload.time_created),
            "storageTier": upload.headers.get("storage-tier", bucket.storage_tier),
        }

    def list_multipart_uploads(self, request: Request, user: User, namespace: str, name: str) -> Response:
        bucket = self._bucket(user, name, "BUCKET_READ")
        ids, headers = page_of_names(sorted(bucket.uploads), request, self.world.settings.page_limit)
        return Response(200, [self._whole(bucket, bucket.uploads[one]) for one in ids], headers)

    def _upload(self, request: Request, bucket: Bucket, key: str) -> Upload:
        upload_id = request.query.get("uploadId", "")
        upload = bucket.uploads.get(upload_id)
        if upload is None or upload.name != key:
            raise Refusal(404, "NoSuchUpload", f"The upload '{upload_id}' of the object '{key}' is not open.")
        return upload

    def upload_part(self, request: Request, user: User, namespace: str, name: str, key: str) -> Response:
        bucket = self._bucket(user, name, *_WRITE)
        self._check_writable(bucket)
        check_served(request)
        upload = self._upload(request, bucket, key)
        told = request.query.get("uploadPartNum", "")
        number = int(told) if told.isdecimal() else 0
        if not 1 <= number <= MOST_PARTS:
            raise Refusal(400, "InvalidParameter", f"uploadPartNum must be between 1 and {MOST_PARTS}.")
        self._check_key(self.world.wrapping(bucket)[0])
        check_content(request)
        before = upload.parts.get(number)
        check_write(request, before.etag if before else None)
        part = multipart.put_part(self.world, bucket, upload, number, request.body)
        return Response(200, None, {"etag": part.etag, "opc-content-md5": multipart.encoded(part.md5)})

    def list_multipart_upload_parts(
        self, request: Request, user: User, namespace: str, name: str, key: str
    ) -> Response:
        bucket = self._bucket(user, name, "OBJECT_INSPECT")
        upload = self._upload(request, bucket, key)
        page, headers = page_of(sorted(upload.parts), request, self.world.settings.page_limit)
        parts = [upload.parts[number] for number in page]
        body = [
            {
                "etag": part.etag,
                "md5": multipart.encoded(part.md5),
                "size": len(part.content),
                "partNumber": part.number,
            }
            for part in parts
        ]
        return Response(200, body, headers)

    def commit_multipart_upload(self, request: Request, user: User, namespace: str, name: str, key: str) -> Response:
        bucket = self._bucket(user, name, *_WRITE)
        self._check_writable(bucket)
        check_served(request)
        upload = self._upload(request, bucket, key)
        numbers = _parts_to_commit(request, upload)
        self._check_key(multipart.wrapping(self.world, bucket, upload, numbers)[0])
        check_write(request, etag_of(bucket.find(key)))
        stored = multipart.commit(self.world, bucket, upload, numbers)
        return Response(200, None, written_headers(bucket, stored))

    def abort_multipart_upload(self, request: Request, user: User, namespace: str, name: str, key: str) -> Response:
        bucket = self._bucket(user, name, "OBJECT_DELETE")
        self._check_writable(bucket)
        multipart.abort(bucket, self._upload(request, bucket, key))
        return Response(204)


def _parts_to_commit(request: Request, upload: Upload) -> list[int]:
    """The numbers of the parts that are to be committed: each part is either committed or excluded. Raises Refusal."""
    details = request.json()
    wanted = details.get("partsToCommit")
    excluded = details.get("partsToExclude") or []
    if not isinstance(wanted, list) or not wanted or not isinstance(excluded, list):
        raise Refusal(400, "InvalidParameter", "partsToCommit must be a list of parts.")
    numbers = []
    for part in wanted:
        number = part.get("partNum") if isinstance(part, dict) else None
        known = upload.parts.get(number) if isinstance(number, int) else None
        if known is None or part.get("etag") != known.etag:
            raise Refusal(400, "InvalidUploadPart", f"The part {number} is not there, or its etag is another.")
        numbers.append(known.number)
    if len(set(numbers)) != len(numbers) or set(numbers) & set(excluded):
        raise Refusal(400, "InvalidUploadPart", "A part is named twice.")
    if set(upload.parts) - set(numbers) - set(excluded):
        raise Refusal(400, "InvalidUploadPart", "Each part must be in partsToCommit or in partsToExclude.")
    return numbers
