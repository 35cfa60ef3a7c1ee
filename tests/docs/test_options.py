# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documentation of options says of their limits, and of what they do not do, is so."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from ansible_collections.rekey.oci.plugins.module_utils.common import inputs
from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts, rotation
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from tests.docs import snippets
from tests.tools.paths import REPO
from tests.unit.plugins.module_utils import examples
from tests.unit.plugins.module_utils.runs import reconcile
from tests.unit.plugins.module_utils.world import World

_PLUGINS = "ansible_collections.rekey.oci.plugins"


def options(module: str) -> dict[str, Any]:
    """All that a module documents, with those of its fragments."""
    own = yaml.safe_load(importlib.import_module(f"{_PLUGINS}.modules.{module}").DOCUMENTATION)
    found: dict[str, Any] = {}
    for name in own.get("extends_documentation_fragment", ()):
        if name.startswith("rekey.oci."):
            fragment = importlib.import_module(f"{_PLUGINS}.doc_fragments.{name.rpartition('.')[2]}")
            found |= yaml.safe_load(fragment.ModuleDocFragment.DOCUMENTATION).get("options", {})
    return {**found, **own["options"]}


def said(option: Mapping[str, Any]) -> str:
    description = option.get("description", "")
    return " ".join([description] if isinstance(description, str) else description)


MODULES = [path.stem for kind, path in snippets.plugins() if kind == "module" and path.stem != "playbook_step"]
NUMBERS = {
    (module, name): option
    for module in MODULES
    for name, option in options(module).items()
    if option.get("type") == "int"
}


def check(name: str, value: int) -> None:
    """What refuses a value that cannot be. Raises BadInput."""
    inputs.check_times({name: value})
    inputs.check_fleet({name: value})
    if name == "max_age_days":
        waiting = {"wait": True, "wait_timeout": 1, "wait_interval": 1}
        rotation.wish_of({name: value, "force": False, "replace_imported_material": False, **waiting})


@pytest.mark.parametrize(("module", "name"), NUMBERS)
def test_limits_are_told(module: str, name: str) -> None:
    told = said(NUMBERS[module, name])
    least, most = re.search(r"at least (\d+)", told), re.search(r"from (\d+) to (\d+)", told)
    if most:
        check(name, int(most[2]))
        with pytest.raises(BadInput):
            check(name, int(most[2]) + 1)
    lowest = int((most or least or pytest.fail(f"{name} has no limit"))[1])
    check(name, lowest)
    with pytest.raises(BadInput):
        check(name, lowest - 1)


def test_force_leaves_an_empty_bucket_alone() -> None:
    for bucket, reason in (
        (examples.bucket(approximate_count=0), "empty_bucket"),
        (examples.bucket(kms_key_id=None), "oracle_managed_key"),
    ):
        there = World(bucket=bucket, objects=False)
        _run, outcome = reconcile(there, Options(force=True))
        assert (outcome.action, outcome.reason, there.posts) == ("none", reason, 0)


@pytest.mark.parametrize(("count", "end"), [(7, Fail), (0, Done)])
def test_no_receipt_helps_where_the_key_is_disabled(count: int, end: type) -> None:
    made = examples.tagged(examples.receipt(receipts.COMPLETED, "ocid1.workrequest.oc1.iad.example"))
    there = World(
        bucket=examples.bucket(freeform_tags=made.freeform_tags, approximate_count=count),
        state="DISABLED",
        objects=bool(count),
    )
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, end)
    assert outcome.reason == (None if count else "empty_bucket")


def test_an_attempt_without_the_key_s_version_says_so() -> None:
    there = World(unreadable=True)
    run, _outcome = reconcile(there, Options())
    assert run.facts.receipt is not None
    assert run.facts.receipt.as_result()["key_version_id"] == "unknown"


def test_the_weaknesses_of_no_receipt_are_the_same_everywhere() -> None:
    guide = (REPO / "docs" / "terraform.md").read_text(encoding="utf-8")
    number, points = re.findall(r"weaker than\s+a receipt, for (\w+) reasons:\n\n((?:[- ] .*\n)+)", guide)[0]
    assert number == "four"
    assert points.count("\n- ") + 1 == 4
    option = said(options("bucket_reencrypt")["receipt"])
    for words in ("work request", "to another key after the re-encryption", "controllers", "bucket keys"):
        assert words in " ".join(points.split())
        assert words in " ".join(option.split())
