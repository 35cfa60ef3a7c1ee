# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugin around a module: what it switches off is on again afterwards."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.threads import SIGNALS, start
from ansible_collections.rekey.oci.plugins.plugin_utils import _progress_action


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = gc.isenabled()
    yield
    (gc.enable if before else gc.disable)()


@pytest.mark.parametrize("collecting", [True, False])
def test_the_collector_is_as_it_was(collecting: bool) -> None:
    (gc.enable if collecting else gc.disable)()
    with contextlib.suppress(KeyError), _progress_action._no_collecting():
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled() is collecting


def _ends(number: int, _frame: object) -> None:
    raise KeyboardInterrupt(number)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_waits_for_the_line_that_is_being_told(number: signal.Signals) -> None:
    before = signal.signal(number, _ends)
    telling, order = threading.Lock(), []

    def tell() -> None:
        with telling:
            os.kill(os.getpid(), number)
            time.sleep(0.2)
            order.append("told")

    thread = threading.Thread(target=tell)
    try:
        with contextlib.suppress(KeyboardInterrupt), _progress_action._signals_wait_for(telling):
            start(thread)
            thread.join()
            order.append("not ended")
        order.append("ended")
        assert order == ["told", "ended"]
        assert signal.getsignal(number) is _ends
        assert not telling.locked()
    finally:
        signal.signal(number, before)


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with _progress_action._signals_wait_for(threading.Lock()):
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
