# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a failed call means: what it may have done, whether it may pass, and what a person is told."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import oci
import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.sdk import failures

requests = oci.base_client.requests

ENDPOINT = "https://objectstorage.example"


def answered(status: int, **headers: str) -> ApiError:
    error = oci.exceptions.ServiceError(
        status=status, code="SomeCode", headers={"opc-request-id": "REQUEST", **headers}, message="some\n  words"
    )
    return failures.translate(oci, "ReencryptBucket", error, ENDPOINT)


@pytest.mark.parametrize(
    ("status", "effect", "retryable"),
    [
        (400, "none", False),
        (401, "none", False),
        (403, "none", False),
        (404, "none", False),
        (409, "none", False),
        (412, "none", False),
        (429, "none", True),
        (500, "unknown", True),
        (501, "unknown", False),
        (502, "unknown", True),
        (503, "unknown", True),
        (504, "unknown", True),
        (302, "unknown", False),
    ],
)
def test_answers(status: int, effect: str, retryable: bool) -> None:
    """A refusal did nothing; a server's error may have come after the effect."""
    error = answered(status)
    assert (error.effect, error.retryable, error.unreachable) == (effect, retryable, False)
    assert error.as_result() == {
        "operation": "ReencryptBucket",
        "status": status,
        "code": "SomeCode",
        "message": error.message,
        "opc_request_id": "REQUEST",
    }
    assert error.message.startswith("some words")
    assert error.line().startswith(f"ReencryptBucket failed: {status} SomeCode: some words")
    assert error.line().endswith("(opc-request-id REQUEST)")


def test_a_refused_signature_says_what_to_check() -> None:
    assert "clock" in answered(401).line()


@pytest.mark.parametrize(
    ("value", "granted"),
    [
        ("5", 5.0),
        ("0", 0.0),
        ("-3", 0.0),
        ("7200", 7200.0),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", 86400.0),
    ],
)
def test_retry_after(value: str, granted: float | None) -> None:
    assert answered(429, **{"retry-after": value}).retry_after == granted


@pytest.mark.parametrize(
    ("date", "until", "granted"),
    [
        ("Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:50 GMT", 50.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:27:00 GMT", 0.0),
        (None, "Wed, 21 Oct 2015 07:28:50 GMT", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 99 Nonsense", None),
    ],
)
def test_retry_after_a_date(date: str | None, until: str, granted: float | None) -> None:
    """By the service's own clock: this machine's may be wrong."""
    headers = {"retry-after": until} if date is None else {"retry-after": until, "date": date}
    assert answered(503, **headers).retry_after == granted


def test_messages_are_one_line_and_not_endless() -> None:
    error = oci.exceptions.ServiceError(status=400, code="C", headers={}, message="word \r\n" * 10_000)
    line = failures.translate(oci, "GetBucket", error, ENDPOINT).line()
    assert "\n" not in line
    assert len(line) < 700


def call(url: str, **options: Any) -> ApiError:
    """What the SDK's own HTTP library says of a real connection, translated."""
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    try:
        session.get(url, **{"timeout": (5.0, 30.0), **options})
    except requests.exceptions.RequestException as error:
        # The SDK wraps what happens on the way in an exception of its own.
        wrapped = oci.exceptions.RequestException(error)
        wrapped.__cause__ = error
        direct = failures.translate(oci, "GetBucket", error, url)
        found = failures.translate(oci, "GetBucket", wrapped, url)
        assert (found.effect, found.unreachable) == (direct.effect, direct.unreachable)
        return found
    finally:
        session.close()
    raise AssertionError("the call went through")


@contextlib.contextmanager
def server(answer: bytes | None, close: bool = True) -> Iterator[str]:
    """A listener that gives one answer to one connection, or with None holds it open and is silent."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _address = listener.accept()
            with connection:
                connection.recv(65536)
                if answer is None:
                    over.wait(30)
                else:
                    connection.sendall(answer)
                if not close:
                    over.wait(30)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        thread.join(30)


def test_nobody_listens() -> None:
    # Taken, so that nobody else listens there meanwhile.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        error = call(f"http://127.0.0.1:{port}")
    assert error.unreachable
    assert error.retryable
    assert (error.effect, error.status) == ("none", None)
    assert f"http://127.0.0.1:{port} cannot be reached (Connection refused)" in error.line()


def test_no_such_host() -> None:
    error = call("http://no-such-host.invalid")
    assert error.unreachable
    assert error.effect == "none"
    assert "http://no-such-host.invalid cannot be reached" in error.line()


def test_no_answer_in_time() -> None:
    """The service may still be at it."""
    with server(None) as host:
        error = call(f"http://{host}", timeout=(5.0, 0.3))
    assert (error.effect, error.retryable, error.unreachable) == ("late", True, False)
    assert f"{host} did not answer in time" in error.line()


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", b"no HTTP at all\r\n\r\n"],
    ids=["reset", "half an answer", "no HTTP"],
)
def test_a_connection_that_breaks(answer: bytes) -> None:
    """Whether the service did what was asked is not known."""
    with server(answer) as host:
        error = call(f"http://{host}")
    assert (error.effect, error.retryable, error.unreachable) == ("unknown", True, False)
    assert host in error.line()


def test_a_redirect_is_not_followed() -> None:
    with server(b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n") as host:
        error = call(f"http://{host}")
    assert "redirects" in error.line()
    assert not error.retryable


def test_a_server_that_does_not_speak_tls() -> None:
    with server(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") as host:
        error = call(f"https://{host}")
    assert error.unreachable
    assert not error.retryable
    assert "TLS" in error.line()
    assert "cert_bundle" in error.line()


def test_what_nobody_thought_of() -> None:
    for strange in (ValueError("secret"), KeyError("x"), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no")):
        error = failures.translate(oci, "GetKey", strange, ENDPOINT)
        assert (error.effect, error.retryable) == ("unknown", True)
        assert ENDPOINT in error.line()
        assert "secret" not in error.line()


def test_an_error_that_is_known_already_stays_as_it_is() -> None:
    known = ApiError("GetKey", "known")
    assert failures.translate(oci, "GetBucket", known, ENDPOINT) is known


def test_errors_that_go_round_in_circles() -> None:
    first, second = ValueError("first"), ssl.SSLError("second")
    first.__cause__, second.__cause__ = second, first
    assert "TLS" in failures.translate(oci, "GetBucket", first, ENDPOINT).line()


class NotOurs(Exception):
    """An error of no kind that is known."""


@pytest.mark.parametrize("kind", [TypeError, KeyError, NotOurs])
def test_a_bug_is_told_from_an_answer_that_nobody_understands(kind: type[Exception]) -> None:
    """It would be the same the next time, and its message may quote anything."""
    with pytest.raises(kind) as raised:
        raise kind("open-sesame")
    error = raised.value
    bug = failures.translate(oci, "GetKey", error, ENDPOINT, answered=False)
    odd = failures.translate(oci, "GetKey", error, ENDPOINT, answered=True)
    assert (bug.retryable, bug.effect) == (False, "none")
    assert kind.__name__ in bug.line()
    assert "test_failures.py" in bug.line()
    assert "open-sesame" not in bug.line()
    assert (odd.retryable, odd.effect) == (True, "unknown")
    assert odd.line().endswith(f"could not be understood ({kind.__name__})")
