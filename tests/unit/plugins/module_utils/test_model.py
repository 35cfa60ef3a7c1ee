# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError


def test_a_failure_can_be_copied_whole() -> None:
    error = ApiError("GetKey", "not authorized", status=404, code="NotAuthorizedOrNotFound", retryable=True)
    copied = copy.copy(error)
    copied.retryable = False
    assert (copied.operation, copied.message, copied.status, copied.code) == (
        "GetKey", "not authorized", 404, "NotAuthorizedOrNotFound",
    )  # fmt: skip
    assert error.retryable
    assert str(copied) == "not authorized"
    assert copied.line() == error.line()
