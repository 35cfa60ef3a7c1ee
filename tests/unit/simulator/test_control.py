# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control endpoints: worlds, the truth, and what is wrong with a request."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.control import Control
from tests.simulator.dispatch import Simulator
from tests.simulator.messages import Request


@pytest.fixture
def control() -> Control:
    return Control(Simulator(), {"hello": "there"}, lambda: None)


def told(control: Control, method: str, path: str, given: Any = None) -> Any:
    status, answer = control.answer(method, path, given or {})
    assert status == 200, answer
    return answer


WORLD = {
    "settings": {"work_seconds": 0, "outcomes": ["FAILED", "COMPLETED"]},
    "compartments": [{"name": "outer"}, {"name": "inner", "parent": "outer"}],
    "keys": [{"name": "master", "compartment": "outer", "versions": 2}, {"name": "off", "state": "DISABLED"}],
    "buckets": [
        {"name": "photos", "compartment": "inner", "key": "master", "objects": 2, "tags": {"a": "b"}},
        {"name": "logs-{}", "count": 3, "compartment": "elsewhere"},
    ],
    "users": [{"name": "auditor", "permissions": ["BUCKET_READ"], "compartments": ["outer"]}],
    "faults": [{"operation": "GetBucket", "kind": "garbage"}],
}


def test_a_world_is_added_to_what_is_there(control: Control) -> None:
    made = told(control, "POST", "/world", WORLD)
    assert set(made["compartments"]) == {"outer", "inner", "elsewhere"}
    assert set(made["buckets"]) == {"photos", "logs-0", "logs-1", "logs-2"}
    assert made["buckets"]["photos"]["compartment_id"] == made["compartments"]["inner"]
    told(control, "POST", "/world", {"buckets": [{"name": "more", "key": "master"}]})
    buckets = told(control, "GET", "/truth", {"what": "buckets"})["buckets"]
    assert len(buckets) == 5
    assert buckets["more"]["kms_key_id"] == made["keys"]["master"]["id"]
    assert buckets["photos"]["key_version_id"] == made["keys"]["master"]["version"]
    assert told(control, "GET", "/settings")["work_seconds"] == 0
    assert len(told(control, "GET", "/faults")["faults"]) == 1
    told(control, "POST", "/world", {"reset": True, "buckets": [{"name": "only"}]})
    assert set(told(control, "GET", "/truth")["buckets"]) == {"only"}
    assert told(control, "GET", "/settings")["outcomes"] == ()
    assert told(control, "GET", "/faults") == {"faults": []}


def test_a_compartment_of_a_user_stands_for_what_is_below_it() -> None:
    simulator = Simulator()
    control = Control(simulator, {}, lambda: None)
    told(control, "POST", "/world", WORLD)
    answer = simulator.handle(Request("HEAD", "/n/examplens/b/photos", principal="auditor")).response
    assert answer is not None
    assert answer.status == 404
    told(control, "POST", "/user", {"user": "auditor", "permissions": ["BUCKET_INSPECT"], "compartments": ["outer"]})
    answer = simulator.handle(Request("HEAD", "/n/examplens/b/photos", principal="auditor")).response
    assert answer is not None
    assert answer.status == 200


def test_a_foreign_hand_and_the_truth(control: Control) -> None:
    told(control, "POST", "/world", {"buckets": [{"name": "photos", "key": "master", "objects": 3}]})
    told(control, "POST", "/settings", {"work_seconds": 10})
    version = told(control, "POST", "/rotate", {"key": "master"})["version"]
    mark = told(control, "GET", "/truth")["mark"]
    bucket = told(control, "POST", "/bucket", {"bucket": "photos", "put": 1, "reencrypt": True})
    assert (bucket["objects"], bucket["current"], bucket["all_current"]) == (4, 1, False)
    assert bucket["running"] == [bucket["work_request_id"]]
    told(control, "POST", "/advance", {"seconds": 11})
    truth = told(control, "GET", "/truth", {"since": mark})
    assert truth["submissions"] == {"photos": [bucket["work_request_id"]]}
    assert truth["buckets"]["photos"]["wrapped_by"] == {version: 4}
    assert truth["work_requests"][bucket["work_request_id"]]["user"] == "stranger"
    assert told(control, "GET", "/truth", {"since": truth["mark"]})["submissions"] == {}
    etag = bucket["etag"]
    changed = told(control, "POST", "/bucket", {"bucket": "photos", "tags": {"x": "y"}, "delete": ["object-0"]})
    assert (changed["tags"], changed["objects"]) == ({"x": "y"}, 3)
    assert changed["etag"] != etag
    assert told(control, "POST", "/bucket", {"bucket": "photos", "key": None})["all_current"] is False
    assert told(control, "POST", "/key", {"key": "master", "state": "DISABLED"})["state"] == "DISABLED"
    assert told(control, "POST", "/bucket", {"bucket": "photos", "remove": True}) == {}


@pytest.mark.parametrize(
    ("method", "path", "given", "error"),
    [
        ("POST", "/settings", {"speed": 1}, "no such setting: speed"),
        ("POST", "/settings", {"work_seconds": "fast"}, "cannot be"),
        ("POST", "/settings", {"order": "upside down"}, "must be one of"),
        ("POST", "/rotate", {"key": "nobody's"}, "no such key"),
        ("POST", "/bucket", {"bucket": "nobody's"}, "no such bucket"),
        ("POST", "/bucket", {"bucket": "photos", "colour": "red"}, "has no colour"),
        ("POST", "/world", {"buckets": [{"name": "b", "versioning": "On"}]}, "versioning must be"),
        ("POST", "/world", {"users": [{"name": "u", "permissions": ["ALL"]}]}, "no such permission"),
        ("POST", "/world", [], "must be an object"),
        ("GET", "/truth", {"what": "gossip"}, "what must be of"),
        ("GET", "/truth", {"since": "yesterday"}, ""),
    ],
)
def test_what_is_wrong_is_told(control: Control, method: str, path: str, given: Any, error: str) -> None:
    status, answer = control.answer(method, path, given)
    assert status == 400
    assert error in answer["error"]
    assert control.answer("GET", "/nothing", {})[0] == 404
