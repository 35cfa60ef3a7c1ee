# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that refuses calls by a strict pattern: the same call is tried again, rather than the ones before it too."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ansible_collections.rekey.oci.plugins.module_utils._model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils._state import Options
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World, reconcile


@dataclass
class ThrottledWorld(World):
    """Every so manieth call gets 429, with or without ``retry-after``."""

    every: int = 2
    retry_after: float | None = None

    def _called(self, operation: str) -> None:
        super()._called(operation)
        if len(self.calls) % self.every == 0:
            raise ApiError(operation, "too many", 429, "TooManyRequests", retryable=True, retry_after=self.retry_after)


@pytest.mark.parametrize("retry_after", [None, 1.0])
@pytest.mark.parametrize("every", [2, 3, 4, 5])
def test_a_bucket_is_proven_all_the_same(every: int, retry_after: float | None) -> None:
    world = ThrottledWorld(every=every, retry_after=retry_after)
    _run, outcome = reconcile(world, Options())
    assert (outcome.action, outcome.reason, world.posts) == ("submit", "unproven", 1)
    assert len(world.calls) < 40
    _run, outcome = reconcile(world, Options())
    assert (outcome.action, outcome.reason, world.posts) == ("none", "up_to_date", 1)
