# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands, how long they took, and how much memory; and the tenancy that they run against."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.common.model import Bucket
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from tests.simulator.dispatch import Simulator
from tests.simulator.serving import Running
from tests.tools.paths import INSTALLED, REPO, clean_environment

BIN = Path(sys.executable).parent


class Wrong(Exception):
    """What ran did not do what it should have: its time means nothing."""


@dataclass
class Done:
    """A command that succeeded. ``cpu`` is the processor's seconds, ``peak`` its largest resident memory in MB."""

    seconds: float
    cpu: float
    peak: float
    output: str

    def json(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(next(line for line in self.output.splitlines() if line.startswith("{")))
        return parsed


class Tenancy:
    def __init__(self, running: Running, home: Path) -> None:
        self._running = running
        self._home = home
        self._environment = clean_environment()
        self._environment.update(running.introduction["environment"])
        self._environment["ANSIBLE_LIBRARY"] = str(Path(__file__).parent / "library")
        self._environment.update(
            HOME=str(home),
            PYTHONPATH=str(INSTALLED),
            ANSIBLE_COLLECTIONS_PATH=str(INSTALLED),
            ANSIBLE_LOCALHOST_WARNING="false",
            ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
            SUPPRESS_LABEL_WARNING="True",
            OCI_CLI_SUPPRESS_FILE_PERMISSIONS_WARNING="True",
        )

    @property
    def namespace(self) -> str:
        return str(self._running.introduction["namespace"])

    def world(self, buckets: int, proven: bool, latency: float = 0.0, work_seconds: float = 1.0) -> str:
        """Make so many buckets of one object each, under one key, and return their compartment's OCID."""
        made = self._running.control(
            "POST",
            "world",
            {
                "reset": True,
                "settings": {"latency": latency, "work_seconds": work_seconds},
                "compartments": [{"name": "apps"}],
                "keys": [{"name": "master", "compartment": "apps"}],
                "buckets": [{"name": "b-{}", "count": buckets, "compartment": "apps", "key": "master", "objects": 1}],
            },
        )
        if proven:
            self._running.do(_prove)
        return str(made["compartments"]["apps"])

    @contextmanager
    def counted(self) -> Iterator[dict[str, int]]:
        """Count the calls of each operation within the block."""
        calls: dict[str, int] = {}
        mark = self._running.control("GET", "truth", {"what": "requests"})["mark"]
        yield calls
        calls.update(self._running.control("GET", "truth", {"what": "requests", "since": mark})["operations"])

    def check_proven(self, buckets: int, submissions: int) -> None:
        """Raise Wrong unless all objects are under the current version, and each bucket was submitted so often."""
        truth = self._running.control("GET", "truth", {"what": "buckets,submissions"})
        stale = [name for name, bucket in truth["buckets"].items() if not bucket["all_current"]]
        if stale or len(truth["buckets"]) != buckets:
            raise Wrong(
                f"{len(stale)} of {len(truth['buckets'])} buckets are not under the current version: {stale[:3]}"
            )
        if sum(map(len, truth["submissions"].values())) != submissions * buckets:
            raise Wrong(f"not every bucket was submitted {submissions} times")

    def run(self, *command: str | Path, stdin: str = "") -> Done:
        """Run a command. Raises Wrong where it fails."""
        begun = time.monotonic()
        with (self._home / "output").open("w+") as output, (self._home / "errors").open("w+") as errors:
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=REPO,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=errors,
                text=True,
            )
            assert process.stdin is not None
            process.stdin.write(stdin)
            process.stdin.close()
            _pid, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.monotonic() - begun
            output.seek(0)
            errors.seek(0)
            text = output.read()
            if process.returncode:
                raise Wrong(f"{Path(command[0]).name} {command[1:4]} failed: {text[-500:]} {errors.read()[-1500:]}")
        return Done(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text)

    def python(self, module: str, *arguments: str | int, stdin: str = "") -> Done:
        return self.run(sys.executable, "-m", module, *map(str, arguments), stdin=stdin)

    def buckets_as_hosts(self, compartment_id: str, forks: int) -> Done:
        """The collection's own playbook on its own inventory: each bucket is a host."""
        inventory = self._home / "fleet.rekey_buckets.yml"
        source = {"plugin": "rekey.oci.buckets", "compartment_ids": [compartment_id]}
        inventory.write_text(json.dumps(source), encoding="utf-8")
        command = ("rekey.oci.reencrypt_bucket", "-i", inventory, "-e", "rekey_hosts=all", "--forks", str(forks))
        return self.run(BIN / "ansible-playbook", *command)

    def playbook(self, tasks: list[dict[str, Any]]) -> Done:
        play = self._home / "play.yml"
        play.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
        python = f"ansible_python_interpreter={sys.executable}"
        return self.run(BIN / "ansible-playbook", "-i", "localhost,", "-c", "local", "-e", python, play)

    def cli(self, *arguments: str) -> Done:
        return self.run(BIN / "oci", *arguments)


def _prove(simulator: Simulator) -> None:
    """Leave the receipts that a run would have left: to make ten thousand of them by runs would take minutes."""
    world = simulator.world
    now = world.clock.now()
    for bucket in world.buckets.values():
        assert bucket.kms_key_id is not None
        version = world.keys[bucket.kms_key_id].current(now)
        receipt = receipts.Receipt(
            state=receipts.COMPLETED,
            key_version_id=version.id,
            key=receipts.key_digest(bucket.kms_key_id),
            scope=receipts.ALL,
            time=now,
            nonce="0" * 12,
            version_created=now - 1,
            work_request_id="ocid1.objectstorageworkrequest.oc1.iad.forgotten",
        )
        known = Bucket(bucket.namespace, bucket.name, id=bucket.id)
        bucket.freeform_tags = receipts.encode(receipt, known)
