# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a service says reaches nobody's terminal with controls in it."""

from __future__ import annotations

import json
from operator import methodcaller
from pathlib import Path
from typing import Any

import oci
import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.common.texts import clean
from ansible_collections.rekey.oci.plugins.module_utils.sdk import failures
from ansible_collections.rekey.oci.plugins.module_utils.sdk.compartments import Compartments
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.answering import answering, api_at
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import KEY

EVIL = [
    "\x1b[31mred\x1b[0m",
    "bell\x07",
    "back\x08space",
    "nul\x00",
    "delete\x7f",
    "C1 \x9b31m",
    "\u202eright to left\u202c",
    "\u2066isolate\u2069",
    "zero\u200bwidth",
    "\ufeffmark",
    "half\ud800",
    "soft\u00adhyphen",
    "tag\U000e0041",
]
ALL = " and ".join(EVIL)


def unseen(text: str) -> set[str]:
    return {one for one in text if not (one.isprintable() or one == "\n")}


@pytest.mark.parametrize("text", EVIL)
def test_nothing_unseen_is_left(text: str) -> None:
    assert unseen(clean(text)) == set()
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize("text", ["", "plain", "Schl\u00fcssel \u9375 \u05de\u05e4\u05ea\u05d7", "a  b", "~"])
def test_what_can_be_seen_stays(text: str) -> None:
    assert clean(text) == text


def test_lines_become_one() -> None:
    assert clean("a\nb\r\nc\td\u2028e") == "a b  c d e"


@pytest.mark.parametrize("value", [None, 7, True, 1.5])
def test_what_is_no_text_stays(value: Any) -> None:
    assert clean(value) is value


def test_errors_are_clean_however_they_come_about() -> None:
    error = ApiError("GetBucket", ALL, status=400, code=ALL, opc_request_id=ALL)
    assert unseen(error.line()) == set()
    assert unseen("".join(str(value) for value in error.as_result().values())) == set()
    answered = oci.exceptions.ServiceError(400, ALL, {"opc-request-id": ALL}, ALL)
    translated = failures.translate(oci, "GetBucket", answered, "https://a.example")
    assert unseen(translated.line()) == set()
    assert "red" in translated.line()


@pytest.mark.parametrize("raw", [False, True], ids=["escaped", "as it is"])
def test_answers_are_clean_but_for_tags(tmp_path: Path, raw: bool) -> None:
    evil = ALL if not raw else ALL.replace("\ud800", "")
    tags = {"freeformTags": {"evil": "\u202etag"}, "definedTags": {"Space": {"evil": "\x1b]0;tag"}}}
    answers: dict[str, Any] = {
        "/n/space/b/bucket": {"name": "bucket", "id": evil, "compartmentId": evil, "kmsKeyId": evil, **tags},
        f"/20180608/keys/{KEY}": {"id": KEY, "currentKeyVersion": "version", "vaultId": evil, "displayName": evil},
        "/workRequests/request": {
            "id": "request",
            "status": evil,
            "resources": [{"metadata": {"BUCKET": evil, "NAMESPACE": evil}}],
        },
        "/workRequests/request/errors": [{"code": evil, "message": evil, "timestamp": "2026-01-01T00:00:00Z"}],
        "/20160918/compartments": [
            {"id": "a", "name": evil, "lifecycleState": "ACTIVE", "isAccessible": True, "description": evil}
        ],
        "/n/space/b": [{"name": evil}],
    }
    bodies = {path: json.dumps(answer, ensure_ascii=not raw).encode() for path, answer in answers.items()}
    with answering(bodies) as url:
        api = api_at(tmp_path, url)
        # Called directly, pylint takes it for a function that never returns.
        bucket, _date = methodcaller("get_bucket", "space", "bucket")(api)
        told: list[Any] = [bucket.as_result(), api.get_key(KEY)[0], api.get_work_request("request")]
        told += [api.get_owners("request"), api.get_work_request_errors("request")]
        compartments = Compartments(api.calls)
        told += [list(compartments.named_children("ocid1.compartment.oc1..a"))]
        told += [compartments.buckets("space", "ocid1.compartment.oc1..a").next()]
    for one in told:
        assert "\\x" not in repr(one)
        assert "\\u" not in repr(one)
    assert "red" in str(told[4])
    assert dict(bucket.freeform_tags) == {"evil": "\u202etag"}, "to be written back as it is"


def test_a_call_that_the_sdk_refuses_to_send_is_no_answer(tmp_path: Path) -> None:
    with answering({"/n": b'"space"', "/n/": b'"space"', "/n/space/b/odd": b"\xff{"}) as url:
        api = api_at(tmp_path, url)
        assert api.get_namespace() == "space"
        with pytest.raises(ApiError) as bug:
            api.calls.object_storage("GetBucket", "get_bucket", "space", "bucket", no_such_option=True)
        assert not bug.value.retryable
        with pytest.raises(ApiError) as odd:
            api.get_bucket("space", "odd")
        assert (odd.value.retryable, odd.value.effect) == (True, "unknown")
