# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP around the simulator: sockets, TLS, delays and broken connections. Nothing is decided here."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

from .control import Control
from .dispatch import Simulator
from .messages import Request, Response
from .signatures import NotAuthenticated, Verifier

_CONTROL = "/control"


class Server:
    """One for the services, and one for the control endpoints, which share it where there is no TLS."""

    def __init__(self, simulator: Simulator, verifier: Verifier) -> None:
        self.simulator = simulator
        self.control: Control | None = None
        self._verifier = verifier
        self._server: web.Server | None = None
        self._listeners: list[asyncio.Server] = []
        self._asleep: set[asyncio.Task[Any]] = set()

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Listen, and return the port."""
        loop = asyncio.get_running_loop()
        if self._server is None:
            self._server = web.Server(self._handle, access_log=None)
        listener = await loop.create_server(self._server, host, port, ssl=tls, backlog=1024)
        self._listeners.append(listener)
        found: int = listener.sockets[0].getsockname()[1]
        return found

    async def close(self) -> None:
        for listener in self._listeners:
            listener.close()
        if self._server is not None:
            for connection in self._server.connections:
                if connection.transport is not None:
                    connection.transport.abort()
            # Whoever sleeps would outlive the loop: aiohttp forgets it when its client hangs up.
            for sleeper in self._asleep:
                sleeper.cancel()
            await self._server.shutdown(1.0)
        # Transports close in the loop's next rounds.
        for _round in range(3):
            await asyncio.sleep(0)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.rel_url.raw_path
        headers = {name.lower(): value for name, value in request.headers.items()}
        if headers.get("expect", "").lower() == "100-continue" and request.transport is not None:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await request.content.read() if request.body_exists else b""
        if path == _CONTROL or path.startswith(_CONTROL + "/"):
            return self._told(request, path[len(_CONTROL) :], body)
        return await self._serve(request, path, headers, body)

    def _told(self, request: web.BaseRequest, path: str, body: bytes) -> web.Response:
        assert self.control is not None
        try:
            given = json.loads(body) if body else dict(request.query)
        except ValueError:
            status, told = 400, {"error": "the body is not JSON"}
        else:
            status, told = self.control.answer(request.method, path, given)
        return web.Response(status=status, body=json.dumps(told).encode(), content_type="application/json")

    async def _serve(
        self, request: web.BaseRequest, path: str, headers: dict[str, str], body: bytes
    ) -> web.StreamResponse:
        simulator = self.simulator
        principal = self._principal(request.method, request.raw_path, headers, body)
        asked = Request(request.method, path, dict(request.query), headers, body, principal)
        seen, fault, answer = simulator.begin(asked)
        if fault is None:
            response: Response | None = answer()
        else:
            if fault.kind == "delay_before":
                await self._sleep(fault.seconds)
            response = simulator.strike(seen, fault, asked, answer)
            if fault.kind == "delay_after":
                await self._sleep(fault.seconds)
        latency = simulator.world.settings.latency
        if latency > 0:
            await self._sleep(latency)
        if response is None:
            _break(request)
            return web.Response(status=500)
        if fault is not None and fault.kind == "truncated":
            return await _half(request, response)
        return _answer(request.method, response)

    async def _sleep(self, seconds: float) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._asleep.add(task)
        try:
            await asyncio.sleep(seconds)
        finally:
            self._asleep.discard(task)

    def _principal(self, method: str, target: str, headers: dict[str, str], body: bytes) -> str | None:
        simulator = self.simulator
        settings = simulator.world.settings
        if not settings.verify_signatures:
            return "admin"
        now = simulator.clock.unmoved() + settings.clock_skew
        try:
            return self._verifier.user_of(method, target, headers, body, simulator.users, now)
        except NotAuthenticated:
            return None


def _answer(method: str, response: Response) -> web.Response:
    content = b"" if method == "HEAD" else response.content()
    headers: CIMultiDict[str] = CIMultiDict(response.headers)
    if content and "content-type" not in headers:
        headers["content-type"] = "application/json"
    return web.Response(status=response.status, body=content or None, headers=headers)


async def _half(request: web.BaseRequest, response: Response) -> web.StreamResponse:
    """Send the headers and half of the content, and break the connection."""
    content = response.content() or b"{}"
    headers = {"content-type": "application/json", **response.headers, "content-length": str(len(content))}
    stream = web.StreamResponse(status=response.status, headers=headers)
    await stream.prepare(request)
    await stream.write(content[: len(content) // 2])
    if request.transport is not None:
        request.transport.close()
    return stream


def _break(request: web.BaseRequest) -> None:
    """Reset the connection: the client sees no answer and no orderly end."""
    transport = request.transport
    if transport is None:
        return
    connection: Any = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
