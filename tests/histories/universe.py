# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One bucket, many controllers, and everything that can happen to them; time is virtual and passes when it is told to.

A controller's step is one decision and its calls. Between a decision and the effect of its call others may act: as a decision
depends on nothing but what its controller saw before, it is enough that the decision is taken by an earlier clock (``lag``).
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.decide.places import FREEFORM, DefinedTags
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import TAGS, WORK_REQUEST_TAG, Receipt
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from tests.histories.book import Book
from tests.histories.entries import Sent
from tests.histories.moves import ODD, Fate
from tests.histories.runs import Crash, Run
from tests.histories.tagging import all_tags
from tests.simulator.clock import VirtualClock
from tests.simulator.dispatch import Simulator
from tests.simulator.faults import CODES
from tests.simulator.in_process import VAULT, Clients, broken_connection, no_answer, nobody_listens
from tests.simulator.messages import Request, Response
from tests.simulator.regions import HOME
from tests.simulator.settings import Settings
from tests.simulator.users import ADMIN, PERMISSIONS

BUCKET = "photos"
STRANGER = "stranger"
NAMESPACE = "Rekey"
#: A user who may not read keys.
BLIND = "blind"
#: One who may not read how far a version is replicated, where that needs VAULT_READ.
UNSURE = "unsure"
#: Where the keys are that are replicated to the bucket's region.
SOURCE = "us-phoenix-1"
OK = Fate()

#: How long a call takes at least, in seconds.
_CALL = 0.05


class Universe:
    """``settings`` are the simulator's; ``bucket`` its members. The bucket is named BUCKET."""

    def __init__(
        self,
        settings: dict[str, Any] | None = None,
        bucket: dict[str, Any] | None = None,
        seed: int = 0,
        namespaced: bool = False,
        uploads: bool = False,
        replicated: bool = False,
    ) -> None:
        self.clock = VirtualClock()
        self.settings = Settings()
        self.settings.patch(settings or {})
        #: As long as there are faults.
        self.list_lag = self.settings.list_lag
        self.simulator = Simulator(self.clock, self.settings, seed)
        self.simulator.users.add(STRANGER)
        self.simulator.users.add(BLIND, {one for one in PERMISSIONS if not one.startswith("KEY_")})
        self.simulator.users.add(UNSURE, {one for one in PERMISSIONS if one != "VAULT_READ"})
        self.random = random.Random(seed)
        self.namespace = NAMESPACE if namespaced else None
        self.looks_at_uploads = uploads
        self.place = DefinedTags(NAMESPACE) if namespaced else FREEFORM
        world = self.simulator.world
        self.key_region = SOURCE if replicated else HOME
        source, replicas = self.simulator.region(self.key_region), [HOME] if replicated else []
        self.key, self.other = (source.add_key(name, replicas=replicas) for name in ("master", "other"))
        self.bucket = world.add_bucket(BUCKET, kms_key_id=self.key.id, **(bucket or {}))
        for number in range(2):
            world.put_object(self.bucket, f"object-{number}", b"x")
        if namespaced:
            defined = world.add_tag_namespace(NAMESPACE)
            for name in TAGS:
                world.add_tag_key(defined, name)
        #: Since when the second of the receipt's tag keys is retired.
        self.retired_at: float | None = None
        self.clock.advance(10)
        self.book = Book(self)
        self.faults: Counter[str] = Counter()
        self._runs = 0
        self._late: list[tuple[float, int, Request, Run, Receipt | None]] = []
        self._sent = 0
        self.fate = OK
        self._call_of_step = 0

    # Time.

    def move_to(self, moment: float) -> None:
        """Let time pass, and what is late arrive."""
        while self._late and min(self._late)[0] <= moment:
            entry = min(self._late)
            self._late.remove(entry)
            self.clock.advance(max(0.0, entry[0] - self.clock.now()))
            self.effect(entry[2], entry[3], late=True, claim=entry[4])
        self.clock.advance(max(0.0, moment - self.clock.now()))

    def advance(self, seconds: float) -> None:
        self.move_to(self.clock.now() + seconds)

    @property
    def late(self) -> int:
        """How many effects are still to come."""
        return len(self._late)

    # Controllers.

    def start(self, controller: int, wants: dict[str, Any]) -> Run:
        """Begin a run. ``wants`` are its options, a key by its name; and its ``user``, who may do everything by default."""
        self._runs += 1
        options = dict(wants)
        user = options.pop("user", ADMIN)
        if "kms_key_id" in options:
            options["kms_key_id"] = {"master": self.key, "other": self.other}[options["kms_key_id"]].id
        if options.get("receipt", "tag") == "tag":
            options["receipt_tag_namespace"] = self.namespace
        options.setdefault("open_uploads", "warn" if self.looks_at_uploads else "ignore")
        run = Run(controller, f"{self._runs:012x}", Options(**options))
        run.ready_at = run.local = run.started = self.clock.now()
        run.blind = user in (BLIND, UNSURE)
        offset = self.random.uniform(0, 1e6)
        chance = random.Random(self._runs)
        clients = Clients(lambda request, timeout: self._transport(run, request, timeout), user)
        api = OciApi(clients)  # type: ignore[arg-type]

        def sleep(seconds: float) -> None:
            run.local += seconds
            self.move_to(run.local)

        run.reconciler = Reconciler(
            api,
            self.bucket.namespace,
            BUCKET,
            run.options,
            run.nonce,
            lambda: run.local + offset,
            chance.random,
            sleep=sleep,
        )
        self.book.runs.append(run)
        return run

    def step(self, run: Run, fate: Fate = OK, lag: float = 0.0) -> None:
        """One step, as soon as the run is ready; what its call meets is ``fate``."""
        if run.over:
            return
        self.move_to(run.ready_at)
        now = self.clock.now()
        run.local = max(run.ready_at, now - min(lag, self._longest_lag(run)))
        idle = run.local - run.ready_at
        run.stalled += idle
        run.longest_stall = max(run.longest_stall, idle)
        self.fate, self._call_of_step = fate, 0
        run.steps += 1
        try:
            pause = run.reconciler.step()
        except Crash:
            run.dead = True
            self.book.check()
            return
        run.ready_at = run.local + pause
        if run.reconciler.outcome is not None:
            self.book.ended(run)
        self.book.bound(run)
        self.book.check()

    def crash(self, run: Run) -> None:
        if not run.over:
            run.dead = True

    @staticmethod
    def _longest_lag(run: Run) -> float:
        # A call that is longer on its way is given up by its timeout: that is another fate.
        return 0.9 * min(30.0, 0.7 * (run.options.claim_grace - run.options.post_window))

    # Calls.

    def _transport(self, run: Run, request: Request, timeout: float) -> Response:
        fate = self.fate if self._call_of_step == self.fate.nth else OK
        self._call_of_step += 1
        run.calls += 1
        if fate.kind != "ok":
            self.faults[fate.kind] += 1
        if fate.kind == "crash_before":
            raise Crash
        # Whatever keeps it from reading how far a version is replicated, the run submits all the same, and proves nothing.
        unread = fate.kind not in ("ok", "slow") and (
            "/replicaOperations/" in request.path or "/keyVersions/" in request.path
        )
        run.refusals += unread or fate.kind == "not_found" or fate.kind in ODD
        sent = run.local
        self._answered(run)
        if fate.kind == "refused":
            run.local += 10.0
            nobody_listens()
        if fate.kind == "reset_before":
            broken_connection()
        if fate.kind in ("error_before", "not_found", "throttled") or fate.kind in ODD:
            return self._refusal(fate)
        if fate.kind in ("late", "late_never"):
            if fate.kind == "late":
                self._later(run, request, sent + timeout + fate.share * (self._bound(run, request) - timeout))
            run.local = sent + timeout
            no_answer()
        if fate.kind == "reset_late":
            self._later(run, request, sent + fate.share * 0.9 * min(15.0, run.options.claim_grace / 8))
            broken_connection()
        response = self.effect(request, run)
        return self._deliver(run, fate, timeout, response)

    def _deliver(self, run: Run, fate: Fate, timeout: float, response: Response) -> Response:
        if fate.kind == "crash_after":
            raise Crash
        if fate.kind == "reset_after":
            broken_connection()
        if fate.kind == "error_after":
            return self._refusal(fate)
        if fate.kind == "garbage":
            return Response(200, None, {}, b"<html>what?")
        if fate.kind == "no_headers":
            return Response(response.status, response.body, {}, response.raw)
        if fate.kind == "slow":
            run.local += fate.share * 0.9 * timeout
        return response

    def _answered(self, run: Run) -> None:
        """The call is under way: it takes effect by the universe's clock, and is answered a little later."""
        self.advance(_CALL / 2)
        run.local = max(run.local, self.clock.now()) + _CALL / 2

    def _refusal(self, fate: Fate) -> Response:
        if fate.kind == "throttled":
            headers = {"retry-after": f"{fate.share * 20:.0f}"} if fate.share > 0.1 else {}
            return Response(429, {"code": "TooManyRequests", "message": "Too many requests."}, headers)
        if fate.kind == "not_found":
            return Response(404, {"code": "NotAuthorizedOrNotFound", "message": "An injected fault."})
        if fate.kind in ODD:
            return Response(ODD[fate.kind], {"code": "Odd", "message": "An injected fault."})
        return Response(fate.status, {"code": CODES.get(fate.status, "InternalError"), "message": "An injected fault."})

    @staticmethod
    def _bound(run: Run, request: Request) -> float:
        """How long after it was sent the service may still act on a request that was given up."""
        if request.path.endswith("/actions/reencrypt"):
            return run.options.claim_grace - run.options.post_window
        return 300.0

    def _later(self, run: Run, request: Request, due: float) -> None:
        if request.method != "GET":
            self._sent += 1
            self._late.append((due, self._sent, request, run, run.claim))

    def effect(self, request: Request, run: Run | None, late: bool = False, claim: Receipt | None = None) -> Response:
        """The service acts; ``claim`` is what the run had claimed when it sent a request that is late."""
        before = self.book.before()
        response = self.simulator.handle(request).response
        assert response is not None
        if run is not None and not late:
            claim = run.claim
        self.book.after(before, request, response, run, Sent(claim, late))
        return response

    # Others.

    def by_stranger(self, method: str, path: str, body: str = "") -> Response:
        headers = {"host": f"{self.key_region}.localhost"} if path.startswith(VAULT) else {}
        return self.effect(Request(method, path, {}, headers, body.encode(), STRANGER), None)

    @property
    def path(self) -> str:
        return f"/n/{self.bucket.namespace}/b/{BUCKET}"

    def retire(self, retired: bool) -> None:
        """Retire the tag key that a claim could do without, or bring it back."""
        namespace = self.simulator.world.tags.named(NAMESPACE)
        key = namespace.key(WORK_REQUEST_TAG) if namespace else None
        if key is not None:
            key.retired = retired
        self.retired_at = self.clock.now() if retired else None

    def receipt(self) -> Receipt | None:
        """What a reader would find on the bucket now."""
        return self.book.receipt_in(all_tags(self.bucket))
