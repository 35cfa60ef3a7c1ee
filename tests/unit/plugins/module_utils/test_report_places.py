# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a report are all new or all old, whatever goes wrong, and nothing is left beside them."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.report import places

NAMES = ("r.html", "r.json", "r.csv")


def texts(folder: Path, word: str) -> dict[str, bytes]:
    return {str(folder / name): ("%s %s" % (word, name)).encode() for name in NAMES}


def there(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def write(folder: Path, word: str, in_place: bool = False) -> None:
    places.write(texts(folder, word), lambda new, path: None, in_place)


def told(word: str) -> dict[str, str]:
    return {name: "%s %s" % (word, name) for name in NAMES}


def test_new_and_changed_files(tmp_path: Path) -> None:
    for word in ("old", "new"):
        write(tmp_path, word)
        assert there(tmp_path) == told(word)
        assert {os.stat(tmp_path / name).st_mode & 0o777 for name in NAMES} == {0o600}


@pytest.mark.parametrize("older", [True, False])
@pytest.mark.parametrize(("name", "nth"), [("fsync", 1), ("fsync", 3), ("replace", 1), ("replace", 2), ("replace", 3)])
def test_a_failure_leaves_the_older_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, older: bool, name: str, nth: int
) -> None:
    """A full disk, a quota, or a file that cannot be replaced."""
    if older:
        write(tmp_path, "old")
    calls, real = [], getattr(os, name)

    def failing(*given: Any, **more: Any) -> Any:
        calls.append(given)
        if len(calls) == nth:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*given, **more)

    monkeypatch.setattr(os, name, failing)
    with pytest.raises(places.CannotWrite, match=r"r\.\w+ cannot be written: No space left on device\."):
        write(tmp_path, "new")
    assert there(tmp_path) == (told("old") if older else {})


def test_a_wrong_owner_leaves_the_older_report(tmp_path: Path) -> None:
    write(tmp_path, "old")

    def refuse(new: str, path: str) -> None:
        raise KeyError(path)

    with pytest.raises(KeyError):
        places.write(texts(tmp_path, "new"), refuse, False)
    assert there(tmp_path) == told("old")


@pytest.mark.parametrize("in_place", [True, False])
def test_what_cannot_be_replaced_is_written_over_if_that_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_place: bool
) -> None:
    """As with a file that is mounted into a container."""
    write(tmp_path, "old")
    before = {name: (tmp_path / name).stat().st_ino for name in NAMES}

    def busy(*given: Any) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(os, "replace", busy)
    if in_place:
        write(tmp_path, "new", True)
        assert there(tmp_path) == told("new")
        assert {name: (tmp_path / name).stat().st_ino for name in NAMES} == before
    else:
        with pytest.raises(places.CannotWrite, match="busy"):
            write(tmp_path, "new")
        assert there(tmp_path) == told("old")


def test_a_folder_that_may_not_be_written_is_found_beforehand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "r.html")
    places.check([path], False)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(places.CannotWrite, match="its folder may not be written"):
        places.check([path], True)
    monkeypatch.setattr(os, "access", lambda path, mode: path.endswith(".html"))
    places.check([path], True)
