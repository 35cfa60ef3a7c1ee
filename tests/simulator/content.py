# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an object is put with and given back with: its name, its headers, the digest of its content, ranges of it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from .clock import http_date
from .messages import Refusal, Request
from .storage import Bucket, StoredObject

#: Headers of an object, and what they are called in the details of an upload.
HEADERS = {
    "content-type": "contentType",
    "content-language": "contentLanguage",
    "content-encoding": "contentEncoding",
    "content-disposition": "contentDisposition",
    "cache-control": "cacheControl",
}
STORAGE_TIERS = ("Standard", "InfrequentAccess", "Archive")
_META = "opc-meta-"
#: Encryption that is not the bucket's: none of it is there, and to take it for granted would be a lie.
_NOT_SERVED = ("opc-sse-customer-key", "opc-sse-customer-algorithm", "opc-sse-kms-key-id")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def object_name(name: Any) -> str:
    """Raises Refusal on one that is none."""
    if isinstance(name, str) and 1 <= len(name.encode()) <= 1024 and not set(name) & set("\r\n\0"):
        return name
    raise Refusal(400, "InvalidObjectName", "An object's name must have 1 to 1024 bytes, and no line break or null.")


def check_content(request: Request) -> None:
    """Hold the content to the digests that came with it. Raises Refusal."""
    digests = {"content-md5": hashlib.md5(request.body, usedforsecurity=False).digest()}
    digests["opc-content-sha256"] = hashlib.sha256(request.body).digest()
    for header, digest in digests.items():
        told = request.headers.get(header)
        if told is None:
            continue
        try:
            if base64.b64decode(told, validate=True) == digest:
                continue
        except binascii.Error:
            pass
        raise Refusal(400, "UnmatchedContentMD5", f"The header {header} is not the content's.")


def check_served(request: Request) -> None:
    """Raises Refusal on encryption that is not the bucket's."""
    for header in _NOT_SERVED:
        if header in request.headers:
            raise Refusal(501, "NotImplemented", f"The simulator does not know {header}.")


def given_headers(request: Request, bucket: Bucket) -> dict[str, str]:
    """What PutObject says that the object is to be given back with. Raises Refusal."""
    headers = {name: value for name, value in request.headers.items() if name in HEADERS or name.startswith(_META)}
    headers["storage-tier"] = _tier(request.headers.get("storage-tier"), bucket)
    return headers


def detailed_headers(details: Mapping[str, Any], bucket: Bucket) -> dict[str, str]:
    """The same, of the details of an upload. Raises Refusal."""
    headers = {header: str(details[field]) for header, field in HEADERS.items() if details.get(field)}
    headers.update(metadata(details.get("metadata")))
    headers["storage-tier"] = _tier(details.get("storageTier"), bucket)
    return headers


def metadata(given: Any) -> dict[str, str]:
    """User-defined metadata as headers; clients name them with the prefix or without it. Raises Refusal."""
    if not isinstance(given or {}, dict):
        raise Refusal(400, "InvalidParameter", "metadata must be an object.")
    lower = {str(name).lower(): str(value) for name, value in (given or {}).items()}
    return {name if name.startswith(_META) else _META + name: value for name, value in lower.items()}


def without_metadata(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not name.startswith(_META)}


def _tier(tier: str | None, bucket: Bucket) -> str:
    tier = tier or bucket.storage_tier
    if tier not in STORAGE_TIERS:
        raise Refusal(400, "InvalidParameter", f"The storage tier must be one of {', '.join(STORAGE_TIERS)}.")
    return tier


def written_headers(bucket: Bucket, stored: StoredObject) -> dict[str, str]:
    """What the writer of an object is told of it."""
    headers = {"etag": stored.etag, "last-modified": http_date(stored.time_created)}
    headers.update({name: stored.headers[name] for name in _DIGESTS if name in stored.headers})
    if bucket.versioning == "Enabled":
        headers["version-id"] = stored.version_id
    return headers


def read_headers(bucket: Bucket, stored: StoredObject) -> dict[str, str]:
    """What its reader is told."""
    headers = {"content-type": "application/octet-stream", **stored.headers, "accept-ranges": "bytes"}
    if is_archived(stored):
        headers["archival-state"] = "Archived"
    digest = headers.pop("opc-content-md5", None)
    if digest is not None:
        headers["content-md5"] = digest
    return {**headers, "etag": stored.etag, "last-modified": http_date(stored.time_created), **_version(bucket, stored)}


def asked_headers(request: Request) -> dict[str, str]:
    """What the reader wants to be told instead."""
    asked = {header: f"httpResponse{field[0].upper()}{field[1:]}" for header, field in HEADERS.items()}
    asked["expires"] = "httpResponseExpires"
    return {header: request.query[name] for header, name in asked.items() if name in request.query}


def check_restored(stored: StoredObject) -> None:
    """An archived object must be restored before it is read, which the simulator does not do. Raises Refusal."""
    if is_archived(stored):
        raise Refusal(409, "NotRestored", f"The object '{stored.name}' is archived, and has not been restored.")


def is_archived(stored: StoredObject) -> bool:
    return stored.headers.get("storage-tier") == "Archive"


def _version(bucket: Bucket, stored: StoredObject) -> dict[str, str]:
    return {"version-id": stored.version_id} if bucket.versioning != "Disabled" else {}


_DIGESTS = ("opc-content-md5", "opc-multipart-md5")


def digest_of(stored: StoredObject) -> str:
    """The digest that lists tell."""
    return next((stored.headers[name] for name in _DIGESTS if name in stored.headers), md5(stored.content))


def range_of(request: Request, size: int) -> tuple[int, int] | None:
    """The first and the last byte that are wanted; None for all of it. Raises Refusal on a range that is outside."""
    match = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last or size), size - 1)
    if start > end:
        raise Refusal(416, "InvalidRange", "The range is not within the object.", {"content-range": f"bytes */{size}"})
    return start, end
