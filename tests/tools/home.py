# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A home folder for ansible-test and ansible, so that the user's own is neither read nor written.

It lies below `.venvs` and is kept: ansible-test holds the environments of its sanity tests there.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tests.tools.paths import ENVIRONMENTS, REPO, clean_environment

HOME = ENVIRONMENTS / "home"
_LONGEST = 100


def environment(bin_folder: Path) -> dict[str, str]:
    """What programs of the environment whose `bin` is given run with."""
    prepare(bin_folder)
    found = clean_environment()
    found["HOME"] = str(HOME)
    found["PATH"] = os.pathsep.join([str(bin_folder), *found.get("PATH", os.defpath).split(os.pathsep)])
    found["LC_ALL"] = "C.UTF-8"
    found.pop("XDG_CONFIG_HOME", None)
    found.pop("XDG_CACHE_HOME", None)
    return found


def ansible_test(bin_folder: Path, where: Path, *arguments: str, output: IO[str] | None = None) -> int:
    """Run ansible-test on the collection that lies at `where`, and return its exit status."""
    with _speakable(bin_folder) as short:
        command = [str(short / "python"), str(short / "ansible-test"), *arguments]
        errors = None if output is None else subprocess.STDOUT
        env = environment(short)
        return subprocess.run(command, cwd=where, env=env, check=False, stdout=output, stderr=errors).returncode


@contextlib.contextmanager
def _speakable(bin_folder: Path) -> Iterator[Path]:
    """The folder by a name that fits in a script's first line, which takes no space and no long path."""
    if " " not in str(bin_folder) and len(str(bin_folder)) < _LONGEST:
        yield bin_folder
        return
    with tempfile.TemporaryDirectory(prefix="rekey-") as folder:
        link = Path(folder) / "env"
        link.symlink_to(bin_folder.parent)
        yield link / "bin"


@functools.cache
def prepare(bin_folder: Path) -> None:
    """Write what ansible-test would fetch, or would make twice where two of it run side by side."""
    _write(HOME / ".config" / "pip" / "pip.conf", _pip_configuration())
    script = (REPO / "tests" / "tools" / "get_pip.py").read_text(encoding="utf-8")
    for version in _pip_releases(bin_folder):
        _write(HOME / ".ansible" / "test" / "cache" / f"get_pip_{version.replace('.', '_')}.py", script)
    _make_ssh_key(HOME / ".ansible" / "test" / "id_rsa")


def _make_ssh_key(path: Path) -> None:
    """As ansible-test does, in one move, so that nobody sees half of it, or is asked whether to overwrite it."""
    if path.exists():
        return
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = Path(folder) / "id_rsa"
        command = ["ssh-keygen", "-m", "PEM", "-q", "-t", "rsa", "-N", "", "-f", str(made)]
        if subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode == 0:
            made.with_suffix(".pub").replace(path.with_suffix(".pub"))
            made.replace(path)


def _pip_releases(bin_folder: Path) -> set[str]:
    """The releases of pip that ansible-test pins: it looks for a script named after each."""
    sources = (bin_folder.parent / "lib").glob("python3*/site-packages/ansible_test/_internal/python_requirements.py")
    releases = {
        release for source in sources for release in re.findall(r"\bpip='([\d.]+)'", source.read_text(encoding="utf-8"))
    }
    if not releases:
        sys.exit(f"{bin_folder} holds no ansible-test, or one that names no release of pip")
    return releases


def _pip_configuration() -> str:
    """All that pip is configured with, files and environment, as one file: ansible-test hands on no variable of pip's."""
    listed = _pip("config", "list")
    sections: dict[str, dict[str, str]] = {"global": {"cache-dir": _pip("cache", "dir").strip(), "quiet": "2"}}
    for line in listed.splitlines():
        # `global.timeout='60'` from a file, `:env:.timeout='60'` from the environment, which comes last and wins.
        match = re.fullmatch(r"(:env:|[\w-]+)\.([\w-]+)=(.*)", line)
        if match:
            section = "global" if match[1] == ":env:" else match[1]
            sections.setdefault(section, {})[match[2]] = str(ast.literal_eval(match[3]))
    lines: list[str] = []
    for section, settings in sections.items():
        lines.append(f"[{section}]")
        lines.extend(f"{name} = " + "\n    ".join(value.split("\n")) for name, value in settings.items())
    return "\n".join(lines) + "\n"


def _pip(*command: str) -> str:
    return subprocess.run([sys.executable, "-m", "pip", *command], check=True, capture_output=True, text=True).stdout


def _write(path: Path, text: str) -> None:
    """Put a file in its place whole, for several processes share the home. Pip's may hold the index's password."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with open(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(name, path)
