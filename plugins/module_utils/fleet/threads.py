# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The threads of a run: each takes what the scheduler has, until there is no more, or until they are told to stop."""

from __future__ import annotations

import threading
import time
from typing import Callable, Optional, Union

from ansible_collections.rekey.oci.plugins.module_utils.common.threads import start
from ansible_collections.rekey.oci.plugins.module_utils.fleet.scheduler import FOREVER, Scheduler
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import NoSlot, Task, Wait, unexpected

#: When told to stop, calls under way get this long to end, in seconds.
_LAST_CALLS = 8.0

#: A thread's stack, in bytes: the default would be 8 MiB of address space each.
_STACK = 512 * 1024

#: What a task's piece came to: the seconds of a pause, what it waits for, or its end.
Verdict = Union[float, Wait, NoSlot, None]


class Stopped(Exception):
    """The run was told to stop while this thread slept."""


class Stop:
    """Whether nothing more is to be begun. May be told by a signal's handler: it takes no lock."""

    def __init__(self) -> None:
        self._event = threading.Event()

    @property
    def told(self) -> bool:
        return self._event.is_set()

    def tell(self) -> None:
        self._event.set()

    def sleep(self, seconds: float) -> None:
        """Raises Stopped, at once when it is told."""
        if self._event.wait(seconds):
            raise Stopped


class Threads:
    """``take_back`` is told, with the lock held, what became of a task's piece. ``here`` does without any threads."""

    def __init__(
        self, scheduler: Scheduler, stop: Stop, workers: int, take_back: Callable[[Task, Verdict], None]
    ) -> None:
        self._scheduler = scheduler
        self._stop = stop
        self._workers = workers
        self._take_back = take_back
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        #: An error that is nobody's alone, and that ended the run.
        self.crash: Optional[str] = None
        #: Why nothing more is told of the progress.
        self.unobserved: Optional[str] = None

    def run(self, observe: Optional[Callable[[], None]]) -> None:
        """Run until all is done, or told to stop. ``observe`` is called now and then meanwhile, in this thread."""
        self._start()
        while not self._ended.wait(0.5) and not self._stop.told:
            if observe is not None and not self._observed(observe):
                observe = None
        if self._stop.told:
            self._join()

    def here(self, sleep: Callable[[float], None]) -> None:
        """Run all in this thread."""
        while not self._stop.told:
            got = self._scheduler.pick()
            if got is None:
                return
            if isinstance(got, float):
                sleep(got)
            else:
                self._take_back(got, self._advance(got))

    def _start(self) -> None:
        size = threading.stack_size(_STACK)
        try:
            for _number in range(self._workers):
                thread = threading.Thread(target=self._work, daemon=True)
                start(thread)
                self._threads.append(thread)
        except RuntimeError as error:
            # The system gives no more: fewer do the same work.
            if not self._threads:
                self._crashed(error)
        finally:
            threading.stack_size(size)

    def _join(self) -> None:
        deadline = time.monotonic() + _LAST_CALLS
        with self._scheduler.changed:
            self._scheduler.changed.notify_all()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _observed(self, observe: Callable[[], None]) -> bool:
        try:
            observe()
        except Exception as error:
            self.unobserved = unexpected(error)
            return False
        return True

    def _crashed(self, error: BaseException) -> None:
        """An error that is nobody's alone: begin nothing more, and end with what is known."""
        self.crash = self.crash or unexpected(error)
        self._stop.tell()

    def _work(self) -> None:
        try:
            self._work_on()
        except BaseException as error:
            # Whatever it is: a thread that dies in silence would be waited for, for ever.
            self._crashed(error)
        finally:
            self._ended.set()
            with self._scheduler.changed:
                self._scheduler.changed.notify_all()

    def _work_on(self) -> None:
        task: Optional[Task] = None
        verdict: Verdict = None
        while True:
            with self._scheduler.changed:
                if task is not None:
                    self._take_back(task, verdict)
                task = self._take()
                if task is None:
                    return
            verdict = self._advance(task)

    def _take(self) -> Optional[Task]:
        scheduler = self._scheduler
        while not self._stop.told:
            got = scheduler.pick()
            if got is None:
                return None
            if not isinstance(got, float):
                if scheduler.more():
                    scheduler.changed.notify()
                return got
            scheduler.changed.wait(None if got == FOREVER else got)
        return None

    @staticmethod
    def _advance(task: Task) -> Verdict:
        try:
            return task.run()
        except (Wait, NoSlot) as verdict:
            return verdict
        except Stopped:
            return None
        except Exception as error:  # one bucket's failure, of whatever kind, stops no other
            task.broke(error)
            return None
