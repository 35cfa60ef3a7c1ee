# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The next step from every combination of facts: rules that hold for each, however a run came there.

The rules are safety: what may never be the next step. What a whole run ends with is in `test_decision_runs`.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, Bucket, Key, WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.decide import decision, receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.attempt import Attempt
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import ALL_CLEAR, Unclear
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import CLAIMED, COMPLETED, SUBMITTED, Receipt
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import (
    FORGOTTEN,
    Facts,
    Options,
    Seen,
    Situation,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Look,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import (
    CREATED,
    EPOCH,
    FOREIGN,
    KEY,
    NONCE,
    OLDER,
    OTHER_KEY,
    OTHER_VERSION,
    RECORDED,
    VERSION,
    bucket,
    key,
    receipt,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.step_rules import NOW, SHOWN_WITHIN, check

STATUSES: list[Seen | None] = [
    None,
    *(
        WorkRequest(RECORDED, status=status, time_accepted=EPOCH - 60.0)
        for status in ("ACCEPTED", "IN_PROGRESS", "CANCELING", "COMPLETED", "FAILED", "CANCELED", "PONDERING")
    ),
    FORGOTTEN,
]
LISTINGS: list[tuple[WorkRequest, ...] | None] = [
    None,
    (),
    (WorkRequest(FOREIGN, status="IN_PROGRESS", time_accepted=EPOCH - 5.0),),
    (WorkRequest(FOREIGN, status="COMPLETED", time_accepted=EPOCH - 5.0),),
    (WorkRequest(FOREIGN, status="FAILED", time_accepted=EPOCH - 5.0),),
    (WorkRequest(RECORDED, status="IN_PROGRESS", time_accepted=EPOCH - 60.0),),
]
#: Listed work requests that do not tell whose they are: each may be this bucket's.
UNCLEAR = {
    status: Unclear({FOREIGN: WorkRequest(FOREIGN, status=status, time_accepted=EPOCH - 5.0)}, EPOCH - 5.0, running)
    for status, running in (("ACCEPTED", True), ("IN_PROGRESS", True), ("COMPLETED", False))
}
#: How long ago the first list showed them, in seconds.
SHOWN = (0.8, SHOWN_WITHIN + 5.0)
KEYS: list[tuple[Key | None, str | None]] = [
    (None, None),
    (key(), None),
    (replace(key(), version_created=CREATED), None),
    (replace(key(state="DISABLED"), version_created=CREATED), None),
    (replace(key(state="PENDING_DELETION"), version_created=CREATED), None),
    (None, "GetKey failed: 404"),
]
#: Approximate count, whether somebody looked, and what they saw.
CONTENTS: list[tuple[int | None, bool, bool | None]] = [
    (7, False, None),
    *itertools.product((0, None), (False,), (None,)),
    *itertools.product((0, None), (True,), (True, False, None)),
]
ATTEMPTS = ("fresh", "claimed", "stale", "touched", "accepted", "lost", "late", "submitted", "refused", "conflict")


def all_receipts() -> Iterator[tuple[Receipt | None, Seen | None]]:
    """Every receipt, and what is known of its work request."""
    yield None, None
    versions = ((KEY, VERSION), (KEY, OLDER), (OTHER_KEY, OTHER_VERSION), (KEY, receipts.UNKNOWN_VERSION))
    for (key_id, version), scope in itertools.product(versions, (receipts.ALL, receipts.BUCKET_KEY)):
        made = receipt(CLAIMED, key=receipts.key_digest(key_id), key_version_id=version, scope=scope)
        yield replace(made, nonce=NONCE, time=EPOCH - 1.0), None
        yield replace(made, time=EPOCH - 10.0), None
        yield replace(made, time=EPOCH - 1000.0), None
        for state, seen in itertools.product((SUBMITTED, COMPLETED), STATUSES):
            yield replace(made, state=state, time=EPOCH - 70.0, work_request_id=RECORDED), seen


def attempt_of(kind: str, facts: Facts, options: Options) -> Attempt:
    """What the run has done so far."""
    attempt = Attempt(nonce=NONCE, started_at=NOW - 5.0)
    if kind == "fresh" or facts.bucket is None:
        return attempt
    attempt.reason = "unproven"
    if kind == "submitted":
        attempt.submitted = [RECORDED]
        return attempt
    if kind == "refused":
        attempt.refused = ApiError("ReencryptBucket", "not allowed", status=404)
    attempt.claim = receipt(CLAIMED, nonce=NONCE, scope=options.scope, time=EPOCH - 1.0)
    attempt.claim_etag = "etag-somebody" if kind == "touched" else facts.bucket.etag
    attempt.claimed_at = NOW - (90.0 if kind == "stale" else 1.0)
    attempt.listed_before = frozenset(("ocid1.workrequest.oc1.iad.earlier",))
    if kind == "accepted":
        attempt.accepted = RECORDED
        attempt.submitted = [RECORDED]
    elif kind in ("lost", "late"):
        attempt.lost_at = NOW - 0.5
        attempt.lost_late = kind == "late"
    elif kind == "conflict":
        attempt.conflicts = 1
    return attempt


def facts_of(
    there: Bucket | None,
    found: Receipt | None,
    seen: Seen | None,
    listing: tuple[WorkRequest, ...] | None,
    of_key: tuple[Key | None, str | None],
    content: tuple[int | None, bool, bool | None],
    unclear: Unclear = ALL_CLEAR,
    shown: float = SHOWN[0],
) -> Facts:
    """What has been observed so far."""
    facts = Facts(bucket=there, looked_at=NOW - 1.0, service_time=EPOCH, receipt=found, receipt_seen_at=NOW - 1.0)
    facts.key, facts.key_unreadable = of_key
    facts.key_read_at = NOW - 0.9
    if listing is not None:
        for before in (shown, SHOWN[0]):
            facts.listed(listing, NOW - before, NOW - before, unclear)
    facts.objects_checked, facts.has_objects = content[1:]
    if unclear.by_id:
        # So that the next step is one that these matter to.
        facts.errors_read.add(RECORDED)
    if seen is not None:
        facts.work_requests[RECORDED] = seen
        (facts.ended_at if seen.terminal else facts.running_at)[RECORDED] = NOW - 0.7
    return facts


def options_of(values: tuple[bool, ...]) -> Options:
    force, bucket_key_only, wait, check_mode, without, verify, assign = values
    return Options(
        force=force,
        bucket_key_only=bucket_key_only,
        wait=wait,
        check_mode=check_mode,
        receipt="none" if without else "tag",
        verify_history=verify,
        kms_key_id=KEY if assign else None,
    )


SHARDS = 4
#: `make quick` tries one in so many.
STEP = 5 if os.environ.get("REKEY_QUICK") else 1
PLAIN = CONTENTS[0]


class Combination(NamedTuple):
    """What was found, how far the run has come, and what is asked for."""

    bucket: Bucket
    receipt: Receipt | None
    seen: Seen | None
    listing: tuple[WorkRequest, ...] | None
    key: tuple[Key | None, str | None]
    content: tuple[int | None, bool, bool | None]
    stage: str
    options: Options
    unclear: Unclear = ALL_CLEAR
    shown: float = SHOWN[0]


def fresh_combinations() -> Iterator[Combination]:
    """A run that has done nothing yet: all receipts, keys, lists and options."""
    all_options = [options_of(values) for values in itertools.product((False, True), repeat=7)]
    there = bucket()
    for (found, seen), listing, of_key in itertools.product(all_receipts(), LISTINGS[:4], KEYS[1:]):
        for options in all_options:
            yield Combination(there, found, seen, listing, of_key, PLAIN, "fresh", options)


def later_combinations() -> Iterator[Combination]:
    """A run that has done something: every stage of it, whatever was found since."""
    all_options = [
        options_of((force, False, wait, False, False, False, False))
        for force, wait in itertools.product((False, True), repeat=2)
    ]
    all_options.append(options_of((False, True, True, False, False, True, False)))
    keys = (KEYS[0], KEYS[2], KEYS[3], KEYS[5])
    there = bucket()
    for (found, seen), listing, of_key, kind in itertools.product(all_receipts(), LISTINGS, keys, ATTEMPTS[1:]):
        for options in all_options:
            yield Combination(there, found, seen, listing, of_key, PLAIN, kind, options)


def unclear_combinations() -> Iterator[Combination]:
    """A list that shows what may be this bucket's, for the first time or for long."""
    all_options = [
        replace(options_of((force, False, wait, check_mode, False, verify, False)), open_uploads="ignore")
        for force, wait, check_mode, verify in itertools.product((False, True), repeat=4)
    ]
    for (found, seen), listing, kind, unclear, shown in itertools.product(
        all_receipts(), (LISTINGS[1], LISTINGS[5]), ATTEMPTS, UNCLEAR.values(), SHOWN
    ):
        for options in all_options if kind == "fresh" else all_options[::4]:
            yield Combination(bucket(), found, seen, listing, KEYS[2], PLAIN, kind, options, unclear, shown)


def beginnings() -> Iterator[Combination]:
    """What a bucket may hold, and the key that it may have: before anything else counts."""
    few = [(None, None), (receipt(COMPLETED, RECORDED), None), (receipt(SUBMITTED, RECORDED), STATUSES[2])]
    all_options = [
        options_of((values[0], False, *values[1:4], False, values[4]))
        for values in itertools.product((False, True), repeat=5)
    ]
    for content, of_key, kms, versioning, (found, seen) in itertools.product(
        CONTENTS, KEYS, (None, KEY, OTHER_KEY), ("Disabled", "Enabled", "Suspended"), few
    ):
        there = bucket(kms_key_id=kms, approximate_count=content[0], versioning=versioning)
        for options, listing in itertools.product(all_options, (None, ())):
            yield Combination(there, found, seen, listing, of_key, content, "fresh", options)


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("combinations", [fresh_combinations, later_combinations, unclear_combinations, beginnings])
def test_no_combination_breaks_a_rule(combinations: Callable[[], Iterator[Combination]], shard: int) -> None:
    kinds = set()
    for found in itertools.islice(combinations(), shard, None, SHARDS * STEP):
        facts = facts_of(*found[:6], found.unclear, found.shown)
        kinds.add(type(check(facts, attempt_of(found.stage, facts, found.options), found.options)))
    assert len(kinds) >= 6, "the combinations lead to many kinds of steps"


def test_first_of_all_the_bucket_is_looked_at() -> None:
    assert decision.next_step(Situation(Facts(), Attempt(NONCE, NOW), Options(), NOW)) == Look()
