# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The YAML that README.md and the guides show: plays run against the simulator, and all of it loads."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from tests.docs import snippets
from tests.docs.conftest import Ansible
from tests.docs.test_examples import as_playbook
from tests.tools.paths import REPO

BLOCKS = snippets.blocks("yaml", "yml")


def _plays(block: snippets.Block) -> bool:
    found: Any = yaml.safe_load(block.text)
    # A rulebook is a list too.
    return isinstance(found, list) and all(isinstance(item, dict) and "sources" not in item for item in found)


def _names_others(block: snippets.Block) -> bool:
    """What somebody else's collection does is not ours to run."""
    return "oracle.oci." in block.text


PLAYBOOKS = [block for block in BLOCKS if _plays(block) and not _names_others(block)]
#: The project's file of a job template: it wants the inventory of buckets that its page shows.
PROJECTS = [block for block in PLAYBOOKS if "import_playbook: rekey.oci.reencrypt_bucket" in block.text]
#: Those that want another inventory, which its page shows too.
ON_HOSTS = [block for block in PLAYBOOKS if "hosts: all" in block.text]
ALONE = [block for block in PLAYBOOKS if block not in PROJECTS + ON_HOSTS]

INVENTORIES = [block for block in BLOCKS if "plugin: rekey.oci." in block.text]
STATIC_INVENTORIES = [block for block in BLOCKS if block.text.startswith("all:\n")]


def test_there_are_some() -> None:
    assert len(PLAYBOOKS) >= 4


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_it_loads(block: snippets.Block) -> None:
    assert yaml.safe_load(block.text)
    assert "\t" not in block.text


@pytest.mark.parametrize("block", ALONE, ids=str)
def test_it_runs(ansible: Ansible, block: snippets.Block) -> None:
    said = ansible.run("ansible-playbook", ansible.write("playbook.yml", as_playbook(block.text)))
    assert "failed=0" in said


def _changed(said: str) -> dict[str, tuple[str, str]]:
    """What the recap says of each host: changed and failed."""
    found = re.findall(r"^(\S+) +: .*changed=(\d+) .*failed=(\d+)", said, re.MULTILINE)
    return {host: (changed, failed) for host, changed, failed in found}


@pytest.mark.parametrize("block", PROJECTS, ids=str)
def test_a_project_runs_on_its_inventory(ansible: Ansible, block: snippets.Block) -> None:
    (inventory,) = [one for one in INVENTORIES if one.page == block.page]
    ansible.write("fleet.rekey_buckets.yml", inventory.text)
    ansible.write("reencrypt.yml", block.text)
    command = ("ansible-playbook", "-i", "fleet.rekey_buckets.yml", "reencrypt.yml", "-e", "rekey_hosts=all")
    said = _changed(ansible.run(*command))
    assert {"payroll", "payroll-archive", "logs-eu"} <= set(said)
    assert said["payroll"] == said["logs-eu"] == ("1", "0")
    assert set(_changed(ansible.run(*command)).values()) == {("0", "0")}


def test_compartments_as_hosts(ansible: Ansible) -> None:
    (play,), (inventory,) = ON_HOSTS, STATIC_INVENTORIES
    assert play.page == inventory.page
    text = play.page.read_text(encoding="utf-8")
    command = ("ansible-playbook", "-i", "compartments.yml", "reencrypt_compartments.yml")
    assert f"$ {' '.join(command)}\n" in text
    ansible.write("compartments.yml", inventory.text)
    ansible.write("reencrypt_compartments.yml", play.text)
    assert _changed(ansible.run(*command)) == {"apps": ("1", "0"), "apps-eu": ("1", "0")}
    assert _changed(ansible.run(*command)) == {"apps": ("0", "0"), "apps-eu": ("0", "0")}
    submitted = ansible.simulator.control("GET", "truth", {})["submissions"]
    assert {len(submitted[name]) for name in ("payroll", "payroll-archive", "logs-eu")} == {1}


@pytest.mark.parametrize("block", INVENTORIES, ids=str)
def test_an_inventory_has_hosts(ansible: Ansible, block: snippets.Block) -> None:
    listed = ansible.run("ansible-inventory", "-i", ansible.write("fleet.rekey_buckets.yml", block.text), "--list")
    assert json.loads(listed)["_meta"]["hostvars"]


def test_playbooks_that_are_called_by_name_exist() -> None:
    called = {
        name
        for page in snippets.PAGES
        for name in re.findall(r"ansible-playbook rekey\.oci\.(\w+)", page.read_text(encoding="utf-8"))
    }
    assert called
    assert called <= {path.stem for path in (REPO / "playbooks").glob("*.yml")}


@pytest.mark.parametrize("block", PLAYBOOKS, ids=str)
def test_it_has_names_and_full_names_of_modules(block: snippets.Block) -> None:
    """The rules of ansible-lint that a reader would copy the breaking of."""
    for item in yaml.safe_load(block.text):
        for task in item.get("tasks", [item]):
            assert task["name"][0].isupper()
            modules = [key for key in task if key.count(".") >= 2]
            assert len(modules) == 1, task
