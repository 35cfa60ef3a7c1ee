# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers with values of odd types: what nobody reads may be anything, and all else is a failed call, not a bug of Python."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import oci
import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, iso_time
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import CLAIMED, ReceiptDoesNotFit
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done
from ansible_collections.rekey.oci.plugins.module_utils.sdk.calls import Calls
from ansible_collections.rekey.oci.plugins.module_utils.sdk.shapes import misshapen
from ansible_collections.rekey.oci.tests.simulator.messages import Request, Response
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import bucket, receipt
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World

storage, keys = oci.object_storage.models, oci.key_management.models
FIRST_YEAR = -62135596800.0


def work_request(**resource: Any) -> Any:
    return storage.WorkRequest(id="w", resources=[storage.WorkRequestResource(**resource)])


@pytest.mark.parametrize(
    ("answer", "member"),
    [
        (storage.Bucket(id=7, name="photos"), "id"),
        (storage.Bucket(kms_key_id=["key"]), "kms_key_id"),
        (storage.Bucket(kms_key_id=0), "kms_key_id"),
        (storage.Bucket(freeform_tags=["team"]), "freeform_tags"),
        (storage.Bucket(freeform_tags={"rekey-receipt": None}), "freeform_tags"),
        (storage.Bucket(defined_tags={"Rekey": "receipt"}), "defined_tags"),
        (keys.Key(current_key_version={"id": "v"}), "current_key_version"),
        (keys.KeyVersion(replica_details=keys.KeyVersionReplicaDetails(replication_id=5)), "replication_id"),
        ([storage.MultipartUpload(upload_id=[], object="a")], "upload_id"),
        ([storage.MultipartUpload(upload_id="u", object=1.5)], "object"),
        ([work_request(), work_request(identifier=True)], "identifier"),
        (work_request(metadata={"BUCKET": 3}), "metadata"),
        (storage.WorkRequest(resources=[None]), "resources"),
        (storage.WorkRequest(resources="photos"), "resources"),
    ],
)
def test_what_is_read_has_its_type(answer: Any, member: str) -> None:
    assert misshapen(answer) == member
    response = SimpleNamespace(data=answer, headers={}, status=200)
    calls = Calls(SimpleNamespace(signer=None, sdk=oci))  # type: ignore[arg-type]
    with pytest.raises(ApiError, match=f"its {member} is odd") as told:
        calls.call("GetBucket", lambda: response, "https://example")
    assert (told.value.code, told.value.effect, told.value.retryable) == ("NotUnderstood", "unknown", True)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "examplens",
        [],
        ["a"],
        storage.Bucket(created_by=7, defined_tags={"Ops": {"number": 1, "none": None}}, freeform_tags={"a": "b"}),
        storage.Bucket(freeform_tags={}, defined_tags={}, metadata=None),
        work_request(metadata={"BUCKET": "photos"}),
        keys.Key(key_shape=keys.KeyShape(algorithm="AES", length="32")),
    ],
)
def test_what_nobody_reads_may_be_anything(answer: Any) -> None:
    assert misshapen(answer) is None


def test_a_receipt_that_nobody_could_read_is_not_written() -> None:
    for odd in ({"key_version_id": "two words"}, {"key_version_id": ""}, {"open": 10**9}):
        with pytest.raises(ReceiptDoesNotFit, match="would not be understood"):
            receipts.encode(receipt(CLAIMED, **odd), bucket())


def test_the_first_year_is_a_time_as_well() -> None:
    assert iso_time(FIRST_YEAR) == "0001-01-01T00:00:00Z"
    made = receipt(CLAIMED, version_created=FIRST_YEAR)
    assert receipts.parse(receipts.encode(made, bucket()), bucket()) == (made, None)


def answered(there: World, operation: tuple[str, str], **odd: Any) -> None:
    """The first answer to this method and path has other members."""
    honest, left = there._direct, [1]

    def transport(request: Request, timeout: float) -> Response:
        response = honest(request, timeout)
        if left and (request.method, request.path) == operation and response.status == 200:
            left.pop()
            response.body = {**response.body, **odd}
        return response

    there._direct = transport


@pytest.mark.parametrize("key", [None, "ocid1.key.oc1.iad.examplevault.otherkey"])
def test_a_write_s_answer_that_names_another_key_is_looked_at_again(key: str | None) -> None:
    there = World()
    answered(there, ("POST", "/n/examplens/b/payroll"), kmsKeyId=key)
    run, outcome = reconcile(there, Options())
    assert isinstance(outcome, Done)
    assert (outcome.action, outcome.reason, there.posts) == ("submit", "unproven", 1)
    assert run.facts.receipt is not None


@pytest.mark.parametrize("version", ["two words", "line\nend", "x" * 300])
def test_a_version_that_is_no_ocid_is_asked_for_again(version: str) -> None:
    there = World()
    answered(there, ("GET", "/20180608/keys/ocid1.key.oc1.iad.examplevault.examplekey"), currentKeyVersion=version)
    _run, outcome = reconcile(there, Options())
    assert (outcome.action, outcome.reason, there.posts) == ("submit", "unproven", 1)


def test_an_upload_without_an_object_has_a_name_that_is_blank() -> None:
    there = World()
    honest = there._direct

    def transport(request: Request, timeout: float) -> Response:
        response = honest(request, timeout)
        if request.path.endswith("/u"):
            response.body = [{"uploadId": "u", "object": None, "timeCreated": None}]
        return response

    there._direct = transport
    run, outcome = reconcile(there, Options())
    assert (outcome.action, there.posts) == ("submit", 1)
    assert any("1 open multipart upload that" in warning for warning in run.warnings)
