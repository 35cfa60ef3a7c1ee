# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How requests travel: an answer is bounded in size and in time, and only the given CA bundle is trusted.

The SDK's timeouts bound each read of a socket, so an endpoint or a proxy that drips a byte now and then could hold a task
for ever; and to connect, each address that a host name has.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from typing import Any, Optional
from urllib.parse import urlsplit

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import is_loopback_name
from ansible_collections.rekey.oci.plugins.module_utils.common.threads import start
from ansible_collections.rekey.oci.plugins.module_utils.sdk.failures import ProxyRefused, came_by
from ansible_collections.rekey.oci.plugins.module_utils.sdk.network import Proxies

#: No answer that this collection asks for is near this size, in bytes.
LARGEST_ANSWER = 32 << 20

#: A header that no service sends: the answer was an empty list in so many words. The SDK makes one of other things too.
EMPTY_LIST = "x-rekey-empty-list"

#: A header that no service sends: the answer may have texts that are not plain.
UNCLEAN = "x-rekey-unclean"

_NOT_PLAIN = re.compile(rb"\\[ubfnrt]|[^\t\n\r -~]")

_answers = threading.local()

#: How often the watchdog looks, in seconds.
_TICK = 0.5


class AnswerTooLarge(Exception):
    """An answer of more than LARGEST_ANSWER bytes: no honest service sends one."""


class _Exchange:
    """A request under way, and by when (monotonic seconds) its answer must be there, whole."""

    __slots__ = ("by", "connection", "cut", "socket")

    def __init__(self, by: float) -> None:
        self.by = by
        self.connection: Any = None
        #: A connection forgets its socket where the answer's end is the connection's.
        self.socket: Any = None
        self.cut = False


class Watchdog:
    """Cuts the connections whose answers are overdue. One for each adapter; it sleeps while nothing is under way."""

    def __init__(self) -> None:
        self._under_way: dict[int, _Exchange] = {}
        self._lock = threading.Lock()
        self._thread: Optional[threading.Thread] = None

    def begin(self, seconds: float) -> _Exchange:
        exchange = _Exchange(time.monotonic() + seconds)
        with self._lock:
            self._under_way[threading.get_ident()] = exchange
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="rekey-watchdog", daemon=True)
                start(self._thread)
        return exchange

    def end(self) -> None:
        with self._lock:
            self._under_way.pop(threading.get_ident(), None)

    def uses(self, connection: Any) -> None:
        """Note the connection of the calling thread's request."""
        exchange = self._under_way.get(threading.get_ident())
        if exchange is not None:
            exchange.connection = connection
            exchange.socket = connection.sock

    def is_cut(self) -> bool:
        """Whether the calling thread's request was cut off."""
        with self._lock:
            exchange = self._under_way.get(threading.get_ident())
            return exchange is not None and exchange.cut

    def _watch(self) -> None:
        while True:
            time.sleep(_TICK)
            now = time.monotonic()
            # An exchange that ends meanwhile would leave its connection to another, which must not be cut.
            with self._lock:
                for exchange in self._under_way.values():
                    if now >= exchange.by and not exchange.cut:
                        # There may be nothing to cut yet, or no more: then the next look may find it.
                        exchange.cut = _cut(exchange.socket) or _cut(getattr(exchange.connection, "sock", None))


def _cut(found: Any) -> bool:
    """Wake whoever reads from the socket: closing it would not. Returns whether there was one to cut."""
    # TLS within the TLS of a proxy has the socket inside.
    found = getattr(found, "socket", found)
    if not isinstance(found, socket.socket):
        return False
    try:
        # The plain socket's own: TLS would wait for its peer's goodbye.
        socket.socket.shutdown(found, socket.SHUT_RDWR)
    except OSError:
        return False
    return True


def adapter_class(sdk: Any) -> Any:
    """Return the adapter's class, a child of that of the ``requests`` that the SDK comes with."""
    requests = sdk.base_client.requests

    def late() -> Exception:
        error: Exception = requests.exceptions.ReadTimeout("the answer was not there in time")
        return error

    class BoundedAdapter(requests.adapters.HTTPAdapter):  # type: ignore[misc, name-defined]
        """Reads an answer whole, but not more than LARGEST_ANSWER, and not for longer than its timeouts together."""

        def __init__(self, bundle: Optional[str], proxies: Proxies, **options: Any) -> None:
            self._bundle = bundle
            self._proxies = proxies
            self._watchdog = Watchdog()
            super().__init__(**options)

        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            super().init_poolmanager(*args, **options)
            _watched(self.poolmanager, self._watchdog)

        def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
            return _watched(super().proxy_manager_for(*args, **options), self._watchdog)

        def send(self, request: Any, **options: Any) -> Any:
            if self._bundle:
                # An environment variable would win over the session's setting.
                options["verify"] = self._bundle
            options["stream"] = True
            proxy = self._proxies.of(request.url)
            options["proxies"] = {urlsplit(request.url).scheme: proxy.url} if proxy else {}
            exchange = self._watchdog.begin(_seconds(options.get("timeout")))
            try:
                response = super().send(request, **options)
                _answers.count = answers() + 1
                content = _content(response)
            except AnswerTooLarge:
                raise
            except Exception as error:
                # With the watchdog's hands off it: it cuts first, and tells then.
                self._watchdog.end()
                if exchange.cut:
                    raise came_by(proxy, late()) from None
                came_by(proxy, error)
                raise
            finally:
                self._watchdog.end()
            if exchange.cut:
                raise came_by(proxy, late())
            for mark, found in ((EMPTY_LIST, content.strip() == b"[]"), (UNCLEAN, _NOT_PLAIN.search(content))):
                response.headers.pop(mark, None)
                if found:
                    response.headers[mark] = "true"
            response._content = content
            response._content_consumed = True
            return response

    return BoundedAdapter


def answers() -> int:
    """How many answers have come to the calling thread's requests, those that nobody understood too."""
    return getattr(_answers, "count", 0)


def _seconds(timeout: Any) -> float:
    return float(sum(timeout)) if isinstance(timeout, tuple) else float(timeout or 60.0)


def _content(response: Any) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(1 << 16):
        content += chunk
        if len(content) > LARGEST_ANSWER:
            response.close()
            raise AnswerTooLarge("an answer of more than %d bytes" % LARGEST_ANSWER)
    return bytes(content)


def _watched(manager: Any, watchdog: Watchdog) -> Any:
    """Have the manager's connections tell the watchdog that they are in use."""
    classes = manager.pool_classes_by_scheme
    if not any(getattr(pool.ConnectionCls, "watchdog", None) for pool in classes.values()):
        manager.pool_classes_by_scheme = {scheme: _watched_pool(pool, watchdog) for scheme, pool in classes.items()}
    return manager


def _watched_pool(pool_class: Any, watchdog: Watchdog) -> Any:
    parent = pool_class.ConnectionCls

    def connect(self: Any) -> None:
        # A proxy answers in here.
        watchdog.uses(self)
        parent.connect(self)

    def _tunnel(self: Any) -> None:
        try:
            parent._tunnel(self)
        except OSError as error:
            # As http.client says it; what the proxy says besides is left out.
            refusal = re.match(r"Tunnel connection failed: (\d{3})\b", str(error))
            raise (ProxyRefused(int(refusal.group(1))) if refusal else error) from None
        if watchdog.is_cut():
            # The end of the proxy's answer was taken for its whole.
            raise ConnectionAbortedError("the answer was not there in time")

    def _new_conn(self: Any) -> Any:
        return _connected(parent, self)

    def request(self: Any, *args: Any, **options: Any) -> None:
        watchdog.uses(self)
        parent.request(self, *args, **options)
        watchdog.uses(self)

    own = {"watchdog": watchdog, "connect": connect, "_tunnel": _tunnel, "_new_conn": _new_conn, "request": request}
    connection_class = type(parent.__name__, (parent,), own)
    return type(pool_class.__name__, (pool_class,), {"ConnectionCls": connection_class})


def _connected(parent: Any, connection: Any) -> Any:
    """Return a new socket for the connection. A host name's addresses share the timeout, which each would get in full."""
    host, seconds = connection._dns_host, connection.timeout
    if hasattr(connection, "_socks_options") or not isinstance(seconds, (int, float)):
        return parent._new_conn(connection)
    by = time.monotonic() + seconds
    addresses = _addresses(host.strip("[]"), connection.port)
    failure: Exception = OSError("the name has no address")
    try:
        for left in range(len(addresses), 0, -1):
            connection._dns_host = addresses[-left]
            connection.timeout = max((by - time.monotonic()) / left, 0.1)
            try:
                found = parent._new_conn(connection)
            except Exception as error:  # a connection's own kinds, of whichever release
                failure = error if left == len(addresses) else failure
                continue
            found.settimeout(seconds)
            return found
    finally:
        connection._dns_host, connection.timeout = host, seconds
    raise failure


def _addresses(host: str, port: int) -> list[str]:
    if is_loopback_name(host):
        # Not every system's resolver knows what is below localhost, and none is needed.
        return ["127.0.0.1", "::1"]
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)]
