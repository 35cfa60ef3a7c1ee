# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start the simulator: in the running loop, or in a thread of its own for tests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from .control import Control
from .credentials import PASS_PHRASE, REGION_NAME, Credentials, make_tls
from .dispatch import Simulator
from .server import Server
from .signatures import Verifier
from .users import ADMIN
from .world import NAMESPACE, TENANCY

HOST = "127.0.0.1"
T = TypeVar("T")


class Service:
    """A simulator that listens. ``introduction`` is what README.md says."""

    def __init__(self, folder: Path, simulator: Simulator | None = None) -> None:
        self.simulator = simulator or Simulator()
        self.introduction: dict[str, Any] = {}
        self._credentials = Credentials(folder)
        credentials = self._credentials
        self._server = Server(
            self.simulator, Verifier(credentials.public_key, credentials.fingerprint, credentials.issuer)
        )
        self.control = self._server.control = Control(self.simulator, self.introduction, self._write_config)
        self._write_config()

    def _write_config(self) -> None:
        self._credentials.write_config(self.simulator.users.by_name.values())

    async def start(self, port: int = 0, tls: bool = False) -> None:
        context = bundle = None
        if tls:
            bundle, certificate, key = make_tls(self._credentials.folder)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
        port = await self._server.listen(HOST, port, context)
        control_port = await self._server.listen(HOST, 0) if tls else port
        scheme = "https" if tls else "http"
        self.introduction.update(
            self._introduction(f"{scheme}://{HOST}:{port}", f"http://{HOST}:{control_port}/control", bundle)
        )

    async def stop(self) -> None:
        await self._server.close()

    def _introduction(self, endpoint: str, control: str, bundle: Path | None) -> dict[str, Any]:
        credentials = self._credentials
        config_file = str(credentials.config_file)
        environment = {
            "OCI_CONFIG_FILE": config_file,
            "REKEY_OBJECT_STORAGE_ENDPOINT": endpoint,
            "REKEY_KEY_MANAGEMENT_ENDPOINT": endpoint,
            "REKEY_IDENTITY_ENDPOINT": endpoint,
            "OCI_CLI_CONFIG_FILE": config_file,
            "OCI_CLI_ENDPOINT": endpoint,
            # Lower case rules over upper case.
            "no_proxy": f"{HOST},localhost",
        }
        if bundle is not None:
            for name in ("OCI_ANSIBLE_CERT_BUNDLE", "OCI_CLI_CERT_BUNDLE", "REQUESTS_CA_BUNDLE"):
                environment[name] = str(bundle)
        return {
            "object_storage": endpoint,
            "key_management": endpoint,
            "identity": endpoint,
            "streaming": endpoint,
            "regional_endpoint": endpoint.replace(HOST, "{region}.localhost"),
            "control": control,
            "config_file": config_file,
            "key_file": str(credentials.key_file),
            "encrypted_key_file": str(credentials.encrypted_key_file),
            "pass_phrase": PASS_PHRASE,
            "user": f"ocid1.user.oc1..{ADMIN}",
            "fingerprint": credentials.fingerprint,
            "tenancy": TENANCY,
            "region": REGION_NAME,
            "namespace": NAMESPACE,
            "ca_bundle": str(bundle) if bundle is not None else None,
            "environment": environment,
            "resource_principal": credentials.resource_principal(),
        }


class Running:
    """A service in a thread of its own. ``simulator`` is live: touch it by ``do``."""

    def __init__(self, service: Service, loop: asyncio.AbstractEventLoop) -> None:
        self.simulator = service.simulator
        self.introduction = service.introduction
        self._service = service
        self._loop = loop

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment with the simulator's variables set, and none that names another tenancy."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("OCI_", "REKEY_"))}
        return {**ours, **self.introduction["environment"]}

    def do(self, action: Callable[[Simulator], T]) -> T:
        """Let the server's thread do it, between two requests, and return or raise what it did."""

        async def call() -> T:
            return action(self.simulator)

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result()

    def control(self, method: str, path: str, document: Any = None) -> Any:
        """What the control endpoint would answer. Raises ValueError where that is no 200."""
        status, told = self.do(lambda _simulator: self._service.control.answer(method, path, document or {}))
        if status != 200:
            raise ValueError(told["error"])
        return told


@contextlib.contextmanager
def serve(
    folder: Path | str,
    world: dict[str, Any] | None = None,
    tls: bool = False,
    simulator: Simulator | None = None,
) -> Iterator[Running]:
    """Serve in a thread until the block ends."""
    service = Service(Path(folder), simulator)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulator", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(service.start(tls=tls), loop).result()
        running = Running(service, loop)
        if world is not None:
            running.control("POST", "world", world)
        yield running
    finally:
        asyncio.run_coroutine_threadsafe(service.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
