# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where things are. Everything that is written lies below the repository, in folders that git ignores."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

NAMESPACE = "rekey"
NAME = "oci"

REPO = Path(__file__).resolve().parents[2]
BUILD = REPO / "build"
"""Throw-away results: trees, artifacts, installed collections."""
ENVIRONMENTS = REPO / ".venvs"
"""Kept between runs because they are slow to make: environments of other releases, and ansible-test's home."""
INSTALLED = BUILD / "installed"
"""A collections path that holds the installed artifact."""


def clean_environment() -> dict[str, str]:
    """The environment without what would send git, ansible, the SDK or us somewhere else, as when a git hook calls us."""
    theirs = ("GIT_", "ANSIBLE_", "OCI_", "REKEY_")
    return {name: value for name, value in os.environ.items() if not name.startswith(theirs)}


def run(*command: str | Path, cwd: Path = REPO, env: dict[str, str] | None = None, quiet: bool = False) -> None:
    """Run a command, and exit with its status where it fails. A quiet one is heard only then."""
    pipe = subprocess.PIPE if quiet else None
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env or clean_environment(),
        check=False,
        stdout=pipe,
        stderr=subprocess.STDOUT if quiet else None,
    )
    if done.returncode:
        sys.stderr.buffer.write(done.stdout or b"")
        sys.exit(done.returncode)
