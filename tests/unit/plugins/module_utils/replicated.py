# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bucket in another region than its keys, whose current versions come there late."""

from __future__ import annotations

from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import ALL
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World

HOME = "us-ashburn-1"
THERE = "us-phoenix-1"
FAR = "ap-tokyo-1"
READ = "GetReplicationStatus"


def world(after: float = -1000.0, **more: Any) -> World:
    """The bucket is in THERE, where the current version comes after so many seconds."""
    return World(**{"region": THERE, "arrives": {THERE: after}, **more})


def under(there: World) -> str | None:
    """The version that the objects are really under."""
    return there.proven_under(ALL)
