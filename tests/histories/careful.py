# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Not random: histories that need more than one thing at the right moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.histories.moves import Everybody, Fate, Go, Happens, History, Move, Wait
from tests.histories.scenarios import ENOUGH, MEANWHILE

_ASSIGNS = ({"kms_key_id": "other"}, {"kms_key_id": "master"})
_KEYS_ONLY = ({"bucket_key_only": True},)
#: What happens while a version is on its way to the bucket's region.
_REPLICATED: tuple[tuple[str, tuple[Move, ...], dict[str, Any]], ...] = (
    ("one waits", (Go(0, ENOUGH),), {"before": "proven"}),
    ("two wait", (Everybody(ENOUGH),), {"wants": ({}, {})}),
    ("one that assigns the key", (Go(0, ENOUGH), Happens("assign_other"), Go(1, ENOUGH)), {"wants": _ASSIGNS}),
    ("one that does not wait", (Go(0, ENOUGH), Wait(100.0), Go(0, ENOUGH)), {"wants": ({"wait": False},)}),
    ("not in time", (Go(0, ENOUGH), Wait(100.0), Go(1, ENOUGH)), {"wants": ({"wait_timeout": 20.0}, {})}),
    ("without a receipt", (Go(0, 2 * ENOUGH),), {"wants": ({"receipt": "none"},)}),
    ("another's re-encryption", (Go(0, 5), Happens("reencrypt"), Go(0, 2 * ENOUGH)), {}),
    ("another rotation", (Go(0, ENOUGH), Wait(50.0), Happens("rotate"), Go(0, 2 * ENOUGH)), {}),
    ("bucket keys only", (Go(0, 2 * ENOUGH),), {"wants": _KEYS_ONLY, "bucket": {"bucket_key_enabled": True}}),
    (
        "an upload",
        (Wait(400.0), Happens("upload"), Go(0, 2 * ENOUGH), Happens("commit")),
        {"uploads": True, "settings": {"replication_lag": 600.0}},
    ),
)

_ELSEWHERE = MEANWHILE["another key, a re-encryption, and back"]

#: Each is what a rule of the protocol is there for.
CAREFUL: dict[str, History] = {
    "adopted before the maker finds out that the key was another": History(
        moves=(Go(0, 5), Happens("assign_other"), Go(0, 1), Happens("assign_back"), Go(1, ENOUGH)), wants=({}, {})
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
        moves=(Go(0, 6), Happens("assign_other"), Happens("reencrypt"), Happens("assign_back"), Go(1, ENOUGH)),
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
        moves=(Go(1, ENOUGH), Go(0, ENOUGH)), wants=({}, {"user": "blind"}), before="proven"
    ),
    "the key cannot be read for a while, the answer is lost, and another run asks for the history": History(
        moves=(Go(1, 5, Fate("error_after")), *(Go(1, 0, Fate("error_after")),) * 9, Wait(130.0), Go(0, ENOUGH)),
        wants=({"verify_history": True}, {"user": "blind"}),
        settings={"work_seconds": 0.0},
        before="proven",
    ),
    "who cannot read the key claims after somebody else's re-encryption under another key, and crashes": History(
        moves=(*_ELSEWHERE, Wait(900.0), Go(1, 4, Fate("crash_after")), Wait(130.0), Go(0, ENOUGH)),
        wants=({"verify_history": True}, {"user": "blind", "verify_history": True}),
        before="proven",
    ),
    "another controller completes it for its maker, and one that cannot read the key claims over that": History(
        moves=(Everybody(1, 1),), wants=tuple({"user": "blind"} if number in (2, 3) else {} for number in range(32))
    ),
    "without a receipt, and a rotation just after": History(
        moves=(Go(0, ENOUGH), Happens("rotate"), Go(0, ENOUGH)),
        wants=({"receipt": "none"},),
        settings={"accepted_skew": 30.0},
    ),
    **{
        f"an upload that straddles a rotation, wrapped at its {when}": History(
            moves=(Happens("upload"), Happens("rotate"), Go(0, ENOUGH), Go(0, ENOUGH), Happens("commit")),
            settings={"upload_version": when},
            uploads=True,
        )
        for when in ("creation", "part", "commit")
    },
    "an upload that is begun in the second of the claim": History(
        moves=(Happens("rotate"), Wait(0.4), Happens("upload"), Go(0, ENOUGH), Go(0, ENOUGH)), uploads=True
    ),
    "an upload that is committed between POST and completion": History(
        moves=(Happens("upload"), Happens("rotate"), Go(0, 7), Happens("commit"), Go(0, ENOUGH)), uploads=True
    ),
    "an upload that is begun while the new version is not in use yet": History(
        moves=(Happens("rotate"), Wait(1.0), Happens("upload"), Wait(60.0), Go(0, ENOUGH), Happens("commit")),
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
        moves=(Happens("rotate"), Go(0, ENOUGH), Wait(100.0), Go(0, ENOUGH), Go(1, ENOUGH)),
        wants=({"user": "unsure"}, {}),
        settings={"replication_lag": 60.0, "replication_status_needs": "VAULT_READ"},
        before="proven",
        replicated=True,
    ),
    "one stray answer about whose a listed work request is": History(
        moves=(
            Happens("reencrypt"),
            Wait(3.0),
            Happens("rotate"),
            Go(0, 0, Fate("not_found", nth=1)),
            Go(0, 1, Fate("error_after")),
            Go(0, 4),
        ),
        settings={"summary_resources": "none", "list_lag": 2.0, "work_seconds": 0.5},
    ),
    "a run that slept during a rotation, and one without the key's version keeps the newer proof": History(
        moves=(Go(1, 6), Go(2, 12), Happens("rotate"), Go(0, 1), Go(0, 4)), wants=({"user": "blind"}, {}, {})
    ),
    "whose a lost POST's is cannot be told, and another run has claimed since": History(
        moves=(
            Go(1, 7, Fate("error_after")),
            Go(1, 0, Fate("error_after")),
            Happens("strip"),
            Wait(1.0),
            Go(0, 8),
        ),
        wants=({}, {}),
        bucket={"bucket_key_enabled": True},
        uploads=True,
        replicated=True,
        settings={"replication_lag": 5.0},
    ),
    "another's work request tells whose it is only after the claim": History(
        moves=(Happens("reencrypt"), Wait(3.0), Happens("rotate"), Go(0, 5, Fate("error_after")), Go(0, 6)),
        settings={"nameless_seconds": 4.5, "work_seconds": 0.5, "list_lag": 3.0},
    ),
    "another's work request tells whose it is only after a claim, whose maker crashes": History(
        moves=(Happens("reencrypt"), Wait(3.0), Happens("rotate"), Go(0, 5, Fate("crash_before")), Wait(130.0)),
        settings={"nameless_seconds": 4.5, "work_seconds": 0.5},
    ),
    "another's re-encryption runs, and does not tell yet whose it is": History(
        moves=(Happens("reencrypt"), Happens("rotate"), Happens("put")),
        settings={"nameless_seconds": 5.0, "work_seconds": 3.0, "reencrypt_version": "started"},
    ),
    "another's re-encryption under another key, and it does not tell yet whose it is": History(
        moves=(Go(0, 6, Fate("error_after")), Go(1, 5, Fate("error_after")), Happens("assign_back")),
        wants=({}, {"kms_key_id": "other", "receipt": "none"}),
        settings={"nameless_seconds": 5.0, "work_seconds": 0.0, "start_delay": 0.5, "list_lag": 2.0},
    ),
    **{
        f"an answer is lost, and its work request tells {seconds} seconds later whose it is": History(
            moves=(Go(0, 5, Fate("error_after")),), settings={"nameless_seconds": seconds, "work_seconds": work, **more}
        )
        for seconds, work, more in (
            (5.0, 60.0, {}),
            (20.0, 3.0, {}),
            (40.0, 0.5, {"summary_resources": "none"}),
        )
    },
    "another run's receipt goes with a claim that somebody's change made void": History(
        moves=(
            Everybody(2),
            Happens("rotate"),
            Wait(5.0),
            Go(2, 8, Fate("error_after")),
            Go(2, 0, Fate("error_after")),
            Go(0, 9, None, 3.0),
            Happens("tag"),
        ),
        wants=({"claim_grace": 20.0},) * 5,
    ),
    "one that completes with errors": History(
        settings={"outcomes": ("COMPLETED_WITH_ERRORS",)}, moves=(Go(0, ENOUGH),)
    ),
    "a lost POST that is listed under a time before its claim": History(
        moves=(Go(0, 5, Fate("reset_after")), Go(0, ENOUGH)), settings={"accepted_skew": -30.0}
    ),
    "a crash after a POST that is listed under a time before its claim": History(
        moves=(Go(0, 5, Fate("crash_after")), Wait(130.0), Go(0, ENOUGH)), settings={"accepted_skew": -30.0}
    ),
    "the id's write is refused, with nobody near": History(moves=(Go(0, 6, Fate("odd 412")),)),
    "the key is refused once": History(moves=(Go(0, 1, Fate("odd 400")),), before="proven"),
    "the claim is refused once": History(moves=(Go(0, 4, Fate("not_found")), Go(0, ENOUGH), Go(0, ENOUGH))),
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
    "one of its tag keys is retired": History(moves=(Happens("retire"), Go(0, ENOUGH)), namespaced=True),
    "one of them is retired, after a rotation": History(
        moves=(Happens("retire"), Go(0, ENOUGH)), before="rotated", namespaced=True
    ),
    "somebody forges a freeform receipt": History(
        moves=(Happens("rotate"), Happens("forge"), Go(0, ENOUGH)), before="proven", namespaced=True
    ),
    "somebody forges one on a fresh bucket": History(
        moves=(Happens("rotate"), Happens("forge"), Go(0, ENOUGH)), namespaced=True
    ),
}


def every_careful() -> Iterator[tuple[str, History]]:
    yield from CAREFUL.items()
    yield from NAMESPACED.items()
