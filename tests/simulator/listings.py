# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists of objects and of their versions: what is wanted of them, in the order of their names.

Names are ordered by their bytes in UTF-8, as code points are.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from typing import Any

from .access import Access
from .clock import rfc3339
from .content import digest_of, is_archived
from .messages import Refusal, Request, Response
from .paging import limit_of
from .storage import StoredObject
from .users import User

_FIELDS = ("name", "size", "etag", "md5", "timeCreated", "timeModified", "storageTier", "archivalState")


class Listings(Access):
    def list_objects(self, request: Request, user: User, namespace: str, name: str) -> Response:
        bucket = self._bucket(user, name, "OBJECT_INSPECT")
        fields = _fields_of(request)
        limit = limit_of(request, self.world.settings.page_limit)
        objects: list[dict[str, Any]] = []
        prefixes: list[str] = []
        body: dict[str, Any] = {"objects": objects, "prefixes": prefixes}
        found = sorted(bucket.live(), key=lambda stored: stored.name)
        for entry, stored in _entries(found, request):
            if len(objects) + len(prefixes) == limit:
                body["nextStartWith"] = entry
                break
            if stored is None:
                prefixes.append(entry)
            else:
                objects.append(_summary(stored, fields))
        return Response(200, body)

    def list_object_versions(self, request: Request, user: User, namespace: str, name: str) -> Response:
        """By name, and the newest of a name first. A page token is what was told last, so that none is lost."""
        bucket = self._bucket(user, name, "OBJECT_INSPECT")
        fields = _fields_of(request)
        limit = limit_of(request, self.world.settings.page_limit)
        last_name, last_version = _told_last(request.query.get("page"))
        items: list[dict[str, Any]] = []
        prefixes: list[str] = []
        newest_first = list(reversed(bucket.objects))
        found = sorted(newest_first, key=lambda stored: stored.name)
        if last_name is not None:
            ids = [stored.version_id for stored in found if stored.name == last_name]
            done = ids[: ids.index(last_version) + 1] if last_version in ids else []
            found = [one for one in found if one.name >= last_name and one.version_id not in done]
        headers: dict[str, str] = {}
        entries = [entry for entry in _entries(found, request) if last_version or entry[0] != last_name]
        for number, (entry, stored) in enumerate(entries):
            if stored is None:
                prefixes.append(entry)
            else:
                items.append(_version(stored, fields))
            if number + 1 == limit and number + 1 < len(entries):
                headers["opc-next-page"] = _page_after(entry, stored)
                break
        return Response(200, {"items": items, "prefixes": prefixes}, headers)


def _entries(found: Iterable[StoredObject], request: Request) -> Iterator[tuple[str, StoredObject | None]]:
    """What is wanted of objects in order: their names with them, and each common prefix once, with none."""
    query = request.query
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    if delimiter not in ("", "/"):
        raise Refusal(400, "InvalidParameter", "The delimiter can only be '/'.")
    start, end, after = query.get("start", ""), query.get("end"), query.get("startAfter")
    if start and after is not None:
        raise Refusal(400, "InvalidParameter", "start and startAfter exclude each other.")
    told = None
    for stored in found:
        name = stored.name
        if not name.startswith(prefix) or (end is not None and name >= end):
            continue
        directory, slash, _rest = name[len(prefix) :].partition("/")
        entry = prefix + directory + slash if delimiter and slash else name
        # A common prefix is behind the start if what is in it is: a page may begin with one.
        if (name < start and entry < start) or (after is not None and entry <= after):
            continue
        if entry == name and not (delimiter and slash):
            yield name, stored
        elif entry != told:
            told = entry
            yield entry, None


def _fields_of(request: Request) -> set[str]:
    fields = [field.strip() for field in request.query.get("fields", "").split(",") if field.strip()]
    unknown = [field for field in fields if field not in _FIELDS]
    if unknown:
        raise Refusal(400, "InvalidParameter", f"fields has no {', '.join(unknown)}.")
    return {"name", *fields}


def _all(stored: StoredObject) -> dict[str, Any]:
    return {
        "name": stored.name,
        "size": stored.size,
        "etag": stored.etag,
        "md5": digest_of(stored),
        "timeCreated": rfc3339(stored.time_created),
        "timeModified": rfc3339(stored.time_created),
        "storageTier": stored.headers.get("storage-tier"),
        "archivalState": "Archived" if is_archived(stored) else None,
    }


def _summary(stored: StoredObject, fields: set[str]) -> dict[str, Any]:
    return {field: value for field, value in _all(stored).items() if field in fields}


def _version(stored: StoredObject, fields: set[str]) -> dict[str, Any]:
    # Its version, its marker and its times are told unasked.
    told = _summary(stored, fields | {"timeCreated", "timeModified"})
    return {**told, "versionId": stored.version_id, "isDeleteMarker": stored.deleted}


def _page_after(entry: str, stored: StoredObject | None) -> str:
    return base64.urlsafe_b64encode(f"{stored.version_id if stored else ''}/{entry}".encode()).decode()


def _told_last(page: str | None) -> tuple[str | None, str]:
    if page is None:
        return None, ""
    try:
        version_id, slash, name = base64.b64decode(page, altchars=b"-_", validate=True).decode().partition("/")
    except (binascii.Error, UnicodeDecodeError):
        slash = ""
    if not slash:
        raise Refusal(400, "InvalidParameter", "page is not valid.")
    return name, version_id
