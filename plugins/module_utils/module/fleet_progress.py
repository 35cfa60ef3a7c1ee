# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a fleet's run is, told from time to time: counts by state, and the buckets that will take longest."""

from __future__ import annotations

from collections import Counter
from typing import Any, Callable, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.fleet.fleet import Fleet
from ansible_collections.rekey.oci.plugins.module_utils.module.fleet_results import counted_as
from ansible_collections.rekey.oci.plugins.module_utils.module.progress import Progress

#: The states in the order in which they are told: what is done, what runs, what is still to come.
_ORDER = (
    "failed", "completed", "submitted", "joined", "up_to_date", "empty_bucket", "oracle_managed_key", "gone", "deferred",
    "not_begun",
)  # fmt: skip


class Observer:
    """Call it at most some times a second; each call looks only at what is new, and at the buckets under way."""

    def __init__(self, fleet: Fleet, progress: Progress, clock: Callable[[], float]) -> None:
        self._fleet = fleet
        self._progress = progress
        self._clock = clock
        self._begun = clock()
        self._told = 0
        self._done: Counter[str] = Counter()

    def __call__(self) -> None:
        entries, under_way, unfinished = self._fleet.standing(self._told)
        self._told += len(entries)
        self._done.update(map(self._state, entries))
        running: Counter[str] = Counter()
        waiting: list[tuple[str, WorkRequest, float]] = []
        for region, reconciler in under_way:
            waited = reconciler.waiting_on()
            if waited is not None:
                running[(waited[0].status or "UNKNOWN").lower()] += 1
                waiting.append((self._named(region, reconciler.name), *waited))
        counts = {state: self._done[state] for state in _ORDER if self._done[state]}
        for state, count in sorted(self._done.items()):
            counts.setdefault(state, count)
        counts.update(sorted(running.items()))
        counts["to do"] = unfinished - len(waiting)
        waiting.sort(key=lambda one: (one[1].percent_complete or 0.0, -one[2]))
        self._progress.many(counts, waiting, self._clock() - self._begun)

    def _named(self, region: Optional[str], name: str) -> str:
        return "%s/%s" % (region, name) if len(self._fleet.regions) > 1 else name

    def _state(self, entry: dict[str, Any]) -> str:
        if entry["error"] is not None:
            return "failed"
        if entry["action"] == "none":
            return counted_as(entry["reason"]) or str(entry["reason"])
        if self._fleet.options.wait:
            return "completed"
        return "submitted" if entry["action"] == "submit" else "joined"
