# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The brakes of a run: max_failures and max_submissions. What is decided about a bucket is decided in a fixed order. Pure, no I/O.

Buckets are looked into many at once, but a bucket's turn comes only after that of all before it. So the same buckets go first in
every run, and check mode predicts which. A bucket that has to wait for something says beforehand what it will want, and holds
up nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Callable, Optional

from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef, SharedCall

#: What a bucket may want: to submit a re-encryption, to fail before it has begun anything, or neither.
SUBMIT = "submit"
FAIL = "fail"
NOTHING = "nothing"

#: What it is told: to go on, or the reason why not.
GO = "go"
DEFERRED = "deferred"
NOT_BEGUN = "not_begun"

_Identity = tuple[str, str, str]


class Brakes:
    """Without limits it lets everything go at once. ``end`` ends a call that somebody waits for."""

    def __init__(
        self, max_failures: Optional[int], max_submissions: Optional[int], end: Callable[[SharedCall], None]
    ) -> None:
        self.active = max_failures is not None or max_submissions is not None
        self._max_failures = max_failures
        self._max_submissions = max_submissions
        self._end = end
        self._order: list[_Identity] = []
        self._next = 0
        self._wants: dict[_Identity, str] = {}
        self._verdicts: dict[_Identity, str] = {}
        #: What was granted: what a bucket that goes may do.
        self._granted: dict[_Identity, str] = {}
        self._calls: dict[_Identity, SharedCall] = {}
        #: Those that failed: before they had begun anything, in their turn; and later.
        self._failed: set[_Identity] = set()
        self._failed_late: set[_Identity] = set()
        #: How many had failed in their turn when a bucket was let go.
        self._failed_before: dict[_Identity, int] = {}
        self._submissions = 0

    @property
    def shut(self) -> bool:
        """Whether so many have failed that no other is begun."""
        return self._too_many(len(self._failed))

    def _too_many(self, in_turn: int) -> bool:
        return self._max_failures is not None and in_turn + len(self._failed_late) >= self._max_failures

    def may_begin(self, ref: BucketRef) -> bool:
        """Whether one that was let go may still begin: others may have failed since."""
        return not self._too_many(self._failed_before.get(ref.identity, 0))

    def set_order(self, refs: Iterable[BucketRef]) -> list[BucketRef]:
        """All buckets that there are; returns them in the order of their turns."""
        ordered = sorted(refs, key=lambda ref: ref.identity)
        self._order = [ref.identity for ref in ordered]
        return ordered

    def want(self, ref: BucketRef, what: str) -> Optional[str]:
        """Say what a bucket wants, and return its verdict, or None while its turn has not come."""
        if not self.active:
            return GO
        identity = ref.identity
        if identity in self._verdicts:
            return self._again(identity, what)
        self._wants[identity] = what
        if what == NOTHING and self._max_failures is None:
            self._decide(identity, what)
        self._advance()
        return self._verdicts.get(identity)

    def turn_of(self, ref: BucketRef) -> SharedCall:
        """What to wait for."""
        return self._calls.setdefault(ref.identity, SharedCall())

    def skip(self, ref: BucketRef) -> None:
        """It is none of those that are meant."""
        self._verdicts.setdefault(ref.identity, GO)
        self._advance()

    def ended(self, ref: BucketRef, failed: bool, submitted: bool) -> None:
        """What became of a bucket, whatever it had wanted."""
        identity = ref.identity
        if failed and identity not in self._failed:
            self._failed_late.add(identity)
        if not submitted and self._granted.get(identity) == SUBMIT:
            self._granted[identity] = NOTHING
            self._submissions -= 1
        self.skip(ref)

    def _advance(self) -> None:
        while self._next < len(self._order):
            identity = self._order[self._next]
            if identity not in self._verdicts:
                if identity not in self._wants:
                    return
                self._decide(identity, self._wants.pop(identity))
            self._next += 1

    def _decide(self, identity: _Identity, what: str) -> None:
        self._verdicts[identity] = self._verdict(identity, what)
        call = self._calls.pop(identity, None)
        if call is not None:
            self._end(call)

    def _verdict(self, identity: _Identity, what: str) -> str:
        if self.shut:
            return NOT_BEGUN
        if what == FAIL:
            self._failed.add(identity)
        elif what == SUBMIT:
            if self._max_submissions is not None and self._submissions >= self._max_submissions:
                return DEFERRED
            self._submissions += 1
        self._granted[identity] = what
        self._failed_before[identity] = len(self._failed)
        return GO

    def _again(self, identity: _Identity, what: str) -> str:
        """It had wanted something before, and now knows better."""
        verdict = self._verdicts[identity]
        if verdict == GO and what == SUBMIT and self._granted.get(identity) != SUBMIT:
            verdict = self._verdicts[identity] = self._verdict(identity, what)
        return verdict
