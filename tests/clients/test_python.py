# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Oracle's SDK for Python, above all its UploadManager, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from .conftest import Site


def test_the_whole_life_of_a_bucket(site: Site) -> None:
    tree = site.tree()
    script = Path(__file__).with_name("bucket_life.py")
    arguments = [
        *(site.said["object_storage"], site.said["config_file"], site.compartment_id, site.key_id, str(tree)),
    ]
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        env=site.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    bucket = site.bucket("python")
    assert (bucket["all_current"], bucket["key_version_id"]) == (True, told["version"])
    assert bucket["objects"] == told["objects"]
    assert bucket["open_uploads"] == []
    assert 401 not in site.statuses()
