# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a work request is, as the service may tell it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import work_request_of


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (0, 0.0), (41.5, 41.5), (100, 100.0), (None, None), ("41", None), (-1, None), (100.5, None),
        (float("nan"), None), (float("inf"), None), (float("-inf"), None),
    ],
)  # fmt: skip
def test_what_is_no_part_of_a_hundred_is_not_known(told: Any, expected: float | None) -> None:
    times = dict.fromkeys(("time_accepted", "time_started", "time_finished"))
    data = SimpleNamespace(id="ocid1.workrequest.oc1..x", status="IN_PROGRESS", percent_complete=told, **times)
    work_request = work_request_of(data)
    assert work_request.percent_complete == expected
    json.dumps(work_request.as_result(), allow_nan=False)
