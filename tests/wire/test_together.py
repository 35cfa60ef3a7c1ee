# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Controllers that know nothing of one another, at once on one bucket: one submission, and every one is told the truth."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.serving import Running
from tests.wire.conftest import WORLD
from tests.wire.playing import play, reencrypt

pytestmark = pytest.mark.usefixtures("warmed")

CONTROLLERS = 4


@pytest.mark.parametrize(
    "settings",
    [
        {"two_at_once": "allow"},
        {"two_at_once": "conflict", "list_lag": 3600},
        {"throttle_every": 4, "retry_after": 0, "order": "random", "summary_resources": "none"},
    ],
    ids=["allowed", "refused", "throttled"],
)
def test_one_submission(simulator: Running, endpoints: dict[str, str], folder: Path, settings: dict[str, Any]) -> None:
    simulator.control("POST", "world", {**WORLD, "settings": {"work_seconds": 2, **settings}})
    environment = {**endpoints, "OCI_CONFIG_FILE": simulator.introduction["config_file"]}
    with ThreadPoolExecutor(CONTROLLERS) as pool:
        plays = [
            pool.submit(play, folder / str(number), [reencrypt(), reencrypt()], environment)
            for number in range(CONTROLLERS)
        ]
        results = [future.result().results for future in plays]
    firsts, seconds = zip(*results, strict=True)
    outcomes = [(first["action"], first["reason"], first["changed"]) for first in firsts]
    assert outcomes.count(("submit", "unproven", True)) == 1, firsts
    assert set(outcomes) <= {
        ("submit", "unproven", True),
        ("join", "in_progress", False),
        ("none", "up_to_date", False),
    }, firsts
    assert {(second["action"], second["reason"]) for second in seconds} == {("none", "up_to_date")}
    truth = simulator.control("GET", "truth")
    assert len(truth["submissions"]["photos"]) == 1
    assert truth["buckets"]["photos"]["all_current"]
    assert truth["buckets"]["photos"]["tags"]["team"] == "a"
