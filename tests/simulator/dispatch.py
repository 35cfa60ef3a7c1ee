# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which operation a request is, and what goes wrong with it on purpose. Synchronous: the server adds the sockets."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from .clock import Clock, http_date
from .key_management import Identity, KeyManagement
from .messages import Refusal, Request, Response
from .object_storage import ObjectStorage
from .settings import Settings
from .users import Users
from .world import World

_B = r"/n/(?P<namespace>[^/]+)/b/(?P<name>[^/]+)"
_K = r"/20180608/keys/(?P<key_id>[^/]+)"
_W = r"/workRequests/(?P<work_request_id>[^/]+)"
_O = _B + r"/o/(?P<key>.+)"

ROUTES: list[tuple[str, str, str]] = [
    ("GET", _B, "GetBucket"),
    ("POST", _B, "UpdateBucket"),
    ("GET", _W, "GetWorkRequest"),
    ("POST", _B + "/actions/reencrypt", "ReencryptBucket"),
    ("GET", r"/n/?", "GetNamespace"),
    ("GET", r"/n/(?P<namespace>[^/]+)/b/?", "ListBuckets"),
    ("POST", r"/n/(?P<namespace>[^/]+)/b/?", "CreateBucket"),
    ("HEAD", _B, "HeadBucket"),
    ("DELETE", _B, "DeleteBucket"),
    ("GET", _B + r"/o/?", "ListObjects"),
    ("GET", _B + r"/objectversions", "ListObjectVersions"),
    ("PUT", _O, "PutObject"),
    ("GET", _O, "GetObject"),
    ("DELETE", _O, "DeleteObject"),
    ("GET", r"/workRequests/?", "ListWorkRequests"),
    ("DELETE", _W, "CancelWorkRequest"),
    ("GET", _W + "/errors", "ListWorkRequestErrors"),
    ("GET", _W + "/logs", "ListWorkRequestLogs"),
    ("GET", _K, "GetKey"),
    ("GET", r"/20180608/keys/?", "ListKeys"),
    ("GET", _K + r"/keyVersions/(?P<version_id>[^/]+)", "GetKeyVersion"),
    ("GET", _K + r"/keyVersions/?", "ListKeyVersions"),
    ("POST", _K + r"/keyVersions/?", "CreateKeyVersion"),
    ("POST", _K + "/actions/enable", "EnableKey"),
    ("POST", _K + "/actions/disable", "DisableKey"),
    ("POST", _K + "/actions/scheduleDeletion", "ScheduleKeyDeletion"),
    ("POST", _K + "/actions/cancelDeletion", "CancelKeyDeletion"),
    ("GET", r"/20180608/vaults/?", "ListVaults"),
    ("GET", r"/20180608/vaults/(?P<vault_id>[^/]+)", "GetVault"),
    ("GET", r"/20160918/compartments/?", "ListCompartments"),
    ("GET", r"/20160918/compartments/(?P<compartment_id>[^/]+)", "GetCompartment"),
]

_COMPILED = [(method, re.compile(pattern), name) for method, pattern, name in ROUTES]


def _method_name(operation: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()


@dataclass
class Fault:
    """What goes wrong with the next ``count`` calls of an operation, after the first ``skip``.

    ``kind``: error_before, error_after, reset_before, reset_after, garbage, huge, delay_before, delay_after (the effect).
    """

    operation: str
    kind: str
    count: int = 1
    skip: int = 0
    bucket: str | None = None
    status: int = 500
    code: str = "InternalError"
    seconds: float = 0.0

    def strikes(self, operation: str, bucket: str | None) -> bool:
        if self.operation not in (operation, "*") or self.count <= 0 or (self.bucket and self.bucket != bucket):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.count -= 1
        return True


@dataclass
class Outcome:
    """What the caller gets. ``response`` of None is a connection that breaks; delays are in seconds."""

    response: Response | None
    delay_before: float = 0.0
    delay_after: float = 0.0


@dataclass
class Seen:
    """A request, as the truth remembers it."""

    operation: str
    method: str
    path: str
    bucket: str | None
    principal: str
    client_request_id: str
    time: float
    status: int | None = None
    effect: bool = False


class Simulator:
    """All services over one world. ``seen`` is every request, in order."""

    def __init__(self, clock: Clock | None = None, settings: Settings | None = None, seed: int | None = None) -> None:
        self.clock = clock or Clock()
        self.world = World(self.clock, settings, seed)
        self.users = Users()
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        self._calls = 0
        self._wire()

    def _wire(self) -> None:
        services = (ObjectStorage(self.world), KeyManagement(self.world), Identity(self.world))
        self._operations: dict[str, Callable[..., Response]] = {}
        for _method, _pattern, operation in ROUTES:
            name = _method_name(operation)
            self._operations[operation] = next(getattr(service, name) for service in services if hasattr(service, name))

    def reset(self) -> None:
        """A new, empty world with the same settings object's defaults; users stay."""
        self.clock.offset = 0.0
        self.world = World(self.clock)
        self.faults = []
        self.seen = []
        self._wire()

    def route(self, request: Request) -> tuple[str, dict[str, str]]:
        for method, pattern, operation in _COMPILED:
            if method == request.method:
                match = pattern.fullmatch(request.path)
                if match:
                    return operation, {name: unquote(value) for name, value in match.groupdict().items()}
        raise Refusal(404, "NotFound", f"{request.method} {request.path} is no operation.")

    def begin(self, request: Request) -> tuple[Seen, Fault | None, Callable[[], Response]]:
        """Note the request, and find what is to go wrong with it; the effect is had by calling what is returned."""
        try:
            operation, names = self.route(request)
        except Refusal as refusal:
            answer = refusal.response
            seen = Seen("?", request.method, request.path, None, request.principal, "", self.clock.now())
            self.seen.append(seen)
            return seen, None, lambda: answer
        bucket = names.get("name")
        seen = Seen(
            operation,
            request.method,
            request.path,
            bucket,
            request.principal,
            request.headers.get("opc-client-request-id", ""),
            self.clock.now(),
        )
        self.seen.append(seen)
        self._calls += 1
        fault = next((one for one in self.faults if one.strikes(operation, bucket)), None)
        return seen, fault, lambda: self._answer(seen, request, operation, names)

    def _answer(self, seen: Seen, request: Request, operation: str, names: dict[str, str]) -> Response:
        try:
            self._throttle(operation)
            user = self.users.by_name[request.principal]
            if "namespace" in names and names["namespace"] != self.world.namespace:
                raise Refusal(
                    404, "NamespaceNotFound", "You do not have authorization, or the namespace does not exist."
                )
            response = self._operations[operation](request, user, **names)
            seen.effect = request.method not in ("GET", "HEAD")
        except Refusal as refusal:
            response = refusal.response
        seen.status = response.status
        return self._finish(request, response)

    def _throttle(self, operation: str) -> None:
        settings = self.world.settings
        if not settings.throttle_every or self._calls % settings.throttle_every:
            return
        if settings.throttle_operations and operation not in settings.throttle_operations:
            return
        headers = {"retry-after": f"{settings.retry_after:g}"} if settings.retry_after >= 0 else {}
        raise Refusal(429, "TooManyRequests", "Too many requests.", headers)

    def _finish(self, request: Request, response: Response) -> Response:
        response.headers.setdefault("opc-request-id", f"sim-{secrets.token_hex(8)}")
        client_request_id = request.headers.get("opc-client-request-id")
        if client_request_id:
            response.headers["opc-client-request-id"] = client_request_id
        response.headers["date"] = http_date(self.clock.now())
        return response

    def handle(self, request: Request) -> Outcome:
        """Answer in process, faults included. With a virtual clock, a delay lets its time pass here."""
        seen, fault, answer = self.begin(request)
        if fault is None:
            return Outcome(answer())
        before = fault.seconds if fault.kind == "delay_before" else 0.0
        after = fault.seconds if fault.kind == "delay_after" else 0.0
        if before:
            self.clock.advance(before)
        outcome = Outcome(self.strike(seen, fault, request, answer), before, after)
        if after:
            self.clock.advance(after)
        return outcome

    def strike(self, seen: Seen, fault: Fault, request: Request, answer: Callable[[], Response]) -> Response | None:
        """Let a fault have its way with an answer; None is a connection that breaks."""
        error = Response(fault.status, {"code": fault.code, "message": "An injected fault."})
        if fault.kind == "error_before":
            seen.status = fault.status
            return self._finish(request, error)
        if fault.kind == "reset_before":
            return None
        response = answer()
        if fault.kind == "error_after":
            return self._finish(request, error)
        if fault.kind == "reset_after":
            return None
        if fault.kind in ("garbage", "huge"):
            raw = b"<html>what?" if fault.kind == "garbage" else b'"' + b"x" * (64 << 20) + b'"'
            return self._finish(request, Response(200, None, {"content-type": "application/json"}, raw))
        return response

    def as_fault(self, values: dict[str, Any]) -> Fault:
        fault = Fault(**values)
        self.faults.append(fault)
        return fault
