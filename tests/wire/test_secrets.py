# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret is told: not at any verbosity, not in results, diffs, logs and failures, not to the process list, not in tags."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.simulator.serving import Running
from tests.wire.playing import one_line, play, reencrypt

WRONG = "a-wrong-pass-phrase-that-nobody-may-see"
IN_AN_ENDPOINT = "a-password-that-somebody-put-into-an-endpoint"
IN_A_FILE = "a-secret-on-a-line-that-is-malformed"


@contextmanager
def process_list() -> Iterator[set[str]]:
    """Collect the command lines of all processes that there are until the block ends."""
    seen: set[str] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def secrets_of(said: dict[str, Any]) -> set[str]:
    """The pass phrases, and enough of each private key and token to know it by."""
    folder = Path(said["config_file"]).parent
    found = {said["pass_phrase"], WRONG, IN_A_FILE, IN_AN_ENDPOINT}
    for name in ("key.pem", "encrypted.pem", "session.pem"):
        lines = (folder / name).read_text(encoding="ascii").splitlines()
        found.update(line for line in lines if len(line) == 64)
    for name in ("token", "expired_token"):
        found.update((folder / name).read_text(encoding="ascii").split("."))
    return {secret for secret in found if len(secret) > 20}


def test_no_secret_is_told(simulator: Running, endpoints: dict[str, str], folder: Path, tmp_path: Path) -> None:
    said = simulator.introduction
    malformed = tmp_path / "config"
    malformed.write_text(f"[DEFAULT]\nuser=ocid1.user.oc1..admin\n{IN_A_FILE}\n", encoding="utf-8")
    token_as_key = {"api_user_key_file": said["resource_principal"]["OCI_RESOURCE_PRINCIPAL_RPST"]}
    phrase = "{{ lookup('ansible.builtin.env', 'A_PASS_PHRASE') }}"
    encrypted = {"api_user_key_file": said["encrypted_key_file"]}
    tasks = [
        reencrypt(**encrypted, api_user_key_pass_phrase=phrase),
        reencrypt(config_profile_name="pass_phrase"),
        reencrypt(auth_type="security_token", config_profile_name="security_token"),
        reencrypt(auth_type="resource_principal", force=True),
        {**reencrypt(**encrypted, api_user_key_pass_phrase=phrase, force=True), "check_mode": True},
        # And what fails: a failure is where secrets are told.
        reencrypt(**encrypted, api_user_key_pass_phrase=WRONG),
        reencrypt(**encrypted, api_user_key_pass_phrase=phrase, bucket_name="nowhere"),
        reencrypt(**encrypted, api_user_key_pass_phrase=phrase, api_user="ocid1.user.oc1..nobody"),
        reencrypt(auth_type="security_token", config_profile_name="expired_token"),
        reencrypt(config_file_location=str(malformed)),
        reencrypt(**token_as_key),
        reencrypt(object_storage_endpoint=f"https://me:{IN_AN_ENDPOINT}@objectstorage.example"),
        reencrypt(key_management_endpoint=f"https://{IN_AN_ENDPOINT}@vault.example#fragment"),
        reencrypt(**encrypted, api_user_key_pass_phrase=phrase, object_storage_endpoint="http://127.0.0.1:9"),
    ]
    environment = {
        **endpoints,
        **said["resource_principal"],
        "OCI_CONFIG_FILE": said["config_file"],
        "A_PASS_PHRASE": said["pass_phrase"],
        "ANSIBLE_LOG_PATH": str(tmp_path / "log"),
        "ANSIBLE_LOG_VERBOSITY": "5",
        # From core 2.21 on, what a task was asked for is left out of its result otherwise.
        "ANSIBLE_INJECT_INVOCATION": "True",
    }
    with process_list() as commands:
        played = play(folder, tasks, environment, ("-vvvvv", "--diff"))
    actions = [result.get("action") for result in played.results[:5]]
    assert actions == ["submit", "none", "none", "submit", "submit"], played.output
    for result in played.results[5:]:
        one_line(result)
    asked = folder / "playbook.json"
    asked_for = asked.read_text(encoding="utf-8")
    places = {
        "output": played.output,
        "results": json.dumps(played.results),
        "log": (tmp_path / "log").read_text(encoding="utf-8"),
        "processes": "\n".join(commands),
        "what the service has": json.dumps(simulator.control("GET", "truth")),
    }
    assert "ansible-playbook" in places["processes"]
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in played.output
    # The text that the test itself wrote into the playbook is shown by Ansible as the task's source.
    assert WRONG in asked_for
    for place, text in places.items():
        told = {secret for secret in secrets_of(said) if secret in text}
        assert not told, place


def test_the_pass_phrase_of_the_environment_is_masked(
    simulator: Running, endpoints: dict[str, str], folder: Path
) -> None:
    """Ansible masks an option that has `no_log` wherever its value shows up, even in a message."""
    said = simulator.introduction
    environment = {
        **endpoints,
        "OCI_CONFIG_FILE": said["config_file"],
        "OCI_USER_KEY_FILE": said["encrypted_key_file"],
        "OCI_USER_KEY_PASS_PHRASE": said["pass_phrase"],
    }
    played = play(folder, [reencrypt()], environment, ("-vvvvv",))
    assert played.results[0]["action"] == "submit"
    assert said["pass_phrase"] not in played.output
