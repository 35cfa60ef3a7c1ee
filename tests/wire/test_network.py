# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks that are broken: each run ends in its time, with one line that names the endpoint."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.serving import Running
from tests.wire.listening import listener
from tests.wire.playing import one_line, play, reencrypt

pytestmark = pytest.mark.usefixtures("warmed")


def never_answers(_connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def drips(connection: socket.socket, over: threading.Event) -> None:
    """One byte of an answer's body now and then: each resets the timeout of a read."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n")
    while not over.wait(1.0):
        connection.sendall(b" ")


def drips_to_connect(connection: socket.socket, over: threading.Event) -> None:
    """A proxy's answer to CONNECT that has no end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nx-pad: ")
    while not over.wait(1.0):
        connection.sendall(b"a")


def hangs_up(connection: socket.socket, _over: threading.Event) -> None:
    connection.recv(1)


@contextmanager
def dead_endpoint() -> Iterator[str]:
    """A port on which nobody listens: it is taken, so that meanwhile nobody else can."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.waits
def test_each_dead_endpoint_is_one_line(simulator: Running, endpoints: dict[str, str], folder: Path) -> None:
    """All at once, because most of the time is spent waiting."""
    environment = {**endpoints, "OCI_CONFIG_FILE": simulator.introduction["config_file"]}
    short: dict[str, Any] = {"wait_timeout": 1, "namespace_name": simulator.introduction["namespace"]}
    hosts = {"object_storage_endpoint": "https://objectstorage.example"}
    with (
        listener(never_answers) as silent,
        listener(drips) as dripping,
        listener(hangs_up) as rude,
        listener(drips_to_connect) as proxy,
        listener(never_answers) as silent_proxy,
        dead_endpoint() as closed,
    ):
        cases: list[tuple[dict[str, Any], dict[str, str], str]] = [
            (dict(short, object_storage_endpoint=closed), {}, f"GetBucket failed: {closed} cannot be reached"),
            (
                {"wait_timeout": 1, "object_storage_endpoint": closed},
                {},
                f"GetNamespace failed: {closed} cannot be reached",
            ),
            (dict(short, key_management_endpoint=closed), {}, f"GetKey failed: {closed} cannot be reached"),
            (dict(short, object_storage_endpoint=silent), {}, f"GetBucket failed: {silent} did not answer in time"),
            (dict(short, object_storage_endpoint=dripping), {}, f"GetBucket failed: {dripping} did not answer in time"),
            (dict(short, object_storage_endpoint=rude), {}, f"GetBucket failed: the connection to {rude} broke"),
            (dict(short, key_management_endpoint=silent), {}, f"GetKey failed: {silent} did not answer in time"),
            (
                {**short, **hosts},
                {"https_proxy": proxy},
                "GetBucket failed: https://objectstorage.example did not answer in time",
            ),
            (
                {**short, **hosts},
                {"https_proxy": silent_proxy},
                "GetBucket failed: https://objectstorage.example ",
            ),
            (
                {"wait_timeout": 1, **hosts},
                {"https_proxy": proxy},
                "GetNamespace failed: https://objectstorage.example did not answer in time",
            ),
        ]

        def one(number: int) -> dict[str, Any]:
            options, more, _expected = cases[number]
            return play(folder / str(number), [reencrypt(**options)], {**environment, **more}).results[0]

        with ThreadPoolExecutor(len(cases)) as pool:
            for result, (_options, _more, expected) in zip(pool.map(one, range(len(cases))), cases, strict=True):
                assert one_line(result).startswith(expected)
                assert result["error"]["status"] is None
                assert result["changed"] is False
    assert not simulator.control("GET", "truth")["submissions"].get("photos")


@pytest.mark.waits
def test_a_re_encryption_whose_answer_never_comes_is_found(
    simulator: Running, endpoints: dict[str, str], folder: Path
) -> None:
    environment = {**endpoints, "OCI_CONFIG_FILE": simulator.introduction["config_file"]}
    simulator.control("POST", "faults", {"operation": "ReencryptBucket", "kind": "delay_after", "seconds": 600})
    first, second = play(folder, [reencrypt(claim_grace=20), reencrypt(claim_grace=20)], environment).results
    assert (first["action"], first["reason"], first["changed"]) == ("submit", "unproven", True), first
    assert first["receipt"]["state"] == "completed"
    assert (second["action"], second["reason"]) == ("none", "up_to_date")
    assert len(simulator.control("GET", "truth")["submissions"]["photos"]) == 1


def test_a_bucket_beyond_all_bounds(simulator: Running, endpoints: dict[str, str], folder: Path) -> None:
    """An endless answer is cut off, rather than read into memory."""
    environment = {**endpoints, "OCI_CONFIG_FILE": simulator.introduction["config_file"]}
    simulator.control("POST", "faults", {"operation": "GetBucket", "kind": "huge", "count": 1})
    result = play(folder, [reencrypt()], environment).results[0]
    assert result["action"] == "submit", result
