# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines come while a task waits, wherever it is watched; and they change nothing but what is seen."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import ansible_runner
import pytest

from .conftest import BIN, COMPARTMENT, PATIENCE, Site, Terminal, script

LINE = re.compile(r"payroll: IN_PROGRESS \d+ %, \d+ s(, about \d+ s left)?")
LEFT = re.compile(r"payroll: IN_PROGRESS \d+ %, \d+ s, about \d+ s left")
BUCKET: dict[str, Any] = {"bucket_name": "payroll", "force": True, "wait_interval": 1}
MODULE = "rekey.oci.bucket_reencrypt"


def task(**more: Any) -> dict[str, Any]:
    return {"name": "Payroll", MODULE: BUCKET, "register": "result", **more}


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if LINE.fullmatch(line)]


def test_a_terminal_shows_it_while_the_task_runs(site: Site) -> None:
    leader, follower = pty.openpty()
    with subprocess.Popen(
        site.playbook(task()), env=site.environment, stdin=follower, stdout=follower, stderr=follower, close_fds=True
    ) as process:
        os.close(follower)
        shown = b""
        while True:
            try:
                part = os.read(leader, 1 << 16)
            except OSError:  # as Linux says that the other end is closed
                break
            if not part:
                break
            shown += part
        os.close(leader)
        assert process.wait(PATIENCE) == 0, shown
    seen = shown.decode().replace("\r\n", "\n").splitlines()
    first = next(number for number, line in enumerate(seen) if LINE.fullmatch(line))
    assert (
        seen.index("changed: [localhost]") > first > seen.index(next(line for line in seen if "TASK [Payroll]" in line))
    )
    assert any(LEFT.fullmatch(line) for line in seen)
    assert site.left_over() == []


def test_tmux_shows_it_while_the_task_runs(site: Site, terminal: Callable[[list[str]], Terminal]) -> None:
    window = terminal(site.playbook(task()))
    screen = window.wait_for(lambda shown: any(LEFT.fullmatch(line) for line in shown))
    assert "changed: [localhost]" not in screen
    screen = window.wait_for(lambda shown: any(line.startswith("localhost ") for line in shown))
    assert screen.index("changed: [localhost]") > max(
        number for number, line in enumerate(screen) if LINE.fullmatch(line)
    )


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_an_interruption_leaves_nothing(site: Site, how: signal.Signals) -> None:
    with subprocess.Popen(
        site.playbook(task()),
        env=site.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        assert any(LINE.fullmatch(line.rstrip("\n")) for line in process.stderr)
        if how is signal.SIGINT:
            # As a terminal does on Ctrl-C.
            os.killpg(process.pid, how)
        else:
            process.send_signal(how)
        process.stderr.read()
        assert process.wait(PATIENCE) != 0
    assert site.left_over() == []


def test_the_event_stream_of_ansible_runner_has_it_before_the_tasks_end(site: Site) -> None:
    # As AWX runs a job, and as it shows one: event by event.
    private = site.folder / "runner"
    (private / "project").mkdir(parents=True)
    site.playbook(task())
    (site.folder / "play.yml").rename(private / "project" / "play.yml")
    # It hands on all of this process's own environment.
    with mock.patch.dict("os.environ", site.environment, clear=True):
        ran = ansible_runner.run(
            private_data_dir=str(private),
            playbook="play.yml",
            inventory="localhost ansible_connection=local",
            extravars=json.loads(site.python()),
            quiet=True,
            timeout=PATIENCE,
        )
    events = list(ran.events)
    assert ran.status == "successful", [event["stdout"] for event in events]
    ended = next(event["counter"] for event in events if event["event"] == "runner_on_ok")
    told = [event["counter"] for event in events if lines(event["stdout"])]
    assert told
    assert max(told) < ended
    # The job's whole output, as it is downloaded.
    with ran.stdout as output:
        assert lines(output.read().replace("\r\n", "\n"))


def test_standard_output_and_the_result_are_the_same_with_and_without(site: Site) -> None:
    show = {"ansible.builtin.debug": {"var": "result"}}
    with_it = site.run(site.playbook(task(), show))
    without = site.run(site.playbook(task(), show), ANSIBLE_REKEY_PROGRESS="false")
    assert lines(with_it.stderr)
    assert without.stderr == ""
    assert with_it.stdout.splitlines()[0] == without.stdout.splitlines()[0]
    assert lines(with_it.stdout) == []
    assert plain(with_it.stdout) == plain(without.stdout)


def plain(text: str) -> str:
    """Without what differs between any two runs: names of work requests, moments, and what only a bucket without receipt asks for."""
    text = re.sub(r'"origin": (null|"INTERNAL")', "ORIGIN", text)
    text = re.sub(r"ocid1\.objectstorageworkrequest[\w.]+", "WORK", text)
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", "TIME", text)


@pytest.mark.parametrize(
    "more",
    [
        {MODULE: {**BUCKET, "progress": False}},
        {"vars": {"rekey_progress": False}},
        {"vars": {"rekey_progress": "{{ 1 > 2 }}"}},
        {"async": 60, "poll": 1},
        {"no_log": True},
        {"check_mode": True},
    ],
    ids=["option", "variable", "template", "async", "no_log", "check_mode"],
)
def test_silence(site: Site, more: dict[str, Any]) -> None:
    check = {"ansible.builtin.assert": {"that": ["result.changed", "result.action == 'submit'"]}}
    done = site.run(site.playbook(task(**more), check))
    assert lines(done.stdout + done.stderr) == []
    assert site.left_over() == []


def test_the_task_has_the_last_word(site: Site) -> None:
    done = site.run(
        site.playbook(task(**{MODULE: {**BUCKET, "progress": True}}, vars={"rekey_progress": False})),
        ANSIBLE_REKEY_PROGRESS="no",
    )
    assert lines(done.stderr)


def test_each_item_of_a_loop_and_each_retry_is_shown(site: Site) -> None:
    loop = task(**{MODULE: {**BUCKET, "bucket_name": "{{ item }}"}}, loop=["payroll", "photos"])
    again = task(until="result.attempts > 1", retries=2, delay=0, register="result")
    done = site.run(site.playbook(loop))
    assert lines(done.stderr)
    assert re.search(r"^photos: IN_PROGRESS", done.stderr, re.MULTILINE)
    done = site.run(site.playbook(again))
    # The second starts over.
    percents = [int(line.split()[2]) for line in lines(done.stderr)]
    assert percents != sorted(percents)
    assert site.left_over() == []


@pytest.fixture
def elsewhere(site: Site) -> dict[str, Any]:
    """Variables of a host that is reached by the ssh plugin; its client runs the command here."""
    client = script(site.folder / "ssh", 'for last in "$@"; do :; done\nexec /bin/sh -c "$last"\n')
    return {
        "ansible_connection": "ssh",
        "ansible_ssh_executable": str(client),
        "ansible_system_tmpdirs": [str(site.folder / "tmp")],
        "ansible_host": "elsewhere.example",
    }


def test_a_remote_host(site: Site, elsewhere: dict[str, Any]) -> None:
    done = site.run(site.playbook(task(), vars=elsewhere))
    assert lines(done.stderr)


def test_delegation(site: Site, elsewhere: dict[str, Any]) -> None:
    here = {"ansible_connection": "local"}
    done = site.run(site.playbook(task(delegate_to="localhost", vars=here), vars=elsewhere))
    assert lines(done.stderr)
    assert "changed: [localhost]" in done.stdout


@pytest.mark.parametrize("remote", [False, True], ids=["local", "remote"])
def test_becoming_somebody_without_privileges(site: Site, elsewhere: dict[str, Any], remote: bool) -> None:
    # What sudo would do, but for the change of user: the file is made for one who may only write to it.
    sudo = script(site.folder / "sudo", 'for last in "$@"; do :; done\nexec /bin/sh -c "$last"\n')
    become = {"become": True, "become_user": "nobody", "become_method": "ansible.builtin.sudo", "become_exe": str(sudo)}
    done = site.run(site.playbook(task(**become), vars=elsewhere if remote else {}))
    assert lines(done.stderr)


def test_a_connection_that_lets_nothing_through(site: Site, elsewhere: dict[str, Any]) -> None:
    # Nobody can write there: the task works on in silence.
    nowhere = {"ansible_system_tmpdirs": [str(site.folder / "nowhere")]}
    done = site.run(site.playbook(task(), vars={**elsewhere, **nowhere}))
    assert "changed: [localhost]" in done.stdout
    assert lines(done.stderr) == []


def test_a_task_that_fails_fails_with_the_same_words(site: Site) -> None:
    site.ask("settings", {"outcomes": ["FAILED", "FAILED"]})
    fails = task(ignore_errors=True)
    show = {"ansible.builtin.debug": {"var": "result"}}
    with_it = site.run(site.playbook(fails, show))
    without = site.run(site.playbook(fails, show), ANSIBLE_REKEY_PROGRESS="false")
    assert lines(with_it.stderr)
    assert "The re-encryption ended FAILED" in with_it.stdout
    assert plain(with_it.stdout) == plain(without.stdout)


def test_a_fleet_is_shown_by_counts_and_its_slowest(site: Site) -> None:
    fleet = {"rekey.oci.compartment_reencrypt": {"compartment_ids": [COMPARTMENT], "force": True}}
    done = site.run(site.playbook(fleet))
    assert re.search(
        r"^2 buckets: 2 (accepted|in_progress), \d+ s; slowest: p\w+ (ACCEPTED|IN_PROGRESS \d+ %)",
        done.stderr,
        re.MULTILINE,
    )
    assert site.left_over() == []


def test_one_command_at_the_shell(site: Site) -> None:
    arguments = "bucket_name=payroll force=true"
    command = [str(BIN / "ansible"), "localhost", "-e", site.python(), "-m", MODULE, "-a", arguments]
    assert lines(site.run(command).stderr)


def test_the_documentation_names_the_setting() -> None:
    command = [str(BIN / "ansible-doc"), "-j", MODULE]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE).stdout)
    assert "ANSIBLE_REKEY_PROGRESS" in json.dumps(found[MODULE]["doc"]["options"]["progress"])
    assert Path(found[MODULE]["doc"]["filename"]).is_file()
