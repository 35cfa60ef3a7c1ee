# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator, and Ansible run as a person runs it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from tests.tools import environments, packages
from tests.tools.integration import simulator
from tests.tools.paths import INSTALLED, clean_environment
from tests.tools.without import do_without

#: Of the release of ansible-core to watch on, as environments.py names it.
BIN = environments.ensure(os.environ.get("WATCH_ON") or environments.MAIN)
#: Bounds what hangs, in seconds.
PATIENCE = 180
#: How long a re-encryption takes: some polls, and no more.
WORK = 8
COMPARTMENT = "ocid1.compartment.oc1..exampleapps"


class Site:
    """A simulator with two buckets and a fleet, a folder for a playbook, and the environment to run Ansible in."""

    def __init__(self, said: dict[str, Any], folder: Path) -> None:
        self._control = said["control"]
        self.folder = folder
        self._made("tmp")
        # ansible-core listens on a socket in it, whose path may have a hundred characters and no more.
        self.short = Path(tempfile.mkdtemp(prefix="rekey-"))
        self.environment = {
            **clean_environment(),
            **said["environment"],
            "ANSIBLE_COLLECTIONS_PATH": str(INSTALLED),
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "TMPDIR": str(self.short),
            "ANSIBLE_ASYNC_DIR": str(folder / "async"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_PIPELINING": "true",
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
        }
        bucket = {"compartment": "apps", "key": "master", "objects": 20}
        self.ask(
            "world",
            {
                "reset": True,
                "settings": {"work_seconds": WORK},
                "compartments": [{"name": "apps", "id": COMPARTMENT}],
                "buckets": [{"name": "payroll", **bucket}, {"name": "photos", **bucket}],
            },
        )

    def _made(self, name: str) -> Path:
        path = self.folder / name
        path.mkdir()
        return path

    def ask(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = Request(f"{self._control}/{path}", data, headers)  # noqa: S310
        with build_opener(ProxyHandler({})).open(request, timeout=60) as answer:
            return json.load(answer)

    def playbook(self, *tasks: dict[str, Any], **play: Any) -> list[str]:
        """Write a playbook, and return the command that runs it."""
        path = self.folder / "play.yml"
        path.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": list(tasks), **play}]), "utf-8")
        return [str(BIN / "ansible-playbook"), "-i", "localhost,", "-c", "local", "-e", self.python(), str(path)]

    def python(self) -> str:
        return json.dumps({"ansible_python_interpreter": str(BIN / "python")})

    def run(self, command: list[str], **more: str) -> subprocess.CompletedProcess[str]:
        """Run it to its success."""
        done = subprocess.run(
            command,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            cwd=self.folder,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def left_over(self) -> list[str]:
        """What progress left in the folder for temporary files, and in Ansible's own."""
        names = re.compile(r"(rekey-)?progress-.+|\.rekey-.+")
        places = (self.short, self.folder / "tmp", self.folder / ".ansible" / "tmp")
        return [path.name for place in places for path in place.rglob("*") if names.fullmatch(path.name)]


def script(path: Path, text: str) -> Path:
    path.write_text("#!/bin/sh\n" + text, encoding="utf-8")
    path.chmod(0o755)
    return path


class Terminal:
    """A program in a terminal of tmux, which stays when it ends."""

    def __init__(self, site: Site, folder: str, command: list[str]) -> None:
        self._site = site
        self._socket = f"{folder}/tmux"
        self._tmux(
            *("start-server", ";", "set-option", "-wg", "remain-on-exit", "on", ";"),
            *("new-session", "-d", "-x", "160", "-y", "50", shlex.join(command)),
        )

    def _tmux(self, *command: str) -> str:
        # Its own settings and server, not a person's.
        whole = ["tmux", "-u", "-f", os.devnull, "-S", self._socket, *command]
        environment = {**self._site.environment, "TERM": "xterm"}
        done = subprocess.run(whole, env=environment, cwd=self._site.folder, capture_output=True, text=True, check=True)
        return done.stdout

    def screen(self) -> list[str]:
        return [line.rstrip() for line in self._tmux("capture-pane", "-p").splitlines()]

    def wait_for(self, seen: Callable[[list[str]], bool]) -> list[str]:
        """Look until it is on the screen, and return that."""
        by = time.monotonic() + PATIENCE
        while not seen(screen := self.screen()):
            assert time.monotonic() < by, screen
            time.sleep(0.1)
        return screen

    def close(self) -> None:
        self._tmux("kill-server")


@pytest.fixture
def terminal(site: Site) -> Iterator[Callable[[list[str]], Terminal]]:
    """Runs a command in a terminal."""
    missing = "there is no tmux on the PATH"
    why_not = None if shutil.which("tmux") else packages.install(missing, "tmux")
    if why_not:
        do_without(why_not)
    with contextlib.ExitStack() as stack:
        # A socket's path may not be long.
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rekey-tmux-", dir="/tmp"))

        def run(command: list[str]) -> Terminal:
            opened = Terminal(site, folder, command)
            stack.callback(opened.close)
            return opened

        yield run


@pytest.fixture(scope="module")
def said() -> Iterator[dict[str, Any]]:
    with simulator() as introduction:
        yield introduction


@pytest.fixture
def site(said: dict[str, Any], tmp_path: Path) -> Iterator[Site]:
    made = Site(said, tmp_path)
    yield made
    shutil.rmtree(made.short, ignore_errors=True)
