# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What there is and what is asked for, row by row, and how a run on it ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import CLAIMED, COMPLETED, SUBMITTED
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import (
    CREATED,
    EPOCH,
    FOREIGN,
    OLDER,
    OTHER_KEY,
    RECORDED,
    Job,
    bucket,
    receipt,
    tags_of,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World

OTHER_DIGEST = receipts.key_digest(OTHER_KEY)


@dataclass
class Row:
    """What is there, what is asked for, and what must come of it."""

    name: str
    action: str
    reason: str | None
    changed: bool = False
    #: What the failure says, where there is to be one.
    fails: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    bucket: dict[str, Any] = field(default_factory=dict)
    receipt: receipts.Receipt | None = None
    world: dict[str, Any] = field(default_factory=dict)
    jobs: tuple[Job, ...] = ()
    posts: int | None = None


def ended(end: str = "COMPLETED", name: str = RECORDED, accepted: float = EPOCH - 990.0) -> Job:
    return Job(name, accepted, EPOCH - 100.0, end)


def running(name: str = RECORDED, end: str = "COMPLETED", accepted: float = EPOCH - 990.0) -> Job:
    return Job(name, accepted, EPOCH + 40.0, end)


PROVEN = receipt(COMPLETED, RECORDED)
OPEN = receipt(SUBMITTED, RECORDED)
STALE = receipt(COMPLETED, RECORDED, key_version_id=OLDER)
MOVED = receipt(COMPLETED, RECORDED, key=OTHER_DIGEST, key_version_id=OLDER)
YOUNG = receipt(CLAIMED, time=EPOCH - 10.0)
OLD = receipt(CLAIMED, time=EPOCH - 1000.0)
EMPTY = {"approximate_count": 0}
NO_OBJECTS = {"objects": False}

TABLE = [
    Row("Oracle-managed", "none", "oracle_managed_key", bucket={"kms_key_id": None}),
    Row(
        "Oracle-managed, and not wanted",
        "none",
        "oracle_managed_key",
        fails="Oracle-managed key",
        bucket={"kms_key_id": None},
        options={"require_customer_managed_key": True},
    ),
    Row("Oracle-managed, forced", "none", "oracle_managed_key", bucket={"kms_key_id": None}, options={"force": True}),
    Row("empty, count 0", "none", "empty_bucket", bucket=EMPTY, world=NO_OBJECTS),
    Row("empty, no count", "none", "empty_bucket", bucket={"approximate_count": None}, world=NO_OBJECTS),
    Row("count 0, and not empty", "submit", "unproven", True, bucket=EMPTY),
    Row("no count, and not empty", "submit", "unproven", True, bucket={"approximate_count": None}),
    Row("proven", "none", "up_to_date", receipt=PROVEN),
    Row("proven, and its work request long forgotten", "none", "up_to_date", receipt=PROVEN, jobs=()),
    Row(
        "proven for all serves for the bucket keys",
        "none",
        "up_to_date",
        receipt=PROVEN,
        options={"bucket_key_only": True},
    ),
    Row(
        "proven for the bucket keys serves not for all",
        "submit",
        "unproven",
        True,
        receipt=receipt(COMPLETED, RECORDED, scope=receipts.BUCKET_KEY),
    ),
    Row(
        "proven for the bucket keys serves for them",
        "none",
        "up_to_date",
        receipt=receipt(COMPLETED, RECORDED, scope=receipts.BUCKET_KEY),
        options={"bucket_key_only": True},
    ),
    Row("proven, but open uploads have ended", "submit", "uploads_ended", True, receipt=replace(PROVEN, open=1)),
    Row(
        "an older version's, and open uploads have ended",
        "submit",
        "key_version_changed",
        True,
        receipt=replace(STALE, open=1),
    ),
    Row("another key's, and open uploads have ended", "submit", "key_changed", True, receipt=replace(MOVED, open=1)),
    Row("recorded, running", "join", "in_progress", receipt=OPEN, jobs=(running(),)),
    Row("recorded, running, no wait", "join", "in_progress", receipt=OPEN, jobs=(running(),), options={"wait": False}),
    Row(
        "recorded, fails while joined",
        "join",
        "in_progress",
        fails="FAILED",
        receipt=OPEN,
        jobs=(running(end="FAILED"),),
    ),
    Row("recorded, completed meanwhile", "none", "up_to_date", receipt=OPEN, jobs=(ended(),)),
    Row("recorded, failed", "submit", "work_request_failed", True, receipt=OPEN, jobs=(ended("FAILED"),)),
    Row("recorded, canceled", "submit", "work_request_failed", True, receipt=OPEN, jobs=(ended("CANCELED"),)),
    Row("recorded, forgotten", "submit", "unproven", True, receipt=OPEN),
    Row("older version", "submit", "key_version_changed", True, receipt=STALE),
    Row(
        "older version, running, no wait",
        "join",
        "in_progress",
        receipt=receipt(SUBMITTED, RECORDED, key_version_id=OLDER),
        jobs=(running(),),
        options={"wait": False},
    ),
    Row(
        "older version, running",
        "submit",
        "key_version_changed",
        True,
        receipt=receipt(SUBMITTED, RECORDED, key_version_id=OLDER),
        jobs=(running(),),
    ),
    Row("another key", "submit", "key_changed", True, receipt=MOVED),
    Row("no receipt", "submit", "unproven", True),
    Row("no receipt, somebody else's completed", "submit", "unproven", True, jobs=(ended(name=FOREIGN),)),
    Row("no receipt, somebody else's running", "submit", "unproven", True, jobs=(running(FOREIGN),)),
    Row(
        "no receipt, somebody else's running, no wait",
        "join",
        "in_progress",
        jobs=(running(FOREIGN),),
        options={"wait": False},
    ),
    Row("key not readable", "submit", "unproven", True, receipt=PROVEN, world={"unreadable": True}),
    Row("proven, forced", "submit", "forced", True, receipt=PROVEN, options={"force": True}),
    Row("no receipt, forced", "submit", "forced", True, options={"force": True}),
    Row("another's claim, no wait", "join", "in_progress", receipt=YOUNG, options={"wait": False}),
    Row("another's claim, left lying", "submit", "unproven", True, receipt=OLD),
    Row("another's claim, young, then left lying", "submit", "unproven", True, receipt=YOUNG),
    Row("another's claim, whose work request runs", "join", "in_progress", receipt=OLD, jobs=(running(FOREIGN),)),
    Row("another's claim, whose work request is done", "none", "up_to_date", receipt=OLD, jobs=(ended(name=FOREIGN),)),
    Row(
        "another's claim, whose work request failed",
        "submit",
        "work_request_failed",
        True,
        receipt=OLD,
        jobs=(ended("FAILED", FOREIGN),),
    ),
    Row(
        "own work request fails",
        "submit",
        "unproven",
        True,
        fails="could not wrap a data key",
        world={"end": "FAILED"},
    ),
    Row("own work request canceled", "submit", "unproven", True, fails="CANCELED", world={"end": "CANCELED"}),
    Row("no wait", "submit", "unproven", True, options={"wait": False}),
    Row("key disabled", "none", None, fails="is DISABLED", world={"state": "DISABLED"}),
    Row("key deleted", "none", None, fails="is DELETED", world={"state": "DELETED"}),
    Row(
        "key pending deletion",
        "none",
        None,
        fails="is PENDING_DELETION",
        world={"state": "PENDING_DELETION"},
        options={"force": True},
    ),
    Row("without receipts: nothing known", "submit", "unproven", True, options={"receipt": "none"}),
    Row(
        "without receipts: completed since the rotation",
        "none",
        "up_to_date",
        options={"receipt": "none"},
        jobs=(ended(name=FOREIGN),),
    ),
    Row(
        "without receipts: completed before the rotation",
        "submit",
        "unproven",
        True,
        options={"receipt": "none"},
        jobs=(ended(name=FOREIGN, accepted=CREATED - 50.0),),
    ),
    Row(
        "without receipts: running since the rotation",
        "join",
        "in_progress",
        options={"receipt": "none"},
        jobs=(running(FOREIGN),),
    ),
    Row(
        "without receipts: running since before the rotation",
        "submit",
        "unproven",
        True,
        options={"receipt": "none"},
        jobs=(running(FOREIGN, accepted=CREATED - 50.0),),
    ),
    Row(
        "without receipts: the last one failed",
        "submit",
        "work_request_failed",
        True,
        options={"receipt": "none"},
        jobs=(ended("FAILED", FOREIGN),),
    ),
    Row(
        "without receipts: a receipt is not looked at",
        "submit",
        "unproven",
        True,
        options={"receipt": "none"},
        receipt=PROVEN,
    ),
    Row("tags may not be written", "submit", "unproven", True, world={"refused": {"UpdateBucket": 404}}),
]


def world_of(row: Row) -> World:
    there = bucket(**row.bucket)
    if row.receipt is not None:
        there = bucket(**row.bucket, freeform_tags=tags_of(row.receipt, there))
    return World(bucket=there, jobs=list(row.jobs), **row.world)
