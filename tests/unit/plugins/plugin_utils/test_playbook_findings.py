# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbooks make of the modules' results."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.plugin_utils import _playbook_findings as findings
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.report_data import KEY, entry

OTHER = "ocid1.key.oc1.us-ashburn-1.vaultexample.other"
SETTINGS: dict[str, Any] = {"wait": True, "require_customer_managed_key": None, "bucket_key_only": None}


def look(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"region": "us-ashburn-1", "buckets": list(entries), **more}


def under(key: str, name: str, status: str = "up_to_date") -> dict[str, Any]:
    made = entry(status, name)
    made["bucket"]["kms_key_id"] = key
    return made


def names(found: Any) -> list[str]:
    return [findings.name_of(one)[2] or "" for one in found]


@pytest.mark.parametrize(
    "nothing", [None, "", {"skipped": True}, {"results": []}, {"results": [{"skipped": True}]}, {"failed": True}]
)
def test_a_task_that_found_nothing_has_no_entries(nothing: Any) -> None:
    assert findings.entries(nothing) == []


def test_results_of_a_loop_and_of_one_task_are_read_alike() -> None:
    one = look(entry(name="a"))
    assert names(findings.entries(one)) == ["a"]
    assert names(findings.entries({"results": [one, look(entry(name="b")), {"skipped": True}]})) == ["a", "b"]
    assert findings.entries(one)[0]["region"] == "us-ashburn-1"


def test_keys_in_use() -> None:
    looked = [under(KEY, "a"), under(OTHER, "b"), under(KEY, "c"), entry("oracle_managed_key", "d")]
    assert findings.keys(looked) == sorted([KEY, OTHER])
    assert names(findings.meant(looked, [OTHER])) == ["b"]
    assert names(findings.meant(looked + looked, ())) == ["a", "b", "c", "d"]


def test_numbers_of_things() -> None:
    assert [findings.number(count, "key") for count in (0, 1, 2)] == ["0 keys", "1 key", "2 keys"]


def test_what_a_rotation_leaves_behind_and_what_follows_from_it() -> None:
    chosen = [under(KEY, "a"), under(KEY, "void", "empty_bucket"), under(OTHER, "b")]
    everything = [*chosen, under(KEY, "left"), under(OTHER, "c"), under(KEY, "left-void", "empty_bucket")]
    assert names(findings.left_behind(everything, chosen, [KEY])) == ["left"]
    assert names(findings.would_follow(chosen, [KEY])) == ["a"]
    assert findings.left_behind(everything, chosen, []) == []


def test_what_the_play_fails_for() -> None:
    looked = [
        entry(status, status)
        for status in ("up_to_date", "stale", "in_progress", "empty_bucket", "oracle_managed_key", "error")
    ]
    fails, waits = findings.not_proven(looked, [], SETTINGS)
    assert (names(fails), waits) == (["stale", "in_progress", "error"], [])
    fails, _waits = findings.not_proven(looked, [], {**SETTINGS, "wait": False, "require_customer_managed_key": True})
    assert names(fails) == ["stale", "oracle_managed_key", "error"]


def test_what_is_deferred_waits() -> None:
    looked = findings.entries(look(entry("stale", "a"), entry("stale", "b")))
    done = findings.entries(look({"namespace": "examplens", "name": "b", "reason": "deferred"}))
    fails, waits = findings.not_proven(looked, done, SETTINGS)
    assert (names(fails), names(waits)) == (["a"], ["b"])


def test_bucket_keys_only_are_enough_where_no_more_was_asked_for() -> None:
    looked = [entry("up_to_date", "a", scope="bucket-key"), entry("stale", "b", scope="bucket-key")]
    assert names(findings.not_proven(looked, [], SETTINGS)[0]) == ["a", "b"]
    assert names(findings.not_proven(looked, [], {**SETTINGS, "bucket_key_only": True})[0]) == ["b"]


def test_a_message_names_some() -> None:
    found = [entry(name="b%02d" % number) for number in range(30)]
    assert findings.named(found, 2) == "b00, b01 and more"
    assert findings.named(found[:2]) == "b00, b01"
