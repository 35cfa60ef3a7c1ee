# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work requests that keep their slots although nobody waits for them any more."""

from __future__ import annotations

from collections import deque
from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common import schedule
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.fleet.bucket_api import Context
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import Task
from ansible_collections.rekey.oci.plugins.module_utils.sdk.api import SharedApi


class RunningElsewhere(Task):
    """One region's work requests that run on although their bucket's task has ended, while others wait for their slots."""

    def __init__(self, context: Context, api: SharedApi, region: Optional[str], patience: float) -> None:
        self.region = region
        self._scheduler = context.scheduler
        self._shared = context.shared
        self._api = api
        self._patience = patience
        self._running: deque[str] = deque()
        self._scheduled = False
        self._since: Optional[float] = None
        #: None of them ended in time, or nobody can tell.
        self.hopeless = False

    def take(self, work_request_id: str) -> None:
        """The slot stays taken until the work request has ended."""
        self._running.append(work_request_id)

    @property
    def any(self) -> bool:
        return bool(self._running) and not self.hopeless

    def schedule(self) -> None:
        """With the lock held."""
        if self.any and not self._scheduled and self._scheduler.slots_wanted():
            self._scheduled = True
            self._scheduler.add(self)

    def run(self) -> Optional[float]:
        scheduler = self._scheduler
        now = scheduler.clock()
        self._since = now if self._since is None else self._since
        while self._running:
            try:
                seen = self._shared.send(self.region, self._api.get_work_request, self._running[0])
                ended = seen.terminal
            except ApiError as error:
                ended = error.status == 404
            if not ended:
                break
            with scheduler.changed:
                self._running.popleft()
                self._since = now
                scheduler.free_slot()
        with scheduler.changed:
            if not self._running or not scheduler.slots_wanted():
                self._scheduled = False
                self._since = None
                return None
        if now - max(self._since, scheduler.freed_at) > self._patience:
            self.hopeless = True
            return None
        return schedule.poll_pause(now - self._since, None, 10.0, 0.5)

    def broke(self, error: Exception) -> None:
        self.hopeless = True
