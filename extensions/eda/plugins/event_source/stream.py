# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An event source for ansible-rulebook: the messages of a stream of OCI Streaming."""

from __future__ import annotations

DOCUMENTATION = r"""
name: stream
short_description: Receive events from a stream of OCI Streaming
description:
  - Reads a stream as a member of a consumer group. It connects to OCI, and opens no port to the outside.
  - Each message is one event. C(event.body) has the message's JSON, unchanged.
    C(event.meta.stream) has C(partition), C(offset) and C(timestamp).
  - The source commits a message after it has handed it to the rulebook. After a restart, the source goes on with the first
    message that was not committed. An event can come twice, but none is lost.
  - The source passes over a message that is not JSON or has no C(eventType). The log has one line for it.
  - When the service cannot be reached, or refuses a call, the source tries again, with pauses that grow to one minute.
    The log has one line when the trouble begins and one when it ends. A wrong stream or a missing permission at the start
    ends the source.
  - The options for authentication are those of the collection's modules, with the same environment variables.
options:
  stream_id:
    description: The OCID of the stream.
    type: str
    required: true
  stream_endpoint:
    description: The stream's messages endpoint, such as V(https://cell-1.streaming.us-ashburn-1.oci.oraclecloud.com).
    type: str
    required: true
  group_name:
    description: The name of the consumer group. Sources with the same name share the stream's partitions.
    type: str
    default: rekey
  window:
    description:
      - If several events of the same type about the same resource come within this many seconds, the source hands on only the first of
        them, at the end of that time. An event that comes later begins a new window.
      - With V(0), the source hands on each message at once.
    type: int
    default: 0
  required_variables:
    description:
      - The variables that the rulebook's actions need, each with its value. If a value is empty, the source ends with a message of one line.
    type: dict
  common_options:
    description: The options for authentication in one dictionary, such as V({auth_type: instance_principal}).
    type: dict
"""

EXAMPLES = r"""
- name: Watch for events
  hosts: localhost
  sources:
    - rekey.oci.stream:
        stream_id: ocid1.stream.oc1.iad.exampleuniqueid
        stream_endpoint: https://cell-1.streaming.us-ashburn-1.oci.oraclecloud.com
  rules:
    - name: Show what came
      condition: event.body.eventType is defined
      action:
        print_event:
"""

import asyncio
import base64
import json
import logging
import os
import random
import re
import secrets
import socket
import sys
import time
from pathlib import Path
from typing import Any, Optional

LOG = logging.getLogger("rekey.oci.stream")

#: How many messages are taken at once: each may be of 1 MiB.
BATCH = 32

#: A member of the group that says nothing for so long loses its partitions, in seconds.
MEMBER_TIMEOUT = 20

#: While the rulebook takes its time, the service is told this often that the member lives, in seconds.
HEARTBEAT = 5.0

#: Rather than grow, what waits for its window's end is handed on early; in events.
MOST_HELD = 500

#: Under a steady flow of events, reading stops after so long until all is handed on and committed, in seconds.
UNCOMMITTED = 60.0

#: Pauses between two looks at a stream without messages grow from the first to the last, in seconds.
IDLE = (1.0, 5.0)

#: Pauses after failures grow from the first to the last, in seconds.
TROUBLE = (1.0, 60.0)

#: A refusal at the start counts when it has come so often.
START_TRIES = 3


class StreamError(Exception):
    """The source cannot start. The message is one line for a person."""


def load() -> Any:
    """Import what the source shares with the collection's modules. Raises StreamError.

    Not by Ansible's own loader: where that is at work, a rulebook cannot load a second source.
    """
    root = Path(__file__).resolve().parents[7]
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    try:
        import ansible_collections

        # The package "ansible" brings one that is complete, and does not look elsewhere.
        if str(root / "ansible_collections") not in ansible_collections.__path__:
            ansible_collections.__path__.insert(0, str(root / "ansible_collections"))
        from ansible_collections.rekey.oci.plugins.module_utils.module import consumer
    except ImportError as error:
        raise StreamError(
            "rekey.oci.stream needs ansible-core in the Python of ansible-rulebook, and cannot import it: %s" % error
        ) from None
    return consumer


def event_of(value: Any) -> Optional[dict[str, Any]]:
    """The event in a message's value; None where there is none."""
    try:
        body = json.loads(base64.b64decode(value, validate=True).decode("utf-8"), parse_constant=_no_json)
        # Half a pair of surrogates, or a number that is too large, would stop the rule engine.
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (TypeError, ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) and isinstance(body.get("eventType"), str) else None


def _no_json(name: str) -> Any:
    raise ValueError("%s is no JSON" % name)


class Window:
    """Events that wait for others of their kind; times are monotonic seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._held: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}

    def __len__(self) -> int:
        return len(self._held)

    def take(self, event: dict[str, Any], now: float) -> None:
        """Hold an event, unless one stands for it that is held."""
        body = event["body"]
        data = body.get("data")
        resource = data.get("resourceId") if isinstance(data, dict) else None
        alone = not self._seconds or not isinstance(resource, str)
        about = repr(event["meta"]) if alone else resource
        self._held.setdefault((body["eventType"], about), (now + self._seconds, event))

    def due(self, now: float) -> list[dict[str, Any]]:
        """Let go of those whose time has come, and of the oldest of too many."""
        early = len(self._held) - MOST_HELD
        ready = [name for at, (name, (due, _event)) in enumerate(self._held.items()) if due <= now or at < early]
        return [self._held.pop(name)[1] for name in ready]

    def next_due(self, now: float) -> float:
        """Seconds until one is due."""
        return max(0.0, min((due for due, _event in self._held.values()), default=now) - now)

    def clear(self) -> None:
        """Forget them: they come again."""
        self._held.clear()


class Source:
    """One consumer's life: each turn is one call, made in a thread, so that the event loop goes on."""

    def __init__(self, queue: Any, consumer: Any, failure: type[Exception], window: float = 0.0) -> None:
        self._queue = queue
        self._consumer = consumer
        self._failure = failure
        self._window = Window(window)
        #: When the first of the messages came that are not committed.
        self._uncommitted: Optional[float] = None
        self._empty = 0
        self._failures = 0

    async def start(self) -> None:
        """Join the group. Raises StreamError where the service says each time that this cannot be."""
        for tries in range(1, START_TRIES + 1):
            refusal = await self._refusal()
            if refusal is None:
                return
            if tries == START_TRIES:
                raise StreamError(self._consumer.explain(refusal))
            await asyncio.sleep(_pause(TROUBLE, tries))

    async def _refusal(self) -> Optional[Exception]:
        """Try to join once: what the service refused it with; None where it worked, or where the trouble may pass."""
        try:
            await asyncio.to_thread(self._consumer.join)
        except self._failure as error:
            self._log_trouble(error)
            return error if self._consumer.final(error) else None
        self._log_end_of_trouble()
        return None

    async def turn(self) -> float:
        """Do one thing; return the seconds to wait before the next."""
        try:
            for event in self._window.due(time.monotonic()):
                await self._hand_on(event)
            if not self._consumer.joined:
                await asyncio.to_thread(self._consumer.join)
            elif self._uncommitted is not None and not len(self._window):
                await asyncio.to_thread(self._consumer.commit)
                self._uncommitted = None
            elif self._uncommitted is not None and time.monotonic() - self._uncommitted > UNCOMMITTED:
                await asyncio.to_thread(self._consumer.heartbeat)
                return min(HEARTBEAT, self._window.next_due(time.monotonic()))
            else:
                await self._read()
        except self._failure as error:
            self._log_trouble(error)
            if self._consumer.lost(error):
                # What was not committed comes again.
                self._consumer.leave()
                self._window.clear()
                self._uncommitted = None
            return _pause(TROUBLE, self._failures)
        self._log_end_of_trouble()
        pause = _pause(IDLE, self._empty) if self._empty else 0.0
        return min(pause, self._window.next_due(time.monotonic())) if len(self._window) else pause

    async def _read(self) -> None:
        messages = await asyncio.to_thread(self._consumer.get, BATCH)
        self._empty = 0 if messages else self._empty + 1
        now = time.monotonic()
        for message in messages:
            body, at = event_of(message["value"]), message["at"]
            if body is None:
                LOG.warning(
                    "The message at partition %(partition)s, offset %(offset)s is no event, so it is passed over.", at
                )
            else:
                self._window.take({"body": body, "meta": {"stream": at}}, now)
        if messages and self._uncommitted is None:
            self._uncommitted = now

    async def _hand_on(self, event: dict[str, Any]) -> None:
        """Wait until the rulebook has taken it, however long that is, and stay a member meanwhile."""
        handing = asyncio.ensure_future(self._queue.put(event))
        try:
            while not (await asyncio.wait([handing], timeout=HEARTBEAT))[0]:
                await self._live()
            await handing
        finally:
            handing.cancel()

    async def _live(self) -> None:
        try:
            await asyncio.to_thread(self._consumer.heartbeat)
        except self._failure as error:
            self._log_trouble(error)

    def _log_trouble(self, error: Exception) -> None:
        if not self._failures:
            LOG.warning("the stream cannot be read: %s; trying again", self._consumer.explain(error))
        self._failures += 1

    def _log_end_of_trouble(self) -> None:
        if self._failures:
            LOG.warning("the stream can be read again, after %d failed calls", self._failures)
        self._failures = 0


def _pause(bounds: tuple[float, float], turns: int) -> float:
    """Twice as long with each turn, up to the last bound; with jitter, which only shortens."""
    longest = min(bounds[1], bounds[0] * 2.0 ** min(turns - 1, 10))
    return longest * (1 - 0.3 * random.random())


def instance_name() -> str:
    """Names this member of the group, and no other."""
    host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:40]
    return "%s-%d-%s" % (host, os.getpid(), secrets.token_hex(4))


async def main(queue: Any, args: dict[str, Any]) -> None:
    """Hand on events until it is canceled."""
    shared = load()
    # The rulebook adds names of its own.
    given = {name: value for name, value in args.items() if not name.startswith("eda_") and name != "feedback"}
    try:
        consumer = await asyncio.to_thread(shared.consumer_of, given, instance_name(), MEMBER_TIMEOUT)
    except shared.CannotStart as error:
        raise StreamError(str(error)) from None
    source = Source(queue, consumer, shared.ApiError, consumer.window)
    await source.start()
    while True:
        await asyncio.sleep(await source.turn())
