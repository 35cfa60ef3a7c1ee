# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Buckets as hosts beside the hosts and groups of other sources, by a real ansible-inventory and ansible-playbook.

`INVENTORY_ON=core-2.16` runs them on another release of ansible-core.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.simulator.serving import Running
from tests.wire.inventories import BIN, ELSEWHERE, REGION, Sources, members, variables


@pytest.fixture
def sources(simulator: Running, tmp_path: Path) -> Sources:
    return Sources(simulator, tmp_path / "sources")


def test_a_bucket_does_not_take_the_name_of_a_group_or_host_of_another_source(sources: Sources) -> None:
    apps = sources.world("web", "db1", "photos")
    servers = sources.file("hosts.ini", f"[web]\nserver1 {ELSEWHERE}\n[db]\ndb1 {ELSEWHERE}\n[db:vars]\nport=5432\n")
    found = sources.listed(servers, sources.fleet("fleet", apps))
    assert members(found, "web") == ["server1"]
    assert "vars" not in found["web"]
    assert variables(found, "server1") == {"ansible_connection": "ssh", "ansible_host": "192.0.2.1"}
    assert variables(found, "db1") == {"ansible_connection": "ssh", "ansible_host": "192.0.2.1"}
    assert members(found, "db") == ["db1"]
    renamed = {"web": f"web.{REGION}", "db1": f"db1.{REGION}", "photos": "photos"}
    assert members(found, "rekey_buckets") == sorted(renamed.values())
    assert {host: variables(found, host)["rekey_bucket_name"] for host in renamed.values()} == {
        host: name for name, host in renamed.items()
    }
    assert sources.told.count("[WARNING]") == 1
    assert f"db1 is db1.{REGION}, web is web.{REGION}" in sources.told


def test_a_name_that_ansible_uses_is_a_host_all_the_same(sources: Sources) -> None:
    names = ["all", "ungrouped", "localhost", "127.0.0.1", "rekey_buckets", "..", "."]
    servers = sources.file("hosts.ini", f"[web]\nserver1 {ELSEWHERE}\n")
    fleet = sources.fleet("fleet", sources.world(*names, "photos"))
    found = sources.listed(servers, fleet)
    hosts = sorted([*(f"{name}.{REGION}" for name in names), "photos"])
    assert members(found, "rekey_buckets") == hosts
    assert variables(found, "server1") == {"ansible_connection": "ssh", "ansible_host": "192.0.2.1"}
    assert sources.hosts("all", servers, fleet) == sorted([*hosts, "server1"])
    assert sources.hosts("localhost", servers, fleet) == ["localhost"]


def test_any_other_name_is_the_hosts(sources: Sources) -> None:
    names = ["1234", "a-b.c", "a..b", "1e3", "true", "null", "0x10", "2024-01-01", "A", "a", "_", "-x", "web.", ".ssh"]
    fleet = sources.fleet("fleet", sources.world(*names))
    assert members(sources.listed(fleet), "rekey_buckets") == sorted(names)
    assert "WARNING" not in sources.told
    assert sources.hosts("1234:true", fleet) == ["1234", "true"]


def test_a_bucket_called_as_a_group_of_the_same_file_is_not_lost(sources: Sources) -> None:
    names = ["g", "h", "k", "t", "p", "own", "other"]
    bare = {"prefix": "", "separator": ""}
    options = {
        # One that no host is in is a group of the file all the same.
        "groups": {"g": "rekey_bucket_name is match('other')", "h": "false"},
        "keyed_groups": [
            {"key": "'k'", **bare},
            {"key": "rekey_freeform_tags.team", "parent_group": "p", **bare},
            {"key": "rekey_bucket_name if rekey_bucket_name == 'own' else 'x'", **bare},
        ],
    }
    fleet = sources.fleet("fleet", sources.world(*names, tags={"team": "t"}), strict=True, **options)
    found = sources.listed(fleet)
    hosts = sorted([*(f"{name}.{REGION}" for name in names[:-1]), "other"])
    assert members(found, "rekey_buckets") == sources.hosts("all", fleet) == hosts
    assert members(found, "t") == members(found, "k") == hosts
    assert members(found, "own") == [f"own.{REGION}"]


def test_names_that_are_longer_are_taken_too(sources: Sources) -> None:
    apps = sources.world("web", f"web.{REGION}", f"web.{REGION}.{sources.namespace}")
    servers = sources.file("hosts.ini", "[web]\nserver1\n")
    found = sources.listed(servers, sources.fleet("fleet", apps))
    # Who is called so has the name; and whoever is left has some name.
    expected = {
        f"web.{REGION}": f"web.{REGION}",
        f"web.{REGION}.{sources.namespace}": f"web.{REGION}.{sources.namespace}",
        f"web.{REGION}.{sources.namespace}.2": "web",
    }
    assert {host: variables(found, host)["rekey_bucket_name"] for host in members(found, "rekey_buckets")} == expected


def test_two_files_of_one_name(sources: Sources) -> None:
    apps = sources.world("photos", "logs")
    here = sources.fleet("here", apps, include=["photos"], compose={"where": "'here'"})
    there = sources.fleet("there", apps, regions=["eu-frankfurt-1"], compose={"where": "'there'"})
    found = sources.listed(here, there)
    assert members(found, "rekey_buckets") == ["logs", "photos", "photos.eu-frankfurt-1"]
    assert variables(found, "photos")["where"] == "here"
    assert variables(found, "photos.eu-frankfurt-1")["where"] == "there"


def test_a_bucket_of_two_files_is_one_host_in_the_groups_of_both(sources: Sources) -> None:
    apps = sources.world("photos")
    one = sources.fleet("one", apps, groups={"first": "true"}, compose={"where": "'one'"})
    two = sources.fleet("two", apps, groups={"second": "true"}, compose={"where": "'two'"}, host_prefix="x-")
    found = sources.listed(one, two)
    assert members(found, "rekey_buckets") == members(found, "first") == members(found, "second") == ["photos"]
    assert variables(found, "photos")["where"] == "one"
    assert "WARNING" not in sources.told


def test_a_prefix_and_a_suffix(sources: Sources) -> None:
    apps = sources.world("web", "photos")
    servers = sources.file("hosts.ini", "[web]\nserver1\n")
    found = sources.listed(servers, sources.fleet("one", apps, host_prefix="acme-", host_suffix=".test"))
    assert members(found, "rekey_buckets") == ["acme-photos.test", "acme-web.test"]
    assert "WARNING" not in sources.told
    found = sources.listed(sources.fleet("two", apps, host_prefix=2024))
    assert members(found, "rekey_buckets") == ["2024photos", "2024web"]
    sources.listed(sources.fleet("three", apps, host_prefix="a b"))
    assert "host_prefix 'a b' has characters" in sources.told


def test_a_group_does_not_hide_a_host_of_another_source(sources: Sources) -> None:
    apps = sources.world("photos", tags={"team": "server1"})
    servers = sources.file("hosts.ini", f"server1 {ELSEWHERE}\n")
    keyed = [{"key": "rekey_freeform_tags.team", "prefix": "", "separator": ""}]
    fleet = sources.fleet("fleet", apps, keyed_groups=keyed)
    assert sources.hosts("server1", servers, fleet) == ["server1"]
    assert "because hosts have their names: server1" in sources.told


def test_no_tag_puts_a_bucket_into_the_place_of_localhost(sources: Sources) -> None:
    keyed = [{"key": "rekey_freeform_tags.team", "prefix": "", "separator": ""}]
    fleet = sources.fleet("fleet", sources.world("photos", tags={"team": "localhost"}), keyed_groups=keyed)
    assert sources.hosts("localhost", fleet) == ["localhost"]
    assert "because hosts have their names: localhost" in sources.told


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"groups": {1: "true"}}, "1"),
        ({"keyed_groups": [{"key": "rekey_bucket_name", "parent_group": ["a"]}]}, "['a']"),
    ],
    ids=["a number", "a list"],
)
def test_the_name_of_a_group_is_a_text(sources: Sources, options: dict[str, Any], name: str) -> None:
    apps = sources.world("photos")
    content = {"plugin": "rekey.oci.buckets", "compartment_ids": [apps], **options}
    sources.file("odd.rekey_buckets.yml", yaml.safe_dump(content))
    sources.listed("odd.rekey_buckets.yml")
    assert f"The name of a group must be a text, and {name} is none" in sources.told


def test_where_only_the_compartments_below_cannot_be_listed(sources: Sources) -> None:
    apps = sources.world("photos")
    fault = {"operation": "ListCompartments", "kind": "error_before", "status": 404, "count": -1}
    sources.simulator.control("POST", "faults", fault)
    found = sources.listed(sources.fleet("fleet", apps, recursive=True))
    assert members(found, "rekey_buckets") == ["photos"]
    assert f"the compartments below {apps} of {REGION} cannot be listed" in sources.told


STRICT: list[dict[str, Any]] = [
    {"compose": {"x": "rekey_freeform_tags.team"}},
    {"groups": {"x": "rekey_freeform_tags.team == 'a'"}},
    {"keyed_groups": [{"key": "rekey_freeform_tags.team"}]},
]


@pytest.mark.parametrize("options", STRICT, ids=lambda options: next(iter(options)))
def test_strict_is_all_or_nothing(sources: Sources, options: dict[str, Any]) -> None:
    compartment = {"compartment": "apps"}
    buckets = [{"name": "a", "tags": {"team": "a"}, **compartment}, {"name": "b", **compartment}]
    made = sources.simulator.control("POST", "world", {"reset": True, "buckets": buckets})
    fleet = sources.fleet("fleet", made["compartments"]["apps"], strict=True, **options)
    servers = sources.file("hosts.ini", "server1\n")
    found = sources.listed(servers, fleet)
    assert "a" not in found["_meta"]["hostvars"]
    assert "rekey_buckets" not in found
    assert sources.hosts("all", servers, fleet) == ["server1"]
    sources.listed(fleet, fails=True, ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="true")


def test_a_loop_of_groups_leaves_nothing_behind(sources: Sources) -> None:
    apps = sources.world("a", "b")
    servers = sources.file("hosts.ini", "[below]\nserver1\n[above:children]\nbelow\n")
    keyed = [{"key": "'above'", "prefix": "", "separator": "", "parent_group": "below"}]
    found = sources.listed(servers, sources.fleet("fleet", apps, keyed_groups=keyed))
    assert "rekey_buckets" not in found
    assert "a group cannot be above itself" in sources.told


def test_only_texts_with_braces_are_marked(sources: Sources) -> None:
    evil = "{{ lookup('ansible.builtin.pipe', 'id') }}"
    apps = sources.world("photos", tags={"team": "a", "evil": evil, "header": "#jinja2: x"})
    compose = {"plain": "rekey_bucket_name ~ '!'", "evil": "rekey_freeform_tags.evil ~ '!'"}
    fleet = sources.fleet("fleet", apps, compose=compose)
    found = variables(sources.listed(fleet), "photos")
    assert found["rekey_freeform_tags"]["team"] == "a"
    assert found["rekey_freeform_tags"]["evil"] == {"__ansible_unsafe": evil}
    marked = [name for name, value in found.items() if isinstance(value, dict) and "__ansible_unsafe" in value]
    assert marked == ["evil"]
    assert (found["ansible_connection"], found["rekey_region"], found["plain"]) == ("local", REGION, "photos!")
    out = sources.run(
        "ansible", [fleet], "photos", "-m", "ansible.builtin.debug", "-a", "var=[rekey_freeform_tags,evil]"
    )
    assert "uid=" not in out
    assert out.count("lookup('ansible.builtin.pipe', 'id')") == 2
    out = sources.run("ansible", [fleet], "photos", "-m", "ansible.builtin.debug", "-a", "msg={{ evil }}")
    assert "uid=" not in out


def test_lists_take_what_modules_take(sources: Sources) -> None:
    apps = sources.world("2024", "2024-01-01", "1.5", "photos", "x")
    vaulted = subprocess.run(
        [str(BIN / "ansible-vault"), "encrypt_string", "--vault-password-file", sources.file("pass", "secret"), "photos"],
        env=sources.environment, cwd=sources.folder, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    content = f"""
plugin: rekey.oci.buckets
compartment_ids: ["{apps}"]
include:
  - 2024
  - 2024-01-01
  - 1.5
  - {vaulted.replace(chr(10), chr(10) + "    ")}
"""
    fleet = sources.file("fleet.rekey_buckets.yml", content)
    out = sources.run("ansible-inventory", [fleet], "--list", "--vault-password-file", "pass")
    assert sorted(json.loads(out)["_meta"]["hostvars"]) == ["1.5", "2024", "2024-01-01", "photos"]
    sources.listed(fleet)
    assert "include has a vaulted value that cannot be decrypted" in sources.told
    whole = content.split("include:", maxsplit=1)[0]
    for option, given in (
        ("include", "2024"),
        ("namespace_name", vaulted.replace("photos", "x")),
        ("host_prefix", "1"),
    ):
        text = sources.file("other.rekey_buckets.yml", f"{whole}{option}: {given}")
        out = sources.run("ansible-inventory", [text], "--list", "--vault-password-file", "pass")
        assert "Traceback" not in out
    assert sorted(json.loads(out)["_meta"]["hostvars"]) == ["11.5", "12024", "12024-01-01", "1photos", "1x"]
    for wrong in ("[{a: 1}]", "[[1]]", "[null]"):
        sources.listed(sources.file("wrong.rekey_buckets.yml", f"{whole}exclude: {wrong}"))
        assert "where a text belongs" in sources.told


def test_the_cache_belongs_to_who_asks(sources: Sources) -> None:
    apps = sources.world("photos")
    options = {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(sources.folder / "kept"),
    }
    fleet = sources.fleet("fleet", apps, **options)
    config = Path(sources.simulator.introduction["environment"]["OCI_CONFIG_FILE"])
    mine = sources.folder / "config"
    mine.write_text(config.read_text(encoding="utf-8"), encoding="utf-8")
    mine.chmod(0o600)
    asked = []
    told = mine.read_text(encoding="utf-8")
    for content in (told, told, told.replace(REGION, "eu-frankfurt-1"), told):
        mine.write_text(content, encoding="utf-8")
        mark = sources.simulator.control("GET", "truth")["mark"]
        found = sources.listed(fleet, OCI_CONFIG_FILE=str(mine))
        asked.append(sources.simulator.control("GET", "truth", {"since": mark})["operations"].get("ListBuckets", 0))
        region = "eu-frankfurt-1" if "eu-frankfurt-1" in content else REGION
        assert variables(found, "photos")["rekey_region"] == region
    assert asked == [1, 0, 1, 1]


def test_a_play_reaches_each_bucket_and_no_server(sources: Sources) -> None:
    apps = sources.world("web", "photos", "all")
    servers = sources.file("hosts.ini", f"[web]\nserver1 {ELSEWHERE}\n[web:vars]\nansible_timeout=1\n")
    fleet = sources.fleet("fleet", apps)
    show = {"name": "Show", "ansible.builtin.debug": {"msg": "{{ inventory_hostname }}={{ ansible_connection }}"}}
    play = [
        {"hosts": "web", "gather_facts": False, "tasks": [show]},
        {
            "hosts": "rekey_buckets",
            "gather_facts": False,
            "tasks": [{"name": "Reach", "ansible.builtin.ping": {}}, show],
        },
    ]
    out = sources.run("ansible-playbook", [servers, fleet], sources.file("play.yml", json.dumps(play)))
    for line in ("server1=ssh", f"web.{REGION}=local", "photos=local", f"all.{REGION}=local"):
        assert line in out
