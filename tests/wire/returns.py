# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a RETURN block says, against what came back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

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


def documented(module: str) -> dict[str, Any]:
    command = [str(Path(sys.executable).parent / "ansible-doc"), "--json", module]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    returned: dict[str, Any] = json.loads(done.stdout)[module]["return"]
    return returned


def told(result: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in result.items() if key not in ANSIBLE}


def differences(path: str, keys: dict[str, Any], value: dict[str, Any]) -> list[str]:
    """What the value has and the documentation lacks, and the other way round, at any depth."""
    found = [f"{path}{name} is not documented" for name in value.keys() - keys.keys()]
    found += [f"{path}{name} is missing" for name in keys.keys() - value.keys()]
    for name in keys.keys() & value.keys():
        said, documentation = value[name], keys[name]
        if said is None:
            continue
        if not isinstance(said, TYPES[documentation["type"]]):
            found.append(f"{path}{name} is {said!r}, which is no {documentation['type']}")
        for part in said if isinstance(said, list) else [said]:
            if "contains" in documentation:
                found += differences(f"{path}{name}.", documentation["contains"], part)
        if "choices" in documentation and said not in documentation["choices"]:
            found.append(f"{path}{name} is {said!r}")
    return found
