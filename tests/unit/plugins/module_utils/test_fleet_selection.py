# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which buckets a fleet takes: by key, by name, and from which compartments."""

from __future__ import annotations

import pytest

from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.fleet_service import (
    APPS,
    OTHER_KEY,
    TENANCY,
    Service,
    counts,
    refused,
)


def test_only_buckets_under_the_wanted_keys_are_in_the_result() -> None:
    service = Service()
    service.add(5)
    service.add(5, "other", OTHER_KEY)
    service.add(5, "oracle", None)
    entries = service.run(key_ids=frozenset([OTHER_KEY]))
    assert [entry["name"] for entry in entries] == [f"other-{index}" for index in range(5)]


def test_oracle_managed_and_empty_buckets_are_counted() -> None:
    service = Service()
    service.add(3, "oracle", None)
    service.add(2, objects=0)
    assert counts(service.run()) == {"total": 5, "oracle_managed_key": 3, "empty_bucket": 2}


def test_names_are_filtered_before_anything_is_asked() -> None:
    service = Service()
    service.add(10)
    service.add(10, "B")
    entries = service.run(include=["b-*"], exclude=["*-3"])
    assert [entry["name"] for entry in entries] == [f"b-{index}" for index in range(10) if index != 3]
    assert "B-0" not in service.submitted
    fleet = service.fleet(include=["nothing-*"])
    fleet.run_here(service.sleep)
    assert (fleet.entries, len(fleet.discoveries[0].known)) == ([], 20)


def test_a_name_that_a_list_tells_twice_is_taken_once() -> None:
    service = Service()
    service.add(3)
    service.settings.page_limit = 2
    service.simulator.add_fault({"operation": "ListBuckets", "kind": "duplicates", "count": -1})
    fleet = service.fleet()
    fleet.run_here(service.sleep)
    assert sorted(entry["name"] for entry in fleet.entries) == ["b-0", "b-1", "b-2"]
    assert len(fleet.discoveries[0].known) == 3


DEEP = {APPS: ["ocid1.compartment.oc1..a"], "ocid1.compartment.oc1..a": ["ocid1.compartment.oc1..b"], TENANCY: [APPS]}


@pytest.mark.parametrize("root", [APPS, TENANCY])
def test_a_tree_is_searched_and_no_bucket_is_taken_twice(root: str) -> None:
    service = Service(tree=DEEP)
    service.add(2)
    service.add(2, "deep", compartment_id="ocid1.compartment.oc1..b")
    entries = service.run(compartment_ids=[root, APPS], recursive=True)
    assert [entry["name"] for entry in entries] == ["b-0", "b-1", "deep-0", "deep-1"]
    # Only the tenancy can be asked for its whole subtree.
    assert service.calls["ListBuckets"] == (3 if root == APPS else 4)
    assert len(service.run(compartment_ids=[APPS])) == 2


def test_a_compartment_that_may_not_be_listed_hides_no_other() -> None:
    def fail(what: str) -> None:
        if what.endswith("..a"):
            raise refused(404)

    service = Service(tree=DEEP, at={"ListBuckets": fail})
    service.add(2)
    service.add(2, "deep", compartment_id="ocid1.compartment.oc1..b")
    fleet = service.fleet(recursive=True)
    fleet.run_here(service.sleep)
    assert len(fleet.entries) == 4
    (unlisted,) = fleet.discoveries[0].unlisted_result()
    assert unlisted["compartment_id"] == "ocid1.compartment.oc1..a"
    assert unlisted["error"]["operation"] == "ListBuckets"
