# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet in several regions, by the real SDK: each at its own endpoint, all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.simulator.serving import Running
from tests.wire.playing import one_line, play

pytestmark = pytest.mark.usefixtures("warmed")

REGIONS = ["us-ashburn-1", "eu-frankfurt-1", "ap-tokyo-1"]


def world(**settings: Any) -> dict[str, Any]:
    return {
        "reset": True,
        "settings": {"work_seconds": 0.2, **settings},
        "regions": REGIONS[1:],
        "keys": [{"name": region, "region": region} for region in REGIONS],
        "buckets": [
            {"name": f"photos-{number}", "key": region, "objects": 1, "compartment": "apps", "region": region}
            for region in REGIONS
            for number in range(3)
        ],
    }


@pytest.fixture
def there(simulator: Running, endpoints: dict[str, str]) -> dict[str, str]:
    simulator.control("POST", "world", world())
    regional = str(simulator.introduction["regional_endpoint"])
    return {**dict.fromkeys(endpoints, regional), "OCI_CONFIG_FILE": simulator.introduction["config_file"]}


def compartment(simulator: Running) -> str:
    found: str = simulator.control("GET", "truth")["buckets"]["photos-0"]["compartment_id"]
    return found


def fleet(simulator: Running, **options: Any) -> dict[str, Any]:
    basic = {"compartment_id": compartment(simulator), "regions": REGIONS, "wait_interval": 1, "wait_timeout": 60}
    return {"rekey.oci.compartment_reencrypt": {**basic, **options}}


def look(simulator: Running, **options: Any) -> dict[str, Any]:
    return {
        "rekey.oci.bucket_encryption_info": {"compartment_id": compartment(simulator), "regions": REGIONS, **options}
    }


def told(result: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(entry["region"], entry["name"], entry["reason"]) for entry in result["buckets"]]


def test_all_regions_in_one_task(simulator: Running, there: dict[str, str], folder: Path) -> None:
    tasks = [{**fleet(simulator), "check_mode": True}, fleet(simulator), fleet(simulator), look(simulator)]
    predicted, run, again, looks = play(folder, tasks, there).results
    everywhere = [(region, f"photos-{number}") for region in sorted(REGIONS) for number in range(3)]
    for result in (predicted, run, again):
        assert not result.get("failed"), result
        assert [one[:2] for one in told(result)] == everywhere
        assert (result["region"], result["regions"]) == (None, REGIONS)
    assert predicted["summary"]["submitted"] == run["summary"]["proven"] == again["summary"]["up_to_date"] == 9
    assert looks["summary"]["up_to_date"] == 9
    for region in REGIONS:
        truth = simulator.control("GET", "truth", {"region": region})
        assert {name: len(found) for name, found in truth["submissions"].items()} == dict.fromkeys(truth["buckets"], 1)
        assert all(bucket["all_current"] for bucket in truth["buckets"].values())


def test_a_region_that_fails_stops_no_other(simulator: Running, there: dict[str, str], folder: Path) -> None:
    fault = {"operation": "ListBuckets", "region": "ap-tokyo-1", "kind": "error_before", "status": 404, "count": -1}
    simulator.control("POST", "faults", {**fault, "code": "NamespaceNotFound"})
    (run,) = play(folder, [fleet(simulator)], there).results
    message = one_line(run)
    assert "ap-tokyo-1/" in message
    assert "ListBuckets failed: 404 NamespaceNotFound" in message
    assert run["summary"]["proven"] == 6
    assert [(one["region"], one["error"]["operation"]) for one in run["unlisted"]] == [("ap-tokyo-1", "ListBuckets")]


def test_night_by_night(simulator: Running, there: dict[str, str], folder: Path) -> None:
    limited = fleet(simulator, max_submissions=4)
    nights = play(folder, [{**limited, "check_mode": True}, limited, limited, limited, limited], there).results
    predicted, first, *others = nights
    assert told(predicted) == told(first)
    assert first["msg"].endswith("5 deferred. 5 wait for another run.")
    assert [night["summary"]["submitted"] for night in (first, *others)] == [4, 4, 1, 0]
    assert others[-1]["summary"]["proven"] == 9


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"regions": ["us-ashburn-1", "us-asburn-1"]},
            "regions has 'us-asburn-1', which the installed oci SDK does not know",
        ),
        ({"object_storage_endpoint": "http://127.0.0.1:1"}, "put {region} into its host name"),
        ({"regions": []}, "regions is empty"),
        ({"max_failures": 0}, "max_failures is 0"),
    ],
)
def test_what_cannot_be_right_is_said_before_any_call(
    simulator: Running, there: dict[str, str], folder: Path, options: dict[str, Any], says: str
) -> None:
    mark = simulator.control("GET", "truth")["mark"]
    (run,) = play(folder, [fleet(simulator, **options)], there).results
    assert says in one_line(run)
    assert (run["buckets"], run["unlisted"], run["summary"]["total"]) == ([], [], 0)
    assert not simulator.control("GET", "truth", {"since": mark})["requests"]


def test_a_bucket_that_is_gone_and_one_that_may_not_be_read(
    simulator: Running, there: dict[str, str], folder: Path
) -> None:
    fault = {"operation": "GetBucket", "kind": "error_before", "status": 404, "code": "BucketNotFound", "count": -1}
    simulator.control("POST", "faults", {**fault, "bucket": "photos-1", "region": "eu-frankfurt-1"})
    (run,) = play(folder, [fleet(simulator)], there).results
    assert "eu-frankfurt-1/photos-1" in one_line(run)
    assert run["summary"]["failed"] == 1
    assert run["summary"]["gone"] == 0
