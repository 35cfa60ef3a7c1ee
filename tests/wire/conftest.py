# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.serving import Running, serve
from tests.tools import warm
from tests.wire import playing

WORLD: dict[str, Any] = {
    "reset": True,
    "settings": {"work_seconds": 0.2},
    "buckets": [{"name": "photos", "key": "master", "objects": 2, "tags": {"team": "a"}}],
}


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("plain"), WORLD) as running:
        yield running


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("tls"), WORLD, tls=True) as running:
        yield running


@pytest.fixture(scope="session")
def warm_python() -> Iterator[str]:
    with warm.interpreter(sys.executable) as python:
        yield str(python)


@pytest.fixture
def warmed(warm_python: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules are run by a Python that has imported the SDK already, unless ORDINARY is set. They bear no mark: see playing.MARK."""
    if not os.environ.get("ORDINARY"):
        monkeypatch.setattr(playing, "PYTHON", warm_python)


@pytest.fixture
def simulator(plain: Running) -> Running:
    """The simulator, with the world as new."""
    plain.control("POST", "world", WORLD)
    return plain


@pytest.fixture
def endpoints(plain: Running) -> dict[str, str]:
    """The variables that say where the simulator is, and not who asks."""
    told: dict[str, str] = plain.introduction["environment"]
    return {name: value for name, value in told.items() if re.fullmatch("REKEY_.*_ENDPOINT", name)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "play"
