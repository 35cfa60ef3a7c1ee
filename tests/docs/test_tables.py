# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each table of the pages has a test that goes over all of its rows, and the same word means the same on each page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.docs.tables import Table, all_tables, table
from tests.tools.paths import REPO

HERE = Path(__file__).parent

#: Pages all of whose tables one test goes over.
WHOLE = {
    "docs/iam.md": "test_iam.py::test_the_guide_is_made_from_the_table",
    "docs/troubleshooting.md": "test_messages.py::test_the_plugins_have_it",
}
#: Those that are held here.
WORDS = [one for one in all_tables() if one.head[0] == "word"]


def held() -> dict[tuple[str, str, int], str]:
    """The test that reads each table: whoever calls ``table`` with its page and heading."""
    found: dict[tuple[str, str, int], str] = {}
    for path in sorted(HERE.glob("test_*.py")):
        for function in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(function, ast.FunctionDef) or not function.name.startswith("test_"):
                continue
            for node in ast.walk(function):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "table":
                    continue
                given = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
                if len(given) == len(node.args):
                    page, heading, number = [*given, 1][:3]
                    found[str(page), str(heading), int(str(number))] = f"{path.name}::{function.name}"
    return found


@pytest.mark.parametrize("one", all_tables(), ids=str)
def test_a_test_goes_over_it(one: Table) -> None:
    assert {len(row) for row in one.rows} == {len(one.head)}
    assert one.page in WHOLE or one in WORDS or (one.page, one.heading, one.number) in held()


def test_what_tests_read_is_there() -> None:
    there = {(one.page, one.heading, one.number) for one in all_tables()}
    assert set(held()) <= there
    assert set(WHOLE) <= {one.page for one in all_tables()}
    for test in WHOLE.values():
        name, _colons, function = test.partition("::")
        assert f"def {function}(" in (HERE / name).read_text(encoding="utf-8")


def test_a_word_means_the_same_everywhere() -> None:
    """A page may go on to say more of it, but begins as the others do."""
    told: dict[str, set[str]] = {}
    for one in WORDS:
        for word, meaning in one.rows:
            told.setdefault(word, set()).add(meaning)
    for word, meanings in told.items():
        shortest = min(meanings, key=len).rstrip(".")
        assert all(meaning.startswith(shortest.split(". ")[0]) for meaning in meanings), (word, meanings)


@pytest.mark.parametrize("one", WORDS, ids=str)
def test_a_page_uses_the_words_that_it_explains(one: Table) -> None:
    lines = (REPO / one.page).read_text(encoding="utf-8").splitlines()
    for word in one.column():
        text = " ".join(line for line in lines if not line.startswith(f"| {word} |"))
        # As it is, or as another form of it: proven, prove; to submit, submitted.
        assert re.search(word.removeprefix("to ").rstrip("n"), text), word


def test_a_table_in_a_block_of_code_is_none() -> None:
    assert table("docs/receipt.md", "What it is").head == ("tag", "value")
    assert not any("```" in cell for one in all_tables() for row in one.rows for cell in row)
