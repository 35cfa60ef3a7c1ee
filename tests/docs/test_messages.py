# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each message that docs/troubleshooting.md quotes is one that the plugins have."""

from __future__ import annotations

import ast
import re

import pytest

from tests.tools.paths import REPO

GUIDE = (REPO / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
QUOTED = re.findall(r"^\| `(.+?)` \|", GUIDE, re.MULTILINE)


def strings() -> list[str]:
    """Every string of the plugins, with … where a value goes."""
    return [
        re.sub(r"%\w", "…", node.value).replace("%%", "%")
        for path in sorted((REPO / "plugins").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


STRINGS = strings()


@pytest.mark.parametrize("message", QUOTED)
def test_the_plugins_have_it(message: str) -> None:
    pattern = re.compile(".*".join(re.escape(piece) for piece in message.split("…")), re.DOTALL)
    assert any(pattern.search(text) for text in STRINGS)


def test_enough_are_quoted() -> None:
    assert len(QUOTED) >= 30


def test_what_is_not_there_is_not_found() -> None:
    assert "oci python sdk required for this module" not in "\n".join(STRINGS)
