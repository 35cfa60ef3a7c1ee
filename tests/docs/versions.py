# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The versions that the documentation site has: the working tree, and the newest release of each minor version."""

from __future__ import annotations

import re
import subprocess
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from tests.tools.paths import NAME, NAMESPACE, clean_environment

_RELEASE = re.compile(r"(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True)
class Version:
    """One of them."""

    #: Its folder on the site. It stays the same from one bug fix to the next, so that addresses do.
    slug: str
    #: What the switch calls it.
    name: str
    #: None stands for the working tree.
    tag: str | None


WORKING_TREE = Version("main", "main (not released)", None)


def of(repository: Path) -> list[Version]:
    """The releases, the newest first, and then the working tree."""
    newest: dict[tuple[int, int], int] = {}
    for tag in _git(repository, "tag", "--list").decode().split():
        match = _RELEASE.fullmatch(tag)
        if match:
            major, minor, fix = (int(number) for number in match.groups())
            newest[major, minor] = max(fix, newest.get((major, minor), 0))
    releases = [
        Version(f"{major}.{minor}", f"{major}.{minor}.{fix}", f"{major}.{minor}.{fix}")
        for (major, minor), fix in sorted(newest.items(), reverse=True)
    ]
    return [*releases, WORKING_TREE]


def unpack(repository: Path, tag: str, root: Path) -> Path:
    """Put the files of a release below `root`, where Ansible finds them, and return the collection's folder."""
    tree = root / "ansible_collections" / NAMESPACE / NAME
    tree.mkdir(parents=True)
    with tarfile.open(fileobj=BytesIO(_git(repository, "archive", "--format=tar", tag))) as archive:
        archive.extractall(tree, filter="data")
    return tree


def _git(repository: Path, *arguments: str) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=repository, env=clean_environment(), check=True, capture_output=True)
    return done.stdout
