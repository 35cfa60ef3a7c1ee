# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interpreters are found where people have them, and what is missing is said before anything is begun."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools import interpreters, releases
from tests.tools.paths import REPO

VERSION = "%d.%d" % sys.version_info[:2]
PLACES = {
    "on the PATH": "bin/python" + VERSION,
    "as python3": "bin/python3",
    "pyenv": f".pyenv/versions/{VERSION}.4/bin/python{VERSION}",
    "uv": f".local/share/uv/python/cpython-{VERSION}.4-linux-x86_64-gnu/bin/python{VERSION}",
    "asdf": f".asdf/installs/python/{VERSION}.4/bin/python{VERSION}",
    "mise": f".local/share/mise/installs/python/{VERSION}.4/bin/python{VERSION}",
}


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine that has nothing yet but a shim on the PATH that does not run."""
    for name in list(os.environ):
        if name.startswith(("PYENV_", "UV_", "ASDF_", "MISE_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "shims"), str(tmp_path / "bin")]))
    shim(tmp_path, VERSION)
    interpreters._probe.cache_clear()
    return tmp_path


def shim(home: Path, version: str) -> None:
    path = home / "shims" / ("python" + version)
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\necho 'pyenv: python{version}: command not found' >&2\nexit 127\n", encoding="utf-8")
    path.chmod(0o755)


def put(path: Path, python: str = sys.executable) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nexec "{os.path.realpath(python)}" "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("place", PLACES)
def test_found(place: str, home: Path) -> None:
    assert interpreters.find(VERSION) is None
    there = put(home / PLACES[place])
    interpreters._probe.cache_clear()
    assert interpreters.find(VERSION) == str(there)


@pytest.mark.parametrize("variable", ["PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "ASDF_DATA_DIR", "MISE_DATA_DIR"])
def test_found_where_a_variable_says(variable: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = variable.partition("_")[0].lower()
    place = home / "else where" / PLACES[manager]
    there = put(place)
    monkeypatch.setenv(variable, str(place.parents[{"uv": 2, "pyenv": 3, "asdf": 4, "mise": 4}[manager]]))
    assert interpreters.find(VERSION) == str(there)


def test_the_newest_patch_release_is_taken(home: Path) -> None:
    for patch in ("9", "10", "2"):
        put(home / f".pyenv/versions/{VERSION}.{patch}/bin/python{VERSION}")
    assert interpreters.find(VERSION) == str(home / f".pyenv/versions/{VERSION}.10/bin/python{VERSION}")


def test_another_version_under_the_name_is_not_taken(home: Path) -> None:
    put(home / "bin" / "python3.8")
    assert interpreters.find("3.8") is None


def test_a_shim_is_told_as_missing_and_how_to_get_it(home: Path) -> None:
    put(home / "bin" / "uv", "/bin/true")
    (line,) = interpreters.check({VERSION: "to run ansible-core 9.9"})
    assert line.startswith(f"Python {VERSION} is needed to run ansible-core 9.9, and there is none on the PATH")
    assert f"`uv python install {VERSION}`" in line
    assert "pyenv install" not in line


def test_one_without_venv_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = home / "bin" / ("python" + VERSION)
    bare.parent.mkdir()
    told = f"CPython\\nbare\\n{VERSION}.1\\n{bare}\\n"
    bare.write_text(f"#!/bin/sh\nprintf '{told}'\n", encoding="utf-8")
    bare.chmod(0o755)
    (line,) = interpreters.check({VERSION: "here"})
    assert f"`apt-get install python{VERSION}-venv`" in line


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        (["3.10", "3.12", "3.13"], "3.12"),
        (["3.10", "3.13", "3.14"], "3.13"),
        (["3.10", "3.11"], "3.11"),
        (["3.10"], "3.10"),
        # Newer than all that is in the list: tried where there is nothing else.
        (["3.10", "3.15"], "3.10"),
        (["3.15"], "3.15"),
        ([], None),
    ],
)
def test_what_is_developed_on(there: list[str], wanted: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreters, "find", lambda version: version if version in there else None)
    assert interpreters.develop() == wanted


def test_the_core_is_the_newest_that_the_python_takes() -> None:
    cores = {python: releases.best_for(python) for python in ("3.9", "3.10", "3.11", "3.12", "3.13", "3.99")}
    versions = {python: core and core.version for python, core in cores.items()}
    newest = releases.NEWEST.version
    assert versions == {"3.9": None, "3.10": "2.17", "3.11": "2.19", "3.12": newest, "3.13": newest, "3.99": newest}


def test_each_release_has_a_python_that_it_runs_on() -> None:
    for release in (*releases.RELEASES, releases.DEVEL):
        assert release.runs_on(release.python), release
    assert [release.version for release in releases.RELEASES] == sorted(
        (release.version for release in releases.RELEASES), key=releases.order
    )


def test_make_says_it_at_once(home: Path) -> None:
    """Whatever runs the search, as on a machine that has only that."""
    put(home / "bin" / "python3")
    for program in ("sh", "tr", "make"):
        os.symlink(
            next(p for p in (f"/usr/bin/{program}", f"/bin/{program}") if os.path.exists(p)), home / "bin" / program
        )
    done = subprocess.run(["make", "test-all"], cwd=REPO, env={"HOME": str(home), "PATH": str(home / "bin")},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode != 0
    missing = [line for line in done.stderr.splitlines() if line.startswith("Python ")]
    assert [line.split()[1] for line in missing] == [
        python for python in releases.needed(everything=True) if python != VERSION
    ]
    assert "Making" not in done.stdout
