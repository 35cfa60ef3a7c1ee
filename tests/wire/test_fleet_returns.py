# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules for many buckets return is what their documentation says, however they end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.simulator.serving import Running
from tests.wire.playing import play
from tests.wire.returns import ANSIBLE, differences, documented, told
from tests.wire.test_network import dead_endpoint

pytestmark = pytest.mark.usefixtures("warmed")

WORLD: dict[str, Any] = {
    "reset": True,
    "settings": {"work_seconds": 0.2, "outcomes": ["FAILED"]},
    "keys": [{"name": "disabled", "state": "DISABLED"}],
    "users": [{"name": "nobody", "permissions": []}],
    "buckets": [
        {"name": "photos", "key": "master", "objects": 2, "compartment": "apps"},
        {"name": "payroll", "key": "master", "objects": 2, "compartment": "apps"},
        {"name": "empty", "key": "master", "compartment": "apps"},
        {"name": "oracles", "objects": 1, "compartment": "apps"},
        {"name": "disabled", "key": "disabled", "objects": 1, "compartment": "apps"},
    ],
}

#: Keys of an entry that are there only when the documentation says so.
_SOMETIMES = {"predicted", "version_unknown", "warnings"}


@pytest.mark.parametrize("module", ["compartment_reencrypt", "bucket_encryption_info"])
def test_returns_are_as_documented(simulator: Running, endpoints: dict[str, str], folder: Path, module: str) -> None:
    simulator.control("POST", "world", WORLD)
    if module == "bucket_encryption_info":
        # What only looks finds what others began.
        simulator.control("POST", "settings", {"work_seconds": 3600})
        simulator.control("POST", "bucket", {"bucket": "payroll", "reencrypt": True})
    compartment_id = simulator.control("GET", "truth")["buckets"]["photos"]["compartment_id"]
    environment = {**endpoints, "OCI_CONFIG_FILE": simulator.introduction["config_file"]}
    basic: dict[str, Any] = {"compartment_id": compartment_id}
    if module == "compartment_reencrypt":
        basic |= {"wait_interval": 1, "wait_timeout": 8}

    def task(**options: Any) -> dict[str, Any]:
        return {f"rekey.oci.{module}": {**basic, **options}}

    with dead_endpoint() as dead:
        tasks = {
            "check": {**task(), "check_mode": True},
            "run": task(),
            "again": task(),
            "nothing matched": task(include=["nothing-*"]),
            "a profile that is not there": task(config_profile_name="nobody-at-all"),
            "bad input": task(workers=0),
            "an unknown region": task(regions=["us-asburn-1"]),
            "nobody listens": task(object_storage_endpoint=dead),
            "not let in": task(config_profile_name="nobody"),
        }
        if module == "bucket_encryption_info":
            for name in ("photos", "nowhere"):
                one = {f"rekey.oci.{module}": {"bucket_name": name}}
                tasks[name] = one
            tasks["one, and nobody listens"] = {
                f"rekey.oci.{module}": {"bucket_name": "photos", "object_storage_endpoint": dead}
            }
        results = dict(zip(tasks, play(folder, list(tasks.values()), environment).results, strict=True))
    keys = documented(f"rekey.oci.{module}")
    failures = set()
    for name, result in results.items():
        returned = told(result)
        wanted = {
            key: value
            for key, value in keys.items()
            if key not in ANSIBLE and (value["returned"] == "always" or key in returned)
        }
        found = [one for one in differences("", wanted, returned) if not _sometimes(one)]
        assert not found, (name, found)
        assert isinstance(result["changed"], bool)
        if result.get("failed"):
            failures.add(name)
    assert failures >= {"a profile that is not there", "bad input", "an unknown region", "nobody listens", "not let in"}
    entries = results["again"]["buckets"]
    # Each part is seen with something in it, or this would compare nothing.
    assert any(entry["work_request"] for entry in entries)
    assert any(entry["error"] for entry in entries)
    assert results["nobody listens"]["unlisted"]


def _sometimes(difference: str) -> bool:
    name = difference.partition(" ")[0].rpartition(".")[2]
    return name in _SOMETIMES and difference.endswith("is missing")
