# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What several files of unit tests begin with."""

from __future__ import annotations

import copy
import gc
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.sdk import loading
from ansible_collections.rekey.oci.tests.simulator import credentials
from ansible_collections.rekey.oci.tests.simulator.serving import Running, serve
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import nobody
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.rotating import Site


def pytest_collection_finish() -> None:
    """ansible-test forks for each test: what many of them need is made before that, and not looked through by each."""
    credentials.keys()
    for service in ("identity", "key_management", "object_storage"):
        importlib.import_module("oci." + service)
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """An SDK that has not read its sources of regions yet: what it learns from them, it keeps."""
    regions = importlib.import_module("oci.regions")
    for table in ("REGIONS_SHORT_NAMES", "REGION_REALMS", "REALMS", "REGIONS"):
        monkeypatch.setattr(regions, table, copy.copy(getattr(regions, table)))
    monkeypatch.setattr(regions, "second_level_domain_fallback", "")
    sources = {source: source.name == "IMDS" for source in regions.ExternalSources}
    monkeypatch.setattr(regions, "_has_been_read_external_sources", sources)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("simulator")) as running:
        yield running


@pytest.fixture
def site(running: Running) -> Site:
    """One key on an empty simulator."""
    running.control("POST", "reset")
    return Site(running)


@pytest.fixture
def nobodys_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A home and an environment without any configuration, and the SDK imported."""
    nobody(monkeypatch, tmp_path / "home")
    loading.import_sdk()
