# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The honesty test: the unmodified OCI CLI works on the simulator."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.serving import Running

Cli = Callable[..., Any]


@pytest.fixture
def cli(running: Running, tmp_path: Path) -> Cli:
    env = {**running.environment, "HOME": str(tmp_path)}

    def run(*arguments: str) -> Any:
        command = [str(Path(sys.executable).with_name("oci")), *arguments]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout or "{}")
        return told.get("data", told)

    return run


def test_object_storage(running: Running, cli: Cli, tmp_path: Path) -> None:
    running.control("POST", "settings", {"work_seconds": 0.5})
    key_id = running.control("POST", "rotate", {"key": "master"})["key"]
    compartment_id = running.control("GET", "truth")["buckets"]["photos"]["compartment_id"]
    bucket = ("--bucket-name", "logs", "--namespace", cli("os", "ns", "get"))
    cli("os", "bucket", "create", "--name", "logs", "-c", compartment_id, "--kms-key-id", key_id, *bucket[2:])
    assert [one["name"] for one in cli("os", "bucket", "list", "-c", compartment_id, *bucket[2:])] == ["logs", "photos"]
    tags = json.dumps({"team": "a"})
    assert cli("os", "bucket", "update", *bucket, "--freeform-tags", tags)["freeform-tags"] == {"team": "a"}
    content = tmp_path / "content"
    content.write_text("hello", encoding="utf-8")
    assert cli("os", "object", "put", *bucket, "--file", str(content), "--name", "a/b c")["etag"]
    assert cli("os", "bucket", "get", *bucket, "--fields", "approximateCount")["approximate-count"] == 1

    running.control("POST", "rotate", {"key": "master"})
    assert running.control("GET", "truth")["buckets"]["logs"]["current"] == 0
    waiting = ("--wait-for-state", "COMPLETED", "--wait-interval-seconds", "1")
    work = cli("os", "bucket", "reencrypt", *bucket, *waiting)
    assert work["status"] == "COMPLETED"
    assert running.control("GET", "truth")["buckets"]["logs"]["all_current"]
    assert cli("os", "work-request", "get", "--work-request-id", work["id"])["percent-complete"] == 100
    assert [one["id"] for one in cli("os", "work-request", "list", "-c", compartment_id)] == [work["id"]]


def test_keys_and_compartments(running: Running, cli: Cli) -> None:
    key_id = running.control("GET", "truth")["buckets"]["photos"]["kms_key_id"]
    made = cli("kms", "management", "key-version", "create", "--key-id", key_id)
    assert cli("kms", "management", "key", "get", "--key-id", key_id)["current-key-version"] == made["id"]
    assert len(cli("kms", "management", "key-version", "list", "--key-id", key_id)) == 2
    assert [one["name"] for one in cli("iam", "compartment", "list")] == ["apps"]


def test_streaming(running: Running, cli: Cli) -> None:
    compartment_id = running.control("GET", "truth")["buckets"]["photos"]["compartment_id"]
    stream = cli(
        "streaming", "admin", "stream", "create", "--name", "events", "--partitions", "1", "-c", compartment_id
    )
    at = ("--stream-id", stream["id"])
    messages = json.dumps([{"key": None, "value": base64.b64encode(b"{}").decode()}])
    assert cli("streaming", "stream", "message", "put", *at, "--messages", messages)["failures"] == 0
    group = ("--group-name", "g", "--type", "TRIM_HORIZON")
    cursor = cli("streaming", "stream", "cursor", "create-group-cursor", *at, *group)["value"]
    (message,) = cli("streaming", "stream", "message", "get", *at, "--cursor", cursor)
    assert base64.b64decode(message["value"]) == b"{}"


def test_tags(running: Running, cli: Cli) -> None:
    compartment_id = running.control("GET", "truth")["buckets"]["photos"]["compartment_id"]
    about = ("--description", "Receipts")
    made = cli("iam", "tag-namespace", "create", "-c", compartment_id, "--name", "Rekey", *about)
    tag = cli("iam", "tag", "create", "--tag-namespace-id", made["id"], "--name", "rekey-receipt", *about)
    assert (tag["tag-namespace-name"], tag["is-retired"]) == ("Rekey", False)
    assert [one["name"] for one in cli("iam", "tag-namespace", "list", "-c", compartment_id)] == ["Rekey"]
    assert [one["name"] for one in cli("iam", "tag", "list", "--tag-namespace-id", made["id"])] == ["rekey-receipt"]
    tags = ("--defined-tags", json.dumps({"rekey": {"REKEY-RECEIPT": "completed"}}))
    updated = cli("os", "bucket", "update", "--bucket-name", "photos", "--namespace", "examplens", *tags)
    assert updated["defined-tags"] == {"Rekey": {"rekey-receipt": "completed"}}
