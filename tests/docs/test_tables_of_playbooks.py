# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of playbooks/README.md: the playbooks are all there are, and so are their variables, with these defaults."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from ansible_collections.rekey.oci.plugins.doc_fragments import progress
from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.module_utils.module import arguments
from ansible_collections.rekey.oci.plugins.modules import encryption_report
from ansible_collections.rekey.oci.plugins.plugin_utils import _playbook_settings as settings
from tests.docs.tables import names, table
from tests.tools.paths import REPO

PLAYBOOKS = REPO / "playbooks"
PAGE = (PLAYBOOKS / "README.md").read_text(encoding="utf-8")
#: What the rulebook runs, and nobody by hand.
OF_THE_RULEBOOK = {"bucket_updated"}
COMPARTMENT = "ocid1.compartment.oc1..example"
ENOUGH: dict[str, dict[str, Any]] = {
    settings.BUCKET: {"rekey_bucket_name": "payroll"},
    settings.ROTATION: {"rekey_compartment_ids": [COMPARTMENT]},
    settings.REPORT: {"rekey_compartment_ids": [COMPARTMENT]},
}
#: What a default is in words, where nothing that is given goes to the modules.
IN_WORDS = {"all", "none", "looked up", "the configuration's", "the controller's"}


def handed_on() -> list[str]:
    """The variables that the page tells of in a paragraph, not in a table."""
    (paragraph,) = [one for one in PAGE.split("\n\n") if "`rekey_claim_grace`" in one]
    return [name for name in names(paragraph.replace("\n", " ")) if name.startswith("rekey_")]


def test_the_playbooks_are_all_there_are() -> None:
    told = [names(cell)[0] for cell in table("playbooks/README.md", "Playbooks").column()]
    assert {*told} | OF_THE_RULEBOOK == {path.stem for path in PLAYBOOKS.glob("*.yml")}
    assert tuple(told) == settings._ALL


def test_the_variables_are_all_there_are() -> None:
    told = handed_on()
    for one in (
        table("playbooks/README.md", "Which buckets"),
        table("playbooks/README.md", "Signing in"),
        table("playbooks/README.md", "What the playbooks do"),
    ):
        told += [name for cell in one.column() for name in names(cell)]
    assert len(told) == len(set(told))
    assert set(told) == set(settings.VARIABLES)


def test_they_are_those_of_the_playbooks_that_are_named() -> None:
    before: set[str] = set()
    for cell, _default, where, _what in table("playbooks/README.md", "Which buckets").rows:
        told = {"all": set(settings._ALL), "the same": before}.get(where, set(names(where)))
        for name in names(cell):
            assert set(settings.VARIABLES[name].playbooks) == told, name
        before = told


@pytest.mark.parametrize("heading", ["Which buckets", "Signing in", "What the playbooks do"])
def test_the_defaults_are_as_told(heading: str) -> None:
    for row in table("playbooks/README.md", heading).rows:
        for name in names(row[0]):
            _check_default(name, row[1])


def _check_default(name: str, told: str) -> None:
    variable = settings.VARIABLES[name]
    if told == "required":
        for playbook in variable.playbooks:
            with pytest.raises(BadInput, match=name):
                settings.settings(playbook, {}, "/")
    elif name == "rekey_hosts":
        play = (PLAYBOOKS / "reencrypt_bucket.yml").read_text(encoding="utf-8")
        assert f"else '{names(told)[0]}' if not rekey_hosts | default('', true)" in play
    elif name == "rekey_report_title":
        assert yaml.safe_load(encryption_report.DOCUMENTATION)["options"]["title"]["default"] == told
    elif name == "rekey_report_formats":
        assert yaml.safe_load(encryption_report.DOCUMENTATION)["options"]["formats"]["default"] == names(told)
    elif name == "rekey_progress":
        option = yaml.safe_load(progress.ModuleDocFragment.DOCUMENTATION)["options"]["progress"]
        assert f"and then V({names(told)[0]})." in " ".join(option["description"]).replace("\n", " ")
    elif names(told):
        default = variable.default
        assert names(told) == [default if isinstance(default, str) else json.dumps(default)], name
    else:
        assert set(told.split(", ")) <= IN_WORDS
        assert variable.default is None


def test_what_is_handed_on_has_the_modules_defaults() -> None:
    """Not given, it is not handed on: so the module's own default counts."""
    for playbook, enough in ENOUGH.items():
        options = settings.settings(playbook, enough, "/")["options"]
        for found in options.values():
            assert not {f"rekey_{name}" for name in found} & set(handed_on()) - {"rekey_wait"}
    assert settings.VARIABLES["rekey_wait"].default == arguments.waiting()["wait"]["default"]


@pytest.mark.parametrize("name", [name for name in handed_on() if name in ("rekey_workers", "rekey_wait_timeout")])
def test_numbers_are_at_least_1(name: str) -> None:
    playbook = settings.VARIABLES[name].playbooks[-1]
    with pytest.raises(BadInput, match=f"{name} is 0: .* of at least 1"):
        settings.settings(playbook, {**ENOUGH[playbook], name: 0}, "/")
