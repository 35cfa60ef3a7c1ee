# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The EXAMPLES of every plugin run as they stand, with nothing but environment variables added, and another folder for /tmp."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs import inprocess, snippets
from tests.docs.conftest import Ansible

PLAY = "- name: Examples\n  hosts: localhost\n  gather_facts: false\n  tasks:\n"
ALL = [(kind, path) for kind, path in snippets.plugins() if kind != "inventory"]
INVENTORIES = [path for kind, path in snippets.plugins() if kind == "inventory"]


def as_playbook(text: str) -> str:
    """Plays as they are; tasks in a play."""
    items: list[dict[str, Any]] = yaml.safe_load(text)
    if all("hosts" in item or "ansible.builtin.import_playbook" in item for item in items):
        return text
    return PLAY + textwrap.indent(text.strip("\n") + "\n", "    ")


#: What Ansible warns of where an endpoint is the same for all regions.
ONE_ENDPOINT = "each region gives the same buckets"
#: Those whose examples ask about a bucket that is proven.
PROVEN_FIRST = ("bucket_encryption_info",)
#: Those whose examples want a re-encryption to last.
SLOW = ("work_request",)


@pytest.mark.parametrize(("kind", "path"), ALL, ids=[f"{kind}-{path.stem}" for kind, path in ALL])
def test_tasks_and_plays(ansible: Ansible, kind: str, path: Path) -> None:
    text = snippets.examples(path).replace("dest: /tmp/", f"dest: {ansible.folder}/")
    assert path.stem in text
    if path.stem in SLOW:
        ansible.simulator.control("POST", "settings", {"work_seconds": 3600})
    if path.stem in PROVEN_FIRST:
        environment = ansible.simulator.introduction["environment"]
        assert inprocess.run("bucket_reencrypt", {"bucket_name": "payroll"}, environment)["changed"]
    said = ansible.run("ansible-playbook", ansible.write("examples.yml", as_playbook(text)))
    assert "failed=0" in said


@pytest.mark.parametrize("path", INVENTORIES, ids=[path.stem for path in INVENTORIES])
def test_inventories(ansible: Ansible, path: Path) -> None:
    documents = [document for document in snippets.examples(path).split("\n---\n") if yaml.safe_load(document)]
    assert documents
    for number, document in enumerate(documents):
        source = ansible.write(f"{number}.rekey_{path.stem}.yml", document)
        listed = json.loads(ansible.run("ansible-inventory", "-i", source, "--list", but=ONE_ENDPOINT))
        assert listed["_meta"]["hostvars"], document
