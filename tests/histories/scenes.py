# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fleet of the histories is made of: a bucket with its book, and entries that the books hear of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.decide.places import FREEFORM, Place
from ansible_collections.rekey.oci.plugins.module_utils.fleet.fleet import Fleet
from ansible_collections.rekey.oci.plugins.module_utils.fleet.tasks import BucketTask
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef
from ansible_collections.rekey.oci.plugins.module_utils.module.fleet_results import Compact
from tests.histories.book import Book
from tests.histories.moves import Fate
from tests.histories.runs import Run
from tests.histories.universe import OK
from tests.simulator.clock import VirtualClock
from tests.simulator.keys import Key
from tests.simulator.regions import HOME
from tests.simulator.settings import Settings
from tests.simulator.storage import Bucket

REGIONS = (HOME, "eu-frankfurt-1")


@dataclass(eq=False)
class Scene:
    """One bucket, as its book sees the world."""

    region: str
    bucket: Bucket
    keys: list[Key]
    clock: VirtualClock
    settings: Settings
    simulator: Any
    list_lag: float = 0.0
    fate: Fate = OK
    place: Place = FREEFORM
    retired_at: float | None = None
    book: Book = field(init=False)

    def __post_init__(self) -> None:
        self.book = Book(self)  # type: ignore[arg-type]

    @property
    def path(self) -> str:
        return f"/n/{self.bucket.namespace}/b/{self.bucket.name}"

    @property
    def identity(self) -> tuple[str, str]:
        return self.region, self.bucket.name


class Watched(Fleet):
    """A fleet whose buckets' runs are told to the books."""

    opened: Callable[[BucketRef, BucketTask], None]

    def _open(self, ref: BucketRef, slot: bool) -> BucketTask:
        task = super()._open(ref, slot)
        self.opened(ref, task)
        return task


class Told(Compact):
    """Entries, and the books told of the ends."""

    def __init__(self, runs: dict[tuple[str, str], Run], ended: Callable[[tuple[str, str], Run], None]) -> None:
        super().__init__()
        self._runs = runs
        self._ended = ended

    def of(self, reconciler: Any, ref: BucketRef) -> dict[str, Any]:
        identity = (str(ref.region), ref.name)
        if self._runs[identity].reconciler is reconciler:
            self._ended(identity, self._runs[identity])
        return super().of(reconciler, ref)
