# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What proxies are asked for, and what is told of them: each plugin that calls OCI, with no endpoint set."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.serving import Running
from tests.wire.listening import listener
from tests.wire.playing import Played, one_line, play

pytestmark = pytest.mark.usefixtures("warmed")

KEY = "ocid1.key.oc77.xx-nowhere-1.examplevault.examplekey"
COMPARTMENT = "ocid1.compartment.oc77..example"
WORK_REQUEST = "ocid1.workrequest.oc77.xx-nowhere-1.example"
PASSWORD = "open-sesame"  # noqa: S105

#: A region whose names are nowhere: what does not go to the proxy goes nowhere.
REGION = {
    "OCI_REGION": "xx-nowhere-1",
    "OCI_REGION_METADATA": '{"realmKey": "oc77", "realmDomainComponent": "rekey.invalid", "regionKey": "xnw", '
    '"regionIdentifier": "xx-nowhere-1"}',
}
OBJECT_STORAGE = "objectstorage.xx-nowhere-1.rekey.invalid"
VAULT = "examplevault-management.kms.xx-nowhere-1"

TASKS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "bucket_reencrypt": ({"bucket_name": "photos", "wait_timeout": 1}, {OBJECT_STORAGE}),
    "compartment_reencrypt": ({"compartment_ids": [COMPARTMENT], "wait_timeout": 1}, {OBJECT_STORAGE}),
    "bucket_encryption_info": ({"bucket_name": "photos"}, {OBJECT_STORAGE}),
    "work_request_info": ({"work_request_ids": [WORK_REQUEST]}, {OBJECT_STORAGE}),
    "work_request": ({"work_request_id": WORK_REQUEST, "state": "canceled", "wait_timeout": 1}, {OBJECT_STORAGE}),
    "key_rotation": (
        {"key_id": KEY, "max_age_days": 30, "wait_timeout": 1},
        {f"{VAULT}.oci.rekey.invalid", f"{VAULT}.rekey.invalid"},
    ),
}


@contextmanager
def recording() -> Iterator[tuple[str, set[str]]]:
    """A proxy that refuses, as its URL with a user and password; and the hosts that it was asked for."""
    asked: set[str] = set()

    def refuse(connection: socket.socket, _over: threading.Event) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(1 << 16)
        asked.add(request.split()[1].decode().removesuffix(":443"))
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")

    with listener(refuse) as url:
        yield url.replace("//", f"//me:{PASSWORD}@"), asked


def inventory(folder: Path) -> Path:
    folder.mkdir(parents=True)
    path = folder / "all.rekey_buckets.yml"
    path.write_text(f"plugin: rekey.oci.buckets\ncompartment_ids: [{COMPARTMENT}]\n", encoding="utf-8")
    return path


def plays(folder: Path, environment: dict[str, str]) -> Iterator[tuple[str, Played]]:
    """Each plugin by itself, all at once."""

    def one(name: str) -> Played:
        where = folder / name
        if name == "buckets":
            return play(where, [], environment, ("-i", str(inventory(where))))
        return play(where, [{f"rekey.oci.{name}": TASKS[name][0]}], environment)

    names = [*TASKS, "buckets"]
    with ThreadPoolExecutor(len(names)) as pool:
        yield from zip(names, pool.map(one, names), strict=True)


def environment_of(simulator: Running, **more: str) -> dict[str, str]:
    return {"OCI_CONFIG_FILE": simulator.introduction["config_file"], **REGION, "no_proxy": "", **more}


def test_each_plugin_goes_by_the_proxy_and_names_it(simulator: Running, folder: Path) -> None:
    with recording() as (url, asked):
        for name, played in plays(folder, environment_of(simulator, HTTPS_PROXY=url)):
            said = f"the proxy {url.replace(f'me:{PASSWORD}@', '')} of HTTPS_PROXY refused to connect to https://"
            told = played.output if name == "buckets" else one_line(played.results[0])
            assert said in " ".join(told.split()), name
            assert "(403 Forbidden)" in " ".join(told.split()), name
            assert PASSWORD not in played.output, name
        assert asked == set().union(*(hosts for _options, hosts in TASKS.values()))


def test_no_plugin_goes_by_the_proxy_where_no_proxy_names_the_host(simulator: Running, folder: Path) -> None:
    with recording() as (url, asked):
        environment = environment_of(simulator, HTTPS_PROXY=url, NO_PROXY=".rekey.invalid")
        for name, played in plays(folder, environment):
            told = played.output if name == "buckets" else one_line(played.results[0])
            assert "rekey.invalid cannot be reached" in " ".join(told.split()), name
        assert asked == set()


def test_what_is_wrong_in_the_environment_is_told_before_any_call(simulator: Running, folder: Path) -> None:
    cases = {
        "HTTPS_PROXY": f"http://me:{PASSWORD}#@proxy.example:3128",
        "REQUESTS_CA_BUNDLE": "/nowhere/ca.pem",
        "CURL_CA_BUNDLE": "/nowhere/ca.pem",
    }
    names = ("bucket_reencrypt", "key_rotation", "bucket_encryption_info")
    tasks = [
        {f"rekey.oci.{name}": TASKS[name][0], "environment": {variable: cases[variable]}}
        for variable, name in zip(cases, names, strict=True)
    ]
    played = play(folder, tasks, environment_of(simulator))
    for variable, result in zip(cases, played.results, strict=True):
        assert one_line(result).startswith(f"{variable} ")
        assert PASSWORD not in result["msg"]
