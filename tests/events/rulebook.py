# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real ansible-rulebook with our rulebook on a simulator: started, listened to, stopped."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.simulator.serving import Running
from tests.tools import environments
from tests.tools.paths import INSTALLED, clean_environment

NAME = "rekey.oci.key_rotation"
STREAM = "rotations"
ENFORCE = "PLAY [Enforce the rotation of keys, up to the last object]"
UPDATED = "PLAY [Check a bucket that was updated]"

#: Bounds what hangs, in seconds.
PATIENCE = 240

_AGAIN = re.compile(r"run_playbook - ERROR - \n.*?\nPLAY RECAP[^\n]*\n[^\n]*\n", re.DOTALL)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def until(what: str, condition: Callable[[], Any], log: Callable[[], str] = lambda: "") -> None:
    """Wait until it is so. Raises AssertionError, with the log, where it never is."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not in {PATIENCE} s\n{log()}")
        time.sleep(0.1)


def stream(simulator: Running, *put: str) -> dict[str, Any]:
    """How the stream stands, after these texts have been put into it."""
    found: dict[str, Any] = simulator.control("POST", "stream", {"stream": STREAM, "put": list(put)})
    return found


def members(simulator: Running, group: str = "rekey") -> list[str]:
    """The group's members that live."""

    def living(live: Any) -> list[str]:
        groups = live.streams.named(STREAM).groups
        return groups[group].living(live.world.clock.now()) if group in groups else []

    return simulator.do(living)


def forget_members(simulator: Running) -> None:
    """As a pause that is longer than a member's time would."""

    def forget(live: Any) -> None:
        for group in live.streams.named(STREAM).groups.values():
            group.members.clear()

    simulator.do(forget)


class Rulebook:
    """One process of ansible-rulebook. ``variables`` become its vars file."""

    def __init__(self, simulator: Running, folder: Path, variables: dict[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "log"
        (folder / "inventory.ini").write_text("localhost ansible_connection=local\n", encoding="utf-8")
        (folder / "vars.yml").write_text(yaml.safe_dump(variables), encoding="utf-8")
        bin_folder = environments.events()
        command = [str(bin_folder / "ansible-rulebook"), "--rulebook", NAME, "-i", "inventory.ini", "-e", "vars.yml"]
        environment = clean_environment() | simulator.introduction["environment"]
        environment |= {
            "ANSIBLE_COLLECTIONS_PATH": str(INSTALLED),
            "HOME": str(folder),
            "PATH": os.pathsep.join([str(bin_folder), environment["PATH"]]),
            "PYTHONUNBUFFERED": "1",
        }
        environment.pop("PYTHONPATH", None)
        with self._file.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip

    @property
    def log(self) -> str:
        """What it has said. All that a failed run said comes again at its end, and is left out."""
        return _AGAIN.sub("", _COLOUR.sub("", self._file.read_text(encoding="utf-8", errors="replace")))

    def count(self, text: str) -> int:
        return self.log.count(text)

    def wait(self, what: str, condition: Callable[[], Any]) -> None:
        """Wait until it is so, or the process has ended before."""
        until(what, lambda: condition() or self.process.poll() is not None, lambda: self.log)
        assert condition(), f"{what}: ansible-rulebook has ended with {self.process.returncode}\n{self.log}"

    def end(self) -> int:
        """Wait until it has ended by itself."""
        until("its end", lambda: self.process.poll() is not None, lambda: self.log)
        assert self.process.returncode is not None
        return self.process.returncode

    def stop(self) -> None:
        """As systemd does it; what is left then is killed."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
