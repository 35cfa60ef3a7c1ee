# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module, and all that it is packed with, can be imported on each Python that a managed host may have."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import ansible
import pytest

from tests.tools import interpreters, releases, tree
from tests.tools.paths import REPO

PACKED = [
    "ansible_collections.rekey.oci." + ".".join(path.relative_to(REPO).with_suffix("").parts)
    for folder in ("plugins/modules", "plugins/module_utils")
    for path in sorted((REPO / folder).rglob("*.py"))
    if path.name != "__init__.py"
]


@pytest.mark.parametrize("version", releases.TARGETS)
def test_everything_that_is_packed_can_be_imported(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = interpreters.runs(version)
    if python is None:
        pytest.skip(f"There is no Python {version} here. `make test-all` asks for it.")
    monkeypatch.setattr(tree, "BUILD", tmp_path / "build")
    collections = tree.collections_path(tree.lay_out("pythons"))
    # Of Ansible itself, a managed host gets module_utils.
    (tmp_path / "host").mkdir()
    (tmp_path / "host" / "ansible").symlink_to(Path(ansible.__file__).parent)
    path = os.pathsep.join([str(tmp_path / "host"), str(collections)])
    each = f"import importlib\nfor name in {PACKED}: importlib.import_module(name)"
    done = subprocess.run(
        [python, "-S", "-B", "-W", "error", "-c", each],
        env={"PYTHONPATH": path},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
