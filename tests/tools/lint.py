# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the linters: all of them, or those that are named. Every one runs, whatever the one before it found."""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.tools import home, prose, tree
from tests.tools.paths import NAME, NAMESPACE, REPO, clean_environment

BIN = REPO / ".venv" / "bin"
#: In lines.
_LONGEST = 300
_PLUGINS = f"ansible_collections/{NAMESPACE}/{NAME}/plugins"


def ruff() -> bool:
    """Style, and the formatter's."""
    return _run("ruff", "check", ".") & _run("ruff", "format", "--check", ".")


def mypy() -> bool:
    """Types: of the plugins by the name that Ansible imports them by, then of what tests them."""
    root = tree.collections_path(tree.lay_out("lint"))
    config = ("--config-file", REPO / "pyproject.toml", "--cache-dir", REPO / ".mypy_cache")
    plugins = _run("mypy", *config, _PLUGINS, cwd=root)
    env = home.environment(BIN) | {"MYPYPATH": str(root)}
    return plugins & _run("mypy", *config, "tests", env=env)


def floors() -> bool:
    """Folders of module_utils import downwards only; the order stands in pyproject.toml."""
    root = tree.collections_path(tree.lay_out("lint"))
    return imports_of(root, REPO / "pyproject.toml")


def imports_of(root: Path, config: Path) -> bool:
    """Hold the contracts in `config` to the collection below `root`."""
    env = home.environment(BIN) | {"PYTHONPATH": str(root), "PYTHONUTF8": "1"}
    return _run("lint-imports", str(config), "--no-cache", cwd=root, env=env)


def length() -> bool:
    """No file of Python is longer than that, documentation blocks aside."""
    long = [
        f"{file}: {lines} lines of code"
        for file in tree.files()
        if file.parts[0] in ("plugins", "extensions", "tests") and (lines := lines_of(REPO / file)) > _LONGEST
    ]
    if long:
        print(*long, f"More than {_LONGEST} lines are two files: cut where the jobs part.", sep="\n")
    return not long


def lines_of(file: Path) -> int:
    """Lines of a Python file without DOCUMENTATION, EXAMPLES and RETURN; 0 for other files."""
    if file.suffix != ".py":
        return 0
    text = file.read_text(encoding="utf-8")
    blocks = sum(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in ("DOCUMENTATION", "EXAMPLES", "RETURN")
    )
    return len(text.splitlines()) - blocks


def yamllint() -> bool:
    """YAML's style, warnings included."""
    return _run("yamllint", "--strict", ".")


def ansible_lint(*folders: str) -> bool:
    """Playbooks, targets and metadata, by the profile that certified content must pass."""
    where = tree.lay_out("lint")
    env = home.environment(BIN) | {"ANSIBLE_COLLECTIONS_PATH": str(tree.collections_path(where))}
    return _run("ansible-lint", "--offline", "--nocolor", *folders, cwd=where, env=env)


def ansible_lint_of_users() -> bool:
    """The same for what users run alone: the integration targets take most of its time."""
    return ansible_lint("playbooks", "examples")


def spelling() -> bool:
    """No common misspelling, and none of those in our own list, in any file."""
    ours = Path("tests", "tools", "spelling.txt")
    skipped = (ours, Path("COPYING"), Path("tests", "unit", "plugins", "plugin_utils", "test_playbook_settings.py"))
    files = [file for file in tree.files() if file not in skipped and file.parts[0] != "LICENSES"]
    return _run("codespell", "--dictionary", "-", "--dictionary", ours, *files)


def readable() -> bool:
    """The documentation's prose has no cliché, no redundancy, and nothing that has to be read twice."""
    return prose.check()


def reuse() -> bool:
    """Every file names its licence and its copyright holders."""
    return _run("reuse", "lint", "--lines", cwd=tree.lay_out("lint"))


def changelog() -> bool:
    """Fragments and changelog are well-formed."""
    return _run("antsibull-changelog", "lint", cwd=tree.lay_out("lint"))


def documentation() -> bool:
    """The plugins' documentation renders, and what it refers to exists."""
    where = tree.lay_out("lint")
    env = home.environment(BIN) | {"ANSIBLE_COLLECTIONS_PATH": str(tree.collections_path(where))}
    command = ("lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "self", ".")
    return _run("antsibull-docs", *command, cwd=where, env=env)


def community() -> bool:
    """What the community's own tool checks besides: the members of the action group, unwanted files and characters."""
    where = tree.lay_out("lint")
    return _run("nox", "--non-interactive", "--session", "extra-checks", cwd=where)


CHECKS: dict[str, Callable[[], bool]] = {
    "ruff": ruff,
    "floors": floors,
    "length": length,
    "yamllint": yamllint,
    "spelling": spelling,
    "prose": readable,
    "reuse": reuse,
    "changelog": changelog,
    "documentation": documentation,
    "community": community,
    "mypy": mypy,
    "ansible-lint": ansible_lint,
}


def _run(program: str, *arguments: str | Path, cwd: Path = REPO, env: dict[str, str] | None = None) -> bool:
    command = [str(BIN / program), *(str(argument) for argument in arguments)]
    return subprocess.run(command, cwd=cwd, env=env or clean_environment(), check=False).returncode == 0


def main() -> None:
    """Run them, and name those that found something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ansible-lint checks playbooks and examples alone")
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=", ".join(CHECKS))
    options = parser.parse_args()
    checks = CHECKS | ({"ansible-lint": ansible_lint_of_users} if options.quick else {})
    wanted = options.checks or list(checks)
    unknown = set(wanted) - set(checks)
    if unknown:
        parser.error(f"no such check: {', '.join(sorted(unknown))}")
    failed: list[str] = []
    for name in wanted:
        print(f"== {name}", flush=True)
        if not checks[name]():
            failed.append(name)
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
