# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run tasks by a real ansible-playbook, and give back what they returned and all that was printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

#: No assertion: only so that a run which hangs ends.
HANG_SECONDS = 900

#: What runs the modules.
PYTHON = sys.executable

#: An environment variable that tells which processes a test has begun.
MARK = "REKEY_TEST_MARK"

_OURS = ("OCI_", "REKEY_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


@dataclass
class Played:
    """``results`` are those of the tasks, in order; ``output`` is stdout and stderr."""

    results: list[dict[str, Any]]
    output: str


def clean() -> dict[str, str]:
    """This process's environment without what tells the collection or the SDK anything; and no proxy, as all is here."""
    found = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**found, "no_proxy": "127.0.0.1,localhost"}


def bearing(mark: str) -> list[int]:
    """All that bear the mark: ansible, its workers, which are in sessions of their own, and the modules."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
        except OSError:
            # It is gone, or is nobody's business.
            continue
    return found


def until(what: Callable[[], Any]) -> None:
    """Wait for what comes true by somebody else's doing."""
    by = time.monotonic() + HANG_SECONDS
    while not what():
        assert time.monotonic() < by, "it hangs"
        time.sleep(0.05)


def begin(folder: Path, playbook: str, environment: dict[str, str], *options: str) -> subprocess.Popen[str]:
    """Start a playbook, by its name or path, in a process group of its own, as a shell does in a terminal."""
    (folder / "ansible.cfg").touch()
    env = {
        **clean(),
        **environment,
        "HOME": str(folder),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_NOCOLOR": "True",
    }
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "localhost,", "-c", "local"]
    command += ["-e", f"ansible_python_interpreter={sys.executable}", *options, playbook]
    return subprocess.Popen(
        command, env=env, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def play(
    folder: Path,
    tasks: list[dict[str, Any]],
    environment: dict[str, str] | None = None,
    options: tuple[str, ...] = (),
    keywords: dict[str, Any] | None = None,
) -> Played:
    """Run the tasks, each whatever came of the one before it. ``environment`` is all that the modules know of OCI."""
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / "results.json"
    listed: list[dict[str, Any]] = [
        {"name": f"Task {number}", **task, "register": f"run_{number}", "ignore_errors": True}
        for number, task in enumerate(tasks)
    ]
    names = ", ".join(f"run_{number}" for number in range(len(tasks)))
    content = f"{{{{ [{names}] | to_json }}}}"
    # Not shown: it would print everything that the tasks returned, and hide what they themselves print.
    copy = {"ansible.builtin.copy": {"content": content, "dest": str(results), "mode": "0600"}, "no_log": True}
    play: dict[str, Any] = {"hosts": "localhost", "gather_facts": False, "tasks": [*listed, copy], **(keywords or {})}
    playbook = folder / "playbook.json"
    playbook.write_text(json.dumps([play], indent=1), encoding="utf-8")
    (folder / "ansible.cfg").touch()
    home = folder / "home"
    home.mkdir(exist_ok=True)
    env = {
        **clean(),
        "HOME": str(home),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
        **(environment or {}),
    }
    program = Path(sys.executable).parent / "ansible-playbook"
    interpreter = f"ansible_python_interpreter={PYTHON}"
    command = [str(program), "-i", "localhost,", "-c", "local", "-e", interpreter, *options, str(playbook)]
    done = subprocess.run(
        command, env=env, cwd=folder, check=False, capture_output=True, text=True, timeout=HANG_SECONDS
    )
    output = done.stdout + done.stderr
    assert results.exists(), output
    found: list[dict[str, Any]] = json.loads(results.read_text(encoding="utf-8"))
    return Played(found, output)


def reencrypt(**options: Any) -> dict[str, Any]:
    """A task that re-encrypts the bucket ``photos``."""
    return {"rekey.oci.bucket_reencrypt": {"bucket_name": "photos", "wait_interval": 1, "wait_timeout": 60, **options}}


def one_line(result: dict[str, Any]) -> str:
    """The failure's message, which must be one line that stands for itself."""
    assert result.get("failed"), result
    message = str(result["msg"])
    assert "\n" not in message
    assert "Traceback" not in json.dumps(result)
    return message
