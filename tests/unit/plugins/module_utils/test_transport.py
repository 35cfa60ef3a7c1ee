# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that never end are cut, and huge ones refused, whatever the endpoint does. Real sockets on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from ansible_collections.rekey.oci.plugins.module_utils.sdk import failures, transport
from ansible_collections.rekey.oci.plugins.module_utils.sdk.loading import import_sdk
from ansible_collections.rekey.oci.plugins.module_utils.sdk.network import Proxies

SDK = import_sdk()
requests = SDK.base_client.requests

#: Said to be the connection's last, as it is: else the next call may be sent on it before its end is seen.
WHOLE = b'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 4\r\n\r\n"ok"'


@contextlib.contextmanager
def endpoint(answers: list[tuple[bytes, bytes]]) -> Iterator[str]:
    """Answer each connection with bytes at once, then with others again and again, one every tenth of a second."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        for at_once, again in answers:
            connection, _peer = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(1 << 16)
                connection.sendall(at_once)
                while again and not over.wait(0.1):
                    connection.sendall(again)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield "http://127.0.0.1:%d/" % listener.getsockname()[1]
    finally:
        over.set()
        thread.join(10)
        listener.close()


def session() -> Any:
    made = requests.Session()
    adapter = transport.adapter_class(SDK)(None, Proxies(requests))
    made.mount("http://", adapter)
    made.mount("https://", adapter)
    return made


@pytest.mark.parametrize(
    ("at_once", "again"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n", b"x-more: again\r\n", id="headers without end"),
        pytest.param(b"", b"H", id="a status line without end"),
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", b" ", id="a body that drips"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", b" ", id="a body without length"),
    ],
)
def test_a_dripping_answer_is_cut(at_once: bytes, again: bytes) -> None:
    with endpoint([(at_once, again)]) as url, pytest.raises(requests.exceptions.ReadTimeout):
        session().get(url, timeout=(0.5, 0.5))


def test_a_proxy_that_drips_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked while the connection is in the making, before any request."""
    with endpoint([(b"HTTP/1.1 200 OK\r\nx-pad: ", b"a")]) as proxy:
        monkeypatch.setenv("https_proxy", proxy)
        with pytest.raises(requests.exceptions.ReadTimeout):
            session().get("https://objectstorage.example/", timeout=(0.5, 0.5))


def test_a_connection_that_is_late_is_cut_when_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watchdog looks before there is anything to cut, and again."""
    late = transport._connected

    def connected(*args: Any) -> Any:
        time.sleep(1.8)
        return late(*args)

    monkeypatch.setattr(transport, "_connected", connected)
    with endpoint([(b"", b"H")]) as url, pytest.raises(requests.exceptions.ReadTimeout):
        session().get(url, timeout=(0.5, 0.5))


@contextlib.contextmanager
def deaf(port: int = 0) -> Iterator[int]:
    """A port of 127.0.0.2 that takes no connection: its backlog is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.2", port), backlog=0))
        for _number in range(3):
            filling = stack.enter_context(socket.socket())
            filling.setblocking(False)
            filling.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def name_for(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> str:
    """A host name with these addresses."""
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *args: Any, **more: Any) -> Any:
        told = addresses if host == "many.example" else (host,)
        return [found for address in told for found in real(address, port, *args, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return "many.example"


def test_the_addresses_of_a_name_share_the_time_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    name = name_for(monkeypatch, *["127.0.0.2"] * 8)
    given: list[float] = []

    class Clock:
        """Time that passes only while somebody tries to connect."""

        sleep = staticmethod(time.sleep)
        monotonic = staticmethod(lambda: sum(given))

    def create_connection(_address: Any, timeout: float, *_args: Any, **_more: Any) -> Any:
        given.append(timeout)
        raise TimeoutError

    monkeypatch.setattr(transport, "time", Clock)
    monkeypatch.setattr(urllib3.util.connection, "create_connection", create_connection)
    with pytest.raises(requests.exceptions.ConnectTimeout):
        session().get(f"http://{name}:1/", timeout=(1.0, 9.0))
    assert given == pytest.approx([1 / 8] * 8)


def test_an_address_after_a_dead_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    name = name_for(monkeypatch, "127.0.0.2", "127.0.0.1")
    with endpoint([(WHOLE, b"")]) as there:
        port = int(there.rstrip("/").rsplit(":")[-1])
        with deaf(port):
            assert session().get(f"http://{name}:{port}/", timeout=(1.0, 5.0)).json() == "ok"


@pytest.mark.parametrize("host", ["localhost", "objectstorage.us-ashburn-1.localhost", "a.LOCALHOST."])
def test_a_name_below_localhost_needs_no_resolver(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    real = socket.getaddrinfo

    def getaddrinfo(asked: Any, *args: Any, **more: Any) -> Any:
        if not str(asked).strip("[]").replace(".", "").replace(":", "").isdigit():
            raise socket.gaierror(socket.EAI_NONAME, "not known here")
        return real(asked, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with endpoint([(WHOLE, b"")]) as there:
        assert session().get(there.replace("127.0.0.1", host), timeout=(5.0, 5.0)).json() == "ok"


def test_where_nobody_listens_the_first_address_is_told_of() -> None:
    with endpoint([]) as there:
        port = there.rstrip("/").rsplit(":", 1)[-1]
    with pytest.raises(requests.exceptions.ConnectionError) as caught:
        session().get(f"http://nobody.localhost:{port}/", timeout=(5.0, 5.0))
    error = failures.translate(SDK, "GetKey", caught.value, "http://nobody.localhost")
    assert "Connection refused" in error.line()


def test_a_name_that_is_not_there_is_said_to_be_unreachable() -> None:
    with pytest.raises(requests.exceptions.ConnectionError) as caught:
        session().get("http://no-such-host.invalid/", timeout=(5.0, 5.0))
    error = failures.translate(SDK, "GetKey", caught.value, "http://no-such-host.invalid")
    assert (error.unreachable, error.effect) == (True, "none")
    assert "cannot be reached" in error.line()


def test_a_whole_answer_is_read_and_the_next_call_is_not_cut() -> None:
    with endpoint([(WHOLE, b""), (b"", b"H"), (WHOLE, b"")]) as url:
        made = session()
        assert made.get(url, timeout=(5, 5)).json() == "ok"
        with pytest.raises(requests.exceptions.ReadTimeout):
            made.get(url, timeout=(0.5, 0.5))
        assert made.get(url, timeout=(5, 5)).json() == "ok"


def test_a_huge_answer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 1000)
    huge = b"HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n" + b"x" * 2000
    with endpoint([(huge, b"")]) as url, pytest.raises(transport.AnswerTooLarge):
        session().get(url, timeout=(5, 5))


@pytest.mark.parametrize(("content", "empty"), [(b" []\n", True), (b"", False), (b"{}", False), (b'""', False)])
def test_an_empty_list_is_told_from_what_the_sdk_would_make_one_of(content: bytes, empty: bool) -> None:
    head = b"HTTP/1.1 200 OK\r\nx-rekey-empty-list: true\r\ncontent-length: %d\r\n\r\n" % len(content)
    with endpoint([(head + content, b"")]) as url:
        assert (transport.EMPTY_LIST in session().get(url, timeout=(5, 5)).headers) == empty
