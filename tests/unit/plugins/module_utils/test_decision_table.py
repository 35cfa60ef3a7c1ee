# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The decision table of the interface: a row for each of its lines, run from the first look to the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide.places import FREEFORM
from ansible_collections.rekey.oci.plugins.module_utils.decide.reasons import REASONS
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.decision_table import (
    EMPTY,
    NO_OBJECTS,
    PROVEN,
    TABLE,
    YOUNG,
    Row,
    world_of,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import (
    KEY,
    OTHER_KEY,
    bucket,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_each_line_of_the_table(row: Row) -> None:
    world = world_of(row)
    tags_before = FREEFORM.others(world.bucket)
    _run, outcome = reconcile(world, Options(**row.options))
    if row.fails:
        assert isinstance(outcome, Fail)
        assert row.fails in outcome.message
        assert "\n" not in outcome.message
    else:
        assert isinstance(outcome, Done)
        assert outcome.changed is row.changed
    assert (outcome.action, outcome.reason) == (row.action, row.reason)
    assert world.posts == (1 if row.action == "submit" else 0)
    assert FREEFORM.others(world.bucket) == tags_before


@pytest.mark.parametrize("row", [row for row in TABLE if row.receipt is not YOUNG], ids=lambda row: row.name)
def test_check_mode_foretells_it_and_writes_nothing(row: Row) -> None:
    world = world_of(row)
    _run, outcome = reconcile(world, Options(**row.options, check_mode=True))
    assert world.writes == world.posts == 0
    if row.fails and row.action == "none":
        assert isinstance(outcome, Fail)
    else:
        # How a work request will end cannot be foretold.
        assert isinstance(outcome, Done)
        assert outcome.changed is row.changed
    assert (outcome.action, outcome.reason) == (row.action, row.reason)


@pytest.mark.parametrize("row", [row for row in TABLE if not row.fails], ids=lambda row: row.name)
def test_a_second_run_is_ok(row: Row) -> None:
    """Months later, from another machine, when no work request is known any more."""
    options = {**row.options, "force": False, "wait": True}
    world = world_of(row)
    reconcile(world, Options(**options))
    proof = options.get("receipt", "tag") == "tag" and "refused" not in row.world and not world.unreadable
    if proof:
        world.pass_time(90 * 86400.0)
    before = (world.writes, world.posts)
    _run, outcome = reconcile(world, Options(**options), nonce="cccccccccccc")
    assert isinstance(outcome, Done)
    if world.unreadable:
        assert outcome == Done("submit", "unproven", changed=True), "what cannot be proven is done again"
        return
    assert (outcome.action, outcome.changed) == ("none", False)
    assert (world.writes, world.posts) == before


def test_up_to_date_costs_a_look_and_a_key() -> None:
    world = world_of(Row("", "none", "up_to_date", receipt=PROVEN))
    reconcile(world, Options())
    assert world.calls == ["GetBucket", "GetKey"]


def test_every_reason_is_in_the_table() -> None:
    assert {row.reason for row in TABLE} - {None} == {
        name for name, reason in REASONS.items() if not reason.only_in_fleets
    } - {"key_assigned"}
    assert all(REASONS[row.reason].action == row.action for row in TABLE if row.reason and not row.fails)


ASSIGNED: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], tuple[str, str, bool, bool]]] = [
    ("from an Oracle-managed key", {"kms_key_id": None}, {}, {}, ("submit", "key_assigned", True, True)),
    ("from another key", {"kms_key_id": OTHER_KEY}, {}, {}, ("submit", "key_assigned", True, True)),
    ("the same key", {}, {}, {}, ("submit", "unproven", True, True)),
    ("empty bucket", {"kms_key_id": OTHER_KEY, **EMPTY}, NO_OBJECTS, {}, ("none", "key_assigned", True, False)),
    ("without receipts", {"kms_key_id": None}, {}, {"receipt": "none"}, ("submit", "key_assigned", True, True)),
    ("forced", {"kms_key_id": None}, {}, {"force": True}, ("submit", "key_assigned", True, True)),
    (
        "required to be a customer's",
        {"kms_key_id": None},
        {},
        {"require_customer_managed_key": True},
        ("submit", "key_assigned", True, True),
    ),
]


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("there", "world", "options", "expected"), [row[1:] for row in ASSIGNED], ids=[row[0] for row in ASSIGNED]
)
def test_assigning_a_key(
    there: dict[str, Any],
    world: dict[str, Any],
    options: dict[str, Any],
    expected: tuple[str, str, bool, bool],
    check_mode: bool,
) -> None:
    service = World(bucket=bucket(**there), **world)
    _run, outcome = reconcile(service, Options(kms_key_id=KEY, check_mode=check_mode, **options))
    assert isinstance(outcome, Done)
    assert (outcome.action, outcome.reason, outcome.changed) == expected[:3]
    if check_mode:
        assert service.writes == service.posts == 0
        return
    assert service.bucket.kms_key_id == KEY
    assert service.posts == expected[3]


BAD_KEYS: list[tuple[str, Callable[[World], None], str]] = [
    ("not readable", lambda world: setattr(world, "unreadable", True), "cannot be read, so it was not assigned"),
    ("disabled", lambda world: world.set_state("DISABLED"), "only an enabled key"),
    ("being created", lambda world: world.set_state("CREATING"), "only an enabled key"),
]


@pytest.mark.parametrize(("spoil", "told"), [row[1:] for row in BAD_KEYS], ids=[row[0] for row in BAD_KEYS])
def test_a_key_that_cannot_be_assigned(spoil: Callable[[World], None], told: str) -> None:
    world = World(bucket=bucket(kms_key_id=OTHER_KEY))
    spoil(world)
    _run, outcome = reconcile(world, Options(kms_key_id=KEY))
    assert isinstance(outcome, Fail)
    assert told in outcome.message.lower()
    assert world.writes == world.posts == 0
