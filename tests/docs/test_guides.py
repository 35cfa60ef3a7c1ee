# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the guides tell as a story happens as they tell it."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest

from tests.docs import inprocess, snippets
from tests.docs.conftest import Ansible
from tests.docs.tables import names, table
from tests.simulator.serving import Running
from tests.tools.paths import REPO


def test_the_options_of_oracle_oci_are_ours() -> None:
    from ansible_collections.rekey.oci.plugins.module_utils.module import arguments

    rows = table("docs/migration.md", "From `oracle.oci`").rows
    (row,) = [before for before, _after in rows if before.startswith("`config_file_location`")]
    assert set(names(row)) == set(arguments.ENVIRONMENT) - {
        "object_storage_endpoint", "key_management_endpoint", "identity_endpoint",
    }  # fmt: skip


def test_the_largest_answer_is_as_told() -> None:
    from ansible_collections.rekey.oci.plugins.module_utils.sdk.transport import LARGEST_ANSWER

    assert f"to {LARGEST_ANSWER >> 20} MiB" in _guide("threat_model")


def _guide(name: str) -> str:
    return (REPO / "docs" / f"{name}.md").read_text(encoding="utf-8")


@pytest.fixture
def simulator(ansible: Ansible) -> Running:
    return ansible.simulator


def run(simulator: Running, **arguments: Any) -> dict[str, Any]:
    environment = simulator.introduction["environment"]
    return inprocess.run("bucket_reencrypt", {"bucket_name": "payroll", **arguments}, environment)


def tags(simulator: Running, bucket: str = "payroll") -> dict[str, str]:
    found: dict[str, str] = simulator.control("GET", "truth", {"bucket": bucket})["buckets"][bucket]["tags"]
    return found


def decided(result: dict[str, Any]) -> tuple[bool, str, str]:
    assert not result.get("failed"), result
    return result["changed"], result["action"], result["reason"]


def test_the_commands_of_the_quick_start(ansible: Ansible) -> None:
    """All but the installation, as they stand, in their order: a prediction, two runs, a rotation, and another run."""
    pages = [REPO / "docs" / "quickstart.md"]
    playbook, _rotation = snippets.blocks("yaml", pages=pages)
    ansible.write("rekey.yml", playbook.text)
    lines = [line for block in snippets.blocks("console", pages=pages) for line in block.text.splitlines()]
    commands = [shlex.split(line.removeprefix("$ ")) for line in lines]
    commands = [command for command in commands if command[0] in ("ansible-playbook", "oci")]
    vault = ansible.simulator.introduction["environment"]["REKEY_KEY_MANAGEMENT_ENDPOINT"]
    told = []
    for program, *arguments in commands:
        said = ansible.run(program, *[vault if "-management.kms." in word else word for word in arguments])
        told.append(re.findall(r"\b(changed|failed|skipped)=(\d+)|payroll.reason\": \"(\w+)", said))
    assert [["".join(word) for word in run] for run in told] == [
        ["unproven", "changed1", "failed0", "skipped1"],
        ["unproven", "changed1", "failed0", "skipped0"],
        ["up_to_date", "changed0", "failed0", "skipped0"],
        [],
        ["key_version_changed", "changed1", "failed0", "skipped0"],
    ]
    page = _guide("quickstart")
    assert all(f'"payroll.reason": "{reason}"' in page for reason in ("unproven", "up_to_date", "key_version_changed"))


def test_what_the_quick_start_says_of_an_inventory(ansible: Ansible) -> None:
    """A localhost of an inventory has another Python than the implicit one, but for the variable that the page names."""
    page = _guide("quickstart")
    variable = 'ansible_python_interpreter: "{{ ansible_playbook_python }}"'
    assert variable in page
    ansible.write("hosts.yml", "all: {hosts: {localhost: {ansible_connection: local, %s}}}\n" % variable)
    playbook = snippets.blocks("yaml", pages=[REPO / "docs" / "quickstart.md"])[0]
    book = ansible.write("rekey.yml", playbook.text)
    said = ansible.run("ansible-playbook", "-i", "hosts.yml", book, chooses=True)
    assert "failed=0" in said


def test_the_quick_start(simulator: Running) -> None:
    assert decided(run(simulator)) == (True, "submit", "unproven")
    assert decided(run(simulator)) == (False, "none", "up_to_date")
    simulator.control("POST", "rotate", {"key": "master"})
    assert decided(run(simulator)) == (True, "submit", "key_version_changed")
    assert decided(run(simulator)) == (False, "none", "up_to_date")


def test_terraform_removes_the_receipt(simulator: Running) -> None:
    """An apply without ignore_changes: the tags are those of the configuration. Each costs one re-encryption."""
    run(simulator)
    simulator.control("POST", "bucket", {"bucket": "payroll", "tags": {"team": "payroll"}})
    assert decided(run(simulator)) == (True, "submit", "unproven")
    assert decided(run(simulator)) == (False, "none", "up_to_date")


def test_terraform_leaves_the_receipt_alone(simulator: Running) -> None:
    """An apply with ignore_changes sends the receipt as it found it, beside the tags of the configuration."""
    run(simulator)
    receipt = {name: value for name, value in tags(simulator).items() if name.startswith("rekey-")}
    assert set(receipt) == {"rekey-receipt", "rekey-work-request"}
    simulator.control("POST", "bucket", {"bucket": "payroll", "tags": {"team": "finance", **receipt}})
    assert decided(run(simulator)) == (False, "none", "up_to_date")
    assert tags(simulator) == {"team": "finance", **receipt}


def test_no_receipt_leaves_no_tag(simulator: Running) -> None:
    simulator.control("POST", "advance", {"seconds": 301})
    assert decided(run(simulator, receipt="none")) == (True, "submit", "unproven")
    assert tags(simulator) == {"team": "payroll"}
    assert decided(run(simulator, receipt="none")) == (False, "none", "up_to_date")
    simulator.control("POST", "settings", {"retention": 60})
    simulator.control("POST", "advance", {"seconds": 3600})
    assert decided(run(simulator, receipt="none")) == (True, "submit", "unproven")


def test_full_tags(simulator: Running) -> None:
    full = {f"tag{number}": "x" for number in range(9)}
    simulator.control("POST", "advance", {"seconds": 301})
    simulator.control("POST", "bucket", {"bucket": "payroll", "tags": full})
    result = run(simulator)
    assert decided(result) == (True, "submit", "unproven")
    assert "No receipt can be kept on bucket payroll" in "\n".join(result["warnings"])
    assert tags(simulator) == full
    assert decided(run(simulator)) == (False, "none", "up_to_date")


def test_somebody_else_re_encrypted_before(simulator: Running) -> None:
    """Moving from a script: its re-encryptions prove nothing, so the first run makes one more."""
    simulator.control("POST", "bucket", {"bucket": "payroll", "reencrypt": True})
    assert decided(run(simulator)) == (True, "submit", "unproven")


def test_a_receipt_that_was_copied_is_none(simulator: Running) -> None:
    run(simulator)
    simulator.control("POST", "bucket", {"bucket": "payroll-archive", "tags": tags(simulator)})
    result = run(simulator, bucket_name="payroll-archive")
    assert decided(result) == (True, "submit", "unproven")
    assert "copied from another bucket" in "\n".join(result["warnings"])


def test_a_run_that_ends_early_is_joined(simulator: Running) -> None:
    simulator.control("POST", "settings", {"work_seconds": 600})
    late = run(simulator, wait_timeout=1)
    assert late["failed"]
    assert late["work_request"]["id"] in late["msg"]
    simulator.control("POST", "advance", {"seconds": 600})
    assert not run(simulator)["changed"]
    assert decided(run(simulator)) == (False, "none", "up_to_date")
    assert len(simulator.control("GET", "truth", {"bucket": "payroll"})["submissions"]["payroll"]) == 1


def test_what_the_receipt_reveals(simulator: Running) -> None:
    run(simulator)
    receipt, work_request = (tags(simulator)[name] for name in ("rekey-receipt", "rekey-work-request"))
    for secret in (
        simulator.introduction["user"],
        simulator.introduction["fingerprint"],
        simulator.introduction["tenancy"],
    ):
        assert secret not in receipt + work_request
    words = receipt.split()
    assert words[0] == "completed"
    assert [word.split("=")[0] for word in words[1:]] == ["scope", "time", "version", "created", "key", "by", "sum"]


@pytest.mark.parametrize("fault", [{"kind": "reset_after"}, {"kind": "error_after", "status": 503}])
def test_a_lost_answer_makes_the_cli_submit_twice_and_this_collection_once(
    ansible: Ansible, simulator: Running, fault: dict[str, Any]
) -> None:
    simulator.control("POST", "faults", {"operation": "ReencryptBucket", "count": 1, **fault})
    ansible.run("oci", "os", "bucket", "reencrypt", "--namespace", "examplens", "--bucket-name", "payroll-archive")
    simulator.control("POST", "faults", {"operation": "ReencryptBucket", "count": 1, **fault})
    assert decided(run(simulator)) == (True, "submit", "unproven")
    submitted = simulator.control("GET", "truth", {})["submissions"]
    assert len(submitted["payroll-archive"]) == 2
    assert len(submitted["payroll"]) == 1
