# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that is silent holds no run for longer than its bounds, and the run says who was silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils._model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils._state import Options
from ansible_collections.rekey.oci.plugins.module_utils._steps import Fail
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import EPOCH, World, reconcile

SILENT = "https://silent.example did not answer in time"


@dataclass
class Silent(World):
    """Each call of one operation takes as long as the timeouts let it."""

    operation: str = "GetBucket"

    def _called(self, operation: str) -> None:
        super()._called(operation)
        if operation == self.operation:
            self.pass_time(40.0)
            raise ApiError(operation, SILENT, effect="late", retryable=True)


@pytest.mark.parametrize("operation", ["GetBucket", "GetKey", "ListWorkRequests", "UpdateBucket", "GetWorkRequest"])
@pytest.mark.parametrize("wait_timeout", [1, 30, 60, 300])
def test_it_ends_in_time_and_names_the_endpoint(operation: str, wait_timeout: int) -> None:
    there = Silent(operation=operation)
    run, outcome = reconcile(there, Options(wait_timeout=wait_timeout))
    assert isinstance(outcome, Fail)
    assert f"{operation} failed: {SILENT}" in outcome.message
    assert run.error is not None
    assert there.now - EPOCH <= wait_timeout + 90


class Slow(World):
    def _called(self, operation: str) -> None:
        super()._called(operation)
        self.pass_time(20.0)


def test_a_service_that_is_only_slow_is_said_to_be() -> None:
    there: Any = Slow()
    _run, outcome = reconcile(there, Options(wait_timeout=1))
    assert isinstance(outcome, Fail)
    assert outcome.message.startswith("The service answers too slowly to go on; wait_timeout (1 seconds) is over.")
