# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the prose of the documentation as a stranger does: by proselint, and by a few patterns of our own.

Only prose is looked at: code, comments, headings and addresses are taken out first, and every line stays where it was.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.tools import home, tree
from tests.tools.paths import BUILD, REPO

PROSELINT = REPO / ".venv" / "bin" / "proselint"
#: In words that begin with a small letter: names and code are easy to read over.
LONGEST_SENTENCE = 40

#: Checks of proselint that are of no use here. Straight quotes and (c) are what people type into YAML and licences; a paragraph may begin with But.
_LEFT_OUT = ("typography", "misc.but", "annotations")

_HELPING = r"(?:am|are|can|could|did|do|does|had|has|have|is|may|must|was|were|will|would)"
#: What is hard to read, and what to do about it.
PATTERNS = {
    rf"\b[Nn]or {_HELPING}\b": 'the verb comes before its subject: write a sentence with "not … either"',
    rf"\b[Oo]nly (?:after|if|then|when|where)\b[^.,;:]* {_HELPING} (?:a|an|it|the|they|you)\b": (
        "the verb comes before its subject: begin with who does it"
    ),
    r"(?<![^.:;|] )\b(?:Cannot|Costs|Counts|Must|Needs|Overrides|Wins)\b": "the sentence has no subject: say who or what",
    r"(?<![^.:;|] )\b(?:Gone|Kept|Looked|Meant|Needed|Refused|Taken|Told)\b": (
        "the sentence begins with its participle: begin with who or what"
    ),
    r"\b[Ww]he(?:n|re) left out\b": 'say who leaves it out: "if you leave it out"',
    r"\b(?:amongst|hereby|shall|thereby|therein|thereof|whereupon|wherein|whilst)\b": "use a more common word",
}

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE = re.compile(r"^(?P<indent> *)```.*?^ *```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ .*$", re.MULTILINE)
_CODE = re.compile(r"`+[^`\n]+(?:\n[^`\n]+)?`+")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKUP = re.compile(r"\b(?:RV|[BCEILMOPUV])\(((?:[^()]|\([^)]*\))*)\)")
_YAML_KEY = re.compile(r"^( *(?:- )?)(?:short_)?description:(?: [|>]-?)?")
_NO_PROSE = re.compile(r"^ *(?:- )?[\w./]+:(?: \S+)*$|^ *- \S+$")
_ITEM = re.compile(r"^ *(?:[-*>]|\d+\.) ")
_SENTENCE_END = re.compile(r"(?<=[.!?:;])\s+(?=[\"'(\[]?[A-Z0-9`])")


def pages() -> list[Path]:
    """The files whose prose is held, relative to the repository."""
    return [
        file
        for file in tree.files()
        if (
            file.suffix == ".md"
            and file.name not in ("CHANGELOG.md", "CODE_OF_CONDUCT.md")
            and file.parts[0] != ".github"
        )
        or (file.suffix == ".py" and file.parts[:1] in (("plugins",), ("extensions",)))
    ]


def prose(file: Path, text: str) -> str:
    """What of a file is prose, with every line in its place."""
    return _of_python(text) if file.suffix == ".py" else _of_markdown(text)


def _of_markdown(text: str) -> str:
    for pattern in (_COMMENT, _FENCE, _HEADING):
        text = pattern.sub(_lines_only, text)
    return _LINK.sub(r"\1", _without_code(text, _CODE))


def _of_python(text: str) -> str:
    kept = [""] * (text.count("\n") + 1)
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        if node.targets[0].id in ("DOCUMENTATION", "RETURN"):
            for number in range(node.lineno, (node.end_lineno or node.lineno) - 1):
                kept[number] = _of_yaml(lines[number])
    return _without_code("\n".join(kept), _MARKUP)


def _of_yaml(line: str) -> str:
    if _YAML_KEY.match(line):
        # A blank line before it would be one paragraph less: an item is one too.
        return _YAML_KEY.sub(r"- ", line)
    return "" if _NO_PROSE.match(line) else line


def _without_code(text: str, pattern: re.Pattern[str]) -> str:
    """A word of its own in the place of each piece of code, so that no two that follow each other are the same."""
    number = iter(range(10**6))
    return pattern.sub(lambda match: f"Code{next(number)}" + "\n" * match[0].count("\n"), text)


def _lines_only(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """The first line and the text of each paragraph, item of a list, and cell of a table."""
    start, lines = 1, list[str]()
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if lines and (not line.strip() or line.startswith("|") or _ITEM.match(line)):
            yield start, " ".join(lines)
            lines = []
        if line.startswith("|"):
            yield from ((number, cell.strip()) for cell in line.strip("|").split("|") if cell.strip(" -:"))
        elif line.strip():
            if not lines:
                start = number
            lines.append(_ITEM.sub("", line).strip())


def riddles(text: str) -> Iterator[tuple[int, str]]:
    """Line and words about each sentence that a pattern of ours names, or that is too long."""
    for line, paragraph in paragraphs(text):
        for pattern, advice in PATTERNS.items():
            for match in re.finditer(pattern, paragraph):
                yield line, f'"{match[0]}": {advice}'
        for sentence in _SENTENCE_END.split(paragraph):
            words = len(re.findall(r"(?<!\w)[a-z][a-z'-]*\b", sentence))
            if words > LONGEST_SENTENCE:
                yield line, f'a sentence of {words} words: cut it in two. It begins "{sentence[:50]}"'


def check() -> bool:
    """Print what is found, and say whether nothing was."""
    found = False
    root = BUILD / "prose"
    shutil.rmtree(root, ignore_errors=True)
    for file in pages():
        text = prose(file, (REPO / file).read_text(encoding="utf-8"))
        if not text.strip():
            continue
        copy = root / file.with_suffix(f"{file.suffix}.txt")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")
        for line, what in riddles(text):
            found = True
            print(f"{file}:{line}: {what}")
    return not (found | _proselint(root))


def _proselint(root: Path) -> bool:
    """Whether it found something in the copies below `root`."""
    # Where it looks by itself: its option for another place has no effect.
    config = root / ".proselintrc.json"
    config.write_text(json.dumps({"checks": dict.fromkeys(_LEFT_OUT, False)}), encoding="utf-8")
    copies = sorted(str(copy) for copy in root.rglob("*.txt"))
    done = subprocess.run(
        [str(PROSELINT), "check", *copies],
        env=home.environment(PROSELINT.parent), cwd=root, check=False, capture_output=True, text=True,
    )  # fmt: skip
    print(done.stdout.replace(f"{root}/", "").replace(".txt:", ":") + done.stderr, end="")
    return done.returncode != 0
