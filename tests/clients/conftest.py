# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator with a key and an empty compartment, for clients that nobody here wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.serving import Running, serve

#: What is hard about names: spaces, percent signs, letters beyond ASCII, directories.
CONTENTS = {
    "plain": b"hello",
    "with space": b"a",
    "100%": b"b",
    "a%20b": b"c",
    "empty": b"",
    "dir/\u00e9 \u00fc.txt": b"d",
    "dir/\u65e5\u672c": b"e",
    "dir/deep/file": b"f",
}
#: More than one part of a multipart upload, for clients whose least part is of 5 MiB.
BIG = bytes(range(256)) * (6 << 12)


class Site:
    """The simulator, and the OCIDs of what is in it."""

    def __init__(self, running: Running, folder: Path) -> None:
        self.running = running
        self.folder = folder
        self.said = running.introduction
        running.control("POST", "reset")
        world = {"compartments": [{"name": "apps"}], "keys": [{"name": "master", "compartment": "apps"}]}
        made = running.control("POST", "world", {**world, "settings": {"work_seconds": 0.3}})
        self.compartment_id = made["compartments"]["apps"]
        self.key_id = made["keys"]["master"]["id"]
        self.environment = {**running.environment, "HOME": str(folder)}

    def bucket(self, name: str) -> Any:
        """The truth about a bucket, None where it is gone."""
        return self.running.control("GET", "truth")["buckets"].get(name)

    def operations(self) -> dict[str, int]:
        """How often each operation was asked for."""
        told: dict[str, int] = self.running.control("GET", "truth")["operations"]
        return told

    def statuses(self) -> set[int | None]:
        return {one["status"] for one in self.running.control("GET", "truth")["requests"]}

    def run(self, program: str, *arguments: str, patience: int = 300) -> str:
        """Run a program of this environment, which must succeed, and return what it printed."""
        command = [str(Path(sys.executable).with_name(program)), *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=patience
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def cli(self, *arguments: str) -> Any:
        """What the OCI CLI answers."""
        told = json.loads(self.run("oci", *arguments) or "{}")
        return told.get("data", told) if isinstance(told, dict) else told

    def tree(self, name: str = "tree") -> Path:
        """A folder with files of all these names, and a big one."""
        folder = self.folder / name
        for path, content in {**CONTENTS, "big": BIG}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        return folder


def read(folder: Path) -> dict[str, bytes]:
    """The files of a folder, by their names below it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("simulator")) as running:
        yield running


@pytest.fixture
def site(shared: Running, tmp_path: Path) -> Site:
    return Site(shared, tmp_path)
