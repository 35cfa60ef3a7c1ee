# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The OCI CLI."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import BIG, CONTENTS, Site, read


def test_the_whole_life_of_a_bucket(site: Site, tmp_path: Path) -> None:
    tree = site.tree()
    where = ("--namespace", site.said["namespace"], "--bucket-name", "cli")
    made = site.cli(
        *("os", "bucket", "create", *where[:2], "--name", "cli", "-c", site.compartment_id, "--versioning", "Enabled"),
        *("--kms-key-id", site.key_id, "--metadata", '{"team": "a"}', "--freeform-tags", '{"cost": "1"}'),
    )
    assert (made["metadata"], made["freeform-tags"], made["versioning"]) == ({"team": "a"}, {"cost": "1"}, "Enabled")

    def object_(verb: str, *arguments: str) -> object:
        return site.cli("os", "object", verb, *where, *arguments)

    up = ("--src-dir", str(tree), "--part-size", "5", "--content-type", "text/plain", "--no-overwrite")
    object_("bulk-upload", *up)
    assert site.operations()["UploadPart"] == 2
    head = site.cli("os", "object", "head", *where, "--name", "dir/\u00e9 \u00fc.txt")
    assert (head["content-length"], head["content-type"]) == ("1", "text/plain")
    listed = site.cli("os", "object", "list", *where, "--all", "--prefix", "dir/", "--fields", "name,size")
    assert {one["name"]: one["size"] for one in listed} == {
        name: len(content) for name, content in CONTENTS.items() if name.startswith("dir/")
    }
    told = json.loads(site.run("oci", "os", "object", "list", *where, "--delimiter", "/"))
    assert told["prefixes"] == ["dir/"]

    site.running.control("POST", "bucket", {"bucket": "cli", "begin_upload": ["big \u00e9"]})
    upload = site.cli("os", "multipart", "list", *where)[0]
    assert (upload["object"], bool(upload["time-created"])) == ("big \u00e9", True)
    site.cli(
        *("os", "multipart", "abort", *where, "--force"),
        *("--object-name", upload["object"], "--upload-id", upload["upload-id"]),
    )
    assert site.bucket("cli")["open_uploads"] == []

    target = ("--destination-bucket", "cli", "--destination-object-name", "copy \u00e9")
    object_("copy", "--source-object-name", "plain", *target)
    object_("rename", "--source-name", "100%", "--new-name", "99 %")

    site.cli("kms", "management", "key-version", "create", "--key-id", site.key_id)
    site.cli("os", "bucket", "reencrypt", *where)
    (work,) = (
        one
        for one in site.cli("os", "work-request", "list", "-c", site.compartment_id)
        if one["operation-type"] == "REENCRYPT"
    )
    site.running.control("POST", "advance", {"seconds": 10})
    of_work = ("--work-request-id", work["id"])
    assert site.cli("os", "work-request", "get", *of_work)["status"] == "COMPLETED"
    assert site.cli("os", "work-request-error", "list", *of_work) in ([], {})
    assert site.cli("os", "work-request-log-entry", "list", *of_work)
    assert site.bucket("cli")["all_current"]

    back = tmp_path / "back"
    object_("bulk-download", "--download-dir", str(back))
    expected = {**CONTENTS, "big": BIG, "copy \u00e9": CONTENTS["plain"], "99 %": CONTENTS["100%"]}
    del expected["100%"]
    assert read(back) == expected
    object_("bulk-delete-versions", "--force")
    site.cli("os", "bucket", "delete", "--namespace", where[1], "--bucket-name", "cli", "--force")
    assert site.bucket("cli") is None
    assert 401 not in site.statuses()
