# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be found, and what may be asked for, in all combinations; and the world of each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import CLAIMED, COMPLETED, SUBMITTED
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import (
    EPOCH,
    FOREIGN,
    KEY,
    OLDER,
    OTHER_KEY,
    OTHER_VERSION,
    RECORDED,
    VERSION,
    Job,
    bucket,
    receipt,
    tags_of,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.world import World

BUCKET_KEY_OF = {True: receipts.BUCKET_KEY, False: receipts.ALL}

STATES = ("none", "young", "old", SUBMITTED, COMPLETED, "malformed")
FOR = ("same", "older", "other")
#: What has become of the work request that goes with a receipt; for a claim, of one that was accepted since.
FATES = ("running", "canceling", "strange", "fails", "COMPLETED", "FAILED", "CANCELED", "forgotten")
KEYS = ("readable", "unreadable", "disabled")
#: Approximate count, and whether there are objects; an empty bucket never counts many for long, but may.
CONTENTS = ((7, True), (0, True), (None, True), (0, False), (None, False))


@dataclass(frozen=True)
class Case:
    """What there is, and what is asked for."""

    state: str
    made_for: str = "same"
    scope: str = receipts.ALL
    fate: str = "forgotten"
    foreign: bool = False
    key: str = "readable"
    content: tuple[int | None, bool] = (7, True)
    versioning: str = "Disabled"
    kms: str | None = KEY
    force: bool = False
    bucket_key_only: bool = False
    require: bool = False
    wait: bool = True
    check_mode: bool = False
    verify: bool = False
    assign: bool = False

    def options(self) -> Options:
        return Options(
            force=self.force,
            bucket_key_only=self.bucket_key_only,
            require_customer_managed_key=self.require,
            wait=self.wait,
            check_mode=self.check_mode,
            verify_history=self.verify,
            kms_key_id=KEY if self.assign else None,
        )

    @property
    def bucket_keys(self) -> bool:
        """Whether the bucket has them. Where it has, a claim is no proof beside a re-encryption that may be for them only."""
        return self.scope == receipts.BUCKET_KEY or (self.bucket_key_only and not self.foreign)

    @property
    def target(self) -> str | None:
        return KEY if self.assign else self.kms

    @property
    def assigns(self) -> bool:
        return self.target != self.kms


def all_receipts() -> Iterator[dict[str, Any]]:
    """Every receipt that may be there, with every fate of its work request."""
    yield {"state": "none"}
    yield {"state": "malformed"}
    for state, made_for, scope in itertools.product(
        ("young", "old", SUBMITTED), FOR, (receipts.ALL, receipts.BUCKET_KEY)
    ):
        for fate in FATES:
            yield {"state": state, "made_for": made_for, "scope": scope, "fate": fate}
    for made_for, scope in itertools.product(FOR, (receipts.ALL, receipts.BUCKET_KEY)):
        for fate in ("COMPLETED", "forgotten"):
            yield {"state": COMPLETED, "made_for": made_for, "scope": scope, "fate": fate}


FLAGS = [
    dict(zip(("force", "bucket_key_only", "wait", "check_mode"), values, strict=True))
    for values in itertools.product((False, True), repeat=4)
]


def cases() -> Iterator[Case]:
    """The whole product where its parts can act on one another; parts that cannot, each against the rest."""
    for there, flags, state in itertools.product(all_receipts(), FLAGS, KEYS):
        yield Case(**there, **flags, key=state)
        if state == "readable":
            yield Case(**there, **flags, foreign=True)
            yield Case(**there, **flags, verify=True)
            yield Case(**there, **flags, verify=True, foreign=True)
            yield Case(**there, **flags, kms=OTHER_KEY)
            yield Case(**there, **flags, kms=OTHER_KEY, assign=True)
            yield Case(**there, **flags, kms=None, assign=True, require=True)
            yield Case(**there, **flags, kms=None, assign=True, content=(0, False))
            for require in (False, True):
                yield Case(**there, **flags, kms=None, require=require)
    kinds = zip(CONTENTS[1:], ("Disabled", "Enabled", "Suspended", "Enabled"), strict=True)
    for there, state, (content, versioning) in itertools.product(all_receipts(), KEYS, kinds):
        for force, check_mode in itertools.product((False, True), repeat=2):
            yield Case(**there, key=state, content=content, versioning=versioning, force=force, check_mode=check_mode)


def world_of(case: Case) -> World:
    version = {"same": VERSION, "older": OLDER, "other": OTHER_VERSION}[case.made_for]
    digest = receipts.key_digest(OTHER_KEY if case.made_for == "other" else KEY)
    claimed = EPOCH - (10.0 if case.state == "young" else 1000.0)
    there = bucket(
        is_bucket_key_enabled=case.bucket_keys,
        kms_key_id=case.kms,
        approximate_count=case.content[0],
        versioning=case.versioning,
    )
    tags = dict(there.freeform_tags)
    if case.state == "malformed":
        tags[receipts.RECEIPT_TAG] = "completed, says Bob"
    elif case.state != "none":
        kind = CLAIMED if case.state in ("young", "old") else case.state
        made = receipt(
            kind,
            None if kind == CLAIMED else RECORDED,
            key_version_id=version,
            key=digest,
            scope=case.scope,
            time=claimed,
            version_created=None,
        )
        tags = tags_of(made, there)
    jobs = []
    if case.state in ("young", "old", SUBMITTED, COMPLETED) and case.fate != "forgotten":
        running = case.fate in ("running", "canceling", "strange", "fails")
        end = {"FAILED": "FAILED", "CANCELED": "CANCELED", "fails": "FAILED"}.get(case.fate, "COMPLETED")
        # It outlives the grace of a young claim.
        ends = EPOCH + 200.0 if running else EPOCH - 1.0
        jobs.append(Job(RECORDED, claimed + 2.0, ends, end, version, case.scope, canceling=case.fate == "canceling"))
    if case.foreign:
        jobs.append(Job(FOREIGN, EPOCH - 3.0, EPOCH + 50.0))
    proven = case.state == COMPLETED
    return World(
        bucket(**{**vars(there), "freeform_tags": tags}),
        jobs=jobs,
        objects=case.content[1],
        under=version if proven and case.scope == receipts.ALL else OLDER,
        bucket_key_under=version if proven else OLDER,
        unreadable=case.key == "unreadable",
        state="DISABLED" if case.key == "disabled" else "ENABLED",
        odd_status="PONDERING" if case.fate == "strange" else "",
    )
