# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw docs/demo.svg, the picture in README.md, from what `make demo` prints: `make picture`.

It shows the first two runs. tests/docs/test_picture.py holds it to what the demo prints.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

from tests.tools.paths import REPO, clean_environment

PICTURE = REPO / "docs" / "demo.svg"
#: In characters: the longest line, the play's recap, fits.
WIDTH = 118

_LICENCE = """\
<!--
Copyright (c) 2026 rekey.oci contributors
GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
Made by make picture, with rich.
-->
"""
_NAME = "demo"
#: The width of a character, in the picture's units.
_COLUMN = 12.2
_END = "3. "
#: How far a re-encryption is, which no two runs say alike.
_PROGRESS = re.compile(r"^( +\w+: [A-Z_]+) .*$")


def run() -> str:
    """What `make demo` prints in a terminal up to the second rotation, colours included."""
    env = clean_environment() | {"FORCE_COLOR": "1"}
    command = [sys.executable, "-m", "tests.demo"]
    printed = subprocess.run(command, cwd=REPO, env=env, check=True, capture_output=True, text=True).stdout
    return printed.partition(f"\n{_END}")[0].rstrip() + "\n"


def draw(printed: str) -> str:
    """The picture of a terminal that shows this text."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi("$ make demo\n" + printed.rstrip()))
    svg = console.export_svg(title="make demo", unique_id=_NAME)
    # A picture that loads nothing: the reader's own fonts, and no address but that of SVG itself.
    svg = re.sub(r" *@font-face \{.*?\}\n", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", "ui-monospace, SFMono-Regular, Menlo, Consolas")
    svg = re.sub(r" *<!-- Generated with Rich .*? -->\n", "", svg)
    return _LICENCE + re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE).rstrip() + "\n"


def text_of(svg: str) -> str:
    """The lines of a picture, read from their places in it."""
    lines: dict[float, str] = {}
    (screen,) = (group for group in ET.fromstring(svg).iter() if group.get("class") == f"{_NAME}-matrix")  # noqa: S314
    for piece in screen:
        if piece.tag.endswith("}text"):
            # Blanks between two colours are not drawn.
            line, column = lines.get(float(piece.attrib["y"]), ""), round(float(piece.attrib["x"]) / _COLUMN)
            lines[float(piece.attrib["y"])] = line.ljust(column) + (piece.text or "").replace("\xa0", " ").rstrip("\n")
    return "".join(lines[y].rstrip() + "\n" for y in sorted(lines))


def masked(text: str) -> str:
    """Lines without colours, blanks at their ends and empty lines; progress without its numbers, and once where it comes again."""
    kept: list[str] = []
    for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines():
        bare = _PROGRESS.sub(r"\1 ...", line.rstrip())
        if bare and kept[-1:] != [bare]:
            kept.append(bare)
    return "\n".join(kept)


def main() -> None:
    """Draw it anew."""
    PICTURE.write_text(draw(run()), encoding="utf-8")
    print(f"{PICTURE.relative_to(REPO)} is new")


if __name__ == "__main__":
    main()
