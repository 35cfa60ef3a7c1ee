# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module as Ansible runs it: what it refuses is one line, and nothing is written then."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic

from ansible_collections.rekey.oci.plugins.module_utils.report import places
from ansible_collections.rekey.oci.plugins.modules import encryption_report
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.report_data import entry

Run = Callable[..., dict[str, Any]]


@pytest.fixture(name="run")
def _run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run the module in this process; returns what it printed. The report goes into a folder of its own."""
    (tmp_path / "report").mkdir()

    def run(**params: Any) -> dict[str, Any]:
        own = {"_ansible_remote_tmp": str(tmp_path), "_ansible_keep_remote_files": False}
        arguments = {"dest": str(tmp_path / "report" / "r.html"), "results": [], **own, **params}
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
        # Newer releases of ansible-core want to know how results are to be written.
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            encryption_report.main()
        printed: dict[str, Any] = json.loads(capsys.readouterr().out)
        return printed

    return run


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    """Whoever opens a pipe waits without end."""

    def late(*_given: Any) -> None:
        raise AssertionError("It hangs")

    older = signal.signal(signal.SIGALRM, late)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, older)


def listen(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as taken:
        here = Path.cwd()
        # A socket's path may not be long.
        os.chdir(path.parent)
        try:
            taken.bind(path.name)
        finally:
            os.chdir(here)


MADE: list[tuple[str, Callable[[Path], Any]]] = [
    ("a folder", Path.mkdir),
    ("a named pipe", os.mkfifo),
    ("a socket", listen),
    ("a device", lambda path: path.symlink_to("/dev/null")),
]


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("name", ["r.html", "r.json", "r.csv"])
@pytest.mark.parametrize(("kind", "make"), MADE, ids=[kind for kind, _make in MADE])
def test_what_is_no_file_is_refused(
    tmp_path: Path, run: Run, kind: str, make: Callable[[Path], Any], name: str, check_mode: bool
) -> None:
    make(tmp_path / "report" / name)
    for unsafe_writes in (False, True):
        result = run(_ansible_check_mode=check_mode, unsafe_writes=unsafe_writes)
        assert result["failed"] is True
        assert result["msg"] == "%s is %s: give the path of a file." % (tmp_path / "report" / name, kind)
    assert [path.name for path in (tmp_path / "report").iterdir()] == [name]


def test_a_file_that_is_not_asked_for_may_be_anything(tmp_path: Path, run: Run) -> None:
    os.mkfifo(tmp_path / "report" / "r.prom")
    assert run()["changed"] is True


def test_links_are_followed(tmp_path: Path, run: Run) -> None:
    """One to a file, and one to nothing."""
    assert run()["changed"] is True
    (tmp_path / "report" / "r.html").rename(tmp_path / "elsewhere.html")
    (tmp_path / "report" / "r.html").symlink_to(tmp_path / "elsewhere.html")
    assert run()["changed"] is False
    (tmp_path / "elsewhere.html").unlink()
    assert run()["changed"] is True


@pytest.mark.parametrize("path", ["", "nowhere", "a\0b"])
def test_where_nothing_is(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()
    assert places.kind_of(str(tmp_path / "file")) is None
    assert places.kind_of(str(tmp_path / "file" / path)) is None


@pytest.mark.parametrize("check_mode", [True, False])
def test_results_of_another_module_are_refused(tmp_path: Path, run: Run, check_mode: bool) -> None:
    compact = {"name": "payroll", "action": "submit", "reason": "key_version_changed", "error": None}
    result = run(results=[{"changed": True, "buckets": [compact]}], _ansible_check_mode=check_mode)
    assert result["failed"] is True
    assert "Entry 1 of results is not a result of rekey.oci.bucket_encryption_info" in result["msg"]
    assert "\n" not in result["msg"]
    assert list((tmp_path / "report").iterdir()) == []


def test_odd_values_and_loops_are_taken(run: Run) -> None:
    odd = entry("stale", key={"state": ["DISABLED"]}, key_version_age_days=10**400)
    failed = {"failed": True, "msg": "The region is unknown.", "buckets": [], "unlisted": []}
    loop = {"failed": True, "msg": "One or more items failed", "results": [{"buckets": [odd]}, failed]}
    result = run(results=[loop], formats=["html", "json", "csv", "junit", "prometheus"])
    assert result["totals"] == {"total": 1, "proven": 0, "not_proven": 1, "nothing_to_prove": 0}
