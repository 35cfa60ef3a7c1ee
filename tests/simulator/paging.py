# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists in pages: ``limit`` and ``page``, and ``opc-next-page`` in the answer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeVar

from .messages import Refusal, Request

Item = TypeVar("Item")


def limit_of(request: Request, most: int) -> int:
    """How many items are wanted. Raises Refusal on a limit that is none."""
    try:
        limit = int(request.query.get("limit", most))
    except ValueError:
        limit = 0
    if limit < 1:
        raise Refusal(400, "InvalidParameter", "limit is not valid.")
    return min(limit, most)


def page_of_names(names: Sequence[str], request: Request, most: int) -> tuple[Sequence[str], dict[str, str]]:
    """A page of sorted names; its token is the last name, so that no page loses one when others come or go."""
    start = bisect_right(names, request.query["page"]) if "page" in request.query else 0
    page = names[start : start + limit_of(request, most)]
    return page, {"opc-next-page": page[-1]} if start + len(page) < len(names) else {}


def page_of(items: Sequence[Item], request: Request, most: int) -> tuple[Sequence[Item], dict[str, str]]:
    """Return the wanted page and its headers. Raises Refusal on a limit or page that is none."""
    limit = limit_of(request, most)
    page = request.query.get("page", "0")
    if not page.isdecimal():
        raise Refusal(400, "InvalidParameter", "page is not valid.")
    start = int(page)
    end = start + limit
    return items[start:end], {"opc-next-page": str(end)} if end < len(items) else {}
