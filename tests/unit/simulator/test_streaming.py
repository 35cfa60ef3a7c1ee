# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Streaming: partitions, groups, commits, members whose time is over, retention, and the events of a rotation."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.simulator.events import ROTATED

from .helpers import World

ROOT = "/20180418/streams"


class Group:
    """A consumer of one stream, over the simulator in process."""

    def __init__(self, world: World, stream: str, instance: str, **more: Any) -> None:
        self.world, self.at = world, f"{ROOT}/{stream}"
        wanted = {"type": "TRIM_HORIZON", "groupName": "g", "instanceName": instance, "commitOnGet": False, **more}
        self.cursor: str = world.told("POST", f"{self.at}/groupCursors", wanted).body["value"]

    def get(self, limit: int = 100) -> list[str]:
        response = self.world.told("GET", f"{self.at}/messages", cursor=self.cursor, limit=str(limit))
        self.cursor = response.headers["opc-next-cursor"]
        return [base64.b64decode(one["value"]).decode() for one in response.body]

    def commit(self) -> None:
        self.cursor = self.world.told("POST", f"{self.at}/commit", cursor=self.cursor).body["value"]

    def refused(self) -> tuple[int, str]:
        return self.world.refused("GET", f"{self.at}/messages", cursor=self.cursor)


def put(world: World, stream: str, *values: str, key: str | None = None) -> None:
    messages = [
        {
            "key": None if key is None else base64.b64encode(key.encode()).decode(),
            "value": base64.b64encode(value.encode()).decode(),
        }
        for value in values
    ]
    assert world.told("POST", f"{ROOT}/{stream}/messages", {"messages": messages}).body["failures"] == 0


@pytest.fixture
def stream(world: World) -> str:
    wanted = {"name": "events", "compartmentId": "", "partitions": 1}
    return str(world.told("POST", ROOT, wanted).body["id"])


@pytest.fixture
def wide(world: World) -> str:
    return str(world.told("POST", ROOT, {"name": "wide", "compartmentId": "", "partitions": 2}).body["id"])


def test_a_group_goes_on_where_it_committed(world: World, stream: str) -> None:
    put(world, stream, "a", "b", "c")
    first = Group(world, stream, "one")
    assert first.get(2) == ["a", "b"]
    first.commit()
    assert first.get() == ["c"]
    assert first.get() == []
    world.simulator.clock.advance(31)
    assert Group(world, stream, "two").get() == ["c"]


def test_commit_on_get_commits_what_came_before(world: World, stream: str) -> None:
    put(world, stream, "a", "b")
    first = Group(world, stream, "one", commitOnGet=True)
    assert first.get(1) == ["a"]
    assert first.get(1) == ["b"]
    world.simulator.clock.advance(31)
    assert Group(world, stream, "two").get() == ["b"]


def test_a_member_whose_time_is_over_is_none(world: World, stream: str) -> None:
    first = Group(world, stream, "one", timeoutInMs=5000)
    world.simulator.clock.advance(4)
    first.cursor = world.told("POST", f"{ROOT}/{stream}/heartbeat", cursor=first.cursor).body["value"]
    world.simulator.clock.advance(4)
    assert first.get() == []
    world.simulator.clock.advance(6)
    assert first.refused() == (400, "InvalidParameter")


def test_two_members_share_the_partitions(world: World, wide: str) -> None:
    alone = Group(world, wide, "one")
    put(world, wide, "a", "b", "c", "d")
    assert sorted(alone.get()) == ["a", "b", "c", "d"]
    other = Group(world, wide, "two")
    alone.commit()
    # What the first read of the other's partition, and could not commit any more, comes again.
    assert len(other.get()) == 2
    reservations = world.told("GET", f"{ROOT}/{wide}/groups/g").body["reservations"]
    assert [one["reservedInstance"] for one in reservations] == ["one", "two"]


def test_a_key_stays_in_its_partition(world: World, wide: str) -> None:
    for _turn in range(5):
        put(world, wide, "x", key="same")
    sizes = {len(messages) for messages in world.simulator.streams.by_id[wide].partitions}
    assert sizes == {0, 5}


def test_what_is_older_than_the_retention_is_gone(world: World, stream: str) -> None:
    put(world, stream, "old")
    world.simulator.clock.advance(24 * 3600 + 1)
    put(world, stream, "new")
    assert Group(world, stream, "one").get() == ["new"]


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("TRIM_HORIZON", {}, ["a", "b"]),
        ("LATEST", {}, []),
        ("AT_OFFSET", {"offset": 1}, ["b"]),
        ("AFTER_OFFSET", {"offset": 0}, ["b"]),
    ],
)
def test_cursors_of_a_partition(
    world: World, stream: str, kind: str, more: dict[str, Any], expected: list[str]
) -> None:
    put(world, stream, "a", "b")
    wanted = {"partition": "0", "type": kind, **more}
    cursor = world.told("POST", f"{ROOT}/{stream}/cursors", wanted).body["value"]
    told = world.told("GET", f"{ROOT}/{stream}/messages", cursor=cursor).body
    assert [base64.b64decode(one["value"]).decode() for one in told] == expected


def test_an_old_cursor_is_refused(world: World, stream: str) -> None:
    cursor = world.told("POST", f"{ROOT}/{stream}/cursors", {"partition": "0", "type": "LATEST"}).body["value"]
    world.simulator.clock.advance(301)
    assert world.refused("GET", f"{ROOT}/{stream}/messages", cursor=cursor) == (400, "InvalidParameter")
    assert world.refused("GET", f"{ROOT}/{stream}/messages", cursor="what?") == (400, "InvalidParameter")


def test_permissions(world: World, stream: str) -> None:
    world.simulator.users.add("reader", ["STREAM_READ"])
    assert world.told("GET", f"{ROOT}/{stream}", user="reader").body["name"] == "events"
    assert world.refused("POST", f"{ROOT}/{stream}/groupCursors", {"groupName": "g"}, user="reader")[0] == 404
    assert world.refused("POST", f"{ROOT}/{stream}/messages", {"messages": []}, user="reader")[0] == 404


def test_a_scheduled_rotation_is_an_event(world: World, stream: str) -> None:
    world.simulator.streams.by_id[stream].events = (ROTATED,)
    world.simulator.events.rotated(world.key)
    (text,) = Group(world, stream, "one").get()
    event = json.loads(text)
    assert event["eventType"] == ROTATED
    assert event["data"]["resourceId"] == world.key.id
