# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run returns is what the documentation says, no key less and none more, however the run ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.simulator.serving import Running
from tests.tools.paths import REPO
from tests.wire.conftest import WORLD
from tests.wire.playing import play, reencrypt
from tests.wire.returns import differences, documented, told

pytestmark = pytest.mark.usefixtures("warmed")


def test_returns_are_as_documented(simulator: Running, endpoints: dict[str, str], folder: Path) -> None:
    environment = {**endpoints, "OCI_CONFIG_FILE": simulator.introduction["config_file"]}
    world = {
        **WORLD,
        "settings": {"work_seconds": 0.2, "outcomes": ["FAILED"]},
        "buckets": [
            *WORLD["buckets"],
            {"name": "empty", "key": "master"},
            {"name": "oracles", "objects": 1},
            {"name": "disabled", "key": "disabled", "objects": 1},
        ],
        "keys": [{"name": "disabled", "state": "DISABLED"}],
    }
    simulator.control("POST", "world", world)
    keys = documented("rekey.oci.bucket_reencrypt")
    tasks: dict[str, dict[str, Any]] = {
        "check": {**reencrypt(), "check_mode": True},
        "a failed work request": reencrypt(),
        "submitted": {**reencrypt(), "diff": True},
        "up to date": reencrypt(),
        "not waiting": reencrypt(force=True, wait=False),
        "empty": reencrypt(bucket_name="empty"),
        "oracle": reencrypt(bucket_name="oracles"),
        "oracle, refused": reencrypt(bucket_name="oracles", require_customer_managed_key=True),
        "disabled": reencrypt(bucket_name="disabled"),
        "not found": reencrypt(bucket_name="nowhere"),
        "not let in": reencrypt(api_user="ocid1.user.oc1..nobody"),
        "bad input": reencrypt(bucket_name="a/b"),
        "bad identity": reencrypt(config_profile_name="nobody"),
    }
    results = dict(zip(tasks, play(folder, list(tasks.values()), environment).results, strict=True))
    with_error = {"not found", "not let in"}
    #: The runs that return each key, by what the documentation says of when.
    returned = {
        "always": set(results),
        "when an API call failed the task": with_error,
        "in check mode, when something would be done": {"check"},
        # All of them may read the key.
        "when that is so, and a re-encryption was submitted or joined, or in check mode would be": set(),
    }
    for name, result in results.items():
        wanted = {key: value for key, value in keys.items() if name in returned[value["returned"]]}
        assert not differences("", wanted, told(result)), name
        assert isinstance(result["changed"], bool)
    failed = {name for name, result in results.items() if result.get("failed")}
    assert failed == {"a failed work request", "oracle, refused", "disabled", *with_error, "bad input", "bad identity"}
    # Each part is seen with something in it, or this would compare nothing.
    assert results["a failed work request"]["work_request"]["errors"]
    for name in ("bucket", "key", "work_request", "receipt"):
        assert results["up to date"][name]


def rotate(**options: Any) -> dict[str, Any]:
    return {"rekey.oci.key_rotation": options}


def cancel(work_request_id: str, **options: Any) -> dict[str, Any]:
    return {
        "rekey.oci.work_request": {
            "work_request_id": work_request_id, "state": "canceled", "wait_interval": 1, "wait_timeout": 60, **options
        }
    }  # fmt: skip


def info(*work_request_ids: str, **options: Any) -> dict[str, Any]:
    return {"rekey.oci.work_request_info": {"work_request_ids": list(work_request_ids), **options}}


NOWHERE = "ocid1.workrequest.oc1.iad.nowhere"


def others(simulator: Running) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    """By module: name, what is to come of it (``ok``, ``failed``, ``refused`` where a call failed), and the task."""
    world = {
        "reset": True,
        "settings": {"work_seconds": 600},
        "keys": [{"name": "disabled", "state": "DISABLED"}, {"name": "other"}],
        "buckets": [{"name": name, "key": "master", "objects": 1} for name in ("photos", "docs")],
    }
    made = simulator.control("POST", "world", world)
    master, disabled = (made["keys"][name]["id"] for name in ("master", "disabled"))
    gone = master.rpartition(".")[0] + ".nowhere"
    running, done = (
        simulator.control("POST", "bucket", {"bucket": name, "reencrypt": True})["work_request_id"]
        for name in ("photos", "docs")
    )
    nobody: dict[str, Any] = {"config_profile_name": "nobody"}
    unknown: dict[str, Any] = {"api_user": "ocid1.user.oc1..nobody"}
    deaf: dict[str, Any] = dict.fromkeys(("object_storage_endpoint", "key_management_endpoint"), "http://127.0.0.1:9")
    return {
        "key_rotation": [
            ("young", "ok", rotate(key_id=master, max_age_days=1)),
            ("check", "ok", {**rotate(key_id=master, force=True), "check_mode": True, "diff": True}),
            ("rotated", "ok", {**rotate(key_id=master, force=True), "diff": True}),
            ("disabled", "failed", rotate(key_id=disabled, force=True)),
            ("not found", "refused", rotate(key_id=gone, force=True)),
            ("not let in", "refused", rotate(key_id=master, force=True, **unknown)),
            ("unreachable", "refused", rotate(key_id=master, force=True, **deaf)),
            ("bad input", "failed", rotate(key_id="x", force=True)),
            ("no wish", "failed", rotate(key_id=master)),
            ("bad identity", "failed", rotate(key_id=master, force=True, **nobody)),
        ],
        "work_request": [
            ("check", "ok", {**cancel(running), "check_mode": True, "diff": True}),
            ("canceled", "ok", {**cancel(running), "diff": True}),
            ("again", "ok", cancel(running)),
            ("not found", "refused", cancel(NOWHERE)),
            ("not let in", "refused", cancel(done, **unknown)),
            ("unreachable", "refused", cancel(done, **deaf)),
            ("bad input", "failed", cancel("x")),
            ("bad identity", "failed", cancel(done, **nobody)),
        ],
        "work_request_info": [
            ("two", "ok", info(running, done)),
            ("none", "ok", info()),
            ("not found", "ok", info(NOWHERE)),
            ("check", "ok", {**info(done), "check_mode": True}),
            ("not let in", "refused", info(done, **unknown)),
            ("unreachable", "refused", info(done, **deaf)),
            ("bad input", "failed", info("x")),
            ("bad identity", "failed", info(done, **nobody)),
        ],
    }


@pytest.mark.parametrize("module", ["key_rotation", "work_request", "work_request_info"])
def test_other_modules_return_what_they_document(
    simulator: Running, endpoints: dict[str, str], folder: Path, module: str
) -> None:
    keys = documented(f"rekey.oci.{module}")
    assert {key["returned"] for key in keys.values()} == {"always", "failure"}
    cases = others(simulator)[module]
    environment = {**endpoints, "OCI_CONFIG_FILE": simulator.introduction["config_file"]}
    results = play(folder, [task for _name, _outcome, task in cases], environment).results
    for (name, outcome, _task), result in zip(cases, results, strict=True):
        assert bool(result.get("failed")) == (outcome != "ok"), (name, result)
        assert isinstance(result["changed"], bool)
        wanted = {key: value for key, value in keys.items() if outcome != "ok" or value["returned"] == "always"}
        assert not differences("", wanted, told(result)), name
        assert bool(result.get("error")) == (outcome == "refused"), (name, result)


def test_a_report_returns_what_it_documents(simulator: Running, endpoints: dict[str, str], folder: Path) -> None:
    keys = documented("rekey.oci.encryption_report")
    assert {key["returned"] for key in keys.values()} == {"success"}
    simulator.control("POST", "world", WORLD)
    environment = {**endpoints, "OCI_CONFIG_FILE": simulator.introduction["config_file"]}
    (looked,) = play(
        folder, [{"rekey.oci.bucket_encryption_info": {"bucket_name": WORLD["buckets"][0]["name"]}}], environment
    ).results

    def report(dest: str = "report.html", **options: Any) -> dict[str, Any]:
        return {"rekey.oci.encryption_report": {"results": [looked], "dest": str(folder / dest), **options}}

    formats = ["html", "json", "csv", "junit", "prometheus"]
    tasks: dict[str, dict[str, Any]] = {
        "check": {**report(formats=formats), "check_mode": True},
        "written": report(formats=formats),
        "again": {**report(formats=formats), "diff": True},
        "csv alone": report("table.html", formats=["csv"]),
        "no folder": report("nowhere/report.html"),
        "another ending": report("report.txt"),
        "a wrong mode": {**report(mode="nonsense"), "check_mode": True},
        "no formats": report(formats=[]),
        "no result": report(results=[{"skipped": True}]),
    }
    results = dict(zip(tasks, play(folder, list(tasks.values()), environment).results, strict=True))
    failed = {name for name, result in results.items() if result.get("failed")}
    assert failed == {"no folder", "another ending", "a wrong mode", "no formats"}
    for name, result in results.items():
        # Ansible itself says where a mode is wrong.
        returned = {key: value for key, value in told(result).items() if key not in ("path", "details")}
        assert not differences("", {} if name in failed else keys, returned), name
    assert results["written"]["totals"]["total"] == 1
    assert [len(results[name]["files"]) for name in ("check", "written", "csv alone")] == [5, 5, 1]


def test_no_module_is_left_out() -> None:
    """playbook_step is a part of the playbooks, and documents no return."""
    modules = {path.stem for path in (REPO / "plugins" / "modules").glob("*.py")}
    here = {"bucket_reencrypt", "encryption_report", "key_rotation", "work_request", "work_request_info"}
    assert modules == here | {"compartment_reencrypt", "bucket_encryption_info", "playbook_step"}
