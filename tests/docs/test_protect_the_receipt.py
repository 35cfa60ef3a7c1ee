# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/protect_the_receipt.md, command by command, and what it says of those who are kept out and of a namespace that is not right."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import Any

import pytest

from tests.docs import inprocess, snippets
from tests.docs.conftest import BIN, COMPARTMENT, Ansible
from tests.docs.test_examples import as_playbook
from tests.simulator.serving import Running
from tests.tools.paths import REPO

PAGE = REPO / "docs" / "protect_the_receipt.md"
COMMANDS = [
    shlex.split(line.removeprefix("$ "))
    for block in snippets.blocks("console", pages=[PAGE])
    for line in block.text.splitlines()
    if line.startswith("$ ")
]
KEYS = ("rekey-receipt", "rekey-work-request")
OF_A_BUCKET = ["BUCKET_INSPECT", "BUCKET_READ", "BUCKET_UPDATE", "OBJECT_INSPECT", "OBJECT_READ", "KEY_READ"]
#: Buckets of the documentation's world that have objects and a customer's key.
FLEET = {"payroll", "payroll-archive", "logs-eu", "tmp-scratch"}


class Site:
    """The documentation's world; without the namespace, unless it is asked for."""

    def __init__(self, ansible: Ansible) -> None:
        self.ansible = ansible
        self.simulator: Running = ansible.simulator
        self.namespace_id = ""
        self.simulator.control("POST", "user", {"user": "developer", "permissions": OF_A_BUCKET})

    def oci(self, *words: str) -> subprocess.CompletedProcess[str]:
        real = {
            "ocid1.tenancy.oc1..example": str(self.simulator.introduction["tenancy"]),
            "ocid1.tagnamespace.oc1..example": self.namespace_id,
        }
        command = [str(BIN / words[0]), *(real.get(word, word) for word in words[1:])]
        environment = {**self.simulator.environment, "HOME": str(self.ansible.folder)}
        return subprocess.run(command, env=environment, check=False, text=True, capture_output=True)

    def said(self, *words: str) -> Any:
        done = self.oci(*words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["data"]

    def run(self, module: str = "bucket_reencrypt", profile: str = "", **arguments: Any) -> dict[str, Any]:
        given = {"bucket_name": "payroll"} if module == "bucket_reencrypt" else {}
        environment = dict(self.simulator.introduction["environment"])
        if profile:
            environment["OCI_CONFIG_PROFILE"] = profile
        return inprocess.run(module, {**given, "receipt_tag_namespace": "Rekey", **arguments}, environment)

    def define(self, **more: Any) -> None:
        self.simulator.control("POST", "tag_namespace", {"tag_namespace": "Rekey", **more})

    def bucket(self, name: str = "payroll") -> dict[str, Any]:
        found: dict[str, Any] = self.simulator.control("GET", "truth")["buckets"][name]
        return found

    def posts(self) -> int:
        return sum(len(each) for each in self.simulator.control("GET", "truth")["submissions"].values())


@pytest.fixture
def site(ansible: Ansible) -> Site:
    return Site(ansible)


def decided(result: dict[str, Any]) -> tuple[bool, str, str]:
    assert not result.get("failed"), result
    return result["changed"], result["action"], result["reason"]


def test_every_command_of_the_guide_from_nothing_to_a_protected_fleet(site: Site) -> None:
    site.define(remove=True)
    for name in FLEET:
        assert decided(site.run(bucket_name=name, receipt_tag_namespace=None))[0]
    kinds = [tuple(words[:4]) for words in COMMANDS]
    assert kinds == [
        ("oci", "iam", "tag-namespace", "create"),
        ("oci", "iam", "tag", "create"),
        ("oci", "iam", "tag", "create"),
        ("oci", "iam", "tag", "list"),
        ("oci", "os", "bucket", "update"),
        ("ansible-playbook", "rekey.oci.enforce_rotation", "-e", f"rekey_compartment_id={COMPARTMENT}"),
        ("oci", "iam", "tag-namespace", "reactivate"),
        ("oci", "iam", "tag", "reactivate"),
        ("oci", "iam", "tag", "reactivate"),
    ]
    site.namespace_id = site.said(*COMMANDS[0])["id"]
    for words in COMMANDS[1:3]:
        site.said(*words)
    assert {(one["name"], one["lifecycle-state"]) for one in site.said(*COMMANDS[3])} == {
        (key, "ACTIVE") for key in KEYS
    }

    refused = site.oci(*COMMANDS[4])
    assert refused.returncode != 0
    assert "not authorized or not found" in refused.stdout + refused.stderr
    target = COMMANDS[4][COMMANDS[4].index("--bucket-name") + 1]
    assert site.bucket(target)["defined_tags"] == {}

    (play,) = snippets.blocks("yaml", pages=[PAGE])
    book = site.ansible.write(
        "nights.yml", as_playbook(play.text.replace("max_submissions: 200", "max_submissions: 3"))
    )
    before = site.posts()
    for proven in (3, 4):
        site.ansible.run("ansible-playbook", book)
        done = [name for name in FLEET if site.bucket(name)["defined_tags"]]
        assert len(done) == proven, "so many a night"
        assert not any(set(site.bucket(name)["tags"]) & set(KEYS) for name in done), "freeform receipts are taken off"
    assert "changed=0" in site.ansible.run("ansible-playbook", book)
    assert site.posts() - before == len(FLEET)
    assert site.bucket()["tags"] == {"team": "payroll"}

    site.ansible.run(*COMMANDS[5])
    assert site.posts() - before == len(FLEET), "the playbook takes the same receipts for proof"

    site.define(retired=True)
    site.simulator.control("POST", "rotate", {"key": "master"})
    assert site.run()["failed"]
    for words in COMMANDS[6:]:
        site.said(*words)
    assert decided(site.run()) == (True, "submit", "key_version_changed")


def test_who_may_only_update_the_bucket_cannot_forge_alter_or_remove_a_receipt(site: Site) -> None:
    run = site.run()
    assert decided(run) == (True, "submit", "unproven")
    receipt = site.bucket()["defined_tags"]
    site.simulator.control("POST", "rotate", {"key": "master"})
    for tags in (
        {"Rekey": {**receipt["Rekey"], KEYS[0]: "completed scope=all"}},
        {"REKEY": {KEYS[0].upper(): "x", KEYS[1]: receipt["Rekey"][KEYS[1]]}},
        {"Rekey": {KEYS[0]: receipt["Rekey"][KEYS[0]]}},
        {},
    ):
        words = ("--bucket-name", "payroll", "--defined-tags", json.dumps(tags))
        done = site.oci("oci", "os", "bucket", "update", "--profile", "developer", *words)
        assert done.returncode != 0
        assert "not authorized or not found" in done.stderr
        assert site.bucket()["defined_tags"] == receipt
    # Of other tags they may say what they want, a freeform receipt too. It proves nothing, and goes.
    freeform = {"team": "b", KEYS[0]: receipt["Rekey"][KEYS[0]], KEYS[1]: receipt["Rekey"][KEYS[1]]}
    words = ("--bucket-name", "payroll", "--freeform-tags", json.dumps(freeform))
    site.said("oci", "os", "bucket", "update", "--profile", "developer", *words)
    assert site.bucket()["defined_tags"] == receipt
    assert decided(site.run()) == (True, "submit", "key_version_changed")
    assert site.bucket()["tags"] == {"team": "b"}
    assert decided(site.run()) == (False, "none", "up_to_date")


def test_terraform_with_its_one_line_leaves_the_receipt_alone(site: Site) -> None:
    (block,) = snippets.blocks("terraform", pages=[PAGE])
    assert all(f'"Rekey.{key}"' in block.text for key in KEYS)
    site.run()
    receipt = site.bucket()["defined_tags"]
    # The configuration's tags, and what is ignored as it was found.
    site.simulator.control("POST", "bucket", {"bucket": "payroll", "tags": {"team": "c"}, "defined_tags": receipt})
    assert decided(site.run()) == (False, "none", "up_to_date")


WRONG: dict[str, dict[str, Any]] = {
    "unknown": {"remove": True},
    "retired": {"retired": True},
    **{f"{key} missing": {"tags": {key: None}} for key in KEYS},
    **{f"{key} retired": {"tags": {key: {"retired": True}}} for key in KEYS},
}


@pytest.mark.parametrize("before", ["fresh", "proven"])
@pytest.mark.parametrize("refusal", ["400", "404"])
@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_with_the_namespace_fails_before_anything_is_submitted(
    site: Site, wrong: str, refusal: str, before: str
) -> None:
    site.simulator.control("POST", "settings", {"tag_refusal": refusal})
    if before == "proven":
        site.run()
        site.simulator.control("POST", "rotate", {"key": "master"})
    site.define(**WRONG[wrong])
    foretold = site.run(_ansible_check_mode=True)
    assert foretold["failed"], foretold
    assert (
        foretold["msg"].partition("to update the bucket.")[0] == site.run()["msg"].partition("to update the bucket.")[0]
    )
    _fails_and_leaves_all(site)


def test_a_fleet_in_check_mode_looks_at_the_namespace_once(site: Site) -> None:
    of_a_fleet: dict[str, Any] = {
        "compartment_ids": [COMPARTMENT],
        "recursive": True,
        "_ansible_check_mode": True,
    }
    assert site.run("compartment_reencrypt", **of_a_fleet)["summary"]["submitted"] == len(FLEET)
    calls = [one["operation"] for one in site.simulator.control("GET", "truth")["requests"]]
    assert (calls.count("ListTagNamespaces"), calls.count("ListTags")) == (1, 1)
    site.define(retired=True)
    result = site.run("compartment_reencrypt", **of_a_fleet)
    assert result["summary"]["failed"] == len(FLEET)
    assert site.posts() == 0


@pytest.mark.parametrize("refusal", ["400", "404"])
@pytest.mark.parametrize("may", ["nothing", "another namespace"])
def test_who_may_not_use_it_is_told_so_before_anything_is_submitted(site: Site, may: str, refusal: str) -> None:
    site.simulator.control("POST", "settings", {"tag_refusal": refusal})
    more = {"tag_namespaces": ["Other"]} if may != "nothing" else {}
    permissions = OF_A_BUCKET + (["TAG_NAMESPACE_USE"] if more else [])
    site.simulator.control("POST", "user", {"user": "developer", "permissions": permissions, **more})
    _fails_and_leaves_all(site, "developer")


def test_a_key_that_is_too_new_fails_and_the_next_run_does_the_job(site: Site) -> None:
    site.simulator.control("POST", "settings", {"tag_delay": 30.0})
    site.define(tags=dict.fromkeys(KEYS))
    site.define(tags={key: {} for key in KEYS})
    _fails_and_leaves_all(site)
    site.simulator.control("POST", "advance", {"seconds": 31})
    assert decided(site.run()) == (True, "submit", "unproven")


@pytest.mark.parametrize("refusal", ["400", "404"])
@pytest.mark.parametrize("wrong", ["unknown", "rekey-work-request missing"])
def test_nor_is_a_key_assigned_then(site: Site, wrong: str, refusal: str) -> None:
    site.simulator.control("POST", "settings", {"tag_refusal": refusal})
    site.define(**WRONG[wrong])
    before = site.bucket()
    result = site.run(kms_key_id="ocid1.key.oc1.iad.examplevault.exampleother")
    assert result["failed"]
    for part in ("namespace Rekey", *KEYS, "oci iam tag create", "to use tag-namespaces in tenancy"):
        assert part in result["msg"]
    assert "\n" not in result["msg"]
    assert (site.posts(), site.bucket()) == (0, before)


def _fails_and_leaves_all(site: Site, profile: str = "") -> None:
    before, posts = site.bucket(), site.posts()
    for module, more in (
        ("bucket_reencrypt", {}),
        ("compartment_reencrypt", {"compartment_ids": [COMPARTMENT], "include": ["payroll"]}),
    ):
        result = site.run(module, profile, **more)
        assert result["failed"]
        told = result["msg"] if module == "bucket_reencrypt" else result["buckets"][0]["error"]["message"]
        for part in (
            "namespace Rekey",
            *KEYS,
            "oci iam tag-namespace create",
            "oci iam tag create",
            "to use tag-namespaces in tenancy",
        ):
            assert part in told, result
        assert "\n" not in told
    after = site.bucket()
    assert (site.posts(), after["defined_tags"], after["tags"]) == (posts, before["defined_tags"], before["tags"])


@pytest.mark.parametrize("others", [62, 63])
def test_a_bucket_has_room_for_64(site: Site, others: int) -> None:
    full = {"Other": {f"tag{number}": "x" for number in range(others)}}
    site.simulator.control("POST", "bucket", {"bucket": "payroll", "defined_tags": full})
    for check in (True, False):
        result = site.run(_ansible_check_mode=check)
        assert bool(result.get("failed")) == (others == 63), result
        if others == 63:
            assert "64 defined tags" in result["msg"]
    assert site.bucket()["defined_tags"]["Other"] == full["Other"]


def test_no_receipt_in_a_namespace_is_a_contradiction(site: Site) -> None:
    for module in ("bucket_reencrypt", "compartment_reencrypt", "bucket_encryption_info"):
        more: dict[str, Any] = {} if module == "bucket_reencrypt" else {"compartment_ids": [COMPARTMENT]}
        result = site.run(module, receipt="none", **more)
        assert result["failed"]
        assert "receipt_tag_namespace" in result["msg"]
    assert site.simulator.control("GET", "truth")["requests"] == []


def test_a_look_believes_the_same_receipt(site: Site) -> None:
    site.run()
    for namespace, status in (("rEKEY", "up_to_date"), (None, "unproven"), ("Other", "unproven")):
        look = site.run("bucket_encryption_info", bucket_name="payroll", receipt_tag_namespace=namespace)
        assert look["buckets"][0]["status"] == status
