# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files in examples run on the simulator where Ansible reads them, and what others read is held by a parser of its kind."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import hcl2
import pytest
import yaml

from tests.docs import inprocess, policies, snippets
from tests.docs.conftest import Ansible
from tests.tools.paths import REPO

EXAMPLES = REPO / "examples"
PIPELINES = ("github_actions.yml", "gitlab-ci.yml", "Jenkinsfile")


def _text(*path: str) -> str:
    return EXAMPLES.joinpath(*path).read_text(encoding="utf-8")


def _hcl(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        loaded: dict[str, Any] = hcl2.load(file)
    return loaded


def test_each_file_is_told_of() -> None:
    page = _text("README.md")
    for path in EXAMPLES.rglob("*"):
        if path.is_file() and path.name != "README.md":
            assert f"]({path.relative_to(EXAMPLES).as_posix()})" in page, path


@pytest.mark.parametrize("name", ["module_defaults/rekey.yml", "terraform/rekey.yml"])
def test_a_playbook_is_idempotent(ansible: Ansible, name: str) -> None:
    path = EXAMPLES / name
    assert "changed=1" in ansible.run("ansible-playbook", path)
    assert "changed=0" in ansible.run("ansible-playbook", path)


def test_the_receipt_is_in_the_namespace(ansible: Ansible) -> None:
    (namespace,) = _hcl_block("protected_receipt", "oci_identity_tag_namespace", "rekey")
    assert re.search(r'name += "Rekey"', namespace)
    keys = ["rekey-receipt", "rekey-work-request"]
    assert all(key in _text("protected_receipt", "main.tf") for key in keys)
    path = EXAMPLES / "protected_receipt" / "rekey.yml"
    assert "changed=1" in ansible.run("ansible-playbook", path)
    assert "changed=0" in ansible.run("ansible-playbook", path)
    bucket = ansible.simulator.control("GET", "truth", {"bucket": "payroll"})["buckets"]["payroll"]
    assert bucket["tags"] == {"team": "payroll"}


def _hcl_block(folder: str, kind: str, name: str) -> list[str]:
    """The text of one resource."""
    return re.findall(rf'^resource "{kind}" "{name}" {{\n(.*?)^}}', _text(folder, "main.tf"), re.DOTALL | re.MULTILINE)


def test_the_job_template_s_project_runs(ansible: Ansible) -> None:
    inventory = ansible.write("fleet.rekey_buckets.yml", _text("awx", "fleet.rekey_buckets.yml"))
    playbook = ansible.write("reencrypt.yml", _text("awx", "reencrypt.yml"))
    setup = yaml.safe_load(_text("awx", "setup.yml"))[0]
    tasks = {name: task[name] for task in setup["tasks"] for name in task if name.startswith("awx.awx.")}
    template = tasks["awx.awx.job_template"]
    assert template["playbook"] == playbook.name
    assert tasks["awx.awx.inventory_source"]["source_path"] == inventory.name
    assert setup["vars"]["slices"] > 1
    assert "slices" in template["job_slice_count"]
    said = ansible.run("ansible-playbook", "-i", inventory, playbook, "-e", json.dumps(template["extra_vars"]))
    assert not re.search(r"failed=[1-9]", said)
    assert set(ansible.simulator.control("GET", "truth", {})["submissions"]) >= {"payroll", "logs-eu"}


def test_the_night_s_variables_are_the_playbook_s(ansible: Ansible) -> None:
    """As each pipeline runs it, in a folder of its own, twice."""
    (ansible.folder / "rekey").mkdir()
    ansible.write("rekey/nightly.yml", _text("nightly", "nightly.yml"))
    command = "ansible-playbook rekey.oci.enforce_rotation -e @rekey/nightly.yml"
    assert all(command in _text("nightly", name) for name in PIPELINES)
    for _night in range(2):
        assert "failed=0" in ansible.run(*command.split())
    for kind in ("html", "json", "xml"):
        assert (ansible.folder / f"encryption.{kind}").exists()
        assert kind == "json" or all(f"encryption.{kind}" in _text("nightly", name) for name in PIPELINES[1:])


def test_the_pipelines_install_the_same(ansible: Ansible) -> None:
    requirements = yaml.safe_load(_text("nightly", "requirements.yml"))
    assert [entry["name"] for entry in requirements["collections"]] == ["rekey.oci"]
    oldest = (REPO / "meta" / "ee-requirements.txt").read_text(encoding="utf-8")
    for name in PIPELINES:
        found = re.search(r"pip install '(ansible-core~=[\d.]+)' '(oci>=[\d.]+)'", _text("nightly", name))
        assert found, name
        assert found[2] in oldest.splitlines()
        assert "collection install -r rekey/requirements.yml" in _text("nightly", name)


def test_github_s_pipeline() -> None:
    workflow = yaml.safe_load(_text("nightly", "github_actions.yml"))
    steps = workflow["jobs"]["enforce"]["steps"]
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"]) for step in steps if "uses" in step)
    # The same commits as in our own workflows, which a tool keeps fresh.
    ours = "".join(path.read_text(encoding="utf-8") for path in (REPO / ".github" / "workflows").glob("*.yml"))
    assert all(step["uses"] in ours for step in steps if "uses" in step)
    # YAML 1.1 reads the key `on` as true.
    assert "schedule" in workflow[True]


def test_gitlab_s_pipeline() -> None:
    job = yaml.safe_load(_text("nightly", "gitlab-ci.yml"))["rekey"]
    assert job["artifacts"]["when"] == "always"
    assert job["artifacts"]["reports"] == {"junit": "encryption.xml"}


def test_jenkins_s_pipeline() -> None:
    """Brackets that close; there is no parser of Groovy on a package index."""
    text = re.sub(r"//.*|'''.*?'''|'[^'\n]*'", "", _text("nightly", "Jenkinsfile"), flags=re.DOTALL | re.MULTILINE)
    opened: list[str] = []
    for sign in text:
        if sign in "{([":
            opened.append({"{": "}", "(": ")", "[": "]"}[sign])
        elif sign in "})]":
            assert opened.pop() == sign
    assert not opened


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.tf")), ids=lambda path: path.parent.name)
def test_terraform_can_be_read(path: Path) -> None:
    assert _hcl(path)["resource"]


def test_the_stack_leaves_the_receipt_alone_and_allows_what_is_needed() -> None:
    text = _text("terraform", "main.tf")
    assert set(re.findall(r'freeform_tags\["([\w-]+)"\]', text)) == {"rekey-receipt", "rekey-work-request"}
    assert _hcl(EXAMPLES / "terraform" / "main.tf")
    for statement in policies.TABLE["plugins"]["bucket_reencrypt"]["statements"]:
        named = re.sub(r"\bgroup \w+", "group ${var.group_name}", statement)
        assert re.sub(r"compartment \w+", "compartment ${var.compartment_name}", named) in text


def test_nothing_is_submitted_twice_by_module_defaults(ansible: Ansible) -> None:
    """What the example says of both buckets is so."""
    ansible.run("ansible-playbook", EXAMPLES / "module_defaults" / "rekey.yml")
    environment = ansible.simulator.introduction["environment"]
    for bucket in ("payroll", "payroll-archive"):
        assert inprocess.run("bucket_reencrypt", {"bucket_name": bucket}, environment)["reason"] == "up_to_date"


def test_a_page_of_ours_leads_there() -> None:
    assert any("examples/README.md" in page.read_text(encoding="utf-8") for page in snippets.PAGES)
