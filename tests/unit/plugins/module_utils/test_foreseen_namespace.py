# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check mode and a tag namespace: it foretells the failure of a real run, and asks nothing where that would write nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide.places import DefinedTags
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import CLAIMED, COMPLETED, SUBMITTED
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from ansible_collections.rekey.oci.tests.simulator.tags import TagNamespace
from ansible_collections.rekey.oci.tests.simulator.users import PERMISSIONS
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import (
    EPOCH,
    KEY,
    OTHER_KEY,
    Job,
    bucket,
    receipt,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import BLIND, World

REAL = Options(receipt_tag_namespace="rekey")
CHECK = replace(REAL, check_mode=True)
ASKED = ["ListTagNamespaces", "ListTags"]
RECORDED = "ocid1.workrequest.oc1.iad.recorded"


def defined(world: World) -> TagNamespace:
    found = world.simulator.world.tags.named("Rekey")
    assert found is not None
    return found


def asked(world: World) -> list[str]:
    return [call for call in world.calls if call in ASKED]


def holding(state: str, **more: Any) -> World:
    """A world whose bucket has a receipt in the namespace, and whose work request, if any, is as it says."""
    made = receipt(state, None if state == CLAIMED else RECORDED)
    return World(bucket=DefinedTags("Rekey").write(bucket(), made).of(bucket()), **more)


def remove(world: World) -> None:
    world.simulator.world.tags.remove("Rekey")


def retire(world: World) -> None:
    defined(world).retire(True)


def take_key(name: str) -> Callable[[World], None]:
    return lambda world: defined(world).keys.__delitem__(name)


def retire_key(name: str) -> Callable[[World], None]:
    return lambda world: setattr(defined(world).keys[name], "retired", True)


WRONG: dict[str, tuple[Callable[[World], None], str]] = {
    "unknown": (remove, "The namespace does not exist in this tenancy, or this user may not see it."),
    "retired": (retire, "The namespace is retired."),
    "no receipt": (take_key("rekey-receipt"), "The tag key rekey-receipt of the namespace is missing."),
    "no work request": (take_key("rekey-work-request"), "The tag key rekey-work-request of the namespace is missing."),
    "receipt retired": (retire_key("rekey-receipt"), "The tag key rekey-receipt of the namespace is retired."),
    "work request retired": (
        retire_key("rekey-work-request"),
        "The tag key rekey-work-request of the namespace is retired.",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_check_mode_fails_where_a_run_fails_and_with_the_same_line(wrong: str) -> None:
    world = World()
    spoil, why = WRONG[wrong]
    spoil(world)
    before = world.bucket
    run, foretold = reconcile(world, CHECK)
    assert (world.posts, world.writes, world.bucket, run.warnings) == (0, 0, before, [])
    _run, real = reconcile(world, REAL)
    assert isinstance(foretold, Fail)
    assert isinstance(real, Fail)
    assert world.posts == 0
    assert foretold.message.endswith(why)
    assert foretold.message.removesuffix(why) == real.message.partition("The service said:")[0]
    assert "\n" not in foretold.message
    assert (foretold.action, foretold.reason) == (real.action, real.reason)


def test_where_all_is_right_it_costs_two_calls_and_foretells_the_run() -> None:
    world = World()
    _run, foretold = reconcile(world, CHECK)
    assert asked(world) == ASKED
    world.forget_calls()
    _run, real = reconcile(world, REAL)
    assert foretold == real == Done("submit", "unproven", changed=True)
    assert asked(world) == [], "a real run finds out by writing"


def test_an_assignment_of_a_key_is_foretold_so_too() -> None:
    world = World()
    retire(world)
    for options in (CHECK, REAL):
        assert isinstance(reconcile(world, replace(options, kms_key_id=OTHER_KEY))[1], Fail)
    assert world.bucket.kms_key_id == KEY


ENDED = Job(RECORDED, EPOCH - 990.0, EPOCH - 900.0)
RUNS = Job(RECORDED, EPOCH - 990.0, EPOCH + 900.0)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda: holding(SUBMITTED, jobs=[ENDED]), "up_to_date"),
        (lambda: holding(SUBMITTED, jobs=[RUNS]), "in_progress"),
        (lambda: holding(CLAIMED, jobs=[ENDED]), "up_to_date"),
    ],
    ids=["its completion is still to be written", "it runs", "a dead controller's claim"],
)
def test_what_a_run_would_still_write_is_asked_about(made: Callable[[], World], reason: str) -> None:
    world = made()
    assert reconcile(world, CHECK)[1].reason == reason
    assert asked(world) == ASKED
    world = made()
    retire(world)
    assert isinstance(reconcile(world, CHECK)[1], Fail)
    assert isinstance(reconcile(world, REAL)[1], Fail)


@pytest.mark.parametrize(
    ("world", "options"),
    [
        (lambda: holding(COMPLETED), {}),
        (lambda: World(bucket=bucket(approximate_count=0), objects=False), {}),
        (lambda: World(bucket=bucket(kms_key_id=None)), {}),
        (lambda: World(bucket=bucket(approximate_count=0), objects=False), {"kms_key_id": OTHER_KEY}),
        (lambda: holding(SUBMITTED, jobs=[RUNS]), {"wait": False}),
        (lambda: World(state="DISABLED"), {}),
        (World, {"looks": True}),
        (World, {"receipt_tag_namespace": None}),
    ],
    ids=["proven", "empty", "Oracle's", "empty, and the key alone is assigned", "left alone", "fails", "a look", "freeform"],
)  # fmt: skip
def test_nothing_is_asked_where_nothing_would_be_written(world: Callable[[], World], options: dict[str, Any]) -> None:
    there = world()
    remove(there)
    reconcile(there, replace(CHECK, **options))
    assert asked(there) == []


def test_who_may_not_look_is_warned_and_told_the_same_as_before() -> None:
    world = World(unreadable=True)
    world.simulator.users.add(BLIND, PERMISSIONS - {"TAG_NAMESPACE_INSPECT"})
    run, outcome = reconcile(world, CHECK)
    assert outcome == Done("submit", "unproven", changed=True)
    (warning,) = run.warnings
    assert "could not see whether the tag namespace rekey can be used: ListTagNamespaces" in warning
    assert warning.endswith("Allow group <group> to inspect tag-namespaces in tenancy")


@pytest.mark.parametrize("call", ASKED)
def test_a_call_that_does_not_pass_is_given_up(call: str) -> None:
    world = World()
    world.break_(call, "error_before", status=500, count=-1)
    run, outcome = reconcile(world, CHECK)
    assert outcome == Done("submit", "unproven", changed=True)
    (warning,) = run.warnings
    assert f"can be used: {call}" in warning
    assert "Allow group" not in warning
    assert world.calls.count(call) == 4


@pytest.mark.parametrize("call", ASKED)
def test_one_odd_answer_is_not_a_fact(call: str) -> None:
    world = World()
    world.refuse(call, 404, 1)
    run, outcome = reconcile(world, CHECK)
    assert outcome == Done("submit", "unproven", changed=True)
    assert run.warnings == []


def test_it_is_found_wherever_it_is_and_on_whatever_page() -> None:
    world = World(page_limit=1)
    tenancy = world.simulator.world
    for number in range(3):
        tenancy.define_tags({f"Other{number}": {"rekey-receipt": "x"}})
    other = tenancy.tags.named("Rekey")
    assert other is not None
    tenancy.tags.remove("Rekey")
    tenancy.tags.add(other)
    other.compartment_id = next(iter(tenancy.compartments))
    assert reconcile(world, CHECK)[1] == Done("submit", "unproven", changed=True)
    assert world.calls.count("ListTagNamespaces") == 4
    assert world.calls.count("ListTags") == 2
