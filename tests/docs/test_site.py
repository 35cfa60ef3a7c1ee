# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation site: which versions it has, that its switch leads to pages that are there, and that no page is only a list."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.docs import __main__ as site
from tests.docs import versions
from tests.tools import prose
from tests.tools.paths import INSTALLED, REPO, clean_environment

INDEX = "# Start\n\nHere it begins.\n\n```{{toctree}}\n:hidden:\n\n{guides}\nplaybooks\n```\n"
#: The pages of the site that are written by hand.
GUIDES = [
    *sorted((REPO / "docs").glob("*.md")),
    REPO / "playbooks" / "README.md",
    REPO / "tests" / "docs" / "site" / "index.md",
]


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=site", "-c", "user.email=site@localhost", "-c", "commit.gpgsign=false")
    command = ["git", *identity, *arguments]
    subprocess.run(command, cwd=folder, env=clean_environment(), check=True, capture_output=True)


def write(folder: Path, *guides: str) -> None:
    """Guides, and what else the site takes from a repository."""
    pages = {f"docs/{guide}.md": f"# {guide}\n\nSee [the code](../galaxy.yml).\n" for guide in guides}
    pages["tests/docs/site/index.md"] = INDEX.format(guides="\n".join(guides))
    pages |= {"playbooks/README.md": "# Playbooks\n\nThey run by name.\n", "galaxy.yml": "name: oci\n"}
    for name, text in pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two minor versions, the older one with two releases; then a guide that no release has, and one that is gone."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    for tag, guides in (("1.0.0", ["old"]), ("1.0.10", ["old", "kept"]), ("1.1.0", ["kept", "new"])):
        (folder / "docs" / "old.md").unlink(missing_ok=True)
        write(folder, *guides)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", tag)
        git(folder, "tag", tag)
    git(folder, "tag", "1.0.9")
    git(folder, "tag", "2.0.0-beta")
    write(folder, "kept", "new", "newest")
    return folder


def test_the_newest_release_of_each_minor_version_is_there(repository: Path) -> None:
    assert [(version.slug, version.tag) for version in versions.of(repository)] == [
        ("1.1", "1.1.0"),
        ("1.0", "1.0.10"),
        ("main", None),
    ]


def test_a_release_s_guides_lead_to_its_own_files(repository: Path, tmp_path: Path) -> None:
    version = versions.of(repository)[1]
    assert version.tag == "1.0.10"
    tree = versions.unpack(repository, version.tag, tmp_path / "tree")
    site.lay_out(tree, version, tmp_path / "sources")
    assert "rekey.oci/blob/1.0.10/galaxy.yml)" in (tmp_path / "sources" / "old.md").read_text(encoding="utf-8")
    assert not (tmp_path / "sources" / "new.md").exists()


def test_the_switch_leads_to_the_same_page_where_there_is_one(repository: Path, tmp_path: Path) -> None:
    html = site.build(repository, tmp_path, tmp_path / "output", lambda _collections, _sources: None)
    assert "1.1/index.html" in (html / "index.html").read_text(encoding="utf-8")
    led: dict[str, list[str]] = {}
    for page in sorted(html.glob("*/*.html")):
        text = page.read_text(encoding="utf-8")
        targets = re.findall(r'<option value="([^"]+)"( selected)?', text)
        led[page.relative_to(html).as_posix()] = [
            (page.parent / target).resolve().relative_to(html).as_posix() for target, _selected in targets
        ]
        assert all((page.parent / target).is_file() for target, _selected in targets), page
        assert [page.parent.name in target for target, selected in targets if selected] == [True]
        assert ("not about the newest release" in text) == (page.parent.name != "1.1")
        assert not re.search(r'<(?:script|link)[^>]* (?:src|href)="http', text), "it works without a network"
    assert led["1.1/kept.html"] == ["1.1/kept.html", "1.0/kept.html", "main/kept.html"]
    assert led["1.0/old.html"] == ["1.1/index.html", "1.0/old.html", "main/index.html"]
    assert led["main/newest.html"] == ["1.1/index.html", "1.0/index.html", "main/newest.html"]
    assert led["1.0/search.html"] == ["1.1/search.html", "1.0/search.html", "main/search.html"]


def test_the_reference_has_no_page_that_is_only_a_list(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    site.reference(INSTALLED, tmp_path)
    pages = {page.relative_to(tmp_path / "collections") for page in tmp_path.rglob("*.rst")}
    # The options of plugins link to the page about environment variables, which says of each what it does.
    named = {Path("environment_variables.rst"), Path("rekey", "oci", "index.rst")}
    assert named <= pages
    assert all(re.search(r"_(?:module|inventory|test)$", page.stem) for page in pages - named)


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: str(page.relative_to(REPO)))
def test_a_guide_begins_with_what_it_is_about(page: Path) -> None:
    text = prose.prose(page, page.read_text(encoding="utf-8"))
    first = next(paragraph.strip() for paragraph in text.split("\n\n") if paragraph.strip())
    assert re.match(r"\w[^|]*[.:]", first), f"It begins with {first!r}"
