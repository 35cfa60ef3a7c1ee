# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Envelope encryption, and what a work request tells of it."""

from __future__ import annotations

import pytest

from tests.simulator.world import TENANCY

from .helpers import World, at


def test_a_rotation_leaves_old_objects_under_the_old_version(world: World) -> None:
    assert world.current() == 4
    world.world.rotate(world.key.id)
    assert world.current() == 0
    assert not world.world.all_current(world.bucket)
    world.told("PUT", f"{at('photos')}/o/new", b"content")
    assert world.current() == 1


def test_a_reencryption_wraps_the_same_data_keys_again_one_by_one(world: World) -> None:
    old = world.key.versions[-1]
    data_keys = [old.unwrap(stored.wrapped) for stored in world.bucket.objects]
    new = world.world.rotate(world.key.id)
    work_request_id = world.reencrypt()
    assert world.work(work_request_id)["status"] == "IN_PROGRESS"
    world.simulator.clock.advance(5)
    assert world.work(work_request_id)["percentComplete"] == 50
    assert world.current() == 2
    world.simulator.clock.advance(5)
    told = world.work(work_request_id)
    assert (told["status"], told["percentComplete"]) == ("COMPLETED", 100)
    assert told["timeAccepted"] < told["timeFinished"]
    assert world.world.all_current(world.bucket)
    assert [new.unwrap(stored.wrapped) for stored in world.bucket.objects] == data_keys


def test_all_versions_of_an_object_are_covered_and_delete_markers_are_not() -> None:
    world = World()
    world.told("POST", at("photos"), {"versioning": "Enabled"})
    world.told("PUT", f"{at('photos')}/o/object-0", b"second")
    world.told("DELETE", f"{at('photos')}/o/object-1")
    world.world.rotate(world.key.id)
    world.reencrypt()
    world.simulator.clock.advance(10)
    assert world.current() == 5
    assert world.world.all_current(world.bucket)


@pytest.mark.parametrize(("setting", "expected"), [("accepted", 0), ("started", 4)])
def test_a_rotation_between_acceptance_and_start(setting: str, expected: int) -> None:
    world = World(reencrypt_version=setting, start_delay=5.0)
    work_request_id = world.reencrypt()
    assert world.work(work_request_id)["status"] == "ACCEPTED"
    world.simulator.clock.advance(1)
    world.world.rotate(world.key.id)
    world.simulator.clock.advance(20)
    assert world.current() == expected


def test_a_rotation_after_the_start_is_not_covered_however_late_one_looks() -> None:
    world = World(reencrypt_version="started")
    world.reencrypt()
    world.simulator.clock.advance(5)
    world.world.rotate(world.key.id)
    world.simulator.clock.advance(20)
    assert world.current() == 0


def test_two_at_once_write_in_the_order_of_time(world: World) -> None:
    world.reencrypt()
    world.simulator.clock.advance(6)
    world.world.rotate(world.key.id)
    world.world.settings.patch({"work_seconds": 2.0})
    second = world.reencrypt()
    world.simulator.clock.advance(2)
    assert world.work(second)["status"] == "COMPLETED"
    # The first went on with the old version, and the object it came to last was the second's before.
    world.simulator.clock.advance(10)
    assert world.current() == 3


def test_a_second_one_is_a_conflict_where_that_is_set() -> None:
    world = World(two_at_once="conflict")
    world.reencrypt()
    assert world.refused("POST", f"{at('photos')}/actions/reencrypt") == (409, "IncorrectState")
    world.simulator.clock.advance(10)
    world.reencrypt()


def test_a_failure_leaves_the_rest_under_the_old_version() -> None:
    world = World(outcomes=["FAILED"], fails_at=50)
    world.world.rotate(world.key.id)
    work_request_id = world.reencrypt()
    world.simulator.clock.advance(10)
    assert world.work(work_request_id)["status"] == "FAILED"
    assert world.current() == 2
    errors = world.told("GET", f"/workRequests/{work_request_id}/errors").body
    assert [error["code"] for error in errors] == ["KmsKeyError"]
    logs = world.told("GET", f"/workRequests/{work_request_id}/logs").body
    assert logs[-1]["message"] == "Ended FAILED."
    assert world.work(world.reencrypt())["status"] == "IN_PROGRESS"


def test_a_cancellation(world: World) -> None:
    world.world.settings.patch({"cancel_delay": 1.0})
    world.world.rotate(world.key.id)
    work_request_id = world.reencrypt()
    world.simulator.clock.advance(5)
    assert world.told("DELETE", f"/workRequests/{work_request_id}").status == 202
    assert world.work(work_request_id)["status"] == "CANCELING"
    world.simulator.clock.advance(1)
    assert world.work(work_request_id)["status"] == "CANCELED"
    assert world.current() == 2
    assert world.refused("DELETE", f"/workRequests/{work_request_id}")[0] == 409


def test_only_the_bucket_key(world: World) -> None:
    bucket = world.world.add_bucket("keyed", kms_key_id=world.key.id, bucket_key_enabled=True)
    world.world.put_objects(bucket, 2)
    world.world.rotate(world.key.id)
    world.told("POST", f"{at('keyed')}/actions/reencrypt", isReencryptBucketKeyOnly="true")
    world.simulator.clock.advance(10)
    world.world.advance()
    assert bucket.bucket_key_version is world.key.versions[-1]
    assert not world.world.all_current(bucket)


def test_a_key_that_is_disabled_on_the_way_ends_it(world: World) -> None:
    world.world.rotate(world.key.id)
    work_request_id = world.reencrypt()
    world.simulator.clock.advance(5)
    world.told("POST", f"/20180608/keys/{world.key.id}/actions/disable")
    world.simulator.clock.advance(5)
    assert world.work(work_request_id)["status"] == "FAILED"
    assert world.current() == 2


def test_an_oracle_managed_key_cannot_be_reencrypted(world: World) -> None:
    world.told("POST", at("photos"), {"kmsKeyId": ""})
    assert world.refused("POST", f"{at('photos')}/actions/reencrypt")[0] == 400


def test_it_is_forgotten_after_its_retention() -> None:
    world = World(retention=3600.0)
    work_request_id = world.reencrypt()
    world.simulator.clock.advance(10 + 3599)
    assert world.work(work_request_id)["status"] == "COMPLETED"
    world.simulator.clock.advance(1)
    assert world.refused("GET", f"/workRequests/{work_request_id}") == (404, "NotAuthorizedOrNotFound")
    assert world.works().body == []


@pytest.mark.parametrize("order", ["newest", "oldest", "random"])
def test_pages_lose_nothing_although_the_list_grows(order: str) -> None:
    world = World(order=order, work_seconds=0.0)
    accepted = []
    for _number in range(7):
        accepted.append(world.reencrypt())
        world.simulator.clock.advance(1)
    seen = []
    page: dict[str, str] = {}
    while True:
        answer = world.works(limit="2", **page)
        seen += [work["id"] for work in answer.body]
        world.reencrypt()
        if "opc-next-page" not in answer.headers:
            break
        page = {"page": answer.headers["opc-next-page"]}
    assert sorted(seen) == sorted(accepted)
    if order != "random":
        assert seen == (accepted if order == "oldest" else accepted[::-1])


def test_it_shows_up_in_lists_late_where_that_is_set() -> None:
    world = World(list_lag=5.0)
    work_request_id = world.reencrypt()
    assert world.works().body == []
    assert world.work(work_request_id)["status"] == "IN_PROGRESS"
    world.simulator.clock.advance(5)
    assert [work["id"] for work in world.works().body] == [work_request_id]


@pytest.mark.parametrize("told", ["all", "uri", "metadata", "identifier", "none"])
def test_what_a_summary_tells_of_its_bucket(told: str) -> None:
    world = World(summary_resources=told)
    work_request_id = world.reencrypt()
    resources = world.works().body[0]["resources"]
    assert bool(resources) == (told != "none")
    if resources:
        names = {"entityUri": "uri", "metadata": "metadata", "identifier": "identifier"}
        assert {names[key] for key in names if key in resources[0]} == (
            set(names.values()) if told == "all" else {told}
        )
    assert world.work(work_request_id)["resources"][0]["entityUri"] == at("photos")


def test_a_work_request_may_come_to_tell_its_bucket_only_after_a_while() -> None:
    world = World(nameless_seconds=5.0)
    work_request_id = world.reencrypt()
    assert world.works().body[0]["resources"] == world.work(work_request_id)["resources"] == []
    world.simulator.clock.advance(5)
    assert world.works().body[0]["resources"] == world.work(work_request_id)["resources"] != []


def test_lists_are_of_one_compartment(world: World) -> None:
    other = world.world.add_compartment("other")
    world.reencrypt()
    assert len(world.works().body) == 1
    assert world.told("GET", "/workRequests", compartmentId=other).body == []
    assert world.refused("GET", "/workRequests", compartmentId=TENANCY, page="x")[0] == 400
