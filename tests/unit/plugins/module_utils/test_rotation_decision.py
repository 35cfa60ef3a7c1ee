# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The decision whether to rotate a key, by itself; and what of a task's options is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.module_utils.common.model import Key
from ansible_collections.rekey.oci.plugins.module_utils.decide.rotation import (
    KeyVersion,
    judge,
    retry_token,
    under_way,
    wish_of,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.rotating import DAY, NOW, QUARTER

KEY = Key("ocid1.key.oc1.iad.vault.key", "v1", state="ENABLED", protection_mode="HSM", algorithm="AES")


@pytest.mark.parametrize(("age", "rotate"), [(0.0, False), (90 * DAY, False), (90 * DAY + 1, True), (-5.0, False)])
def test_older_means_older(age: float, rotate: bool) -> None:
    verdict = judge(KEY, KeyVersion("v1", "ENABLED", 5e8), 5e8 + age, QUARTER)
    assert (verdict.rotate, verdict.problem) == (rotate, None)


def test_an_unknown_age_decides_nothing() -> None:
    assert judge(KEY, KeyVersion("v1", "ENABLED", None), 5e8, QUARTER).problem
    assert judge(KEY, KeyVersion("v1", "ENABLED", None), 5e8, NOW).rotate
    external = replace(KEY, protection_mode="EXTERNAL")
    assert "external" in str(judge(external, KeyVersion("v1", "ENABLED", None), 5e8, QUARTER).problem)


def test_the_token_is_that_of_one_replacement() -> None:
    assert retry_token("key", "v1") == retry_token("key", "v1")
    assert len({retry_token("key", "v1"), retry_token("key", "v2"), retry_token("yek", "v1")}) == 3
    # The service takes at most 64 characters.
    assert len(retry_token("key", "v1")) <= 64


def test_what_is_under_way() -> None:
    current = KeyVersion("v2", "ENABLED", 20.0)
    older, newer = KeyVersion("v1", "CREATING", 10.0), KeyVersion("v3", "CREATING", 30.0)
    newest, ready = KeyVersion("v4", "CREATING", 40.0), KeyVersion("v5", "ENABLED", 50.0)
    assert under_way([older, current, newer, newest, ready], current) == ready
    assert under_way([older, current, newer, newest], current) == newest
    assert under_way([current, KeyVersion("v3", "ENABLING", 20.0)], current) == KeyVersion("v3", "ENABLING", 20.0)
    # What was replaced, what was made in the same moment, what will never be used.
    for other in (
        KeyVersion("v1", "ENABLED", 10.0),
        KeyVersion("v0", "ENABLED", 20.0),
        KeyVersion("v9", "DISABLED", 30.0),
    ):
        assert under_way([older, current, other], current) is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Neither max_age_days nor force"),
        ({"max_age_days": 0}, "at least 1"),
        ({"max_age_days": -3, "force": True}, "at least 1"),
        ({"force": True, "wait_timeout": 0}, "wait_timeout"),
    ],
)
def test_bad_input(given: dict[str, Any], words: str) -> None:
    common = {"replace_imported_material": False}
    params = {
        **common,
        "max_age_days": None,
        "force": False,
        "wait": True,
        "wait_timeout": 60,
        "wait_interval": 5,
        **given,
    }
    with pytest.raises(BadInput, match=words):
        wish_of(params)
