# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real ansible processes on one bucket, killed with SIGKILL at random moments: one submission, and a proof in the end."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from tests.simulator.serving import Running
from tests.wire.playing import HANG_SECONDS, MARK, bearing, clean, play, reencrypt

#: How many at once, in how many waves, each of which is killed.
CROWDS = [pytest.param(8, 3, id="8-at-once"), pytest.param(32, 1, id="32-at-once")]


def _start(folder: Path, simulator: Running, mark: str) -> subprocess.Popen[bytes]:
    env = {
        **clean(),
        **simulator.introduction["environment"],
        MARK: mark,
        "HOME": str(folder),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_LOCALHOST_WARNING": "False",
    }
    program = Path(sys.executable).parent / "ansible"
    interpreter = f"ansible_python_interpreter={sys.executable}"
    options = "bucket_name=photos namespace_name=examplens claim_grace=20 wait_interval=1"
    command = [str(program), "localhost", "-i", "localhost,", "-c", "local", "-e", interpreter]
    command += ["-m", "rekey.oci.bucket_reencrypt", "-a", options]
    return subprocess.Popen(command, env=env, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _kill(mark: str) -> None:
    """Kill all that bear the mark."""
    # Again until none is left: some begin others while /proc is read.
    while found := bearing(mark):
        for process in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def _seen(simulator: Running) -> int:
    return simulator.do(lambda inside: len(inside.seen))


@pytest.mark.waits
@pytest.mark.parametrize(("crowd", "waves"), CROWDS)
def test_killed_at_random_moments(simulator: Running, folder: Path, crowd: int, waves: int) -> None:
    folder.mkdir()
    (folder / "ansible.cfg").touch()
    simulator.control("PATCH", "settings", {"work_seconds": 2.0, "order": "random", "summary_resources": "none"})
    randomness = random.Random(crowd)
    for _wave in range(waves):
        mark = uuid.uuid4().hex
        begun = _seen(simulator)
        started = [_start(folder, simulator, mark) for _number in range(crowd)]
        moment = begun + randomness.randint(1, 5 * crowd)
        until = time.monotonic() + HANG_SECONDS
        while _seen(simulator) < moment and any(one.poll() is None for one in started):
            assert time.monotonic() < until, "the crowd hangs"
            time.sleep(0.01)
        _kill(mark)
        for one in started:
            one.wait()
        assert _seen(simulator) > begun
    (last,) = play(folder / "last", [reencrypt(claim_grace=20)], simulator.introduction["environment"]).results
    assert not last.get("failed"), last
    truth = simulator.control("GET", "truth")
    assert len(truth["submissions"]["photos"]) == 1
    assert truth["buckets"]["photos"]["all_current"]
    assert truth["buckets"]["photos"]["tags"]["team"] == "a"
    assert last["receipt"]["state"] == "completed"
    assert last["receipt"]["work_request_id"] == truth["submissions"]["photos"][0]
