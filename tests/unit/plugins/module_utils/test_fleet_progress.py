# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of a fleet while it runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.module.fleet_progress import Observer
from ansible_collections.rekey.oci.plugins.module_utils.module.progress import Progress


class Bucket:
    """As much of a Reconciler as is looked at."""

    def __init__(self, name: str, status: str | None = None, percent: float | None = None, elapsed: float = 0.0):
        self.name = name
        self._waited = (WorkRequest("ocid1.example", status, percent), elapsed) if status else None

    def waiting_on(self) -> Any:
        return self._waited


class Fleet:
    def __init__(self, wait: bool = True) -> None:
        self.options = Options(wait=wait)
        self.entries: list[dict[str, Any]] = []
        self.open: list[Bucket] = []
        self.unfinished = 0

        self.regions: list[str | None] = ["us-ashburn-1"]

    def standing(self, since: int) -> tuple[list[Any], list[Any], int]:
        return self.entries[since:], [("us-ashburn-1", bucket) for bucket in self.open], self.unfinished


def entry(action: str, reason: str, error: Any = None) -> dict[str, Any]:
    return {"action": action, "reason": reason, "error": error}


class Site:
    def __init__(self, file: Path, fleet: Fleet) -> None:
        file.touch()
        self.file = file
        self.fleet = fleet
        self.now = 100.0
        self.progress = Progress(str(file))
        self.observer = Observer(fleet, self.progress, lambda: self.now)  # type: ignore[arg-type]

    def told(self) -> dict[str, Any]:
        self.observer()
        told: dict[str, Any] = json.loads(self.file.read_text().splitlines()[-1])
        return told


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "progress", Fleet())


def test_every_bucket_is_counted_once(site: Site) -> None:
    fleet = site.fleet
    fleet.open = [Bucket("a", "IN_PROGRESS", 10.0, 5.0), Bucket("b", "ACCEPTED"), Bucket("c")]
    fleet.unfinished = 7
    assert site.told()["counts"] == {"accepted": 1, "in_progress": 1, "to do": 5}
    fleet.entries = [
        entry("none", "up_to_date"),
        entry("none", "empty_bucket"),
        entry("submit", "unproven"),
        entry("join", "in_progress", {"message": "no"}),
    ]
    fleet.unfinished = 3
    first = site.told()["counts"]
    assert first == {
        "failed": 1,
        "completed": 1,
        "up_to_date": 1,
        "empty_bucket": 1,
        "accepted": 1,
        "in_progress": 1,
        "to do": 1,
    }
    assert next(iter(first)) == "failed"
    assert site.told()["counts"] == first
    fleet.entries.append(entry("none", "up_to_date"))
    fleet.open, fleet.unfinished = [], 0
    assert site.told()["counts"]["up_to_date"] == 2


def test_the_slowest_come_first(site: Site) -> None:
    site.fleet.open = [
        Bucket("quick", "IN_PROGRESS", 90.0, 5.0),
        Bucket("younger", "IN_PROGRESS", 10.0, 5.0),
        Bucket("slow", "IN_PROGRESS", 10.0, 50.0),
        Bucket("queued", "ACCEPTED", None, 1.0),
    ]
    site.fleet.unfinished = 4
    site.now += 30
    told = site.told()
    assert [one["bucket"] for one in told["slowest"]] == ["queued", "slow", "younger"]
    assert told["elapsed"] == 30.0


def test_without_waiting_nothing_is_called_completed(tmp_path: Path) -> None:
    site = Site(tmp_path / "progress", Fleet(wait=False))
    site.fleet.entries = [entry("submit", "unproven"), entry("join", "in_progress")]
    assert site.told()["counts"] == {"submitted": 1, "joined": 1, "to do": 0}


def test_how_many_wait_for_another_run_is_told_and_a_name_has_its_region_where_there_are_several(site: Site) -> None:
    site.fleet.regions = ["us-ashburn-1", "eu-frankfurt-1"]
    site.fleet.open = [Bucket("a", "IN_PROGRESS", 10.0, 5.0)]
    site.fleet.unfinished = 1
    site.fleet.entries = [entry("none", "deferred"), entry("none", "not_begun"), entry("none", "bucket_gone")]
    told = site.told()
    assert told["counts"] == {"gone": 1, "deferred": 1, "not_begun": 1, "in_progress": 1, "to do": 0}
    assert told["slowest"][0]["bucket"] == "us-ashburn-1/a"
