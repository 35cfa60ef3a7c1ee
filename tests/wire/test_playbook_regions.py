# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks work on the bucket of the region that was meant: buckets of two regions may have one name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.simulator.serving import Running
from tests.wire.inventories import Sources

pytestmark = pytest.mark.usefixtures("warmed")

HOME, AWAY = "us-ashburn-1", "us-phoenix-1"


@pytest.fixture
def regional(simulator: Running, endpoints: dict[str, str], folder: Path) -> Sources:
    """Two buckets of one name, and an endpoint for each region. The one that is away is in a compartment of its own."""
    buckets = [
        {"name": "photos", "compartment": "apps", "key": "master", "objects": 2},
        {"name": "photos", "compartment": "other", "key": "away", "objects": 2, "region": AWAY},
    ]
    made = {"reset": True, "settings": {"work_seconds": 0.2}, "regions": [AWAY], "buckets": buckets}
    simulator.control("POST", "world", made)
    sources = Sources(simulator, folder)
    sources.environment |= dict.fromkeys(endpoints, str(simulator.introduction["regional_endpoint"]))
    return sources


def posts(sources: Sources) -> dict[str, int]:
    found = {}
    for region in (HOME, AWAY):
        truth = sources.simulator.control("GET", "truth", {"region": region})
        found[region] = sum(len(each) for each in truth["submissions"].values())
    return found


def playbook(sources: Sources, name: str, *inventories: str, **variables: object) -> str:
    return sources.run("ansible-playbook", inventories, f"rekey.oci.{name}", "-e", json.dumps(variables))


@pytest.mark.parametrize(
    "said",
    [
        {"rekey_auth": {"region": AWAY}},
        {"rekey_region": AWAY},
        {"rekey_regions": [AWAY], "rekey_auth": {"region": HOME}},
    ],
    ids=["of the common options", "one", "over that of the common options"],
)
def test_the_region_of_one_bucket(regional: Sources, said: dict[str, object]) -> None:
    playbook(regional, "reencrypt_bucket", rekey_bucket_name="photos", **said)
    assert posts(regional) == {HOME: 0, AWAY: 1}
    assert "changed=0" in playbook(regional, "reencrypt_bucket", rekey_bucket_name="photos", **said)


def test_the_region_of_a_bucket_that_was_updated(regional: Sources) -> None:
    playbook(regional, "bucket_updated", _rekey_bucket="bucket photos", rekey_auth={"region": AWAY})
    assert posts(regional) == {HOME: 0, AWAY: 1}


def test_the_regions_of_a_fleet(regional: Sources) -> None:
    truth = regional.simulator.control("GET", "truth", {"region": AWAY})
    there = truth["buckets"]["photos"]["compartment_id"]
    given = {"rekey_compartment_id": there, "rekey_auth": {"region": AWAY}, "rekey_max_age_days": 1}
    playbook(regional, "enforce_rotation", **given)
    assert posts(regional) == {HOME: 0, AWAY: 1}


def test_a_host_of_the_inventory_stays_in_its_region(regional: Sources) -> None:
    truth = regional.simulator.control("GET", "truth", {"region": HOME})
    apps = truth["buckets"]["photos"]["compartment_id"]
    fleet = regional.fleet("fleet", apps, regions=[HOME, AWAY])
    (regional.folder / "group_vars").mkdir()
    (regional.folder / "group_vars" / "all.yml").write_text(
        json.dumps({"rekey_regions": [HOME, AWAY]}), encoding="utf-8"
    )
    playbook(regional, "reencrypt_bucket", fleet, rekey_hosts="rekey_buckets")
    assert posts(regional) == {HOME: 1, AWAY: 0}
    told = playbook(regional, "reencrypt_bucket", fleet, rekey_hosts="rekey_buckets", rekey_regions=[AWAY])
    assert posts(regional) == {HOME: 1, AWAY: 0}
    assert "changed=0" in told
    assert "rekey_regions means nothing to photos" in regional.told
