# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Play many histories of fleets, on all cores: `python -m tests.histories.fleet_hunt [--number N] [--seed N]`."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.histories.entries import Broken
from tests.histories.fleets import play

_BATCH = 50


def batch(first: int) -> tuple[int, Counter[str], list[str]]:
    """Submissions, the causes of second ones, and what broke."""
    submissions, second, broken = 0, Counter[str](), []
    for seed in range(first, first + _BATCH):
        try:
            universe = play(seed)
        except Broken as found:
            broken.append(str(found))
            continue
        for scene in universe.scenes.values():
            second += scene.book.second
            submissions += sum(one.run is not None for one in scene.book.accepted)
    return submissions, second, broken


def main() -> None:
    """Exits with 1, and the first account, where a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=None, help="another one each time, unless it is given")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    begun = time.monotonic()
    first = random.randrange(1_000_000) if options.seed is None else options.seed
    print(f"Playing {options.number} histories of fleets, from seed {first}", flush=True)
    submissions, second, broken = 0, Counter[str](), []
    with ProcessPoolExecutor(options.jobs) as pool:
        for told in pool.map(batch, range(first, first + options.number, _BATCH)):
            submissions += told[0]
            second += told[1]
            broken += told[2]
    print(f"{submissions} submissions in {time.monotonic() - begun:.0f} s; second ones: {sum(second.values())}")
    for cause, number in second.most_common():
        print(f"  {number:6d}  {cause}")
    print(f"counterexamples: {len(broken) or 'none'}", *broken[:1], sep="\n")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
