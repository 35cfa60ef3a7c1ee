# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""rclone, with its own backend for Object Storage, which is written with Oracle's SDK for Go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import BIG, CONTENTS, Site, read

BUCKET = "remote:rclone"
#: Make it send the big file by parts.
PARTS = ("--oos-upload-cutoff", "5Mi", "--oos-chunk-size", "5Mi")


@pytest.fixture
def rclone(site: Site) -> Site:
    config = site.folder / "rclone.conf"
    lines = {
        "type": "oracleobjectstorage",
        "provider": "user_principal_auth",
        "namespace": site.said["namespace"],
        "compartment": site.compartment_id,
        "region": site.said["region"],
        "endpoint": site.said["object_storage"],
        "config_file": site.said["config_file"],
        "config_profile": "DEFAULT",
        "sse_kms_key_id": "",
    }
    config.write_text("[remote]\n" + "".join(f"{name} = {value}\n" for name, value in lines.items()), encoding="utf-8")
    site.environment["RCLONE_CONFIG"] = str(config)
    site.environment["RCLONE_RETRIES"] = "1"
    return site


def listed(site: Site, *more: str) -> dict[str, int]:
    found = json.loads(site.run("rclone", "lsjson", BUCKET, "--recursive", "--files-only", *more))
    return {one["Path"]: one["Size"] for one in found}


def test_the_whole_life_of_a_bucket(rclone: Site, tmp_path: Path) -> None:
    tree = rclone.tree()
    rclone.run("rclone", "mkdir", BUCKET)
    # The backend cannot give it a key.
    rclone.running.control("POST", "bucket", {"bucket": "rclone", "key": "master"})
    rclone.run("rclone", "sync", str(tree), BUCKET, *PARTS)
    assert rclone.operations()["UploadPart"] == 2
    for how in ((), ("--download",)):
        rclone.run("rclone", "check", str(tree), BUCKET, *how)
    assert listed(rclone) == {name: len(content) for name, content in {**CONTENTS, "big": BIG}.items()}
    assert rclone.run("rclone", "lsf", BUCKET).splitlines().count("dir/") == 1

    rclone.run("rclone", "copyto", f"{BUCKET}/plain", f"{BUCKET}/copy \u00e9")
    rclone.run("rclone", "moveto", f"{BUCKET}/100%", f"{BUCKET}/moved/99 %")
    assert rclone.operations()["CopyObject"] == 2
    (tree / "copy \u00e9").write_bytes(CONTENTS["plain"])
    (tree / "moved").mkdir()
    (tree / "100%").rename(tree / "moved" / "99 %")
    rclone.run("rclone", "check", str(tree), BUCKET)

    rclone.cli("kms", "management", "key-version", "create", "--key-id", rclone.key_id)
    assert not rclone.bucket("rclone")["all_current"]
    namespace = rclone.said["namespace"]
    rclone.cli("os", "bucket", "reencrypt", "--bucket-name", "rclone", "--namespace", namespace)
    rclone.running.control("POST", "advance", {"seconds": 10})
    assert rclone.bucket("rclone")["all_current"]
    back = tmp_path / "back"
    rclone.run("rclone", "copy", BUCKET, str(back))
    assert read(back) == read(tree)

    (tree / "plain").unlink()
    (tree / "empty").write_bytes(b"no longer")
    rclone.run("rclone", "sync", str(tree), BUCKET, *PARTS)
    rclone.run("rclone", "check", str(tree), BUCKET)
    rclone.run("rclone", "purge", BUCKET)
    assert rclone.bucket("rclone") is None
    assert 401 not in rclone.statuses()


def test_a_difference_is_found(rclone: Site) -> None:
    tree = rclone.tree()
    rclone.run("rclone", "mkdir", BUCKET)
    rclone.run("rclone", "sync", str(tree), BUCKET, *PARTS)
    (tree / "plain").write_bytes(b"HELLO")
    with pytest.raises(AssertionError, match="1 differences found"):
        rclone.run("rclone", "check", str(tree), BUCKET)


def test_unfinished_uploads_are_aborted(rclone: Site) -> None:
    rclone.run("rclone", "mkdir", BUCKET)
    rclone.running.control("POST", "bucket", {"bucket": "rclone", "begin_upload": ["big \u00e9", "other"]})
    told = json.loads(rclone.run("rclone", "backend", "list-multipart-uploads", BUCKET))
    assert sorted(one["object"] for one in told["rclone"]) == ["big \u00e9", "other"]
    rclone.run("rclone", "backend", "cleanup", BUCKET, "-o", "max-age=0s")
    assert rclone.bucket("rclone")["open_uploads"] == []
