# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A key in the simulator, and those who rotate it."""

from __future__ import annotations

from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.decide.rotation import (
    Wish,
)
from ansible_collections.rekey.oci.plugins.module_utils.module import arguments
from ansible_collections.rekey.oci.plugins.module_utils.sdk.calls import Calls
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients
from ansible_collections.rekey.oci.plugins.module_utils.sdk.patience import Patience
from ansible_collections.rekey.oci.plugins.module_utils.vault.rotator import KeyVersions, Rotator
from ansible_collections.rekey.oci.tests.simulator.serving import Running

DAY = 86400.0
QUARTER = Wish(max_age_days=90)
NOW = Wish(force=True)


class Site:
    """A simulator with one key, and a clock that moves only when somebody sleeps."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.now = 1000.0
        made = running.control("POST", "world", {"keys": [{"name": "master", "compartment": "apps"}]})
        self.key_id = made["keys"]["master"]["id"]
        self.first = made["keys"]["master"]["version"]

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self.running.control("POST", "advance", {"seconds": seconds})

    def rotator(self, wish: Wish, check_mode: bool = False) -> Rotator:
        said = self.running.introduction
        params: dict[str, Any] = dict.fromkeys(arguments.common())
        params.update(
            auth_type="api_key",
            config_file_location=said["config_file"],
            object_storage_endpoint=said["object_storage"],
            key_management_endpoint=said["key_management"],
        )
        versions = KeyVersions(Calls(Clients(params)))
        patience = Patience(wish.waiting, Timing(lambda: self.now, self.sleep, lambda: 0.5))
        return Rotator(versions, self.key_id, wish, check_mode, patience)

    def run(self, wish: Wish, check_mode: bool = False) -> dict[str, Any]:
        rotator = self.rotator(wish, check_mode)
        rotator.run()
        return rotator.result()

    def versions(self) -> list[str]:
        """The truth."""
        return self.running.do(lambda simulator: [one.id for one in simulator.world.keys[self.key_id].versions])

    def seen(self, operation: str) -> int:
        operations: dict[str, int] = self.running.control("GET", "truth", {"what": "requests"})["operations"]
        return operations.get(operation, 0)
