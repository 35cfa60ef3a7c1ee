# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists, page by page: one reader for all of them, which tells a list that does not end from a long one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Callable, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.sdk import failures
from ansible_collections.rekey.oci.plugins.module_utils.sdk.transport import EMPTY_LIST

#: Makes a call.
Send = Callable[[Callable[[], Any]], Any]

#: A page may be empty, or tell again what others have told, and have a next one all the same. So many in a row do not.
BARREN = 100

#: No honest list has so many pages: at the usual 1000 entries a page, ten million entries.
MOST_PAGES = 10_000

#: Of these, each item of any list has one.
_MEMBERS = ("id", "name", "message", "upload_id")


class Pages:
    """One list. ``fetch(**more)`` makes the call for a page; one that fails may be asked for again.

    ``convert`` makes of a page's items what its reader wants.
    """

    def __init__(
        self, operation: str, fetch: Callable[..., Any], convert: Callable[[list[Any]], list[Any]] = list
    ) -> None:
        self.operation = operation
        self._fetch = fetch
        self._convert = convert
        self._more: dict[str, str] = {}
        self._told: set[Any] = set()
        self._tokens: set[str] = set()
        self._pages = self._barren = 0
        self.over = False

    def next(self) -> list[Any]:
        """The next page, which may be empty; ``over`` tells whether it is the last. Raises ApiError."""
        response = self._fetch(**self._more)
        items: list[Any] = self._items(response)
        parameter, token = self._following(response)
        if not token:
            self.over = True
            return self._convert(items)
        if token in self._tokens:
            raise failures.not_understood(self.operation, response)
        self._tokens.add(token)
        self._more = {parameter: token}
        self._count(items)
        return self._convert(items)

    def each(self, send: Send) -> Iterator[list[Any]]:
        """All pages; ``send`` makes the call for each."""
        while not self.over:
            yield send(self.next)

    def _items(self, response: Any) -> list[Any]:
        if not _is_list(response):
            raise failures.not_understood(self.operation, response)
        items: list[Any] = response.data
        return items

    def _following(self, response: Any) -> tuple[str, Optional[str]]:
        return "page", response.headers.get("opc-next-page")

    def _count(self, items: list[Any]) -> None:
        known = len(self._told)
        self._told.update(_identity(item) for item in items)
        self._pages += 1
        self._barren = 0 if len(self._told) > known else self._barren + 1
        if self._barren >= BARREN:
            raise self._endless("%d pages in a row told nothing new" % self._barren)
        if self._pages >= MOST_PAGES:
            raise self._endless("it has more than %d pages" % self._pages)

    def _endless(self, why: str) -> ApiError:
        # Half of it would be taken for the whole.
        return ApiError(self.operation, "the list does not end: %s, and there is a next one" % why)


class Entries(Pages):
    """ListObjects and ListObjectVersions, whose pages are models with a ``member`` that is the list."""

    def __init__(self, operation: str, fetch: Callable[..., Any], member: str) -> None:
        super().__init__(operation, fetch)
        self._member = member

    def _items(self, response: Any) -> list[Any]:
        # A list that is not there is no empty one: the SDK makes a model without members of what is no JSON.
        items: Optional[list[Any]] = getattr(response.data, self._member, None)
        if items is None:
            raise failures.not_understood(self.operation, response)
        return items

    def _following(self, response: Any) -> tuple[str, Optional[str]]:
        start = getattr(response.data, "next_start_with", None)
        return ("start", start) if start else super()._following(response)

    def any(self) -> bool:
        """Whether there is one entry at least: an empty page may have a next one."""
        while not self.over:
            if self.next():
                return True
        return False


def pages(operation: str, fetch: Callable[..., Any]) -> Iterator[list[Any]]:
    """Yield the lists of all pages."""
    yield from Pages(operation, fetch).each(lambda call: call())


def _identity(item: Any) -> Any:
    for member in ("id", "upload_id"):
        value = getattr(item, member, None)
        if value:
            return value
    # A name is a bucket's or an object's; a line of a log has its time.
    return getattr(item, "name", None), getattr(item, "message", None), str(getattr(item, "timestamp", None))


def _is_list(response: Any) -> bool:
    """Whether it is the service's list: of a text that is no JSON the SDK makes models without members, or an empty list."""
    if not isinstance(response.data, list):
        return False
    if not response.data:
        return EMPTY_LIST in response.headers or "opc-request-id" in response.headers
    return all(any(getattr(item, member, None) for member in _MEMBERS) for item in response.data)
