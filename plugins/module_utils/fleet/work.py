# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fleet's run is made of: buckets, tasks, and what tasks wait for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple, Optional


class BucketRef(NamedTuple):
    """A bucket that nothing is known of yet: all that is held of it until its turn."""

    region: Optional[str]
    namespace: str
    name: str
    compartment_id: Optional[str] = None

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes it this bucket and no other, and by which buckets are ordered."""
        return self.region or "", self.namespace, self.name


class Task(ABC):
    """Work that goes on in pieces, each by any thread, one at a time."""

    #: Which of its entries in the heap is valid; 0 while it is in none.
    ticket = 0
    #: Whether it has one of the slots.
    slot = False
    #: Whose lane it is in.
    region: Optional[str] = None

    @abstractmethod
    def run(self) -> Optional[float]:
        """Go on until a pause, and return its seconds; None at the end. Raises Wait or NoSlot."""

    @abstractmethod
    def broke(self, error: Exception) -> None:
        """It ended with an error that nobody foresaw. Must not raise."""


class SharedCall:
    """A call under way whose answer several tasks wait for."""

    def __init__(self) -> None:
        self.over = False
        self.waiters: list[Task] = []


class Wait(Exception):
    """A task cannot go on until a call is over. It is then run again, from the same step."""

    def __init__(self, call: SharedCall) -> None:
        super().__init__()
        self.call = call


class NoSlot(Exception):
    """A task cannot go on until it has a slot."""


def unexpected(error: BaseException) -> str:
    """What is told of an error that nobody foresaw. Never raises."""
    try:
        told = " ".join(str(error).split())
    except Exception:
        told = "its message cannot be read"
    return "An unexpected error: %s: %s" % (type(error).__name__, told)
