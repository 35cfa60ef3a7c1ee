# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Re-encrypt a bucket of the simulator, twice, and again after a key rotation: `make demo`.

Exits with 1 where anything that it shows is not true.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.simulator.serving import Running, serve
from tests.tools.paths import INSTALLED, REPO, clean_environment

BUCKET = "payroll"
OBJECTS = 200
WORK_SECONDS = 3
PLAYBOOK = "tests/demo/playbook.yml"

_RECAP = re.compile(r"ok=(\d+)\s+changed=(\d+)\s+unreachable=0\s+failed=0")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

_REAL = f"""\
The same playbook works on your own tenancy, with the configuration file that "oci setup config" writes:

  pip install ansible-core oci
  ansible-galaxy collection install rekey.oci
  ansible-playbook {PLAYBOOK} -e bucket=NAME --check --diff     # only tells what it would do
  ansible-playbook {PLAYBOOK} -e bucket=NAME

It needs no more permissions than README.md lists, and leaves its receipt in two freeform tags of the bucket.

"make demo-events" shows it without anybody at the keyboard: a key's schedule rotates it, and the event starts the work."""


class Demo:
    def __init__(self, running: Running, home: Path) -> None:
        self._running = running
        self._env = clean_environment()
        self._env.update(running.introduction["environment"])
        self._env.update(
            HOME=str(home),
            ANSIBLE_COLLECTIONS_PATH=str(INSTALLED),
            ANSIBLE_LOCALHOST_WARNING="false",
            ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
            PYTHONUNBUFFERED="1",
        )
        if "FORCE_COLOR" in os.environ or (sys.stdout.isatty() and "NO_COLOR" not in os.environ):
            self._env["ANSIBLE_FORCE_COLOR"] = "true"

    def show(self, expected: int) -> None:
        """Tell how many objects are under the current key version, asked of the objects themselves."""
        truth = self._running.control("GET", "truth", {"bucket": BUCKET, "what": "buckets"})["buckets"][BUCKET]
        current, objects = truth["current"], truth["objects"]
        print(f"   {current} of {objects} objects ({100 * current // objects} %) are under the key's current version.")
        if (current, objects) != (expected, OBJECTS):
            sys.exit(f"That is not as it should be: {expected} of {OBJECTS} were expected.")

    def rotate(self) -> None:
        self._running.control("POST", "rotate", {"key": "master"})

    def play(self, changed: bool, submissions: int) -> None:
        """Run the playbook, show what it prints, and check that it was changed or ok as it should be."""
        command = ["ansible-playbook", PLAYBOOK, "-e", f"bucket={BUCKET}"]
        print(f"\n$ {' '.join(command)}", flush=True)
        command[0] = str(Path(sys.executable).with_name(command[0]))
        printed = []
        with subprocess.Popen(
            command, cwd=REPO, env=self._env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                printed.append(_COLOUR.sub("", line))
                if line.strip():
                    print(f"   {line}", end="", flush=True)
        recap = _RECAP.search("".join(printed))
        if process.returncode or recap is None or int(recap[2]) != int(changed):
            sys.exit(f"That is not as it should be: the task ought to be {'changed' if changed else 'ok'}.")
        told = self._running.control("GET", "truth", {"bucket": BUCKET, "what": "submissions"})["submissions"]
        if len(told[BUCKET]) != submissions:
            sys.exit(f"That is not as it should be: {len(told[BUCKET])} re-encryptions were submitted.")
        print()


def main() -> None:
    """Tell the story."""
    world = {
        "settings": {"work_seconds": WORK_SECONDS},
        "buckets": [{"name": BUCKET, "key": "master", "objects": OBJECTS}],
    }
    with tempfile.TemporaryDirectory(prefix="rekey-") as folder, serve(Path(folder) / "oci", world) as running:
        demo = Demo(running, Path(folder))
        demo.rotate()
        print(f"1. The bucket {BUCKET} of a simulated tenancy. Its key has been rotated since the objects were put:")
        demo.show(0)
        demo.play(changed=True, submissions=1)
        print("2. The same again. There is nothing to do, and the receipt on the bucket proves it:")
        demo.show(OBJECTS)
        demo.play(changed=False, submissions=1)
        demo.rotate()
        print("3. The key has been rotated once more:")
        demo.show(0)
        demo.play(changed=True, submissions=2)
        demo.show(OBJECTS)
    print(f"\n{_REAL}")


if __name__ == "__main__":
    main()
