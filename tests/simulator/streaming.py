# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of Streaming: paths, permissions, JSON."""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import datetime
from typing import Any

from .clock import rfc3339
from .messages import Refusal, Request, Response, not_found
from .paging import limit_of, page_of
from .streams import BadCursor, Message, Stream, Streams
from .users import User
from .world import World

_MOST_MESSAGES = 10000
_LARGEST = 1 << 20


class Streaming:
    def __init__(self, world: World, streams: Streams) -> None:
        self.world = world
        self.streams = streams

    def _stream(self, user: User, stream_id: str, permission: str) -> Stream:
        stream = self.streams.by_id.get(stream_id)
        if stream is None or not user.may(permission, stream.compartment_id):
            raise not_found()
        return stream

    def _whole(self, request: Request, stream: Stream) -> dict[str, Any]:
        return {
            "id": stream.id,
            "name": stream.name,
            "compartmentId": stream.compartment_id,
            "streamPoolId": "ocid1.streampool.oc1.iad.default",
            "partitions": len(stream.partitions),
            "retentionInHours": int(stream.retention_hours),
            "lifecycleState": "ACTIVE",
            "timeCreated": rfc3339(stream.time_created),
            "messagesEndpoint": f"http://{request.headers.get('host', 'localhost')}",
            "freeformTags": {},
            "definedTags": {},
        }

    # Streams.

    def create_stream(self, request: Request, user: User) -> Response:
        wanted = request.json()
        compartment_id = str(wanted.get("compartmentId") or "")
        if not user.may("STREAM_CREATE", compartment_id):
            raise not_found()
        name, partitions = wanted.get("name"), wanted.get("partitions")
        if not name or not isinstance(partitions, int) or partitions < 1:
            raise Refusal(400, "InvalidParameter", "A stream needs a name and a number of partitions.")
        stream = self.streams.add(
            self.world.ocid("stream"), str(name), compartment_id, partitions, wanted.get("retentionInHours", 24)
        )
        return Response(200, self._whole(request, stream), {"etag": secrets.token_hex(8)})

    def get_stream(self, request: Request, user: User, stream_id: str) -> Response:
        return Response(200, self._whole(request, self._stream(user, stream_id, "STREAM_READ")))

    def list_streams(self, request: Request, user: User) -> Response:
        compartment_id = request.query.get("compartmentId", "")
        if not user.may("STREAM_INSPECT", compartment_id):
            raise not_found()
        name = request.query.get("name")
        found = [one for one in self.streams.by_id.values() if one.compartment_id == compartment_id]
        page, headers = page_of([one for one in found if name in (None, one.name)], request, 1000)
        return Response(200, [self._whole(request, one) for one in page], headers)

    def delete_stream(self, request: Request, user: User, stream_id: str) -> Response:
        del self.streams.by_id[self._stream(user, stream_id, "STREAM_DELETE").id]
        return Response(202)

    # Messages.

    def put_messages(self, request: Request, user: User, stream_id: str) -> Response:
        stream = self._stream(user, stream_id, "STREAM_PRODUCE")
        given = request.json().get("messages")
        if not isinstance(given, list) or not given:
            raise Refusal(400, "InvalidParameter", "messages must be a list.")
        messages = [(_bytes(one.get("key")), _bytes(one.get("value"))) for one in given]
        entries = []
        for key, value in messages:
            if value is None or len(value) > _LARGEST:
                raise Refusal(400, "InvalidParameter", "A message needs a value, of 1 MiB at most.")
            partition, message = stream.put(key, value, self.world.clock.now())
            entries.append({"partition": str(partition), "offset": message.offset, "timestamp": rfc3339(message.time)})
        return Response(200, {"failures": 0, "entries": entries})

    def get_messages(self, request: Request, user: User, stream_id: str) -> Response:
        stream = self._stream(user, stream_id, "STREAM_CONSUME")
        limit = limit_of(request, _MOST_MESSAGES)
        try:
            found, cursor = self.streams.get(stream, request.query.get("cursor", ""), limit)
        except BadCursor as problem:
            raise _lost(problem) from None
        told = [self._message(stream, partition, message) for partition, message in found]
        return Response(200, told, {"opc-next-cursor": cursor})

    @staticmethod
    def _message(stream: Stream, partition: int, message: Message) -> dict[str, Any]:
        return {
            "stream": stream.name,
            "partition": str(partition),
            "key": None if message.key is None else base64.b64encode(message.key).decode(),
            "value": base64.b64encode(message.value).decode(),
            "offset": message.offset,
            "timestamp": rfc3339(message.time),
        }

    # Cursors and groups.

    def create_cursor(self, request: Request, user: User, stream_id: str) -> Response:
        stream = self._stream(user, stream_id, "STREAM_CONSUME")
        wanted = request.json()
        try:
            cursor = self.streams.cursor(
                stream,
                int(wanted.get("partition", -1)),
                str(wanted.get("type")),
                _time(wanted.get("time")),
                wanted.get("offset"),
            )
        except (BadCursor, ValueError) as problem:
            raise _lost(problem) from None
        return Response(200, {"value": cursor})

    def create_group_cursor(self, request: Request, user: User, stream_id: str) -> Response:
        stream = self._stream(user, stream_id, "STREAM_CONSUME")
        wanted = request.json()
        if not wanted.get("groupName"):
            raise Refusal(400, "InvalidParameter", "groupName must be given.")
        timeout = int(wanted.get("timeoutInMs") or 30000) / 1000
        instance = str(wanted.get("instanceName") or secrets.token_hex(8))
        try:
            cursor = self.streams.group_cursor(
                stream,
                str(wanted["groupName"]),
                instance,
                timeout,
                str(wanted.get("type")),
                _time(wanted.get("time")),
                wanted.get("commitOnGet") is not False,
            )
        except BadCursor as problem:
            raise _lost(problem) from None
        return Response(200, {"value": cursor})

    def consumer_commit(self, request: Request, user: User, stream_id: str) -> Response:
        stream = self._stream(user, stream_id, "STREAM_CONSUME")
        try:
            return Response(200, {"value": self.streams.commit(stream, request.query.get("cursor", ""))})
        except BadCursor as problem:
            raise _lost(problem) from None

    def consumer_heartbeat(self, request: Request, user: User, stream_id: str) -> Response:
        stream = self._stream(user, stream_id, "STREAM_CONSUME")
        try:
            return Response(200, {"value": self.streams.heartbeat(stream, request.query.get("cursor", ""))})
        except BadCursor as problem:
            raise _lost(problem) from None

    def get_group(self, request: Request, user: User, stream_id: str, group_name: str) -> Response:
        stream = self._stream(user, stream_id, "STREAM_CONSUME")
        group = stream.groups.get(group_name)
        if group is None:
            raise not_found()
        now = self.world.clock.now()
        reservations = []
        for partition in range(len(stream.partitions)):
            owner = group.owner(partition, now)
            reservations.append(
                {
                    "partition": str(partition),
                    "committedOffset": group.committed.get(partition, 0) - 1,
                    "reservedInstance": owner,
                    "timeReservedUntil": rfc3339(group.members[owner].until) if owner else None,
                }
            )
        return Response(200, {"streamId": stream.id, "groupName": group_name, "reservations": reservations})


def _lost(problem: Exception) -> Refusal:
    return Refusal(400, "InvalidParameter", f"The cursor cannot be used: {problem}.")


def _bytes(text: Any) -> bytes | None:
    if text is None:
        return None
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error:
        raise Refusal(400, "InvalidParameter", "Keys and values are base64.") from None


def _time(text: Any) -> float | None:
    return None if text is None else datetime.fromisoformat(str(text)).timestamp()
