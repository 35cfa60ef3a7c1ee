# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the pages: each by its page, the heading above it, and its number below that heading."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.tools.paths import REPO

PAGES = sorted(
    [
        REPO / "README.md",
        REPO / "CONTRIBUTING.md",
        *(REPO / "docs").glob("*.md"),
        REPO / "playbooks" / "README.md",
        REPO / "examples" / "README.md",
    ]
)


@dataclass(frozen=True)
class Table:
    """``number`` is 1 for the first table below its heading. A cell is as it is written."""

    page: str
    heading: str
    number: int
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        return f"{self.page}, {self.heading}" + (f", {self.number}" if self.number > 1 else "")

    def column(self, number: int = 0) -> list[str]:
        return [row[number] for row in self.rows]

    def pairs(self) -> dict[str, str]:
        """Of a table of two columns: the second cell by the first."""
        return {row[0]: row[1] for row in self.rows}


def all_tables() -> list[Table]:
    return [table for page in PAGES for table in _of(page)]


def table(page: str, heading: str, number: int = 1) -> Table:
    """The one table that is meant."""
    (found,) = [one for one in _of(REPO / page) if (one.heading, one.number) == (heading, number)]
    return found


def names(cell: str) -> list[str]:
    """What is in a cell in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def _of(page: Path) -> list[Table]:
    found: list[Table] = []
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    heading, lines = "", [*text.splitlines(), ""]
    block: list[tuple[str, ...]] = []
    for line in lines:
        if line.startswith("|"):
            block.append(tuple(cell.strip() for cell in line.strip().strip("|").split("|")))
            continue
        if block:
            name = str(page.relative_to(REPO))
            number = 1 + sum(one.heading == heading for one in found)
            found.append(Table(name, heading, number, block[0], tuple(block[2:])))
            block = []
        if line.startswith("#"):
            heading = line.lstrip("#").strip()
    return found
