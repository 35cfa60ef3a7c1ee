# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which operation a request is, and what goes wrong with it on purpose. Synchronous: the server adds the sockets."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from . import odd_pages
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
from .regions import HOME, region_of
from .routes import OPERATIONS, route
from .settings import Settings
from .streaming import Streaming
from .streams import Streams
from .tagging import Tagging
from .uploads import Uploads
from .users import Users
from .work_requests import WorkRequestOperations
from .world import World

_SERVICES: tuple[type, ...] = (
    ObjectStorage,
    Objects,
    Listings,
    Copies,
    Uploads,
    WorkRequestOperations,
    KeyManagement,
    Identity,
    Tagging,
)
#: Which service has an operation, and what its method is called.
_SERVED: dict[str, tuple[type, str]] = {
    operation: (next(kind for kind in (*_SERVICES, Streaming) if hasattr(kind, name)), name)
    for operation, name in OPERATIONS.items()
}
#: Below it is what Vault serves.
_VAULT = "/20180608/"


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
    region: str = HOME


class Simulator:
    """All services over one tenancy. ``world`` is its home region; ``seen`` is every request, in order."""

    def __init__(self, clock: Clock | None = None, settings: Settings | None = None, seed: int | None = None) -> None:
        self.clock = clock or Clock()
        self._start(World(self.clock, settings, seed))
        self.users = Users()
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        #: Does what a control request would; set by whoever has the control endpoints.
        self.hand: Callable[[str, Any], None] | None = None
        self._calls = 0

    def _start(self, world: World) -> None:
        """Begin with one region."""
        self.world = world
        self.streams = Streams(self.clock)
        self.events = Events(world, self.streams)
        self._operations: dict[str, dict[str, Callable[..., Response]]] = {}
        self._wire(world)

    def _wire(self, world: World) -> None:
        services = {kind: kind(world) for kind in _SERVICES}
        services[Streaming] = Streaming(world, self.streams)
        self._operations[world.region] = {
            operation: getattr(services[kind], name) for operation, (kind, name) in _SERVED.items()
        }

    def region(self, name: str) -> World:
        """A region's world. The tenancy subscribes to the region where it has not."""
        if name not in self.world.regions:
            self._wire(World(self.clock, region=name, home=self.world))
        return self.world.regions[name]

    def reset(self) -> None:
        """A new, empty world with default settings, and only the user admin."""
        self.clock.offset = 0.0
        self._start(World(self.clock))
        self.users = Users()
        self.faults = []
        self.seen = []
        self._calls = 0

    def begin(self, request: Request) -> tuple[Seen, Fault | None, Callable[[], Response]]:
        """Note the request, and find what is to go wrong with it; the effect is had by calling what is returned."""
        operation, names = route(request)
        bucket = names.get("name")
        seen = Seen(
            operation,
            request.method,
            request.path,
            bucket,
            request.principal,
            request.headers.get("opc-client-request-id", ""),
            self.clock.now(),
            region=region_of(request.headers.get("host", "")),
        )
        self.seen.append(seen)
        self._calls += 1
        throttled = self._throttled(operation)
        fault = None
        if self.faults:
            path = unquote(request.path)
            fault = next((one for one in self.faults if one.strikes(operation, bucket, path, seen.region)), None)
        return seen, fault, lambda: self._answer(seen, request, names, throttled)

    def _answer(self, seen: Seen, request: Request, names: dict[str, str], throttled: bool) -> Response:
        try:
            response = self._perform(seen, request, names, throttled)
            seen.effect = request.method not in ("GET", "HEAD")
            if seen.operation == "UpdateBucket" and seen.region == HOME:
                self.events.bucket_updated(names["name"])
        except Refusal as refusal:
            response = refusal.response
        seen.status = response.status
        return self._finish(request, response)

    def _perform(self, seen: Seen, request: Request, names: dict[str, str], throttled: bool) -> Response:
        user, operations = self.users.by_name.get(request.principal or ""), self._operations.get(seen.region)
        # A region that the tenancy has not subscribed to knows none of its users.
        if user is None or operations is None:
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
        if seen.operation not in OPERATIONS:
            what = f"{request.method} {request.path}" if seen.operation == "?" else seen.operation
            raise Refusal(501, "NotImplemented", f"The simulator does not serve {what}.")
        request, past_end = odd_pages.understood(request)
        if "namespace" in names and names["namespace"] != self.world.namespace:
            raise Refusal(404, "NamespaceNotFound", "You do not have authorization, or the namespace does not exist.")
        response = operations[seen.operation](request, user, **names)
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
        fault = fault_of(values, set(OPERATIONS))
        if fault.do and self.hand is None:
            raise ValueError("a foreign hand needs the control endpoints")
        self.faults.append(fault)
        return fault
