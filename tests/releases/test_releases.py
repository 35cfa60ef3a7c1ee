# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing warns on any release of ansible-core, modules run on every Python that they are for, and an older one is named.

TRIED_ON is the release to try. Without it all are tried: see tests/tools/releases.py.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.simulator.serving import Running, serve
from tests.tools import environments, interpreters, releases
from tests.tools.paths import INSTALLED, REPO, clean_environment

TRIED_ON = os.environ.get("TRIED_ON", "")
CORES = [TRIED_ON] if TRIED_ON else environments.names()[:-1]
PYTHONS = () if TRIED_ON else releases.TARGETS
# Of the hosts that the oldest ansible-core still manages.
TOO_OLD = ("3.8", "3.7", "3.6", "2.7")
EVERY_MODULE = Path(__file__).parent / "every_module.yml"
COMPARTMENT = "ocid1.compartment.oc1..exampleapps"


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("simulator")) as running:
        yield running


@pytest.fixture
def site(simulator: Running) -> Running:
    bucket = {"compartment": "apps", "key": "master", "objects": 2}
    world = {
        "reset": True,
        "settings": {"work_seconds": 2},
        "compartments": [{"name": "apps", "id": COMPARTMENT}],
        "buckets": [{"name": "payroll", **bucket}, {"name": "photos", **bucket}],
    }
    simulator.control("POST", "world", world)
    return simulator


def play(site: Running, folder: Path, core: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ansible-playbook of a release as a person does who wants to see what will not work for long."""
    bin_folder = environments.ensure(core)
    environment = {
        **clean_environment(),
        **site.introduction["environment"],
        "OCI_REGION": str(site.introduction["region"]),
        "ANSIBLE_COLLECTIONS_PATH": str(INSTALLED),
        "ANSIBLE_DEPRECATION_WARNINGS": "True",
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_NOCOLOR": "True",
        "HOME": str(folder),
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
    }
    command = [str(bin_folder / "ansible-playbook"), *arguments]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


def every_module(site: Running, folder: Path, core: str, python: str, version: str) -> str:
    """Play every module on an interpreter, to its success, and return all that was said."""
    playbook = folder / EVERY_MODULE.name
    playbook.write_text(EVERY_MODULE.read_text(encoding="utf-8"), encoding="utf-8")
    inventory = folder / "apps.rekey_buckets.yml"
    inventory.write_text(f"plugin: rekey.oci.buckets\ncompartment_ids: [{COMPARTMENT}]\n", encoding="utf-8")
    given = json.dumps({"ansible_python_interpreter": python, "wanted": version})
    done = play(site, folder, core, "-i", str(inventory), "-i", "localhost,", "-c", "local", "-e", given, str(playbook))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def warnings(said: str) -> list[str]:
    return re.findall(r"^.*(?:DEPRECAT|WARNING).*$", said, re.MULTILINE)


@pytest.mark.parametrize("core", CORES)
def test_nothing_warns(core: str, site: Running, tmp_path: Path) -> None:
    python = str(environments.ensure(core) / "python")
    assert warnings(every_module(site, tmp_path, core, python, environments.python_of(core))) == []


@pytest.mark.parametrize("core", CORES)
def test_no_playbook_warns(core: str, site: Running, tmp_path: Path) -> None:
    for name, given in {
        "reencrypt_bucket": {"rekey_bucket_name": "payroll"},
        "encryption_report": {"rekey_compartment_id": COMPARTMENT, "rekey_report": str(tmp_path / "report.html")},
        "enforce_rotation": {"rekey_compartment_id": COMPARTMENT},
    }.items():
        done = play(site, tmp_path, core, "-i", "localhost,", "-e", json.dumps(given), f"rekey.oci.{name}")
        assert done.returncode == 0, done.stdout + done.stderr
        assert warnings(done.stdout + done.stderr) == [], name


@pytest.mark.parametrize("python", PYTHONS)
def test_modules_run_on(python: str, site: Running, tmp_path: Path) -> None:
    """On an interpreter that has the SDK and nothing of Ansible."""
    assert warnings(every_module(site, tmp_path, environments.MAIN, str(environments.target(python)), python)) == []


def tasks() -> list[dict[str, Any]]:
    """One of each module, which all succeed where the Python is new enough, or fail for want of something else."""
    shown: list[dict[str, Any]] = yaml.safe_load(EVERY_MODULE.read_text(encoding="utf-8"))[0]["tasks"]
    named = dict.fromkeys(next(key for key in task if key.startswith("rekey.oci.")) for task in shown[1:])
    return [{name: {}, "ignore_errors": True} for name in named]


def test_every_module_is_played() -> None:
    played = {name.rpartition(".")[2] for task in tasks() for name in task}
    # What is only an action runs on the controller.
    modules = (REPO / "plugins" / "modules").glob("*.py")
    run = {path.stem for path in modules if "def main(" in path.read_text(encoding="utf-8")}
    assert run == played - {"ignore_errors"}


@pytest.mark.skipif(TRIED_ON not in ("", releases.OLDEST.name), reason="only the oldest manages such hosts")
@pytest.mark.parametrize("python", TOO_OLD)
def test_an_older_python_is_told_which_is_needed(python: str, site: Running, tmp_path: Path) -> None:
    old = interpreters.runs(python)
    if old is None:
        pytest.skip(f"there is no Python {python} here, which is out of support")
    playbook = tmp_path / "play.yml"
    # Of a job in the background too, at once, whether somebody waits for it or not.
    given_tasks = [*tasks(), *({**tasks()[0], "async": 60, "poll": poll} for poll in (0, 1))]
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": given_tasks}]), encoding="utf-8")
    given = json.dumps({"ansible_python_interpreter": old})
    done = play(site, tmp_path, releases.OLDEST.name, "-i", "host,", "-c", "local", "-e", given, str(playbook))
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    failures = [line for line in said.splitlines() if line.startswith("fatal:")]
    assert len(failures) == len(given_tasks)
    for line in failures:
        assert f"need Python {releases.TARGETS[0]} or later" in line, line
        assert f"is Python {python}." in line, line
        assert set(json.loads(line.partition("=> ")[2])) == {"changed", "msg"}, line
