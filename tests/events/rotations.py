# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rotations of keys, and what has followed from them."""

from __future__ import annotations

import json
from typing import Any

from tests.simulator.events import ROTATED
from tests.simulator.serving import Running


def rotate(simulator: Running, *keys: str) -> None:
    for key in keys:
        simulator.control("POST", "rotate", {"key": key, "auto": True})


def rotated(simulator: Running, key: Any, **more: Any) -> str:
    """The text of an event of this key."""
    ids = simulator.do(lambda live: {one.name: one.id for one in live.world.keys.values()})
    return json.dumps({"eventType": ROTATED, "data": {"resourceId": ids.get(key, key)}, **more})


def submissions(simulator: Running) -> dict[str, int]:
    found = simulator.control("GET", "truth", {"what": "submissions"})["submissions"]
    return {name: len(made) for name, made in found.items()}


def current(simulator: Running, bucket: str) -> bool:
    found = simulator.control("GET", "truth", {"bucket": bucket, "what": "buckets"})["buckets"][bucket]
    return bool(found["all_current"])
