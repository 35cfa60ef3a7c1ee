# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lists of work requests that a fleet reads for all its buckets: refused, nameless, long, late."""

from __future__ import annotations

import time

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import Owners
from ansible_collections.rekey.oci.plugins.module_utils.reconcile import reconciler
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.fleet_service import (
    APPS,
    Service,
    counts,
    refused,
)


def test_a_list_that_may_not_be_read_is_done_without() -> None:
    def fail(_what: str) -> None:
        raise refused(404)

    service = Service(at={"ListWorkRequests": fail})
    service._listed[APPS] = float("inf")
    service.add(30)
    entries = service.run()
    assert counts(entries)["completed"] == 30
    assert "Work requests cannot be listed" in entries[0]["warnings"][0]


def test_a_foreign_work_request_is_asked_for_once_where_its_summary_does_not_name_its_bucket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = Service(summary_resources="none", work_seconds=50.0)
    service.add(30)
    for index in range(5):
        service.submit(f"b-{index}")
    asked: list[str] = []
    real = service.api.get_owners

    def get_owners(work_request_id: str) -> Owners:
        asked.append(work_request_id)
        return real(work_request_id)

    monkeypatch.setattr(service.api, "get_owners", get_owners)
    entries = service.run()
    assert counts(entries)["completed"] == 30
    assert set(service.submitted.values()) == {1}
    assert len(asked) == len(set(asked)) == 5
    held_up = [entry for entry in entries if entry["name"] in {f"b-{index}" for index in range(5)}]
    accepted = {work.id: work.time_accepted for work in service.works}
    began = min(accepted.values())
    assert min(accepted[entry["work_request"]["id"]] for entry in held_up) >= began + 50


class Long(Service):
    """A list of work requests has a hundred pages at least, each of which takes a while, really."""

    def __init__(self, virtual: bool = True) -> None:
        super().__init__(virtual=virtual, page_limit=1)
        self.add(1, "gone")
        for _number in range(100):
            self.submit("gone-0")
        self.world.remove_bucket("gone-0")
        self.at["ListWorkRequests"] = self.page
        self.lists_are_short = False

    def page(self, _what: str) -> None:
        (self.sleep if self.virtual else time.sleep)(0.1)


@pytest.mark.parametrize("virtual", [True, False])
def test_a_list_that_is_too_long_holds_no_bucket_beyond_its_time(
    virtual: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciler, "LAST_CALL", 0.2)
    service = Long(virtual=virtual)
    service.add(5)
    fleet = service.fleet(wait_timeout=0.5, workers=3)
    begun = time.monotonic()
    if virtual:
        fleet.run_here(service.sleep)
    else:
        fleet.run()
    assert (service.elapsed if virtual else time.monotonic() - begun) < 6
    assert [entry["error"]["message"][:30] for entry in fleet.entries] == ["The service answers too slowly"] * 5
    assert not service.submitted


def test_buckets_that_ask_for_a_list_before_it_may_be_made_end_in_time_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a list of a minute there is none for two."""
    monkeypatch.setattr("ansible_collections.rekey.oci.plugins.module_utils.fleet.listings._SPACING", 500.0)
    service = Service(work_seconds=50.0)
    service.add(3)
    service.run(max_in_flight=1, wait_timeout=60)
    assert service.elapsed < 3 * (60 + 90)


def test_a_late_page_that_fails_is_asked_for_again() -> None:
    service = Long()
    service.add(3)
    failures = [refused(429, "TooManyRequests") for _number in range(3)]

    def page(what: str) -> None:
        if service.pages["ListWorkRequests"] > 50 and failures:
            raise failures.pop()
        service.page(what)

    service.at["ListWorkRequests"] = page
    assert counts(service.run()) == {"total": 3, "submitted": 3, "completed": 3}
    # None was read anew for a page's sake.
    assert service.pages["ListWorkRequests"] >= 100 * service.calls["ListWorkRequests"] + 3
