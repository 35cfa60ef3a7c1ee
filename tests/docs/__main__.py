# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the documentation site into docs/build: `python -m tests.docs`.

The site has one folder for each version: see versions.py. Its pages are the guides in docs, which are read on GitHub as
they are, and what antsibull-docs makes of the plugins' documentation. For the working tree, these are the plugins of the
installed artifact, and a warning is an error. Nobody can mend what was released, so there a warning is only shown.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.docs import snippets, versions
from tests.docs.versions import Version
from tests.tools import home
from tests.tools.paths import INSTALLED, NAME, NAMESPACE, REPO, run

BIN = REPO / ".venv" / "bin"
_SITE = REPO / "tests" / "docs" / "site"
_OUTPUT = REPO / "docs" / "build"
_REPOSITORY = "https://github.com/rekey-oci/rekey.oci/blob"

_LINK = re.compile(r"(?<=\]\()(\.\./[\w./-]+)")
_PLUGIN = re.compile(r"\.\./plugins/(?P<kind>%s)/(?P<name>\w+)\.py" % "|".join(snippets.KINDS))

#: Writes the pages of the plugins in a collections path into a folder.
Reference = Callable[[Path, Path], None]


def main() -> None:
    """Build it from nothing."""
    html = build(REPO, INSTALLED, _OUTPUT, reference)
    print(f"The site is in {html.relative_to(REPO)}/index.html")


def build(repository: Path, installed: Path, output: Path, plugins: Reference) -> Path:
    """Build all versions of a repository, and return the site's folder."""
    shutil.rmtree(output, ignore_errors=True)
    found = versions.of(repository)
    for version in found:
        tree, collections = repository, installed
        if version.tag:
            collections = output / "trees" / version.slug
            tree = versions.unpack(repository, version.tag, collections)
        lay_out(tree, version, output / "sources" / version.slug)
        plugins(collections, output / "sources" / version.slug)
    tell_of_each_other(found, output / "sources")
    html = output / "html"
    for version in found:
        strict = () if version.tag else ("-W", "--keep-going")
        command = (*strict, "-q", "-b", "html", output / "sources" / version.slug, html / version.slug)
        run(BIN / "sphinx-build", *command, env=home.environment(BIN))
    first = f"{found[0].slug}/index.html"
    (html / "index.html").write_text(
        f'<!DOCTYPE html>\n<meta charset="utf-8">\n<meta http-equiv="refresh" content="0; url={first}">\n'
        f'<title>rekey.oci</title>\n<p>The documentation is <a href="{first}">here</a>.</p>\n',
        encoding="utf-8",
    )
    return html


def lay_out(tree: Path, version: Version, sources: Path) -> None:
    """Put a version's guides into `sources`. How the site looks is always taken from here, and what it says from there."""
    shutil.copytree(_SITE, sources)
    pages = {
        "index.md": tree / "tests" / "docs" / "site" / "index.md",
        "playbooks.md": tree / "playbooks" / "README.md",
    }
    pages.update((guide.name, guide) for guide in (tree / "docs").glob("*.md"))
    for name, page in pages.items():
        (sources / name).write_text(_on_site(page.read_text(encoding="utf-8"), tree, version), encoding="utf-8")
    # antsibull-docs wants a folder that nobody else may write to.
    sources.chmod(0o755)


def reference(collections: Path, sources: Path) -> None:
    """Add the pages of the plugins, without the lists of all collections and of all their plugins: there is only one."""
    env = home.environment(BIN) | {"ANSIBLE_COLLECTIONS_PATH": str(collections)}
    command = ("collection", "--use-current", "--no-indexes", "--fail-on-error", "--dest-dir", sources)
    run(BIN / "antsibull-docs", *command, f"{NAMESPACE}.{NAME}", env=env, quiet=True)


def tell_of_each_other(found: list[Version], sources: Path) -> None:
    """Write down for each version which pages each has, so that the switch leads to the same page where there is one."""
    listed = [
        {"slug": version.slug, "name": version.name, "pages": _pages(sources / version.slug)} for version in found
    ]
    for version in found:
        text = json.dumps({"current": version.slug, "versions": listed})
        (sources / version.slug / "versions.json").write_text(text, encoding="utf-8")


def _pages(sources: Path) -> list[str]:
    files = [file for file in sources.rglob("*") if file.suffix in (".md", ".rst")]
    return sorted(file.relative_to(sources).with_suffix("").as_posix() for file in files)


def _on_site(text: str, tree: Path, version: Version) -> str:
    """Let links out of the docs folder lead to the plugin's page, or else to the repository."""

    def target(match: re.Match[str]) -> str:
        if match[1] == "../playbooks/README.md":
            return "playbooks.md"
        plugin = _PLUGIN.fullmatch(match[1])
        if plugin:
            return f"collections/{NAMESPACE}/{NAME}/{plugin['name']}_{snippets.KINDS[plugin['kind']]}.rst"
        path = Path(match[1]).relative_to("..")
        if not (tree / path).exists():
            raise SystemExit(f"A guide links to {path}, which does not exist")
        return f"{_REPOSITORY}/{version.tag or version.slug}/{path.as_posix()}"

    return _LINK.sub(target, text)


if __name__ == "__main__":
    main()
