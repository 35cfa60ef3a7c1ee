# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put a report's files in their places: all of them, or none."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Callable, Optional

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class CannotWrite(Exception):
    """The older files are as they were. The message is one line for a person."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__("%s cannot be written: %s." % (path, error.strerror or error))


def kind_of(path: str) -> Optional[str]:
    """What there is in the place of a file. None for a file, and for nothing. Whoever opened a pipe might wait without end."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return None
    return next((kind for is_one, kind in _KINDS if is_one(mode)), None)


def check(paths: Iterable[str], in_place: bool) -> None:
    """Find out what can be found out without writing. Raises CannotWrite."""
    for path in paths:
        if os.access(os.path.dirname(path), os.W_OK | os.X_OK) or (in_place and os.access(path, os.W_OK)):
            continue
        raise CannotWrite(path, PermissionError(13, "its folder may not be written"))


def write(texts: Mapping[str, bytes], dress: Callable[[str, str], Any], in_place: bool) -> None:
    """Write beside the places, then move. All are of one folder. Raises CannotWrite.

    ``dress`` gives the first file the attributes that are meant for the second. With ``in_place`` a file that cannot be replaced,
    such as one that is mounted into a container, is written over.
    """
    with _told(next(iter(texts))):
        beside = _folder_beside(next(iter(texts)), in_place)
    with beside as folder:
        for path, text in texts.items():
            new = os.path.join(folder, os.path.basename(path))
            with _told(path):
                _write(new, text)
            dress(new, path)
        _move(list(texts), folder, in_place)


def _folder_beside(path: str, in_place: bool) -> Any:
    try:
        return tempfile.TemporaryDirectory(prefix=".rekey-report-", dir=os.path.dirname(path))
    except OSError:
        if not in_place:
            raise
        return tempfile.TemporaryDirectory(prefix=".rekey-report-")


def _write(path: str, text: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
        file.flush()
        # A full disk may tell so only here.
        os.fsync(file.fileno())


def _move(paths: list[str], folder: str, in_place: bool) -> None:
    """Move each file. Where one cannot be moved, those that were are put back."""
    moved: list[str] = []
    try:
        for path in paths:
            with _told(path):
                _keep(path, _old(folder, path), in_place)
                moved.append(path)
                _replace(os.path.join(folder, os.path.basename(path)), path, in_place)
    except BaseException:
        for path in moved:
            with contextlib.suppress(OSError):
                _put_back(_old(folder, path), path, in_place)
        raise


def _old(folder: str, path: str) -> str:
    return os.path.join(folder, "old-" + os.path.basename(path))


def _keep(path: str, old: str, in_place: bool) -> None:
    """The older file under a second name: no room is needed to have it back."""
    with contextlib.suppress(FileNotFoundError):
        # What is written over is written over under all of its names.
        if not in_place:
            with contextlib.suppress(PermissionError):
                os.link(path, old, follow_symlinks=False)
                return
        with open(path, "rb") as file:
            _write(old, file.read())


def _replace(new: str, path: str, in_place: bool) -> None:
    try:
        os.replace(new, path)
    except OSError:
        if not in_place:
            raise
        with open(new, "rb") as source:
            text = source.read()
        with open(path, "wb") as file:
            file.write(text)


def _put_back(old: str, path: str, in_place: bool) -> None:
    if os.path.lexists(old):
        _replace(old, path, in_place)
    else:
        os.unlink(path)


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(path, error) from error
