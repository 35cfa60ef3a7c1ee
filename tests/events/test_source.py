# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source on the simulator's streams, without a rulebook: what is handed on, what is committed, what is logged."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import runpy
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.serving import Running, serve
from tests.tools.paths import INSTALLED

FILE = INSTALLED / "ansible_collections" / "rekey" / "oci" / "extensions/eda/plugins/event_source/stream.py"
EVENT = {"eventType": "com.example.thing", "data": {"resourceId": "one"}}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("simulator")) as running:
        yield running


@pytest.fixture
def simulator(shared: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    shared.control("POST", "reset")
    shared.control("POST", "world", {"streams": [{"name": "events", "compartment": "apps", "partitions": 2}]})
    for name in os.environ:
        if name.startswith(("OCI_", "REKEY_")):
            monkeypatch.delenv(name)
    for name, value in shared.introduction["environment"].items():
        monkeypatch.setenv(name, value)
    return shared


class Source:
    """The source in a task, as a rulebook has it, with pauses so short that a test can wait for them."""

    def __init__(self, simulator: Running, **args: Any) -> None:
        self.module = runpy.run_path(str(FILE))
        self.module["main"].__globals__.update(TROUBLE=(0.02, 0.1), IDLE=(0.02, 0.05), HEARTBEAT=0.1)
        self.simulator = simulator
        self.args = {
            "stream_id": stream(simulator)["id"],
            "stream_endpoint": simulator.introduction["streaming"],
            **args,
        }

    async def main(self, queue: asyncio.Queue[Any]) -> None:
        await self.module["main"](queue, self.args)

    def events(self, number: int, meanwhile: Callable[[], Any] = lambda: None) -> list[dict[str, Any]]:
        """So many events, after which the source has committed and is canceled."""

        async def collect() -> list[dict[str, Any]]:
            queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(1)
            task = asyncio.create_task(self.main(queue))
            await asyncio.to_thread(meanwhile)
            found: list[dict[str, Any]] = []
            again: list[dict[str, Any]] = []
            while len(found) < number:
                getting = asyncio.create_task(queue.get())
                await asyncio.wait([getting, task], return_when=asyncio.FIRST_COMPLETED)
                if task.done():
                    getting.cancel()
                    task.result()
                found.append(await getting)
            while not task.done() and committed(self.simulator) < stream(self.simulator)["messages"]:
                # What a lost commit brings again is taken too.
                while not queue.empty():
                    again.append(queue.get_nowait())
                await asyncio.sleep(0.02)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert all(one in found for one in again)
            return found

        return asyncio.run(asyncio.wait_for(collect(), 120))

    def refusal(self) -> str:
        """What ends it."""
        with pytest.raises(Exception, match=r".") as raised:  # of the class in the file that was just run
            asyncio.run(asyncio.wait_for(self.main(asyncio.Queue()), 60))
        assert type(raised.value).__name__ == "StreamError"
        assert "\n" not in str(raised.value)
        return str(raised.value)


def stream(simulator: Running, *put: Any) -> Any:
    texts = [one if isinstance(one, str) else json.dumps(one) for one in put]
    return simulator.control("POST", "stream", {"stream": "events", "put": texts})


def committed(simulator: Running) -> int:
    return int(stream(simulator)["committed"].get("rekey", 0))


def gone(simulator: Running) -> None:
    """Let the group's members be forgotten, as a restart's pause would."""

    def forget(live: Any) -> None:
        for one in live.streams.by_id.values():
            for group in one.groups.values():
                group.members.clear()

    simulator.do(forget)


def test_an_event_comes_as_it_was_sent(simulator: Running) -> None:
    stream(simulator, EVENT)
    (event,) = Source(simulator).events(1)
    assert event["body"] == EVENT
    assert set(event["meta"]["stream"]) == {"partition", "offset", "timestamp"}
    assert json.loads(json.dumps(event)) == event
    assert committed(simulator) == 1


def test_it_goes_on_where_it_stopped(simulator: Running) -> None:
    stream(simulator, EVENT, {**EVENT, "number": 2})
    assert len(Source(simulator).events(2)) == 2
    gone(simulator)
    stream(simulator, {**EVENT, "number": 3})
    assert [one["body"].get("number") for one in Source(simulator).events(1)] == [3]


def test_what_was_not_handed_on_comes_again(simulator: Running) -> None:
    """A rulebook that takes nothing: the source dies with the events in its hands."""
    stream(simulator, EVENT)

    async def starve() -> None:
        queue: asyncio.Queue[Any] = asyncio.Queue(1)
        await queue.put("full")
        task = asyncio.create_task(Source(simulator).main(queue))
        while not any(one.operation == "ConsumerHeartbeat" for one in simulator.do(lambda live: list(live.seen))):
            assert not task.done()
            await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(asyncio.wait_for(starve(), 60))
    assert committed(simulator) == 0
    gone(simulator)
    assert [one["body"] for one in Source(simulator).events(1)] == [EVENT]


@pytest.mark.parametrize(
    "garbage",
    [
        "what?",
        "[]",
        "{}",
        '"text"',
        '{"eventType": 7}',
        '{"eventType": "x", "n": NaN}',
        '{"eventType": "x", "n": 1e400}',
        "[" * 100000,
        '{"eventType": "\\ud800"}',
    ],
    ids=["no JSON", "a list", "no type", "a text", "a number", "NaN", "too large", "deep", "half a character"],
)
def test_garbage_is_passed_over(simulator: Running, caplog: pytest.LogCaptureFixture, garbage: str) -> None:
    stream(simulator, garbage, EVENT)
    assert [one["body"] for one in Source(simulator).events(1)] == [EVENT]
    assert sum("is no event, so it is passed over" in line for line in caplog.messages) == 1
    assert committed(simulator) == 2


def test_events_within_the_window_are_one(simulator: Running) -> None:
    other = {**EVENT, "data": {"resourceId": "other"}}
    stream(simulator, EVENT, other, EVENT, EVENT, other)
    found = Source(simulator, window=1).events(2)
    assert sorted(one["body"]["data"]["resourceId"] for one in found) == ["one", "other"]
    gone(simulator)
    stream(simulator, EVENT)
    assert len(Source(simulator, window=1).events(1)) == 1


@pytest.mark.parametrize("operation", ["CreateGroupCursor", "GetMessages", "ConsumerCommit"])
@pytest.mark.parametrize(
    "fault",
    [{"status": status, "kind": "error_before"} for status in (401, 404, 409, 429, 500, 503)]
    + [{"kind": kind} for kind in ("reset_before", "reset_after", "garbage", "truncated")],
    ids=lambda fault: str(fault.get("status") or fault["kind"]),
)
def test_trouble_is_survived(
    simulator: Running, caplog: pytest.LogCaptureFixture, operation: str, fault: dict[str, Any]
) -> None:
    stream(simulator, EVENT)
    simulator.control("POST", "faults", {"operation": operation, "count": 2, "code": "Odd", **fault})
    assert Source(simulator).events(1)[0]["body"] == EVENT
    # A commit whose answer was lost ends the test before the source can tell that all is well again.
    began = sum("cannot be read" in line for line in caplog.messages)
    ended = sum("can be read again" in line for line in caplog.messages)
    assert began in (ended, ended + 1)
    assert began > 0


def test_a_wrong_stream_ends_it(simulator: Running) -> None:
    told = Source(simulator, stream_id="ocid1.stream.oc1.iad.other").refusal()
    assert "CreateGroupCursor failed: 404" in told
    assert "Check stream_id and stream_endpoint" in told
    assert "stream-pull" in told


def test_a_missing_permission_ends_it(simulator: Running) -> None:
    simulator.control("POST", "user", {"user": "blind", "permissions": ["STREAM_READ"], "compartments": ["apps"]})
    assert "stream-pull" in Source(simulator, config_profile_name="blind").refusal()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({"stream_id": ""}, "stream_id is not set: give it to the source, or set rekey_stream_id in the variables."),
        ({"stream_endpoint": None}, "stream_endpoint is not set"),
        ({"stream_endpoint": "http://stream.example"}, "is plain http"),
        ({"stream_id": "events"}, "'events' is not the OCID of a stream"),
        ({"group_name": "a b"}, "is not the name of a consumer group"),
        ({"window": -1}, "window is -1"),
        ({"window": "soon"}, "window"),
        ({"streem_id": "x"}, "streem_id"),
        (
            {"required_variables": {"rekey_compartment_id": ""}},
            "rekey_compartment_id is not set: set it in the variables.",
        ),
        ({"common_options": "instance_principal"}, "common_options (rekey_auth in the variables) must be a dictionary"),
        ({"common_options": {"auth_type": "magic"}}, "auth_type"),
        ({"config_file_location": "/nowhere/config"}, "The OCI configuration file /nowhere/config does not exist"),
    ],
)
def test_a_wrong_argument_ends_it_before_any_call(simulator: Running, args: dict[str, Any], told: str) -> None:
    assert told in Source(simulator, **args).refusal()
    assert simulator.do(lambda live: list(live.seen)) == []


def test_the_event_loop_goes_on_while_the_service_does_not_answer(simulator: Running) -> None:
    simulator.control("POST", "faults", {"operation": "GetMessages", "kind": "delay_before", "seconds": 2})
    stream(simulator, EVENT)
    ticks = 0

    async def watch() -> None:
        nonlocal ticks
        queue: asyncio.Queue[Any] = asyncio.Queue(1)
        task = asyncio.create_task(Source(simulator).main(queue))
        getting = asyncio.create_task(queue.get())
        while not getting.done():
            assert not task.done()
            await asyncio.sleep(0.01)
            ticks += 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(asyncio.wait_for(watch(), 60))
    assert ticks > 10


def test_memory_stays_flat(simulator: Running) -> None:
    """What many messages leave behind is no more than what a few do."""
    module = runpy.run_path(str(FILE))
    source = module["Window"](5.0)

    def grow(number: int) -> int:
        for at in range(number):
            event = {"body": {"eventType": "x", "data": {"resourceId": str(at)}}, "meta": {}}
            source.take(event, float(at))
            source.due(float(at))
        return len(source)

    tracemalloc.start()
    grow(2000)
    before = tracemalloc.get_traced_memory()[0]
    held = grow(100_000)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < module["MOST_HELD"] + 10
    assert after - before < 1 << 20


@pytest.fixture(autouse=True)
def heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)


def test_the_file_is_found_where_a_rulebook_looks() -> None:
    assert Path(FILE).is_file()
