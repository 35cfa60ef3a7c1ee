# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random histories, for hypothesis to make and to shrink: the plainest values come first."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.histories.moves import ENVIRONMENT, FATES, Fate, History

_SHARES = st.sampled_from((0.0, 0.5, 1.0, 0.2, 0.8))
FATE = st.builds(
    Fate,
    kind=st.sampled_from(FATES),
    share=_SHARES,
    nth=st.sampled_from((0, 0, 0, 0, 0, 0, 0, 1)),
    status=st.sampled_from((503, 500)),
)
#: Steps that succeed before the next failure.
LOOKS = st.sampled_from((0, 0, 1))
SECONDS = st.sampled_from((1.0, 5.0, 20.0, 55.0, 61.0, 119.0, 121.0, 600.0))
LAG = st.sampled_from((0.0, 0.0, 0.0, 3.0, 20.0, 60.0))
HAPPENS = st.sampled_from(ENVIRONMENT)
#: Of many controllers these have wants and moves of their own; all others move with everybody.
NAMED = 5
NUMBER = st.integers(0, NAMED - 1)

#: What a run is given: see Universe.start. The plain ones are what most controllers have.
_WANTS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {},
    {},
    {"wait": False},
    {"check_mode": True},
    {"bucket_key_only": True},
    {"wait_timeout": 40.0},
    {"verify_history": True},
    {"wait": False, "bucket_key_only": True},
    {"wait": False, "check_mode": True},
    {"force": True},
    {"receipt": "none"},
    {"receipt": "none", "wait": False},
    {"kms_key_id": "other"},
    {"kms_key_id": "master", "wait": False},
    {"kms_key_id": "other", "receipt": "none"},
    {"user": "blind"},
)
_CONTROLLERS = st.sampled_from((1, 2, 2, 3, 3, 4, 5, 8, 32))


_SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "work_seconds": st.sampled_from((0.0, 3.0, 40.0, 300.0)),
        "start_delay": st.sampled_from((0.5, 10.0)),
        "reencrypt_version": st.just("started"),
        "order": st.sampled_from(("oldest", "random")),
        "summary_resources": st.sampled_from(("none", "uri", "metadata", "identifier", "ocid")),
        "nameless_seconds": st.sampled_from((3.0, 12.0)),
        "outcomes": st.sampled_from(
            (("FAILED",), ("CANCELED",), ("COMPLETED", "FAILED"), ("FAILED", "FAILED"), ("COMPLETED_WITH_ERRORS",))
        ),
        "upload_version": st.sampled_from(("creation", "part", "commit")),
        "accepted_skew": st.sampled_from((-30.0, -3.0, 30.0)),
        "two_at_once": st.just("conflict"),
        "retention": st.sampled_from((5.0, 60.0)),
        "list_lag": st.sampled_from((2.0, 10.0)),
        "percent_known": st.just(False),
        "count_lag": st.sampled_from((-1.0, 3600.0)),
    },
)
#: None where the keys are of the bucket's own region.
_REPLICATION_LAG = st.sampled_from((None, None, None, None, 5.0, 100.0))
_BUCKET = st.fixed_dictionaries(
    {},
    optional={
        "bucket_key_enabled": st.just(True),
        "versioning": st.sampled_from(("Enabled", "Suspended")),
        "freeform_tags": st.just({"team": "a", "cost-center": "42"}),
    },
)


@st.composite
def beginnings(draw: st.DrawFn) -> History:
    """A history before its first move: the bucket, the service, who there is and what they want."""
    controllers = draw(_CONTROLLERS)
    grace = draw(st.sampled_from((120.0, 120.0, 20.0)))
    own = [dict(draw(st.sampled_from(_WANTS))) for _number in range(min(controllers, NAMED))]
    wants = [*own, *({} for _number in range(controllers - len(own)))]
    if grace != 120.0:
        for one in wants:
            one["claim_grace"] = grace
    bucket = draw(_BUCKET)
    for one in wants:
        if not bucket.get("bucket_key_enabled"):
            one.pop("bucket_key_only", None)
    replication_lag = draw(_REPLICATION_LAG)
    settings = draw(_SETTINGS)
    return History(
        wants=tuple(wants),
        settings=settings if replication_lag is None else {**settings, "replication_lag": replication_lag},
        replicated=replication_lag is not None,
        bucket=bucket,
        before=draw(st.sampled_from(("fresh", "rotated", "proven", "forgotten"))),
        crash_all=draw(st.booleans()),
        seed=draw(st.integers(0, 99)),
        uploads=draw(st.booleans()),
        namespaced=draw(st.sampled_from((False, False, True))),
    )
