# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy that writes down what it is asked for, and calls that go to it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients
from ansible_collections.rekey.oci.plugins.module_utils.sdk.compartments import Compartments
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import COMPARTMENT, KEY
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import config_file

PASSWORD = "open-sesame"  # noqa: S105


class Recorder:
    """A proxy that writes down what it is asked for, and answers all of it alike."""

    def __init__(self, answer: bytes) -> None:
        self.asked: list[str] = []
        self.answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                request = b""
                while b"\r\n\r\n" not in request:
                    request += connection.recv(1 << 16)
                self.asked.append(request.split(b"\r\n")[0].decode())
                connection.sendall(self.answer)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def api_in(folder: Path, **params: Any) -> OciApi:
    return OciApi(Clients({"config_file_location": config_file(folder), **params}))


def failure(call: Callable[[], Any]) -> ApiError:
    with pytest.raises(ApiError) as error:
        call()
    line = error.value.line()
    assert "\n" not in line
    assert PASSWORD not in line
    assert "\x1b" not in line
    return error.value


def each_call(api: OciApi) -> list[tuple[Callable[[], Any], str]]:
    """One call to each service, and the host that it is for."""
    return [
        (api.get_namespace, "objectstorage.us-ashburn-1.oraclecloud.com"),
        (lambda: api.get_key(KEY), "examplevault-management.kms.us-ashburn-1.oraclecloud.com"),
        (
            lambda: list(Compartments(api.calls).named_children(COMPARTMENT)),
            "identity.us-ashburn-1.oci.oraclecloud.com",
        ),
    ]
