# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding from work requests alone, where no receipt may be written. Pure, no I/O.

A weaker proof: it is gone when the service drops old work requests, and wrong where a bucket was moved to an older key.
"""

from __future__ import annotations

from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.decide import replication, uploads, waiting
from ansible_collections.rekey.oci.plugins.module_utils.decide.explain import refused
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import CLOCK_MARGIN, Situation
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Assign,
    Done,
    Fail,
    ListWorkRequests,
    Step,
    Submit,
)

#: The POST's timeouts may not add up to more than this, in seconds.
_POST_TIMEOUT = 60.0


def next_step(here: Situation) -> Step:
    facts, attempt, options = here.facts, here.attempt, here.options
    if attempt.refused is not None:
        return Fail(refused(here, attempt.refused), "submit", attempt.reason, attempt.refused)
    if attempt.lost_at is not None:
        found, step = waiting.settle(here, attempt.posted_since or 0.0)
        if found is not None:
            return _own(here, found.id)
        if step is not None:
            return step
    elif attempt.submitted:
        return _own(here, attempt.submitted[-1])
    # Before the list: while the version is on its way, a list gets old.
    step = replication.look(here)
    if step is not None:
        return step
    if facts.listing is None:
        created, recent = facts.version_created(), here.list_since
        return ListWorkRequests(recent if created is None or recent is None else min(created, recent))
    if not here.assigns and not options.force and not attempt.assigned:
        step = _proof(here)
        if step is not None:
            return step
    if not (options.check_mode and options.wait):
        step = waiting.obstacle(here)
        if step is not None:
            return step
    step = None if here.assigns and not options.check_mode else uploads.look(here)
    if step is not None:
        return step
    reason = _reason(here)
    if options.check_mode:
        return Done("submit", reason, changed=True)
    if here.assigns:
        return Assign(options.kms_key_id or "")
    step = waiting.conflict(here) if attempt.conflicts else None
    return step or Submit(reason, _POST_TIMEOUT)


def _own(here: Situation, work_request_id: str) -> Step:
    if not here.options.wait:
        return Done("submit", here.reason, changed=True)
    step = waiting.wait_on(here, work_request_id)
    if step is not None:
        return step
    seen = here.facts.seen(work_request_id)
    if isinstance(seen, WorkRequest) and seen.status == "COMPLETED":
        step = waiting.look_for_errors(here.facts, work_request_id)
        if step is not None or not seen.errors:
            return step or Done("submit", here.reason, changed=True)
    return waiting.ended_badly(here, work_request_id)


def _proof(here: Situation) -> Optional[Step]:
    facts, attempt, options = here.facts, here.attempt, here.options
    created = facts.version_created()
    # The two services have two clocks, and for a while after a rotation the older version may be in use.
    known = created is not None and replication.there(facts)
    since = (created or 0.0) + CLOCK_MARGIN + replication.lag(facts) if known else float("inf")
    covered = waiting.accepted_since(facts, since)
    for listed in covered:
        if waiting.ended_well(facts, listed):
            step = waiting.look_for_errors(facts, listed.id)
            if step is not None:
                return step
            return Done("join", "in_progress") if attempt.joined == listed.id else Done("none", "up_to_date")
    for listed in covered:
        if not waiting.latest(facts, listed).terminal:
            if options.check_mode or not options.wait:
                return Done("join", "in_progress")
            return waiting.join(here, listed.id)
    if attempt.joined is not None:
        seen_joined = facts.seen(attempt.joined)
        if isinstance(seen_joined, WorkRequest) and (
            seen_joined.status in ("FAILED", "CANCELED") or seen_joined.errors
        ):
            return waiting.ended_badly(here, attempt.joined)
    return None


def _reason(here: Situation) -> str:
    facts = here.facts
    if here.attempt.reason:
        return here.attempt.reason
    if here.assigns:
        return "key_assigned"
    if here.options.force:
        return "forced"
    listing = sorted(facts.listing or (), key=lambda listed: listed.time_accepted or 0.0)
    last = waiting.latest(facts, listing[-1]) if listing else None
    if isinstance(last, WorkRequest) and (last.status in ("FAILED", "CANCELED") or last.errors):
        return "work_request_failed"
    return "unproven"
