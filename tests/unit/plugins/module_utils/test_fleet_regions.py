# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet in several regions, and buckets that go while it is at work."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.fleet.site import Selection
from ansible_collections.rekey.oci.plugins.module_utils.module import fleets, statuses
from ansible_collections.rekey.oci.plugins.module_utils.module.fleet_results import summary_of
from ansible_collections.rekey.oci.tests.simulator.in_process import nobody_listens
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.fleet_service import (
    APPS,
    KEY,
    OTHER_KEY,
    REGION,
    TENANCY,
    Service,
    refused,
)

ELSEWHERE = "eu-frankfurt-1"


def gone(service: Service, name: str) -> None:
    """Somebody deletes it."""
    if name in service.buckets:
        service.world.remove_bucket(name)


def two() -> tuple[Service, Service]:
    here, there = (Service(virtual=False, work_seconds=0.0, region=region) for region in (REGION, ELSEWHERE))
    here.elsewhere = [there]
    return here, there


def test_one_name_in_two_regions_is_two_buckets() -> None:
    here, there = two()
    here.add(5)
    there.add(5)
    fleet = here.fleet()
    fleet.run()
    assert sorted((entry["region"], entry["name"]) for entry in fleet.entries) == sorted(
        (region, f"b-{number}") for region in (REGION, ELSEWHERE) for number in range(5)
    )
    assert here.submitted == there.submitted == {f"b-{number}": 1 for number in range(5)}
    # A key is the same wherever it is asked for.
    assert here.calls["GetKey"] + there.calls["GetKey"] <= 3


def test_a_region_that_fails_stops_no_other() -> None:
    def dead(what: str) -> None:
        nobody_listens()

    here, there = two()
    here.add(5)
    there.add(5)
    there.at["ListBuckets"] = dead
    fleet = here.fleet()
    fleet.run()
    assert summary_of(fleet.entries, True)["completed"] == 5
    (unlisted,) = fleets.unlisted(fleet)
    assert (unlisted["region"], unlisted["compartment_id"]) == (ELSEWHERE, APPS)
    assert fleet.crash is None


def test_a_bucket_that_is_gone_when_it_is_looked_at_is_no_failure() -> None:
    service = Service()
    service.add(5)

    def deleted(name: str) -> None:
        if name == "b-2":
            gone(service, name)

    service.at["GetBucket"] = deleted
    (found,) = [entry for entry in service.run() if entry["name"] == "b-2"]
    assert (found["action"], found["reason"], found["error"], found["changed"]) == ("none", "bucket_gone", None, False)
    service.add(5)
    summary = summary_of(service.run(), True)
    assert (summary["gone"], summary["failed"], summary["total"]) == (1, 0, 5)


def test_one_that_is_listed_and_not_found_may_not_be_read() -> None:
    def hidden(name: str) -> None:
        if name == "b-2":
            raise refused(404, "BucketNotFound")

    service = Service(at={"GetBucket": hidden})
    service.add(5)
    (failed,) = [entry for entry in service.run() if entry["error"]]
    assert failed["name"] == "b-2"
    assert "BUCKET_READ" in failed["error"]["message"]


def test_many_that_are_not_found_are_listed_again_once() -> None:
    def hidden(_name: str) -> None:
        raise refused(404, "BucketNotFound")

    service = Service(at={"GetBucket": hidden})
    service.add(100)
    assert summary_of(service.run(), True)["failed"] == 100
    assert service.calls["ListBuckets"] <= 10


def test_a_look_leaves_out_what_is_gone() -> None:
    service = Service()
    service.add(3)

    def deleted(name: str) -> None:
        gone(service, "b-1")

    service.at["GetBucket"] = deleted
    fleet = service.fleet(check_mode=True, keep=statuses.Looks())
    fleet.run_here(service.sleep)
    assert sorted(entry["bucket"]["name"] for entry in fleet.entries) == ["b-0", "b-2"]


def idle(service: Service, **more: Any) -> list[str]:
    fleet = service.fleet(**more)
    selection: Selection = fleet._selection
    fleet.run_here(service.sleep)
    return fleets.idle(fleet, selection, fleet.entries)


def test_what_matched_nothing_is_named() -> None:
    service = Service()
    service.add(3)
    empty = "ocid1.compartment.oc1..empty"
    service.compartment(empty)
    assert idle(service) == []
    assert idle(service, include=["b-*", "pay*"], exclude=["tmp-*"]) == [
        "include has pay*, which matches the name of no bucket.",
        "exclude has tmp-*, which matches the name of no bucket.",
    ]
    assert idle(service, compartment_ids=[APPS, empty]) == [f"The compartment {empty} has no bucket in it."]
    assert idle(service, key_ids=frozenset([KEY, OTHER_KEY])) == [
        f"key_ids has {OTHER_KEY}, and no bucket is under that key."
    ]


@pytest.mark.parametrize("root", [APPS, TENANCY])
def test_a_compartment_below_which_there_is_a_bucket_is_not_idle(root: str) -> None:
    deep = {
        TENANCY: [APPS],
        APPS: ["ocid1.compartment.oc1..a"],
        "ocid1.compartment.oc1..a": ["ocid1.compartment.oc1..b"],
    }
    service = Service(tree=deep)
    service.add(1, compartment_id="ocid1.compartment.oc1..b")
    assert idle(service, compartment_ids=[root], recursive=True) == []
    assert len(idle(service, compartment_ids=[root])) == 1


def test_throttled_lists_are_asked_for_until_wait_timeout_and_never_past_it() -> None:
    def throttled(_what: str) -> None:
        raise refused(429, "TooManyRequests")

    for timeout in (8, 300):
        service = Service(at={"ListBuckets": throttled})
        service.add(1)
        fleet = service.fleet(wait_timeout=timeout)
        fleet.run_here(service.sleep)
        assert len(fleets.unlisted(fleet)) == 1
        assert timeout / 2 < service.elapsed <= timeout
    tries = [5]

    def busy(_what: str) -> None:
        if service.elapsed < 200.0:
            raise refused(429, "TooManyRequests")

    service = Service(at={"ListBuckets": busy})
    service.add(1)
    assert summary_of(service.run(wait_timeout=600), True)["completed"] == 1
    assert tries
