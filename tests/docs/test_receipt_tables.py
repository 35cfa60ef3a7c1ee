# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of docs/receipt.md, but for those of failed calls: the tags, what a crash leaves, and second submissions."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.places import FREEFORM
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Claim, Complete, Fail, Record, Step, Submit
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Outcome
from tests.docs.tables import names, table
from tests.histories import causes
from tests.unit.plugins.module_utils.examples import EPOCH, receipt, tagged
from tests.unit.plugins.module_utils.runs import reconcile, reconciler
from tests.unit.plugins.module_utils.world import World

GRACE = 120
#: By how the guide puts it: the step next to which the controller dies, and whether it takes it first.
DEATHS: dict[str, tuple[type, bool]] = {
    "before its claim": (Claim, False),
    "after its claim": (Claim, True),
    "after the POST": (Submit, True),
    "after the id was written": (Record, True),
    "after the work request's end": (Complete, False),
    "after the completion": (Complete, True),
}

#: What tests/histories tells apart, by the row of the guide that has it.
CAUSES = {
    "an earlier one failed": {causes.FAILED, causes.FORCED},
    "the service forgot the work request": {causes.FORGOTTEN, causes.HIDDEN},
    "OCI refused twice to list": {causes.UNLISTED},
    "the answer to a POST was lost": {causes.LATE},
    "somebody else changed the bucket": {causes.TOUCHED},
    "somebody else re-encrypted while": {causes.FOREIGN},
    # The histories do not tell it from the one before.
    "somebody else re-encrypted after": set(),
    "somebody else took the receipt away": {causes.STRIPPED, causes.MOVED},
    "some of the open uploads": {causes.UPLOADS},
    "no receipt can be kept": {causes.NO_RECEIPT, causes.UNREADABLE},
    "a run for all objects": {causes.WIDER},
}


def test_the_tags_are_as_told() -> None:
    (first, form), (second, _id) = table("docs/receipt.md", "What it is").rows
    assert tuple(names(first) + names(second)) == receipts.TAGS
    claim = tagged(receipt(receipts.CLAIMED, last=5.0)).freeform_tags
    assert re.sub(r"=\S+", "=…", claim[receipts.RECEIPT_TAG]).replace("claimed", "<state>") == names(form)[0]
    assert receipts.WORK_REQUEST_TAG not in claim
    made = receipt(receipts.COMPLETED, "ocid1.workrequest.oc1.iad.example")
    assert " last=" not in tagged(made).freeform_tags[receipts.RECEIPT_TAG]
    assert tagged(made).freeform_tags[receipts.WORK_REQUEST_TAG] == made.work_request_id


def die(world: World, kind: type, after: bool) -> None:
    """Take a run's steps up to the one of this kind, and that one too if it is to die after it."""
    taken: list[Step] = []
    before = taken.append if after else partial(_die_at, kind)
    run = reconciler(world, Options(claim_grace=GRACE), before=before)
    while True:
        calls = len(world.calls)
        try:
            pause = run.step()
        except _Dead:
            assert len(world.calls) == calls
            return
        assert run.outcome is None
        if after and taken and isinstance(taken[-1], kind):
            return
        world.pass_time(pause)


class _Dead(Exception):
    """The controller is no more."""


def _die_at(kind: type, step: Step) -> None:
    if isinstance(step, kind):
        raise _Dead


def left(world: World) -> str:
    """In the guide's words."""
    found, _warning = FREEFORM.read(world.bucket)
    if found is None:
        return "nothing"
    if found.state == receipts.CLAIMED:
        return "a bare claim, a re-encryption" if world.posts else "a bare claim"
    return f"`{found.state}`"


def after_death(when: str, end: str = "COMPLETED") -> tuple[World, str, Outcome, float]:
    """Where the controller died, what it left, how the next run ends, and how long that took to write, or to end."""
    # Longer than a claim's grace, where it is to be joined.
    world = World(end=end, work_seconds=5.0 if end == "FAILED" or when.endswith(("end", "completion")) else 3.0 * GRACE)
    die(world, *DEATHS[when])
    if end == "FAILED":
        world.pass_time(10)
    world.settings.outcomes = ()
    found, begun, before = left(world), world.now, world.writes
    run = reconciler(world, Options(claim_grace=GRACE), nonce="c" * 12)
    while run.outcome is None and world.writes == before:
        world.pass_time(run.step())
    seconds = world.now - begun
    while run.outcome is None:
        world.pass_time(run.step())
    return world, found, run.outcome, seconds


def test_what_a_crash_leaves_and_what_the_next_run_does() -> None:
    rows = table("docs/receipt.md", "What a crash leaves, and what the next run does").rows
    assert [row[0] for row in rows] == list(DEATHS)
    for when, told, then in rows:
        world, found, outcome, seconds = after_death(when)
        assert found == told, when
        # Nothing is submitted twice, whenever it was.
        assert world.posts == 1
        assert left(world) == "`completed`"
        assert (GRACE * 0.8 < seconds < GRACE * 1.2) == ("wait" in then), (when, seconds)
        submits = "does the job" in then or "claims over it" in then
        assert (outcome.action == "submit") == submits, (when, outcome)
        assert (outcome.reason == "up_to_date") == (not submits and "join" not in then), (when, outcome)
        assert (outcome.action == "join") == ("join" in then), (when, outcome)
    assert rows[4][2].endswith("if it failed, submits again")
    world, _found, outcome, _seconds = after_death("after the id was written", "FAILED")
    assert (outcome.action, outcome.reason, world.posts) == ("submit", "work_request_failed", 2)


HERE, FAR = "us-phoenix-1", "ap-tokyo-1"


def elsewhere(
    arrives: float, region: str = HERE, refused: dict[str, int] | None = None, **options: Any
) -> tuple[World, list[str], Outcome, float]:
    """A bucket in another region than its key, whose version comes to a region so many seconds from now."""
    world = World(region=HERE, arrives={region: arrives}, refused=refused)
    run, outcome = reconcile(world, Options(**{"wait_timeout": 600, **options}))
    return world, run.warnings, outcome, world.now - EPOCH


def unread() -> tuple[World, list[str], Outcome, float]:
    """The same, and nobody may ask for the status."""
    return elsewhere(5000.0, refused={"GetReplicationStatus": 404})


def test_what_a_run_does_about_a_version_of_another_region() -> None:
    cases = {
        "is in the bucket's region": elsewhere(-1000.0),
        "is on its way there": elsewhere(300.0),
        "is on its way there, and `wait` is false": elsewhere(300.0, wait=False),
        "is on its way there, in check mode": elsewhere(300.0, check_mode=True),
        "may be anywhere: the status cannot be read": unread(),
        "is not reported for this region": elsewhere(-1000.0, region=FAR),
    }
    rows = table("docs/receipt.md", "Keys of another region").pairs()
    assert list(rows) == list(cases)
    for row, told in rows.items():
        world, warnings, outcome, seconds = cases[row]
        assert isinstance(outcome, Fail) == told.startswith("fails"), row
        assert world.posts == (0 if "fails, and" in told[:10] or "check mode" in row else 1), row
        assert ("warning" in told) == bool(warnings), (row, warnings)
        assert (seconds >= 300) == told.startswith("waits"), row
        assert (left(world) == "`completed`") == (world.posts == 1 and "proves nothing" not in told), row
    # Where the time is over.
    world, _warnings, outcome, _seconds = elsewhere(3000.0)
    assert (isinstance(outcome, Fail), world.posts, world.writes) == (True, 0, 0)
    # What proves nothing is made again.
    world, _warnings, _outcome, _seconds = unread()
    reconcile(world, Options(), nonce="c" * 12)
    assert world.posts == 2


def test_the_causes_of_second_submissions_are_those_that_histories_tell_apart() -> None:
    rows = table("docs/receipt.md", "Second submissions").column()
    for row in rows:
        assert len([begin for begin in CAUSES if row.startswith(begin)]) == 1, row
    assert len(rows) == len(CAUSES)
    told = [cause for found in CAUSES.values() for cause in found]
    known = {
        value
        for name, value in vars(causes).items()
        if name.isupper() and isinstance(value, str) and not hasattr(receipts, name)
    }
    assert sorted(told) == sorted(known - {causes.NONE})
