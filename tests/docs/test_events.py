# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files that docs/events.md shows are ones that OCI, systemd and ansible-rulebook would take, and they fit together."""

from __future__ import annotations

import configparser
import json
import re
import shlex
from typing import Any

import yaml

from tests.docs import snippets
from tests.docs.tables import names, table
from tests.tools.paths import REPO

PAGE = REPO / "docs" / "events.md"
TEXT = PAGE.read_text(encoding="utf-8")
RULEBOOK = (REPO / "extensions" / "eda" / "rulebooks" / "key_rotation.yml").read_text(encoding="utf-8")


def block(language: str, part: str) -> str:
    """The one in this language that has this in it."""
    (found,) = [one.text for one in snippets.blocks(language, pages=[PAGE]) if part in one.text]
    return found


def saved() -> set[str]:
    """Paths that the guide has the reader save a file as."""
    return set(re.findall(r"this as `(/[^`]+)`", TEXT))


def _known(cls: Any) -> set[str]:
    return set(cls().attribute_map.values())


def test_the_rule_is_one_that_the_events_service_takes() -> None:
    from oci.events import models

    rule = json.loads(block("json", "displayName"))
    assert set(rule) <= _known(models.CreateRuleDetails)
    (action,) = rule["actions"]["actions"]
    assert action["actionType"] == models.ActionDetails.ACTION_TYPE_OSS
    assert models.ActionDetails.get_subtype(action) == "CreateStreamingServiceActionDetails"
    assert set(action) <= _known(models.CreateStreamingServiceActionDetails)


def test_the_rule_sends_what_the_rulebook_listens_to() -> None:
    rule = json.loads(block("json", "displayName"))
    listened = set(re.findall(r'eventType == "([^"]+)"', RULEBOOK))
    assert set(json.loads(rule["condition"])["eventType"]) == listened
    assert len(listened) == 2


def test_the_variables_are_those_of_the_rulebook() -> None:
    given = yaml.safe_load(block("yaml", "rekey_report_dest"))
    known = set(re.findall(r"\b(rekey_\w+) \|", RULEBOOK))
    assert {"rekey_stream_id", "rekey_stream_endpoint", "rekey_compartment_id"} <= set(given) <= known
    told = [name for cell in table("docs/events.md", "Variables").column() for name in names(cell)]
    assert set(told) == {name for name in known if "_stream_" in name} | {"rekey_compartment_id"}


def test_the_rulebook_of_a_controller_is_ours_with_job_templates() -> None:
    (shown,), (ours,) = yaml.safe_load(block("yaml", "run_job_template")), yaml.safe_load(RULEBOOK)
    assert shown["execution_strategy"] == ours["execution_strategy"]
    window = ours["sources"][0]["rekey.oci.stream"]["window"]
    assert shown["sources"][0]["rekey.oci.stream"]["window"] == window
    # The last of ours only tells of an event that it passes over.
    for its, rule in zip(shown["rules"], ours["rules"][:-1], strict=True):
        assert its["name"] == rule["name"]
        assert its["condition"] == rule["condition"]
        launched, run = its["action"]["run_job_template"], rule["action"]["run_playbook"]
        assert f"`{run['name']}`" in TEXT
        assert launched["lock"] == run["lock"]
        passed = launched["job_args"]["extra_vars"]
        assert set(passed) <= set(run["extra_vars"])
        for name, value in passed.items():
            assert (value == run["extra_vars"][name]) is not isinstance(value, bool), name


def test_the_defaults_are_as_told() -> None:
    for name, value in re.findall(r"`(rekey_\w+): (true|false)`", TEXT):
        assert f"{name} | default({value})" in RULEBOOK


def test_the_service_starts_what_the_reader_tried() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(block("ini", "[Unit]"))
    assert set(unit.sections()) == {"Unit", "Service", "Install"}
    started = shlex.split(unit["Service"]["ExecStart"])
    tried = next(
        shlex.split(line.removeprefix("$ "))
        for one in snippets.blocks("console", pages=[PAGE])
        for line in one.text.splitlines()
        if line.startswith("$ ansible-rulebook ")
    )
    assert started[0].endswith("/ansible-rulebook")
    assert started[1:] == tried[1:]
    assert {word for word in tried if word.startswith("/")} <= saved()
    assert unit["Service"]["Restart"] == "always"


def test_the_window_is_as_told() -> None:
    (window,) = re.findall(r"window: (\d+)", RULEBOOK)
    assert window == "10"
    assert "come within ten seconds, they make one run" in TEXT
