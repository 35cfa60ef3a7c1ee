# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failures of several kinds in a row: each kind has its own bounds."""

from __future__ import annotations

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import RETRY_BUDGET, UNREACHABLE_TRIES, Row
from ansible_collections.rekey.oci.plugins.module_utils.sdk.retry import with_retries

BUSY = ApiError("GetKey", "busy", status=429, retryable=True)
RESET = ApiError("GetKey", "reset", retryable=True)
NOBODY = ApiError("GetKey", "nobody listens", retryable=True, unreachable=True)
BARE = ApiError("GetKey", "bare", code="Bare", retryable=True)


def refused(status: int, code: str) -> ApiError:
    return ApiError("GetKey", "refused", status=status, code=code)


def row(*failures: ApiError) -> Row:
    """One a minute."""
    made = Row()
    for number, error in enumerate(failures):
        made.add(error, 60.0 * number)
    return made


@pytest.mark.parametrize(
    ("failures", "alike"),
    [
        ([refused(404, "A")], 1),
        ([refused(404, "A"), refused(404, "B")], 2),
        ([refused(404, "A"), BUSY, refused(404, "A")], 2),
        ([refused(403, "A"), refused(404, "A")], 1),
        ([RESET, BARE], 1),
        ([RESET, NOBODY], 1),
        ([BARE, RESET, BARE], 2),
    ],
)
def test_alike(failures: list[ApiError], alike: int) -> None:
    assert row(*failures).alike == alike


@pytest.mark.parametrize(
    ("failures", "since"),
    [
        ([RESET, RESET], 0.0),
        ([BUSY, BUSY, RESET], 120.0),
        ([BUSY, RESET, NOBODY], 60.0),
        ([RESET, BUSY, RESET], 120.0),
        ([RESET, BUSY], 0.0),
    ],
)
def test_since(failures: list[ApiError], since: float) -> None:
    assert row(*failures).since == since


class Service:
    """Fails as it is told to, and then answers."""

    def __init__(self, *failures: ApiError) -> None:
        self.now = 0.0
        self._failures = list(failures)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def call(self) -> str:
        if self._failures:
            raise self._failures.pop(0)
        return "answer"

    def ask(self) -> str:
        return with_retries(self.call, lambda: self.now, self.sleep, lambda: 0.5, patient_until=10_000.0)


def test_a_broken_connection_after_a_busy_hour_is_tried_again() -> None:
    service = Service(*[BUSY] * 60, RESET)
    assert service.ask() == "answer"
    assert service.now > 4 * RETRY_BUDGET


def test_nobody_listens_for_a_moment_after_other_failures() -> None:
    assert Service(*[RESET] * (UNREACHABLE_TRIES - 1), NOBODY).ask() == "answer"
    with pytest.raises(ApiError, match="nobody listens"):
        Service(*[NOBODY] * UNREACHABLE_TRIES).ask()
