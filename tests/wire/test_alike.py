# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clients in process answer and fail as the real SDK does over HTTP: so what holds in the histories holds there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import (
    ApiError,
    Bucket,
    Change,
    TagNamespace,
    WorkRequest,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import Asked
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from tests.histories.moves import Fate
from tests.histories.universe import BUCKET, OK, Universe
from tests.wire.connected import LATE, api_of, connected, impatient
from tests.wire.test_network import dead_endpoint

#: Each fate of the histories, and the fault that is the same over HTTP; none is no fault.
SAME: dict[str, tuple[Fate, dict[str, Any] | None]] = {
    "ok": (OK, None),
    "error_before": (Fate("error_before"), {"kind": "error_before", "status": 503}),
    "error_after": (Fate("error_after", status=500), {"kind": "error_after", "status": 500}),
    "throttled": (
        Fate("throttled", share=0.5),
        {"kind": "error_before", "status": 429, "code": "TooManyRequests", "retry_after": 10},
    ),
    "throttled, and not told when": (
        Fate("throttled", share=0.0),
        {"kind": "error_before", "status": 429, "code": "TooManyRequests"},
    ),
    "not_found": (
        Fate("not_found"),
        {"kind": "error_before", "status": 404, "code": "NotAuthorizedOrNotFound"},
    ),
    "reset_before": (Fate("reset_before"), {"kind": "reset_before"}),
    "reset_after": (Fate("reset_after"), {"kind": "reset_after"}),
    "an answer cut in two": (Fate("reset_after"), {"kind": "truncated"}),
    "garbage": (Fate("garbage"), {"kind": "garbage"}),
    "no_headers": (Fate("no_headers"), {"kind": "no_headers"}),
    "late": (Fate("late", share=0.0), {"kind": "delay_after", "seconds": LATE}),
    "refused": (Fate("refused"), {}),
}

Call = Callable[[OciApi, Universe], Any]


def _bucket(universe: Universe) -> Bucket:
    return Bucket(universe.bucket.namespace, BUCKET, compartment_id=universe.bucket.compartment_id)


def _work_request(universe: Universe) -> str:
    return next(iter(universe.simulator.world.work_requests))


#: Each operation that the histories call, in an order in which each has something to do.
CALLS: dict[str, Call] = {
    "GetNamespace": lambda api, _universe: api.get_namespace(),
    "GetBucket": lambda api, universe: api.get_bucket(universe.bucket.namespace, BUCKET),
    "GetKey": lambda api, universe: api.get_key(universe.key.id),
    "GetKeyVersion": lambda api, universe: api.get_version(universe.key.id, universe.key.versions[-1].id),
    "ListObjects": lambda api, universe: api.has_objects(universe.bucket.namespace, BUCKET, False),
    "ListObjectVersions": lambda api, universe: api.has_objects(universe.bucket.namespace, BUCKET, True),
    "UpdateBucket": lambda api, universe: api.update_bucket(
        _bucket(universe), universe.bucket.etag, Change({"team": "b"}, universe.other.id)
    ),
    "ReencryptBucket": lambda api, universe: api.reencrypt_bucket(
        universe.bucket.namespace, BUCKET, False, "rekey-test", 20.0
    ),
    "ListWorkRequests": lambda api, universe: api.list_reencryptions(
        str(universe.bucket.compartment_id), Asked(universe.bucket.namespace, BUCKET), lambda call: call()
    ),
    "GetWorkRequest": lambda api, universe: api.get_work_request(_work_request(universe)),
    "ListWorkRequestErrors": lambda api, universe: api.get_work_request_errors(_work_request(universe)),
}

#: Calls that the service refuses.
REFUSED: dict[str, Call] = {
    "GetBucket": lambda api, universe: api.get_bucket(universe.bucket.namespace, "nobody"),
    "GetWorkRequest": lambda api, universe: api.get_work_request("ocid1.workrequest.oc1.iad.unknown"),
    "UpdateBucket": lambda api, universe: api.update_bucket(_bucket(universe), "stale", Change({"team": "c"})),
}


def told(call: Call, api: OciApi, universe: Universe) -> Any:
    """What came of it: the result, or what the protocol goes by in an ApiError."""
    try:
        result = call(api, universe)
    except ApiError as error:
        return {
            "status": error.status,
            "code": error.code,
            "effect": error.effect,
            "retryable": error.retryable,
            "retry_after": error.retry_after,
            "unreachable": error.unreachable,
        }
    return plain(result)


def plain(result: Any) -> Any:
    """Without what is not of the clients: times of what took effect earlier here than there, and a date of the server's own."""
    if isinstance(result, tuple):
        return tuple(None if isinstance(one, float) else plain(one) for one in result)
    if isinstance(result, WorkRequest):
        return replace(result, time_accepted=None, time_started=None, time_finished=None)
    return result


class Pair:
    """The same universe twice: one is called in process, the other over HTTP, at the same moments."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.inside, self.outside = Universe(seed=7), Universe(seed=7)
        self.run = self.inside.start(0, {})

    def compare(self, fate: Fate, fault: dict[str, Any] | None, calls: dict[str, Call]) -> dict[str, tuple[Any, Any]]:
        """The calls with the fate, and each once more without: what was told where it was not the same."""
        found = {}
        with connected(self._folder, self.outside.simulator) as (running, api), dead_endpoint() as dead:
            first = api
            if fault == {}:
                first = api_of(running, dead)
            elif fault and "seconds" in fault:
                first = impatient(running)
            for name, call in calls.items():
                for again in (False, True):
                    mine = self._inside(call, OK if again else fate)
                    if fault and not again:
                        running.control("POST", "faults", {"operation": name, **fault})
                    running.do(lambda _simulator: self.follow())
                    theirs = told(call, api if again else first, self.outside)
                    if mine != theirs:
                        found[name + ", the call after" * again] = (mine, theirs)
        return found

    def _inside(self, call: Call, fate: Fate) -> Any:
        # What is late comes before the next call.
        self.inside.advance(60.0)
        self.run.local = self.inside.clock.now()
        self.inside.fate, self.inside._call_of_step = fate, 0
        return told(call, self.run.reconciler.api, self.inside)  # type: ignore[arg-type]

    def follow(self) -> None:
        self.outside.clock.advance(self.inside.clock.now() - self.outside.clock.now())


@pytest.mark.parametrize("kind", SAME)
def test_both_clients_tell_the_same(tmp_path: Path, kind: str) -> None:
    fate, fault = SAME[kind]
    found = Pair(tmp_path).compare(fate, fault, CALLS)
    assert not found


@pytest.mark.parametrize("operation", sorted(set(CALLS) - {"GetNamespace", "UpdateBucket", "ReencryptBucket"}))
def test_no_garbage_is_taken_for_an_answer(tmp_path: Path, operation: str) -> None:
    """Nor a list of it for an empty one, which would say that nothing runs, or that there is nothing to re-encrypt."""
    universe = Universe(seed=7)
    with connected(tmp_path, universe.simulator) as (running, api):
        CALLS["ReencryptBucket"](api, universe)
        running.control("POST", "faults", {"operation": operation, "kind": "garbage"})
        found = told(CALLS[operation], api, universe)
        assert (found["effect"], found["retryable"]) == ("unknown", True)


def test_both_are_refused_alike(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    assert not pair.compare(OK, None, {"ReencryptBucket": CALLS["ReencryptBucket"], **REFUSED})
    assert told(REFUSED["UpdateBucket"], pair.run.reconciler.api, pair.inside)["code"] == "IfMatchFailed"  # type: ignore[arg-type]


def test_a_tag_namespace_is_told_alike(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    for universe in (pair.inside, pair.outside):
        universe.simulator.world.define_tags({"Told": {"one": "x", "two": "x"}})
        found = universe.simulator.world.tags.named("Told")
        assert found is not None
        found.keys["two"].retired = True
    calls: dict[str, Call] = {"ListTags": lambda api, _universe: api.get_tag_namespace("tOLD")}
    assert not pair.compare(OK, None, calls)
    told_inside = calls["ListTags"](pair.run.reconciler.api, pair.inside)  # type: ignore[arg-type]
    assert told_inside == TagNamespace(True, True, {"one": True, "two": False})


def test_times_are_told_alike(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    with connected(tmp_path, pair.outside.simulator) as (running, api):
        for name in ("GetBucket", "ReencryptBucket", "ListWorkRequests", "GetWorkRequest"):
            mine = CALLS[name](pair.run.reconciler.api, pair.inside)  # type: ignore[arg-type]
            running.do(lambda _simulator: pair.follow())
            assert CALLS[name](api, pair.outside) == mine
