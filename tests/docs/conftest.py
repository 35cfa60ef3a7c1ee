# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator that holds what the documentation names, and Ansible's programs on it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.simulator.serving import Running, serve
from tests.tools import home, warm
from tests.tools.paths import INSTALLED, REPO

BIN = REPO / ".venv" / "bin"
COMPARTMENT = "ocid1.compartment.oc1..example"
WORLD = yaml.safe_load((Path(__file__).parent / "world.yml").read_text(encoding="utf-8"))


class Ansible:
    """Programs of Ansible, with the simulator in the environment and the installed artifact as the only collection.

    Playbooks run their modules by ``python``.
    """

    def __init__(self, simulator: Running, folder: Path, python: str | Path = BIN / "python") -> None:
        self.simulator = simulator
        self._python = python
        self.folder = folder
        self._environment = home.environment(BIN) | simulator.introduction["environment"]
        # Of whichever region.
        regional = str(simulator.introduction["regional_endpoint"])
        self._environment |= {name: regional for name in self._environment if re.fullmatch("REKEY_.*_ENDPOINT", name)}
        self._environment |= {
            "ANSIBLE_COLLECTIONS_PATH": str(INSTALLED),
            "HOME": str(folder),
            "ANSIBLE_LOCALHOST_WARNING": "False",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
            "ANSIBLE_PYTHON_INTERPRETER": str(BIN / "python"),
            "ANSIBLE_NOCOLOR": "True",
            "OCI_REGION": str(simulator.introduction["region"]),
            "COMPARTMENT_ID": COMPARTMENT,
        }

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, program: str, *arguments: str | Path, but: str | None = None, chooses: bool = False) -> str:
        """Run it, and fail the test with what it said where it fails or warns, ``but`` for one warning.

        A playbook that ``chooses`` says by itself what runs its modules.
        """
        command = [str(BIN / program), *(str(argument) for argument in arguments)]
        if program == "ansible-playbook" and not chooses:
            command += ["-e", f"ansible_python_interpreter={self._python}"]
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment, check=False, text=True, capture_output=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        warnings = re.findall(r"\[WARNING\]: (.*)", done.stdout + done.stderr)
        assert [warning for warning in warnings if but is None or but not in warning] == []
        return done.stdout


@pytest.fixture(scope="session")
def documented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("documented")) as running:
        yield running


@pytest.fixture(scope="session")
def warm_python() -> Iterator[Path]:
    with warm.interpreter(BIN / "python") as python:
        yield python


@pytest.fixture
def ansible(documented: Running, tmp_path: Path, warm_python: Path) -> Ansible:
    """In a world that is fresh for each test."""
    documented.control("POST", "reset")
    documented.control("POST", "world", WORLD)
    return Ansible(documented, tmp_path, warm_python)
