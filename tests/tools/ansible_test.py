# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-test on a copy of the working tree: `python -m tests.tools.ansible_test [--whole] sanity|units [ARGUMENT …]`.

Sanity tests get the collection with its unit and integration tests. With `--whole` they get the simulator and the other tests too,
which `make lint` checks by the same kinds of rules.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.tools import environments, home, tree
from tests.tools.paths import REPO

#: The folders of tests/ of which ansible-test knows nothing.
OTHERS = frozenset(path.name for path in (REPO / "tests").iterdir() if path.is_dir()) - {
    "unit",
    "integration",
    "sanity",
}


def main() -> None:
    """Run it with one of the environments, the newest release's by default."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--whole", action="store_true", help="have sanity tests check all of tests/")
    parser.add_argument("--environment", default=environments.MAIN, choices=environments.names())
    parser.add_argument("--python", help="for sanity tests that run on others too, such as import")
    parser.add_argument("command", choices=("sanity", "units"))
    options, arguments = parser.parse_known_args()
    bin_folder = environments.ensure(options.environment)
    without = OTHERS if options.command == "sanity" and not options.whole else frozenset()
    where = tree.lay_out(f"{options.command}-{options.environment}", without)
    extra = ("--requirements",) if options.command == "sanity" else unit_options(where)
    python = options.python or environments.python_of(options.environment)
    if options.python:
        # Where ansible-test looks for it.
        folder = str(Path(environments.interpreter(options.python)).parent)
        os.environ["PATH"] = os.pathsep.join([folder, os.environ.get("PATH", os.defpath)])
    common = ("--local", "--python", python, "--color", "auto")
    sys.exit(home.ansible_test(bin_folder, where, options.command, *common, *extra, *arguments))


def unit_options(where: Path) -> tuple[str, ...]:
    """Leave out the tests of what is no part of the collection, which need other packages and run by themselves."""
    others = [name for name in ("simulator", "tools") if (where / "tests" / "unit" / name).is_dir()]
    return tuple(part for name in others for part in ("--exclude", f"tests/unit/{name}/"))


if __name__ == "__main__":
    main()
