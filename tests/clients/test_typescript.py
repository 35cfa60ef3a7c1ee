# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Oracle's SDK for TypeScript: what it does is in bucket_life.cjs."""

from __future__ import annotations

import json

import pytest

from tests.tools.without import do_without

from . import node
from .conftest import Site


@pytest.fixture(scope="session")
def packages() -> None:
    why_not = node.ensure()
    if why_not:
        do_without(f"Oracle's SDK for TypeScript was not tried: {why_not}")


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize("keep", ["keep", ""])
def test_the_whole_life_of_a_bucket(site: Site, keep: str) -> None:
    arguments = (site.said["object_storage"], site.said["config_file"], site.compartment_id, site.key_id, keep)
    done = node.run("bucket_life.cjs", *arguments, env=site.environment)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    bucket = site.bucket("typescript")
    if not keep:
        assert bucket is None
        return
    assert bucket["all_current"]
    assert bucket["key_version_id"] == told["version"]
    assert bucket["open_uploads"] == []
    assert 401 not in site.statuses()
