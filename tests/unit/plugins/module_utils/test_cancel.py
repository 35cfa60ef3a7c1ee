# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stopping work requests of the simulator, by the real SDK; pauses pass at once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import Waiting
from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done
from ansible_collections.rekey.oci.plugins.module_utils.module import arguments
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler, run
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from ansible_collections.rekey.oci.plugins.module_utils.sdk.patience import Patience
from ansible_collections.rekey.oci.plugins.module_utils.work_requests.canceler import Canceler, Uncanceled
from ansible_collections.rekey.oci.tests.simulator.serving import Running


class Site:
    """A simulator with one bucket under re-encryption, and a clock that moves only when somebody sleeps."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.now = 1000.0
        running.control("POST", "reset")
        self.settings(work_seconds=100)
        running.control("POST", "world", {"buckets": [{"name": "photos", "key": "master", "objects": 3}]})
        said = running.introduction
        params: dict[str, Any] = dict.fromkeys(arguments.common())
        params.update(
            auth_type="api_key",
            config_file_location=said["config_file"],
            object_storage_endpoint=said["object_storage"],
            key_management_endpoint=said["key_management"],
        )
        self.api = OciApi(Clients(params))

    def settings(self, **values: Any) -> None:
        self.running.control("PATCH", "settings", values)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.running.control("POST", "advance", {"seconds": seconds})

    def start(self) -> str:
        told: dict[str, str] = self.running.control("POST", "bucket", {"bucket": "photos", "reencrypt": True})
        return told["work_request_id"]

    def status(self, work_request_id: str) -> str:
        """The truth."""
        told: str = self.running.control("GET", "truth", {})["work_requests"][work_request_id]["status"]
        return told

    def canceler(self, work_request_id: str, wait: bool = True, timeout: float = 60, check: bool = False) -> Canceler:
        patience = Patience(Waiting(wait, timeout, 10), Timing(lambda: self.now, self.sleep, lambda: 0.5))
        return Canceler(self.api, work_request_id, check, patience)

    def reencrypt(self, options: Options) -> Reconciler:
        reconciler = Reconciler(
            self.api, "examplens", "photos", options, uuid.uuid4().hex[:12], lambda: self.now, lambda: 0.5
        )
        run(reconciler, self.sleep)
        return reconciler

    def sent(self) -> int:
        told: int = self.running.control("GET", "truth", {})["operations"].get("CancelWorkRequest", 0)
        return told


@pytest.fixture
def site(running: Running) -> Site:
    return Site(running)


def test_a_running_one_is_canceled_once(site: Site) -> None:
    wanted = site.start()
    canceler = site.canceler(wanted)
    canceler.run()
    assert canceler.result()["changed"] is True
    assert canceler.result()["work_request"]["status"] == site.status(wanted) == "CANCELED"
    assert canceler.diff()["after"] == {"status": "CANCELED"}
    again = site.canceler(wanted)
    again.run()
    assert again.result()["changed"] is False
    assert site.sent() == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
@pytest.mark.parametrize(
    ("operation", "skip"),
    [("GetWorkRequest", 0), ("GetWorkRequest", 1), ("GetWorkRequest", 2), ("CancelWorkRequest", 0)],
)
def test_one_refusal_is_no_fact(site: Site, operation: str, skip: int, status: int) -> None:
    site.settings(cancel_delay=30)
    wanted = site.start()
    fault = {"operation": operation, "skip": skip, "kind": "error_before", "status": status, "code": "NotAllowed"}
    site.running.control("POST", "faults", {**fault, "count": 1})
    canceler = site.canceler(wanted)
    canceler.run()
    assert canceler.result()["changed"] is True
    assert canceler.result()["work_request"]["status"] == site.status(wanted) == "CANCELED"


def test_one_that_is_not_found_twice_is_not_there(site: Site) -> None:
    wanted = site.start()
    fault = {"operation": "GetWorkRequest", "kind": "error_before", "status": 404, "code": "NotAuthorizedOrNotFound"}
    site.running.control("POST", "faults", {**fault, "count": 2})
    with pytest.raises(Uncanceled, match="was not found"):
        site.canceler(wanted).run()
    assert site.sent() == 0


def test_check_mode_cancels_nothing(site: Site) -> None:
    wanted = site.start()
    canceler = site.canceler(wanted, check=True)
    canceler.run()
    assert canceler.result()["changed"] is True
    assert canceler.diff()["after"] == {"status": "CANCELED"}
    assert site.sent() == 0


def test_the_end_is_waited_for_or_not(site: Site) -> None:
    site.settings(cancel_delay=30)
    wanted = site.start()
    canceler = site.canceler(wanted, wait=False)
    canceler.run()
    assert canceler.result()["changed"] is True
    assert site.status(wanted) == "CANCELING"
    again = site.canceler(wanted)
    again.run()
    assert (again.result()["changed"], site.status(wanted)) == (False, "CANCELED")
    assert site.sent() == 1


def test_a_wait_that_is_over_says_so(site: Site) -> None:
    site.settings(cancel_delay=90)
    wanted = site.start()
    canceler = site.canceler(wanted, timeout=20)
    with pytest.raises(Uncanceled, match="has not ended within wait_timeout"):
        canceler.run()
    assert canceler.result()["changed"] is True
    assert canceler.result()["work_request"]["status"] == "CANCELING"


@pytest.mark.parametrize("end", ["COMPLETED", "FAILED"])
def test_what_has_ended_cannot_be_canceled(site: Site, end: str) -> None:
    site.settings(outcomes=[end])
    wanted = site.start()
    site.sleep(200)
    canceler = site.canceler(wanted)
    with pytest.raises(Uncanceled, match="has %s already" % end):
        canceler.run()
    assert canceler.result()["changed"] is False
    assert canceler.result()["work_request"]["status"] == end
    assert site.sent() == 0


def test_one_that_completes_just_before_it_is_canceled(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = site.start()
    canceler = site.canceler(wanted)
    send = canceler._send

    def late() -> None:
        site.sleep(200)
        send()

    monkeypatch.setattr(canceler, "_send", late)
    with pytest.raises(Uncanceled, match="COMPLETED before it could stop"):
        canceler.run()


@pytest.mark.parametrize("kind", ["reset_after", "error_after"])
def test_a_lost_answer_is_settled(site: Site, kind: str) -> None:
    wanted = site.start()
    site.running.control("POST", "faults", {"operation": "CancelWorkRequest", "kind": kind, "status": 503})
    canceler = site.canceler(wanted)
    canceler.run()
    assert canceler.result()["changed"] is True
    assert site.status(wanted) == "CANCELED"


def test_one_that_is_not_there(site: Site) -> None:
    canceler = site.canceler("ocid1.objectstorageworkrequest.oc1.iad.nothere")
    with pytest.raises(Uncanceled, match="not found"):
        canceler.run()
    assert canceler.result() == {"changed": False, "work_request": None}


def test_a_refusal_is_told_with_what_was_learned(site: Site) -> None:
    wanted = site.start()
    site.running.control(
        "POST", "user", {"user": "admin", "permissions": ["BUCKET_READ", "BUCKET_INSPECT", "OBJECT_READ"]}
    )
    canceler = site.canceler(wanted)
    with pytest.raises(ApiError) as refused:
        canceler.run()
    assert refused.value.operation == "CancelWorkRequest"
    assert canceler.result()["changed"] is False
    assert canceler.result()["work_request"]["id"] == wanted


@pytest.mark.parametrize("receipt", ["tag", "none"])
def test_the_next_run_starts_afresh(site: Site, receipt: str) -> None:
    # Without a receipt, what was accepted soon after the version came to be proves nothing.
    site.running.control("POST", "advance", {"seconds": 301})
    first = site.reencrypt(Options(wait=False, receipt=receipt))
    assert isinstance(first.outcome, Done)
    stopped = first.attempt.submitted[0]
    site.canceler(stopped).run()
    second = site.reencrypt(Options(receipt=receipt))
    assert isinstance(second.outcome, Done)
    assert (second.outcome.action, second.outcome.reason) == ("submit", "work_request_failed")
    third = site.reencrypt(Options(receipt=receipt))
    assert isinstance(third.outcome, Done)
    assert third.outcome.reason == "up_to_date"
    assert len(site.running.control("GET", "truth", {})["submissions"]["photos"]) == 2
