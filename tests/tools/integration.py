# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the integration targets by ansible-test against a simulator of their own.

`python -m tests.tools.integration [--environment NAME | --others] [--smoke] [TARGET …]`

Targets run side by side, each lane with a copy of the tree and a simulator of its own. They find the simulator in variables
that ansible-test reads from `tests/integration/integration_config.yml`:

- `rekey_simulator`: what the simulator says of itself when it starts, its endpoints and its configuration file among it;
- `rekey_environment`: the name of the environment, as in environments.py.

Modules run with the environment's own interpreter, which has the SDK's release that is to be tried. Where nothing else is asked for,
it is one that has imported the SDK already: see warm/__init__.py.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import queue
import selectors
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.tools import environments, home, releases, tree, warm
from tests.tools.paths import REPO, clean_environment

SMOKE = "rekey/smoke"
"""The alias of the targets that a smoke test runs. A target has it by a line `rekey/smoke` in its `aliases` file."""
_START_SECONDS = 60


@contextlib.contextmanager
def simulator() -> Iterator[dict[str, Any]]:
    """Start one, yield what it says of itself, stop it. Its log is shown where the block raises."""
    with tempfile.TemporaryDirectory(prefix="rekey-") as folder:
        log = Path(folder) / "log"
        command = [sys.executable, "-m", "tests.simulator", "--dir", str(Path(folder) / "world")]
        with log.open("w", encoding="utf-8") as errors:
            process = subprocess.Popen(
                command, cwd=REPO, env=clean_environment(), stdout=subprocess.PIPE, stderr=errors, text=True
            )
        try:
            yield _introduction(process)
        except BaseException:
            print(log.read_text(encoding="utf-8")[-4000:], file=sys.stderr)
            raise
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _introduction(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The line of JSON that the simulator prints once it listens."""
    assert process.stdout is not None
    deadline = time.monotonic() + _START_SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(max(0.0, deadline - time.monotonic())):
            line = process.stdout.readline()
            if not line:
                raise SystemExit("The simulator ended before it listened")
            if line.startswith("{"):
                said: dict[str, Any] = json.loads(line)
                return said
    raise SystemExit(f"The simulator did not listen within {_START_SECONDS} s")


class Lanes:
    """Jobs, each a target on an environment, taken by as many lanes as keep the processors busy while some wait."""

    def __init__(self, jobs: list[tuple[str, str]], kind: str, warmed: bool) -> None:
        #: Smoke tests may run beside the others, and must not write into their trees.
        self._kind = kind
        self._warmed = warmed
        self._jobs: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        for job in jobs:
            self._jobs.put(job)
        self._many = len(jobs) > 1
        self._lanes = min(len(jobs), 1 + (os.cpu_count() or 1))
        self._telling = threading.Lock()
        self._trees = threading.Lock()
        self.failed: list[str] = []

    def run(self) -> None:
        lanes = [threading.Thread(target=self._lane, args=(number,)) for number in range(self._lanes)]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()

    def _lane(self, number: int) -> None:
        try:
            with self._trees:
                where = tree.lay_out(f"{self._kind}-{number}")
            with simulator() as said, self._variables(said) as variables:
                while True:
                    self._one(where, variables, *self._jobs.get_nowait())
        except queue.Empty:
            pass
        except BaseException as error:
            self._tell("a lane", 0.0, str(error), passed=False)

    @contextlib.contextmanager
    def _variables(self, said: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if not self._warmed:
            yield {"rekey_simulator": said}
            return
        with warm.interpreter(environments.ensure(environments.MAIN) / "python") as python:
            yield {"rekey_simulator": said, "ansible_python_interpreter": str(python)}

    def _one(self, where: Path, variables: dict[str, Any], name: str, target: str) -> None:
        config = where / "tests" / "integration" / "integration_config.yml"
        config.write_text(json.dumps({**variables, "rekey_environment": name}, indent=2), encoding="utf-8")
        command = ["integration", "--local", "--python", environments.python_of(name), "--color", "auto", target]
        began = time.monotonic()
        # One alone is watched as it runs; several would talk at once.
        with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
            output = log if self._many else None
            status = home.ansible_test(environments.ensure(name), where, *command, output=output)
            log.seek(0)
            said_all = log.read()
        self._tell(f"{target} on {name}", time.monotonic() - began, said_all, passed=status == 0)

    def _tell(self, what: str, seconds: float, output: str, *, passed: bool) -> None:
        with self._telling:
            if not passed:
                self.failed.append(what)
                print(output)
            print(f"{'passed' if passed else 'FAILED'}  {seconds:4.0f} s  {what}", flush=True)


def targets(smoke: bool = False) -> list[str]:
    """All that are no helper of others; those with most to do first, so that none is left over at the end."""
    sizes: dict[str, int] = {}
    for folder in (REPO / "tests" / "integration" / "targets").iterdir():
        aliases = (folder / "aliases").read_text(encoding="utf-8").split()
        if "hidden" not in aliases and (not smoke or SMOKE in aliases):
            sizes[folder.name] = sum(path.stat().st_size for path in folder.rglob("*.yml"))
    return sorted(sizes, key=lambda name: -sizes[name])


def main() -> None:
    """Run what was asked for on every environment that was asked for, and name those that failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--environment", action="append", choices=environments.names(), help="may be given repeatedly")
    where.add_argument("--others", action="store_true", help="every release but the newest")
    parser.add_argument("--smoke", action="store_true", help="only the targets that are marked as a smoke test")
    parser.add_argument("targets", nargs="*", metavar="TARGET", choices=[[], *targets()])
    options = parser.parse_args()
    names = [release.name for release in releases.OTHERS] if options.others else options.environment
    if names is None:
        names = [release.name for release in releases.SMOKE] if options.smoke else [environments.MAIN]
    for name in names:
        print(f"== Integration on {name}: {environments.describe(environments.ensure(name))}", flush=True)
    wanted = options.targets or targets(options.smoke)
    jobs = [(name, target) for target in wanted for name in names]
    lanes = Lanes(
        jobs,
        "smoke" if options.smoke else "integration",
        warmed=names == [environments.MAIN] and not options.environment,
    )
    lanes.run()
    if lanes.failed:
        sys.exit(f"Failed: {', '.join(lanes.failed)}")


if __name__ == "__main__":
    main()
