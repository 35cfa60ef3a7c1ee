# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the collection's unit tests with pytest alone: `python -m tests.tools.unit_tests [ARGUMENT …]`.

ansible-test, which `make units` runs, starts a process for each test. The exhaustive tests try fewer combinations here.
"""

from __future__ import annotations

import subprocess
import sys

from tests.tools import home, tree
from tests.tools.paths import REPO

BIN = REPO / ".venv" / "bin"


def main() -> None:
    """Run them on a copy of the working tree, and exit with pytest's status."""
    where = tree.lay_out("unit-tests")
    env = home.environment(BIN) | {"PYTHONPATH": str(tree.collections_path(where)), "REKEY_QUICK": "1"}
    # Some tests wait: one process more than there are processors makes use of that.
    options = ("-q", "-n", "3", "--dist", "worksteal", "-p", "no:cacheprovider", "--import-mode", "importlib")
    command = [str(BIN / "python"), "-m", "pytest", "-c", "/dev/null", "--rootdir", ".", *options, "tests/unit/plugins"]
    sys.exit(subprocess.run([*command, *sys.argv[1:]], cwd=where, env=env, check=False).returncode)


if __name__ == "__main__":
    main()
