# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists: a page that is not the service's is no empty page."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.sdk import lists
from ansible_collections.rekey.oci.plugins.module_utils.sdk.lists import pages

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


def endless(item: Callable[[int], Any]) -> Callable[..., Any]:
    """A list each of whose pages names another one."""
    return lambda page="0": answer([item(int(page))], opc_next_page=str(int(page) + 1))


def test_a_list_with_a_new_token_for_ever_ends_when_it_tells_nothing_new() -> None:
    asked: list[str] = []

    def page(page: str = "0") -> Any:
        asked.append(page)
        return answer([SimpleNamespace(id="one")], opc_next_page=str(len(asked)))

    with pytest.raises(ApiError, match="the list does not end: 100 pages in a row told nothing new") as caught:
        list(pages("ListBuckets", page))
    assert not caught.value.retryable
    assert len(asked) == 101


def test_a_list_with_too_many_pages_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_PAGES", 50)
    with pytest.raises(ApiError, match="it has more than 50 pages"):
        list(pages("ListBuckets", endless(lambda number: SimpleNamespace(name=f"b-{number}"))))


def test_empty_pages_between_others_are_read_over() -> None:
    def page(page: str = "0") -> Any:
        number = int(page)
        data = [SimpleNamespace(id=f"id-{number}")] if number % 90 == 89 else []
        more = {"opc_next_page": str(number + 1)} if number < 500 else {}
        return answer(data, opc_request_id="an-id", **more)

    assert [one.id for told in pages("List", page) for one in told] == [f"id-{n}" for n in (89, 179, 269, 359, 449)]


def test_a_page_that_failed_may_be_asked_for_again() -> None:
    failures = [ApiError("List", "busy", retryable=True)]

    def page(page: str = "0") -> Any:
        if page == "1" and failures:
            raise failures.pop()
        more = {"opc_next_page": str(int(page) + 1)} if page != "2" else {}
        return answer([SimpleNamespace(id=page)], **more)

    reader = lists.Pages("List", page)
    found = [one.id for one in reader.next()]
    with pytest.raises(ApiError):
        reader.next()
    while not reader.over:
        found += [one.id for one in reader.next()]
    assert found == ["0", "1", "2"]


@pytest.mark.parametrize("filled", [0, 1, 5])
@pytest.mark.parametrize("by", ["start", "page"])
def test_an_empty_first_page_is_no_empty_bucket(filled: int, by: str) -> None:
    def fetch(**more: str) -> Any:
        number = int(more.get(by, "0"))
        data = SimpleNamespace(objects=["an object"] if number == filled else [])
        if by == "start":
            data.next_start_with = str(number + 1)
        headers = {"opc-next-page": str(number + 1)} if by == "page" else {}
        return SimpleNamespace(status=200, data=data, headers=headers)

    assert lists.Entries("ListObjects", fetch, "objects").any()


def test_a_bucket_is_empty_when_the_last_page_is() -> None:
    told = [SimpleNamespace(objects=[], next_start_with="x"), SimpleNamespace(objects=[], next_start_with=None)]
    reader = lists.Entries(
        "ListObjects", lambda **_more: SimpleNamespace(status=200, data=told.pop(0), headers={}), "objects"
    )
    assert not reader.any()
    assert not told
