# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that hardly ever come: stray refusals, clocks that differ, odd values, lists that mislead."""

from __future__ import annotations

import json
import math
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.simulator.control import Control
from tests.simulator.faults import CODES
from tests.simulator.routes import OPERATIONS, ROUTES
from tests.simulator.world import TENANCY

from .helpers import World, at

REENCRYPT = f"{at('photos')}/actions/reencrypt"


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def date(headers: dict[str, str]) -> float:
    return parsedate_to_datetime(headers["date"]).timestamp()


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_every_operation_can_be_refused(world: World, operation: str) -> None:
    method, pattern = next((method, pattern) for method, pattern, name in ROUTES if name == operation)
    path = world.path_of(pattern)
    for status, code in CODES.items():
        world.simulator.add_fault({"operation": operation, "kind": "error_before", "status": status})
        assert world.refused(method, path, compartmentId=TENANCY) == (status, code)
    assert world.simulator.seen[-1].operation == operation


def test_a_fault_lasts_for_ever_where_it_is_told_to(world: World) -> None:
    world.simulator.add_fault(
        {"operation": "UpdateBucket", "kind": "error_before", "status": 412, "count": -1, "message": "No."}
    )
    for _time in range(50):
        assert world.refused("POST", at("photos"), {}) == (412, "IfMatchFailed")
    world.told("GET", at("photos"))
    world.simulator.faults.clear()
    world.told("POST", at("photos"), {})


def test_a_fault_strikes_one_key_by_its_path(world: World) -> None:
    other = world.world.add_key("other")
    world.simulator.add_fault(
        {"operation": "GetKey", "kind": "error_before", "status": 401, "count": -1, "path": other.id}
    )
    world.told("GET", f"/20180608/keys/{world.key.id}")
    assert world.refused("GET", f"/20180608/keys/{other.id}") == (401, "NotAuthenticated")


@pytest.mark.parametrize("after", [7, "Wed, 25 Nov 2026 12:00:00 GMT"])
def test_a_refusal_may_say_when_to_come_again(world: World, after: Any) -> None:
    world.simulator.add_fault({"operation": "*", "kind": "error_before", "status": 409, "retry_after": after})
    answer = world.ask("GET", at("photos"))
    assert answer is not None
    assert answer.headers["retry-after"] == str(after)


def test_a_foreign_hand_comes_right_before_a_call_or_after_it(world: World) -> None:
    with pytest.raises(ValueError, match="control endpoints"):
        world.simulator.add_fault(
            {"operation": "GetBucket", "kind": "hand_before", "do": {"rotate": {"key": "master"}}}
        )
    Control(world.simulator, {}, lambda: None)
    with pytest.raises(ValueError, match="has do where"):
        world.simulator.add_fault({"operation": "GetBucket", "kind": "hand_before"})
    tags = {"bucket": {"bucket": "photos", "tags": {"a": "b"}}}
    world.simulator.add_fault({"operation": "GetBucket", "kind": "hand_after", "do": tags})
    assert world.told("GET", at("photos")).body["freeformTags"] == {}
    assert world.bucket.freeform_tags == {"a": "b"}
    # Listed, and then deleted.
    remove = {"bucket": {"bucket": "photos", "remove": True}}
    world.simulator.add_fault({"operation": "GetBucket", "kind": "hand_before", "do": remove})
    assert [one["name"] for one in world.told("GET", "/n/examplens/b", compartmentId=TENANCY).body] == ["photos"]
    assert world.refused("GET", at("photos")) == (404, "BucketNotFound")
    assert world.told("GET", "/n/examplens/b", compartmentId=TENANCY).body == []


@pytest.mark.parametrize("skew", [-30.0, 30.0])
def test_work_requests_have_a_clock_of_their_own(skew: float) -> None:
    world = World(accepted_skew=skew)
    posted = world.told("POST", REENCRYPT)
    world.simulator.clock.advance(10)
    work = world.work(posted.headers["opc-work-request-id"])
    assert moment(work["timeAccepted"]) - date(posted.headers) == skew
    assert moment(work["timeFinished"]) - moment(work["timeAccepted"]) == 10
    assert world.works().body[0]["timeAccepted"] == work["timeAccepted"]


@pytest.mark.parametrize("skew", [-30.0, 30.0])
def test_vault_has_a_clock_of_its_own(skew: float) -> None:
    world = World(vault_skew=skew)
    now = world.simulator.clock.now()
    made = world.told("POST", f"/20180608/keys/{world.key.id}/keyVersions")
    assert moment(made.body["timeCreated"]) == date(made.headers) == now + skew
    assert date(world.told("GET", at("photos")).headers) == now


@pytest.mark.parametrize(("turns", "under_new"), [("by turns", 2), ("older", 0), ("newer", 4)])
def test_a_new_version_is_enabled_before_it_is_current(turns: str, under_new: int) -> None:
    world = World(version_delay=5.0, version_lag=60.0, version_turns=turns)
    path = f"/20180608/keys/{world.key.id}"
    first = world.told("GET", path).body["currentKeyVersion"]
    made = world.told("POST", f"{path}/keyVersions").body["id"]
    world.simulator.clock.advance(5)
    assert world.told("GET", f"{path}/keyVersions/{made}").body["lifecycleState"] == "ENABLED"
    assert world.told("GET", path).body["currentKeyVersion"] == first
    world.world.put_objects(world.bucket, 4, prefix="new-")
    new = [stored for stored in world.bucket.objects if stored.name.startswith("new-")]
    assert sum(stored.key_version.id == made for stored in new) == under_new
    world.simulator.clock.advance(60)
    assert world.told("GET", path).body["currentKeyVersion"] == made
    assert world.current() == under_new
    world.world.put_objects(world.bucket, 2, prefix="newer-")
    assert world.current() == under_new + 2


def test_a_reencryption_meanwhile_may_use_both() -> None:
    world = World(version_lag=60.0, reencrypt_version="object")
    world.world.rotate(world.key.id)
    work = world.reencrypt()
    world.simulator.clock.advance(10)
    assert world.work(work)["status"] == "COMPLETED"
    world.simulator.clock.advance(60)
    assert world.current() == 2


def test_a_work_request_that_completes_may_have_errors() -> None:
    world = World(outcomes=["COMPLETED_WITH_ERRORS"], fails_at=50)
    world.world.rotate(world.key.id)
    work = world.reencrypt()
    assert world.told("GET", f"/workRequests/{work}/errors").body == []
    world.simulator.clock.advance(10)
    assert (world.work(work)["status"], world.work(work)["percentComplete"]) == ("COMPLETED", 100)
    assert [error["code"] for error in world.told("GET", f"/workRequests/{work}/errors").body] == ["KmsKeyError"]
    assert world.current() == 2
    with pytest.raises(ValueError, match="must be of"):
        world.world.settings.patch({"outcomes": ["DONE"]})


def test_a_work_request_may_name_its_bucket_by_its_ocid_alone() -> None:
    world = World(resources="ocid", summary_resources="ocid")
    named = [{"actionType": "UPDATED", "entityType": "bucket", "identifier": world.bucket.id}]
    assert world.work(world.reencrypt())["resources"] == named
    assert world.works().body[0]["resources"] == named


def test_a_read_only_bucket_refuses_a_reencryption_though_none_runs() -> None:
    world = World(read_only_code="BucketIsReadOnly")
    world.bucket.read_only = True
    assert world.told("GET", at("photos")).body["isReadOnly"] is True
    for method, path in (("POST", REENCRYPT), ("PUT", f"{at('photos')}/o/new"), ("DELETE", f"{at('photos')}/o/x")):
        assert world.refused(method, path) == (409, "BucketIsReadOnly")
    assert world.works().body == []


@pytest.mark.parametrize(
    ("odd", "told"),
    [("NaN", math.nan), ("Infinity", math.inf), ("-Infinity", -math.inf), ("below", -1.0), ("above", 250.0)],
)
def test_progress_may_be_no_percentage(odd: str, told: float) -> None:
    world = World(odd_percent=odd)
    answer = world.told("GET", f"/workRequests/{world.reencrypt()}")
    found = json.loads(answer.content())["percentComplete"]
    assert math.isnan(found) if math.isnan(told) else found == told


def test_messages_may_carry_anything() -> None:
    odd = "\x1b[2J\x07\x9b31m\u202e\u2066\n"
    world = World(odd_text=odd, outcomes=["FAILED"])
    work = world.reencrypt()
    world.simulator.clock.advance(10)
    for part in ("errors", "logs"):
        told = world.told("GET", f"/workRequests/{work}/{part}").body
        assert told
        assert all(one["message"].startswith(odd) for one in told)
    world.simulator.add_fault({"operation": "GetBucket", "kind": "error_before"})
    for _time in range(2):
        answer = world.ask("GET", at("nobody's"))
        assert answer is not None
        assert answer.body["message"].startswith(odd)
        assert not answer.body["message"].startswith(odd * 2)


LISTS = {
    "ListBuckets": "/n/examplens/b",
    "ListObjects": f"{at('photos')}/o",
    "ListObjectVersions": f"{at('photos')}/objectversions",
    "ListWorkRequests": "/workRequests",
    "ListKeys": "/20180608/keys",
    "ListKeyVersions": "/20180608/keys/{key}/keyVersions",
    "ListCompartments": "/20160918/compartments",
}


def pages(world: World, operation: str, most: int) -> list[list[str]]:
    """What a client sees that follows the pages: names or OCIDs."""
    for number in range(3):
        world.world.add_bucket(f"logs-{number}", kms_key_id=world.key.id)
        world.world.add_compartment(f"apps-{number}")
        world.world.add_key(f"more-{number}")
        world.world.rotate(world.key.id)
        world.reencrypt()
    found: list[list[str]] = []
    query: dict[str, str] = {"limit": "3"}
    for _page in range(most):
        answer = world.told("GET", LISTS[operation].format(key=world.key.id), compartmentId=TENANCY, **query)
        entries = answer.body if isinstance(answer.body, list) else answer.body.get("objects", answer.body.get("items"))
        found.append([entry.get("id") or entry.get("name") for entry in entries])
        if "opc-next-page" in answer.headers:
            query["page"] = answer.headers["opc-next-page"]
        elif isinstance(answer.body, dict) and "nextStartWith" in answer.body:
            query["start"] = answer.body["nextStartWith"]
        else:
            break
    return found


@pytest.mark.parametrize("operation", LISTS)
@pytest.mark.parametrize("skip", [0, 1])
def test_a_page_may_be_empty_though_there_is_a_next_one(world: World, operation: str, skip: int) -> None:
    plain = pages(World(), operation, 9)
    world.simulator.add_fault({"operation": operation, "kind": "empty_page", "skip": skip})
    found = pages(world, operation, 9)
    if skip < len(plain):
        assert found == [*plain[:skip], [], *plain[skip:]]


@pytest.mark.parametrize("operation", LISTS)
def test_entries_may_come_twice(world: World, operation: str) -> None:
    plain = pages(World(), operation, 9)
    world.simulator.add_fault({"operation": operation, "kind": "duplicates", "count": -1})
    assert pages(world, operation, 9) == [page * 2 for page in plain]


@pytest.mark.parametrize("operation", LISTS)
@pytest.mark.parametrize("kind", ["endless", "endless_repeat"])
@pytest.mark.parametrize("count", [1, -1])
def test_pages_may_never_end(world: World, operation: str, kind: str, count: int) -> None:
    plain = pages(World(), operation, 9)
    world.simulator.add_fault({"operation": operation, "kind": kind, "count": -1})
    if count == 1:
        # Only the list's last page is odd: what follows ends as it would.
        world.simulator.faults[0].skip, world.simulator.faults[0].count = len(plain) - 1, 1
    found = pages(world, operation, 50)
    assert found[: len(plain)] == plain
    if count == -1:
        assert len(found) == 50
        rest = [page for page in found[len(plain) :] if page]
        assert bool(rest) == (kind == "endless_repeat")
    else:
        assert len(plain) < len(found) <= 2 * len(plain)


def test_each_page_token_is_new(world: World) -> None:
    world.simulator.add_fault({"operation": "ListBuckets", "kind": "endless", "count": -1})
    tokens: set[str] = set()
    page: dict[str, str] = {}
    for _page in range(20):
        answer = world.told("GET", "/n/examplens/b", compartmentId=TENANCY, **page)
        page = {"page": answer.headers["opc-next-page"]}
        tokens.add(page["page"])
    assert len(tokens) == 20


def test_copies_are_among_the_work_requests(world: World) -> None:
    control = Control(world.simulator, {}, lambda: None)
    status, told = control.answer("POST", "bucket", {"bucket": "photos", "copies": 3, "reencrypt": True})
    assert status == 200
    assert told["running"] == [told["work_request_id"]]
    kinds = [work["operationType"] for work in world.works().body]
    assert kinds == ["REENCRYPT", *["COPY_OBJECT"] * 3]
    world.world.settings.patch({"two_at_once": "conflict"})
    world.simulator.clock.advance(10)
    control.answer("POST", "bucket", {"bucket": "photos", "copies": 1})
    world.reencrypt()
    truth = control.answer("GET", "truth", {})[1]
    assert len(truth["submissions"]["photos"]) == 2
    assert len(truth["work_requests"]) == 6
