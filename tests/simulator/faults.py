# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong on purpose, and with which call."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

KINDS = (
    "error_before",
    "error_after",
    "reset_before",
    "reset_after",
    "delay_before",
    "delay_after",
    "garbage",
    "huge",
    "no_headers",
    "truncated",
)
HUGE = 64 << 20


@dataclass
class Fault:
    """What goes wrong with the next ``count`` calls of an operation (``*``: any), after the first ``skip``.

    ``kind`` is one of KINDS; before and after mean the effect. ``retry_after`` and ``seconds`` are in seconds.
    """

    operation: str
    kind: str
    count: int = 1
    skip: int = 0
    bucket: str | None = None
    status: int = 500
    code: str = "InternalError"
    seconds: float = 0.0
    retry_after: float | None = None

    def strikes(self, operation: str, bucket: str | None) -> bool:
        if self.operation not in (operation, "*") or self.count <= 0 or (self.bucket and self.bucket != bucket):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.count -= 1
        return True

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def fault_of(values: dict[str, Any], operations: set[str]) -> Fault:
    """Read one. Raises ValueError with what is wrong with it."""
    known = {field.name for field in fields(Fault)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"a fault has no {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    if values.get("operation") not in operations | {"*"}:
        raise ValueError(f"no such operation: {values.get('operation')}")
    if values.get("kind") not in KINDS:
        raise ValueError(f"no such kind of fault: {values.get('kind')}; there are {', '.join(KINDS)}")
    return Fault(**values)
