# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The releases of ansible-core and of the SDK that the collection is tried on, each in an environment of its own.

`python -m tests.tools.environments NAME …` makes them. The one called `newest` is `.venv`, which the Makefile makes.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.tools.paths import ENVIRONMENTS, REPO, run

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
MAIN = "newest"
OLDEST_SDK = next(
    line.replace(">=", "==")
    for line in (REPO / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    if line.startswith("oci>=")
)
"""As the collection asks for it: the oldest that tests run on.

2.111.0 would do as well. It is the first with a signer for `oke_workload_identity`; without that kind of authentication all
that is called works on 2.105.0 too.
"""
NEWEST_SDK = "oci~=2.189"

# Every release of ansible-core, and both ends of the SDK's, without the whole product of the two.
OTHERS: dict[str, tuple[str, str]] = {
    "core-2.16": ("ansible-core~=2.16.0", OLDEST_SDK),
    "core-2.17": ("ansible-core~=2.17.0", NEWEST_SDK),
    "core-2.18": ("ansible-core~=2.18.0", NEWEST_SDK),
    "core-2.19": ("ansible-core~=2.19.0", OLDEST_SDK),
}


def names() -> list[str]:
    """All environments, the newest first."""
    return [MAIN, *OTHERS]


def ensure(name: str) -> Path:
    """Make an environment where it is missing or out of date, and return its `bin`."""
    if name == MAIN:
        return REPO / ".venv" / "bin"
    return _make(name, OTHERS[name])


def describe(bin_folder: Path) -> str:
    """The releases that an environment resolved to, for a person to read."""
    program = (
        "from importlib.metadata import version as v; print('ansible-core', v('ansible-core') + ', oci', v('oci'))"
    )
    command = [str(bin_folder / "python"), "-c", program]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def importer() -> Path:
    """The environment of galaxy-importer, which pins releases that nothing else wants."""
    requirements = REPO / "tests" / "requirements-importer.txt"
    return _make("importer", ("-r", str(requirements)), requirements.read_text(encoding="utf-8"))


def events() -> Path:
    """The environment of ansible-rulebook: with what the event source needs, and nothing else."""
    requirements = REPO / "tests" / "requirements-events.txt"
    return _make("events", ("-r", str(requirements)), requirements.read_text(encoding="utf-8"))


def _make(name: str, requirements: tuple[str, ...], content: str = "") -> Path:
    folder = ENVIRONMENTS / name
    stamp = folder / "stamp"
    wanted = hashlib.sha256("\n".join([sys.version, *requirements, content]).encode()).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        print(f"Making the environment {name}", flush=True)
        run(sys.executable, "-m", "venv", folder)
        run(folder / "bin" / "python", "-m", "pip", "install", "-qq", "--no-compile", *requirements)
        stamp.write_text(wanted, encoding="utf-8")
    return folder / "bin"


if __name__ == "__main__":
    for wanted_name in sys.argv[1:] or OTHERS:
        ensure(wanted_name)
