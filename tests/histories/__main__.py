# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Play many random histories, on all cores, and tell what they came to: `python -m tests.histories [--number N] [--seed N]`."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.histories.figures import Figures
from tests.histories.hunt import hunt

_BATCH = 500


def main() -> None:
    """Exits with 1, and the shrunk counterexample, where a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=None, help="another one each time, unless it is given")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    begun = time.monotonic()
    first = random.randrange(1_000_000) if options.seed is None else options.seed
    print(f"Playing {options.number} histories, from seed {first}", flush=True)
    whole = Figures()
    broken: list[str] = []
    with ProcessPoolExecutor(options.jobs) as pool:
        batches = [pool.submit(hunt, _BATCH, first + number) for number in range(-(-options.number // _BATCH))]
        for batch in as_completed(batches):
            figures, found = batch.result()
            whole.add_all(figures)
            if found is not None and not broken:
                broken.append(found)
                print(found, flush=True)
    print(*whole.lines(time.monotonic() - begun), sep="\n")
    print("counterexamples: " + ("none" if not broken else "see above"))
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
