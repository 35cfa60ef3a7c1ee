# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Debian packages that tests need: installed by apt-get where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess

from tests.tools.paths import clean_environment


def _as_root() -> list[str] | None:
    """What to put before a command so that root runs it; None where that asks for a password."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], check=False, capture_output=True).returncode == 0:
        return [sudo, "-n"]
    return None


def install(missing: str, *packages: str) -> str | None:
    """Install them. Return why that cannot be, beginning with what is missing, or None."""
    if not shutil.which("apt-get"):
        return f"{missing}, and no apt-get to install it with"
    prefix = _as_root()
    if prefix is None:
        return f"{missing}, and apt-get needs root or a sudo without password: apt-get install {' '.join(packages)}"
    env = clean_environment() | {"DEBIAN_FRONTEND": "noninteractive"}
    wanted = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "--quiet"], wanted):
        done = subprocess.run([*prefix, *command], env=env, check=False, capture_output=True, text=True)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            return f"{missing}, and {' '.join(command)} failed: {last}"
    return None
