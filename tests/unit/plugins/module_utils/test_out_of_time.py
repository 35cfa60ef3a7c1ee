# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that is silent holds no run for longer than its bounds, and the run says who was silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import Asked
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import CREATED, EPOCH, Job
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World

SILENT = "https://us-ashburn-1.simulator.example did not answer in time"


@pytest.mark.parametrize("operation", ["GetBucket", "GetKey", "ListWorkRequests", "UpdateBucket", "GetWorkRequest"])
@pytest.mark.parametrize("wait_timeout", [1, 30, 60, 300])
def test_it_ends_in_time_and_names_the_endpoint(operation: str, wait_timeout: int) -> None:
    there = World()
    there.silent.add(operation)
    run, outcome = reconcile(there, Options(wait_timeout=wait_timeout))
    assert isinstance(outcome, Fail)
    assert f"{operation} failed: {SILENT}" in outcome.message
    assert run.error is not None
    assert there.now - EPOCH <= wait_timeout + 90


def test_a_service_that_is_only_slow_is_said_to_be() -> None:
    there = World()
    there.slow["*"] = 20.0
    _run, outcome = reconcile(there, Options(wait_timeout=1))
    assert isinstance(outcome, Fail)
    assert outcome.message.startswith("The service answers too slowly to go on; wait_timeout (1 seconds) is over.")


def long_list(pages: int = 60, page_seconds: float = 3.0) -> World:
    """Each page of the list of work requests takes a while."""
    old = [Job(f"ocid1.workrequest.oc1.iad.{number}", CREATED - 10, CREATED - 5) for number in range(pages)]
    there = World(jobs=old, page_limit=1)
    there.slow["ListWorkRequests"] = page_seconds
    return there


@pytest.mark.parametrize("wait_timeout", [1, 30, 60])
def test_a_list_that_is_too_long_ends_in_time(wait_timeout: int) -> None:
    there = long_list()
    _run, outcome = reconcile(there, Options(wait_timeout=wait_timeout))
    assert isinstance(outcome, Fail)
    assert "The list of the compartment's work requests could not be read to its end" in outcome.message
    assert f"wait_timeout ({wait_timeout} seconds) is over" in outcome.message
    assert there.now - EPOCH <= wait_timeout + 90
    assert there.posts == 0


def test_a_late_page_that_fails_is_asked_for_again_and_not_the_whole_list() -> None:
    there = long_list()
    there.refuse("ListWorkRequests", 429, 40)
    there.refuse("ListWorkRequests", 429, 40, retry_after=50.0)
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Done)
    assert outcome.action == "submit"
    first = there.calls[: there.calls.index("UpdateBucket")]
    assert first.count("ListWorkRequests") == 60 + 2


def test_the_first_page_that_fails_is_asked_for_again_by_a_step_of_its_own() -> None:
    there = long_list(pages=3)
    there.refuse("ListWorkRequests", 429, 1)
    _run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Done)


def test_a_late_page_that_never_comes_ends_the_run_and_says_why() -> None:
    there = long_list(page_seconds=1.0)
    there.break_("ListWorkRequests", "error_before", status=429, skip=39, count=500)
    _run, outcome = reconcile(there, Options(wait_timeout=300))
    assert isinstance(outcome, Fail)
    assert "ListWorkRequests failed: 429 TooManyRequests" in outcome.message
    assert 250 < there.now - EPOCH <= 300 + 90
    assert there.calls.count("ListWorkRequests") < 39 + 60


class Paged:
    """Stands for the calls: pages of summaries that name no bucket."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def object_storage(self, operation: str, _method: str, *args: Any, **more: Any) -> Any:
        self.called.append(operation)
        if operation == "GetWorkRequest":
            return SimpleNamespace(data=SimpleNamespace(id=args[0], resources=[]))
        number = int(more.get("page", "1"))
        summary = SimpleNamespace(
            id=f"work-{number}", operation_type="REENCRYPT", status="COMPLETED", percent_complete=None, resources=[],
            time_accepted=None, time_started=None, time_finished=None,
        )  # fmt: skip
        headers = {"opc-next-page": str(number + 1)} if number < 3 else {}
        return SimpleNamespace(status=200, data=[summary], headers=headers)


def test_each_call_of_a_list_is_made_by_whoever_has_a_bound() -> None:
    """Pages, and the work requests that have to be asked whose they are."""
    api: Any = OciApi(SimpleNamespace())  # type: ignore[arg-type]
    api.calls = Paged()
    sent: list[Any] = []

    def send(call: Callable[[], Any]) -> Any:
        sent.append(call)
        return call()

    listing = api.list_reencryptions("compartment", Asked("examplens", "payroll"), send)
    assert (listing.found, list(listing.unclear.by_id)) == ((), ["work-1", "work-2", "work-3"])
    assert api.calls.called == ["ListWorkRequests", "GetWorkRequest"] * 3
    assert len(sent) == 6
    pages: Iterator[list[Any]] = api.reencryption_pages("compartment", send)
    assert [told.id for page in pages for told, _owners in page] == ["work-1", "work-2", "work-3"]
