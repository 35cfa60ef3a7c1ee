# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes whose answers were lost: the reason, and what was assigned, are told all the same."""

from __future__ import annotations

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import COMPLETED
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import (
    KEY,
    OLDER,
    RECORDED,
    bucket,
    receipt,
    tagged,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import returned
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World


def lose_first_answer(world: World) -> None:
    """The first UpdateBucket takes effect, and its answer is lost."""
    world.break_("UpdateBucket", "reset_after")


def test_a_claim_whose_answer_was_lost_keeps_its_reason() -> None:
    world = World(bucket=tagged(receipt(COMPLETED, RECORDED, key_version_id=OLDER)))
    lose_first_answer(world)
    result = returned(world)
    assert (result["action"], result["reason"], result["changed"]) == ("submit", "key_version_changed", True)
    assert world.posts == 1


@pytest.mark.parametrize(
    ("objects", "receipt_option", "action"),
    [(False, "tag", "none"), (True, "tag", "submit"), (True, "none", "submit")],
    ids=["empty", "with the claim", "without receipts"],
)
def test_an_assignment_whose_answer_was_lost(objects: bool, receipt_option: str, action: str) -> None:
    count = 7 if objects else 0
    world = World(bucket=bucket(kms_key_id=None, approximate_count=count), objects=objects)
    lose_first_answer(world)
    result = returned(world, kms_key_id=KEY, receipt=receipt_option)
    assert (result["action"], result["reason"]) == (action, "key_assigned")
    assert (result["changed"], result["assigned"]) == (True, True)
    assert world.bucket.kms_key_id == KEY
    assert world.posts == int(objects)
