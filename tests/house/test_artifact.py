# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What lies about in the working folder does not get into an artifact."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.tools import artifact, home
from tests.tools.paths import REPO, clean_environment

REPORTS = [
    f"{folder}rekey-encryption.{kind}"
    for folder in ("", "playbooks/", "docs/")
    for kind in ("html", "json", "csv", "xml", "prom")
]


def test_a_file_that_git_does_not_track_is_named() -> None:
    findings = artifact.stray(["README.md", "MANIFEST.json", "FILES.json", "docs/notes.md"], ["README.md", "Makefile"])
    assert [finding.partition(":")[0] for finding in findings] == ["docs/notes.md"]


@pytest.mark.parametrize("name", REPORTS)
def test_git_ignores_a_report(name: str) -> None:
    command = ["git", "check-ignore", "--quiet", "--no-index", name]
    assert subprocess.run(command, cwd=REPO, env=clean_environment(), check=False).returncode == 0


def test_a_report_is_not_packed(tmp_path: Path) -> None:
    """Not even by ansible-galaxy itself, in a folder that git knows nothing about."""
    for name in ("galaxy.yml", "README.md"):
        (tmp_path / name).write_bytes((REPO / name).read_bytes())
    for name in REPORTS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("somebody's buckets", encoding="utf-8")
    galaxy = artifact.BIN / "ansible-galaxy"
    built = tmp_path / "built"
    subprocess.run(
        [galaxy, "collection", "build", "--output-path", built],
        cwd=tmp_path, env=home.environment(artifact.BIN), check=True, capture_output=True,
    )  # fmt: skip
    with tarfile.open(next(built.glob("*.tar.gz"))) as packed:
        names = packed.getnames()
    assert "README.md" in names
    assert not [name for name in names if "rekey-encryption" in name]
