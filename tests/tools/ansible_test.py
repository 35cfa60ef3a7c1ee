# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-test on a copy of the working tree: `python -m tests.tools.ansible_test sanity|units [ARGUMENT …]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.tools import environments, home, tree


def main() -> None:
    """Run it with one of the environments, the newest release's by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environment", default=environments.MAIN, choices=environments.names())
    parser.add_argument(
        "--python", default=environments.PYTHON, help="for sanity tests that run on others too, such as import"
    )
    parser.add_argument("command", choices=("sanity", "units"))
    options, arguments = parser.parse_known_args()
    bin_folder = environments.ensure(options.environment)
    where = tree.lay_out(f"{options.command}-{options.environment}")
    extra = ("--requirements",) if options.command == "sanity" else unit_options(where)
    common = ("--local", "--python", options.python, "--color", "auto")
    sys.exit(home.ansible_test(bin_folder, where, options.command, *common, *extra, *arguments))


def unit_options(where: Path) -> tuple[str, ...]:
    """Leave out the simulator's own tests, which need its packages and run by themselves."""
    return ("--exclude", "tests/unit/simulator/") if (where / "tests" / "unit" / "simulator").is_dir() else ()


if __name__ == "__main__":
    main()
