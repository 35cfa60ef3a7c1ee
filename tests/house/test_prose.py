# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lint finds prose that has to be read twice, on the line where it is, and reads no code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools import prose, tree

HARD = {
    "It does not wait, nor does it fail.": "the verb comes before its subject",
    "Only where two requests overlap does the service answer twice.": "the verb comes before its subject",
    "It reads tags. Needs one permission.": "the sentence has no subject",
    "Kept is only what is complete.": "the sentence begins with its participle",
    "All buckets when left out.": "if you leave it out",
    "Whoever shall read this.": "a more common word",
    "It is " + "very and " * 30 + "long.": "cut it in two",
}


@pytest.mark.parametrize("sentence", HARD)
def test_what_has_to_be_read_twice_is_found(sentence: str) -> None:
    ((line, what),) = prose.riddles(f"This line is fine.\n\n- {sentence}\n")
    assert line == 3
    assert HARD[sentence] in what


@pytest.mark.parametrize(
    "sentence",
    [
        "It does not wait, and it does not fail.",
        "Neither tags nor keys change.",
        "The user needs one permission.",
        "Only the receipt is kept.",
        "If you leave it out, all buckets are taken.",
    ],
)
def test_plain_words_are_left_alone(sentence: str) -> None:
    assert not list(prose.riddles(sentence))


def test_only_prose_is_read_and_every_line_stays() -> None:
    text = "<!--\nshall\n-->\n\n# Shall\n\n`shall` be\n[fine](https://shall)\n\n```yaml\nmsg: shall\n```\n\n| a | shall |\n"
    found = prose.prose(Path("page.md"), text)
    assert found.count("\n") == text.count("\n")
    assert [line for line, _what in prose.riddles(found)] == [14]


def test_the_documentation_of_plugins_is_read_and_their_code_is_not() -> None:
    text = (
        'DOCUMENTATION = r"""\nmodule: one\ndescription:\n  - Reads O(shall=yes).\n  - Needs nothing.\noptions:\n'
        '  two:\n    description: Costs a call.\n    type: str\n"""\n\nMESSAGE = "shall"\n\nEXAMPLES = r"""\n- shall: 1\n"""\n'
    )
    assert [line for line, _what in prose.riddles(prose.prose(Path("one.py"), text))] == [5, 8]


def test_proselint_is_asked_and_names_the_line_of_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.md").write_text(
        'It is "quoted" (c).\n\nIt is very unique, and a\n`very unique` thing.\n', encoding="utf-8"
    )
    monkeypatch.setattr(prose, "REPO", tmp_path)
    monkeypatch.setattr(prose, "BUILD", tmp_path / "build")
    monkeypatch.setattr(tree, "files", lambda: [Path("page.md")])
    assert not prose.check()
    told = capsys.readouterr().out.splitlines()
    assert told
    assert all(line.startswith("page.md:3:") for line in told)


def test_the_pages_that_people_read_are_held() -> None:
    held = set(prose.pages())
    assert {Path("README.md"), Path("CONTRIBUTING.md"), Path("docs/quickstart.md"), Path("playbooks/README.md")} <= held
    assert {Path("plugins/modules/bucket_reencrypt.py"), Path("plugins/doc_fragments/behaviour.py")} <= held
