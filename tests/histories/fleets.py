# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fleets in the simulator, in process: several buckets that share keys and lists, in two regions, on a clock that is not real.

Each bucket has a book of its own, the same that judges a single controller. What a fleet's calls meet is random, and so is what
others do between them: strangers, and another fleet that runs in the middle of one's call.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.common.filters import Names
from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.fleet.site import Limits, Selection, Site
from ansible_collections.rekey.oci.plugins.module_utils.fleet.tasks import BucketTask
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef
from ansible_collections.rekey.oci.plugins.module_utils.sdk.compartments import Compartments
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from tests.histories.entries import Broken, Sent
from tests.histories.moves import FLEETS, ODD, Fate
from tests.histories.runs import Crash, Run
from tests.histories.scenes import REGIONS, Scene, Told, Watched
from tests.histories.universe import OK
from tests.simulator.clock import VirtualClock
from tests.simulator.dispatch import Simulator
from tests.simulator.faults import CODES
from tests.simulator.in_process import Clients, broken_connection, no_answer
from tests.simulator.messages import Request, Response
from tests.simulator.regions import HOME
from tests.simulator.settings import Settings
from tests.simulator.users import ADMIN
from tests.simulator.world import World

STRANGER = "stranger"
#: How long a call takes, in seconds.
_CALL = 0.05


@dataclass(eq=False)
class Sweep:
    """One run of a fleet."""

    number: int
    wants: dict[str, Any]
    fleet: Watched = field(init=False)
    runs: dict[tuple[str, str], Run] = field(default_factory=dict)
    faults: float = 0.0
    calls: int = 0


class FleetUniverse:
    def __init__(self, seed: int, settings: dict[str, Any] | None = None, buckets: int = 3) -> None:
        self.random = random.Random(seed)
        self.clock = VirtualClock()
        self.settings = Settings()
        self.settings.patch(settings or {})
        self.simulator = Simulator(self.clock, self.settings, seed)
        self.simulator.users.add(STRANGER)
        self.compartment_id = self.simulator.world.add_compartment("apps")
        self.scenes: dict[tuple[str, str], Scene] = {}
        for region in REGIONS:
            self._populate(region, self.simulator.region(region), buckets)
        self.clock.advance(10)
        #: How long a call takes.
        self.call_seconds = _CALL
        self.faults: Counter[str] = Counter()
        self.sweeps = 0
        self._runs = 0
        self._depth = 0

    def _populate(self, region: str, world: World, buckets: int) -> None:
        keys = [world.add_key(name) for name in ("master", "other")]
        for number in range(buckets):
            bucket = world.add_bucket(
                f"b-{number}", compartment_id=self.compartment_id, kms_key_id=keys[number % 3 // 2].id
            )
            world.put_object(bucket, "object", b"x")
            here = SimpleNamespace(world=world)
            scene = Scene(region, bucket, keys, self.clock, self.settings, here, self.settings.list_lag)
            self.scenes[scene.identity] = scene

    # Fleets.

    def sweep(self, faults: float = 0.0, meddle: float = 0.0, **wants: Any) -> Sweep:
        """Run a fleet to its end, or until it dies. ``faults`` and ``meddle`` are how likely each call meets something."""
        self.sweeps += 1
        one = Sweep(self.sweeps, wants)
        one.faults = faults
        limits = Limits(4, int(wants.pop("max_in_flight", 100)), None, wants.pop("max_submissions", None))
        offset = self.random.uniform(0, 1e6)
        timing = Timing(lambda: self.clock.now() + offset, self.clock.advance, self.random.random)
        sites = []
        for region in REGIONS:
            api = self.api(one, region, meddle)
            sites.append(Site(region, api, Compartments(api.calls)))
        keep = wants.pop("keep", None) or Told(one.runs, lambda identity, run: self.scenes[identity].book.ended(run))
        one.fleet = Watched(sites, Options(**wants), Selection(Names()), limits, keep, timing)
        one.fleet.opened = partial(self._opened, one)
        one.fleet.add_compartments([self.compartment_id])
        try:
            one.fleet.run_here(self._pass)
        except Crash:
            for run in one.runs.values():
                run.dead = True
        self.check()
        if one.fleet.crash is not None:
            raise Broken(one.fleet.crash)
        return one

    def api(self, sweep: Sweep, region: str, meddle: float = 0.0) -> OciApi:
        return OciApi(Clients(partial(self._transport, sweep, meddle), ADMIN, region))  # type: ignore[arg-type]

    def _pass(self, seconds: float) -> None:
        if seconds > 1e5:
            raise Broken("nothing will ever be due")
        self.clock.advance(seconds)

    def _opened(self, sweep: Sweep, ref: BucketRef, task: BucketTask) -> None:
        self._runs += 1
        run = Run(sweep.number, task.reconciler.attempt.nonce, task.reconciler.options)
        run.reconciler = task.reconciler
        run.ready_at = run.local = run.started = self.clock.now()
        identity = (str(ref.region), ref.name)
        sweep.runs[identity] = run
        self.scenes[identity].book.runs.append(run)

    def check(self) -> None:
        for scene in self.scenes.values():
            try:
                scene.book.check()
            except Broken as broken:
                raise Broken("\n".join([f"{scene.identity}: {broken}", *scene.book.story()])) from None

    # Calls.

    def _transport(self, sweep: Sweep, meddle: float, request: Request, timeout: float) -> Response:
        sweep.calls += 1
        begun = self.clock.now()
        self.clock.advance(self.call_seconds)
        kind = self.random.choice(FLEETS) if self.random.random() < sweep.faults else "ok"
        if kind != "ok":
            self.faults[kind] += 1
        if kind == "crash_before":
            raise Crash
        if self.random.random() < meddle:
            self.meddle()
        if kind == "error_before":
            return Response(503, {"code": CODES[503], "message": "An injected fault."})
        if kind == "throttled":
            return Response(429, {"code": "TooManyRequests", "message": "Too many."}, {"retry-after": "2"})
        if kind == "not_found" or kind in ODD:
            return Response(ODD.get(kind, 404), {"code": "Odd", "message": "An injected fault."})
        if kind == "reset_before":
            broken_connection()
        if self.clock.now() - begun > timeout:
            # Somebody else took too long meanwhile, and this one was given up: it never comes to its effect.
            self._stall(sweep, self.clock.now() - begun)
            no_answer()
        response = self.effect(request, sweep, Fate(kind))
        self.check()
        if self.random.random() < meddle:
            self.meddle()
        if kind == "crash_after":
            raise Crash
        if kind == "late":
            self.clock.advance(timeout)
        if kind == "slow":
            self.clock.advance(0.8 * timeout)
        self._stall(sweep, self.clock.now() - begun)
        if self.clock.now() - begun > timeout:
            no_answer()
        if kind == "reset_after":
            broken_connection()
        if kind == "error_after":
            return Response(500, {"code": "InternalError", "message": "An injected fault."})
        if kind == "garbage":
            return Response(200, None, {}, b"<html>what?")
        return response

    @staticmethod
    def _stall(sweep: Sweep, seconds: float) -> None:
        for run in sweep.runs.values():
            run.longest_stall = max(run.longest_stall, seconds)

    def effect(self, request: Request, sweep: Sweep | None, fate: Fate = OK) -> Response:
        region = request.headers.get("host", HOME).partition(".")[0]
        before = {identity: scene.book.before() for identity, scene in self.scenes.items()}
        response = self.simulator.handle(request).response
        assert response is not None
        for identity, scene in self.scenes.items():
            listed = request.path == "/workRequests" and region == scene.region
            mine = region == scene.region and request.path.startswith((scene.path + "/", scene.path + "?"))
            if not (listed or mine or (region == scene.region and request.path == scene.path)):
                continue
            run = sweep.runs.get(identity) if sweep is not None else None
            claim = run.claim if run is not None else None
            scene.fate = fate
            scene.book.after(before[identity], request, response, run, Sent(claim, False))
        return response

    # Others.

    def by_stranger(self, region: str, method: str, path: str, body: Any = None) -> Response:
        content = b"" if body is None else json.dumps(body).encode()
        return self.effect(Request(method, path, {}, {"host": f"{region}.localhost"}, content, STRANGER), None)

    def meddle(self) -> None:
        """Something that others do: mostly to one bucket or its key; or a whole run of another fleet."""
        what = self.random.choice(("rotate", "rotate", "reencrypt", "tag", "key", "put", "wait", "fleet", "fleet"))
        scene = self.random.choice(list(self.scenes.values()))
        region, bucket = scene.region, scene.bucket
        if what == "rotate":
            self.by_stranger(region, "POST", f"/20180608/keys/{bucket.kms_key_id}/keyVersions", {})
        elif what == "reencrypt":
            self.by_stranger(region, "POST", f"{scene.path}/actions/reencrypt")
        elif what == "tag":
            self.by_stranger(
                region, "POST", scene.path, {"freeformTags": {**bucket.freeform_tags, "team": str(self.clock.now())}}
            )
        elif what == "key":
            key = self.random.choice(scene.keys)
            self.by_stranger(region, "POST", scene.path, {"kmsKeyId": key.id})
        elif what == "put":
            scene.simulator.world.put_object(bucket, f"later-{len(bucket.objects)}", b"x")
        elif what == "wait":
            self.clock.advance(self.random.choice((1.0, 20.0, 65.0, 125.0)))
        elif self._depth < 2:
            self._depth += 1
            try:
                self.sweep(faults=0.02, meddle=0.0, **self.random.choice(_WANTS))
            finally:
                self._depth -= 1


_WANTS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"wait": False},
    {"max_in_flight": 1},
    {"max_submissions": 2},
    {"check_mode": True},
    {"force": True},
    {"verify_history": True},
    {"wait_timeout": 40.0},
)


def play(seed: int, faults: float = 0.03, meddle: float = 0.03, to_its_end: bool = True) -> FleetUniverse:
    """One history of fleets. Raises Broken."""
    choose = random.Random(seed)
    settings = {
        "work_seconds": choose.choice((0.0, 3.0, 40.0)),
        "summary_resources": choose.choice(("all", "none", "ocid", "identifier")),
        "order": choose.choice(("newest", "oldest", "random")),
        "two_at_once": choose.choice(("allow", "allow", "conflict")),
        "page_limit": choose.choice((1, 3, 1000)),
        "outcomes": choose.choice(((), (), ("FAILED",), ("COMPLETED", "FAILED"))),
        "nameless_seconds": choose.choice((0.0, 0.0, 5.0, 12.0)),
    }
    universe = FleetUniverse(seed, settings)
    try:
        for _sweep in range(choose.choice((1, 2, 3))):
            universe.sweep(faults, meddle, **choose.choice(_WANTS))
            universe.clock.advance(choose.choice((0.0, 10.0, 130.0, 700.0)))
        if to_its_end:
            _proven(universe)
    except Broken as broken:
        raise Broken(f"seed {seed}: {broken}") from None
    return universe


def _proven(universe: FleetUniverse) -> None:
    """The next run proves all buckets, and the one after it has nothing to do."""
    universe.settings.patch({"outcomes": (), "two_at_once": "allow"})
    universe.clock.advance(130.0)
    last = universe.sweep(wait_timeout=7200.0)
    for entry in last.fleet.entries:
        scene = universe.scenes[entry["region"], entry["name"]]
        if entry["error"] is not None or not entry["proven"]:
            raise Broken(f"{scene.identity}: the run after the faults ended {entry}")
        if not scene.simulator.world.all_current(scene.bucket) and not scene.book.assumed:
            # What was written while the bucket was under another key is the documented exception.
            if all(write.before.kms_key_id == write.after.kms_key_id for write in scene.book.writes):
                raise Broken(f"{scene.identity}: not every object is current after {entry}")
    if len(last.fleet.entries) != len(universe.scenes):
        raise Broken(f"{len(last.fleet.entries)} entries of {len(universe.scenes)} buckets")
    again = universe.sweep()
    reasons = {entry["reason"] for entry in again.fleet.entries}
    if reasons != {"up_to_date"}:
        raise Broken(f"the second run after the faults said {reasons}")
