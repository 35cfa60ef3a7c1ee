# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The receipt's tags: what is written is read, what is not whole is not trusted."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.places import FREEFORM
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import (
    CLAIMED,
    COMPLETED,
    MAX_VALUE,
    RECEIPT_TAG,
    SUBMITTED,
    WORK_REQUEST_TAG,
    Kept,
    Receipt,
    ReceiptDoesNotFit,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import CREATED, bucket, receipt, tagged

WORK_REQUEST = "ocid1.workrequest.oc1.iad.example"


def every_receipt() -> list[Receipt]:
    found = []
    for state, scope, created in itertools.product(
        (CLAIMED, SUBMITTED, COMPLETED), (receipts.ALL, receipts.BUCKET_KEY), (None, CREATED, 0.0)
    ):
        found.append(receipt(state, None if state == CLAIMED else WORK_REQUEST, scope=scope, version_created=created))
    return found


@pytest.mark.parametrize("made", every_receipt(), ids=lambda made: f"{made.state}-{made.scope}-{made.version_created}")
def test_what_is_written_is_read(made: Receipt) -> None:
    assert FREEFORM.read(tagged(made)) == (made, None)


def test_the_next_receipt_replaces_the_one_before() -> None:
    claimed = tagged(receipt(CLAIMED))
    submitted = tagged(receipt(SUBMITTED, WORK_REQUEST), claimed)
    again = tagged(receipt(CLAIMED), submitted)
    assert set(submitted.freeform_tags) == {"owner", RECEIPT_TAG, WORK_REQUEST_TAG}
    assert set(again.freeform_tags) == {"owner", RECEIPT_TAG}, "a claim has no work request"
    assert FREEFORM.read(again) == (receipt(CLAIMED), None)


def test_a_person_can_read_it() -> None:
    text = tagged(receipt(COMPLETED, WORK_REQUEST)).freeform_tags[RECEIPT_TAG]
    assert text.startswith("completed scope=all time=2025-06-15T14:50:00Z version=ocid1.keyversion.")


def test_no_receipt_is_no_warning() -> None:
    assert FREEFORM.read(bucket()) == (None, None)


ORIGINAL = tagged(receipt(COMPLETED, WORK_REQUEST)).freeform_tags[RECEIPT_TAG]
SPOILED = {
    "empty": "",
    "prose": "completed",
    "another tool's": '{"version": 1}',
    "over-long": "completed " + "x" * 5000,
    "with more behind it": ORIGINAL + " ",
    "with a line's end": ORIGINAL + "\n",
    "another version": ORIGINAL.replace("version=ocid1.keyversion.oc1.iad.examplevault.current", "version=newer"),
    "another scope": ORIGINAL.replace("scope=all", "scope=bucket-key"),
    "another time": ORIGINAL.replace("T14:50:00Z", "T14:50:01Z"),
    "another state": ORIGINAL.replace("completed", "submitted"),
    "unknown state": ORIGINAL.replace("completed", "perfected"),
    "unknown scope": ORIGINAL.replace("scope=all", "scope=everything"),
    "no version": ORIGINAL.replace("version=ocid1.keyversion.oc1.iad.examplevault.current", "version="),
    "no sum": ORIGINAL.rsplit(" ", 1)[0],
    "wrong sum": ORIGINAL[:-1] + ("0" if ORIGINAL[-1] != "0" else "1"),
    "other digits": ORIGINAL.replace("2025", "\uff12\uff10\uff12\uff15"),
}


@pytest.mark.parametrize("text", SPOILED.values(), ids=SPOILED.keys())
def test_what_is_malformed_or_edited_is_not_trusted(text: str) -> None:
    there = bucket(freeform_tags={RECEIPT_TAG: text, WORK_REQUEST_TAG: WORK_REQUEST})
    found, warning = FREEFORM.read(there)
    assert found is None
    assert warning is not None
    assert "payroll is not trusted" in warning
    assert len(warning) < 300, "a tag's text does not belong into a warning"


def test_every_single_character_counts() -> None:
    for position in range(len(ORIGINAL)):
        changed = "x" if ORIGINAL[position] != "x" else "y"
        text = ORIGINAL[:position] + changed + ORIGINAL[position + 1 :]
        assert FREEFORM.read(bucket(freeform_tags={RECEIPT_TAG: text, WORK_REQUEST_TAG: WORK_REQUEST}))[0] is None


def test_a_copy_on_another_bucket_is_not_trusted() -> None:
    tags = tagged(receipt(COMPLETED, WORK_REQUEST)).freeform_tags
    for other in (bucket(id="ocid1.bucket.oc1.iad.other"), bucket(id=None), bucket(id=None, name="other")):
        found, warning = FREEFORM.read(replace(other, freeform_tags=tags))
        assert found is None
        assert "copied from another bucket" in (warning or "")


def test_a_renamed_bucket_keeps_its_proof() -> None:
    there = tagged(receipt(COMPLETED, WORK_REQUEST))
    assert FREEFORM.read(replace(there, name="payroll-archive"))[0] == receipt(COMPLETED, WORK_REQUEST)


def test_the_work_request_goes_with_its_receipt() -> None:
    completed = tagged(receipt(COMPLETED, WORK_REQUEST)).freeform_tags
    claimed = tagged(receipt(CLAIMED)).freeform_tags
    for tags in (
        {RECEIPT_TAG: completed[RECEIPT_TAG]},
        {RECEIPT_TAG: completed[RECEIPT_TAG], WORK_REQUEST_TAG: "ocid1.workrequest.oc1.iad.another"},
        {RECEIPT_TAG: claimed[RECEIPT_TAG], WORK_REQUEST_TAG: WORK_REQUEST},
        {WORK_REQUEST_TAG: WORK_REQUEST},
    ):
        found, warning = FREEFORM.read(bucket(freeform_tags=tags))
        assert found is None
        assert warning


def test_a_receipt_that_contradicts_itself_is_not_trusted() -> None:
    """One whose sum is right, by a release with an error or a person with patience."""
    there = tagged(receipt(COMPLETED))
    assert "do not agree" in (FREEFORM.read(there)[1] or "")


def test_a_time_that_does_not_exist_is_not_trusted() -> None:
    body = ORIGINAL.rsplit(" sum=", 1)[0].replace("2025-06-15T", "2025-13-45T")
    text = "%s sum=%s" % (body, receipts._checksum(body, WORK_REQUEST, bucket()))
    found, warning = FREEFORM.read(bucket(freeform_tags={RECEIPT_TAG: text, WORK_REQUEST_TAG: WORK_REQUEST}))
    assert found is None
    assert "a time that does not exist" in (warning or "")


def test_values_stay_within_a_tags_limit() -> None:
    longest = "ocid1.keyversion.oc1.ap-chiyoda-1.abcdefghijklm." + "a" * 60
    for length in range(40, MAX_VALUE + 40):
        made = receipt(SUBMITTED, WORK_REQUEST, key_version_id=longest.ljust(length, "v"), scope=receipts.BUCKET_KEY)
        try:
            tags = receipts.encode(made, bucket())
        except ReceiptDoesNotFit:
            assert length > 110, "every real key version fits"
            continue
        assert all(len(value) <= MAX_VALUE for value in tags.values())
        found, _warning = FREEFORM.read(bucket(freeform_tags=tags))
        assert found is not None
        assert found.key_version_id == made.key_version_id
        assert found.version_created in (made.version_created, None), "what gives way is only a convenience"


#: What a claim may say beside the least.
MORE: tuple[dict[str, Any], ...] = (
    {"scope": receipts.BUCKET_KEY},
    {"open": 12345},
    {"kept": Kept("a version", receipts.ALL), "open": 12, "key_version_id": receipts.UNKNOWN_VERSION},
)


@pytest.mark.parametrize("last", [0.0, 299.999])
@pytest.mark.parametrize("more", MORE)
def test_a_claim_that_fits_leaves_room_for_what_takes_its_place(more: dict[str, Any], last: float) -> None:
    fitted = 0
    for length in range(60, 200):
        version = "ocid1.keyversion.oc1.ap-chiyoda-1.".ljust(length, "v")
        made = replace(receipt(CLAIMED, key_version_id=version, time=CREATED + 0.123), **{"last": last, **more})
        if made.kept is not None:
            made = replace(made, kept=replace(made.kept, key_version_id=version))
        try:
            receipts.encode(made, bucket())
        except ReceiptDoesNotFit:
            continue
        fitted = length
        for later in (made.submitted(WORK_REQUEST), made.submitted(WORK_REQUEST).completed()):
            receipts.encode(later, bucket())
    assert fitted >= 110, "every real key version fits"


def test_a_work_requests_id_that_is_too_long_does_not_fit() -> None:
    with pytest.raises(ReceiptDoesNotFit):
        receipts.encode(receipt(SUBMITTED, "w" * (MAX_VALUE + 1)), bucket())


@pytest.mark.parametrize("others", range(FREEFORM.MOST + 1))
def test_a_claim_keeps_room_for_the_work_requests_tag(others: int) -> None:
    there = bucket(freeform_tags={f"tag{number}": "value" for number in range(others)})
    made = receipt(CLAIMED)
    if others <= FREEFORM.MOST - 2:
        claimed = tagged(made, there)
        assert len(tagged(made.submitted(WORK_REQUEST), claimed).freeform_tags) == others + 2 <= FREEFORM.MOST
    else:
        assert "the receipt needs 2 of the 10" in (FREEFORM.problem(there, made) or "")


def test_other_tags_stay_as_they_were() -> None:
    others = {"owner": "finance", "Rekey-Receipt": "by another name", "empty": "", "längst": "ü" * 200}
    there = tagged(receipt(COMPLETED, WORK_REQUEST), bucket(freeform_tags=others))
    assert FREEFORM.others(there) == others
    assert others == {"owner": "finance", "Rekey-Receipt": "by another name", "empty": "", "längst": "ü" * 200}


def test_scopes() -> None:
    whole, keys = receipt(COMPLETED), receipt(COMPLETED, scope=receipts.BUCKET_KEY)
    assert [whole.covers(receipts.ALL), whole.covers(receipts.BUCKET_KEY)] == [True, True]
    assert [keys.covers(receipts.ALL), keys.covers(receipts.BUCKET_KEY)] == [False, True]


def test_what_a_module_returns_of_it() -> None:
    assert receipt(SUBMITTED, WORK_REQUEST).as_result() == {
        "state": "submitted",
        "key_version_id": "ocid1.keyversion.oc1.iad.examplevault.current",
        "work_request_id": WORK_REQUEST,
        "time": "2025-06-15T14:50:00Z",
    }
