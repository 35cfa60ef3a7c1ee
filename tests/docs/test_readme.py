# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""README.md agrees with what it tells of: the decision table, the releases, the content, the tags, the calls, the links."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs import inprocess, snippets
from tests.docs.conftest import Ansible
from tests.docs.tables import table
from tests.tools import releases
from tests.tools.paths import REPO

README = (REPO / "README.md").read_text(encoding="utf-8")
PLUGIN_FOLDERS = {**snippets.KINDS, "playbooks": "playbook"}


def test_the_decision_table_is_the_code_s() -> None:
    from ansible_collections.rekey.oci.plugins.module_utils.decide.reasons import REASONS

    actions = {name: reason.action for name, reason in REASONS.items() if not reason.only_in_fleets}
    rows = table("README.md", "What it decides").rows
    assert {row[1].strip("`"): row[0].removesuffix(", or none on an empty bucket") for row in rows} == actions
    # Only the assignment is a change where nothing is submitted.
    assert [row[1] for row in rows if "empty bucket" in row[0]] == ["`key_assigned`"]
    assert [row[2] for row in rows] == ["yes" if row[0].startswith("submit") else "no" for row in rows]
    assert [row[3] for row in rows] == [reason.when for reason in REASONS.values() if not reason.only_in_fleets]


def test_the_modules_explain_each_reason_in_the_words_of_the_table() -> None:
    from ansible_collections.rekey.oci.plugins.module_utils.decide.reasons import REASONS

    one = returned("bucket_reencrypt")["reason"]
    fleet = returned("compartment_reencrypt")["buckets"]["contains"]["reason"]
    for name, reason in REASONS.items():
        told = fleet if reason.only_in_fleets else one
        lines = [re.sub(r"O\((\w+)\)", r"`\1`", line) for line in told["description"]]
        assert any(line.startswith(f"V({name}), {reason.when}.") for line in lines), name


def returned(module: str) -> dict[str, Any]:
    """The module's RETURN."""
    found: dict[str, Any] = yaml.safe_load(
        importlib.import_module(f"ansible_collections.rekey.oci.plugins.modules.{module}").RETURN
    )
    return found


def test_a_key_is_assigned_to_an_empty_bucket_and_nothing_submitted(ansible: Ansible) -> None:
    ansible.simulator.control("POST", "world", {"buckets": [{"name": "void", "compartment": "apps", "objects": 0}]})
    key_id = "ocid1.key.oc1.iad.examplevault.exampleother"
    environment = ansible.simulator.introduction["environment"]
    result = inprocess.run("bucket_reencrypt", {"bucket_name": "void", "kms_key_id": key_id}, environment)
    assert (result["changed"], result["action"], result["reason"]) == (True, "none", "key_assigned")


def test_the_releases_are_those_that_are_tested() -> None:
    rows = {row[0].replace("`", ""): row[1] for row in table("README.md", "Tested with").rows}
    assert re.findall(r"2\.\d+", rows["ansible-core"]) == [release.version for release in releases.RELEASES]
    assert re.findall(r"3\.\d+", rows["Python on the host that runs modules"]) == list(releases.TARGETS)
    controllers = {release.python for release in releases.RELEASES}
    assert re.findall(r"3\.\d+", rows["Python on the controller"]) == sorted(controllers, key=releases.order)
    oldest = releases.OLDEST_SDK.removeprefix("oci==")
    assert f"{oldest} and later" in rows["oci SDK"]


def test_metadata_and_guides_agree_with_the_list() -> None:
    runtime = yaml.safe_load((REPO / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert runtime["requires_ansible"] == f">={releases.OLDEST.version}.0"
    config = yaml.safe_load((REPO / "tests" / "config.yml").read_text(encoding="utf-8"))
    assert config["modules"]["python_requires"] == f">= {releases.TARGETS[0]}"
    project = (REPO / "pyproject.toml").read_text(encoding="utf-8")
    assert f'target-version = "py{releases.TARGETS[0].replace(".", "")}"\n' in project
    oldest = min((release.python for release in releases.RELEASES), key=releases.order)
    assert f'python_version = "{oldest}"\n' in project
    assert f'"tests/**" = "py{oldest.replace(".", "")}"\n' in project
    assert f"You need git, make, and Python {oldest} or later." in README
    guide = (REPO / "docs" / "execution_environments.md").read_text(encoding="utf-8")
    newest = releases.NEWEST
    assert set(re.findall(r"ansible-core\S*[= ]([\d.]+\d)", guide)) == {newest.version, f"{newest.version}.0"}
    assert set(re.findall(r"[Pp]ython ?(3\.\d+)", guide)) == {newest.python}
    guard = (REPO / "plugins" / "plugin_utils" / "_module_action.py").read_text(encoding="utf-8")
    assert f"OLDEST_PYTHON = ({releases.TARGETS[0].replace('.', ', ')})" in guard
    guard = (REPO / "plugins" / "module_utils" / "common" / "model.py").read_text(encoding="utf-8")
    assert f"< ({releases.TARGETS[0].replace('.', ', ')})" in guard
    assert f"need Python {releases.TARGETS[0]} or" in guard


def test_the_oldest_sdk_is_the_same_everywhere() -> None:
    from ansible_collections.rekey.oci.plugins.module_utils.sdk.loading import OLDEST_SDK

    oldest = releases.OLDEST_SDK.removeprefix("oci==")
    assert oldest == OLDEST_SDK
    assert f"oci>={oldest}" in (REPO / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    assert f"  - oci >= {oldest} (the" in (REPO / "plugins/doc_fragments/auth.py").read_text(encoding="utf-8")
    for page in snippets.PAGES:
        assert set(re.findall(r"oci>=([\d.]+)", page.read_text(encoding="utf-8"))) <= {oldest}, page


def test_the_content_is_all_there_is() -> None:
    listed = {
        (row[0].split("`")[1], row[0].split("(")[1].rstrip(")")) for row in table("README.md", "What is in it").rows
    }
    there = {(f"rekey.oci.{path.stem}", kind) for kind, path in snippets.plugins()}
    there |= {(f"rekey.oci.{path.stem}", "playbook") for path in (REPO / "playbooks").glob("*.yml")}
    for kind, folder in (("event source", "plugins/event_source/*.py"), ("rulebook", "rulebooks/*.yml")):
        there |= {(f"rekey.oci.{path.stem}", kind) for path in (REPO / "extensions" / "eda").glob(folder)}
    assert listed == there


def test_the_changelog_lists_the_same() -> None:
    changelog = yaml.safe_load((REPO / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))
    listed: set[tuple[str, str]] = set()
    for release in changelog["releases"].values():
        listed |= {(entry["name"], "module") for entry in release.get("modules", ())}
        for group in ("plugins", "objects"):
            listed |= {(entry["name"], kind) for kind, found in release.get(group, {}).items() for entry in found}
    there = {(path.stem, kind) for kind, path in snippets.plugins()}
    there |= {(path.stem, "playbook") for path in (REPO / "playbooks").glob("*.yml")}
    assert listed == there
    # The tool escapes what Markdown would take for its own.
    text = (REPO / "CHANGELOG.md").read_text(encoding="utf-8").replace("\\", "")
    assert all(f"* rekey.oci.{name} - " in text for name, _kind in listed)


def test_targets_of_make_exist() -> None:
    makefile = (REPO / "Makefile").read_text(encoding="utf-8")
    for page in snippets.PAGES:
        for target in re.findall(r"(?:`|^\$ )make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), (page, target)


def test_all_modules_are_in_the_action_group() -> None:
    runtime = yaml.safe_load((REPO / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    group = {name for name in runtime["action_groups"]["all"] if isinstance(name, str)}
    modules = {path.stem for kind, path in snippets.plugins() if kind == "module" and "auth" in _fragments(path)}
    assert modules == group


def _fragments(path: Path) -> str:
    return " ".join(re.findall(r"rekey\.oci\.(\w+)$", path.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("namespace", [None, "examplens"])
def test_the_calls_where_nothing_is_to_be_done(ansible: Ansible, namespace: str | None) -> None:
    """Three, or two with the namespace given; and nothing is written."""
    environment = ansible.simulator.introduction["environment"]
    arguments = {"bucket_name": "payroll"} | ({"namespace_name": namespace} if namespace else {})
    assert inprocess.run("bucket_reencrypt", arguments, environment)["changed"]
    mark = ansible.simulator.control("GET", "truth", {})["mark"]
    assert not inprocess.run("bucket_reencrypt", arguments, environment)["changed"]
    requests = ansible.simulator.control("GET", "truth", {"since": mark})["requests"]
    assert len(requests) == (2 if namespace else 3)
    assert not any(request["effect"] for request in requests)


def test_the_first_screen_is_a_real_run(ansible: Ansible) -> None:
    """Two runs of the first playbook, the day after a rotation: each line that is shown is there, in this order."""
    (shown,) = [block.text for block in snippets.blocks("text", pages=[REPO / "README.md"]) if "TASK [" in block.text]
    play = next(block for block in snippets.blocks("yaml", pages=[REPO / "README.md"]) if "hosts:" in block.text)
    ansible.write("rekey.yml", play.text)
    ansible.run("ansible-playbook", "rekey.yml")
    ansible.simulator.control("POST", "rotate", {"key": "master"})
    for run in shown.strip().split("\n\n"):
        command, *lines = run.splitlines()
        said = iter(ansible.run(*command.removeprefix("$ ").split()).splitlines())
        for line in lines:
            assert any(_bare(line) == _bare(found) for found in said), line


def _bare(line: str) -> str:
    """Without the stars, which fill the width of the terminal."""
    return line.rstrip("* ")


def test_the_tags_are_those_that_are_written(ansible: Ansible) -> None:
    block = next(block for block in snippets.blocks("yaml", pages=[REPO / "README.md"]) if "hosts:" in block.text)
    ansible.run("ansible-playbook", ansible.write("playbook.yml", block.text))
    truth = ansible.simulator.control("GET", "truth", {"bucket": "payroll"})["buckets"]["payroll"]
    assert truth["all_current"]
    assert set(truth["tags"]) == {"team", "rekey-receipt", "rekey-work-request"}
    for page in ("README.md", "docs/terraform.md"):
        text = (REPO / page).read_text(encoding="utf-8")
        assert set(re.findall(r'freeform_tags\["([\w-]+)"\]', text)) == {"rekey-receipt", "rekey-work-request"}


@pytest.mark.parametrize("page", snippets.PAGES, ids=lambda page: str(page.relative_to(REPO)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if link.startswith("https://") or page.name == "CHANGELOG.md":
            continue
        path, _hash, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_every_guide_is_on_the_site_and_in_the_readme() -> None:
    guides = {path.stem for path in (REPO / "docs").glob("*.md")}
    index = (REPO / "tests" / "docs" / "site" / "index.md").read_text(encoding="utf-8")
    assert guides <= set(index.split())
    # By task, too.
    assert guides == set(re.findall(r"\]\((\w+)\.md\)", index)) - {"playbooks"}
    assert guides == set(re.findall(r"\]\(docs/(\w+)\.md\)", README))


@pytest.mark.parametrize("page", snippets.PAGES, ids=lambda page: str(page.relative_to(REPO)))
def test_headings_go_down_one_level_at_a_time(page: Path) -> None:
    """The site's builder takes no page where they do not."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert all(after <= levels[at] + 1 for at, after in enumerate(levels[1:]))
