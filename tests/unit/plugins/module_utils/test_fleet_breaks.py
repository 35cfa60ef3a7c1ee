# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever breaks in a fleet, the run ends, and all that is known is in hand: nothing is waited for that cannot come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.fleet import threads
from ansible_collections.rekey.oci.plugins.module_utils.fleet.elsewhere import RunningElsewhere
from ansible_collections.rekey.oci.plugins.module_utils.fleet.fleet import Fleet
from ansible_collections.rekey.oci.plugins.module_utils.fleet.listings import Listings
from ansible_collections.rekey.oci.plugins.module_utils.fleet.scheduler import Scheduler
from ansible_collections.rekey.oci.plugins.module_utils.fleet.tasks import BucketTask
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef
from ansible_collections.rekey.oci.plugins.module_utils.module import fleet_results, statuses
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.fleet_service import Service

#: The methods of the collection's own API that make the calls.
METHODS = {
    "GetBucket": "get_bucket",
    "GetKey": "get_key",
    "UpdateBucket": "update_bucket",
    "ReencryptBucket": "reencrypt_bucket",
    "GetWorkRequest": "get_work_request",
    "ListWorkRequests": "reencryption_pages",
    "GetWorkRequest for its owner": "get_owners",
}

#: No assertion: only so that a run which hangs ends.
HANG_SECONDS = 120


class Untellable(Exception):
    def __str__(self) -> str:
        raise ValueError("not even this")


class OwnEnd(BaseException):
    """What no handler of ordinary errors catches."""


def ended(fleet: Fleet, observe: Callable[[], None] | None = None) -> Fleet:
    """Run it with its threads, to the end."""
    runner = threading.Thread(target=fleet.run, args=(observe,), daemon=True)
    runner.start()
    runner.join(HANG_SECONDS)
    assert not runner.is_alive(), "the run hangs"
    return fleet


def a_service(number: int = 30, **more: Any) -> Service:
    service = Service(virtual=False, work_seconds=0.0, **more)
    service.add(number)
    return service


def broken(error: BaseException) -> Callable[..., NoReturn]:
    def raises(*_args: Any, **_more: Any) -> NoReturn:
        raise error

    return raises


class Broken(fleet_results.Compact):
    """Entries that cannot be made of some buckets."""

    def __init__(self, error: BaseException, names: set[str]) -> None:
        super().__init__()
        self._error = error
        self._names = names

    def of(self, reconciler: Any, ref: BucketRef) -> dict[str, Any]:
        if ref.name in self._names:
            raise self._error
        return super().of(reconciler, ref)


@pytest.mark.parametrize("error", [KeyError("reason"), Untellable()], ids=["an error", "one that cannot be told"])
@pytest.mark.parametrize("all_of_them", [False, True])
def test_an_entry_that_cannot_be_made(error: Exception, all_of_them: bool) -> None:
    service = a_service()
    names = set(service.buckets) if all_of_them else {"b-1", "b-2"}
    fleet = ended(service.fleet(keep=Broken(error, names)))
    assert sorted(entry["name"] for entry in fleet.entries) == sorted(service.buckets)
    failed = {entry["name"]: entry for entry in fleet.entries if entry["error"]}
    assert set(failed) == names
    for entry in failed.values():
        assert entry["error"]["message"].startswith("An unexpected error: " + type(error).__name__)
        # It was submitted all the same, and is said to be.
        assert (entry["changed"], entry["action"]) == (True, "submit")
    assert fleet.crash is None
    assert service.states() == {"completed": 30}


def test_a_look_that_cannot_be_told_has_an_entry_of_the_same_shape() -> None:
    class Looks(statuses.Looks):
        of = broken(RecursionError("deep"))

    service = a_service(3)
    fleet = ended(service.fleet(check_mode=True, keep=Looks()))
    whole = ended(service.fleet(check_mode=True, keep=statuses.Looks()))
    assert [set(entry) for entry in fleet.entries] == [set(whole.entries[0])] * 3
    assert statuses.summary_of(fleet.entries)["error"] == 3


@pytest.mark.parametrize("operation", ["GetBucket", "GetKey", "UpdateBucket", "ReencryptBucket", "GetWorkRequest"])
@pytest.mark.parametrize("error", [TypeError("a bug"), MemoryError(), Untellable()], ids=repr)
def test_a_call_that_raises_what_no_call_raises(operation: str, error: Exception) -> None:
    service = a_service()
    setattr(service.api, METHODS[operation], broken(error))
    fleet = ended(service.fleet())
    assert len(fleet.entries) == 30
    failed = [entry for entry in fleet.entries if entry["error"]]
    # A list may have told some of them how far their work requests are.
    assert operation == "GetWorkRequest" or len(failed) == 30
    assert all("An unexpected error" in entry["error"]["message"] for entry in failed)


@pytest.mark.parametrize("operation", ["ListWorkRequests", "GetWorkRequest for its owner"])
def test_a_list_that_breaks_fails_those_who_asked_for_it(operation: str) -> None:
    service = a_service(summary_resources="none")
    service.submit("b-0")
    setattr(service.api, METHODS[operation], broken(ZeroDivisionError("a bug")))
    fleet = ended(service.fleet())
    assert len(fleet.entries) == 30
    assert all("ZeroDivisionError" in entry["error"]["message"] for entry in fleet.entries if entry["error"])
    assert sum(entry["error"] is not None for entry in fleet.entries) >= 20


@pytest.mark.parametrize("operation", ["ListBuckets", "ListCompartments"])
def test_a_search_that_breaks_is_a_compartment_that_is_not_listed(operation: str) -> None:
    service = a_service(tree={"ocid1.compartment.oc1..apps": []})
    service.at[operation] = broken(ZeroDivisionError("a bug"))
    fleet = ended(service.fleet(recursive=True))
    (unlisted,) = fleet.discoveries[0].unlisted_result()
    assert unlisted["error"]["operation"] == operation
    assert "ZeroDivisionError" in unlisted["error"]["message"]
    assert len(fleet.entries) == (0 if operation == "ListBuckets" else 30)


@pytest.mark.parametrize(
    ("owner", "method"),
    [
        (Scheduler, "pick"),
        (Scheduler, "paused"),
        (Scheduler, "ended"),
        (Scheduler, "parked"),
        (Fleet, "_open"),
        (Fleet, "_keep"),
        (RunningElsewhere, "schedule"),
        (BucketTask, "broke"),
    ],
)
@pytest.mark.parametrize("error", [TypeError("a bug"), OwnEnd("the end")], ids=repr)
def test_the_run_itself_breaks(owner: type, method: str, error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half-way: those that have ended have their entries, and those that have begun something too."""
    service = a_service()
    real, calls = getattr(owner, method), 0
    lock = threading.Lock()

    def breaks(*args: Any) -> Any:
        nonlocal calls
        with lock:
            calls += 1
            if calls > 5:
                raise error
        return real(*args)

    if method == "broke":
        service.api.get_bucket = broken(TypeError("a bug"))  # type: ignore[method-assign]
    monkeypatch.setattr(threads, "_LAST_CALLS", 1.0)
    monkeypatch.setattr(owner, method, breaks)
    fleet = ended(service.fleet())
    assert fleet.stopped
    assert fleet.crash is not None
    assert fleet.crash.startswith("An unexpected error: ")
    assert {entry["name"] for entry in fleet.entries if entry["changed"]} == set(service.submitted)


@pytest.mark.parametrize("method", ["_tell", "_tell_waiting", "_read"])
def test_an_error_in_a_list_leaves_nobody_waiting(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Listings, method, broken(TypeError("a bug")))
    service = a_service()
    fleet = ended(service.fleet())
    assert len(fleet.entries) == 30
    assert fleet.crash is None


def test_an_observer_that_breaks_loses_nothing() -> None:
    service = a_service(5)
    service.at["GetBucket"] = lambda _name: time.sleep(1.2)
    calls: list[int] = []

    def observe() -> None:
        calls.append(1)
        raise OSError("no space left")

    fleet = ended(service.fleet(), observe)
    assert len(fleet.entries) == 5
    assert not any(entry["error"] for entry in fleet.entries)
    assert fleet.unobserved == "An unexpected error: OSError: no space left"
    assert len(calls) == 1


def test_no_more_threads_than_the_system_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[threading.Thread] = []
    real = threading.Thread.start

    def start(self: threading.Thread) -> None:
        if self.name == "runner" or len(started) < 2:
            started.extend([self] * (self.name != "runner"))
            return real(self)
        raise RuntimeError("can't start new thread")

    service = a_service()
    fleet = service.fleet()
    runner = threading.Thread(target=fleet.run, daemon=True, name="runner")
    monkeypatch.setattr(threading.Thread, "start", start)
    runner.start()
    runner.join(HANG_SECONDS)
    assert not runner.is_alive()
    assert len(fleet.entries) == 30


def test_those_that_need_a_slot_after_all_were_told_that_there_is_none() -> None:
    """One that had to wait for somebody else's re-encryption comes late."""
    service = Service(work_seconds=1e6, durations={"b-5": 500.0})
    service.add(6)
    service.submit("b-5")
    service.durations.clear()
    entries = service.run(max_in_flight=2, wait=True, wait_timeout=200, wait_interval=5)
    assert len(entries) == 6
    assert all(entry["error"] for entry in entries)
