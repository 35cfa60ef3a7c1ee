# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbooks make of the variables that they are given, and what they refuse."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.plugin_utils import _playbook_settings as playbook_settings
from ansible_collections.rekey.oci.plugins.plugin_utils import _playbook_values as values
from ansible_collections.rekey.oci.plugins.plugin_utils._playbook_settings import BUCKET, REPORT, ROTATION, VARIABLES

COMPARTMENT = "ocid1.compartment.oc1..example"
OTHER = "ocid1.compartment.oc1..other"
KEY = "ocid1.key.oc1.iad.vault.key"


def settings(playbook: str = ROTATION, **given: Any) -> dict[str, Any]:
    """With the one variable that the playbook cannot do without."""
    least = {"rekey_bucket_name": "payroll"} if playbook == BUCKET else {"rekey_compartment_id": COMPARTMENT}
    return playbook_settings.settings(playbook, {**least, **given}, "/here")


def refused(playbook: str = ROTATION, **given: Any) -> str:
    with pytest.raises(BadInput) as caught:
        settings(playbook, **given)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("playbook", [BUCKET, ROTATION, REPORT])
@pytest.mark.parametrize("empty", ["", "  ", None, []])
def test_what_is_empty_is_as_if_left_out(playbook: str, empty: Any) -> None:
    required = ("rekey_bucket_name", "rekey_compartment_id")
    given = {name: empty for name in VARIABLES if name not in required}
    assert settings(playbook, **given) == settings(playbook)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a,b", ["a", "b"]),
        (" a , b ", ["a", "b"]),
        (["a", "b", "a"], ["a", "b"]),
        (["a,b", ["c"]], ["a", "b", "c"]),
        ([2024, 1.5, datetime.date(2026, 1, 2)], ["2024", "1.5", "2026-01-02"]),
        (2024, ["2024"]),
        ('["a","b"]', ["a", "b"]),
        ("[ab]*", ["[ab]*"]),
        ("[1]", ["[1]"]),
    ],
)
def test_lists(given: Any, expected: list[str]) -> None:
    assert settings(rekey_include=given)["include"] == expected
    assert settings(rekey_regions=given)["regions"] == expected


def test_a_region_that_is_there_twice_counts_once() -> None:
    assert settings(rekey_regions="us-ashburn-1,us-ashburn-1")["regions"] == ["us-ashburn-1"]
    assert settings(rekey_region="us-ashburn-1")["regions"] == ["us-ashburn-1"]
    assert settings(rekey_region="us-phoenix-1", rekey_regions=["us-ashburn-1"])["regions"] == ["us-ashburn-1"]
    auth = {"region": "us-ashburn-1"}
    assert settings(rekey_auth=auth)["regions"] == ["us-ashburn-1"]
    assert settings(rekey_auth=auth, rekey_region="us-phoenix-1")["regions"] == ["us-phoenix-1"]
    assert "region in rekey_auth must be one text" in refused(rekey_auth={"region": {"a": 1}})


def test_names_that_are_numbers() -> None:
    assert settings(BUCKET, rekey_bucket_name=2024)["bucket_name"] == "2024"
    assert "put it in quotes" in refused(BUCKET, rekey_bucket_name=True)
    assert "not a list" in refused(BUCKET, rekey_bucket_name=["payroll"])
    assert "put it in quotes" in refused(rekey_include=[False])


@pytest.mark.parametrize(
    "name",
    [name for name, variable in VARIABLES.items() if variable.read.__qualname__.startswith("whole")],
)
@pytest.mark.parametrize("wrong", [0, "0", -1, 1.5, "often", True, ["1"], "nan", "inf"])
def test_numbers_are_at_least_1(name: str, wrong: Any) -> None:
    given: dict[str, Any] = {name: wrong}
    assert refused(**given).startswith(name + " is ")
    for right in (7, "7", 7.0, " 7 "):
        given = {name: right}
        assert settings(**given)[name[len("rekey_") :]] == 7


@pytest.mark.parametrize("name", [name for name, variable in VARIABLES.items() if variable.read is values.flag])
def test_truth_values(name: str) -> None:
    playbook = VARIABLES[name].playbooks[0]
    for text in ("no", "false", False, "0", 0, "off"):
        assert settings(playbook, **{name: text})[name[len("rekey_") :]] is False
    for text in ("yes", "True", True, "1", 1, "on"):
        assert settings(playbook, **{name: text})[name[len("rekey_") :]] is True
    assert refused(playbook, **{name: "maybe"}) == "%s is 'maybe': give true or false." % name


def test_choices() -> None:
    assert "tag, none" in refused(rekey_receipt="tags")
    assert "warn, fail, ignore" in refused(rekey_open_uploads="count")
    assert "html" in refused(rekey_report_formats="html,pdf")
    assert settings(rekey_report_formats="csv,html")["options"]["encryption_report"]["formats"] == ["csv", "html"]


def test_ocids_and_what_contradicts() -> None:
    assert refused(rekey_compartment_id="apps").startswith("rekey_compartment_ids has 'apps'")
    assert refused(rekey_key_ids="key").startswith("rekey_key_ids entry 'key'")
    assert refused(rekey_kms_key_id="key").startswith("rekey_kms_key_id 'key'")
    assert refused(BUCKET, rekey_bucket_name="a/b").startswith("rekey_bucket_name 'a/b' has a slash")
    assert refused(rekey_workers=300).startswith("rekey_workers is 300")
    assert "rekey_receipt is none" in refused(rekey_receipt="none", rekey_receipt_tag_namespace="Rekey")


@pytest.mark.parametrize("name", ["rekey_compartment_id", "rekey_regions", "rekey_key_ids", "rekey_exclude"])
def test_a_list_that_was_cut(name: str) -> None:
    assert refused(**{name: "a,"}).startswith("%s ends with a comma" % name)


@pytest.mark.parametrize(
    "given",
    [
        {"auth_type": "security_token"},
        '{"auth_type": "security_token"}',
        '{"auth_type":"security_token"}',
        "{auth_type: security_token}",
        "{'auth_type': 'security_token', 'region': ''}",
    ],
)
def test_who_asks(given: Any) -> None:
    assert settings(rekey_auth=given)["auth"] == {"auth_type": "security_token"}


def test_who_asks_is_refused_and_no_secret_told() -> None:
    assert "auth_typ'" in refused(rekey_auth={"auth_typ": "s3cret"})
    assert "before the first blank" in refused(rekey_auth='{"api_user_key_pass_phrase":')
    for wrong in ("s3cret", ["s3cret"], {"s": "s3cret"}, '{"s": "s3cret"', "[s3cret"):
        assert "s3cret" not in refused(rekey_auth=wrong)


def test_options_go_to_the_modules_that_have_them() -> None:
    options = settings(rekey_wait_timeout=5, rekey_include="a*", rekey_key_ids=[KEY], rekey_report_dest="r.html")[
        "options"
    ]
    assert options["compartment_reencrypt"] == {
        "include": ["a*"], "key_ids": [KEY], "wait_timeout": 5, "wait": True, "verify_history": True, "recursive": False,
    }  # fmt: skip
    assert options["key_rotation"] == {"max_age_days": 365, "wait_timeout": 5}
    assert options["encryption_report"] == {"dest": "/here/r.html"}
    assert "key_ids" not in options["bucket_encryption_info"]


def test_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    for given, expected in (
        ("~/r.html", "/home/me/r.html"),
        ("$HOME/r.html", "/home/me/r.html"),
        ("../r.html", "/r.html"),
        ("/srv/r.html", "/srv/r.html"),
        (None, "/here/rekey-encryption.html"),
    ):
        assert settings(REPORT, rekey_report_dest=given)["report_dest"] == expected


def test_names_that_are_not_known() -> None:
    for playbook in (BUCKET, ROTATION, REPORT):
        playbook_settings.check_names(
            playbook, ["ansible_host", "inclde", "_rekey", *VARIABLES, *playbook_settings.OF_THE_INVENTORY]
        )
    for wrong, playbook, near in (
        ("rekey_inclde", ROTATION, "rekey_include"),
        ("rekey_compartmentid", REPORT, "rekey_compartment_id"),
        ("rekey_bucket", BUCKET, "rekey_bucket_name"),
        ("rekey_xyz", BUCKET, "rekey_"),
        ("rekey_bucketname:S3cret", BUCKET, "rekey_bucket_name"),
    ):
        with pytest.raises(BadInput, match="no variable %s: did you mean %s" % (wrong.partition(":")[0], near)):
            playbook_settings.check_names(playbook, ["rekey_region", wrong])


def test_what_narrows_and_is_not_heeded_is_told() -> None:
    assert playbook_settings.unheeded(ROTATION, {"rekey_bucket_name": "payroll", "rekey_hosts": ""}) == [
        "rekey_bucket_name is a variable of reencrypt_bucket. The playbook enforce_rotation takes no notice of it."
    ]
    assert playbook_settings.unheeded(BUCKET, {"rekey_bucket_name": "payroll", "rekey_wait": True}) == []


class Vaulted:
    """As ansible-core has it before 2.19: no text, but something that becomes one."""

    __ENCRYPTED__ = True

    def __str__(self) -> str:
        return "{{ opened }}"


def test_vaulted_values_and_templates_at_any_depth() -> None:
    def evaluate(text: str) -> Any:
        return {"{{ list }}": ["a", "{{ b }}"], "{{ one }}": "1"}.get(text, text)

    given = [Vaulted(), "{{ list }}", {"x": ("{{ one }}", Vaulted(), 5)}]
    assert values.plain(given, evaluate) == ["{{ opened }}", ["a", "{{ b }}"], {"x": ["1", "{{ opened }}", 5]}]


def test_it_can_be_sent_to_a_module() -> None:
    for playbook in (BUCKET, ROTATION, REPORT):
        assert json.loads(json.dumps(settings(playbook))) == settings(playbook)
