# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the documentation site into docs/build: `python -m tests.docs`. A warning is an error.

The pages are the guides in docs, which are read on GitHub as they are, and what antsibull-docs makes of the plugins'
documentation of the installed artifact.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.docs import snippets
from tests.tools import home
from tests.tools.paths import INSTALLED, NAME, NAMESPACE, REPO, run

BIN = REPO / ".venv" / "bin"
_GUIDES = REPO / "docs"
_PLAYBOOKS = REPO / "playbooks" / "README.md"
_SITE = REPO / "tests" / "docs" / "site"
_OUTPUT = REPO / "docs" / "build"
_SOURCES = _OUTPUT / "sources"
_REPOSITORY = "https://github.com/rekey-oci/rekey.oci/blob/main/"

_LINK = re.compile(r"(?<=\]\()(\.\./[\w./-]+)")
_PLUGIN = re.compile(r"\.\./plugins/(?P<kind>%s)/(?P<name>\w+)\.py" % "|".join(snippets.KINDS))


def main() -> None:
    """Build it from nothing."""
    shutil.rmtree(_OUTPUT, ignore_errors=True)
    shutil.copytree(_SITE, _SOURCES)
    for guide, name in [(guide, guide.name) for guide in _GUIDES.glob("*.md")] + [(_PLAYBOOKS, "playbooks.md")]:
        (_SOURCES / name).write_text(_on_site(guide.read_text(encoding="utf-8")), encoding="utf-8")
    # antsibull-docs wants a folder that nobody else may write to.
    _SOURCES.chmod(0o755)
    env = home.environment(BIN) | {"ANSIBLE_COLLECTIONS_PATH": str(INSTALLED)}
    command = ("collection", "--use-current", "--fail-on-error", "--dest-dir", _SOURCES, f"{NAMESPACE}.{NAME}")
    run(BIN / "antsibull-docs", *command, env=env, quiet=True)
    html = _OUTPUT / "html"
    run(BIN / "sphinx-build", "-W", "--keep-going", "-q", "-b", "html", _SOURCES, html, env=env)
    print(f"The site is in {html.relative_to(REPO)}/index.html")


def _on_site(text: str) -> str:
    """Let links out of the docs folder lead to the plugin's page, or else to the repository."""

    def target(match: re.Match[str]) -> str:
        if match[1] == "../playbooks/README.md":
            return "playbooks.md"
        plugin = _PLUGIN.fullmatch(match[1])
        if plugin:
            return f"collections/{NAMESPACE}/{NAME}/{plugin['name']}_{snippets.KINDS[plugin['kind']]}.rst"
        path = Path(match[1]).relative_to("..")
        if not (REPO / path).exists():
            raise SystemExit(f"A guide links to {path}, which does not exist")
        return _REPOSITORY + path.as_posix()

    return _LINK.sub(target, text)


if __name__ == "__main__":
    main()
