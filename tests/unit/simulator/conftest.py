# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulator.serving import Running, serve

from .helpers import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("simulator")) as running:
        yield running


@pytest.fixture
def running(shared: Running) -> Running:
    """A service with a bucket of four objects, in the compartment apps."""
    shared.control("POST", "reset")
    shared.control(
        "POST",
        "world",
        {"buckets": [{"name": "photos", "compartment": "apps", "key": "master", "objects": 4}]},
    )
    return shared
