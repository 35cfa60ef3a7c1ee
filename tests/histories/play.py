# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Play a history to its end: the moves, then the rest of every run, then one more run that must find or make the proof."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done
from tests.histories import proof
from tests.histories.entries import Broken
from tests.histories.moves import Everybody, Fate, Go, Happens, History, Move, Wait
from tests.histories.runs import Run
from tests.histories.tagging import forged
from tests.histories.universe import OK, Universe
from tests.histories.written import Written

#: When a work request ended that is forgotten, however long the service remembers.
LONG_AGO = -1e10
#: Of the calls, in the account of a broken promise.
MOST_LINES = 60
#: In steps: pauses make no call, and most steps make one only.
_PATIENCE = 4
_FULL = {f"filler-{number}": "x" for number in range(10)}


class Play:
    def __init__(self, history: History) -> None:
        self.history = history
        self.universe = Universe(
            dict(history.settings),
            history.bucket,
            history.seed,
            history.namespaced,
            history.uploads,
            history.replicated,
        )
        self.running: dict[int, Run] = {}
        self.written = Written(self.universe)

    def all(self) -> Universe:
        """Raises Broken."""
        self.begin()
        for move in self.history.moves:
            self.move(move)
        self.finish()
        return self.universe

    @contextmanager
    def account(self) -> Iterator[None]:
        """Put the history, and what was called, into the text of a Broken that is raised."""
        try:
            yield
        except Broken as broken:
            lines = [*self.history.lines(), "What the service saw:", *self.universe.book.story()[-MOST_LINES:]]
            raise Broken("\n".join([str(broken), *lines])) from None

    def begin(self) -> None:
        """What the bucket has been through before the history."""
        if self.history.before == "fresh":
            return
        work_seconds, outcomes = self.universe.settings.work_seconds, self.universe.settings.outcomes
        self.universe.settings.patch({"work_seconds": 1.0, "outcomes": ()})
        self.alone(self.universe.start(-1, {}))
        self.universe.settings.patch({"work_seconds": work_seconds, "outcomes": outcomes})
        if self.history.before in ("rotated", "forgotten"):
            self.happens("rotate")
        if self.history.before == "forgotten":
            self.happens("forget")
        self.universe.advance(1000)

    # Moves.

    def move(self, move: Move) -> None:
        if isinstance(move, Go):
            run = self.run_of(move.controller)
            for _step in range(move.steps):
                self.universe.step(run)
            if move.fate is not None or move.lag:
                self._meet(self.run_of(move.controller), move.fate or OK, move.lag)
        elif isinstance(move, Everybody):
            order = random.Random(move.seed)
            for _round in range(move.rounds):
                numbers = list(range(len(self.history.wants)))
                order.shuffle(numbers)
                for number in numbers:
                    # Whoever is done is not begun again here, else nobody would ever be done.
                    if number not in self.running or not self.running[number].over:
                        self.universe.step(self.run_of(number))
        elif isinstance(move, Happens):
            self.happens(move.what)
        elif isinstance(move, Wait):
            self.universe.advance(move.seconds)

    def _meet(self, run: Run, fate: Fate, lag: float) -> None:
        """A step whose call meets its fate; a fate that finds no such call waits for the next steps."""
        befallen = self.universe.faults.total()
        self.universe.step(run, fate, lag)
        for _step in range(_PATIENCE):
            if fate is OK or self.universe.faults.total() > befallen:
                return
            self.universe.step(run, fate)

    def run_of(self, number: int) -> Run:
        """The controller's run, a new one where it has none or the last is over."""
        number %= len(self.history.wants)
        run = self.running.get(number)
        if run is None or run.over:
            run = self.running[number] = self.universe.start(number, dict(self.history.wants[number]))
        return run

    def happens(self, what: str) -> None:
        universe = self.universe
        universe.advance(0.01)
        bucket, path = universe.bucket, universe.path
        others = {name: value for name, value in bucket.freeform_tags.items() if name not in receipts.TAGS}
        if what == "rotate":
            universe.by_stranger("POST", f"/20180608/keys/{bucket.kms_key_id}/keyVersions", "{}")
        elif what == "assign_other":
            self._update({"kmsKeyId": universe.other.id})
        elif what == "assign_back":
            self._update({"kmsKeyId": universe.key.id})
        elif what == "reencrypt":
            universe.by_stranger("POST", f"{path}/actions/reencrypt")
        elif what == "tag":
            self._tag(dict(bucket.freeform_tags, team=f"t{len(universe.book.writes)}"))
        elif what == "untag":
            self._tag({name: value for name, value in bucket.freeform_tags.items() if name != "team"})
        elif what == "strip":
            self._update({"freeformTags": others, "definedTags": {}})
        elif what == "fill":
            fillers = dict(list(_FULL.items())[: 10 - len(bucket.freeform_tags)])
            self._tag(dict(bucket.freeform_tags, **fillers))
        elif what == "unfill":
            self._tag({name: value for name, value in bucket.freeform_tags.items() if name not in _FULL})
        elif what == "put":
            self.written.put()
        elif what == "upload" and self.history.uploads:
            self.written.upload()
        elif what == "commit":
            self.written.commit()
        elif what == "abort":
            self.written.abort()
        elif what == "cancel":
            for work in list(universe.simulator.world.running(bucket.name))[-1:]:
                universe.by_stranger("DELETE", f"/workRequests/{work.id}")
        elif what == "forget":
            self._forget()
        elif what in ("slow", "quick"):
            universe.settings.patch({"work_seconds": 300.0 if what == "slow" else 1.0})
        elif what in ("retire", "reactivate"):
            universe.retire(what == "retire")
        elif what == "forge":
            self._tag({**others, **forged(universe.simulator.world, bucket)})
        elif what in ("disable", "enable"):
            universe.by_stranger("POST", f"/20180608/keys/{bucket.kms_key_id}/actions/{what}")

    def _update(self, details: dict[str, Any]) -> None:
        self.universe.by_stranger("POST", self.universe.path, json.dumps(details))

    def _tag(self, tags: dict[str, str]) -> None:
        self._update({"freeformTags": tags})

    def _forget(self) -> None:
        """The service forgets what has ended, the oldest first, up to the first that still runs."""
        world = self.universe.simulator.world
        world.advance()
        for work in sorted(world.work_requests.values(), key=lambda one: one.time_accepted):
            if work.time_finished is None:
                break
            work.time_finished = LONG_AGO

    # The end.

    def alone(self, run: Run) -> Run:
        """Let one run go on to its end."""
        while not run.over:
            self.universe.step(run)
        return run

    def together(self) -> None:
        """Let all that still run go on to their ends, each as soon as it can."""
        while True:
            left = [run for run in self.running.values() if not run.over]
            if not left:
                return
            self.universe.step(min(left, key=lambda run: run.ready_at))

    def finish(self) -> None:
        self.faults_stop()
        if self.history.crash_all:
            for run in self.running.values():
                self.universe.crash(run)
        self.together()
        while self.universe.bucket.uploads and self.history.uploads:
            self.written.commit()
        self._proven()

    def faults_stop(self) -> None:
        universe, world = self.universe, self.universe.simulator.world
        world.advance()
        for work in world.work_requests.values():
            if universe.book.forgotten(work.id):
                work.time_finished = LONG_AGO
        universe.retire(False)
        universe.settings.patch({"outcomes": (), "list_lag": 0.0, "two_at_once": "allow", "retention": 1e9})
        for key in (universe.key, universe.other):
            world.set_key_state(key.id, "ENABLED")
        world.advance()
        for work in world.work_requests.values():
            if work.status != "CANCELING":
                work.outcome = "COMPLETED"
        if any(name in _FULL for name in universe.bucket.freeform_tags):
            self.happens("unfill")

    def _proven(self) -> None:
        """The next run of any controller ends with the bucket proven, and the one after it has nothing to do."""
        universe = self.universe
        world = universe.simulator.world
        if any(work.status == "CANCELING" for work in world.work_requests.values()):
            universe.advance(3600)
        run = self.alone(universe.start(-2, {"wait_timeout": 7200.0}))
        outcome = run.reconciler.outcome
        if not isinstance(outcome, Done):
            raise Broken(f"the run after the faults ended {outcome}")
        receipt = universe.receipt()
        if receipt is None or receipt.proof() is None:
            raise Broken(f"the run after the faults said {outcome.reason}, and left the receipt {receipt}")
        if excuse := self.written.excused():
            universe.book.assumed[excuse] += 1
        elif any(run.reconciler.facts.uploads_unlisted for run in universe.book.runs):
            universe.book.assumed[proof.UNLISTED] += 1
        elif not world.all_current(universe.bucket) and not universe.book.assumed:
            raise Broken(f"the run after the faults said {outcome.reason}, and not every object is current")
        # Whatever runs or is late is over by then, and must have left the proof true.
        etag = universe.bucket.etag
        universe.advance(3600)
        if universe.bucket.etag != etag:
            # The late effect of a lost call: a claim over what was proven, or another key, is another job.
            self.alone(universe.start(-4, {"wait_timeout": 7200.0}))
            universe.advance(3600)
        again = self.alone(universe.start(-3, {}))
        if not isinstance(again.reconciler.outcome, Done) or again.reconciler.outcome.reason != "up_to_date":
            raise Broken(f"the second run after the faults ended {again.reconciler.outcome}")
        # One more where the count is not told, or is told to be 0, and where the receipt does not tell the version's time.
        facts = again.reconciler.facts
        untold = facts.receipt is not None and facts.receipt.version_created is None
        if again.calls != 2 + (facts.has_objects is not None) + untold:
            raise Broken(f"the second run after the faults made {again.calls} calls")


def play(history: History) -> Universe:
    """Play it. Raises Broken, with the history and what was called in its text."""
    one = Play(history)
    with one.account():
        return one.all()
