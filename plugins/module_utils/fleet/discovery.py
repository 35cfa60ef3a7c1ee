# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding the buckets of a fleet in one region: compartments below compartments, and their buckets, as tasks among all else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Callable, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import Row, may_be_odd, may_retry, retry_pause
from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.fleet.bucket_api import Context
from ansible_collections.rekey.oci.plugins.module_utils.fleet.site import Selection, Site
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef, Task, unexpected
from ansible_collections.rekey.oci.plugins.module_utils.sdk.compartments import is_tenancy
from ansible_collections.rekey.oci.plugins.module_utils.sdk.lists import Pages
from ansible_collections.rekey.oci.plugins.module_utils.sdk.retry import with_retries

#: The last try is made this long before the time is over, in seconds.
_LAST_TRY = 0.5


class Patience:
    """How long a failing list is asked for again: while the service is busy until ``patient_until``, and never past ``by``."""

    def __init__(self, timing: Timing, by: float, patient_until: Optional[float]) -> None:
        self._timing = timing
        self.by = by
        self._patient_until = patient_until

    @property
    def over(self) -> bool:
        return self._timing.clock() >= self.by

    def send(self, call: Callable[[], Any]) -> Any:
        """Make a call, and again while that is worth it, within a step."""
        timing = self._timing
        return with_retries(call, timing.clock, timing.sleep, timing.chance, last_call=self.by)

    def pause(self, error: ApiError, row: Row) -> Optional[float]:
        """The seconds until the next try; None where there shall be none."""
        now, pause = self._timing.clock(), retry_pause(row.count, self._timing.chance(), error.retry_after)
        if not error.retry_after and now < self.by - _LAST_TRY:
            # One more try when the time is nearly over.
            pause = min(pause, self.by - now - _LAST_TRY)
        again = may_retry(error, row.alike, row.since, now, pause, self._patient_until) or may_be_odd(error, row.alike)
        return pause if again and now + pause <= self.by else None


class Discovery:
    """What is to be searched in one region, and what came of it. ``namespace`` is looked up first where it is not given."""

    def __init__(self, site: Site, selection: Selection, context: Context, timing: Timing, patience: Patience) -> None:
        self.region = site.region
        self.search = site.search
        self.namespace = site.namespace
        self.get_namespace = site.api.get_namespace
        self.names = selection.names
        self.recursive = selection.recursive
        self.clock = timing.clock
        self.patience = patience
        self.shared = context.shared
        self.scheduler = context.scheduler
        #: Every compartment that was or will be listed; each is listed once, by whichever way it was found.
        self.searched: set[str] = set()
        #: Of those that were found below others: nobody tells the names of those that were asked for.
        self.compartment_names: dict[str, str] = {}
        #: The compartments that each was found below.
        self.above: dict[str, set[str]] = {}
        self.asked: list[str] = []
        #: Every bucket that is listed, whether it is meant or not.
        self.known: set[str] = set()
        #: How many of those that are meant each compartment has.
        self.matched: Counter[str] = Counter()
        #: Globs that no bucket's name has matched.
        self.idle_globs = {*selection.names.include, *selection.names.exclude}
        #: How many lists are not read to their end.
        self.pending = 0
        #: Told of the buckets that are meant, as they are found.
        self.take_buckets: Callable[[Iterable[BucketRef]], None] = context.scheduler.add_buckets
        #: Lists that could not be read: the compartment, and why.
        self.unlisted: list[tuple[str, ApiError]] = []

    def begin(self, compartment_ids: Iterable[str]) -> None:
        self.asked.extend(dict.fromkeys(compartment_ids))
        if self.namespace is None:
            self._add(_Namespace(self))
        else:
            self.take_asked()

    def _add(self, task: Task) -> None:
        with self.scheduler.changed:
            self.pending += 1
            self.scheduler.add(task)

    def take_asked(self) -> None:
        for compartment_id in self.asked:
            self.take(compartment_id, self.recursive)

    def unlist_asked(self, error: ApiError) -> None:
        for compartment_id in self.asked:
            self.failed(compartment_id, error)

    def take(self, compartment_id: str, deeper: bool) -> None:
        with self.scheduler.changed:
            if compartment_id in self.searched:
                return
            self.searched.add(compartment_id)
            self._add(_Buckets(self, compartment_id))
            if deeper:
                self._add(_Children(self, compartment_id))

    def found(self, compartment_id: str, names: Iterable[str]) -> None:
        with self.scheduler.changed:
            # A list that changes between two of its pages may tell a name twice.
            new = [name for name in dict.fromkeys(names) if name not in self.known]
            self.known.update(new)
            if self.idle_globs:
                self.idle_globs.difference_update(glob for name in new for glob in self.names.matching(name))
            meant = [name for name in new if self.names.match(name)]
            self.matched[compartment_id] += len(meant)
            namespace = self.namespace or ""
            self.take_buckets([BucketRef(self.region, namespace, name, compartment_id) for name in meant])

    def listed_now(self, compartment_id: str, not_before: float) -> frozenset[str]:
        """The names in a list that was begun then or later, made once for all who ask. Raises ApiError, or Wait."""

        def read() -> frozenset[str]:
            pages = self.search.buckets(self.namespace or "", compartment_id)
            return frozenset(name for page in pages.each(self.patience.send) for name in page)

        names: frozenset[str] = self.shared.once(
            ("buckets", self.region, compartment_id), not_before, self.region, read
        ).value
        return names

    def idle_compartments(self) -> set[str]:
        """Those that were asked for, and that no bucket that is meant is in, or below."""
        busy = set()
        pending = [compartment_id for compartment_id, number in self.matched.items() if number]
        while pending:
            compartment_id = pending.pop()
            if compartment_id not in busy:
                busy.add(compartment_id)
                pending.extend(self.above.get(compartment_id, ()))
        return set(self.asked) - busy

    def failed(self, compartment_id: str, error: ApiError) -> None:
        self.unlisted.append((compartment_id, error))

    def unlisted_result(self) -> list[dict[str, Any]]:
        ordered = sorted(self.unlisted, key=lambda entry: (entry[0], entry[1].operation))
        return [
            {"region": self.region, "compartment_id": found, "error": error.as_result()} for found, error in ordered
        ]


class _Task(Task):
    """One list, or the namespace; a call that fails in a way that may pass is made again after a pause."""

    operation = ""

    def __init__(self, discovery: Discovery) -> None:
        self.discovery = discovery
        self.region = discovery.region
        self._failures = Row()

    def run(self) -> Optional[float]:
        pause = self._go_on()
        if pause is None:
            self._end()
        return pause

    def _end(self) -> None:
        with self.discovery.scheduler.changed:
            self.discovery.pending -= 1

    def _go_on(self) -> Optional[float]:
        discovery = self.discovery
        over = False
        while not over:
            begun = discovery.clock()
            try:
                over = self.piece()
            except ApiError as error:
                self._failures.add(error, begun)
                pause = discovery.patience.pause(error, self._failures)
                if pause is None:
                    self.failed(error)
                return pause
            self._failures = Row()
            if not over and discovery.patience.over:
                self.failed(ApiError(self.operation, "the list could not be read to its end in time"))
                return None
        return None

    def piece(self) -> bool:
        """Make the next call, and take what it tells; True at the end."""
        raise NotImplementedError

    def failed(self, error: ApiError) -> None:
        raise NotImplementedError

    def broke(self, error: Exception) -> None:
        self._end()
        self.failed(ApiError(self.operation, unexpected(error)))


class _Namespace(_Task):
    operation = "GetNamespace"

    def piece(self) -> bool:
        self.discovery.namespace = self.discovery.shared.send(self.region, self.discovery.get_namespace)
        self.discovery.take_asked()
        return True

    def failed(self, error: ApiError) -> None:
        self.discovery.unlist_asked(error)


class _List(_Task):
    def __init__(self, discovery: Discovery, compartment_id: str, pages: Pages) -> None:
        super().__init__(discovery)
        self.compartment_id = compartment_id
        self.operation = pages.operation
        self._pages = pages

    def piece(self) -> bool:
        self.take(self.discovery.shared.send(self.region, self._pages.next))
        return self._pages.over

    def take(self, page: list[Any]) -> None:
        raise NotImplementedError

    def failed(self, error: ApiError) -> None:
        self.discovery.failed(self.compartment_id, error)


class _Buckets(_List):
    def __init__(self, discovery: Discovery, compartment_id: str) -> None:
        pages = discovery.search.buckets(discovery.namespace or "", compartment_id)
        super().__init__(discovery, compartment_id, pages)

    def take(self, page: list[Any]) -> None:
        self.discovery.found(self.compartment_id, page)


class _Children(_List):
    def __init__(self, discovery: Discovery, compartment_id: str) -> None:
        super().__init__(discovery, compartment_id, discovery.search.children(compartment_id))

    def take(self, page: list[Any]) -> None:
        whole = is_tenancy(self.compartment_id)
        for child, name in page:
            self.discovery.compartment_names[child] = name
            self.discovery.above.setdefault(child, set()).add(self.compartment_id)
            self.discovery.take(child, not whole)
