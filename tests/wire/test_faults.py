# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each fault on each call of a run, by the real SDK over HTTP: one submission, a proof, and nothing to do for the next run."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Outcome, Reconciler
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from tests.simulator.clock import VirtualClock
from tests.simulator.dispatch import Simulator
from tests.simulator.serving import Running
from tests.wire.conftest import WORLD
from tests.wire.connected import LATE, connected, impatient

#: Each call that a first run makes.
CALLS: dict[str, dict[str, Any]] = {
    "GetBucket": {"operation": "GetBucket"},
    "GetKey": {"operation": "GetKey"},
    "GetKey after the work": {"operation": "GetKey", "skip": 1},
    "GetKeyVersion": {"operation": "GetKeyVersion"},
    "ListObjects": {"operation": "ListObjects"},
    "ListWorkRequests": {"operation": "ListWorkRequests"},
    "UpdateBucket, the claim": {"operation": "UpdateBucket"},
    "ReencryptBucket": {"operation": "ReencryptBucket"},
    "UpdateBucket, the record": {"operation": "UpdateBucket", "skip": 1},
    "UpdateBucket, the completion": {"operation": "UpdateBucket", "skip": 2},
    "GetWorkRequest": {"operation": "GetWorkRequest"},
    "GetWorkRequest, the second": {"operation": "GetWorkRequest", "skip": 1},
}
#: A count that is not told is found out.
SETTINGS: dict[str, dict[str, Any]] = {"ListObjects": {"count_lag": -1.0}}
FAULTS: dict[str, dict[str, Any]] = {
    "error_before": {"kind": "error_before", "status": 503},
    "error_after": {"kind": "error_after", "status": 500},
    "throttled": {"kind": "error_before", "status": 429, "code": "TooManyRequests"},
    "throttled, told when": {"kind": "error_before", "status": 429, "code": "TooManyRequests", "retry_after": 7},
    "reset_before": {"kind": "reset_before"},
    "reset_after": {"kind": "reset_after"},
    "garbage": {"kind": "garbage"},
    "truncated": {"kind": "truncated"},
    "no_headers": {"kind": "no_headers"},
    "past the read timeout": {"kind": "delay_after", "seconds": LATE},
}


def reconcile(running: Running, api: OciApi, clock: VirtualClock, number: int) -> Outcome:
    """A whole run, whose pauses pass at once, and each step in a moment."""
    options, nonce = Options(claim_grace=20), f"{number:012x}"
    namespace = running.introduction["namespace"]

    def pass_time(seconds: float) -> None:
        running.do(lambda _simulator: clock.advance(seconds))

    chance = random.Random(number).random
    one = Reconciler(api, namespace, "photos", options, nonce, clock.now, chance, sleep=pass_time)
    while one.outcome is None:
        pass_time(one.step() + 0.05)
    return one.outcome


@pytest.mark.parametrize("call", CALLS)
def test_each_fault(tmp_path: Path, call: str) -> None:
    clock = VirtualClock()
    simulator = Simulator(clock)
    with connected(tmp_path, simulator) as (running, api):
        hurried = impatient(running)
        for name, fault in FAULTS.items():
            world = {**WORLD, "settings": {"work_seconds": 5.0, "verify_signatures": False, **SETTINGS.get(call, {})}}
            running.control("POST", "world", {**world, "faults": [{**CALLS[call], **fault}]})
            first = reconcile(running, hurried if "seconds" in fault else api, clock, 1)
            assert isinstance(first, Done), f"{name}: {first}"
            assert (first.action, first.reason, first.changed) == ("submit", "unproven", True), name
            assert not any(left["count"] for left in running.control("GET", "faults")["faults"]), (
                f"{name} did not strike"
            )
            second = reconcile(running, api, clock, 2)
            assert (second.action, second.reason) == ("none", "up_to_date"), f"{name}: {second}"
            truth = running.control("GET", "truth")
            assert len(truth["submissions"]["photos"]) == 1, name
            assert truth["operations"]["ReencryptBucket"] <= 2, name
            assert truth["buckets"]["photos"]["all_current"], name
            assert truth["buckets"]["photos"]["tags"]["team"] == "a", name
