# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests and answers, as the services speak them; no sockets."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Request:
    """``principal`` is the user that the signature proved, None where it proved nobody; header names are in lower case."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    principal: str | None = "admin"

    def json(self) -> dict[str, Any]:
        """The body as an object. Raises Refusal."""
        try:
            parsed = json.loads(self.body or b"{}")
        except ValueError:
            raise Refusal(400, "InvalidParameter", "The body is not JSON.") from None
        if not isinstance(parsed, dict):
            raise Refusal(400, "InvalidParameter", "The body is not an object.")
        return parsed


@dataclass
class Response:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    def content(self) -> bytes:
        if self.raw is not None:
            return self.raw
        return b"" if self.body is None else json.dumps(self.body).encode()


class Refusal(Exception):
    """An answer other than success, with OCI's code."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.response = Response(status, {"code": code, "message": message}, headers or {})


def not_found(what: str = "Authorization failed or requested resource not found.") -> Refusal:
    """OCI does not tell "not there" from "not allowed"."""
    return Refusal(404, "NotAuthorizedOrNotFound", what)
