# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The workflows do what the list of releases says, by actions that nobody can change under us."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from tests.tools import releases
from tests.tools.paths import REPO

WORKFLOWS = sorted((REPO / ".github" / "workflows").glob("*.yml"))
#: What they were at when this was last looked at: an older one is a step back.
MAJORS = {"actions/checkout": 7, "actions/setup-python": 7, "actions/upload-artifact": 7}


def jobs(name: str) -> dict[str, Any]:
    text = (REPO / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)["jobs"]
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Any) -> None:
    used = re.findall(r"uses: (\S+)(.*)", path.read_text(encoding="utf-8"))
    assert used
    for action, comment in used:
        name, _at, commit = action.partition("@")
        assert re.fullmatch("[0-9a-f]{40}", commit), action
        version = re.fullmatch(r" # v(\d+)\.\d+\.\d+", comment)
        assert version, comment
        assert int(version[1]) >= MAJORS[name], name


def test_a_bot_keeps_them_current() -> None:
    settings = yaml.safe_load((REPO / ".github" / "dependabot.yml").read_text(encoding="utf-8"))
    assert {"github-actions", "pip"} <= {update["package-ecosystem"] for update in settings["updates"]}


def test_every_release_is_a_job() -> None:
    told = releases.workflow()["releases"]
    assert isinstance(told, list)
    assert [job["name"] for job in told if not job["may-fail"]] == [release.name for release in releases.OTHERS]
    assert [job["name"] for job in told if job["may-fail"]] == [releases.DEVEL.name]
    job = jobs("test")["release"]
    assert job["strategy"]["matrix"]["release"] == "${{ fromJSON(needs.list.outputs.releases) }}"
    assert job["continue-on-error"] == "${{ matrix.release.may-fail }}"
    assert job["steps"][-1]["run"] == "make one-release RELEASE=${{ matrix.release.name }}"


def test_no_version_stands_in_a_workflow() -> None:
    """All come from the list."""
    for path in WORKFLOWS:
        text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
        assert not re.search(r"\b(2\.\d\d|3\.\d+)\b", text), path


def test_every_python_that_is_needed_is_set_up() -> None:
    for name, everything in (("pythons", False), ("all-pythons", True)):
        listed = str(releases.workflow()[name]).split()
        assert set(listed) == set(releases.needed(everything))
        # The last is the one that `python` stands for.
        assert listed[-1] == releases.NEWEST.python
    assert json.loads(json.dumps(releases.workflow())) == releases.workflow()
