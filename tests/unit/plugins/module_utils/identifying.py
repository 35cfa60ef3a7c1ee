# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls, by options alone: whom they name, or the one line that they are refused with."""

from __future__ import annotations

from typing import Any

import oci
import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.module_utils.sdk import identity
from ansible_collections.rekey.oci.plugins.module_utils.sdk.identity import Identity
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import (
    PASS_PHRASE,
)


def identify(**params: Any) -> Identity:
    return identity.identify(params, oci)


def refused(**params: Any) -> str:
    """The one line that these options are refused with."""
    with pytest.raises(BadInput) as error:
        identify(**params)
    text = str(error.value)
    assert "\n" not in text
    assert 20 < len(text) < 500
    assert PASS_PHRASE not in text
    assert "BEGIN" not in text
    return text
