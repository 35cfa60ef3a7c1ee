# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find interpreters where people have them: on PATH, and under version managers.

`python -m tests.tools.interpreters develop` prints the one that `.venv` is made with: the Python of the newest release of
ansible-core, or else the one that takes the newest release of all there are.
`python -m tests.tools.interpreters check [--all|--quick] [PYTHON]` fails where `make test`, `make test-all` or `make quick`
lacks one. It says which, what for, and how to get it. PYTHON is the one that was asked for to develop on.
`python -m tests.tools.interpreters path VERSION` prints where that version is.

Any Python 3.7 or later may run this file.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.tools import releases

#: The oldest that the tests' own code runs on.
OLDEST = (3, 10)
_PATIENCE = 30
# One that cannot make an environment is of no use to the tests.
_PROBE = """
import sys, platform, sysconfig
try:
    import venv, ensurepip
    whole = "whole"
except ImportError:
    whole = "bare"
# Not all that the tests install is made for one without its lock.
kind = platform.python_implementation() + ("t" if sysconfig.get_config_var("Py_GIL_DISABLED") else "")
print("\\n".join([kind, whole, "%d.%d.%d" % sys.version_info[:3], sys.executable]))
"""


def find(version: str) -> str | None:
    """Where an interpreter of this version is (`3.12`) that runs and can make environments."""
    return next((path for path in _places(version) if _is(path, version)), None)


def runs(version: str) -> str | None:
    """Where one is that runs, if only that: Debian has venv and ensurepip in a package of its own."""
    return next((path for path in _places(version) if _version(path) == version), None)


def develop() -> str | None:
    """The one to develop on. Where none takes the newest release of ansible-core, an older release it is."""
    first = releases.NEWEST.python
    found = {version: path for version in _versions() for path in [find(version)] if path}
    if first in found:
        return found[first]

    def rank(version: str) -> tuple[bool, tuple[int, ...], tuple[int, ...]]:
        best = releases.best_for(version)
        assert best is not None
        # Of those that take the same release the oldest, which that release has known for longest.
        return best.runs_on(version), releases.order(best.version), tuple(-part for part in releases.order(version))

    return found[max(found, key=rank)] if found else None


def _versions() -> list[str]:
    """The versions that are worth looking for: those that some release takes, and some that are newer than all."""
    newest = releases.order(releases.NEWEST.newest_python)[1]
    return ["3.%d" % minor for minor in range(OLDEST[1], newest + 4)]


def _places(version: str) -> Iterator[str]:
    """Where it could be, the likeliest first."""
    for name in ("python" + version, "python3", "python"):
        for listed in os.get_exec_path():
            if os.access(os.path.join(listed, name), os.X_OK):
                yield os.path.join(listed, name)
    for folder, pattern in _managers(version):
        # Of several patch releases the newest.
        yield from sorted(map(str, folder.glob(pattern + "/bin/python" + version)), key=_natural, reverse=True)


def _natural(path: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|\D+", path)]


def _managers(version: str) -> Iterator[tuple[Path, str]]:
    """The folders of pyenv, uv, asdf and mise, and what an installation is called there; and where macOS has them."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    yield Path(os.environ.get("PYENV_ROOT") or home / ".pyenv") / "versions", version + ".*"
    yield Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python"), "cpython-" + version + ".*"
    yield Path(os.environ.get("ASDF_DATA_DIR") or home / ".asdf") / "installs" / "python", version + ".*"
    yield Path(os.environ.get("MISE_DATA_DIR") or data / "mise") / "installs" / "python", version + "*"
    yield Path("/opt/homebrew/opt"), "python@" + version
    yield Path("/Library/Frameworks/Python.framework/Versions"), version


def _is(path: str, version: str) -> bool:
    return _version(path) == version and _probe(path)[:2] == ("CPython", "whole")


def _version(path: str) -> str:
    probed = _probe(path)
    return probed[2].rpartition(".")[0] if probed else ""


@functools.lru_cache(maxsize=None)
def _probe(path: str) -> tuple[str, ...]:
    """What an interpreter says of itself; nothing where it does not run, as a shim without a version behind it."""
    # Its own settings: what a person has in PYTHONHOME belongs to another.
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        done = subprocess.run(
            [path, "-E", "-s", "-c", _PROBE],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE,
            env=env,
            check=False,
            universal_newlines=True,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    said = tuple(done.stdout.splitlines())
    return said if done.returncode == 0 and len(said) == 4 else ()


def executable(path: str) -> str:
    """The interpreter itself, where the path is a shim: what the shim leads to changes with a folder's settings."""
    return _probe(path)[3]


def missing(version: str, reason: str) -> str:
    """Which one, what for, and how to get it."""
    needed = "Python %s is needed %s" % (version, reason)
    there = runs(version)
    if there:
        how = "install them, on Debian and Ubuntu by `apt-get install python%s-venv`" % version
        return "%s. %s is one, but lacks venv or ensurepip: %s." % (needed, there, how)
    ways = {
        "uv": "uv python install %s" % version,
        "pyenv": "pyenv install %s" % version,
        "mise": "mise install python@%s" % version,
        "asdf": "asdf install python latest:%s" % version,
        "brew": "brew install python@%s" % version,
    }
    known = [way for program, way in ways.items() if shutil.which(program)]
    how = " or ".join("`%s`" % way for way in known or [ways["uv"], ways["pyenv"]])
    how += ", or put a python%s that runs on the PATH" % version
    return "%s, and there is none on the PATH or under pyenv, uv, asdf or mise. Get it by %s." % (needed, how)


def check(needed: dict[str, str], chosen: str = "") -> list[str]:
    """A line for each interpreter that is missing."""
    lines = [missing(version, reason) for version, reason in needed.items() if find(version) is None]
    if chosen and not _probe(chosen if os.sep in chosen else shutil.which(chosen) or chosen):
        lines.insert(0, "%s, which PYTHON names, does not run." % chosen)
    return lines


def settle(wanted: str, venv: Path) -> None:
    """Have `.venv` made anew where it has another Python, as after `make demo` on an older one, or one that is gone."""
    settings, stamp = venv / "pyvenv.cfg", venv / "base.stamp"
    if stamp.exists():
        same = re.search(r"^version = %s\." % re.escape(wanted), settings.read_text(encoding="utf-8"), re.MULTILINE)
        if not same or not _probe(str(venv / "bin" / "python")):
            stamp.unlink()


def main() -> None:
    """Do what was asked."""
    asked, arguments = (sys.argv[1:2] or [""])[0], sys.argv[2:]
    if asked == "develop":
        path = develop()
        if path is None:
            sys.exit("Python 3.10 or later is needed. " + missing(releases.NEWEST.python, "to develop on"))
        print(executable(path))
    elif asked == "path" and len(arguments) == 1:
        path = find(arguments[0])
        if path is None:
            sys.exit(missing(arguments[0], "here"))
        print(executable(path))
    elif asked == "check":
        chosen = "".join(argument for argument in arguments if not argument.startswith("--"))
        needed = releases.needed("--all" in arguments, quick="--quick" in arguments, chosen=bool(chosen))
        lines = check(needed, chosen)
        if lines:
            sys.exit("\n".join(lines))
        if not chosen:
            settle(releases.NEWEST.python, Path(".venv"))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
