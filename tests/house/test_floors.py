# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lint holds the floors: a folder that imports from above is found, and said in words that a stranger understands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools import lint, tree
from tests.tools.paths import REPO

UTILS = "plugins/module_utils"
PACKAGE = "ansible_collections.rekey.oci.plugins.module_utils"


@pytest.fixture
def copy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A copy of the collection, to break."""
    monkeypatch.setattr(tree, "BUILD", tmp_path)
    return tree.lay_out("broken")


def holds(copy: Path) -> bool:
    return lint.imports_of(tree.collections_path(copy), REPO / "pyproject.toml")


def test_the_house_as_it_is(copy: Path) -> None:
    assert holds(copy)


def test_an_import_from_above_is_named(copy: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with (copy / UTILS / "decide" / "steps.py").open("a", encoding="utf-8") as file:
        file.write(f"from {PACKAGE}.fleet import scheduler\n")
    assert not holds(copy)
    told = " ".join(capfd.readouterr().out.split())
    assert (
        "A folder of plugins/module_utils imports from itself and from those below it, never from above BROKEN" in told
    )
    assert f"{PACKAGE}.decide is not allowed to import {PACKAGE}.fleet" in told
    assert "decide.steps -> ansible_collections.rekey.oci.plugins.module_utils.fleet.scheduler" in told


def test_a_folder_that_has_no_floor_is_named(copy: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = copy / UTILS / "attic"
    folder.mkdir()
    (folder / "__init__.py").touch()
    assert not holds(copy)
    assert "attic" in capfd.readouterr().out


def test_only_folders_lie_in_module_utils() -> None:
    entries = {
        path.parts[2]: len(path.parts) > 3 for path in tree.files() if path.parts[:2] == ("plugins", "module_utils")
    }
    assert all(entries.values())
    assert len(entries) <= 10


def test_a_long_file_is_found(tmp_path: Path) -> None:
    file = tmp_path / "long.py"
    file.write_text('DOCUMENTATION = """\n' + "line\n" * 400 + '"""\n' + "x = 1\n" * 301, encoding="utf-8")
    assert lint.lines_of(file) == 301


@pytest.mark.parametrize("folder", ["plugins", "extensions", "tests"])
def test_the_check_looks_at_tests_and_extensions_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.setattr(lint, "REPO", tmp_path)
    monkeypatch.setattr(tree, "files", lambda: [Path(folder, "some.py")])
    file = tmp_path / folder / "some.py"
    file.parent.mkdir()
    for lines, fits in ((300, True), (301, False)):
        file.write_text("x = 1\n" * lines, encoding="utf-8")
        assert lint.length() == fits


def test_a_folder_s_init_is_empty() -> None:
    """As ansible-test sanity asks of it on ansible-core 2.16 and 2.17."""
    found = (REPO / UTILS).glob("*/__init__.py")
    assert [path.parent.name for path in found if path.stat().st_size] == []
