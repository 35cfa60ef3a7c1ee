# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What follows where a test lacks a program that pip does not bring, and that could not be installed."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def do_without(why_not: str) -> NoReturn:
    """Skip the test, or the tests of the fixture. A person may do so; CI must not pass without having looked."""
    if os.environ.get("CI", "").lower() in ("", "0", "false"):
        pytest.skip(why_not)
    pytest.fail(why_not)
