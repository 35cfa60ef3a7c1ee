# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last step of the protocol: whether what has ended well may be written down as a proof. Pure, no I/O."""

from __future__ import annotations

from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import WorkRequest, known
from ansible_collections.rekey.oci.plugins.module_utils.decide import waiting
from ansible_collections.rekey.oci.plugins.module_utils.decide.attempt import Attempt
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import CLAIMED, Receipt
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import CLOCK_MARGIN, Facts, Situation
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Complete,
    Done,
    ListWorkRequests,
    Look,
    Pause,
    ReadKey,
    Step,
)

#: How long a joiner leaves it to the maker to write the completion, in seconds.
_COURTESY = 2.0


def complete(here: Situation, receipt: Receipt) -> Optional[Step]:
    facts, attempt, options, bucket = here.facts, here.attempt, here.options, here.bucket
    work_request_id = receipt.work_request_id or ""
    mine = attempt.is_mine(work_request_id)
    if not mine and work_request_id in facts.running_at and not options.check_mode:
        # Its maker is about to write the same; leave it the first word, and the service the calls.
        ended = facts.ended_at.get(work_request_id, here.now)
        if here.now - ended < _COURTESY and facts.looked_at < ended:
            return Pause(_COURTESY * (0.5 + 0.5 * here.chance) / 2, forget="bucket")
    if bucket.etag is None:
        return Look()
    # Versions never go back: one that is current after the acceptance was current at it, if it is the claim's.
    since = attempt.accepted_at if mine else facts.receipt_seen_at
    if facts.key_read_at < since:
        return read_key_again(facts, since)
    if attempt.recorded_etag != bucket.etag:
        # Somebody wrote to the bucket since, or may have. A re-encryption beside ours may be under another key.
        if facts.listing is None:
            return ListWorkRequests(receipt.time - CLOCK_MARGIN)
        if doubtful(facts, receipt, attempt):
            return None
        if _newer_unclear(facts, receipt, attempt):
            return waiting.until_clear(here, facts.first_listed_at)
    return Done("none", "up_to_date") if options.check_mode else Complete(receipt.completed())


def read_key_again(facts: Facts, since: float) -> Step:
    return ReadKey(known(facts.key).id, since)


def doubtful(facts: Facts, receipt: Receipt, attempt: Attempt) -> bool:
    """Whether somebody else's re-encryption was, or may have been, accepted after the receipt's own, under who knows which key."""
    if facts.unlisted:
        return True
    if receipt.state == CLAIMED:
        # The newest that was accepted since is taken for the claim's own. Whoever claimed has judged what was there before.
        return any(not attempt.is_mine(other.id) for other in waiting.accepted_since(facts, receipt.since)[1:])
    others = waiting.accepted_since(facts, _accepted(facts, receipt), frozenset((receipt.work_request_id or "",)))
    return any(not attempt.is_mine(other.id) for other in others)


def _newer_unclear(facts: Facts, receipt: Receipt, attempt: Attempt) -> bool:
    """Whether one was accepted after the receipt's own that does not tell whose it is.

    What is accepted after the last change of the bucket is under its key as it is now: a completion is compared and swapped.
    """
    accepted, at_first = _accepted(facts, receipt), (facts.first_unclear or facts.unclear).by_id
    return any(
        one.id != receipt.work_request_id
        and not attempt.is_mine(one.id)
        and (one.time_accepted or accepted) >= accepted
        and one.id in at_first
        for one in facts.unclear.by_id.values()
    )


def _accepted(facts: Facts, receipt: Receipt) -> float:
    """When the receipt's own was accepted, or a time before that."""
    wanted = receipt.work_request_id or ""
    own = next((listed for listed in facts.listing or () if listed.id == wanted), facts.unclear.by_id.get(wanted))
    seen = facts.seen(wanted)
    accepted = own.time_accepted if own is not None else None
    if accepted is None and isinstance(seen, WorkRequest):
        accepted = seen.time_accepted
    return receipt.time - CLOCK_MARGIN if accepted is None else accepted
