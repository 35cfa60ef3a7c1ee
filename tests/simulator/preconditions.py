# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``if-match`` and ``if-none-match``, as Object Storage has them."""

from __future__ import annotations

from .messages import Refusal, Request, Response
from .storage import StoredObject


def check_write(request: Request, etag: str | None) -> None:
    """Hold a write to them. ``etag`` is of what is there now, None where nothing is. Raises Refusal."""
    check_etags(etag, request.headers.get("if-match"), request.headers.get("if-none-match"))


def check_etags(etag: str | None, wanted: str | None, unwanted: str | None) -> None:
    """The same with what the details of a request say. Raises Refusal."""
    _check_match(wanted, etag)
    if unwanted is None:
        return
    if unwanted != "*":
        raise Refusal(400, "InvalidParameter", "If-None-Match of a write can only be '*'.")
    if etag is not None:
        raise Refusal(412, "IfNoneMatchFailed", f"There is something already; its etag is '{etag}'.")


def check_read(request: Request, etag: str) -> None:
    """Hold a read to them: what the reader has already is not sent again. Raises Refusal."""
    _check_match(request.headers.get("if-match"), etag)
    if _etags(request.headers.get("if-none-match")) & {etag, "*"}:
        refusal = Refusal(304, "NotModified", "")
        refusal.response = Response(304, None, {"etag": etag})
        raise refusal


def etag_of(stored: StoredObject | None) -> str | None:
    return stored.etag if stored else None


def _check_match(wanted: str | None, etag: str | None) -> None:
    if wanted is not None and (etag is None or not _etags(wanted) & {etag, "*"}):
        raise Refusal(412, "IfMatchFailed", f"The If-Match header is '{wanted}', which is not the current etag.")


def _etags(header: str | None) -> set[str]:
    return {part.strip().strip('"') for part in (header or "").split(",")} - {""}
