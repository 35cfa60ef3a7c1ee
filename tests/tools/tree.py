# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copy the working tree to `…/ansible_collections/rekey/oci`, the only layout that Ansible and ansible-test accept.

The copy holds what git tracks and what is new but not ignored, and is a git checkout of its own: ansible-test asks git
which files there are. So it makes no difference what folder the repository was cloned into.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.tools.paths import BUILD, NAME, NAMESPACE, REPO, clean_environment


def files() -> list[Path]:
    """Tracked, and new but not ignored, relative to the repository."""
    return _listed("--cached", "--others", "--exclude-standard")


def tracked() -> list[Path]:
    """What git tracks, relative to the repository."""
    return _listed("--cached")


def _listed(*which: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *which], cwd=REPO, env=clean_environment(), check=True, capture_output=True
    ).stdout
    names = sorted(set(listed.decode().split("\0")) - {""})
    return [Path(name) for name in names if (REPO / name).is_file() or (REPO / name).is_symlink()]


def lay_out(name: str, without: frozenset[str] = frozenset()) -> Path:
    """Make a fresh tree below `build/NAME`, without the folders of tests/ that are named, and return the collection's folder in it."""
    root = BUILD / name
    shutil.rmtree(root, ignore_errors=True)
    tree = root / "ansible_collections" / NAMESPACE / NAME
    for file in files():
        if file.parts[0] == "tests" and file.parts[1] in without:
            continue
        target = tree / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPO / file, target, follow_symlinks=False)
    identity = ("-c", "user.name=tree", "-c", "user.email=tree@localhost", "-c", "commit.gpgsign=false")
    hooks = ("-c", "core.hooksPath=/dev/null")
    for command in (("init", "-q", "-b", "main"), ("add", "-A", "-f"), ("commit", "-q", "-m", "tree")):
        subprocess.run(["git", *identity, *hooks, *command], cwd=tree, env=clean_environment(), check=True)
    return tree


def collections_path(tree: Path) -> Path:
    """The folder for ANSIBLE_COLLECTIONS_PATH, or PYTHONPATH, that a tree lies in."""
    return tree.parents[2]
