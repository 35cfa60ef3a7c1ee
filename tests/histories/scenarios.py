# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Not random: for each scenario, each call, and each thing that can go wrong with a call, it goes wrong exactly there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.histories.moves import CRASHES, HARMLESS, LOST, Everybody, Fate, Go, Happens, History, Move, Wait
from tests.histories.play import Play

#: Enough for a run that waits for 40 seconds of work; a run that is over takes no more.
_ENOUGH = 60
_ASSIGNS = ({"kms_key_id": "other"}, {"kms_key_id": "master"})
_KEYS_ONLY = ({"bucket_key_only": True},)
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
    "another controller": (Go(1, _ENOUGH),),
    "another controller's rotation": (Happens("rotate"), Go(1, _ENOUGH)),
    "another controller as far as its claim": (Go(1, 5),),
    "another controller as far as its submission": (Go(1, 6),),
    "a minute": (Wait(61.0),),
    "the grace": (Wait(121.0),),
    "the grace, and another controller": (Wait(121.0), Go(1, _ENOUGH)),
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
                moves = (Go(0, step, Fate("error_before")), Go(0, looks, Fate("not_found")), Go(0, _ENOUGH))
                yield f"{before}: 503 and 404 at step {step + 1}", History(moves=moves, before=before)


#: What happens while a version is on its way to the bucket's region.
_REPLICATED: tuple[tuple[str, tuple[Move, ...], dict[str, Any]], ...] = (
    ("one waits", (Go(0, _ENOUGH),), {"before": "proven"}),
    ("two wait", (Everybody(_ENOUGH),), {"wants": ({}, {})}),
    ("one that assigns the key", (Go(0, _ENOUGH), Happens("assign_other"), Go(1, _ENOUGH)), {"wants": _ASSIGNS}),
    ("one that does not wait", (Go(0, _ENOUGH), Wait(100.0), Go(0, _ENOUGH)), {"wants": ({"wait": False},)}),
    ("not in time", (Go(0, _ENOUGH), Wait(100.0), Go(1, _ENOUGH)), {"wants": ({"wait_timeout": 20.0}, {})}),
    ("without a receipt", (Go(0, 2 * _ENOUGH),), {"wants": ({"receipt": "none"},)}),
    ("another's re-encryption", (Go(0, 5), Happens("reencrypt"), Go(0, 2 * _ENOUGH)), {}),
    ("another rotation", (Go(0, _ENOUGH), Wait(50.0), Happens("rotate"), Go(0, 2 * _ENOUGH)), {}),
    ("bucket keys only", (Go(0, 2 * _ENOUGH),), {"wants": _KEYS_ONLY, "bucket": {"bucket_key_enabled": True}}),
    (
        "an upload",
        (Wait(400.0), Happens("upload"), Go(0, 2 * _ENOUGH), Happens("commit")),
        {"uploads": True, "settings": {"replication_lag": 600.0}},
    ),
)

_ELSEWHERE = MEANWHILE["another key, a re-encryption, and back"]

#: Histories that need more than one thing at the right moment; each is what a rule of the protocol is there for.
CAREFUL: dict[str, History] = {
    "adopted before the maker finds out that the key was another": History(
        moves=(Go(0, 5), Happens("assign_other"), Go(0, 1), Happens("assign_back"), Go(1, _ENOUGH)), wants=({}, {})
    ),
    "a slow re-encryption of the old version runs beside": History(
        moves=(Happens("slow"), Happens("reencrypt"), Happens("rotate"), Happens("quick"))
    ),
    "the run's own receipt comes back where its next POST is refused": History(
        moves=(
            Everybody(2),
            Go(0, 1, Fate("error_after")),
            Happens("rotate"),
            Go(0, 9, Fate("slow", 0.0)),
            Go(0, 1, Fate("error_after")),
            Go(0, 3, Fate("odd 400")),
        ),
        wants=({}, {}),
    ),
    "a void claim is not left for others to adopt": History(
        moves=(Go(0, 6), Happens("assign_other"), Happens("reencrypt"), Happens("assign_back"), Go(1, _ENOUGH)),
        wants=({}, {}),
        settings={"work_seconds": 300.0},
    ),
    "one of the old version in the second of the claim": History(
        moves=(Happens("reencrypt"), Happens("rotate"), Go(0, 4, Fate("crash_after"))), settings={"work_seconds": 0.0}
    ),
    "a controller that was refused and slept, and another at work": History(
        moves=(Go(0, 5), Happens("reencrypt"), Go(0, 1), Happens("slow"), Wait(130.0), Go(1, 7), Go(0, 3)),
        wants=({}, {}),
        settings={"two_at_once": "conflict", "outcomes": ("FAILED",), "work_seconds": 40.0},
    ),
    **{
        f"a rotation while the own re-encryption runs, and a crash {steps} steps later": History(
            moves=(Go(0, 7), Happens("rotate"), Go(0, steps, Fate("crash_after")))
        )
        for steps in range(2, 7)
    },
    "the key cannot be read for a while, and then again": History(
        moves=(Go(1, _ENOUGH), Go(0, _ENOUGH)), wants=({}, {"user": "blind"}), before="proven"
    ),
    "the key cannot be read for a while, the answer is lost, and another run asks for the history": History(
        moves=(Go(1, 5, Fate("error_after")), *(Go(1, 0, Fate("error_after")),) * 9, Wait(130.0), Go(0, _ENOUGH)),
        wants=({"verify_history": True}, {"user": "blind"}),
        settings={"work_seconds": 0.0},
        before="proven",
    ),
    "who cannot read the key claims after somebody else's re-encryption under another key, and crashes": History(
        moves=(*_ELSEWHERE, Wait(900.0), Go(1, 4, Fate("crash_after")), Wait(130.0), Go(0, _ENOUGH)),
        wants=({"verify_history": True}, {"user": "blind", "verify_history": True}),
        before="proven",
    ),
    "another controller completes it for its maker, and one that cannot read the key claims over that": History(
        moves=(Everybody(1, 1),), wants=tuple({"user": "blind"} if number in (2, 3) else {} for number in range(32))
    ),
    "without a receipt, and a rotation just after": History(
        moves=(Go(0, _ENOUGH), Happens("rotate"), Go(0, _ENOUGH)),
        wants=({"receipt": "none"},),
        settings={"accepted_skew": 30.0},
    ),
    **{
        f"an upload that straddles a rotation, wrapped at its {when}": History(
            moves=(Happens("upload"), Happens("rotate"), Go(0, _ENOUGH), Go(0, _ENOUGH), Happens("commit")),
            settings={"upload_version": when},
            uploads=True,
        )
        for when in ("creation", "part", "commit")
    },
    "an upload that is begun in the second of the claim": History(
        moves=(Happens("rotate"), Wait(0.4), Happens("upload"), Go(0, _ENOUGH), Go(0, _ENOUGH)), uploads=True
    ),
    "an upload that is committed between POST and completion": History(
        moves=(Happens("upload"), Happens("rotate"), Go(0, 7), Happens("commit"), Go(0, _ENOUGH)), uploads=True
    ),
    "an upload that is begun while the new version is not in use yet": History(
        moves=(Happens("rotate"), Wait(1.0), Happens("upload"), Wait(60.0), Go(0, _ENOUGH), Happens("commit")),
        settings={"version_lag": 30.0, "version_turns": "older"},
        uploads=True,
    ),
    **{
        f"a version that comes late to the bucket's region: {name}": History(
            moves=(Happens("rotate"), *moves), replicated=True, **{"settings": {"replication_lag": 60.0}, **more}
        )
        for name, moves, more in _REPLICATED
    },
    "the way of a version to the bucket's region may not be read": History(
        moves=(Happens("rotate"), Go(0, _ENOUGH), Wait(100.0), Go(0, _ENOUGH), Go(1, _ENOUGH)),
        wants=({"user": "unsure"}, {}),
        settings={"replication_lag": 60.0, "replication_status_needs": "VAULT_READ"},
        before="proven",
        replicated=True,
    ),
    "one that completes with errors": History(
        settings={"outcomes": ("COMPLETED_WITH_ERRORS",)}, moves=(Go(0, _ENOUGH),)
    ),
    "a lost POST that is listed under a time before its claim": History(
        moves=(Go(0, 5, Fate("reset_after")), Go(0, _ENOUGH)), settings={"accepted_skew": -30.0}
    ),
    "a crash after a POST that is listed under a time before its claim": History(
        moves=(Go(0, 5, Fate("crash_after")), Wait(130.0), Go(0, _ENOUGH)), settings={"accepted_skew": -30.0}
    ),
    "the id's write is refused, with nobody near": History(moves=(Go(0, 6, Fate("odd 412")),)),
    "the key is refused once": History(moves=(Go(0, 1, Fate("odd 400")),), before="proven"),
    "the claim is refused once": History(moves=(Go(0, 4, Fate("not_found")), Go(0, _ENOUGH), Go(0, _ENOUGH))),
    "one stray answer about what runs": History(
        moves=(Go(1, 8), Wait(120.0), Go(0, 2, Fate("not_found"))),
        wants=({}, {}),
        settings={"work_seconds": 300.0},
    ),
    "the effect of a lost POST comes late, and is listed later": History(
        moves=(Go(0, 5, Fate("reset_late", share=1.0)), Go(0, 24)),
        wants=({"claim_grace": 20.0},),
        settings={"list_lag": 3.0, "two_at_once": "conflict", "work_seconds": 20.0},
    ),
    "one under the other key, after the list and before another key is assigned": History(
        moves=(Go(0, 4), Happens("reencrypt"), Go(0, 0, Fate("crash_after"))),
        wants=({"kms_key_id": "other"},),
        settings={"work_seconds": 0.0},
    ),
}


#: What matters only where the receipt is kept in a tag namespace.
NAMESPACED: dict[str, History] = {
    "one of its tag keys is retired": History(moves=(Happens("retire"), Go(0, _ENOUGH)), namespaced=True),
    "one of them is retired, after a rotation": History(
        moves=(Happens("retire"), Go(0, _ENOUGH)), before="rotated", namespaced=True
    ),
    "somebody forges a freeform receipt": History(
        moves=(Happens("rotate"), Happens("forge"), Go(0, _ENOUGH)), before="proven", namespaced=True
    ),
    "somebody forges one on a fresh bucket": History(
        moves=(Happens("rotate"), Happens("forge"), Go(0, _ENOUGH)), namespaced=True
    ),
}


def every_careful() -> Iterator[tuple[str, History]]:
    yield from CAREFUL.items()
    yield from NAMESPACED.items()
