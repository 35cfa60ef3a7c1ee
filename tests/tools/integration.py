# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the integration targets by ansible-test against a simulator of their own.

`python -m tests.tools.integration [--environment NAME | --others] [--smoke] [TARGET …]`

The targets find the simulator in variables that ansible-test reads from `tests/integration/integration_config.yml`:

- `rekey_simulator`: what the simulator says of itself when it starts, its endpoints and its configuration file among it;
- `rekey_environment`: the name of the environment, as in environments.py.

Modules run with the environment's own interpreter, which has the SDK's release that is to be tried.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.tools import environments, home, tree
from tests.tools.paths import REPO, clean_environment

SMOKE = "rekey/smoke/"
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


def integrate(name: str, targets: list[str]) -> bool:
    """Run targets, all by default, on one environment. Return whether all passed."""
    bin_folder = environments.ensure(name)
    where = tree.lay_out(f"integration-{name}")
    print(f"== Integration on {name}: {environments.describe(bin_folder)}", flush=True)
    with simulator() as said:
        config = where / "tests" / "integration" / "integration_config.yml"
        config.write_text(json.dumps({"rekey_simulator": said, "rekey_environment": name}, indent=2), encoding="utf-8")
        options = ("--local", "--python", environments.PYTHON, "--color", "auto")
        return home.ansible_test(bin_folder, where, "integration", *options, *targets) == 0


def main() -> None:
    """Run what was asked for on every environment that was asked for, and name those that failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--environment", default=environments.MAIN, choices=environments.names())
    where.add_argument("--others", action="store_true", help="every environment but the newest")
    parser.add_argument("--smoke", action="store_true", help="only the targets that are marked as a smoke test")
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    options = parser.parse_args()
    wanted = list(environments.OTHERS) if options.others else [options.environment]
    targets = [*options.targets, *([SMOKE] if options.smoke else [])]
    failed = [name for name in wanted if not integrate(name, targets)]
    if failed:
        sys.exit(f"Failed on: {', '.join(failed)}")


if __name__ == "__main__":
    main()
