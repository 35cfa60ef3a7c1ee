# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work requests: what runs, what ran, and for how long it is remembered. State only: no sockets, no threads, no sleep.

A work request is brought to where it is by now only when somebody looks at its bucket, so that thousands cost nothing.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .keys import Key, KeyVersion
from .settings import Settings
from .storage import Bucket, StoredObject

REENCRYPT = "REENCRYPT"
COPY_OBJECT = "COPY_OBJECT"
_LISTINGS_KEPT = 64


@dataclass
class WorkRequest:
    id: str
    operation: str
    compartment_id: str
    namespace: str
    bucket: str
    time_accepted: float
    starts_at: float
    ends_at: float
    outcome: str = "COMPLETED"
    fails_at: int = 50
    #: Who asked, and with which client request id.
    principal: str = ""
    client_request_id: str = ""
    #: What was current when it was accepted.
    key_id: str | None = None
    accepted_version: str | None = None
    #: What it wraps with; None until it starts, where the version in use at the start is taken.
    version: KeyVersion | None = field(default=None, repr=False)
    #: Tells the version in use at a time, and whether it is asked anew for each object.
    in_use: Callable[[float], KeyVersion] | None = field(default=None, repr=False)
    each_in_turn: bool = False
    bucket_key_only: bool = False
    #: Whether the intermediate bucket key is under the version from the start on; else from the end on.
    renews_at_start: bool = False
    #: What else it does at its end; returns what kept it from that.
    effect: Callable[[float], str | None] | None = field(default=None, repr=False)
    target: Bucket | None = field(default=None, repr=False)
    #: All keys there are, by OCID: objects may be under others than its own.
    keys: dict[str, Key] = field(default_factory=dict, repr=False)
    objects: list[StoredObject] = field(default_factory=list, repr=False)
    done: int = 0
    status: str = "ACCEPTED"
    percent: float = 0.0
    cancels_at: float | None = None
    time_started: float | None = None
    time_finished: float | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        return self.status in ("COMPLETED", "FAILED", "CANCELED")

    @property
    def total(self) -> int:
        return len(self.objects)

    @property
    def _limit(self) -> float:
        return 1.0 if self.outcome == "COMPLETED" else self.fails_at / 100

    def next_step(self) -> float:
        """When something happens to it next."""
        span = self.ends_at - self.starts_at
        if self.time_started is None:
            due = self.starts_at
        elif self.done < int(self.total * self._limit):
            due = self.starts_at + span * (self.done + 1) / self.total
        else:
            due = self.starts_at + span * self._limit
        return due if self.cancels_at is None else min(due, self.cancels_at)

    def step(self) -> None:
        """Let the next thing happen: it starts, one data key is unwrapped and wrapped again, or it ends."""
        due = self.next_step()
        if self.cancels_at is not None and due >= self.cancels_at:
            self._end("CANCELED", due)
        elif self.time_started is None:
            self.time_started = due
            self.status = "IN_PROGRESS" if self.cancels_at is None else "CANCELING"
            if self.version is None and self.in_use is not None:
                self.version = self.in_use(due)
            if self.renews_at_start:
                self._renew_bucket_key()
        elif self.done < int(self.total * self._limit):
            self._rewrap(self.objects[self.done], due)
        else:
            self._end(self.outcome, due)

    def _rewrap(self, stored: StoredObject, due: float) -> None:
        needed = [self.keys.get(key_id) for key_id in (self.key_id, stored.key_id) if key_id]
        if self.version is None or any(key is None or key.state_at(due) != "ENABLED" for key in needed):
            self._end("FAILED", due)
            return
        if self.each_in_turn and self.in_use is not None:
            self.version = self.in_use(due)
        stored.wrapped = self.version.wrap(stored.key_version.unwrap(stored.wrapped))
        stored.key_version = self.version
        stored.key_id = self.key_id
        self.done += 1

    def _renew_bucket_key(self) -> None:
        bucket = self.target
        if bucket is not None and bucket.bucket_key_enabled and bucket.kms_key_id == self.key_id:
            bucket.bucket_key_version = self.version

    def _end(self, status: str, when: float) -> None:
        self.show(when)
        obstacle = self.effect(when) if self.effect is not None and status == "COMPLETED" else None
        if obstacle is not None:
            status = "FAILED"
        self.status = status
        self.time_finished = when
        if status in ("COMPLETED", "COMPLETED_WITH_ERRORS"):
            self.status = "COMPLETED"
            self.percent = 100.0
            if not self.renews_at_start:
                self._renew_bucket_key()
        if status in ("FAILED", "COMPLETED_WITH_ERRORS"):
            code, message = "KmsKeyError", "The key could not wrap a data key."
            if obstacle is not None:
                code, message = "CopyFailed", obstacle
            self.errors.append({"code": code, "message": message, "timestamp": when})

    def show(self, now: float) -> None:
        """Let the percentage be that of this moment."""
        if self.time_started is not None and not self.ended:
            span = self.ends_at - self.starts_at
            part = 1.0 if span <= 0 else min(1.0, max(0.0, (now - self.starts_at) / span))
            self.percent = round(100 * min(part, self._limit), 1)


class WorkRequests:
    """All of the region's, by OCID, and those that run, by bucket."""

    def __init__(self, randomness: random.Random) -> None:
        self.by_id: dict[str, WorkRequest] = {}
        self._running: dict[str, list[WorkRequest]] = {}
        #: In the order of acceptance.
        self._of_compartment: dict[str, list[WorkRequest]] = {}
        self._random = randomness
        self._shuffled: dict[tuple[str, int, int], list[int]] = {}

    def add(self, work: WorkRequest) -> None:
        self.by_id[work.id] = work
        self._of_compartment.setdefault(work.compartment_id, []).append(work)
        if not work.ended:
            self._running.setdefault(work.bucket, []).append(work)

    def forget(self) -> None:
        """Know none any more; those that run go on."""
        self.by_id.clear()
        self._of_compartment.clear()

    def advance(self, bucket: str, now: float) -> None:
        """Bring one bucket's to where they are by now, step by step in the order of time, however many run at once."""
        running = self._running.get(bucket)
        if not running:
            return
        steps = [(work.next_step(), number, work) for number, work in enumerate(running)]
        heapq.heapify(steps)
        while steps and steps[0][0] <= now:
            _due, number, work = heapq.heappop(steps)
            work.step()
            if not work.ended:
                heapq.heappush(steps, (work.next_step(), number, work))
        left = [work for work in running if not work.ended]
        for work in left:
            work.show(now)
        if left:
            self._running[bucket] = left
        else:
            del self._running[bucket]

    def advance_all(self, now: float) -> None:
        for bucket in list(self._running):
            self.advance(bucket, now)

    def running(self, bucket: str, now: float) -> list[WorkRequest]:
        self.advance(bucket, now)
        return list(self._running.get(bucket, ()))

    def cancel(self, work: WorkRequest, now: float, delay: float) -> None:
        if work.cancels_at is None:
            work.cancels_at = now + delay
            work.status = "CANCELING"

    # Lists. A page token pins what the list was when its first page was read, so that no page loses an entry.

    def page(
        self, compartment_id: str, settings: Settings, now: float, limit: int, token: str | None
    ) -> tuple[list[WorkRequest], str | None]:
        """Return a page of those that are known, and the next page's token. Raises ValueError on a token that is none."""
        accepted = self._of_compartment.get(compartment_id, [])
        if token is None:
            length, seed, position = len(accepted), self._random.getrandbits(32), 0
        else:
            length, seed, position = (int(part) for part in token.split("."))
            if not (0 <= length <= len(accepted) and 0 <= position <= length):
                raise ValueError("not a page")
        order = self._order(compartment_id, settings.order, length, seed)
        found: list[WorkRequest] = []
        looked: set[str] = set()
        while position < length and len(found) < limit:
            work = accepted[order[position]]
            position += 1
            if work.bucket not in looked:
                looked.add(work.bucket)
                self.advance(work.bucket, now)
            if self.known(work, settings, now) and work.time_accepted + settings.list_lag <= now:
                found.append(work)
        return found, f"{length}.{seed}.{position}" if position < length else None

    def _order(self, compartment_id: str, order: str, length: int, seed: int) -> range | list[int]:
        if order == "oldest":
            return range(length)
        if order != "random":
            return range(length - 1, -1, -1)
        kept = self._shuffled.get((compartment_id, length, seed))
        if kept is None:
            kept = list(range(length))
            random.Random(seed).shuffle(kept)
            self._shuffled[(compartment_id, length, seed)] = kept
            if len(self._shuffled) > _LISTINGS_KEPT:
                del self._shuffled[next(iter(self._shuffled))]
        return kept

    @staticmethod
    def known(work: WorkRequest, settings: Settings, now: float) -> bool:
        """Whether the service still remembers it."""
        return work.time_finished is None or now - work.time_finished < settings.retention
