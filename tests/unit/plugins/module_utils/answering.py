# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service of a few fixed answers, asked by the real SDK."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import config_file


@contextlib.contextmanager
def answering(bodies: Mapping[str, bytes], refused: list[str] | None = None) -> Iterator[str]:
    """Serve these bodies by their paths, and yield the URL. Of who signed, those who are in ``refused`` get a 401."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            turned_away = any(name in self.headers["authorization"] for name in refused or ())
            body = b'{"code": "NotAuthenticated", "message": "no"}' if turned_away else bodies.get(path, b"{}")
            self.send_response(401 if turned_away else 200 if path in bodies else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.send_header("opc-request-id", "REQUEST")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def api_at(folder: Path, url: str, **params: Any) -> OciApi:
    endpoints = {f"{name}_endpoint": url for name in ("object_storage", "key_management", "identity")}
    location = params.get("config_file_location") or config_file(folder)
    return OciApi(Clients({**endpoints, **params, "config_file_location": location}))
