# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Multipart uploads: begun, sent part by part, then committed or aborted. State only.

A re-encryption reaches objects alone. Which version wraps what an upload becomes is not documented: see the setting
``upload_version``. An object has one data key here; where its parts are under several, the one that came first counts,
so that no object is current that has a part which is not.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from .keys import KeyVersion
from .storage import Bucket, Part, StoredObject, Upload
from .world import World


def begin(world: World, bucket: Bucket, name: str, headers: dict[str, str] | None = None) -> Upload:
    key_id, version = world.wrapping(bucket)
    upload = Upload(
        f"{world.token(8)}-{world.token(24)}", name, world.clock.now(), key_id, version, dict(headers or {})
    )
    bucket.uploads[upload.id] = upload
    return upload


def put_part(world: World, bucket: Bucket, upload: Upload, number: int, content: bytes) -> Part:
    """Add a part, in place of one of the same number."""
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    part = Part(number, world.new_etag(), content, digest, *world.wrapping(bucket))
    upload.parts.pop(number, None)
    upload.parts[number] = part
    return part


def wrapping(world: World, bucket: Bucket, upload: Upload, numbers: Sequence[int]) -> tuple[str | None, KeyVersion]:
    """What wraps the object that these parts of it become, were it committed now."""
    when = world.settings.upload_version
    if when == "creation":
        return upload.key_id, upload.key_version
    if when == "part":
        first = next(part for part in upload.parts.values() if part.number in numbers)
        return first.key_id, first.key_version
    return world.wrapping(bucket)


def commit(world: World, bucket: Bucket, upload: Upload, numbers: Sequence[int]) -> StoredObject:
    """Make an object of these parts."""
    content = b"".join(upload.parts[number].content for number in sorted(numbers))
    headers = {**upload.headers, "opc-multipart-md5": multipart_md5(upload, numbers)}
    stored = world.put_object(bucket, upload.name, content, headers, wrapping(world, bucket, upload, numbers))
    del bucket.uploads[upload.id]
    return stored


def abort(bucket: Bucket, upload: Upload) -> None:
    del bucket.uploads[upload.id]


def multipart_md5(upload: Upload, numbers: Sequence[int]) -> str:
    """The base64 of the MD5 of the parts' MD5s, and how many they are."""
    digests = b"".join(upload.parts[number].md5 for number in sorted(numbers))
    return f"{encoded(hashlib.md5(digests, usedforsecurity=False).digest())}-{len(numbers)}"


def encoded(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
