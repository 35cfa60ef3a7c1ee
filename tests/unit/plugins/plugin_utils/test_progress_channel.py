# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the module's writer to the controller's reader, through a file."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.module.progress import SLOWEST, Progress
from ansible_collections.rekey.oci.plugins.plugin_utils._progress_channel import (
    Channel,
    LocalChannel,
    RemoteChannel,
    channel_to,
)
from ansible_collections.rekey.oci.plugins.plugin_utils._progress_text import End, One, parse

RUNNING = WorkRequest("ocid1.example", "IN_PROGRESS", 40.0)


class Shell:
    SHELL_FAMILY = "sh"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get_option(self, name: str) -> list[str]:
        assert name == "system_tmpdirs"
        return [str(self.folder)]


class Connection:
    """Runs each command by itself, as ssh does; here rather than elsewhere."""

    transport = "ssh"
    become: Any = "the module's"

    def __init__(self, folder: Path) -> None:
        self._shell = Shell(folder)

    def set_become_plugin(self, plugin: Any) -> None:
        self.become = plugin

    def exec_command(self, command: str, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        assert self.become is None
        assert not sudoable
        done = subprocess.run(command, shell=True, capture_output=True, check=False)  # noqa: S602
        return done.returncode, done.stdout, done.stderr


@pytest.fixture(params=["local", "remote"])
def channel(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Channel:
    monkeypatch.setattr("ansible.constants.DEFAULT_LOCAL_TMP", str(tmp_path))
    if request.param == "local":
        return LocalChannel(shared=False)
    return RemoteChannel(Connection(tmp_path), shared=False, parent=str(tmp_path))


def mode(path: str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def records(read: bytes) -> list[Any]:
    return [parse(line) for line in read.splitlines()]


def test_what_is_written_is_read_once_and_nothing_stays(channel: Channel, tmp_path: Path) -> None:
    channel.open()
    with Progress(channel.path) as progress:
        progress.one("logs", RUNNING, 3.0)
        assert records(channel.read()) == [One("logs", "IN_PROGRESS", 40.0, 3.0)]
        progress.one("logs", RUNNING, 4.0)
        progress.one("logs", RUNNING, 5.0)
        assert [record.elapsed for record in records(channel.read())] == [4.0, 5.0]
    assert isinstance(records(channel.read())[0], End)
    channel.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shared", [False, True])
def test_once_the_module_tells_something_a_local_file_has_no_name(
    shared: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ansible.constants.DEFAULT_LOCAL_TMP", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    channel = LocalChannel(shared)
    channel.open()
    assert channel.read() == b""
    with Progress(channel.path) as progress:
        for elapsed in (1.0, 2.0):
            progress.one("logs", RUNNING, elapsed)
            assert records(channel.read()) == [One("logs", "IN_PROGRESS", 40.0, elapsed)]
            assert list(tmp_path.iterdir()) == []
    channel.close()


def test_only_its_owner_may_read_it(channel: Channel) -> None:
    channel.open()
    assert mode(channel.path) == 0o600
    assert mode(os.path.dirname(channel.path)) == 0o700
    channel.close()


def test_another_user_may_write_to_what_it_cannot_find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for channel in (LocalChannel(shared=True), RemoteChannel(Connection(tmp_path), True, str(tmp_path))):
        channel.open()
        assert mode(channel.path) == 0o622
        assert mode(os.path.dirname(channel.path)) == 0o711
        channel.close()


def left(folder: Path, file: str, age: float) -> Path:
    """What a killed task left, that long ago."""
    folder.mkdir()
    (folder / file).touch()
    for path in (folder / file, folder):
        os.utime(path, (time.time() - age,) * 2)
    return folder


@pytest.mark.parametrize("where", ["local", "remote"])
def test_what_a_killed_task_left_is_removed_by_the_next_a_day_later(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before, file = ("rekey-progress-", "progress-" + "0" * 32) if where == "local" else (".rekey-", "progress")
    day = 24 * 3600
    old = left(tmp_path / (before + "a" * 32), file, day + 60)
    # Its module is still telling.
    busy = left(tmp_path / (before + "b" * 32), file, day + 60)
    os.utime(busy / file)
    others = [
        left(tmp_path / (before + "c" * 32), file, day - 60),
        left(tmp_path / (before + "d" * 32), "something-else", day + 60),
        left(tmp_path / "rekey-backup", file, day + 60),
    ]
    target = left(tmp_path / "target", file, day + 60)
    (tmp_path / (before + "e" * 32)).symlink_to(target)
    if where == "local":
        channel: Channel = LocalChannel(shared=True)
    else:
        channel = RemoteChannel(Connection(tmp_path), False, str(tmp_path))
    channel.open()
    channel.close()
    assert not old.exists()
    assert all(path.is_dir() for path in (busy, *others))
    assert (target / file).exists()


def test_a_module_that_ends_before_the_file_is_made_leaves_nothing(channel: Channel, tmp_path: Path) -> None:
    with Progress(channel.path) as progress:
        progress.one("logs", RUNNING, 3.0)
    channel.close()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_made_late_gets_what_comes_later(channel: Channel) -> None:
    with Progress(channel.path) as progress:
        progress.one("logs", RUNNING, 1.0)
        channel.open()
        progress.one("logs", RUNNING, 2.0)
        assert [record.elapsed for record in records(channel.read())] == [2.0]
    channel.close()


def test_the_remote_file_goes_with_the_modules_last_line(tmp_path: Path) -> None:
    # The controller may be gone by then.
    channel = RemoteChannel(Connection(tmp_path), False, str(tmp_path))
    channel.open()
    with Progress(channel.path) as progress:
        progress.one("logs", RUNNING, 3.0)
    assert [type(record) for record in records(channel.read())] == [One, End]
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_vanished_is_an_error_of_the_channel(tmp_path: Path) -> None:
    channel = RemoteChannel(Connection(tmp_path), False, str(tmp_path))
    channel.open()
    os.unlink(channel.path)
    with pytest.raises(OSError, match="cannot be used"):
        channel.read()


def test_the_writer_follows_no_link_and_opens_no_device(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("")
    (tmp_path / "link").symlink_to(target)
    os.mkfifo(tmp_path / "fifo")
    for path in (str(tmp_path / "link"), str(tmp_path / "fifo"), str(tmp_path), os.devnull):
        with Progress(path) as progress:
            progress.one("logs", RUNNING, 3.0)
    assert target.read_text() == ""


def test_without_a_path_nothing_is_written() -> None:
    with Progress(None) as progress:
        progress.one("logs", RUNNING, 3.0)
        progress.many({"running": 1}, [], 1.0)


def test_a_fleet(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with Progress(str(path)) as progress:
        progress.many({"running": 9}, [("bucket-%d" % number, RUNNING, 1.0) for number in range(9)], 2.0)
    told = json.loads(path.read_text().splitlines()[0])
    assert told["counts"] == {"running": 9}
    assert [bucket["bucket"] for bucket in told["slowest"]] == ["bucket-%d" % number for number in range(SLOWEST)]


def test_which_connections_have_a_channel(tmp_path: Path) -> None:
    connection = Connection(tmp_path)
    assert isinstance(channel_to(connection, False), RemoteChannel)
    connection._shell.SHELL_FAMILY = "powershell"
    assert channel_to(connection, False) is None
    other = Connection(tmp_path)
    other.transport = "aws_ssm"
    assert channel_to(other, False) is None
    assert channel_to(object(), False) is None
