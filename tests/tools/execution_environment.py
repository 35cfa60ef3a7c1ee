# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-builder makes of the installed collection: the build context, and what it installs, in which a playbook runs.

An image is not built: that takes a container engine. What would be installed in one is installed in an environment.
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
from tests.simulator.serving import serve
from tests.tools import environments, home
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
    """Build the contexts, install what it holds, and run a playbook there."""
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir(parents=True)
    env = home.environment(BIN)

    for guide in _GUIDES:
        _create(guide, env)

    requirements = _FOLDER / "requirements.txt"
    run(BIN / "ansible-builder", "introspect", INSTALLED, "--write-pip", requirements, env=env)
    if not requirements.is_file() or "oci" not in requirements.read_text(encoding="utf-8"):
        sys.exit("The execution environment would get no SDK")
    bin_folder = _install(requirements)
    python = bin_folder / "python"
    version = subprocess.run(
        [str(python), "-c", "import oci; print(oci.__version__)"], check=True, capture_output=True, text=True
    )
    print(f"The execution environment gets oci {version.stdout.strip()}")
    _play(bin_folder)


def _install(requirements: Path) -> Path:
    """What the image would get, with the Python that it would have: ansible-core, ansible-runner, and what was found."""
    wanted = _definition(_GUIDES[0])["dependencies"]
    version = str(wanted["python_interpreter"]["package_system"]).removeprefix("python")
    venv = _FOLDER / "venv"
    run(environments.interpreter(version), "-m", "venv", venv)
    packages = (wanted["ansible_core"]["package_pip"], wanted["ansible_runner"]["package_pip"])
    run(venv / "bin" / "python", "-m", "pip", "install", "-qq", "--no-compile", *packages, "-r", requirements)
    return venv / "bin"


def _play(bin_folder: Path) -> None:
    """Re-encrypt a bucket there, by the collection's own playbook under ansible-runner, as AWX does."""
    collections = _FOLDER / "collections"
    env = home.environment(bin_folder) | {"ANSIBLE_COLLECTIONS_PATH": str(collections)}
    artifact = _definition(_GUIDES[0])["dependencies"]["galaxy"]["collections"][0]["name"]
    install = ("collection", "install", "--offline", "--collections-path", collections, artifact)
    run(bin_folder / "ansible-galaxy", *install, env=env, quiet=True)
    project = _FOLDER / "runner"
    (project / "project").mkdir(parents=True)
    (project / "inventory").mkdir()
    (project / "inventory" / "hosts").write_text("localhost ansible_connection=local\n", encoding="utf-8")
    bucket = {"name": "payroll", "key": "master", "objects": 2}
    with serve(_FOLDER / "simulator", {"reset": True, "buckets": [bucket]}) as running:
        env |= running.introduction["environment"] | {"OCI_REGION": str(running.introduction["region"])}
        command = ("run", project, "--playbook", f"{NAMESPACE}.{NAME}.reencrypt_bucket")
        run(bin_folder / "ansible-runner", *command, "--cmdline", "-e rekey_bucket_name=payroll", env=env)
        if not running.control("GET", "truth", {"bucket": "payroll"})["buckets"]["payroll"]["all_current"]:
            sys.exit("The playbook re-encrypted nothing")
    print("A playbook runs in the execution environment")


if __name__ == "__main__":
    main()
