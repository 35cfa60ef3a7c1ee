# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run returns is what the documentation says, no key less and none more, however the run ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.simulator.serving import Running
from tests.wire.conftest import WORLD
from tests.wire.playing import play, reencrypt

#: What Ansible itself adds, or documents for all modules.
ANSIBLE = {"changed", "failed", "msg", "warnings", "deprecations", "diff", "exception", "invocation", "skipped"}
TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "dict": (dict,),
    "list": (list,),
}


def documented() -> dict[str, Any]:
    command = [str(Path(sys.executable).parent / "ansible-doc"), "--json", "rekey.oci.bucket_reencrypt"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    returned: dict[str, Any] = json.loads(done.stdout)["rekey.oci.bucket_reencrypt"]["return"]
    return returned


def differences(path: str, keys: dict[str, Any], value: dict[str, Any]) -> list[str]:
    """What the value has and the documentation lacks, and the other way round, at any depth."""
    found = [f"{path}{name} is not documented" for name in value.keys() - keys.keys()]
    found += [f"{path}{name} is missing" for name in keys.keys() - value.keys()]
    for name in keys.keys() & value.keys():
        told, documentation = value[name], keys[name]
        if told is None:
            continue
        if not isinstance(told, TYPES[documentation["type"]]):
            found.append(f"{path}{name} is {told!r}, which is no {documentation['type']}")
        for part in told if isinstance(told, list) else [told]:
            if "contains" in documentation:
                found += differences(f"{path}{name}.", documentation["contains"], part)
        if "choices" in documentation and told not in documentation["choices"]:
            found.append(f"{path}{name} is {told!r}")
    return found


def test_returns_are_as_documented(simulator: Running, endpoints: dict[str, str], folder: Path) -> None:
    environment = {**endpoints, "OCI_CONFIG_FILE": simulator.introduction["config_file"]}
    world = {
        **WORLD,
        "settings": {"work_seconds": 0.2, "outcomes": ["FAILED"]},
        "buckets": [
            *WORLD["buckets"],
            {"name": "empty", "key": "master"},
            {"name": "oracles", "objects": 1},
            {"name": "disabled", "key": "disabled", "objects": 1},
        ],
        "keys": [{"name": "disabled", "state": "DISABLED"}],
    }
    simulator.control("POST", "world", world)
    keys = documented()
    tasks: dict[str, dict[str, Any]] = {
        "check": {**reencrypt(), "check_mode": True},
        "a failed work request": reencrypt(),
        "submitted": {**reencrypt(), "diff": True},
        "up to date": reencrypt(),
        "not waiting": reencrypt(force=True, wait=False),
        "empty": reencrypt(bucket_name="empty"),
        "oracle": reencrypt(bucket_name="oracles"),
        "oracle, refused": reencrypt(bucket_name="oracles", require_customer_managed_key=True),
        "disabled": reencrypt(bucket_name="disabled"),
        "not found": reencrypt(bucket_name="nowhere"),
        "not let in": reencrypt(api_user="ocid1.user.oc1..nobody"),
        "bad input": reencrypt(bucket_name="a/b"),
        "bad identity": reencrypt(config_profile_name="nobody"),
    }
    results = dict(zip(tasks, play(folder, list(tasks.values()), environment).results, strict=True))
    with_error = {"not found", "not let in"}
    #: The runs that return each key, by what the documentation says of when.
    returned = {
        "always": set(results),
        "when an API call failed the task": with_error,
        "in check mode, when something would be done": {"check"},
    }
    for name, result in results.items():
        told = {key: value for key, value in result.items() if key not in ANSIBLE}
        wanted = {key: value for key, value in keys.items() if name in returned[value["returned"]]}
        assert not differences("", wanted, told), name
        assert isinstance(result["changed"], bool)
    failed = {name for name, result in results.items() if result.get("failed")}
    assert failed == {"a failed work request", "oracle, refused", "disabled", *with_error, "bad input", "bad identity"}
    # Each part is seen with something in it, or this would compare nothing.
    assert results["a failed work request"]["work_request"]["errors"]
    for name in ("bucket", "key", "work_request", "receipt"):
        assert results["up to date"][name]
