# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Node, and the packages that package-lock.json names, in a folder below build. Node is found, or installed by apt-get where that is possible."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from tests.tools import packages
from tests.tools.paths import BUILD, clean_environment

_HERE = Path(__file__).parent
_FILES = ("package.json", "package-lock.json")
FOLDER = BUILD / "clients"


def ensure() -> str | None:
    """Install what is missing. Return why there is none, or None."""
    if not (shutil.which("node") and shutil.which("npm")):
        why_not = packages.install("there is no Node with npm on the PATH", "nodejs", "npm")
        if why_not:
            return why_not
    digest = hashlib.sha256(b"".join((_HERE / name).read_bytes() for name in _FILES)).hexdigest()
    stamp = FOLDER / "installed"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        return None
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name in _FILES:
        shutil.copy(_HERE / name, FOLDER)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=FOLDER, env=clean_environment(), check=False, capture_output=True, text=True)
    if done.returncode:
        return f"{' '.join(command)} failed: {done.stderr.strip()}"
    stamp.write_text(digest, encoding="utf-8")
    return None


def run(script: str, *arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run one of the scripts beside this file, which finds the packages."""
    command = ["node", str(_HERE / script), *arguments]
    env = {**env, "NODE_PATH": str(FOLDER / "node_modules")}
    return subprocess.run(command, env=env, check=False, capture_output=True, text=True, timeout=300)
