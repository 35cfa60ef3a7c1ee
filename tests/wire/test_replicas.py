# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys of a vault that is replicated to the buckets' region, by the real SDK: nothing is proven before a version has come there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.simulator.serving import Running
from tests.simulator.users import PERMISSIONS
from tests.wire.playing import one_line, play, reencrypt

pytestmark = pytest.mark.usefixtures("warmed")

SOURCE = "us-ashburn-1"
REPLICA = "us-phoenix-1"
STATUS = "GetReplicationStatus"
#: Seconds: longer than all the time that a test that waits for nothing takes.
LONG = 3600
NUMBER = 12


def world(**settings: Any) -> dict[str, Any]:
    return {
        "reset": True,
        "settings": {"work_seconds": 0.2, **settings},
        "regions": [REPLICA],
        "keys": [{"name": "master", "replicas": [REPLICA]}],
        "buckets": [
            {"name": name, "key": "master", "objects": 2, "compartment": "apps", "region": REPLICA}
            for name in ("photos", *(f"logs-{number}" for number in range(NUMBER)))
        ],
        "users": [{"name": "unsure", "permissions": sorted(set(PERMISSIONS) - {"VAULT_READ"})}],
    }


@pytest.fixture
def there(simulator: Running, endpoints: dict[str, str]) -> dict[str, str]:
    simulator.control("POST", "world", world())
    regional = str(simulator.introduction["regional_endpoint"])
    return {
        **dict.fromkeys(endpoints, regional),
        "OCI_CONFIG_FILE": simulator.introduction["config_file"],
        "OCI_REGION": REPLICA,
    }


def rotate(simulator: Running, lag: float) -> str:
    simulator.control("PATCH", "settings", {"replication_lag": lag})
    version: str = simulator.control("POST", "rotate", {"key": "master"})["version"]
    return version


def truth(simulator: Running, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = simulator.control("GET", "truth", {"region": REPLICA, **query})
    return found


def asked(simulator: Running, **query: str) -> int:
    """How often the source vault was asked for the status, and no other was."""
    requests = simulator.control("GET", "truth", query)["requests"]
    status = [one for one in requests if one["operation"] == STATUS]
    assert {one["region"] for one in status} <= {SOURCE}
    return len(status)


@pytest.mark.waits
@pytest.mark.parametrize("receipt", ["tag", "none"])
def test_a_run_waits_for_the_version(simulator: Running, there: dict[str, str], folder: Path, receipt: str) -> None:
    version = rotate(simulator, 15)
    (run,) = play(folder, [reencrypt(receipt=receipt)], there).results
    assert not run.get("failed"), run
    assert (run["action"], run["key"]["current_version"]["id"]) == ("submit", version)
    found = truth(simulator)
    assert found["buckets"]["photos"]["wrapped_by"] == {version: 2}
    assert len(found["submissions"]["photos"]) == 1
    assert asked(simulator) > 1
    if receipt == "tag":
        (again,) = play(folder, [reencrypt()], there).results
        assert again["reason"] == "up_to_date"
        assert asked(simulator, since=found["mark"]) == 0


@pytest.mark.waits
def test_where_it_does_not_come_nothing_is_submitted(simulator: Running, there: dict[str, str], folder: Path) -> None:
    (proven,) = play(folder, [reencrypt()], there).results
    assert proven["receipt"]["state"] == "completed"
    version, mark = rotate(simulator, LONG), truth(simulator)["mark"]
    look = {"rekey.oci.bucket_encryption_info": {"bucket_name": "photos"}}
    tasks = [
        look,
        {**reencrypt(), "check_mode": True},
        reencrypt(wait_timeout=4),
        reencrypt(wait=False),
        reencrypt(wait=False, receipt="none"),
    ]
    looked, predicted, late, hasty, bare = play(folder, tasks, there).results
    assert looked["buckets"][0]["status"] == "stale"
    assert (predicted["changed"], predicted["action"], predicted["reason"]) == (True, "submit", "key_version_changed")
    assert any("has not come to the region us-phoenix-1" in warning for warning in predicted["warnings"])
    for failed, why in (
        (late, "within wait_timeout (4 seconds)"),
        (hasty, "and wait is false"),
        (bare, "and wait is false"),
    ):
        message = one_line(failed)
        assert f"The current version {version} of key master" in message
        assert f"{why}: its replication is REPLICATING. Nothing was submitted" in message
        assert (failed["changed"], failed["action"]) == (False, "none")
    assert truth(simulator, since=mark)["submissions"] == {}
    # Once it has come, the same task does it all.
    simulator.control("POST", "advance", {"seconds": LONG})
    (run,) = play(folder, [reencrypt()], there).results
    assert (run["action"], run["reason"]) == ("submit", "key_version_changed")
    assert truth(simulator)["buckets"]["photos"]["all_current"] is True


@pytest.mark.waits
def test_where_it_may_not_be_read_a_run_warns_and_proves_nothing(
    simulator: Running, there: dict[str, str], folder: Path
) -> None:
    simulator.control("PATCH", "settings", {"replication_status_needs": "VAULT_READ"})
    rotate(simulator, LONG)
    unsure = reencrypt(config_profile_name="unsure")
    for run in play(folder, [unsure, unsure], there).results:
        assert (run["action"], run["changed"]) == ("submit", True)
        (warning,) = (one for one in run["warnings"] if "so a re-encryption proves nothing" in one)
        assert "GetReplicationStatus failed: 404" in warning
        assert "Allow group <group> to read vaults in tenancy" in warning
        assert run["receipt"]["state"] == "submitted"
    assert truth(simulator)["buckets"]["photos"]["all_current"] is False
    simulator.control("POST", "advance", {"seconds": LONG})
    (run,) = play(folder, [reencrypt()], there).results
    assert (run["action"], run["receipt"]["state"]) == ("submit", "completed")
    assert truth(simulator)["buckets"]["photos"]["all_current"] is True


def test_the_same_region_asks_nothing(simulator: Running, there: dict[str, str], folder: Path) -> None:
    simulator.control("POST", "world", {"buckets": [{"name": "at-home", "key": "master", "objects": 2}]})
    rotate(simulator, LONG)
    (run,) = play(folder, [reencrypt(bucket_name="at-home", region=SOURCE)], there).results
    assert (run["action"], run["receipt"]["state"]) == ("submit", "completed")
    assert asked(simulator) == 0


@pytest.mark.waits
def test_a_fleet_asks_once_for_all(simulator: Running, there: dict[str, str], folder: Path) -> None:
    rotate(simulator, 12)
    compartment = truth(simulator)["buckets"]["photos"]["compartment_id"]
    # As many workers as would all be taken by buckets that wait.
    options = {"compartment_id": compartment, "workers": 2, "wait_interval": 1, "wait_timeout": 120}
    fleet = {"rekey.oci.compartment_reencrypt": options}
    run, again = play(folder, [fleet, fleet], there).results
    assert not run.get("failed"), run
    assert run["summary"]["proven"] == again["summary"]["up_to_date"] == NUMBER + 1
    assert all(bucket["all_current"] for bucket in truth(simulator)["buckets"].values())
    assert 1 < asked(simulator) < NUMBER


@pytest.mark.parametrize("region", [REPLICA, SOURCE])
def test_an_endpoint_of_the_replica(simulator: Running, there: dict[str, str], folder: Path, region: str) -> None:
    """What it says is true of its own region, and may be of the past elsewhere."""
    simulator.control("POST", "world", {"buckets": [{"name": "photos", "key": "master", "objects": 2}]})
    rotate(simulator, LONG)
    replica = there["REKEY_KEY_MANAGEMENT_ENDPOINT"].replace("{region}", REPLICA)
    (run,) = play(folder, [reencrypt(region=region, key_management_endpoint=replica)], there).results
    if region == REPLICA:
        assert (run["action"], run["receipt"]["state"]) == ("submit", "completed")
    else:
        assert "was read from a replica of its vault" in one_line(run)
        assert simulator.control("GET", "truth")["submissions"] == {}
