# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""bucket_reencrypt, compartment_reencrypt and bucket_encryption_info say the same of one bucket, in worlds of all kinds."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.decide.reasons import REASONS
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef
from ansible_collections.rekey.oci.plugins.module_utils.module import statuses
from ansible_collections.rekey.oci.plugins.module_utils.module.fleet_results import Compact
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler, run
from tests.histories.fleets import FleetUniverse, Sweep, play
from tests.histories.scenes import Scene

#: Each is six buckets, in whatever state fleets, faults and strangers left them.
WORLDS = 60

_OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"receipt": "none"},
    {"bucket_key_only": True},
    {"verify_history": True},
)


def alone(universe: FleetUniverse, scene: Scene, keep: Any, **wants: Any) -> dict[str, Any]:
    """What a run for this bucket alone says of it."""
    sweep = Sweep(0, {})
    one = Reconciler(
        universe.api(sweep, scene.region),
        scene.bucket.namespace,
        scene.bucket.name,
        Options(check_mode=True, **wants),
        "0" * 12,
        universe.clock.now,
        lambda: 0.5,
    )
    run(one, universe.clock.advance)
    ref = BucketRef(scene.region, scene.bucket.namespace, scene.bucket.name, scene.bucket.compartment_id)
    entry: dict[str, Any] = keep.of(one, ref)
    return entry


def together(universe: FleetUniverse, keep: Any, **wants: Any) -> dict[tuple[str, str], dict[str, Any]]:
    swept = universe.sweep(check_mode=True, keep=keep, **wants)
    return {(entry["region"], (entry.get("bucket") or entry)["name"]): entry for entry in swept.fleet.entries}


def still(entry: dict[str, Any]) -> dict[str, Any]:
    """Without how far a work request is: between two lists a fleet lets a moment pass."""
    if entry["work_request"] is None:
        return entry
    return {**entry, "work_request": {**entry["work_request"], "percent_complete": None}}


def test_the_modules_agree() -> None:
    choose = random.Random(20)
    seen: Counter[str] = Counter()
    for seed in range(WORLDS):
        universe = play(seed, faults=0.05, meddle=0.08, to_its_end=False)
        if seed % 10 == 0:
            for scene in list(universe.scenes.values())[:2]:
                scene.simulator.world.set_key_state(scene.keys[0].id, "DISABLED")
        # The world stands still while it is looked at.
        universe.call_seconds = 0.0
        wants = choose.choice(_OPTIONS)
        fleet = together(universe, Compact(), **wants)
        looks = together(universe, statuses.Looks(), wait=False, **wants)
        for identity, scene in universe.scenes.items():
            single = alone(universe, scene, Compact(), **wants)
            look = alone(universe, scene, statuses.Looks(), wait=False, **wants)
            where = (seed, identity, wants)
            assert still(fleet[identity]) == still(single), where
            assert still(looks[identity]) == still(look), where
            status, reason = look["status"], single["reason"]
            seen[status] += 1
            if single["error"] is not None:
                assert status == "error", where
            elif status == "in_progress" and reason != "in_progress":
                # A run waits for it, and submits then.
                assert look["work_request"]["status"] in ("ACCEPTED", "IN_PROGRESS", None), where
            else:
                assert status == (REASONS[reason].status or "unproven"), where
        # Nobody wrote anything.
        universe.check()
    print(dict(seen))
    assert {"up_to_date", "unproven", "in_progress", "stale", "error"} <= set(seen)
