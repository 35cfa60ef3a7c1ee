# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists in pages: ``limit`` and ``page``, and ``opc-next-page`` in the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from .messages import Refusal, Request

Item = TypeVar("Item")


def page_of(items: Sequence[Item], request: Request, most: int) -> tuple[Sequence[Item], dict[str, str]]:
    """Return the wanted page and its headers. Raises Refusal on a limit or page that is none."""
    try:
        limit = min(int(request.query.get("limit", most)), most)
        start = int(request.query.get("page", "0"))
    except ValueError:
        raise Refusal(400, "InvalidParameter", "limit or page is not valid.") from None
    if limit < 1 or start < 0:
        raise Refusal(400, "InvalidParameter", "limit or page is not valid.")
    end = start + limit
    return items[start:end], {"opc-next-page": str(end)} if end < len(items) else {}
