# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each message that docs/troubleshooting.md quotes is one that the plugins have, and each that they have is quoted there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.tables import all_tables, names
from tests.tools.paths import REPO

TABLES = [one for one in all_tables() if one.page == "docs/troubleshooting.md" and one.head[0] == "message"]
QUOTED = [names(cell)[0] for one in TABLES for cell in one.column()]
PATTERNS = [re.compile(".*".join(re.escape(piece) for piece in message.split("…")), re.DOTALL) for message in QUOTED]

#: Whose texts are no messages: pages for people, the lines of progress, and the words for reasons.
OTHER_TEXTS = ("report", "progress", "decide/reasons.py", "decide/receipts.py", "consumer.py", "_inventory_")
#: Texts that only ever stand within a message that is quoted.
PARTS = (
    "Run again", "The next run", "After that, re-encrypt the bucket with force", "After that, the next run of bucket_reencrypt",
    "Nothing was submitted", "Work request … goes on", "The tag namespace … must exist",
    "Allow group", "The cause may be the receipt", "This needs two statements", "This user may not write to the bucket",
    "…… The service said", "…; wait_timeout", "Install it for the Python", "The configuration is not usable",
    "…; … more", "Of the buckets that are not proven", "… more wait", "The key's current version is young enough",
    "… pages in a row told nothing new", "Progress could no longer be shown",
    "This may need the statement", "…. A run outside of check mode waits", "…, so this re-encryption proves nothing",
    "The namespace does not exist in this tenancy", "The namespace is retired", "The tag key … of the namespace is …",
    "… is not the OCI SDK", "rekey_regions means nothing to", "…: the vault reports no replication", "…, …: its replication is",
)  # fmt: skip


DOCSTRING = "(docstring)"


def strings() -> list[str]:
    """Every string of the plugins, with … where a value goes."""
    return [text for path in sorted((REPO / "plugins").rglob("*.py")) for text, _call in _texts(path)]


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    """Each string of a file that is no docstring, and the name that its call begins with, if it stands in one."""
    calls: dict[ast.AST, str] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        call = calls.get(node, "")
        if isinstance(node, ast.Call):
            call = node.func.id if isinstance(node.func, ast.Name) else call
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            call = DOCSTRING
        calls |= dict.fromkeys(ast.iter_child_nodes(node), call)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and call != DOCSTRING:
            yield re.sub(r"%[-.\d]*[a-z]", "…", node.value).replace("%%", "%"), call


def messages() -> list[str]:
    """Those that are whole sentences for a person. What is wrong with a value is told by the message alone."""
    return [
        text
        for folder in ("module_utils", "plugin_utils", "action")
        for path in sorted((REPO / "plugins" / folder).rglob("*.py"))
        if not any(part in str(path.relative_to(REPO)) for part in OTHER_TEXTS)
        for text, call in _texts(path)
        if re.match(r"[A-Z…]|[a-z]+_[a-z_]+ ", text) and text.count(" ") >= 3 and len(text) >= 20
        if re.search("[.:;,…]", text) and call not in ("BadInput", "compile") and not text.startswith(PARTS)
    ]


STRINGS = strings()
MESSAGES = messages()


@pytest.mark.parametrize("message", QUOTED)
def test_the_plugins_have_it(message: str) -> None:
    pattern = PATTERNS[QUOTED.index(message)]
    assert any(pattern.search(text) for text in STRINGS)


def test_the_guide_quotes_every_message() -> None:
    assert [text for text in MESSAGES if not any(pattern.search(text) for pattern in PATTERNS)] == []


def test_no_pattern_takes_everything() -> None:
    """But for the one of failed calls, which is the last resort, a row is about a few messages."""
    for message, pattern in zip(QUOTED, PATTERNS, strict=True):
        assert sum(bool(pattern.search(text)) for text in MESSAGES) <= 4, message


def test_enough_are_quoted() -> None:
    assert len(QUOTED) == len(set(QUOTED)) >= 100
    assert len(MESSAGES) >= 70


def test_what_is_not_there_is_not_found() -> None:
    assert "oci python sdk required for this module" not in "\n".join(STRINGS)
