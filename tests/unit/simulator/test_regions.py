# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several regions at once, and vaults that are replicated from one to another."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulator.clock import VirtualClock
from tests.simulator.control import Control
from tests.simulator.dispatch import Simulator
from tests.simulator.messages import Request, Response
from tests.simulator.regions import HOME
from tests.simulator.serving import Running
from tests.simulator.world import TENANCY

from .helpers import at, send, signed

PHOENIX, SEOUL = "us-phoenix-1", "ap-seoul-1"
WORLD = {
    "settings": {"work_seconds": 10},
    "regions": [SEOUL],
    "keys": [
        {"name": "master", "replicas": [PHOENIX]},
        {"name": "local", "region": SEOUL},
    ],
    "buckets": [
        {"name": "photos", "key": "master", "objects": 2},
        {"name": "photos", "key": "master", "objects": 4, "region": PHOENIX},
        {"name": "logs", "key": "local", "objects": 1, "region": SEOUL},
    ],
}


class Site:
    def __init__(self) -> None:
        self.simulator = Simulator(VirtualClock(), seed=1)
        self.control = Control(self.simulator, {}, lambda: None)
        self.made = self.do("world", WORLD)
        self.key = self.made["keys"]["master"]["id"]

    def do(self, path: str, given: Any, method: str = "POST") -> Any:
        status, told = self.control.answer(method, path, given)
        assert status == 200, told
        return told

    def ask(self, region: str, method: str, path: str, **query: str) -> Response:
        headers = {"host": f"{region}.localhost:8000"}
        answer = self.simulator.handle(Request(method, path, query, headers)).response
        assert answer is not None
        return answer

    def truth(self, region: str) -> Any:
        return self.do("truth", {"region": region}, "GET")

    def current(self, region: str) -> str:
        found: str = self.ask(region, "GET", f"/20180608/keys/{self.key}").body["currentKeyVersion"]
        return found


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1:8000", "photos"),
        ("localhost", "photos"),
        ("us-ashburn-1.localhost", "photos"),
        ("AP-Seoul-1.localhost:8000", "logs"),
        ("objectstorage.ap-seoul-1.localhost", "logs"),
    ],
)
def test_the_host_says_which_region_is_meant(site: Site, host: str, name: str) -> None:
    request = Request("GET", "/n/examplens/b", {"compartmentId": TENANCY}, {"host": host})
    answer = site.simulator.handle(request).response
    assert answer is not None
    assert [bucket["name"] for bucket in answer.body] == [name]


def test_each_region_has_its_own_buckets_keys_and_work_requests(site: Site) -> None:
    posted = site.ask(PHOENIX, "POST", f"{at('photos')}/actions/reencrypt")
    work = posted.headers["opc-work-request-id"]
    assert ".phx." in work
    told = site.ask(PHOENIX, "GET", f"/workRequests/{work}").body
    assert told["resources"][0]["metadata"]["REGION"] == PHOENIX
    assert site.ask(HOME, "GET", f"/workRequests/{work}").status == 404
    assert site.ask(HOME, "GET", "/workRequests", compartmentId=TENANCY).body == []
    local = site.made["keys"]["local"]["id"]
    assert ".ap-seoul-1." in local
    assert site.ask(SEOUL, "GET", f"/20180608/keys/{local}").status == 200
    assert site.ask(HOME, "GET", f"/20180608/keys/{local}").status == 404
    assert site.made["buckets"][f"{PHOENIX}/photos"]["id"] != site.made["buckets"]["photos"]["id"]


def test_a_region_that_is_not_subscribed_knows_nobody(site: Site) -> None:
    assert site.ask("eu-frankfurt-1", "GET", "/n").status == 401
    told = site.ask(SEOUL, "GET", f"/20160918/tenancies/{TENANCY}/regionSubscriptions").body
    assert {one["regionName"]: one["isHomeRegion"] for one in told} == {HOME: True, SEOUL: False, PHOENIX: False}
    assert site.ask(HOME, "GET", "/20160918/tenancies/other/regionSubscriptions").status == 404


def test_what_is_the_tenancys_is_the_same_everywhere(site: Site) -> None:
    site.do("world", {"compartments": [{"name": "apps"}], "tag_namespaces": [{"name": "Rekey", "tags": ["a"]}]})
    for region in (HOME, SEOUL):
        listed = site.ask(region, "GET", "/20160918/compartments", compartmentId=TENANCY).body
        assert [one["name"] for one in listed] == ["apps"]
        assert len(site.ask(region, "GET", "/20160918/tagNamespaces", compartmentId=TENANCY).body) == 1
    refused = site.ask(SEOUL, "POST", "/20160918/tagNamespaces")
    assert (refused.status, refused.body["code"]) == (403, "NotAllowed")
    site.do("settings", {"page_limit": 7})
    assert site.simulator.world.regions[SEOUL].settings.page_limit == 7


def test_a_fault_and_the_truth_are_of_one_region(site: Site) -> None:
    site.do("faults", {"operation": "GetBucket", "kind": "error_before", "count": -1, "region": PHOENIX})
    assert site.ask(PHOENIX, "GET", at("photos")).status == 500
    assert site.ask(HOME, "GET", at("photos")).status == 200
    mark = site.truth(SEOUL)["mark"]
    submitted = site.do("bucket", {"bucket": "logs", "region": SEOUL, "reencrypt": True})["work_request_id"]
    site.do("bucket", {"bucket": "photos", "region": PHOENIX, "put": 1})
    truth = site.do("truth", {"region": SEOUL, "since": mark}, "GET")
    assert truth["submissions"] == {"logs": [submitted]}
    assert truth["requests"] == []
    assert [one["region"] for one in site.truth(PHOENIX)["requests"]] == [PHOENIX]
    assert len(site.do("truth", {}, "GET")["requests"]) == 2
    assert site.do("truth", {"region": SEOUL, "since": truth["mark"]}, "GET")["submissions"] == {}
    assert site.truth(PHOENIX)["buckets"]["photos"]["objects"] == 5
    assert site.control.answer("GET", "truth", {"region": "eu-frankfurt-1"})[0] == 400
    assert site.control.answer("POST", "bucket", {"bucket": "logs"})[0] == 400


def test_a_new_version_comes_late_to_a_replica(site: Site) -> None:
    site.do("settings", {"replication_lag": 60})
    first = site.current(PHOENIX)
    version = site.do("rotate", {"key": "master"})["version"]
    assert (site.current(HOME), site.current(PHOENIX)) == (version, first)
    at_home = site.ask(HOME, "GET", f"/20180608/keys/{site.key}/keyVersions/{version}").body
    assert site.ask(PHOENIX, "GET", f"/20180608/keys/{site.key}/keyVersions/{version}").status == 404
    assert len(site.ask(PHOENIX, "GET", f"/20180608/keys/{site.key}/keyVersions").body) == 1
    replication = f"/20180608/replicaOperations/{at_home['replicaDetails']['replicationId']}/status"
    assert at_home["isPrimary"] is True

    def status() -> Any:
        return site.ask(HOME, "GET", replication).body["replicaDetails"]

    assert status() == [{"region": PHOENIX, "status": "REPLICATING"}]
    assert site.ask(PHOENIX, "GET", replication).status == 404
    # A re-encryption there has no other than the older one: what it completes is not current.
    site.ask(PHOENIX, "POST", f"{at('photos')}/actions/reencrypt")
    site.do("advance", {"seconds": 10})
    bucket = site.truth(PHOENIX)["buckets"]["photos"]
    assert (bucket["wrapped_by"], bucket["key_version_id"], bucket["all_current"]) == ({first: 4}, version, False)
    site.do("advance", {"seconds": 50})
    assert status() == [{"region": PHOENIX, "status": "REPLICATED"}]
    assert site.current(PHOENIX) == version
    site.ask(PHOENIX, "POST", f"{at('photos')}/actions/reencrypt")
    site.do("advance", {"seconds": 10})
    assert site.truth(PHOENIX)["buckets"]["photos"]["all_current"] is True


def test_a_version_may_never_come_to_a_replica(site: Site) -> None:
    site.do("settings", {"replication_lag": -1})
    version = site.do("rotate", {"key": "master"})["version"]
    site.do("advance", {"seconds": 1e9})
    assert site.current(PHOENIX) != version


@pytest.mark.parametrize("permission", ["KEY_READ", "VAULT_READ"])
def test_the_status_of_a_replication_needs_a_permission(site: Site, permission: str) -> None:
    site.do("settings", {"replication_status_needs": permission})
    version = site.simulator.world.keys[site.key].versions[0]
    path = f"/20180608/replicaOperations/{version.replication_id}/status"
    for given in ("KEY_READ", "VAULT_READ"):
        site.simulator.users.add("reader", [given])
        answer = site.simulator.handle(Request("GET", path, principal="reader")).response
        assert answer is not None
        assert answer.status == (200 if given == permission else 404)
    assert site.ask(HOME, "GET", "/20180608/replicaOperations/none/status").status == 404


@pytest.mark.parametrize("action", ["keyVersions", "actions/disable", "actions/scheduleDeletion"])
def test_a_replica_is_not_changed(site: Site, action: str) -> None:
    told = site.ask(PHOENIX, "GET", f"/20180608/keys/{site.key}").body
    assert (told["isPrimary"], told["id"]) == (False, site.key)
    assert site.ask(PHOENIX, "POST", f"/20180608/keys/{site.key}/{action}").status == 409
    assert site.ask(HOME, "POST", f"/20180608/keys/{site.key}/{action}").status == 200


def test_a_key_that_is_disabled_is_so_in_its_replicas(site: Site) -> None:
    site.ask(PHOENIX, "POST", f"{at('photos')}/actions/reencrypt")
    site.do("advance", {"seconds": 10})
    site.do("key", {"key": "master", "state": "DISABLED"})
    assert site.ask(PHOENIX, "POST", f"{at('photos')}/actions/reencrypt").status == 400
    works = site.truth(PHOENIX)["work_requests"].values()
    assert [work["status"] for work in works] == ["COMPLETED"]


def test_over_http(running: Running) -> None:
    running.control("POST", "world", {"buckets": [{"name": "logs", "key": "other", "region": PHOENIX}]})
    base = running.introduction["object_storage"]
    endpoint = running.introduction["regional_endpoint"].replace("{region}", PHOENIX)
    assert endpoint.startswith(f"http://{PHOENIX}.localhost:")
    headers = signed({**running.introduction, "identity": endpoint}, "GET", "/n/examplens/b/logs")
    status, _headers, content = send(base, "GET", "/n/examplens/b/logs", headers)
    assert status == 200
    assert ".phx." in json.loads(content)["id"]
    headers = signed(running.introduction, "GET", "/n/examplens/b/logs")
    assert send(base, "GET", "/n/examplens/b/logs", headers)[0] == 404
