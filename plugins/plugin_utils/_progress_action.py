# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection: names and behaviour may change without notice.

"""The action plugin of modules that wait: runs the module as ever, and shows meanwhile how far it is.

A thread reads what the module tells. Whatever goes wrong with that costs the lines, never the task.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any, Optional

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.display import Display

from ansible_collections.rekey.oci.plugins.module_utils.common.threads import SIGNALS, start
from ansible_collections.rekey.oci.plugins.module_utils.module.progress import ARGUMENT
from ansible_collections.rekey.oci.plugins.plugin_utils._module_action import ModuleAction
from ansible_collections.rekey.oci.plugins.plugin_utils._progress_channel import Channel, channel_to
from ansible_collections.rekey.oci.plugins.plugin_utils._progress_text import End, Teller, parse

#: The variable and the environment variable that are asked where a task does not say.
VARIABLE = "rekey_progress"
ENVIRONMENT = "ANSIBLE_REKEY_PROGRESS"

#: How long a signal waits for a line that is being told, in seconds.
_LINE_SECONDS = 1.0


class ProgressAction(ModuleAction):
    """As every module's, with lines in between."""

    _channel: Optional[Channel] = None

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        with self._shown(task_vars or {}):
            result: dict[str, Any] = super().run(tmp, task_vars)
        return result

    def _execute_module(self, module_name: Any = None, module_args: Any = None, *args: Any, **kwargs: Any) -> Any:
        if module_name is None and module_args is None:
            module_args = {name: value for name, value in self._task.args.items() if name != ARGUMENT}
            if self._channel is not None:
                module_args[ARGUMENT] = self._channel.path
        with _no_collecting():
            return super()._execute_module(module_name, module_args, *args, **kwargs)

    @contextlib.contextmanager
    def _shown(self, task_vars: Any) -> Any:
        channel = None
        with contextlib.suppress(Exception):
            channel = channel_to(self._connection, self._is_become_unprivileged()) if self._wanted(task_vars) else None
        if channel is None:
            yield
            return
        self._channel = channel
        stop, telling = threading.Event(), threading.Lock()
        watcher = threading.Thread(target=_watch, args=(channel, stop, telling), name="rekey-progress", daemon=True)
        try:
            with _signals_wait_for(telling):
                start(watcher)
                yield
        finally:
            stop.set()
            self._channel = None
            watcher.join(channel.farewell)
            channel.close()

    def _wanted(self, task_vars: Any) -> bool:
        """Whether anybody is there to see it. A module that does not wait here has nothing to tell."""
        task = self._task
        if task.async_val or task.check_mode or task.no_log or self._play_context.no_log:
            return False
        for value in (task.args.get("progress"), task_vars.get(VARIABLE), os.environ.get(ENVIRONMENT)):
            if value not in (None, ""):
                return bool(boolean(self._templar.template(value), strict=False))
        return True


@contextlib.contextmanager
def _no_collecting() -> Iterator[None]:
    """Putting a module together makes much that stays, and each look for garbage goes through all of Ansible's memory.

    That is a fifth of the time that it takes. This process is a worker, which ends with the task.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@contextlib.contextmanager
def _signals_wait_for(telling: threading.Lock) -> Iterator[None]:
    """A signal ends this worker at once. If it were just handing a line to Ansible, Ansible would wait for the rest for ever."""
    before: dict[int, Any] = {}

    def handle(number: int, frame: Any) -> None:
        told = telling.acquire(timeout=_LINE_SECONDS)
        try:
            if callable(before[number]):
                before[number](number, frame)
            else:
                signal.signal(number, before[number])
                signal.raise_signal(number)
        finally:
            if told:
                telling.release()

    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            # What is ignored stays so, and what no Python code has set cannot be set back.
            if signal.getsignal(number) not in (None, signal.SIG_IGN):
                before[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)


def _watch(channel: Channel, stop: threading.Event, telling: threading.Lock) -> None:
    """The thread: read, and say what is worth saying, until the module has ended or the channel fails."""
    try:
        if stop.wait(channel.delay):
            return
        channel.open()
        display, teller, rest = Display(), Teller(), b""
        while not stop.wait(channel.pause):
            *lines, rest = (rest + channel.read()).split(b"\n")
            for line in lines:
                record = parse(line)
                if isinstance(record, End):
                    return
                if record is not None:
                    teller.hear(record, time.monotonic())
            told = teller.say(time.monotonic())
            if told is not None and not stop.is_set():
                with telling:
                    display.display(told, stderr=True)
    except Exception as error:
        with telling:
            Display().vvv("Progress is not shown: %s" % error)
