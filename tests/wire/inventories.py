# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sources of an inventory: those of the collection beside Ansible's own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.simulator.serving import Running
from tests.tools import environments
from tests.wire.playing import HANG_SECONDS, clean

BIN = environments.ensure(os.environ.get("INVENTORY_ON") or environments.MAIN)
REGION = "us-ashburn-1"
#: Starts a host's connection anywhere else, where nobody listens.
ELSEWHERE = "ansible_connection=ssh ansible_host=192.0.2.1"


class Sources:
    """A folder of inventory sources, and what Ansible makes of them."""

    def __init__(self, simulator: Running, folder: Path) -> None:
        self.simulator = simulator
        self.folder = folder
        self.namespace = simulator.introduction["namespace"]
        (folder / "home").mkdir(parents=True)
        self.environment = {
            **clean(),
            **simulator.introduction["environment"],
            "HOME": str(folder / "home"),
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_LOCALHOST_WARNING": "false",
        }
        self.told = ""
        self.code = 0

    def world(self, *names: str, **more: Any) -> str:
        """Make a world with buckets of these names, and return the OCID of their compartment."""
        buckets = [{"name": name, "compartment": "apps", **more} for name in names]
        made = self.simulator.control("POST", "world", {"reset": True, "buckets": buckets})
        return str(made["compartments"]["apps"])

    def fleet(self, name: str, compartment_id: str, **options: Any) -> str:
        content = {"plugin": "rekey.oci.buckets", "compartment_ids": [compartment_id], **options}
        return self.file(name + ".rekey_buckets.yml", json.dumps(content))

    def file(self, name: str, content: str) -> str:
        (self.folder / name).write_text(content, encoding="utf-8")
        return name

    def run(self, program: str, sources: Iterable[str], *arguments: str, fails: bool = False, **env: str) -> str:
        command = [str(BIN / program)]
        for source in sources:
            command += ["-i", source]
        done = subprocess.run(
            [*command, *arguments], env={**self.environment, **env}, cwd=self.folder, check=False,
            capture_output=True, text=True, timeout=HANG_SECONDS,
        )  # fmt: skip
        # Warnings are wrapped anywhere.
        self.told = " ".join(done.stderr.split())
        assert "Traceback" not in done.stderr
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout

    def listed(self, *sources: str, fails: bool = False, **env: str) -> dict[str, Any]:
        out = self.run("ansible-inventory", sources, "--list", "--export", fails=fails, **env)
        found: dict[str, Any] = json.loads(out) if out and not fails else {}
        return found

    def hosts(self, pattern: str, *sources: str) -> list[str]:
        """The hosts that a play on the pattern would have."""
        out = self.run("ansible", sources, pattern, "--list-hosts")
        return sorted(line.strip() for line in out.splitlines()[1:])


def members(listed: dict[str, Any], group: str) -> list[str]:
    return sorted(listed.get(group, {}).get("hosts", []))


def variables(listed: dict[str, Any], host: str) -> dict[str, Any]:
    found: dict[str, Any] = listed["_meta"]["hostvars"].get(host, {})
    return found
