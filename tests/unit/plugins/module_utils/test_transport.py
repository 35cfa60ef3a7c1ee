# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that never end are cut, and huge ones refused, whatever the endpoint does. Real sockets on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils import _transport
from ansible_collections.rekey.oci.plugins.module_utils._identity import import_sdk

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
    made.mount("http://", _transport.adapter_class(SDK)(None))
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


def test_a_whole_answer_is_read_and_the_next_call_is_not_cut() -> None:
    with endpoint([(WHOLE, b""), (b"", b"H"), (WHOLE, b"")]) as url:
        made = session()
        assert made.get(url, timeout=(5, 5)).json() == "ok"
        with pytest.raises(requests.exceptions.ReadTimeout):
            made.get(url, timeout=(0.5, 0.5))
        assert made.get(url, timeout=(5, 5)).json() == "ok"


def test_a_huge_answer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_transport, "LARGEST_ANSWER", 1000)
    huge = b"HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n" + b"x" * 2000
    with endpoint([(huge, b"")]) as url, pytest.raises(_transport.AnswerTooLarge):
        session().get(url, timeout=(5, 5))


@pytest.mark.parametrize(("content", "empty"), [(b" []\n", True), (b"", False), (b"{}", False), (b'""', False)])
def test_an_empty_list_is_told_from_what_the_sdk_would_make_one_of(content: bytes, empty: bool) -> None:
    head = b"HTTP/1.1 200 OK\r\nx-rekey-empty-list: true\r\ncontent-length: %d\r\n\r\n" % len(content)
    with endpoint([(head + content, b"")]) as url:
        assert (_transport.EMPTY_LIST in session().get(url, timeout=(5, 5)).headers) == empty
