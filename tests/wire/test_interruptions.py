# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ctrl-C, or SIGTERM, while a fleet runs: what a person sees, and that the next run goes on from there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.serving import Running
from tests.wire.playing import HANG_SECONDS, MARK, bearing, begin, play, until

COMPARTMENT = "ocid1.compartment.oc1..exampleapps"
BUCKETS = 12
FLEET: dict[str, Any] = {
    "rekey.oci.compartment_reencrypt": {
        "compartment_ids": [COMPARTMENT],
        "max_in_flight": 4,
        "wait_interval": 1,
        "claim_grace": 20,
    }
}


def _start(folder: Path, simulator: Running, mark: str) -> subprocess.Popen[str]:
    folder.mkdir(parents=True)
    (folder / "ansible.cfg").touch()
    playbook = folder / "playbook.json"
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [FLEET]}]), "utf-8")
    return begin(folder, str(playbook), {**simulator.introduction["environment"], MARK: mark})


@pytest.mark.waits
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_the_next_run_goes_on_from_there(simulator: Running, folder: Path, how: signal.Signals) -> None:
    bucket = {"name": "photos-{}", "count": BUCKETS, "compartment": "apps", "key": "master", "objects": 2}
    world = {
        "reset": True,
        "settings": {"work_seconds": 3.0},
        "compartments": [{"name": "apps", "id": COMPARTMENT}],
        "buckets": [bucket],
    }
    simulator.control("POST", "world", world)

    def submitted() -> int:
        return len(simulator.control("GET", "truth", {"what": "submissions"})["submissions"])

    mark = uuid.uuid4().hex
    process = _start(folder / "first", simulator, mark)
    try:
        until(lambda: submitted() >= 2 or process.poll() is not None)
        if how is signal.SIGINT:
            # As a terminal does on Ctrl-C.
            os.killpg(process.pid, how)
        else:
            process.send_signal(how)
        stdout, stderr = process.communicate(timeout=HANG_SECONDS)
    finally:
        process.kill()
    # Ansible shows nothing of the result.
    assert process.returncode not in (0, 2)
    assert "photos-" not in stdout
    if how is signal.SIGINT:
        assert process.returncode == 99
        assert "User interrupted execution" in stderr
    # The module may outlive it by some seconds.
    until(lambda: not bearing(mark))
    assert submitted() < BUCKETS
    second, third = play(folder / "second", [FLEET, FLEET], simulator.introduction["environment"]).results
    assert not second.get("failed"), second["msg"]
    assert (third["changed"], third["summary"]["up_to_date"]) == (False, BUCKETS)
    truth = simulator.control("GET", "truth")
    assert {name: len(found) for name, found in truth["submissions"].items()} == dict.fromkeys(truth["buckets"], 1)
    assert len(truth["buckets"]) == BUCKETS
    assert all(found["all_current"] for found in truth["buckets"].values())
