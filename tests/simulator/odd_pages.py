# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists that a client does not expect: pages without entries, entries that come twice, pages that never end."""

from __future__ import annotations

import itertools
from typing import Any

from .messages import Request, Response

KINDS = ("empty_page", "duplicates", "endless", "endless_repeat")
#: In front of page tokens of ours, which no page of a list begins with. A number makes each new; the page follows.
_OURS = "~"
_END = "~end"
_numbers = itertools.count(1)


def _token(page: str) -> str:
    return f"{_OURS}{next(_numbers)}{_OURS}{page}"


def understood(request: Request) -> tuple[Request, bool]:
    """The request with the page that a token of ours stands for, and whether that page is past the list's end."""
    page = request.query.get("page", "")
    if not page.startswith(_OURS):
        return request, False
    meant = page.removeprefix(_OURS).partition(_OURS)[2]
    query = {name: value for name, value in request.query.items() if name != "page"}
    if meant and meant != _END:
        query["page"] = meant
    return Request(request.method, request.path, query, request.headers, request.body, request.principal), meant == _END


def _entries(body: Any) -> list[Any] | None:
    """The entries of a list's answer, to be changed in place; None where it is none."""
    if isinstance(body, dict):
        body = body.get("objects", body.get("items"))
    return body if isinstance(body, list) else None


def without_entries(response: Response) -> Response:
    """A list's answer past its end."""
    entries = _entries(response.body)
    if entries is not None:
        entries.clear()
        response.headers.pop("opc-next-page", None)
    return response


def disturb(kind: str, request: Request, response: Response) -> None:
    """Make a list's answer odd, in place. Any other answer is left as it is."""
    entries = _entries(response.body) if response.status == 200 else None
    if entries is None:
        return
    names = (
        [entry["name"] for entry in entries] if isinstance(response.body, dict) and "objects" in response.body else None
    )
    if kind == "duplicates":
        entries += list(entries)
    elif kind == "empty_page":
        entries.clear()
        _go_on(response, names, understood(request)[0].query.get("page", ""), names and names[0])
    elif kind == "endless_repeat" and not _goes_on(response):
        _go_on(response, names, "", names and names[0])
    elif kind == "endless" and not _goes_on(response):
        last = names[-1] if names else request.query.get("start", "")
        _go_on(response, names, _END, f"{last}\x7f")


def _goes_on(response: Response) -> bool:
    return "opc-next-page" in response.headers or (isinstance(response.body, dict) and "nextStartWith" in response.body)


def _go_on(response: Response, names: list[str] | None, page: str, name: Any) -> None:
    """Say that there is a next page: by a token, or where objects are listed by the name that it starts with."""
    if names is None:
        response.headers["opc-next-page"] = _token(page)
    elif name:
        response.body["nextStartWith"] = name
