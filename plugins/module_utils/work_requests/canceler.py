# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stopping one work request: look, cancel it once where it still runs, wait for its end."""

from __future__ import annotations

from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from ansible_collections.rekey.oci.plugins.module_utils.sdk.patience import Patience

CANCEL = "cancel"
WAIT = "wait"
DONE = "done"
TOO_LATE = "too late"

_NEXT = {"CANCELED": DONE, "CANCELING": WAIT, "COMPLETED": TOO_LATE, "FAILED": TOO_LATE}


class Uncanceled(Exception):
    """It did not end canceled. The message is one line for a person; ``error`` the call that told so, if it is one that failed."""

    def __init__(self, message: str, error: Optional[ApiError] = None) -> None:
        super().__init__(message)
        self.error = error


def next_action(status: Optional[str]) -> str:
    """What a work request in this state calls for. One in a state that nobody knows may be running."""
    return _NEXT.get(status or "", CANCEL)


class Canceler:
    """One work request's cancellation."""

    def __init__(self, api: OciApi, work_request_id: str, check_mode: bool, patience: Patience) -> None:
        self.api = api
        self.id = work_request_id
        self.check_mode = check_mode
        self.patience = patience
        self.waiting = patience.waiting
        self.before: Optional[str] = None
        self.work_request: Optional[WorkRequest] = None
        self.changed = False

    def run(self) -> None:
        """See that it ends canceled. Raises Uncanceled, or ApiError; either way all that was learned is kept."""
        status = self.before = self._look()
        if next_action(status) == CANCEL:
            self.changed = True
            if self.check_mode:
                return
            status = self._cancel()
        while True:
            action = next_action(status)
            if action == TOO_LATE:
                raise Uncanceled(self._too_late(status))
            if action == DONE or not self.waiting.wait or self.check_mode:
                return
            if not self.patience.pause():
                raise Uncanceled(
                    "Work request %s was told to stop, but has not ended within wait_timeout (%d seconds): it is %s. Run again to "
                    "wait for it." % (self.id, self.waiting.timeout, status)
                )
            status = self._look()

    def _look(self) -> Optional[str]:
        try:
            seen = self.work_request = self.patience.call(lambda: self.api.get_work_request(self.id))
        except ApiError as error:
            if error.status != 404:
                raise
            raise Uncanceled(
                "Work request %s was not found: it ended so long ago that the service has forgotten it, it is not of this "
                "region, or this user may not read it. %s" % (self.id, error.line()),
                error,
            ) from error
        status: Optional[str] = seen.status
        return status

    def _cancel(self) -> Optional[str]:
        """Ask for the cancellation, which may be asked for again where an answer was lost. Returns what came of it."""
        try:
            self.patience.call(self._send, meant=409)
        except ApiError as error:
            if error.status != 409:
                self.changed = error.effect != "none"
                raise
            # It has ended in between, or the cancellation whose answer was lost has been accepted.
            status = self._look()
            if next_action(status) == CANCEL:
                self.changed = False
                raise
            return status
        return self._look()

    def _send(self) -> None:
        self.api.calls.object_storage(
            "CancelWorkRequest",
            "cancel_work_request",
            self.id,
            retry_strategy=self.api.calls.clients.sdk.retry.NoneRetryStrategy(),
        )

    def _too_late(self, status: Optional[str]) -> str:
        if self.changed:
            return "Work request %s was told to stop, but it was %s before it could stop." % (self.id, status)
        return "Work request %s has %s already, so it cannot be canceled." % (self.id, status)

    def result(self) -> dict[str, Any]:
        """The module's return values, as far as known."""
        seen = self.work_request
        return {"changed": self.changed, "work_request": seen.as_result() if seen else None}

    def diff(self) -> dict[str, Any]:
        """Its state before and after; in check mode, what it would be told to become."""
        after = self.work_request.status if self.work_request else None
        if self.check_mode and self.changed:
            after = "CANCELED"
        return {"before": {"status": self.before}, "after": {"status": after}}
