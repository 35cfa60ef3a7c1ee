# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A POST that is refused until the run gives up leaves no claim that others would wait for."""

from __future__ import annotations

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.runs import reconcile
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World


@pytest.mark.parametrize("before", ["nothing", "an older receipt"])
def test_the_claim_is_taken_back(before: str) -> None:
    there = World()
    if before != "nothing":
        reconcile(there, Options())
    tags = dict(there.bucket.freeform_tags)
    there.refuse("ReencryptBucket", 429)
    _run, outcome = reconcile(there, Options(force=True), nonce="b" * 12)
    assert isinstance(outcome, Fail)
    assert "429" in outcome.message
    assert dict(there.bucket.freeform_tags) == tags
    there.heal()
    begun = there.now
    _run, outcome = reconcile(there, Options(force=True), nonce="c" * 12)
    assert isinstance(outcome, Done)
    assert there.now - begun < 60
