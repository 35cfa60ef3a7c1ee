# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An environment for each release of ansible-core that the collection is tried on, and for each Python that modules run on.

`python -m tests.tools.environments NAME …` makes them. The one called `newest` is `.venv`, which the Makefile makes. What
there is to try stands in releases.py.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.tools import interpreters, releases
from tests.tools.paths import ENVIRONMENTS, REPO, run

MAIN = "newest"
OTHERS = {release.name: release for release in (*releases.OTHERS, releases.DEVEL)}


def names() -> list[str]:
    """All environments, the newest first."""
    return [MAIN, *OTHERS]


def python_of(name: str) -> str:
    """The version of Python that an environment has."""
    return "%d.%d" % sys.version_info[:2] if name == MAIN else OTHERS[name].python


def ensure(name: str) -> Path:
    """Make an environment where it is missing or out of date, and return its `bin`."""
    if name == MAIN:
        return REPO / ".venv" / "bin"
    release = OTHERS[name]
    return _make(name, release.python, (release.requirement, release.sdk))


def target(python: str, sdk: str = releases.NEWEST_SDK) -> Path:
    """The interpreter of a managed host, which has the SDK and no Ansible."""
    return _make("target-" + python, python, (sdk,)) / "python"


def interpreter(version: str) -> str:
    """Where a version of Python is. Exits with how to get it where it is missing."""
    found = interpreters.find(version)
    if found is None:
        sys.exit(interpreters.missing(version, "here"))
    return interpreters.executable(found)


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
    wanted = ("-r", str(requirements), releases.NEWEST.requirement)
    return _make("importer", releases.NEWEST.python, wanted, requirements.read_text(encoding="utf-8"))


def events() -> Path:
    """The environment of ansible-rulebook: with what the event source needs, and nothing else."""
    requirements = REPO / "tests" / "requirements-events.txt"
    wanted = ("-r", str(requirements), releases.NEWEST.requirement, releases.NEWEST.sdk)
    return _make("events", releases.NEWEST.python, wanted, requirements.read_text(encoding="utf-8"))


def _make(name: str, python: str, requirements: tuple[str, ...], content: str = "") -> Path:
    folder = ENVIRONMENTS / name
    stamp = folder / "stamp"
    wanted = hashlib.sha256("\n".join([python, *requirements, content]).encode()).hexdigest()
    whole = stamp.exists() and stamp.read_text(encoding="utf-8") == wanted
    # The interpreter that it was made with may be gone since.
    if not whole or not (folder / "bin" / "python").exists():
        shutil.rmtree(folder, ignore_errors=True)
        print(f"Making the environment {name}", flush=True)
        run(interpreter(python), "-m", "venv", folder)
        run(folder / "bin" / "python", "-m", "pip", "install", "-qq", "--no-compile", *requirements)
        stamp.write_text(wanted, encoding="utf-8")
    return folder / "bin"


if __name__ == "__main__":
    for wanted_name in sys.argv[1:] or (release.name for release in releases.OTHERS):
        ensure(wanted_name)
