# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A receipt in a tag namespace: the same receipt in another place, and no other place where that one cannot be used."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common import inputs
from ansible_collections.rekey.oci.plugins.module_utils.decide.places import FREEFORM, DefinedTags
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import CLAIMED, COMPLETED
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import RECORDED, bucket, receipt, tagged
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World

REKEY = DefinedTags("Rekey")
HERE = Options(receipt_tag_namespace="Rekey")
OTHERS = {"Oracle-Tags": {"CreatedBy": "somebody"}, "Rekey": {"team": "storage", "weight": 3}}


def test_it_is_written_read_and_leaves_all_other_tags() -> None:
    there = World(bucket=bucket(defined_tags=OTHERS))
    assert reconcile(there, HERE)[1].action == "submit"
    assert reconcile(there, HERE)[1] == Done("none", "up_to_date")
    assert there.bucket.freeform_tags == {"owner": "finance"}
    assert REKEY.others(there.bucket) == OTHERS
    assert set(REKEY.texts(there.bucket)) == {"rekey-receipt", "rekey-work-request"}


def test_names_are_compared_without_regard_to_case() -> None:
    made = receipt(COMPLETED, RECORDED)
    texts = REKEY.texts(REKEY.write(bucket(), made).of(bucket()))
    there = bucket(defined_tags={"REKEY": {name.title(): text for name, text in texts.items()}})
    assert REKEY.read(there) == (made, None)
    assert reconcile(World(bucket=there), HERE)[1] == Done("none", "up_to_date")
    again = REKEY.write(there, made).of(there)
    assert list(again.defined_tags) == ["REKEY"], "no second namespace, and no second key"
    assert len(again.defined_tags["REKEY"]) == 2


def test_a_freeform_receipt_is_neither_believed_nor_kept() -> None:
    there = World(bucket=tagged(receipt(COMPLETED, RECORDED)))
    run, outcome = reconcile(there, HERE)
    assert (outcome.action, outcome.reason) == ("submit", "unproven")
    assert there.bucket.freeform_tags == {"owner": "finance"}
    assert run.warnings == []


def test_nor_is_one_in_a_namespace_where_none_was_asked_for() -> None:
    there = World(bucket=REKEY.write(bucket(), receipt(COMPLETED, RECORDED)).of(bucket()))
    assert reconcile(there, Options())[1].action == "submit"
    assert FREEFORM.read(there.bucket)[0] is not None


TOLD = {"message": "The tag namespace Rekey is unknown.", "code": "InvalidParameter"}


@pytest.mark.parametrize("status", [400, 403, 404])
def test_where_it_cannot_be_used_the_task_fails_before_anything_is_submitted(status: int) -> None:
    there = World()
    there.refuse("UpdateBucket", status, **TOLD)
    before = there.bucket
    _run, outcome = reconcile(there, HERE)
    assert isinstance(outcome, Fail)
    for word in (
        "tag namespace Rekey",
        "Nothing was submitted",
        "rekey-receipt and rekey-work-request",
        "oci iam tag-namespace create",
        "oci iam tag create",
        "oci iam tag reactivate",
        "use tag-namespaces in tenancy where target.tag-namespace.name = 'Rekey'",
        "The tag namespace Rekey is unknown.",
    ):
        assert word in outcome.message
    assert "\n" not in outcome.message
    assert (there.posts, there.bucket) == (0, before)


def test_where_it_can_no_longer_be_used_the_work_request_is_named() -> None:
    there = World()
    there.break_("UpdateBucket", "error_before", status=400, skip=1, count=-1, **TOLD)
    _run, outcome = reconcile(there, HERE)
    assert isinstance(outcome, Fail)
    assert f"Work request {there.accepted[-1]} goes on" in outcome.message


@pytest.mark.parametrize("before", [None, COMPLETED])
def test_a_claim_tries_both_tags_with_a_new_text_in_each(before: str | None) -> None:
    there = bucket()
    if before:
        there = REKEY.write(there, receipt(before, RECORDED)).of(there)
    claims = []
    for nonce in ("a" * 12, "b" * 12):
        claim = replace(receipt(CLAIMED, None), nonce=nonce)
        made = REKEY.write(there, claim).of(there)
        assert REKEY.read(made) == (claim, None)
        assert all(
            text != there.defined_tags.get("Rekey", {}).get(name) for name, text in made.defined_tags["Rekey"].items()
        )
        claims.append(dict(made.defined_tags["Rekey"]))
    assert set(claims[0]) == set(claims[1]) == {"rekey-receipt", "rekey-work-request"}
    assert all(claims[0][name] != claims[1][name] for name in claims[0]), "a claim over a claim asks about both, too"
    assert REKEY.put(made, {}).of(made).defined_tags == {}, "a claim that is taken back leaves nothing"


@pytest.mark.parametrize("others", [62, 63])
def test_a_bucket_may_have_64(others: int) -> None:
    there = World(bucket=bucket(defined_tags={"Other": {f"tag{number}": "x" for number in range(others)}}))
    _run, outcome = reconcile(there, HERE)
    assert isinstance(outcome, Done if others == 62 else Fail)
    assert there.posts == (others == 62)


@pytest.mark.parametrize("name", ["", "two words", "with.period", "x" * 101, "line\nend"])
def test_a_name_that_is_none(name: str) -> None:
    with pytest.raises(inputs.BadInput, match="receipt_tag_namespace"):
        inputs.check_receipt({"receipt": "tag", "receipt_tag_namespace": name})


def test_no_receipt_and_a_place_for_it_contradict_each_other() -> None:
    given: dict[str, Any] = {"receipt": "none", "receipt_tag_namespace": "Rekey"}
    with pytest.raises(inputs.BadInput, match="leave one of them out"):
        inputs.check_receipt(given)
    inputs.check_receipt({**given, "receipt": "tag"})
    inputs.check_receipt({**given, "receipt_tag_namespace": None})
