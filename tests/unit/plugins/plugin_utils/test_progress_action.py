# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugin around a module: what it switches off is on again afterwards."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

import pytest

from ansible_collections.rekey.oci.plugins.plugin_utils import _progress_action


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = gc.isenabled()
    yield
    (gc.enable if before else gc.disable)()


@pytest.mark.parametrize("collecting", [True, False])
def test_the_collector_is_as_it_was(collecting: bool) -> None:
    (gc.enable if collecting else gc.disable)()
    with contextlib.suppress(KeyError), _progress_action._no_collecting():
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled() is collecting
