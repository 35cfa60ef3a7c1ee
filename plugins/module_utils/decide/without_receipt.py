# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding from work requests alone, where no receipt may be written. Pure, no I/O.

A weaker proof: it is gone when the service drops old work requests, and wrong where a bucket was moved to an older key.
"""

from __future__ import annotations

from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import Bucket, WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import retry_pause
from ansible_collections.rekey.oci.plugins.module_utils.decide import waiting
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Attempt, Facts, Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Assign,
    Done,
    Fail,
    ListWorkRequests,
    Pause,
    Step,
    Submit,
)

#: The POST's timeouts may not add up to more than this, in seconds.
_POST_TIMEOUT = 60.0


def next_step(facts: Facts, bucket: Bucket, attempt: Attempt, options: Options, now: float, chance: float) -> Step:
    if attempt.refused is not None:
        return Fail(attempt.refused.line(), action="submit", reason=attempt.reason)
    if attempt.lost_at is not None:
        found, step = waiting.settle(facts, attempt, options, attempt.posted_since or 0.0, now, chance)
        if found is not None:
            return _own(facts, attempt, options, found.id, now, chance)
        if step is not None:
            return step
    elif attempt.submitted:
        return _own(facts, attempt, options, attempt.submitted[-1], now, chance)
    if facts.listing is None:
        return ListWorkRequests(facts.key.version_created if facts.key else facts.service_time)
    assign = bucket.kms_key_id != (options.kms_key_id or bucket.kms_key_id)
    if not assign and not options.force and not attempt.assigned:
        step = _proof(facts, attempt, options, now, chance)
        if step is not None:
            return step
    if not (options.check_mode and options.wait):
        step = waiting.obstacle(facts, attempt, options, now, chance)
        if step is not None:
            return step
    reason = _reason(facts, bucket, attempt, options)
    if options.check_mode:
        return Done("submit", reason, changed=True)
    if assign:
        return Assign(options.kms_key_id or "")
    if attempt.conflicts:
        if not options.wait:
            return waiting.leave(attempt)
        if now >= waiting.deadline(attempt, options):
            return waiting.refused_as_running(bucket)
        if now - facts.listed_at < 0.5:
            return Pause(retry_pause(attempt.conflicts, chance))
    return Submit(reason, _POST_TIMEOUT)


def _own(facts: Facts, attempt: Attempt, options: Options, work_request_id: str, now: float, chance: float) -> Step:
    if not options.wait:
        return Done("submit", attempt.reason or "unproven", changed=True)
    step = waiting.wait_on(facts, attempt, options, work_request_id, now, chance)
    if step is not None:
        return step
    seen = facts.seen(work_request_id)
    if seen is not None and seen.status == "COMPLETED":
        return Done("submit", attempt.reason or "unproven", changed=True)
    return waiting.ended_badly(facts, attempt, work_request_id)


def _proof(facts: Facts, attempt: Attempt, options: Options, now: float, chance: float) -> Optional[Step]:
    created = facts.key.version_created if facts.key else None
    for listed in facts.listing or ():
        seen = waiting.latest(facts, listed)
        covered = created is not None and listed.time_accepted is not None and listed.time_accepted > created
        if covered and seen.status == "COMPLETED":
            if attempt.joined == listed.id:
                return Done("join", "in_progress")
            return Done("none", "up_to_date")
    for listed in waiting.running(facts):
        covered = created is not None and listed.time_accepted is not None and listed.time_accepted > created
        if covered:
            if options.check_mode or not options.wait:
                return Done("join", "in_progress")
            return waiting.join(facts, attempt, options, listed.id, now, chance)
    if attempt.joined is not None:
        seen_joined = facts.seen(attempt.joined)
        if isinstance(seen_joined, WorkRequest) and seen_joined.status in ("FAILED", "CANCELED"):
            return waiting.ended_badly(facts, attempt, attempt.joined)
    return None


def _reason(facts: Facts, bucket: Bucket, attempt: Attempt, options: Options) -> str:
    if attempt.reason:
        return attempt.reason
    if options.kms_key_id and bucket.kms_key_id != options.kms_key_id:
        return "key_assigned"
    if options.force:
        return "forced"
    listing = sorted(facts.listing or (), key=lambda listed: listed.time_accepted or 0.0)
    if listing and waiting.latest(facts, listing[-1]).status in ("FAILED", "CANCELED"):
        return "work_request_failed"
    return "unproven"
