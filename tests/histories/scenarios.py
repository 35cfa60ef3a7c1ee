# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Not random: for each scenario, each call, and each thing that can go wrong with a call, it goes wrong exactly there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.histories.moves import CRASHES, HARMLESS, LOST, Everybody, Fate, Go, Happens, History, Move, Wait
from tests.histories.play import Play

#: Enough for a run that waits for 40 seconds of work; a run that is over takes no more.
ENOUGH = 60
#: Two that wait for one another's claims in few steps.
_HASTY = ({"claim_grace": 20.0}, {"claim_grace": 20.0})

SCENARIOS: dict[str, History] = {
    "first run": History(),
    "after a rotation": History(before="rotated"),
    "nothing to do": History(before="proven"),
    "the version is on its way to the bucket's region": History(
        moves=(Happens("rotate"),), settings={"replication_lag": 3.0}, before="proven", replicated=True
    ),
    "no wait": History(wants=({"wait": False},)),
    "bucket keys only": History(wants=({"bucket_key_only": True},), bucket={"bucket_key_enabled": True}),
    "forced": History(wants=({"force": True},), before="proven"),
    "check mode": History(wants=({"check_mode": True},), before="rotated"),
    "the count is not told": History(settings={"count_lag": -1.0}),
    "bare summaries in any order": History(settings={"summary_resources": "none", "order": "random"}, before="rotated"),
    "somebody else's is running": History(moves=(Happens("reencrypt"),), settings={"work_seconds": 9.0}),
    "it fails": History(settings={"outcomes": ("FAILED",)}),
    "the service allows one at a time": History(
        moves=(Happens("reencrypt"),), settings={"two_at_once": "conflict", "work_seconds": 3.0, "list_lag": 2.0}
    ),
    "tags are full": History(moves=(Happens("fill"),)),
    "other tags": History(bucket={"freeform_tags": {"team": "a", "cost-center": "42"}}),
    "a crashed claim": History(moves=(Go(1, 4, Fate("crash_after")), Wait(1.0)), wants=_HASTY),
    "a crashed submission": History(moves=(Go(1, 5, Fate("crash_after")), Wait(1.0)), wants=_HASTY),
    "to join": History(moves=(Go(1, 7),), wants=({}, {}), settings={"work_seconds": 9.0}),
    "to join after two minutes": History(
        moves=(Go(1, 8), Wait(120.0)), wants=({}, {}), settings={"work_seconds": 150.0}
    ),
    "key disabled after the look": History(moves=(Go(0, 3), Happens("disable"), Go(0, 3), Happens("enable"))),
    "another key is assigned": History(wants=({"kms_key_id": "other"},), before="proven"),
    "no receipt is kept": History(wants=({"receipt": "none"},)),
    "the key cannot be read": History(wants=({"user": "blind"},)),
    "it completes with errors": History(settings={"outcomes": ("COMPLETED_WITH_ERRORS",)}),
    "an old upload is open": History(moves=(Happens("upload"), Happens("rotate")), uploads=True),
    "the key cannot be read any more": History(wants=({"user": "blind"},), before="proven"),
    "the times of work requests lie behind": History(settings={"accepted_skew": -30.0}),
    "the times of work requests lie ahead": History(settings={"accepted_skew": 30.0}),
    "short grace": History(wants=({"claim_grace": 20.0},)),
}

#: While the first controller is at work: what others do between any two of its calls.
MEANWHILE: dict[str, tuple[Move, ...]] = {
    "a rotation": (Happens("rotate"),),
    "another key": (Happens("assign_other"),),
    "another key and back": (Happens("assign_other"), Happens("assign_back")),
    "another key, a re-encryption, and back": (
        Happens("assign_other"),
        Happens("reencrypt"),
        Wait(5.0),
        Happens("assign_back"),
    ),
    "a re-encryption and a rotation": (Happens("reencrypt"), Wait(0.2), Happens("rotate")),
    "a tag": (Happens("tag"),),
    "a re-encryption": (Happens("reencrypt"),),
    "the receipt is taken away": (Happens("strip"),),
    "the tags are filled": (Happens("fill"),),
    "a canceling hand": (Happens("cancel"),),
    "the service forgets": (Happens("forget"),),
    "the key is disabled": (Happens("disable"), Wait(1.0), Happens("enable")),
    "a new object": (Happens("put"),),
    "another controller": (Go(1, ENOUGH),),
    "another controller's rotation": (Happens("rotate"), Go(1, ENOUGH)),
    "another controller as far as its claim": (Go(1, 5),),
    "another controller as far as its submission": (Go(1, 6),),
    "a minute": (Wait(61.0),),
    "the grace": (Wait(121.0),),
    "the grace, and another controller": (Wait(121.0), Go(1, ENOUGH)),
    "a tag, and another controller": (Happens("tag"), Go(1, 6)),
    "another controller as far as its claim, and a rotation": (Go(1, 5), Happens("rotate")),
    "a re-encryption, and a rotation at once": (Happens("reencrypt"), Happens("rotate")),
    "another controller after a lost claim": (Go(1, 4, Fate("error_after")),),
}


def steps_of(history: History) -> int:
    """How many steps the first controller takes where nothing goes wrong."""
    one = Play(history)
    one.begin()
    for move in history.moves:
        one.move(move)
    run = one.run_of(0)
    one.alone(run)
    return run.steps


def every_fault() -> Iterator[tuple[str, History]]:
    """Each scenario with each fate at each step of the first controller, and what is left to be done by the next run."""
    for name, plain in SCENARIOS.items():
        for step in range(steps_of(plain)):
            for kind in (*LOST, *HARMLESS, *CRASHES):
                moves = (*plain.moves, Go(0, step, Fate(kind)))
                yield f"{name}: {kind} at step {step + 1}", replace(plain, moves=moves)


def every_meanwhile() -> Iterator[tuple[str, History]]:
    """Each thing that others do, between each two steps of the first controller; it goes on, or crashes there."""
    for slow in (1.0, 40.0):
        plain = History(wants=({}, {}), settings={"work_seconds": slow})
        for name, others in MEANWHILE.items():
            for step in range(min(steps_of(plain), 14)):
                for crash in (False, True):
                    end = (Go(0, 0, Fate("crash_before")),) if crash else ()
                    moves = (Go(0, step), *end, *others) if crash else (Go(0, step), *others)
                    yield f"{name} after step {step}{', crashed' * crash}", replace(plain, moves=moves)


def every_pair() -> Iterator[tuple[str, History]]:
    """Two controllers in step, with a lost answer or a crash at each step of the first, and others at work."""
    for kind in (*LOST, *CRASHES):
        for step in range(8):
            for behind in range(4):
                moves: tuple[Move, ...] = (Go(1, behind), Go(0, step, Fate(kind)), Everybody(4, step))
                yield f"two: {kind} at step {step + 1}", History(moves=moves, wants=({}, {}), before="rotated")
                moves = (Go(1, behind), Go(0, step), Happens("rotate"), Go(0, 0, Fate(kind)), Everybody(4, step))
                yield f"two and a rotation: {kind} at step {step + 1}", History(moves=moves, wants=({}, {}))


def every_mixed() -> Iterator[tuple[str, History]]:
    """A failure that may pass at each step, and one refusal when the step is taken again, after a look where it is a write."""
    for before in ("fresh", "proven"):
        for step in range(8):
            for looks in (0, 1):
                moves = (Go(0, step, Fate("error_before")), Go(0, looks, Fate("not_found")), Go(0, ENOUGH))
                yield f"{before}: 503 and 404 at step {step + 1}", History(moves=moves, before=before)
