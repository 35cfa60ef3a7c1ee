# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rulebook as a file: what it passes on, and that it is in the collection."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.tools.paths import INSTALLED, REPO

RULEBOOK = REPO / "extensions" / "eda" / "rulebooks" / "key_rotation.yml"


def _extra_vars(rule: int) -> dict[str, Any]:
    (ruleset,) = yaml.safe_load(RULEBOOK.read_text(encoding="utf-8"))
    found: dict[str, Any] = ruleset["rules"][rule]["action"]["run_playbook"]["extra_vars"]
    return found


@pytest.mark.parametrize(("rule", "playbook"), [(0, "enforce_rotation"), (1, "reencrypt_bucket")])
def test_every_variable_of_the_playbook_is_passed_on(rule: int, playbook: str) -> None:
    from ansible_collections.rekey.oci.plugins.plugin_utils import _playbook_settings as settings

    known = {name for name, variable in settings.VARIABLES.items() if playbook in variable.playbooks}
    # The event says which bucket; that nothing matches is no question then.
    known -= {"rekey_bucket_name", "rekey_hosts", "rekey_allow_none"} if playbook == "reencrypt_bucket" else set()
    passed = _extra_vars(rule)
    assert {name for name in passed if not name.startswith("_")} == known
    for name, value in passed.items():
        if not name.startswith("_") and name != "rekey_key_ids":
            assert value.startswith("{{ %s " % name), name


def test_the_rulebook_is_part_of_the_collection() -> None:
    installed = INSTALLED / "ansible_collections" / "rekey" / "oci" / "extensions" / "eda" / "rulebooks"
    assert [path.name for path in installed.iterdir()] == [RULEBOOK.name]
