# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several controllers on one inventory at once: each bucket is submitted once, which the simulator says, not a result.

AWX cuts a job into slices by giving each node a part of the hosts. Here each process gets its part by `--limit`, or as
AWX does it, by an inventory script of its own that ansible-runner transmits.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from tests.tools.integration import simulator
from tests.tools.paths import INSTALLED, REPO, clean_environment

BIN = REPO / ".venv" / "bin"
BUCKETS = 6
#: Bounds what hangs, in seconds.
PATIENCE = 300


class Tenancy:
    """A simulator with a fleet of buckets, an inventory file for it, and the environment to run Ansible in."""

    def __init__(self, said: dict[str, Any], folder: Path) -> None:
        self._control = said["control"]
        self.folder = folder
        self.environment = {
            **clean_environment(),
            **said["environment"],
            "ANSIBLE_COLLECTIONS_PATH": str(INSTALLED),
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
        }
        bucket = {"name": "bucket-{}", "count": BUCKETS, "compartment": "apps", "key": "master", "objects": 3}
        made = self.ask("POST", "world", {"reset": True, "settings": {"work_seconds": 2}, "buckets": [bucket]})
        self.inventory = folder / "fleet.rekey_buckets.yml"
        lines = ("plugin: rekey.oci.buckets", f"compartment_ids: [{made['compartments']['apps']}]")
        self.inventory.write_text("\n".join((*lines, "")), encoding="utf-8")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self._control}/{path}", data, {"content-type": "application/json"}, method=method)  # noqa: S310
        with build_opener(ProxyHandler({})).open(request, timeout=60) as answer:
            return json.load(answer)

    def exported(self) -> dict[str, Any]:
        """The inventory as AWX takes it in."""
        command = ["ansible-inventory", "--inventory", str(self.inventory), "--list", "--export"]
        done = subprocess.run(
            command, env=self.environment, check=True, capture_output=True, text=True, timeout=PATIENCE
        )
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def playbook(self, *options: str) -> subprocess.Popen[str]:
        command = [
            "ansible-playbook",
            "rekey.oci.reencrypt_bucket",
            "-e",
            "rekey_hosts=all",
            "-e",
            "rekey_wait_interval=1",
        ]
        return subprocess.Popen(
            [*command, "--inventory", str(self.inventory), *options], env=self.environment, cwd=self.folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def check_each_submitted_once(self) -> None:
        truth = self.ask("GET", "truth")
        submissions = {name: len(made) for name, made in truth["submissions"].items()}
        assert submissions == {f"bucket-{number}": 1 for number in range(BUCKETS)}
        assert all(bucket["all_current"] for bucket in truth["buckets"].values())


@pytest.fixture
def tenancy(tmp_path: Path) -> Iterator[Tenancy]:
    with simulator() as said:
        yield Tenancy(said, tmp_path)


def end(processes: list[subprocess.Popen[str]]) -> list[str]:
    """Wait for all, and return what they printed. Each must have ended well."""
    outputs = [process.communicate(timeout=PATIENCE)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), "\n".join(outputs)
    return outputs


def test_processes_on_slices_submit_each_bucket_once(tenancy: Tenancy) -> None:
    tenancy.ask("POST", "rotate", {"key": "master"})
    hosts = sorted(tenancy.exported()["_meta"]["hostvars"])
    assert len(hosts) == BUCKETS
    slices = [",".join(hosts[number::3]) for number in range(3)]
    outputs = end([tenancy.playbook("--limit", part, "--forks", "3") for part in slices])
    assert sum(output.count("changed=1 ") for output in outputs) == BUCKETS
    tenancy.check_each_submitted_once()
    # Months later, in another split, nothing is left to do.
    outputs = end([tenancy.playbook("--forks", "4")])
    assert outputs[0].count("changed=0 ") == BUCKETS
    tenancy.check_each_submitted_once()


def test_slices_that_overlap_submit_each_bucket_once(tenancy: Tenancy) -> None:
    outputs = end([tenancy.playbook("--forks", "3") for _process in range(2)])
    assert sum(output.count("changed=1 ") for output in outputs) == BUCKETS
    tenancy.check_each_submitted_once()


def test_ansible_runner_carries_a_slice_to_another_node(tenancy: Tenancy) -> None:
    whole = tenancy.exported()
    hosts = sorted(whole["_meta"]["hostvars"])
    outputs = []
    for number in range(2):
        part = hosts[number::2]
        inventory = {
            "_meta": {**whole["_meta"], "hostvars": {host: whole["_meta"]["hostvars"][host] for host in part}},
            "all": {"hosts": part},
        }
        outputs.append(_run_on_another_node(tenancy, tenancy.folder / f"slice-{number}", inventory))
    for number, events in enumerate(outputs):
        stats = next(event for event in events if event.get("event") == "playbook_on_stats")["event_data"]
        assert stats["changed"] == dict.fromkeys(hosts[number::2], 1)
        assert not stats["failures"]
    tenancy.check_each_submitted_once()


def _run_on_another_node(tenancy: Tenancy, folder: Path, inventory: dict[str, Any]) -> list[dict[str, Any]]:
    """transmit | worker | process, with nothing shared but the pipes; returns the events that arrive."""
    (folder / "inventory").mkdir(parents=True)
    script = folder / "inventory" / "hosts"
    script.write_text("#!/bin/sh\ncat <<'END'\n%s\nEND\n" % json.dumps(inventory), encoding="utf-8")
    script.chmod(0o700)
    (folder / "project").mkdir()
    (folder / "env").mkdir()
    (folder / "env" / "extravars").write_text(json.dumps({"rekey_hosts": "all", "rekey_wait_interval": 1}))
    runner = [sys.executable, "-m", "ansible_runner"]
    here, there = tenancy.folder / f"{folder.name}-back", tenancy.folder / f"{folder.name}-node"
    here.mkdir()
    there.mkdir()
    transmit = [*runner, "transmit", str(folder), "--playbook", "rekey.oci.reencrypt_bucket", "--ident", "job"]
    sent = subprocess.run(transmit, env=tenancy.environment, check=True, capture_output=True, timeout=PATIENCE)
    worked = subprocess.run(
        [*runner, "worker", "--private-data-dir", str(there)],
        input=sent.stdout, env=tenancy.environment, check=True, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    processed = subprocess.run(
        [*runner, "process", str(here), "--ident", "job"],
        input=worked.stdout, env=tenancy.environment, check=False, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    assert processed.returncode == 0, (processed.stdout + processed.stderr).decode()
    files = sorted((here / "artifacts" / "job" / "job_events").glob("*.json"))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]
