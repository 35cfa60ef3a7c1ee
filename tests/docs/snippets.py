# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documentation shows: code blocks of Markdown files, and the EXAMPLES of plugins."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.tools.paths import REPO

PAGES = sorted([*REPO.glob("*.md"), *(REPO / "docs").glob("*.md"), REPO / "playbooks" / "README.md"])
KINDS = {"modules": "module", "inventory": "inventory", "test": "test", "filter": "filter", "lookup": "lookup"}
"""The folders of plugins that have documentation, and what ansible-doc calls their kinds."""

_BLOCK = re.compile(r"^```(?P<language>[\w{}-]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of code in a page."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(REPO)}:{self.line}"


def blocks(*languages: str, pages: list[Path] | None = None) -> list[Block]:
    """All blocks in these languages, in all pages unless some are given."""
    return [
        Block(page, text.count("\n", 0, match.start()) + 1, match["language"], match["text"])
        for page in (PAGES if pages is None else pages)
        for text in [page.read_text(encoding="utf-8")]
        for match in _BLOCK.finditer(text)
        if match["language"] in languages
    ]


def plugins() -> Iterator[tuple[str, Path]]:
    """Kind and file of every plugin that has documentation."""
    for folder, kind in KINDS.items():
        for path in sorted((REPO / "plugins" / folder).glob("*")):
            if path.suffix in (".py", ".yml") and not path.stem.startswith("_"):
                yield kind, path


def examples(path: Path) -> str:
    """The EXAMPLES of a plugin."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yml":
        import yaml

        return str(yaml.safe_load(text)["EXAMPLES"])
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(to, ast.Name) and to.id == "EXAMPLES" for to in node.targets
        ):
            return str(ast.literal_eval(node.value))
    raise ValueError(f"{path} has no EXAMPLES")
