# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection: names and behaviour may change without notice.

"""The file through which a running module tells its progress: made here, written by the module, read here."""

from __future__ import annotations

import contextlib
import copy
import os
import re
import secrets
import shlex
import shutil
import stat
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from typing import Any, Optional

from ansible import constants

#: Connections whose every command is a process of its own, so that a second one beside the module's does no harm.
STATELESS = frozenset(("ssh",))

#: Of a file that is written faster than it is read, in bytes at a time.
_PART = 1 << 16

#: A file that was not written to for so long, in seconds, is that of a task which was killed.
_STALE = 24 * 3600

_FOLDER = "rekey-progress-"
_FILE = "progress-"


class Channel(ABC):
    """One file for one run of a module.

    Only its owner may read it. A module that runs as another user without privileges may write to it all the same: the
    name of a file that nobody can list is its key.
    """

    #: Seconds between two reads; and from the module's start to the making of the file, which short tasks never see.
    pause = 0.25
    delay = 0.0

    #: How long the module's end may wait for the last read's, in seconds.
    farewell = 1.0

    #: Where the module finds the file.
    path: str

    @abstractmethod
    def open(self) -> None:
        """Make the file. Raises OSError, or whatever the connection raises."""

    @abstractmethod
    def read(self) -> bytes:
        """What was written since the last read."""

    @abstractmethod
    def close(self) -> None:
        """Remove the file. Never raises."""


class LocalChannel(Channel):
    """For a module that runs on the controller."""

    def __init__(self, shared: bool) -> None:
        self._shared = shared
        if shared:
            remove_stale(tempfile.gettempdir())
        # Ansible removes its own folder at its end, an interruption's too; but no other user may pass there.
        self._folder = tempfile.mkdtemp(prefix=_FOLDER, dir=None if shared else constants.DEFAULT_LOCAL_TMP)
        self.path = os.path.join(self._folder, _FILE + secrets.token_hex(16))
        self._file: Optional[int] = None
        self._hidden = False
        self._lock = threading.Lock()

    def open(self) -> None:
        self._file = os.open(self.path, os.O_RDONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        if self._shared:
            os.fchmod(self._file, 0o622)
            # The other user may pass, and see nothing.
            os.chmod(self._folder, 0o711)  # noqa: S103

    def read(self) -> bytes:
        with self._lock:
            found = os.read(self._file, _PART) if self._file is not None else b""
        if found and not self._hidden:
            # The module has it open by now: without a name it is gone however the two processes end.
            self._hide()
        return found

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None
        self._hide()

    def _hide(self) -> None:
        self._hidden = True
        shutil.rmtree(self._folder, ignore_errors=True)


def remove_stale(parent: str) -> None:
    """Remove what killed tasks of this user left: folders of the very names, with nothing else in them. Never raises."""
    with contextlib.suppress(OSError):
        for found in list(os.scandir(parent)):
            if found.name.startswith(_FOLDER):
                with contextlib.suppress(OSError):
                    _remove_if_stale(found.path)


def _remove_if_stale(folder: str) -> None:
    found = os.lstat(folder)
    # No other user can put anything in its place then.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        return
    files = os.listdir(folder)
    paths = [os.path.join(folder, name) for name in files]
    if not all(re.fullmatch(_FILE + "[0-9a-f]{32}", name) for name in files):
        return
    if max([found.st_mtime, *(os.lstat(path).st_mtime for path in paths)]) > time.time() - _STALE:
        return
    for path in paths:
        os.unlink(path)
    os.rmdir(folder)


class RemoteChannel(Channel):
    """For a module on another machine, over the same connection's settings. Each read waits there for news."""

    pause = 0.1
    delay = 2.0
    farewell = 0.0

    #: How long a read waits for news on the remote machine, in seconds.
    _PATIENCE = 20

    # First it removes what killed tasks of this user left there: folders of the very names, untouched for a day.
    _MAKE = (
        'find {parent}/.rekey-{any_name} -type d -user "$(id -u)" -mtime +0 -exec /bin/sh -c '
        '\'test -z "$(find "$1" -type f -mtime -1)" && rm -f "$1"/progress && rmdir "$1"\' - {{}} \';\' '
        ">/dev/null 2>&1; "
        "umask 077 && mkdir -m {folder_mode} {folder} && : > {path} && chmod {mode} {path}"
    )
    # It removes the file once the module has written its last line, even where nobody reads the answer any more.
    _READ = (
        "i=0; while [ $i -lt {patience} ] && s=$(wc -c < {path}) && [ $s -le {offset} ]; do sleep 1; i=$((i+1)); done; "
        "exec 3< {path} || exit 1; "
        "if tail -n 1 {path} | grep -q '^{{\"end\"'; then rm -rf {folder}; fi; tail -c +{start} <&3"
    )

    def __init__(self, connection: Any, shared: bool, parent: str) -> None:
        # A copy, so that nothing that a connection keeps between calls is changed under the module's own.
        self._connection = copy.copy(connection)
        self._connection.set_become_plugin(None)
        self._shared = shared
        self._parent = parent.rstrip("/")
        self._folder = "%s/.rekey-%s" % (self._parent, secrets.token_hex(16))
        self.path = self._folder + "/progress"
        self._offset = 0
        self._made = False
        self._lock = threading.Lock()
        self._closed = False

    def _run(self, script: str, **more: Any) -> bytes:
        script = script.format(folder=shlex.quote(self._folder), path=shlex.quote(self.path), **more)
        status, output, _errors = self._connection.exec_command("/bin/sh -c %s" % shlex.quote(script), sudoable=False)
        if status != 0:
            raise OSError("the progress file of the remote machine cannot be used")
        return bytes(output)

    def open(self) -> None:
        with self._lock:
            if not self._closed:
                self._run(
                    self._MAKE,
                    parent=shlex.quote(self._parent),
                    any_name="?" * 32,
                    folder_mode="711" if self._shared else "700",
                    mode="622" if self._shared else "600",
                )
                self._made = True
            if self._made and self._closed:
                self._run("rm -rf {folder}")

    def read(self) -> bytes:
        with self._lock:
            if not self._made or self._closed:
                return b""
            output = self._run(self._READ, patience=self._PATIENCE, offset=self._offset, start=self._offset + 1)
        self._offset += len(output)
        return output

    def close(self) -> None:
        # A read that is under way removes the file itself, within a second: that is not worth waiting for.
        self._closed = True
        if self._lock.acquire(blocking=False):
            try:
                if self._made:
                    with contextlib.suppress(Exception):
                        self._run("rm -rf {folder}")
            finally:
                self._lock.release()


def channel_to(connection: Any, shared: bool) -> Optional[Channel]:
    """The channel to a module that runs over this connection; None where there is no safe one."""
    transport = getattr(connection, "transport", None)
    if transport == "local":
        return LocalChannel(shared)
    shell = getattr(connection, "_shell", None)
    if transport in STATELESS and shell is not None and getattr(shell, "SHELL_FAMILY", None) == "sh":
        parents = shell.get_option("system_tmpdirs")
        return RemoteChannel(connection, shared, str(parents[-1]) if parents else "/tmp")  # noqa: S108
    return None
