# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""axe-core, the usual checker of what a screen reader and a keyboard need, fetched from npm."""

from __future__ import annotations

import shutil
import subprocess
import tarfile

from tests.tools import packages
from tests.tools.paths import BUILD, clean_environment
from tests.tools.without import do_without

VERSION = "4.14.1"
_FOLDER = BUILD / "axe"


def script() -> str:
    """The script that a page is checked with. Where it cannot be had, the test does without, and says why."""
    archive = _FOLDER / f"axe-core-{VERSION}.tgz"
    if not archive.exists():
        if not shutil.which("npm") and (why_not := packages.install("there is no npm on the PATH", "npm")):
            do_without(why_not)
        _FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", f"axe-core@{VERSION}"]
        done = subprocess.run(
            command, cwd=_FOLDER, env=clean_environment(), check=False, capture_output=True, text=True
        )
        if done.returncode:
            do_without(f"{' '.join(command)} failed: {done.stderr.strip()}")
    with tarfile.open(archive) as opened:
        member = opened.extractfile("package/axe.min.js")
        if member is None:
            raise AssertionError(f"axe-core {VERSION} has no axe.min.js")
        return member.read().decode("utf-8")
