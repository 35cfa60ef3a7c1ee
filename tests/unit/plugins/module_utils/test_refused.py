# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A POST that is refused until the run gives up leaves no claim that others would wait for."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World, reconcile


class Refusing(World):
    """Refuses every re-encryption, until it is told not to."""

    status = 429

    def reencrypt_bucket(self, *args: Any) -> str:
        if not self.status:
            return super().reencrypt_bucket(*args)
        self._called("ReencryptBucket")
        raise ApiError(
            "ReencryptBucket", "too many", status=self.status, code="TooManyRequests", retryable=True, effect="none"
        )


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("before", ["nothing", "an older receipt"])
def test_the_claim_is_taken_back(status: int, before: str) -> None:
    there = Refusing()
    if before != "nothing":
        there.status = 0
        reconcile(there, Options())
    tags = dict(there.bucket.freeform_tags)
    there.status = status
    _run, outcome = reconcile(there, Options(force=True), nonce="b" * 12)
    assert isinstance(outcome, Fail)
    assert str(status) in outcome.message
    assert dict(there.bucket.freeform_tags) == tags
    there.status = 0
    begun = there.now
    _run, outcome = reconcile(there, Options(force=True), nonce="c" * 12)
    assert isinstance(outcome, Done)
    assert there.now - begun < 60
