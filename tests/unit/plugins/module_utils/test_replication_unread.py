# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A key of another region, and nobody can tell whether its version has come: a re-encryption proves nothing."""

from __future__ import annotations

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import COMPLETED, SUBMITTED
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Fail
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef
from ansible_collections.rekey.oci.plugins.module_utils.module.fleet_results import Compact
from ansible_collections.rekey.oci.plugins.module_utils.module.results import result_of
from ansible_collections.rekey.oci.plugins.plugin_utils._proven import proven
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import (
    EPOCH,
    KEY,
    OLDER,
    OTHER_KEY,
    RECORDED,
    VERSION,
    Job,
    receipt,
    tagged,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.replicated import (
    FAR,
    HOME,
    READ,
    THERE,
    under,
    world,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World


@pytest.mark.parametrize("kept", ["tag", "none"])
@pytest.mark.parametrize("status", [403, 404, 405, 500])
def test_one_that_cannot_be_read_is_warned_of_and_proves_nothing(kept: str, status: int) -> None:
    there = world(5000.0, refused={READ: status})
    for posts in (1, 2):
        run, outcome = reconcile(there, Options(receipt=kept))
        assert (outcome.action, outcome.reason, there.posts) == ("submit", "unproven", posts)
        (warning,) = run.warnings
        assert "so a re-encryption proves nothing: GetReplicationStatus failed: " in warning
        assert ("read vaults in" in warning) == (status in (403, 404))
        result, entry = result_of(run), Compact().of(run, BucketRef(THERE, "examplens", "payroll"))
        assert result["key"]["current_version"]["id"] == VERSION
        assert result["version_unknown"]
        assert entry["version_unknown"]
        assert not proven(result)
        assert not proven(entry)
    # Once it can be read, and the version is there, the bucket is re-encrypted and proven.
    there.heal()
    there.pass_time(5000.0)
    if kept == "tag":
        _run, outcome = reconcile(there, Options(receipt=kept))
        assert (outcome.action, there.posts, under(there)) == ("submit", 3, VERSION)
        run, outcome = reconcile(there, Options())
        assert (outcome.reason, proven(result_of(run))) == ("up_to_date", True)
        assert "version_unknown" not in result_of(run)


def test_a_refusal_keeps_what_was_proven() -> None:
    proven = tagged(receipt(COMPLETED, RECORDED, key_version_id=OLDER))
    there = world(5000.0, bucket=proven, refused={READ: 404})
    _run, outcome = reconcile(there, Options())
    assert (outcome.action, outcome.reason) == ("submit", "key_version_changed")
    # The key names the older one again.
    there.keys[KEY].versions[-1].current_at = there.now + 1000.0
    there.forget_calls()
    assert reconcile(there, Options())[1].reason == "up_to_date"
    assert READ not in there.calls


def test_one_that_signed_nobody_in_ends_the_run() -> None:
    there = world(refused={READ: 401})
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Fail)
    assert there.posts == 0


def test_two_that_are_blind_make_one_submission() -> None:
    running = Job(RECORDED, EPOCH - 5.0, EPOCH + 40.0)
    made = receipt(SUBMITTED, RECORDED, key_version_id="unknown", version_created=None)
    there = world(5000.0, bucket=tagged(made), jobs=[running], refused={READ: 404})
    _run, outcome = reconcile(there, Options())
    assert (outcome.action, outcome.reason, there.posts) == ("join", "in_progress", 0)


def test_a_blind_run_that_assigns_a_key_lists_what_ran_under_the_other() -> None:
    there = world(5000.0, refused={READ: 404})
    run, outcome = reconcile(there, Options(kms_key_id=OTHER_KEY))
    assert (outcome.action, outcome.reason, there.posts) == ("submit", "key_assigned", 1)
    assigned = there.calls.index("UpdateBucket")
    assert "ListWorkRequests" in there.calls[assigned : there.calls.index("ReencryptBucket")]
    assert run.facts.receipt is not None
    assert run.facts.receipt.state == SUBMITTED


@pytest.mark.parametrize("arrives", [{}, {FAR: 5000.0}])
def test_a_version_from_before_the_replica_is_taken_to_be_there(arrives: dict[str, float]) -> None:
    there = world(arrives=arrives)
    run, outcome = reconcile(there, Options())
    assert (outcome.action, under(there)) == ("submit", VERSION)
    (warning,) = run.warnings
    assert "The run assumes that it came there when the vault was first replicated." in warning
    assert reconcile(there, Options())[1].reason == "up_to_date"


@pytest.mark.parametrize("kept", ["tag", "none"])
def test_a_version_that_cannot_be_read_proves_nothing_either(kept: str) -> None:
    there = world(5000.0, refused={"GetKeyVersion": 404})
    for posts in (1, 2):
        run, outcome = reconcile(there, Options(receipt=kept))
        assert (outcome.action, outcome.reason, there.posts) == ("submit", "unproven", posts)
        assert any(", so this re-encryption proves nothing" in warning for warning in run.warnings)
    assert READ not in there.calls


def of_no_known_region(there: World) -> World:
    """As if the key's OCID had a short name of its region that the SDK does not know."""
    there.clients.key_management_endpoint = f"https://{HOME}.simulator.example"
    there.clients.region_of_key = lambda key_id: "xyz"  # type: ignore[method-assign]
    return there


def test_a_region_that_the_sdk_does_not_know_is_no_reason_to_warn() -> None:
    there = of_no_known_region(world(arrives={}))
    run, outcome = reconcile(there, Options())
    assert (outcome.action, run.warnings) == ("submit", [])
    assert READ not in there.calls
    there = of_no_known_region(world(100.0))
    reconcile(there, Options())
    assert (there.posts, under(there)) == (1, VERSION)
