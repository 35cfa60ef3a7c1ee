# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""IAM statements: what they allow, and the part of docs/iam.md that is made from iam.yml.

`python -m tests.docs.policies` writes that part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.tools.paths import REPO

GUIDE = REPO / "docs" / "iam.md"
_BEGIN = "<!-- From tests/docs/iam.yml, by python -m tests.docs.policies -->\n"
_END = "<!-- End -->\n"

TABLE: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "iam.yml").read_text(encoding="utf-8"))

_STATEMENT = re.compile(
    r"Allow (?:group rekey|service objectstorage-us-ashburn-1) to (?P<verb>\w+) (?P<what>[\w-]+) in (?:compartment \w+(?: where any \{(?P<conditions>.+)\})?"
    r"|tenancy(?: where target\.tag-namespace\.name = '\w+')?)"
)
_CONDITION = re.compile(r"request\.operation = '(?P<operation>\w+)'")


@dataclass(frozen=True)
class Statement:
    """``operations`` of None: all that the verb covers."""

    permissions: frozenset[str]
    operations: frozenset[str] | None


def read(text: str) -> Statement:
    """What a statement allows. Raises ValueError where it is none, or its condition names what its verb does not cover."""
    match = _STATEMENT.fullmatch(text)
    if match is None:
        raise ValueError(f"not a statement: {text}")
    covered = frozenset(TABLE["verbs"][match["what"]][match["verb"]])
    if match["conditions"] is None:
        return Statement(covered, None)
    operations = frozenset(
        _CONDITION.fullmatch(condition)["operation"]  # type: ignore[index]
        for condition in match["conditions"].split(", ")
    )
    needed = frozenset(TABLE["operations"][operation] for operation in operations)
    if not needed <= covered:
        raise ValueError(f"{match['verb']} {match['what']} does not include {', '.join(sorted(needed - covered))}")
    return Statement(needed, operations)


def allowed_operations(statements: list[Statement]) -> frozenset[str]:
    """All operations that a user with these statements may call."""
    found = {"GetNamespace"}
    for statement in statements:
        if statement.operations is not None:
            found |= statement.operations
        else:
            found |= {name for name, needed in TABLE["operations"].items() if needed in statement.permissions}
    return frozenset(found)


def section(name: str) -> str:
    """The guide's section of a plugin."""
    entry = TABLE["plugins"][name]
    rows = [f"| `{permission}` | {case['means']} |" for permission, case in entry["missing"].items()]
    statements = "\n".join(entry["statements"])
    table = "\n".join(["| without | what happens |", "|---|---|", *rows])
    note = f"{entry['note']}\n\n" if "note" in entry else ""
    return f"## {entry['title']}\n\n{note}```text\n{statements}\n```\n\n{table}\n"


def part() -> str:
    """The guide's part that is made."""
    return _BEGIN + "\n" + "\n".join(section(name) for name in TABLE["plugins"]) + "\n" + _END


def main() -> None:
    """Write it."""
    before, rest = GUIDE.read_text(encoding="utf-8").split(_BEGIN)
    GUIDE.write_text(before + part() + rest.split(_END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
