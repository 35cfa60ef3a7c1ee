# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists: a page that is not the service's is no empty page."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.sdk.calls import pages

SIGNED = {"opc-request-id": "an-id"}
NOTHING = SimpleNamespace(id=None, name=None)


def answer(data: Any, **headers: str) -> SimpleNamespace:
    return SimpleNamespace(
        status=200, data=data, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.parametrize(
    "data",
    [[], [NOTHING] * 9, [SimpleNamespace(id="one"), NOTHING], "text", None],
    ids=["an empty text", "a text", "half a list", "no list", "no content"],
)
def test_what_the_sdk_makes_of_a_text_is_not_understood(data: Any) -> None:
    with pytest.raises(ApiError) as caught:
        list(pages("ListWorkRequests", lambda **_more: answer(data)))
    assert (caught.value.code, caught.value.retryable, caught.value.effect) == ("NotUnderstood", True, "unknown")


@pytest.mark.parametrize("member", ["id", "name", "message"])
def test_pages_are_read_to_the_last(member: str) -> None:
    item = SimpleNamespace(**{member: "one"})
    told = {None: answer([item], opc_next_page="2"), "2": answer([], opc_next_page="3", opc_request_id="an-id")}
    told["3"] = answer([item, item])
    assert list(pages("List", lambda page=None: told[page])) == [[item], [], [item, item]]


def test_a_list_that_is_empty_says_so() -> None:
    assert list(pages("List", lambda **_more: SimpleNamespace(status=200, data=[], headers=SIGNED))) == [[]]


def test_a_list_that_never_ends_is_not_understood() -> None:
    with pytest.raises(ApiError):
        list(pages("List", lambda **_more: answer([SimpleNamespace(id="one")], opc_next_page="again")))
