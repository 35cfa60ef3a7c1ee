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

from . import odd_pages, tagging
from .clock import Clock, http_date
from .copying import Copies
from .events import Events
from .faults import REPLACES, Fault, fault_of, struck
from .identity import Identity
from .key_management import KeyManagement
from .listings import Listings
from .messages import Refusal, Request, Response
from .object_storage import ObjectStorage
from .objects import Objects
from .settings import Settings
from .streaming import Streaming
from .streams import Streams
from .uploads import Uploads
from .users import Users
from .work_requests import WorkRequestOperations
from .world import World

_B = r"/n/(?P<namespace>[^/]+)/b/(?P<name>[^/]+)"
_K = r"/20180608/keys/(?P<key_id>[^/]+)"
_W = r"/workRequests/(?P<work_request_id>[^/]+)"
_S = r"/20180418/streams/(?P<stream_id>[^/]+)"
_O = _B + r"/o/(?P<key>.+)"
_U = _B + r"/u/(?P<key>.+)"

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
    ("HEAD", _O, "HeadObject"),
    ("POST", _B + r"/actions/renameObject/?", "RenameObject"),
    ("POST", _B + r"/actions/copyObject/?", "CopyObject"),
    ("POST", _B + r"/actions/reencrypt/(?P<key>.+)", "ReencryptObject"),
    ("POST", _B + r"/actions/makeBucketWritable/?", "MakeBucketWritable"),
    ("POST", _B + r"/u/?", "CreateMultipartUpload"),
    ("GET", _B + r"/u/?", "ListMultipartUploads"),
    ("PUT", _U, "UploadPart"),
    ("GET", _U, "ListMultipartUploadParts"),
    ("POST", _U, "CommitMultipartUpload"),
    ("DELETE", _U, "AbortMultipartUpload"),
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
    ("GET", r"/20180418/streams/?", "ListStreams"),
    ("POST", r"/20180418/streams/?", "CreateStream"),
    ("GET", _S, "GetStream"),
    ("DELETE", _S, "DeleteStream"),
    ("POST", _S + "/messages", "PutMessages"),
    ("GET", _S + "/messages", "GetMessages"),
    ("POST", _S + "/cursors", "CreateCursor"),
    ("POST", _S + "/groupCursors", "CreateGroupCursor"),
    ("POST", _S + "/commit", "ConsumerCommit"),
    ("POST", _S + "/heartbeat", "ConsumerHeartbeat"),
    ("GET", _S + "/groups/(?P<group_name>[^/]+)", "GetGroup"),
    *tagging.ROUTES,
]

OPERATIONS = {operation for _method, _pattern, operation in ROUTES}
_COMPILED = [(method, re.compile(pattern), name) for method, pattern, name in ROUTES]


#: Below it is what Vault serves.
_VAULT = "/20180608/"


def _method_name(operation: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()


@dataclass
class Outcome:
    """What the caller gets. ``response`` of None is a connection that breaks; delays are in seconds."""

    response: Response | None
    delay_before: float = 0.0
    delay_after: float = 0.0


@dataclass
class Seen:
    """A request, as the truth remembers it. ``status`` is what the client was told: None where the connection broke."""

    operation: str
    method: str
    path: str
    bucket: str | None
    principal: str | None
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
        #: Does what a control request would; set by whoever has the control endpoints.
        self.hand: Callable[[str, Any], None] | None = None
        self._calls = 0
        self._wire()

    def _wire(self) -> None:
        self.streams = Streams(self.clock)
        self.events = Events(self.world, self.streams)
        services = (
            ObjectStorage(self.world),
            Objects(self.world),
            Listings(self.world),
            Copies(self.world),
            Uploads(self.world),
            WorkRequestOperations(self.world),
            KeyManagement(self.world),
            Identity(self.world),
            Streaming(self.world, self.streams),
            tagging.Tagging(self.world),
        )
        self._operations: dict[str, Callable[..., Response]] = {}
        for operation in OPERATIONS:
            name = _method_name(operation)
            self._operations[operation] = next(getattr(service, name) for service in services if hasattr(service, name))

    def reset(self) -> None:
        """A new, empty world with default settings, and only the user admin."""
        self.clock.offset = 0.0
        self.world = World(self.clock)
        self.users = Users()
        self.faults = []
        self.seen = []
        self._calls = 0
        self._wire()

    def route(self, request: Request) -> tuple[str, dict[str, str]] | None:
        for method, pattern, operation in _COMPILED:
            if method == request.method:
                match = pattern.fullmatch(request.path)
                if match:
                    return operation, {name: unquote(value) for name, value in match.groupdict().items()}
        return None

    def begin(self, request: Request) -> tuple[Seen, Fault | None, Callable[[], Response]]:
        """Note the request, and find what is to go wrong with it; the effect is had by calling what is returned."""
        operation, names = self.route(request) or ("?", {})
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
        throttled = self._throttled(operation)
        fault = None
        if self.faults:
            fault = next((one for one in self.faults if one.strikes(operation, bucket, unquote(request.path))), None)
        return seen, fault, lambda: self._answer(seen, request, names, throttled)

    def _answer(self, seen: Seen, request: Request, names: dict[str, str], throttled: bool) -> Response:
        try:
            response = self._perform(seen.operation, request, names, throttled)
            seen.effect = request.method not in ("GET", "HEAD")
            if seen.operation == "UpdateBucket":
                self.events.bucket_updated(names["name"])
        except Refusal as refusal:
            response = refusal.response
        seen.status = response.status
        return self._finish(request, response)

    def _perform(self, operation: str, request: Request, names: dict[str, str], throttled: bool) -> Response:
        user = self.users.by_name.get(request.principal or "")
        if user is None:
            raise Refusal(
                401,
                "NotAuthenticated",
                "The required information to complete authentication was not provided or was incorrect.",
            )
        if throttled:
            after = self.world.settings.retry_after
            raise Refusal(
                429, "TooManyRequests", "Too many requests.", {"retry-after": f"{after:g}"} if after >= 0 else {}
            )
        if operation == "?":
            raise Refusal(404, "NotFound", f"{request.method} {request.path} is no operation.")
        request, past_end = odd_pages.understood(request)
        if "namespace" in names and names["namespace"] != self.world.namespace:
            raise Refusal(404, "NamespaceNotFound", "You do not have authorization, or the namespace does not exist.")
        response = self._operations[operation](request, user, **names)
        return odd_pages.without_entries(response) if past_end else response

    def _throttled(self, operation: str) -> bool:
        settings = self.world.settings
        if not settings.throttle_every or self._calls % settings.throttle_every:
            return False
        return not settings.throttle_operations or operation in settings.throttle_operations

    def _finish(self, request: Request, response: Response) -> Response:
        response.headers.setdefault("opc-request-id", f"sim-{secrets.token_hex(8)}")
        client_request_id = request.headers.get("opc-client-request-id")
        if client_request_id:
            response.headers["opc-client-request-id"] = client_request_id
        settings = self.world.settings
        skew = settings.vault_skew if request.path.startswith(_VAULT) else 0.0
        response.headers["date"] = http_date(self.clock.now() + skew)
        if response.status >= 400 and settings.odd_text and response.body:
            response.body = {**response.body, "message": settings.odd_text + response.body["message"]}
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
        if fault.kind == "hand_before":
            self._do(fault)
        response = None if fault.kind in ("error_before", "reset_before") else answer()
        if fault.kind == "hand_after":
            self._do(fault)
        response = struck(fault, request, response)
        if fault.kind in REPLACES and response is not None:
            response = self._finish(request, response)
        seen.status = response.status if response is not None and fault.kind != "truncated" else None
        return response

    def _do(self, fault: Fault) -> None:
        assert self.hand is not None
        for path, body in (fault.do or {}).items():
            self.hand(path, body)

    def add_fault(self, values: dict[str, Any]) -> Fault:
        """Inject one. Raises ValueError with what is wrong with it."""
        fault = fault_of(values, OPERATIONS)
        if fault.do and self.hand is None:
            raise ValueError("a foreign hand needs the control endpoints")
        self.faults.append(fault)
        return fault
