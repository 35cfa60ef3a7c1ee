# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the guides, row by row, against what they tell of. Those of the receipt and of failures have files of their own."""

from __future__ import annotations

import ast
import json
import re
import runpy
import shlex
from itertools import takewhile
from typing import Any

import yaml

from ansible_collections.rekey.oci.plugins.module_utils.module import arguments
from ansible_collections.rekey.oci.plugins.modules import compartment_reencrypt
from tests.docs import inprocess
from tests.docs.conftest import COMPARTMENT, Ansible
from tests.docs.tables import names, table
from tests.tools.paths import REPO

#: Each row of the comparison, with the tests that hold what it says of this collection, and of the OCI CLI.
COMPARED = {
    "re-encrypts a bucket": "test_guides.py::test_the_quick_start",
    "leaves a bucket alone if it is up to date": "test_tables_of_pages.py::test_the_cli_re_encrypts_what_is_up_to_date",
    "says for which [key version](#words) a bucket was re-encrypted": "test_guides.py::test_what_the_receipt_reveals",
    "re-encrypts once although the answer to the call was lost": (
        "test_guides.py::test_a_lost_answer_makes_the_cli_submit_twice_and_this_collection_once"
    ),
    "goes on where an interrupted run ended": "test_guides.py::test_a_run_that_ends_early_is_joined",
    "all buckets of a compartment, in several regions": "test_iam.py::test_the_statements_suffice",
    "a report of what is [proven](#words)": "test_watching.py::test_the_metrics_say_what_the_report_says",
    "everything else in OCI": "test_readme.py::test_the_content_is_all_there_is",
}


def test_each_row_of_the_comparison_has_a_test() -> None:
    compared = table("README.md", "How it compares")
    assert compared.column() == list(COMPARED)
    for row in compared.rows:
        assert row[1] == {"everything else in OCI": "no"}.get(row[0], row[1])
        assert row[0] == "everything else in OCI" or row[1] in ("yes", "one task")
        name, _colons, function = COMPARED[row[0]].partition("::")
        tree = ast.parse((REPO / "tests" / "docs" / name).read_text(encoding="utf-8"))
        assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, function


def test_the_cli_re_encrypts_what_is_up_to_date(ansible: Ansible) -> None:
    environment = ansible.simulator.introduction["environment"]
    for _run in range(2):
        inprocess.run("bucket_reencrypt", {"bucket_name": "payroll"}, environment)
    for _run in range(2):
        ansible.run("oci", *shlex.split("os bucket reencrypt --namespace examplens --bucket-name payroll-archive"))
    submitted = ansible.simulator.control("GET", "truth", {})["submissions"]
    assert {name: len(found) for name, found in submitted.items()} == {"payroll": 1, "payroll-archive": 2}


# docs/fleets.md


def spec() -> dict[str, Any]:
    own = yaml.safe_load(compartment_reencrypt.DOCUMENTATION)["options"]
    return {**own, **arguments.common(), **arguments.fleet(), **arguments.behaviour()}


def test_a_fleet_s_limits() -> None:
    """All that there are, and each is a number."""
    limits = [names(cell)[0] for cell in table("docs/fleets.md", "One task, one process").column()]
    numbers = {name for name, option in spec().items() if option["type"] == "int"}
    assert set(limits) == numbers - {"wait_interval", "claim_grace"}


def test_a_fleet_s_ways_are_told_below() -> None:
    headings = re.findall(r"^#+ (.+)$", (REPO / "docs" / "fleets.md").read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {heading.lower().replace(",", "").replace(" ", "-") for heading in headings}
    for cell in table("docs/fleets.md", "Fleets and AWX").column():
        (anchor,) = re.findall(r"\(#([^)]+)\)", cell)
        assert anchor in anchors


def test_which_host_is_which_bucket(ansible: Ansible) -> None:
    """By ansible-inventory itself: what it imports would make this process a controller, for the tests to come."""
    ansible.simulator.control("POST", "world", {"buckets": [{"name": "web", "compartment": "apps"}]})
    source = ansible.write(
        "fleet.rekey_buckets.yml", f"plugin: rekey.oci.buckets\ncompartment_ids: [{COMPARTMENT}]\ninclude: [web]\n"
    )

    def name(*taken: str) -> str:
        # As a group, or as a host where a group may not be called so.
        groups: dict[str, Any] = {one: {} for one in taken if "." not in one}
        servers: dict[str, Any] = {one: {} for one in ("far", *taken) if one not in groups}
        others = ansible.write("others.yml", json.dumps({"all": {"hosts": servers, "children": groups}}))
        said = ansible.run("ansible-inventory", "-i", others, "-i", source, "--list", but="have longer names")
        (host,) = json.loads(said)["rekey_buckets"]["hosts"]
        return str(host).replace("examplens", "NAMESPACE")

    told = [names(cell)[0] for cell in table("docs/fleets.md", "Which host is which bucket").column(1)]
    assert told == [name(), name("web"), name("web", "web.us-ashburn-1")]


def test_the_figures_are_added_up_right() -> None:
    known = table("docs/fleets.md", "AWX job slices")
    assert [names(cell) for cell in known.column(1)] == [["make bench"], ["make bench"]]
    for _case, calls, seconds, rate, sum_of in table("docs/fleets.md", "AWX job slices", 2).rows:
        assert abs(1000 * float(calls) / float(seconds) - float(rate)) < 2
        exact = 10000 * float(calls) / (float(rate) * 60)
        assert (
            sum_of.replace("\u00d7", "x") == f"10,000 x {calls} / ({rate} x 60) = {exact:.1f}, so {int(-(-exact // 1))}"
        )
        # No more than make bench allows.
        assert float(calls) < {"up to date": 1.1}.get(_case, 8)


# docs/events.md


def test_how_long_an_event_takes() -> None:
    rulebook = (REPO / "extensions" / "eda" / "rulebooks" / "key_rotation.yml").read_text(encoding="utf-8")
    source = runpy.run_path(str(REPO / "extensions" / "eda" / "plugins" / "event_source" / "stream.py"))
    told = table("docs/events.md", "How long it takes").pairs()
    measured = {
        "from the stream to the process": [f"{source['IDLE'][1]:.0f} seconds"],
        "waiting for more events of the key": [f"{yaml.safe_load(rulebook)[0]['sources'][0]['rekey.oci.stream']['window']} seconds"],
        "the completed receipt": [f"{arguments.waiting()['wait_interval']['default']} seconds"],
        # Not ours, and not measured.
        "from the rotation to the stream": [],
        "starting the playbook and finding the buckets": [],
        "the re-encryption itself": [],
    }  # fmt: skip
    assert {part: re.findall(r"\d+ seconds", time) for part, time in told.items()} == measured


# docs/migration.md


def test_what_takes_the_place_of_oracle_oci() -> None:
    """The options are options here too, unless the row says otherwise, and the groups are groups."""
    rows = table("docs/migration.md", "From `oracle.oci`").rows
    own = spec().keys() | {"bucket_name"}
    for before, after in rows:
        if after.startswith("the same"):
            assert set(names(before)) <= own
        assert {name for name in names(after) if re.fullmatch(r"\w+", name)} <= own | {"changed"}
    assert [before for before, after in rows if not after.startswith("the same")] == [
        "`action: reencrypt`", "`module_defaults` for each module", "`changed` on every run",
    ]  # fmt: skip


def test_what_takes_the_place_of_a_script(ansible: Ansible) -> None:
    """Each command is one of the CLI, with the options that it is shown with; each option of ours is an option."""
    rows = table("docs/migration.md", "From a script of OCI CLI commands").rows
    for line, ours in rows:
        for command in re.findall(r"oci ([^`)|]+)", line):
            words = command.replace("…", "").split()
            said = ansible.run("oci", *takewhile(lambda word: not word.startswith("--"), words), "--help")
            assert all(option in said for option in words if option.startswith("--")), command
        assert set(re.findall(r"`(\w+): ", ours)) <= set(spec())
    (waits,) = [line for line, ours in rows if "wait_timeout: 3600" in ours]
    said = ansible.run("oci", "os", "bucket", "reencrypt", "--help")
    assert all(name.split()[0] in said for name in names(waits))


# CONTRIBUTING.md and the examples


def test_the_commands_are_targets() -> None:
    makefile = (REPO / "Makefile").read_text(encoding="utf-8")
    for cell in table("CONTRIBUTING.md", "Set up").column():
        (command,) = names(cell)
        assert re.search(rf"^{command.removeprefix('make ')}:", makefile, re.MULTILINE), command


def test_the_folders_are_all_there_are() -> None:
    told = {name for cell in table("CONTRIBUTING.md", "Where things are").column() for name in names(cell)}
    told = {name if "/" in name else f"plugins/{name}" for name in told - {"playbooks"}} | {"playbooks"}
    there = {
        f"tests/{path.name}"
        for path in (REPO / "tests").iterdir()
        if path.is_dir() and path.name not in ("__pycache__", "output")
    }
    there |= {f"plugins/{path.name}" for path in (REPO / "plugins").iterdir() if path.is_dir()}
    there |= {"playbooks", "extensions/eda", "tests/integration/targets"}
    assert told == there - {"tests/integration", "plugins/doc_fragments"}


def test_the_floors_are_those_that_are_checked() -> None:
    told = [
        names(cell)[0].removeprefix("module_utils/")
        for cell in table("CONTRIBUTING.md", "Where things are", 2).column()
    ]
    project = (REPO / "pyproject.toml").read_text(encoding="utf-8")
    (layers,) = re.findall(r"^layers = \[(.*)\]$", project, re.MULTILINE)
    assert told == re.findall(r"[a-z_]+", layers)


def test_where_a_change_is_made_is_there() -> None:
    for cell in table("CONTRIBUTING.md", "Where to change what").column(1):
        paths = [name for name in names(cell) if "/" in name]
        assert paths
        for path in paths:
            assert any((REPO / folder / path).exists() for folder in ("", "plugins/module_utils")), path


def test_each_example_is_a_file() -> None:
    for cell in table("examples/README.md", "Examples").column(1):
        assert all((REPO / "examples" / link).is_file() for link in re.findall(r"\]\(([^)]+)\)", cell))
