# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-builder makes of the installed collection: the build context, and the requirements in it, which must install.

An image is not built: that takes a container engine.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.docs import snippets
from tests.tools import home
from tests.tools.paths import BUILD, INSTALLED, NAME, NAMESPACE, REPO, run

BIN = REPO / ".venv" / "bin"
_FOLDER = BUILD / "ee"
#: The second shows a decision environment, which has ansible-rulebook and Java beside it.
_GUIDES = (REPO / "docs" / "execution_environments.md", REPO / "docs" / "events.md")


def _definition(guide: Path) -> dict[str, Any]:
    """The one that a guide shows, with the artifact that was just built in place of the published one."""
    shown = [yaml.safe_load(block.text) for block in snippets.blocks("yaml", pages=[guide])]
    definition: dict[str, Any] = next(block for block in shown if block.get("version") == 3)
    collections = definition["dependencies"]["galaxy"]["collections"]
    if collections != [{"name": f"{NAMESPACE}.{NAME}"}]:
        sys.exit(f"{guide.name} shows an execution environment with other collections: {collections}")
    artifact = next((BUILD / "artifact").glob(f"{NAMESPACE}-{NAME}-*.tar.gz"))
    collections[0] = {"name": str(artifact), "type": "file"}
    return definition


def _create(guide: Path, env: dict[str, str]) -> None:
    folder = _FOLDER / guide.stem
    folder.mkdir()
    definition = folder / "environment.yml"
    definition.write_text(json.dumps(_definition(guide)), encoding="utf-8")
    context = folder / "context"
    output = ("--output-filename", "Containerfile")
    run(BIN / "ansible-builder", "create", "--file", definition, "--context", context, *output, env=env)
    if not (context / "Containerfile").is_file():
        sys.exit(f"ansible-builder wrote no Containerfile for {guide.name}")


def main() -> None:
    """Build all, and import the SDK from an environment that holds nothing but the requirements."""
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir(parents=True)
    env = home.environment(BIN)

    for guide in _GUIDES:
        _create(guide, env)

    requirements = _FOLDER / "requirements.txt"
    run(BIN / "ansible-builder", "introspect", INSTALLED, "--write-pip", requirements, env=env)
    if not requirements.is_file() or "oci" not in requirements.read_text(encoding="utf-8"):
        sys.exit("The execution environment would get no SDK")
    python = _FOLDER / "venv" / "bin" / "python"
    run(sys.executable, "-m", "venv", python.parents[1])
    run(python, "-m", "pip", "install", "-qq", "--no-compile", "-r", requirements)
    version = subprocess.run(
        [str(python), "-c", "import oci; print(oci.__version__)"], check=True, capture_output=True, text=True
    )
    print(f"The execution environment gets oci {version.stdout.strip()}")


if __name__ == "__main__":
    main()
