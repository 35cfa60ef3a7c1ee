# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Streams of OCI Streaming: partitions, groups of consumers, offsets, retention. State only; time is asked of a clock."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock

#: A cursor that is not used for so long is worth nothing any more, in seconds.
CURSOR_SECONDS = 300.0


class BadCursor(Exception):
    """A cursor that is none, that has expired, or whose consumer is no member any more."""


@dataclass
class Message:
    key: bytes | None
    value: bytes
    offset: int
    time: float


@dataclass
class Member:
    timeout: float
    until: float


@dataclass
class Group:
    """Consumers that share a stream's partitions. ``committed`` is the offset that comes next, by partition."""

    committed: dict[int, int] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)

    def living(self, now: float) -> list[str]:
        """The members whose time is not over, in the order in which they came."""
        self.members = {name: member for name, member in self.members.items() if member.until > now}
        return list(self.members)

    def owner(self, partition: int, now: float) -> str | None:
        living = self.living(now)
        return living[partition % len(living)] if living else None


@dataclass
class Stream:
    id: str
    name: str
    compartment_id: str
    retention_hours: float
    time_created: float
    partitions: list[list[Message]]
    groups: dict[str, Group] = field(default_factory=dict)
    #: The types of events that a rule of the Events service sends here.
    events: tuple[str, ...] = ()
    #: How many messages each partition has ever had.
    ends: list[int] = field(default_factory=list)
    turn: int = 0

    def put(self, key: bytes | None, value: bytes, now: float) -> tuple[int, Message]:
        """Append to the key's partition, or to each in turn; return the partition and the message."""
        if key is None:
            self.turn += 1
        partition = (self.turn if key is None else zlib.crc32(key)) % len(self.partitions)
        message = Message(key, value, self.ends[partition], now)
        self.ends[partition] += 1
        self.partitions[partition].append(message)
        return partition, message

    def forget(self, now: float) -> None:
        """Drop what is older than the retention."""
        oldest = now - self.retention_hours * 3600
        for messages in self.partitions:
            while messages and messages[0].time < oldest:
                messages.pop(0)

    def read(self, partition: int, start: int, limit: int) -> list[Message]:
        messages = self.partitions[partition]
        skip = max(0, start - messages[0].offset) if messages else 0
        return messages[skip : skip + limit]

    def start(self, partition: int, kind: str, time: float | None, offset: int | None) -> int:
        """The offset that a kind of cursor begins at. Raises BadCursor."""
        messages = self.partitions[partition]
        first = messages[0].offset if messages else self.ends[partition]
        if kind == "TRIM_HORIZON":
            return first
        if kind == "LATEST":
            return self.ends[partition]
        if kind == "AT_TIME" and time is not None:
            return next((one.offset for one in messages if one.time >= time), self.ends[partition])
        if kind in ("AT_OFFSET", "AFTER_OFFSET") and offset is not None:
            return max(first, offset + (kind == "AFTER_OFFSET"))
        raise BadCursor(f"a cursor of type {kind} lacks what it needs")


class Streams:
    """All streams of the tenancy."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.by_id: dict[str, Stream] = {}

    def add(self, stream_id: str, name: str, compartment_id: str, partitions: int, retention_hours: float) -> Stream:
        stream = Stream(
            stream_id, name, compartment_id, retention_hours, self._clock.now(), [[] for _number in range(partitions)]
        )
        stream.ends = [0] * partitions
        self.by_id[stream_id] = stream
        return stream

    def named(self, name: str) -> Stream | None:
        return self.by_id.get(name) or next((one for one in self.by_id.values() if one.name == name), None)

    def emit(self, event: dict[str, Any]) -> None:
        """What the Events service does: send the event to each stream that a rule sends its type to."""
        value = json.dumps(event).encode()
        for stream in self.by_id.values():
            if event["eventType"] in stream.events:
                stream.put(None, value, self._clock.now())

    # Cursors.

    def group_cursor(
        self,
        stream: Stream,
        group_name: str,
        instance: str,
        timeout: float,
        kind: str,
        time: float | None,
        commit: bool,
    ) -> str:
        """Make the instance a member, and the group where it is new; ``kind`` counts for a new group only."""
        now = self._clock.now()
        stream.forget(now)
        group = stream.groups.get(group_name)
        if group is None:
            starts = {at: stream.start(at, kind, time, None) for at in range(len(stream.partitions))}
            group = stream.groups[group_name] = Group(starts)
        group.members[instance] = Member(timeout, now + timeout)
        return self._token({"group": group_name, "instance": instance, "at": {}, "commit": commit})

    def cursor(self, stream: Stream, partition: int, kind: str, time: float | None, offset: int | None) -> str:
        if not 0 <= partition < len(stream.partitions):
            raise BadCursor(f"there is no partition {partition}")
        stream.forget(self._clock.now())
        return self._token({"partition": partition, "at": stream.start(partition, kind, time, offset)})

    def get(self, stream: Stream, token: str, limit: int) -> tuple[list[tuple[int, Message]], str]:
        """The messages at a cursor, and the cursor behind them."""
        stream.forget(self._clock.now())
        read = self._read(token)
        if "partition" in read:
            partition = read["partition"]
            messages = stream.read(partition, read["at"], limit)
            after = messages[-1].offset + 1 if messages else read["at"]
            return [(partition, one) for one in messages], self._token({"partition": partition, "at": after})
        group, mine = self._member(stream, read)
        if read["commit"]:
            self._commit(group, mine, read["at"])
        at = {partition: offset for partition, offset in read["at"].items() if int(partition) in mine}
        found: list[tuple[int, Message]] = []
        for partition in mine:
            start = max(at.get(str(partition), 0), group.committed.get(partition, 0))
            for message in stream.read(partition, start, limit - len(found)):
                found.append((partition, message))
                start = message.offset + 1
            at[str(partition)] = start
        return found, self._token({**read, "at": at})

    def commit(self, stream: Stream, token: str) -> str:
        """Commit what lies before a group's cursor, and give its member more time."""
        read = self._read(token)
        group, mine = self._member(stream, read)
        self._commit(group, mine, read["at"])
        return self._token(read)

    def heartbeat(self, stream: Stream, token: str) -> str:
        read = self._read(token)
        self._member(stream, read)
        return self._token(read)

    def _commit(self, group: Group, mine: list[int], at: dict[str, int]) -> None:
        for partition in mine:
            if str(partition) in at:
                group.committed[partition] = max(group.committed.get(partition, 0), at[str(partition)])

    def _member(self, stream: Stream, read: dict[str, Any]) -> tuple[Group, list[int]]:
        """The group, and the partitions that are the member's now. Raises BadCursor where it is none any more."""
        now = self._clock.now()
        group = stream.groups.get(read.get("group", ""))
        if group is None or read["instance"] not in group.living(now):
            raise BadCursor("the consumer is no member of the group any more")
        member = group.members[read["instance"]]
        member.until = now + member.timeout
        return group, [at for at in range(len(stream.partitions)) if group.owner(at, now) == read["instance"]]

    def _token(self, content: dict[str, Any]) -> str:
        made = json.dumps({**content, "made": self._clock.now()}).encode()
        return base64.urlsafe_b64encode(made).decode().rstrip("=")

    def _read(self, token: str) -> dict[str, Any]:
        try:
            read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
            made = float(read["made"])
        except (binascii.Error, KeyError, TypeError, ValueError):
            raise BadCursor("the cursor is not valid") from None
        if self._clock.now() - made > CURSOR_SECONDS:
            raise BadCursor("the cursor has expired")
        return read
