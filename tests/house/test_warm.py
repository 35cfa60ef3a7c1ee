# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interpreter that has the SDK already runs what Ansible gives it as any other does, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tools import warm

#: No assertion: only so that a test which hangs ends.
HANG_SECONDS = 60

TELL = """
import json, os, sys
print(json.dumps({
    "arguments": sys.argv, "folder": os.getcwd(), "name": __name__, "said": os.environ.get("SAID"), "warm": "oci" in sys.modules,
    "seen": getattr(sys, "seen", False), "rest": sys.stdin.read(),
}))
sys.seen = True
"""


@pytest.fixture(scope="module")
def python() -> Iterator[Path]:
    with warm.interpreter(sys.executable) as program:
        yield program


def run(python: Path, *arguments: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
    command = [str(part) for part in (python, *arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, **more)  # type: ignore[call-overload, no-any-return]


def test_a_script_has_its_arguments_folder_environment_and_input(python: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(TELL, encoding="utf-8")
    # Twice: what one leaves behind is not there for the next one.
    for said in ("this", "that"):
        environment = {**os.environ, "SAID": said}
        done = run(python, script, "-m", "two", cwd=tmp_path, env=environment, input="to be read")
        assert json.loads(done.stdout) == {
            "arguments": [str(script), "-m", "two"],
            "folder": str(tmp_path),
            "name": "__main__",
            "said": said,
            "warm": True,
            "seen": False,
            "rest": "to be read",
        }


def test_a_script_on_stdin(python: Path) -> None:
    assert json.loads(run(python, input=TELL).stdout)["arguments"] == [""]


@pytest.mark.parametrize(
    ("script", "status", "errors"),
    [
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('it went wrong')", 1, "it went wrong\n"),
        ("raise ValueError('it broke')", 1, "ValueError: it broke\n"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -15, ""),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9, ""),
        ("import atexit; atexit.register(print, 'at the end')", 0, ""),
    ],
)
def test_it_ends_as_the_script_ended(python: Path, script: str, status: int, errors: str) -> None:
    warmed, plain = run(python, input=script), run(Path(sys.executable), input=script)
    assert (warmed.returncode, warmed.stdout) == (plain.returncode, plain.stdout)
    assert warmed.returncode == status
    assert warmed.stderr.endswith(errors)


def test_a_zip_of_sources_is_compiled_once_and_always_the_right_one(python: Path, tmp_path: Path) -> None:
    for place in ("one.zip", "two.zip"):
        for said in ("this", "that"):
            path = tmp_path / place
            with zipfile.ZipFile(path, "w") as file:
                file.writestr("told.py", f"def tell():\n    print({said!r}, tell.__code__.co_filename)\n")
            script = f"import sys; sys.path.insert(0, {str(path)!r}); import told; told.tell()"
            assert run(python, input=script).stdout == f"{said} {path}/told.py\n"
    assert len([kept for kept in python.parent.iterdir() if len(kept.name) == 64]) == 2


def test_whoever_goes_away_takes_the_script_along(python: Path, tmp_path: Path) -> None:
    script = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    with subprocess.Popen([python], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        client.stdin.write(script)
        client.stdin.close()
        number = int(client.stdout.readline())
        client.kill()
        # The end of its output comes when the script has ended.
        assert client.stdout.read() == ""
    until(lambda: not Path(f"/proc/{number}").exists())


def until(what: Callable[[], bool]) -> None:
    by = time.monotonic() + HANG_SECONDS
    while not what():
        assert time.monotonic() < by, "it hangs"
        time.sleep(0.05)


def test_anything_else_is_run_by_the_python_itself(python: Path) -> None:
    done = run(python, "-c", "import sys; print('oci' in sys.modules)")
    assert (done.returncode, done.stdout) == (0, "False\n")
