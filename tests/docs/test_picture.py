# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What README.md shows first is so: the picture is of a real run of the demo, and the badges say what is tested."""

from __future__ import annotations

import re
from urllib.parse import unquote

from tests.demo import picture
from tests.tools import releases
from tests.tools.paths import REPO

README = (REPO / "README.md").read_text(encoding="utf-8")


def test_the_picture_shows_what_the_demo_prints() -> None:
    """If this fails, `make picture` draws it anew."""
    drawn = picture.PICTURE.read_text(encoding="utf-8")
    assert picture.masked(picture.text_of(drawn)) == picture.masked("$ make demo\n" + picture.run())


def test_a_text_comes_out_of_a_picture_as_it_went_in() -> None:
    printed = "   \x1b[0;33mchanged: [localhost]\x1b[0m\n\n   ok=2    \x1b[0;32mchanged=1\x1b[0m  <&>\n   last\n"
    drawn = picture.text_of(picture.draw(printed))
    assert drawn.splitlines() == ["$ make demo", "   changed: [localhost]", "", "   ok=2    changed=1  <&>", "   last"]


def test_only_numbers_of_progress_are_masked() -> None:
    one = "a\n   payroll: IN_PROGRESS 0 %, 0 s\n   payroll: IN_PROGRESS 31 %, 1 s\n\n   ok: [localhost] => {\n"
    other = "a\n   payroll: IN_PROGRESS 2 %, 0 s\n   ok: [localhost] => {\n"
    assert picture.masked(one) == picture.masked(other)
    assert picture.masked(one) != picture.masked(other.replace("ok:", "changed:"))


def test_the_picture_loads_nothing() -> None:
    drawn = picture.PICTURE.read_text(encoding="utf-8")
    assert "url(http" not in drawn
    assert "@import" not in drawn
    assert "<script" not in drawn


def test_the_picture_is_near_the_top_and_told_in_words() -> None:
    found = re.search(r"^!\[(.{40,})\]\(docs/demo\.svg\)$", README, re.MULTILINE)
    assert found
    assert README[: found.start()].count("\n") < 30


def test_the_badges_say_what_is_tested() -> None:
    badges = re.findall(
        r"^\[!\[(.+)\]\(https://img\.shields\.io/badge/((?:[^-]|--)+)-((?:[^-]|--)+)-blue\)\]\((.+)\)$",
        README,
        re.MULTILINE,
    )
    told = {_plain(label): (_plain(message), alternative) for alternative, label, message, _target in badges}
    core = f"{releases.OLDEST.version} to {releases.NEWEST.version}"
    python = f"{releases.TARGETS[0]} to {releases.TARGETS[-1]}"
    assert told == {
        "ansible-core": (core, f"ansible-core {core}"),
        "Python": (python, f"Python {python}"),
        "licence": ("GPL-3.0-or-later", "Licence: GPL-3.0-or-later"),
    }


def _plain(text: str) -> str:
    """What the badge shows: two hyphens are one, an underscore is a blank."""
    return unquote(text).replace("_", " ").replace("--", "-")
