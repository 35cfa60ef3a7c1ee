# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is served and what is not: the list in the README, the routes, and the SDK say the same."""

from __future__ import annotations

import re
from pathlib import Path

import oci
import pytest

from tests.simulator.messages import Request
from tests.simulator.not_served import NOT_SERVED
from tests.simulator.routes import OPERATIONS, route

from .helpers import World

README = Path(__file__).parents[2] / "simulator" / "README.md"
_OPERATION = re.compile(r'resource_path = "([^"]+)"\s+method = "([A-Z]+)"\s+operation_name = "([^"]+)"')
#: Of Identity, what is about tenancies, regions, compartments and tags.
_OURS = re.compile(r"/(compartments|tagNamespaces|tags|tenancies|regions)\b")
CLIENTS = {
    "object_storage/object_storage_client.py": "",
    "key_management/kms_management_client.py": "",
    "key_management/kms_vault_client.py": "",
    "identity/identity_client.py": "/20160918",
}


def known_to_the_sdk() -> list[tuple[str, str, str]]:
    """Each as a name, a method, and a path with something in its places."""
    found = []
    for file, prefix in CLIENTS.items():
        text = (Path(oci.__file__).parent / file).read_text(encoding="utf-8")
        for path, method, name in _OPERATION.findall(text):
            if not prefix or _OURS.match(path):
                title = "".join(part.capitalize() for part in name.split("_"))
                found.append((title, method, prefix + re.sub(r"\{[^}]*\}", "any", path)))
    return found


def test_the_readme_lists_what_is_served_and_what_is_not() -> None:
    text = README.read_text(encoding="utf-8").partition("## Operations")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| (\w+) \| (full|part: .+) \|$", text, re.MULTILINE)
    assert sorted(name for name, _served in listed) == sorted(OPERATIONS)
    none = re.search(r"^Not at all: (.+)\.$", text, re.MULTILINE)
    assert none is not None
    assert none[1].split(", ") == sorted({name for _method, _path, name in NOT_SERVED})


def test_the_readme_names_every_file() -> None:
    text = README.read_text(encoding="utf-8").partition("## The files")[2]
    there = {path.name for path in README.parent.glob("*.py")} - {"__init__.py"}
    assert set(re.findall(r"`(\w+\.py)`", text)) == there


def test_whatever_the_sdk_knows_is_served_or_refused_by_its_name(world: World) -> None:
    known = known_to_the_sdk()
    assert len(known) > 100
    for name, method, path in known:
        assert route(Request(method, path))[0] == name, path
        if name not in OPERATIONS:
            answer = world.ask(method, path)
            assert answer is not None
            assert (answer.status, answer.body["code"]) == (501, "NotImplemented")
            assert name in answer.body["message"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/20180608/nothing"), ("PATCH", "/n/examplens/b/photos")])
def test_what_is_no_operation_says_so_too(world: World, method: str, path: str) -> None:
    answer = world.ask(method, path)
    assert answer is not None
    assert answer.status == 501
    assert f"{method} {path}" in answer.body["message"]
