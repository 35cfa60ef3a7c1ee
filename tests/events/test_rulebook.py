# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rulebook under the real ansible-rulebook: from a rotation by a key's schedule to the proof.

Each start costs ten seconds of Java, and each window of the source ten more, so the tests share one start where they can.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs import policies
from tests.events.rotations import current, rotate, rotated, submissions
from tests.events.rulebook import ENFORCE, UPDATED, Rulebook, forget_members, members, stream
from tests.simulator.events import BUCKET_UPDATED, ROTATED
from tests.simulator.serving import Running, serve
from tests.tools import java
from tests.tools.without import do_without

NOTE = "tries again. So does the nightly run of enforce_rotation, if you have one."
KEYS = ("one", "two", "three")
PERMISSIONS = [
    permission
    for name in ("stream", "compartment_reencrypt")
    for permission in policies.TABLE["plugins"][name]["missing"]
]
WORLD = {
    "settings": {"work_seconds": 0.5},
    "compartments": [{"name": "apps"}, {"name": "below", "parent": "apps"}],
    "keys": [{"name": name, "compartment": "apps", "auto_rotation": True} for name in KEYS],
    "buckets": [
        *({"name": f"bucket-{name}", "compartment": "below", "key": name, "objects": 3} for name in KEYS),
        {"name": "1_000", "compartment": "apps", "key": "three", "objects": 3},
        {"name": "excluded", "compartment": "apps", "key": "three", "objects": 3},
    ],
    # The user has what docs/events.md gives, and no more.
    "users": [{"name": "rekey", "permissions": PERMISSIONS}],
    "streams": [{"name": "rotations", "compartment": "apps", "partitions": 2, "events": [ROTATED]}],
}


@pytest.fixture(scope="session", autouse=True)
def needs_java() -> None:
    why_not = java.ensure()
    if why_not:
        do_without(why_not)


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("simulator"), WORLD) as running:
        yield running


@pytest.fixture(scope="module")
def variables(simulator: Running) -> dict[str, Any]:
    compartments = simulator.do(lambda live: {one["name"]: name for name, one in live.world.compartments.items()})
    return {
        "rekey_stream_id": stream(simulator)["id"],
        "rekey_stream_endpoint": simulator.introduction["streaming"],
        "rekey_compartment_id": compartments["apps"],
        "rekey_auth": {"config_profile_name": "rekey"},
        "rekey_regions": ["us-ashburn-1"],
        "rekey_exclude": "excl*",
        "rekey_progress": False,
        "rekey_wait_interval": 1,
    }


class Reader:
    """A rulebook that has joined its group, and how many runs it has been given reason for."""

    def __init__(self, simulator: Running, rulebook: Rulebook) -> None:
        self.simulator = simulator
        self.rulebook = rulebook
        self.expected = 0

    def ends(self, runs: int) -> None:
        """So many more runs come, and end."""
        self.expected += runs
        self.rulebook.wait(f"{self.expected} runs", lambda: self.rulebook.count("PLAY RECAP") >= self.expected)
        self.no_more()

    def no_more(self) -> None:
        assert self.rulebook.count("PLAY [") == self.expected, self.rulebook.log


@pytest.fixture(scope="module")
def shared(simulator: Running, variables: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    rulebook = Rulebook(simulator, tmp_path_factory.mktemp("reader"), variables)
    try:
        rulebook.wait("a member", lambda: members(simulator))
        yield Reader(simulator, rulebook)
    finally:
        rulebook.stop()


@pytest.fixture
def reader(shared: Reader) -> Iterator[Reader]:
    """At a time when no run is left over from the test before, and none is left out."""
    shared.no_more()
    yield shared
    shared.simulator.control("DELETE", "faults")
    # Shown where the test failed.
    print(shared.rulebook.log[-20000:])


def test_from_a_rotation_to_the_proof(reader: Reader) -> None:
    """Two keys make one run each, and an event that comes twice makes none of its own."""
    simulator = reader.simulator
    rotate(simulator, "one", "two")
    stream(simulator, rotated(simulator, "one"))
    assert not current(simulator, "bucket-one")
    reader.ends(2)
    assert current(simulator, "bucket-one")
    assert current(simulator, "bucket-two")
    assert submissions(simulator) == {"bucket-one": 1, "bucket-two": 1}
    # The same again, after the window: a run that finds nothing to do.
    stream(simulator, rotated(simulator, "one"), rotated(simulator, "one"))
    reader.ends(1)
    assert "changed=0" in reader.rulebook.log.split(ENFORCE)[-1]
    assert submissions(simulator) == {"bucket-one": 1, "bucket-two": 1}


def test_a_rotation_during_a_run_leads_to_another(reader: Reader) -> None:
    simulator = reader.simulator
    before = submissions(simulator)
    simulator.control("POST", "settings", {"work_seconds": 15})
    rotate(simulator, "one")
    reader.rulebook.wait("a submission", lambda: submissions(simulator) != before)
    rotate(simulator, "one")
    reader.rulebook.wait("the second event's end", lambda: not lag(simulator))
    simulator.control("POST", "settings", {"work_seconds": 0.5})
    reader.ends(2)
    assert current(simulator, "bucket-one")


def lag(simulator: Running) -> int:
    """How many messages are not committed."""
    found = stream(simulator)
    return int(found["messages"] - found["committed"].get("rekey", 0))


def test_a_bad_hour(reader: Reader) -> None:
    """The stream cannot be read for a while, and then the run fails, which the log explains."""
    simulator, rulebook = reader.simulator, reader.rulebook
    simulator.control("POST", "faults", {"operation": "GetMessages", "kind": "error_before", "status": 503, "count": 3})
    refusal = {"operation": "ReencryptBucket", "kind": "error_before", "status": 400, "count": 100}
    simulator.control("POST", "faults", refusal)
    rotate(simulator, "two")
    reader.ends(1)
    assert rulebook.count("the stream cannot be read: ") == 1
    assert rulebook.count("the stream can be read again, after 3 failed calls") == 1
    assert not current(simulator, "bucket-two")
    assert f"The next event of this key {NOTE}" in " ".join(rulebook.log.split(ENFORCE)[-1].split())
    simulator.control("DELETE", "faults")
    stream(simulator, rotated(simulator, "two"))
    reader.ends(1)
    assert current(simulator, "bucket-two")


def test_what_is_odd_does_no_harm(reader: Reader, tmp_path: Path) -> None:
    """Whoever may put a message, or tag a bucket, could try to have a command run here."""
    simulator, mark = reader.simulator, tmp_path / "mark"
    attack = "{{ lookup('ansible.builtin.pipe', 'touch %s') }}" % mark
    details = {"freeFormTags": {"x": attack}, "additionalDetails": {"bucketName": attack, "namespace": attack}}
    hostile = {"resourceName": attack, "resourceId": f"/n/x/b/{attack}", **details}
    stream(
        simulator,
        "what?",
        json.dumps({"eventType": attack}),
        json.dumps({"eventType": BUCKET_UPDATED, "data": hostile}),
        json.dumps({"eventType": BUCKET_UPDATED}),
        json.dumps({"eventType": BUCKET_UPDATED, "data": {"resourceName": {"a": "b"}}}),
        rotated(simulator, f"ocid1.key.{attack}", extensions=details),
    )
    reader.ends(1)
    odd: tuple[Any, ...] = (None, "text", {"resourceId": {"a": ["b"]}})
    for data in odd:
        stream(simulator, json.dumps({"eventType": ROTATED, "data": data}))
    stream(simulator, json.dumps({"eventType": ROTATED}))
    # None of these names a key, so nothing tells that two are about one.
    reader.ends(4)
    assert reader.rulebook.count("is no event, so it is passed over") == 1
    assert reader.rulebook.count("has no usable name of a bucket, so it is ignored") == 3
    assert not mark.exists()
    assert "Traceback" not in reader.rulebook.log


def test_a_bucket_that_was_given_another_key(reader: Reader) -> None:
    """It is re-encrypted, once; the updates that this makes are looked at, and lead to nothing more."""
    simulator, rulebook = reader.simulator, reader.rulebook
    before = submissions(simulator)

    def listen(live: Any) -> None:
        live.streams.named("rotations").events = (ROTATED, BUCKET_UPDATED)

    simulator.do(listen)
    started = rulebook.count(UPDATED)
    for name in ("1_000", "excluded"):
        simulator.control("POST", "bucket", {"bucket": name, "key": "one"})
        simulator.do(lambda live, name=name: live.events.bucket_updated(name))  # type: ignore[misc]
    # One for each bucket, and one for the updates that the first makes.
    reader.ends(3)
    assert rulebook.count(UPDATED) == started + 3
    assert current(simulator, "1_000")
    assert submissions(simulator).get("excluded") == before.get("excluded")
    assert submissions(simulator)["1_000"] == before.get("1_000", 0) + 1
    rulebook.wait("all events' end", lambda: not lag(simulator))
    messages = stream(simulator)["messages"]
    simulator.do(lambda live: setattr(live.streams.named("rotations"), "events", (ROTATED,)))
    # A run that comes later shows that no other was on its way.
    stream(simulator, rotated(simulator, "one"))
    reader.ends(1)
    assert stream(simulator)["messages"] == messages + 1


def test_a_restart_and_two_readers(
    shared: Reader, variables: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The last test: it ends the reader of those before. What came meanwhile is done; then each reader has a partition."""
    simulator = shared.simulator
    shared.no_more()
    shared.rulebook.stop()
    rotate(simulator, "one", "two")
    forget_members(simulator)
    before = submissions(simulator)
    readers: list[Rulebook] = []
    try:
        readers.extend(Rulebook(simulator, tmp_path_factory.mktemp("reader"), variables) for _number in range(2))
        first, second = readers
        first.wait("two members", lambda: len(members(simulator)) == 2)
        first.wait("the missed events' end", lambda: not lag(simulator))
        for name in ("bucket-one", "bucket-two"):
            first.wait(name, lambda name=name: current(simulator, name))  # type: ignore[misc]
        assert {name: submissions(simulator)[name] - before[name] for name in ("bucket-one", "bucket-two")} == {
            "bucket-one": 1,
            "bucket-two": 1,
        }
        for reader in readers:
            reader.wait("all runs' end", lambda reader=reader: reader.count("PLAY [") == reader.count("PLAY RECAP"))  # type: ignore[misc]
        runs = [reader.count(ENFORCE) for reader in readers]
        # Messages without a key go to the partitions in turn.
        rotate(simulator, "one", "two")
        for reader, had in zip(readers, runs, strict=True):
            reader.wait("a run of its own", lambda reader=reader, had=had: reader.count(ENFORCE) > had)  # type: ignore[misc]
        for name in ("bucket-one", "bucket-two"):
            second.wait(name, lambda name=name: current(simulator, name))  # type: ignore[misc]
    finally:
        for reader in readers:
            reader.stop()


def test_what_is_missing_is_one_clear_line(
    simulator: Running, variables: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    needed = ("rekey_stream_id", "rekey_stream_endpoint", "rekey_compartment_id")
    started = {
        name: Rulebook(
            simulator,
            tmp_path_factory.mktemp("reader"),
            {other: value for other, value in variables.items() if other != name},
        )
        for name in needed
    }
    try:
        for name, rulebook in started.items():
            assert rulebook.end() != 0
            assert rulebook.count(f"set {name} in the variables") + rulebook.count(f"{name} is not set") >= 1
            assert "Traceback" not in rulebook.log
    finally:
        for rulebook in started.values():
            rulebook.stop()
