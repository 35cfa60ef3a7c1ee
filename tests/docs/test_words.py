# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A page explains our own words before it uses them: by a box "Words", by a link to one, or where the word is set in italics."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs import snippets
from tests.tools.paths import REPO

WORDS = {
    "key version": r"key versions?",
    "work request": r"work requests?",
    "receipt": r"receipts?",
    "claim": r"claims?",
    "proven": r"proven",
}
PAGES = sorted(
    {page for page in snippets.PAGES if page.name not in ("CHANGELOG.md", "CODE_OF_CONDUCT.md")}
    | {REPO / "examples" / "README.md", REPO / "tests" / "simulator" / "README.md"}
)

_NO_PROSE = re.compile(r"<!--.*?-->|^ *```.*?^ *```$|^#+ .*?$|`[^`]+`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>[^)]*)\)")
_BOX = re.compile(r"^#{2,3} Words$(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)


def explained(text: str) -> set[str]:
    """The words in a page's box."""
    box = _BOX.search(text)
    return set(re.findall(r"^\| ([\w ]+?) \|", box[1], re.MULTILINE)) if box else set()


def unexplained(page: Path, text: str) -> list[str]:
    """Each word of ours whose first use in the page's prose is not explained, with its line."""
    bare = _NO_PROSE.sub(_blank, text)
    # The name of another page uses no word.
    bare = _LINK.sub(lambda link: link[0] if link["target"].endswith("#words") else _blank(link), bare)
    found = []
    for word, pattern in WORDS.items():
        first = re.search(rf"\b{pattern}\b", bare, re.IGNORECASE)
        if first and not _is_explained(word, first, page, text, bare):
            found.append(f"{word}, line {bare.count(chr(10), 0, first.start()) + 1}")
    return found


def _is_explained(word: str, first: re.Match[str], page: Path, text: str, bare: str) -> bool:
    box = _BOX.search(text)
    if box and word in explained(text) and box.start() < first.start():
        return True
    if bare[first.start() - 1] == "*" and bare[first.end()] == "*":
        return True
    for link in _LINK.finditer(bare):
        if link.start() < first.start() < link.end():
            target = link["target"].removesuffix("#words")
            there = text if not target else (page.parent / target).read_text(encoding="utf-8")
            return word in explained(there)
    return False


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPO)))
def test_a_word_of_ours_is_explained_at_its_first_use(page: Path) -> None:
    assert not unexplained(page, page.read_text(encoding="utf-8"))


BOX = "## Words\n\n| word | meaning |\n|---|---|\n| receipt | Two tags. |\n\n"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (f"{BOX}## Then\n\nIt has a receipt.\n", []),
        (f"It has a receipt.\n\n{BOX}", ["receipt, line 1"]),
        (f"It has a [receipt](#words).\n\n{BOX}It is proven.\n", ["proven, line 9"]),
        ("# The receipt\n\nA *receipt* is two tags. The receipt is read.\n", []),
        (
            "`receipt` and [The receipt](receipt.md):\n\n```yaml\nreceipt: tag\n```\n\nwork\nrequest, Receipts\n",
            ["receipt, line 8"],
        ),
        ("See [claims](#words).\n", ["claim, line 1"]),
    ],
)
def test_what_counts_as_explained(text: str, missing: list[str]) -> None:
    assert unexplained(REPO / "page.md", text) == missing
