# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection: names and behaviour may change without notice.

"""What to say of a wait, and when: pure text from the records that the module writes. No I/O, no clock of its own.

A record comes from a machine that need not be trusted: whatever is odd about it is left out, and nothing in it reaches
the terminal but printable characters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

#: Silence lasts no longer than this, in seconds; looking takes a moment on top of it.
HEARTBEAT = 29.0

#: Two lines are at least this far apart, in seconds: a fleet changes all the time.
SPACING = 1.0

_LONGEST_WORD = 256
_LONGEST_TIME = 1e9


@dataclass(frozen=True)
class One:
    """One bucket's work request. ``percent`` is 0 to 100, ``elapsed`` seconds since it was first seen."""

    bucket: str
    status: str
    percent: Optional[float]
    elapsed: float


@dataclass(frozen=True)
class Many:
    """A fleet: how many buckets are in which state, and its slowest. ``elapsed`` is seconds since the run began."""

    counts: tuple[tuple[str, int], ...]
    slowest: tuple[One, ...]
    elapsed: float


class End:
    """The module waits no more."""


def parse(line: bytes) -> One | Many | End | None:
    """Read a record; None where it is not one."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict):
        return None
    if record.get("end") is True:
        return End()
    return _many(record) if "counts" in record else _one(record)


def _one(record: Any) -> Optional[One]:
    if not isinstance(record, dict):
        return None
    bucket, elapsed = _word(record.get("bucket")), _number(record.get("elapsed"), _LONGEST_TIME)
    if bucket is None or elapsed is None:
        return None
    return One(bucket, _word(record.get("status")) or "UNKNOWN", _number(record.get("percent"), 100.0), elapsed)


def _many(record: Mapping[str, Any]) -> Optional[Many]:
    counts, slowest = record.get("counts"), record.get("slowest")
    elapsed = _number(record.get("elapsed"), _LONGEST_TIME)
    if not isinstance(counts, dict) or elapsed is None:
        return None
    told = []
    for name, count in counts.items():
        state = _word(name)
        if state is not None and isinstance(count, int) and count > 0:
            told.append((state, count))
    found = [_one(bucket) for bucket in slowest] if isinstance(slowest, list) else []
    return Many(tuple(told), tuple(bucket for bucket in found if bucket is not None)[:5], elapsed)


def _word(value: Any) -> Optional[str]:
    if not isinstance(value, str):
        return None
    return "".join(character for character in value[:_LONGEST_WORD] if character.isprintable()) or None


def _number(value: Any, largest: float) -> Optional[float]:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= largest:
        return None
    return float(value)


def duration(seconds: float) -> str:
    """Such as ``45 s``, ``1 min 10 s``, ``2 h 5 min``, ``1 d 3 h``."""
    whole = int(seconds)
    for large, small, unit, part in ((86400, 3600, "d", "h"), (3600, 60, "h", "min"), (60, 1, "min", "s")):
        if whole >= large:
            rest = whole % large // small
            return "%d %s %d %s" % (whole // large, unit, rest, part) if rest else "%d %s" % (whole // large, unit)
    return "%d s" % whole


def about(seconds: float) -> str:
    """The same for an estimate: as exact as an estimate may claim to be."""
    for limit, step in ((10, 1), (60, 5), (600, 10), (3600, 60), (86400, 300)):
        if seconds < limit:
            return duration(max(step, round(seconds / step) * step))
    return duration(round(seconds / 3600) * 3600)


@dataclass
class Teller:
    """Hears records and says lines. ``now`` is monotonic seconds, at each call no less than before."""

    #: Where each bucket's progress was first seen, from which its pace follows; and where it was last seen.
    _begun: dict[str, One] = field(default_factory=dict)
    _latest: dict[str, One] = field(default_factory=dict)
    _last: One | Many | None = None
    _heard_at: float = 0.0
    _said: Any = None
    _said_at: Optional[float] = None

    def hear(self, record: One | Many, now: float) -> None:
        """Take in a record; what is worth saying is said by ``say``."""
        for bucket in record.slowest if isinstance(record, Many) else (record,):
            name, begun = bucket.bucket, self._begun.get(bucket.bucket)
            again = begun is not None and bucket.elapsed < self._latest[name].elapsed
            # A new work request starts over, and one that waits for its turn has no pace.
            if begun is None or again or begun.status == "ACCEPTED" or begun.percent is None:
                self._begun[name] = bucket
            self._latest[name] = bucket
        self._last = record
        self._heard_at = now

    def say(self, now: float) -> Optional[str]:
        """The line that is due now, if any: at once on a change, and now and then without one."""
        if self._last is None:
            return None
        heard = _essence(self._last)
        if self._said_at is not None:
            quiet = now - self._said_at
            if quiet < (SPACING if heard != self._said else HEARTBEAT):
                return None
        self._said, self._said_at = heard, now
        since = now - self._heard_at
        return self._fleet(self._last, since) if isinstance(self._last, Many) else self._bucket(self._last, since)

    def _bucket(self, record: One, since: float) -> str:
        parts = ["%s: %s" % (record.bucket, _state(record)), duration(record.elapsed + since)]
        left = self._left(record, since)
        return ", ".join(parts if left is None else [*parts, "about %s left" % about(left)])

    def _fleet(self, record: Many, since: float) -> str:
        total = sum(count for _state_, count in record.counts)
        counts = ", ".join("%d %s" % (count, state) for state, count in record.counts)
        what = "bucket" if total == 1 else "buckets"
        line = "%d %s: %s, %s" % (total, what, counts, duration(record.elapsed + since))
        slowest = []
        for bucket in record.slowest:
            left = self._left(bucket, since)
            told = "%s %s" % (bucket.bucket, _state(bucket))
            slowest.append(told if left is None else "%s, about %s left" % (told, about(left)))
        return "%s; slowest: %s" % (line, "; ".join(slowest)) if slowest else line

    def _left(self, record: One, since: float) -> Optional[float]:
        """The seconds that are left at the pace so far; None where there is no telling."""
        begun = self._begun.get(record.bucket)
        if begun is None or begun.percent is None or record.percent is None:
            return None
        if record.percent <= begun.percent or record.elapsed <= begun.elapsed:
            return None
        pace = (record.percent - begun.percent) / (record.elapsed - begun.elapsed)
        left = (100.0 - record.percent) / pace - since
        return left if left > 0 else None


def _state(record: One) -> str:
    return record.status if record.percent is None else "%s %d %%" % (record.status, record.percent)


def _essence(record: One | Many) -> Any:
    """What of a record makes it differ from another for a person."""
    if isinstance(record, Many):
        return record.counts
    return (record.bucket, _state(record))
