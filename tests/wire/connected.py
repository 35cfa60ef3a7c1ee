# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's calls by the real SDK, from this process, to a simulator whose time passes only when it is told to."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from tests.simulator.serving import Running, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.dispatch import Simulator

#: In real seconds: an answer that is LATE never comes, and whoever is IMPATIENT does not wait long for it.
LATE = 600.0
IMPATIENT = 1.0


class _Impatient(Clients):
    def _build(self, client_class: Any, endpoint: str | None, timeout: Any) -> Any:
        connect, read = timeout
        return super()._build(client_class, endpoint, (connect, min(read, IMPATIENT)))


@contextmanager
def connected(folder: Path, simulator: Simulator) -> Iterator[tuple[Running, OciApi]]:
    """Serve it, and yield it with the calls. Signatures are of real time, and so not looked at."""
    simulator.world.settings.patch({"verify_signatures": False})
    with serve(folder, simulator=simulator) as running, patch.dict("os.environ", no_proxy="127.0.0.1"):
        yield running, api_of(running, running.introduction["object_storage"])


def api_of(running: Running, endpoint: str, clients: type[Clients] = Clients) -> OciApi:
    """The calls to an endpoint, as the simulator's admin."""
    params = {f"{name}_endpoint": endpoint for name in ("object_storage", "key_management", "identity")}
    return OciApi(clients({"config_file_location": running.introduction["config_file"], **params}))


def impatient(running: Running) -> OciApi:
    """The calls for a run that is to meet what is LATE."""
    return api_of(running, running.introduction["object_storage"], _Impatient)
