# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The statements of docs/iam.md suffice, none is needless, and without each permission what the guide says happens."""

from __future__ import annotations

import asyncio
import json
import os
import re
import runpy
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml

from tests.docs import inprocess, policies, snippets
from tests.simulator.serving import Running, serve
from tests.tools import home
from tests.tools.paths import INSTALLED, REPO

PLUGINS: dict[str, Any] = policies.TABLE["plugins"]
USER = "rekey"
SOURCE = INSTALLED / "ansible_collections" / "rekey" / "oci" / "extensions/eda/plugins/event_source/stream.py"
BIN = REPO / ".venv" / "bin"


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("simulator")) as running:
        yield running


def world(permissions: list[str]) -> dict[str, Any]:
    """A compartment of buckets with another below it, one of keys, and the user."""
    return {
        "reset": True,
        "settings": {"work_seconds": 0.05},
        "compartments": [
            {"name": "security"},
            {"name": "apps", "id": "ocid1.compartment.oc1..example"},
            {"name": "apps-eu", "parent": "apps"},
        ],
        "tag_namespaces": [{"name": "Rekey", "tags": ["rekey-receipt", "rekey-work-request"]}],
        "keys": [
            {"name": "master", "compartment": "security", "id": "ocid1.key.oc1.iad.examplevault.examplekey"},
            {"name": "other", "compartment": "security", "id": "ocid1.key.oc1.iad.examplevault.otherkey"},
        ],
        "buckets": [
            {"name": "payroll", "compartment": "apps", "key": "master", "objects": 3},
            {"name": "payroll-eu", "compartment": "apps-eu", "key": "master", "objects": 3},
        ],
        "streams": [{"name": "rotations", "id": "ocid1.stream.oc1.iad.exampleuniqueid", "compartment": "apps"}],
        "users": [{"name": USER, "permissions": permissions}],
    }


def run(
    simulator: Running,
    entry: dict[str, Any],
    permissions: list[str],
    folder: Path,
    changes: dict[str, Any] | None = None,
    check: bool = False,
) -> dict[str, Any]:
    """Do as the entry says: what comes before as somebody who may do everything, the run as the user."""
    changes = dict(changes or {})
    begins = changes.pop("begin_upload", False)
    simulator.control("POST", "reset")
    simulator.control("POST", "world", {**world(permissions), **changes})
    if begins:
        simulator.control("POST", "bucket", {"bucket": "payroll", "begin_upload": ["large"]})
    environment = dict(simulator.introduction["environment"])
    arguments = json.dumps({**entry["run"].get("arguments", {}), **({"_ansible_check_mode": True} if check else {})})
    if "prepare" in entry:
        simulator.control("POST", "settings", entry["prepare"].get("settings", {}))
        prepared = inprocess.run(entry["prepare"]["module"], entry["prepare"]["arguments"], environment)
        arguments = arguments.replace("{work_request}", (prepared["work_request"] or {}).get("id", "none"))
        simulator.control("POST", "advance", {"seconds": entry["prepare"].get("advance", 0)})
    environment["OCI_CONFIG_PROFILE"] = USER
    if "source" in entry["run"]:
        return streamed(simulator, entry["run"]["source"], environment)
    if "inventory" in entry["run"]:
        return listed(entry["run"]["inventory"], environment, folder)
    return inprocess.run(entry["run"]["module"], json.loads(arguments), environment)


def listed(source: dict[str, Any], environment: dict[str, str], folder: Path) -> dict[str, Any]:
    """What ansible-inventory says, in the shape of a module's result."""
    path = folder / "test.rekey_buckets.yml"
    path.write_text(yaml.safe_dump(source), encoding="utf-8")
    more = {"ANSIBLE_COLLECTIONS_PATH": str(INSTALLED), "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "True"}
    done = subprocess.run(
        [str(BIN / "ansible-inventory"), "-i", str(path), "--list"],
        env=home.environment(BIN) | environment | more, check=False, capture_output=True, text=True,
    )  # fmt: skip
    found = json.loads(done.stdout or "{}").get("_meta", {}).get("hostvars", {})
    warnings = [line for line in done.stderr.splitlines() if "[WARNING]" in line]
    return {"failed": done.returncode != 0, "msg": done.stderr, "warnings": warnings, "hosts": sorted(found)}


def streamed(simulator: Running, source: dict[str, Any], environment: dict[str, str]) -> dict[str, Any]:
    """What comes of an event, in the shape of a module's result."""
    simulator.control("POST", "stream", {"stream": "rotations", "put": ['{"eventType": "com.example.thing"}']})
    module = runpy.run_path(str(SOURCE))
    module["main"].__globals__.update(TROUBLE=(0.02, 0.1), IDLE=(0.02, 0.05))
    args = {**source, "stream_endpoint": simulator.introduction["streaming"]}

    def committed() -> int:
        told = simulator.control("POST", "stream", {"stream": "rotations", "put": []})["committed"]
        return int(told.get("rekey", 0))

    async def read() -> int:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        task = asyncio.create_task(module["main"](queue, args))
        while not task.done() and not committed():
            await asyncio.sleep(0.02)
        if task.done():
            task.result()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return queue.qsize()

    with mock.patch.dict(os.environ, environment):
        try:
            events = asyncio.run(asyncio.wait_for(read(), 60))
        except module["StreamError"] as error:
            return {"failed": True, "msg": str(error), "warnings": []}
    return {"failed": False, "msg": "", "warnings": [], "events": events, "committed": committed()}


def value(result: dict[str, Any], path: str) -> Any:
    found: Any = result
    for name in path.split("."):
        found = found[int(name)] if isinstance(found, list) else found[name]
    return found


def statements(name: str) -> list[policies.Statement]:
    return [policies.read(text) for text in PLUGINS[name]["statements"]]


@pytest.mark.parametrize("name", PLUGINS)
def test_the_statements_suffice(simulator: Running, name: str, tmp_path: Path) -> None:
    entry = PLUGINS[name]
    needed = list(entry["missing"])
    allowed = frozenset[str]().union(*(statement.permissions for statement in statements(name)))
    assert set(needed) <= allowed
    result = run(simulator, entry, needed, tmp_path)
    assert not result.get("failed"), result["msg"]
    assert result["warnings"] == []
    assert {path: value(result, path) for path in entry["proves"]} == entry["proves"]
    requests = simulator.control("GET", "truth", {"what": "requests"})["requests"]
    called = {request["operation"] for request in requests if request["user"] == USER}
    assert called <= policies.allowed_operations(statements(name))


#: Worlds that are unlike the usual one, in which a plugin makes calls that it does not make else.
SITUATIONS: dict[str, dict[str, Any]] = {
    "as usual": {},
    "re-encryptions fail": {"settings": {"work_seconds": 0.05, "outcomes": ["FAILED"] * 4}},
    "no objects": {"buckets": [{"name": "payroll", "compartment": "apps", "key": "master"}]},
    "no object version": {
        "buckets": [{"name": "payroll", "compartment": "apps", "key": "master", "versioning": "Enabled"}]
    },
}


@pytest.mark.parametrize("name", PLUGINS)
def test_each_operation_that_is_named_is_called(simulator: Running, name: str, tmp_path: Path) -> None:
    """In some situation. The upload was begun before the key's version was a few minutes old."""
    entry = PLUGINS[name]
    named = frozenset[str]().union(*(statement.operations or () for statement in statements(name)))
    called: set[str] = set()
    for changes in SITUATIONS.values() if named else ():
        run(simulator, entry, list(entry["missing"]), tmp_path, {**changes, "begin_upload": "buckets" not in changes})
        requests = simulator.control("GET", "truth", {"what": "requests"})["requests"]
        called |= {request["operation"] for request in requests if request["user"] == USER}
    assert named <= called, named - called


@pytest.mark.parametrize(
    ("name", "permission"), [(name, permission) for name in PLUGINS for permission in PLUGINS[name]["missing"]]
)
def test_without_one_of_them(simulator: Running, name: str, permission: str, tmp_path: Path) -> None:
    entry = PLUGINS[name]
    case = entry["missing"][permission]
    others, check = [other for other in entry["missing"] if other != permission], case.get("check_mode", False)
    if check:
        assert run(simulator, entry, [*others, permission], tmp_path, check=True)["warnings"] == []
    result = run(simulator, entry, others, tmp_path, check=check)
    warnings = "\n".join(result["warnings"])
    assert bool(result.get("failed")) == case["failed"], result
    assert case.get("says", "") in result.get("msg", "")
    assert case.get("warns", "") in warnings
    assert case["failed"] or bool(warnings) == ("warns" in case), warnings
    assert {path: value(result, path) for path in case.get("result", {})} == case.get("result", {})


def test_every_plugin_that_calls_has_an_entry() -> None:
    kinds = {"module", "inventory"}
    calling = {
        path.stem for kind, path in snippets.plugins() if kind in kinds and "rekey.oci.auth" in path.read_text("utf-8")
    }
    entries = {entry["run"].get("module", name) for name, entry in PLUGINS.items() if "source" not in entry["run"]}
    assert calling == entries


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, entry in PLUGINS.items()
        if entry["run"].get("module", name) == name and "source" not in entry["run"]
    ],
)
def test_the_plugin_s_notes_name_the_same(name: str) -> None:
    path = next(path for kind, path in snippets.plugins() if path.stem == name and kind in ("module", "inventory"))
    needs = path.read_text(encoding="utf-8").split("The user needs the permission", 1)[1].split("\n  - ", 1)[0]
    told = set(re.findall(r"\b[A-Z]+_[A-Z]+\b", needs.split("author:")[0].split("attributes:")[0]))
    assert told - {"KEY_INSPECT"} == set(PLUGINS[name]["missing"])


def test_the_guide_is_made_from_the_table() -> None:
    assert policies.part() in policies.GUIDE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", policies.TABLE["services"])
def test_a_statement_for_object_storage_itself(name: str) -> None:
    entry = policies.TABLE["services"][name]
    assert f"```text\n{entry['statement']}\n```" in (REPO / entry["page"]).read_text(encoding="utf-8")
    assert set(entry["needs"]) <= policies.read(entry["statement"]).permissions


def test_every_statement_of_a_page_is_in_the_table() -> None:
    """However long it is: whoever pastes one pastes what was checked."""
    known = {statement for entry in PLUGINS.values() for statement in entry["statements"]}
    known |= {entry["statement"] for entry in policies.TABLE["services"].values()}
    for block in snippets.blocks("text", pages=[REPO / "README.md", *(REPO / "docs").glob("*.md")]):
        found = [line for line in block.text.splitlines() if line.startswith("Allow service")]
        assert set(found) <= known, block


def test_the_rule_that_ends_uploads_is_one() -> None:
    from oci.object_storage.models import ObjectLifecycleRule

    (block,) = snippets.blocks("json", pages=[REPO / "docs" / "receipt.md"])
    (rule,) = json.loads(block.text)
    assert set(rule) <= set(ObjectLifecycleRule().attribute_map.values())
    assert (rule["target"], rule["action"]) == ("multipart-uploads", "ABORT")
    assert (rule["timeUnit"], rule["isEnabled"]) == (ObjectLifecycleRule.TIME_UNIT_DAYS, True)


def test_the_readme_has_the_same_statements() -> None:
    readme = (REPO / "README.md").read_text(encoding="utf-8")
    assert "\n".join(PLUGINS["bucket_reencrypt"]["statements"]) in readme


def test_the_guide_on_events_has_the_statements_of_both() -> None:
    guide = (REPO / "docs" / "events.md").read_text(encoding="utf-8")
    both = PLUGINS["stream"]["statements"] + PLUGINS["compartment_reencrypt"]["statements"]
    assert "```text\n%s\n```" % "\n".join(both) in guide


@pytest.mark.parametrize(
    "statement",
    [
        "Allow group rekey to use buckets",
        "Allow group rekey to read buckets in compartment apps where any {request.operation = 'UpdateBucket'}",
        "Allow group rekey to use buckets in compartment apps where any {request.operation = 'PutObject'}",
    ],
)
def test_a_statement_that_cannot_be_right_is_refused(statement: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        policies.read(statement)
