# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A playbook that fails twice tells both: no failure hides the one before it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.wire.playing import HANG_SECONDS, begin, until

pytestmark = pytest.mark.usefixtures("warmed")

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulator.serving import Running

COMPARTMENT = "ocid1.compartment.oc1..exampleapps"


def test_a_re_encryption_fails_and_the_report_cannot_be_written(simulator: Running, tmp_path: Path) -> None:
    world: dict[str, Any] = {
        "reset": True,
        "settings": {"work_seconds": 3.0, "outcomes": ["FAILED"]},
        "compartments": [{"name": "apps", "id": COMPARTMENT}],
        "buckets": [{"name": "photos", "compartment": "apps", "key": "master", "objects": 2}],
    }
    simulator.control("POST", "world", world)
    folder = tmp_path / "play"
    reports = folder / "reports"
    reports.mkdir(parents=True)
    variables = {
        "rekey_compartment_id": COMPARTMENT,
        "rekey_rotate": False,
        "rekey_report_dest": str(reports / "report.html"),
        "rekey_wait_interval": 1,
    }
    given = ("-e", json.dumps(variables))
    process = begin(folder, "rekey.oci.enforce_rotation", simulator.introduction["environment"], *given)
    try:
        until(lambda: simulator.control("GET", "truth", {"what": "submissions"})["submissions"].get("photos"))
        # It could be written when the playbook looked. Root may write everywhere, but nobody can into a file.
        reports.rmdir()
        reports.write_text("in the way", encoding="utf-8")
        stdout, stderr = process.communicate(timeout=HANG_SECONDS)
    finally:
        process.kill()
    assert process.returncode == 2, stdout + stderr
    last = stdout.rpartition("TASK [")[2]
    assert "photos" in last
    assert "FAILED" in last
    assert str(reports) in last
    assert "Traceback" not in stdout + stderr
