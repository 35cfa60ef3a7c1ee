# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all buckets of a fleet share is refused: once it means nothing, and for good it is not asked by each bucket."""

from __future__ import annotations

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.fleet.shared import REFUSALS
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.fleet_service import APPS, Service, refused


def refuse(service: Service, status: int, times: int) -> None:
    left = [None] * times

    def at(_what: str) -> None:
        if left:
            left.pop()
            raise refused(status)

    service.at["GetKey"] = at


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413])
def test_one_odd_answer_about_a_key_costs_a_proven_fleet_nothing(status: int, number: int) -> None:
    service = Service()
    service.add(12)
    service.run()
    before = len(service.works)
    refuse(service, status, 1)
    entries = service.run(workers=number)
    assert {entry["reason"] for entry in entries} == {"up_to_date"}
    assert len(service.works) == before


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413])
@pytest.mark.parametrize("operation", ["ListBuckets", "ListCompartments"])
def test_one_odd_answer_to_a_list_loses_no_bucket(operation: str, status: int) -> None:
    service = Service(tree={APPS: ["ocid1.compartment.oc1..a"]})
    service.add(2)
    service.add(2, "deep", compartment_id="ocid1.compartment.oc1..a")
    left = [None]

    def at(_what: str) -> None:
        if left:
            left.pop()
            raise refused(status)

    service.at[operation] = at
    fleet = service.fleet(recursive=True)
    fleet.run_here(service.sleep)
    assert len(fleet.entries) == 4
    assert fleet.discoveries[0].unlisted_result() == []


@pytest.mark.parametrize("status", [403, 404])
def test_a_key_that_may_not_be_read_is_not_asked_for_by_each_bucket(status: int) -> None:
    service = Service()
    service.add(40)
    refuse(service, status, 10_000)
    before = service.calls["GetKey"]
    entries = service.run()
    assert {entry["reason"] for entry in entries} == {"unproven"}
    assert service.calls["GetKey"] - before <= 3 * REFUSALS


def test_refusals_of_several_kinds_are_no_fact_either() -> None:
    service = Service()
    service.add(12)
    service.run()
    before = len(service.works)
    left = [400, 403, 409, 404]

    def at(_what: str) -> None:
        if left:
            raise refused(left.pop())

    service.at["GetKey"] = at
    entries = service.run()
    assert {entry["reason"] for entry in entries} == {"up_to_date"}
    assert len(service.works) == before
