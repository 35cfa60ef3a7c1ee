# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run targets of make side by side, as many as there are processors, and show what each said when it ends.

`python -m tests.tools.side_by_side TARGET …`, where a target may bring variables of make: `"integration TARGETS=proven"`.
The first that fails stops the rest: what runs is waited for, and no other is begun.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from tests.tools.paths import REPO


@dataclass
class Ended:
    """How a target ended."""

    target: str
    status: int
    seconds: float
    output: str


def run(target: str) -> Ended:
    """Run one target to its end."""
    began = time.monotonic()
    # Each decides by itself how much it does at once.
    env = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run(
        ["make", *target.split()],
        cwd=REPO,
        env=env,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    return Ended(target, done.returncode, time.monotonic() - began, done.stdout)


def main() -> None:
    """Run what is asked for."""
    targets = sys.argv[1:]
    failed: list[str] = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        running = {pool.submit(run, target): target for target in targets}
        for future in as_completed(running):
            if future.cancelled():
                continue
            ended = future.result()
            print(f"\n=== make {ended.target}\n{ended.output.rstrip()}", flush=True)
            print(f"=== {'ended' if ended.status == 0 else 'FAILED'} after {ended.seconds:.0f} s", flush=True)
            if ended.status:
                failed.append(ended.target)
                for other in running:
                    other.cancel()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"\nAll of it took {used.ru_utime + used.ru_stime:.0f} s of processor time.")
    if failed:
        skipped = [target for future, target in running.items() if future.cancelled()]
        sys.exit(f"Failed: {', '.join(failed)}" + (f". Not begun: {', '.join(skipped)}" if skipped else ""))


if __name__ == "__main__":
    main()
