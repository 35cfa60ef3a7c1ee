# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import signal
import threading

from ansible_collections.rekey.oci.plugins.module_utils.common.threads import start

SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGALRM}


def mask() -> set[int]:
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, ()))


def test_a_thread_leaves_signals_to_the_main_one() -> None:
    before, found = mask(), []

    def work() -> None:
        found.append(mask())
        inner = threading.Thread(target=lambda: found.append(mask()))
        inner.start()
        inner.join()

    thread = threading.Thread(target=work)
    start(thread)
    thread.join()
    assert [each >= SIGNALS for each in found] == [True, True]
    assert mask() == before
    assert not SIGNALS & before
