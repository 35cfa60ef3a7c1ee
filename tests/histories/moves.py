# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a history is made of: plain data, so that hypothesis can shrink it and a person can read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: What may become of a call. Those in LOST may have had their effect, though the controller is told of a failure.
ODD = {f"odd {status}": status for status in (400, 401, 403, 409, 412, 413)}
LOST = ("error_after", "reset_after", "reset_late", "late", "garbage", "no_headers")
HARMLESS = ("error_before", "not_found", "reset_before", "throttled", "refused", "late_never", "slow", *ODD)
CRASHES = ("crash_before", "crash_after")
FATES = (*LOST, *HARMLESS, *CRASHES)

#: What others do to the bucket and its key, and what the service does by itself.
ENVIRONMENT = (
    "rotate",
    "assign_other",
    "assign_back",
    "reencrypt",
    "tag",
    "untag",
    "strip",
    "fill",
    "unfill",
    "put",
    "upload",
    "commit",
    "abort",
    "cancel",
    "forget",
    "disable",
    "enable",
    "slow",
    "quick",
)
#: What a fleet's call may meet. Those of the last line may have had their effect.
FLEETS = (
    "error_before", "reset_before", "throttled", "not_found", *ODD,
    "error_after", "reset_after", "garbage", "late", "slow", "crash_before", "crash_after",
)  # fmt: skip


@dataclass(frozen=True)
class Fate:
    """``share`` is how much of the delay that its kind allows, 0 to 1; ``nth`` the call of the step that it befalls."""

    kind: str = "ok"
    share: float = 0.5
    nth: int = 0
    status: int = 503

    def __repr__(self) -> str:
        extra = f" {self.share:.2f}" if self.kind in ("late", "reset_late", "slow", "throttled") else ""
        number = f" call {self.nth + 1}" if self.nth else ""
        return f"{self.kind}{extra}{number}"


@dataclass(frozen=True)
class Go:
    """A controller takes some steps, then one whose call meets its fate; the decision is ``lag`` seconds older than the call."""

    controller: int
    steps: int = 0
    fate: Fate | None = None
    lag: float = 0.0

    def __repr__(self) -> str:
        fate = f", then {self.fate}" if self.fate else ""
        lag = f", {self.lag:.0f} s on its way" if self.lag else ""
        return f"controller {self.controller}: {self.steps} steps{fate}{lag}"


@dataclass(frozen=True)
class Everybody:
    """All controllers take steps, in an order of their own each round."""

    rounds: int
    seed: int = 0

    def __repr__(self) -> str:
        return f"everybody: {self.rounds} steps each (order {self.seed})"


@dataclass(frozen=True)
class Happens:
    what: str

    def __repr__(self) -> str:
        return self.what


@dataclass(frozen=True)
class Wait:
    seconds: float

    def __repr__(self) -> str:
        return f"{self.seconds:g} s pass"


Move = Go | Everybody | Happens | Wait


@dataclass(frozen=True)
class History:
    """``wants``: the options of each controller, by its number. ``before``: what the bucket has been through already."""

    moves: tuple[Move, ...] = ()
    wants: tuple[dict[str, Any], ...] = ({},)
    settings: dict[str, Any] = field(default_factory=dict)
    bucket: dict[str, Any] = field(default_factory=dict)
    before: str = "fresh"
    crash_all: bool = False
    seed: int = 0
    #: Whether the receipt is kept in a tag namespace.
    namespaced: bool = False
    #: Whether the controllers look at open uploads. Without, their steps are counted the same in all histories.
    uploads: bool = False
    #: Whether the keys are of another region, whose vault is replicated to the bucket's.
    replicated: bool = False

    def lines(self) -> list[str]:
        """For a person: what differs from the plainest history, one line each."""
        told = [f"bucket is {self.before}" + (f", {self.bucket}" if self.bucket else "")]
        if self.namespaced:
            told.append("the receipt is kept in a tag namespace")
        if self.replicated:
            told.append("the keys are of another region")
        if self.settings:
            told.append(f"settings {self.settings}")
        told.extend(f"controller {number} wants {wants}" for number, wants in enumerate(self.wants) if wants)
        told.extend(repr(move) for move in self.moves)
        told.append("all crash; " * self.crash_all + "faults stop; the rest runs to its end; one more run")
        return told
