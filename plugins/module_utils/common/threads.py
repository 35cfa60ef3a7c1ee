# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Threads that leave signals to the main thread."""

from __future__ import annotations

import signal
import threading

#: Those by which people and programs stop a task.
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def start(thread: threading.Thread) -> None:
    """Start it so that it takes no Ctrl-C, no SIGTERM and no alarm (a task's ``timeout``), nor do the threads that it starts.

    Python acts on a signal in the main thread alone. If another thread took it, a main thread that sleeps or waits for an
    answer would not be woken. Raises RuntimeError where the system gives no more threads.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (*SIGNALS, signal.SIGALRM))
    try:
        thread.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
