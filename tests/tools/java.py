# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Java that ansible-rulebook runs on: found, or installed by apt-get where that is possible.

`python -m tests.tools.java` says what there is. It ends well either way: the tests skip, and say why, where there is none.
"""

from __future__ import annotations

import re
import shutil
import subprocess

from tests.tools import packages

OLDEST = 17
PACKAGE = "openjdk-17-jre-headless"


def find() -> str | None:
    """The path of a Java that is new enough."""
    program = shutil.which("java")
    if program is None:
        return None
    told = subprocess.run([program, "-version"], check=False, capture_output=True, text=True).stderr
    version = re.search(r'version "(\d+)', told)
    return program if version and int(version[1]) >= OLDEST else None


def ensure() -> str | None:
    """Install it where it is missing. Return why there is none, or None."""
    if find():
        return None
    missing = f"there is no Java {OLDEST} or later on the PATH, which ansible-rulebook needs"
    why_not = packages.install(missing, PACKAGE)
    if why_not:
        return why_not
    return None if find() else f"{missing}, not even with the package {PACKAGE}"


if __name__ == "__main__":
    print(ensure() or f"Java: {find()}")
