# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong on purpose, and with which call."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from . import odd_pages
from .messages import Request, Response
from .regions import HOME

KINDS = (
    "error_before",
    "error_after",
    "reset_before",
    "reset_after",
    "delay_before",
    "delay_after",
    "garbage",
    "huge",
    "no_headers",
    "no_etag",
    "no_date",
    "no_tags",
    "truncated",
    "hand_before",
    "hand_after",
    *odd_pages.KINDS,
)
HUGE = 64 << 20
#: Those that answer in the service's place.
REPLACES = ("error_before", "error_after", "garbage", "huge")

#: The code that comes with a status, unless a fault names another.
CODES = {
    400: "InvalidParameter",
    401: "NotAuthenticated",
    403: "NotAuthorized",
    404: "NotAuthorizedOrNotFound",
    409: "IncorrectState",
    412: "IfMatchFailed",
    413: "RequestEntityTooLarge",
    429: "TooManyRequests",
    503: "ServiceUnavailable",
}


@dataclass
class Fault:
    """What goes wrong with the next ``count`` calls of an operation (``*``: any), after the first ``skip``.

    ``kind`` is one of KINDS; before and after mean the effect. A ``count`` below 0 is for ever. ``seconds`` is in
    seconds, and so is ``retry_after`` where it is a number; a text is sent as it is.
    """

    operation: str
    kind: str
    count: int = 1
    skip: int = 0
    bucket: str | None = None
    #: Only where the path has this in it: a key's OCID, say.
    path: str | None = None
    region: str | None = None
    status: int = 500
    code: str = ""
    message: str = "An injected fault."
    seconds: float = 0.0
    retry_after: float | str | None = None
    #: What a foreign hand does: control requests, each as path and body.
    do: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        self.code = self.code or CODES.get(self.status, "InternalError")

    def strikes(self, operation: str, bucket: str | None, path: str = "", region: str = HOME) -> bool:
        if self.operation not in (operation, "*") or self.count == 0:
            return False
        if (self.bucket and self.bucket != bucket) or (self.path and self.path not in path):
            return False
        if self.region and self.region != region:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.count > 0:
            self.count -= 1
        return True

    def retry_after_header(self) -> str | None:
        if self.retry_after is None or isinstance(self.retry_after, str):
            return self.retry_after
        return f"{self.retry_after:g}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def fault_of(values: dict[str, Any], operations: set[str]) -> Fault:
    """Read one. Raises ValueError with what is wrong with it."""
    known = {field.name for field in fields(Fault)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"a fault has no {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    if values.get("operation") not in operations | {"*"}:
        raise ValueError(f"no such operation: {values.get('operation')}")
    if values.get("kind") not in KINDS:
        raise ValueError(f"no such kind of fault: {values.get('kind')}; there are {', '.join(KINDS)}")
    if (values["kind"] in ("hand_before", "hand_after")) != bool(values.get("do")):
        raise ValueError("a fault has do where its kind is hand_before or hand_after, and only there")
    return Fault(**values)


def struck(fault: Fault, request: Request, response: Response | None) -> Response | None:
    """What becomes of an answer; None is a connection that breaks."""
    if fault.kind in ("reset_before", "reset_after"):
        return None
    if fault.kind in ("error_before", "error_after"):
        after = fault.retry_after_header()
        headers = {} if after is None else {"retry-after": after}
        return Response(fault.status, {"code": fault.code, "message": fault.message}, headers)
    if fault.kind in ("garbage", "huge"):
        raw = b"<html>what?" if fault.kind == "garbage" else b'"' + b"x" * HUGE + b'"'
        return Response(200, None, {"content-type": "application/json"}, raw)
    assert response is not None
    if fault.kind == "no_headers":
        response.headers = {"content-type": "application/json"}
    if fault.kind in ("no_etag", "no_date"):
        name = fault.kind.removeprefix("no_")
        response.headers.pop(name, None)
        if isinstance(response.body, dict):
            response.body.pop(name, None)
    if fault.kind == "no_tags" and isinstance(response.body, dict):
        response.body.update(freeformTags=None, definedTags=None)
    if fault.kind in odd_pages.KINDS:
        odd_pages.disturb(fault.kind, request, response)
    return response
