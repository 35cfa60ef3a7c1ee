# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that refuses calls by a strict pattern: the same call is tried again, rather than the ones before it too."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import Waiting
from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from ansible_collections.rekey.oci.plugins.module_utils.sdk.patience import Patience
from ansible_collections.rekey.oci.plugins.module_utils.sdk.retry import with_retries
from ansible_collections.rekey.oci.plugins.module_utils.work_requests.canceler import Canceler
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import EPOCH, Job
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World


@pytest.mark.parametrize("retry_after", [None, 1.0])
@pytest.mark.parametrize("every", [2, 3, 4, 5])
def test_a_bucket_is_proven_all_the_same(every: int, retry_after: float | None) -> None:
    world = World(throttle_every=every, retry_after=-1.0 if retry_after is None else retry_after)
    _run, outcome = reconcile(world, Options())
    assert (outcome.action, outcome.reason, world.posts) == ("submit", "unproven", 1)
    assert len(world.calls) < 40
    _run, outcome = reconcile(world, Options())
    assert (outcome.action, outcome.reason, world.posts) == ("none", "up_to_date", 1)


class BusyWorld(World):
    """The first so many calls of an operation get an answer that is none."""

    def __init__(
        self,
        operation: str = "GetBucket",
        answers: int = 1,
        status: int = 429,
        retry_after: float | None = None,
        jobs: Iterable[Job] = (),
    ) -> None:
        super().__init__(jobs=jobs)
        self.break_(operation, "error_before", count=answers, status=status, retry_after=retry_after)
        self._status = status

    @property
    def answered(self) -> list[float]:
        return [one.time for one in self.simulator.seen if one.status == self._status]


READS = ["GetBucket", "GetKey", "GetKeyVersion", "ListWorkRequests", "GetWorkRequest"]
#: What is given up after a few tries, if it fails for another reason.
ONCE = ["ListMultipartUploads", "ListWorkRequestErrors"]


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("operation", READS)
def test_a_wish_is_granted(operation: str, wait: bool) -> None:
    world = BusyWorld(operation=operation, retry_after=50.0)
    _run, outcome = reconcile(world, Options(wait=wait))
    assert isinstance(outcome, Done)
    assert outcome.action == "submit"
    if world.answered:
        assert world.now - world.answered[0] >= 50.0


def test_a_long_wish_is_granted_to_whoever_waits() -> None:
    assert isinstance(reconcile(BusyWorld(retry_after=600.0), Options())[1], Done)
    for options in (Options(wait_timeout=500), Options(wait=False), Options(check_mode=True)):
        world = BusyWorld(retry_after=600.0)
        _run, outcome = reconcile(world, options)
        assert isinstance(outcome, Fail)
        assert "GetBucket failed: 429" in outcome.message
        assert world.now - EPOCH < 1.0, "nobody can wait that long"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("operation", [*READS, *ONCE])
def test_a_service_that_is_busy_for_minutes_is_waited_for(operation: str, status: int) -> None:
    world = BusyWorld(operation=operation, answers=30, status=status)
    run, outcome = reconcile(world, Options())
    assert isinstance(outcome, Done)
    assert (outcome.action, world.posts, run.warnings) == ("submit", 1, [])
    assert world.answered[-1] - world.answered[0] > 120


@pytest.mark.parametrize(
    ("status", "wait", "at_least", "at_most"),
    [
        (429, True, 270.0, 300.0),
        (503, True, 270.0, 300.0),
        (500, True, 20.0, 46.0),
        (502, True, 20.0, 46.0),
        (503, False, 20.0, 46.0),
    ],
)
def test_what_never_passes_ends(status: int, wait: bool, at_least: float, at_most: float) -> None:
    """What broke is told soon; what is busy is given until the end of the wait."""
    world = BusyWorld(answers=10_000, status=status)
    _run, outcome = reconcile(world, Options(wait=wait, wait_timeout=300))
    assert isinstance(outcome, Fail)
    assert f"GetBucket failed: {status}" in outcome.message
    assert at_least <= world.now - EPOCH <= at_most


@pytest.mark.parametrize("wait", [True, False])
def test_wishes_do_not_add_up_beyond_the_bound(wait: bool) -> None:
    world = BusyWorld(answers=10_000, retry_after=40.0)
    reconcile(world, Options(wait=wait, wait_timeout=60))
    assert world.now - EPOCH <= 60 + 90
    world = BusyWorld(answers=10_000, retry_after=59.0)
    reconcile(world, Options(wait=False))
    assert world.now - EPOCH <= 45 + 61


def test_a_poll_that_is_asked_to_come_back_late_still_sees_the_end() -> None:
    world = BusyWorld(operation="GetWorkRequest", retry_after=3600.0)
    _run, outcome = reconcile(world, Options(wait_timeout=100))
    assert isinstance(outcome, Done)
    assert world.now - EPOCH < 102


def look_with_retries(world: World) -> None:
    with_retries(lambda: world.api.get_bucket("examplens", "payroll"), lambda: world.now, world.pass_time, lambda: 0.5)


def test_outside_of_a_run_a_wish_is_granted_too() -> None:
    world = BusyWorld(retry_after=50.0)
    look_with_retries(world)
    assert world.now - EPOCH >= 50
    for world in (BusyWorld(retry_after=70.0), BusyWorld(answers=10_000)):
        with pytest.raises(ApiError):
            look_with_retries(world)
        assert world.now - EPOCH < 46


@pytest.mark.parametrize(("patient_until", "last_call", "at_most"), [(None, 30.0, 30.0), (300.0, 330.0, 300.0)])
def test_outside_of_a_run_its_bounds_hold_all_the_same(
    patient_until: float | None, last_call: float, at_most: float
) -> None:
    """The namespace is looked up before the run."""
    world = BusyWorld(answers=10_000)
    until = None if patient_until is None else EPOCH + patient_until
    with pytest.raises(ApiError):
        with_retries(
            lambda: world.api.get_bucket("examplens", "payroll"),
            lambda: world.now,
            world.pass_time,
            lambda: 0.5,
            patient_until=until,
            last_call=EPOCH + last_call,
        )
    assert at_most - 21 <= world.now - EPOCH <= at_most


@pytest.mark.parametrize("operation", ["GetBucket", "GetKey", "ListWorkRequests", "UpdateBucket", "ReencryptBucket"])
def test_who_does_not_wait_is_told_soon(operation: str) -> None:
    """Although looks in between succeed, such as before each try of a write."""
    world = BusyWorld(operation=operation, answers=10_000)
    _run, outcome = reconcile(world, Options(wait=False))
    assert isinstance(outcome, Fail)
    assert f"{operation} failed: 429" in outcome.message
    assert world.now - EPOCH < 60


ENDED = Job("ocid1.workrequest.oc1.iad.ended", EPOCH - 100.0, EPOCH - 50.0, end="CANCELED")


def canceler(world: World, timeout: float, wait: bool = True) -> Canceler:
    """What the module work_request runs."""
    timing = Timing(lambda: world.now, world.pass_time, lambda: 0.5)
    return Canceler(world.api, ENDED.id, False, Patience(Waiting(wait, timeout, 5.0), timing))


@pytest.mark.parametrize("status", [429, 503])
def test_whoever_stops_a_work_request_waits_for_a_busy_service(status: int) -> None:
    world = BusyWorld("GetWorkRequest", 12, status, jobs=[ENDED])
    run = canceler(world, 600)
    run.run()
    assert run.result()["work_request"]["status"] == "CANCELED"
    assert len(world.answered) == 12
    assert world.now - EPOCH > 60, "longer than what broke is tried again"


@pytest.mark.parametrize(
    ("timeout", "wait", "at_least", "at_most"), [(300, True, 270, 300), (8, True, 2, 8), (300, False, 20, 46)]
)
def test_nor_does_it_take_longer_than_it_may(timeout: float, wait: bool, at_least: float, at_most: float) -> None:
    world = BusyWorld("GetWorkRequest", 10_000, jobs=[ENDED])
    with pytest.raises(ApiError) as caught:
        canceler(world, timeout, wait).run()
    assert caught.value.status == 429
    assert at_least <= world.now - EPOCH <= at_most
