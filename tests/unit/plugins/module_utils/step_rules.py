# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules that each step of a decision keeps, whatever was found and asked for."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.rekey.oci.plugins.module_utils.decide import decision, receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.attempt import Attempt
from ansible_collections.rekey.oci.plugins.module_utils.decide.reasons import REASONS
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import CLAIMED, COMPLETED, SUBMITTED
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import (
    Facts,
    Options,
    Situation,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Assign,
    CheckObjects,
    Claim,
    Complete,
    Done,
    Drop,
    Fail,
    ListWorkRequests,
    Look,
    Pause,
    Poll,
    ReadErrors,
    ReadKey,
    ReadVersion,
    Record,
    Step,
    Submit,
)
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import (
    EPOCH,
    NONCE,
    OTHERS_NONCE,
)

#: The local monotonic clock when the step is decided. The last look was a second ago.
NOW = 100.0

#: What a list does not tell at once, such as whose a work request is, it tells within this, in seconds.
SHOWN_WITHIN = 15.0

WRITES = (Claim, Assign, Submit, Record, Complete, Drop)
READS = (Look, ReadKey, ReadVersion, CheckObjects, ListWorkRequests, Poll, ReadErrors)


def proves(facts: Facts, options: Options) -> bool:
    """Whether the receipt, once completed, proves what is asked for."""
    found, there = facts.receipt, facts.bucket
    return (
        found is not None
        and there is not None
        and facts.key is not None
        and facts.key.id == there.kms_key_id == (options.kms_key_id or there.kms_key_id)
        and found.key == receipts.key_digest(there.kms_key_id)
        and found.key_version_id == facts.key.current_version
        and (found.scope == receipts.ALL or options.bucket_key_only)
    )


def check(facts: Facts, attempt: Attempt, options: Options) -> Step:
    """Decide, and hold the step against the rules."""
    step = decision.next_step(Situation(facts, attempt, options, NOW, 0.5))
    context = (facts, attempt, options, step)
    there = facts.bucket
    target = (options.kms_key_id or there.kms_key_id) if there is not None else None
    if options.check_mode:
        assert not isinstance(step, WRITES), context
    if isinstance(step, WRITES):
        check_write(facts, attempt, options, step)
    if isinstance(step, READS):
        check_read(facts, step)
    if isinstance(step, Done):
        check_end(facts, attempt, options, step)
    if isinstance(step, Fail):
        assert step.message, context
        assert "\n" not in step.message, context
        assert step.reason is None or REASONS[step.reason].action in (step.action, "none", "submit"), context
    if isinstance(step, Pause):
        assert 0 < step.seconds <= options.wait_interval, context
        assert step.forget in ("bucket", "listing", "work_request"), "a pause that changes nothing never ends"
        assert (
            options.wait or attempt.lost_at is not None or attempt.submitted or attempt.conflicts or facts.unclear.by_id
        ), context
        assert not facts.unclear.by_id or options.wait or not options.check_mode, context
    if there is not None and target is None:
        assert isinstance(step, (Done, Fail)), context
        assert step.reason == "oracle_managed_key", context
    return step


def check_write(facts: Facts, attempt: Attempt, options: Options, step: Step) -> None:
    context = (facts, attempt, options, step)
    there, found = facts.bucket, facts.receipt
    assert there is not None, context
    target = options.kms_key_id or there.kms_key_id
    usable = facts.key is None or facts.key.state == "ENABLED"
    under_way = attempt.claim is not None or bool(attempt.submitted)
    if isinstance(step, (Claim, Assign)) or (isinstance(step, Submit) and not under_way):
        assert target is not None, context
        assert usable, context
    if isinstance(step, (Claim, Submit)) and not under_way:
        assert there.approximate_count or facts.objects_checked, context
        assert facts.has_objects is not False, context
    tags = options.receipt == "tag"
    if isinstance(step, (Claim, Record, Complete, Drop)):
        assert tags, context
    young = found is not None and found.state == CLAIMED and found.nonce == OTHERS_NONCE and found.time == EPOCH - 10.0
    if tags and young:
        # Another controller is at work. What this run may still write goes against its own claim's etag, and fails.
        assert isinstance(step, (Record, Drop)), context
        assert attempt.claim_etag is not None, context
    if isinstance(step, Submit):
        if tags:
            assert found is not None, context
            assert found.state == CLAIMED, context
            assert found.nonce == NONCE, context
            assert attempt.claim_etag == there.etag, context
            assert NOW - attempt.claimed_at < options.claim_grace / 2, context
            assert step.timeout <= options.claim_grace / 2, context
        assert attempt.accepted is None, context
        assert attempt.refused is None, context
        assert there.kms_key_id == target, context
    if isinstance(step, Claim):
        made = step.receipt
        assert facts.listing is not None, "what runs already must be known"
        assert not any(not (facts.seen(other.id) or other).terminal for other in facts.listing), context
        assert facts.unclear_since is None or facts.listed_at - facts.unclear_since >= SHOWN_WITHIN, context
        assert (made.state, made.nonce, made.scope) == (CLAIMED, NONCE, options.scope), context
        # What was listed before the claim can never be taken for its own, even in the same second.
        assert made.time >= EPOCH, context
        assert all(made.time > (other.time_accepted or 0.0) for other in facts.listing), context
        assert made.key == receipts.key_digest(target or ""), context
        assert step.assign == (target if target != there.kms_key_id else None), context
        # Nothing that was accepted before the key was assigned may be taken for a proof.
        known = facts.key is not None and step.assign is None
        version = facts.key.current_version if facts.key and known else receipts.UNKNOWN_VERSION
        assert made.key_version_id == version, context
    if isinstance(step, Record):
        own = attempt.claim is not None and step.etag == attempt.claim_etag and step.receipt.nonce == NONCE
        adopted = found is not None and found.state == CLAIMED and step.etag == there.etag and proves(facts, options)
        assert own or (adopted and not options.force), context
    if isinstance(step, Complete):
        assert found is not None, context
        assert found.state == SUBMITTED, context
        assert proves(facts, options), context
        seen = facts.seen(found.work_request_id or "")
        assert seen is not None, context
        assert seen.status == "COMPLETED", context
        assert step.receipt == replace(found, state=COMPLETED), context
        assert attempt.is_mine(found.work_request_id) or not options.force, context
        # Which of the two was accepted last, and under which key, nobody can tell.
        assert not facts.unclear.by_id or attempt.recorded_etag == there.etag, context
    if isinstance(step, Drop):
        own = found is not None and found.state == CLAIMED and found.nonce == NONCE
        assert own or attempt.claim_etag == there.etag, context


def check_read(facts: Facts, step: Step) -> None:
    """No fact is asked for that is there already: so a run comes to its end."""
    if isinstance(step, ReadKey):
        assert facts.key is None or facts.key.id != step.key_id or step.not_before > facts.key_read_at, step
    elif isinstance(step, ReadVersion):
        assert facts.key is not None
        assert facts.key.version_created is None
        assert not facts.version_unreadable
    elif isinstance(step, CheckObjects):
        assert not facts.objects_checked
    elif isinstance(step, ListWorkRequests):
        assert facts.listing is None
    elif isinstance(step, Poll):
        assert facts.seen(step.work_request_id) is None or step.work_request_id in facts.due
    elif isinstance(step, ReadErrors):
        assert step.work_request_id not in facts.errors_read


def check_end(facts: Facts, attempt: Attempt, options: Options, step: Done) -> None:
    context = (facts, attempt, options, step)
    there, found = facts.bucket, facts.receipt
    assert there is not None, context
    if step.reason == "key_assigned" and step.action == "none":
        assert facts.has_objects is False, context
    else:
        assert REASONS[step.reason].action == step.action, context
    assert step.changed == (step.action == "submit" or step.reason == "key_assigned"), context
    if step.action == "submit" and not options.check_mode:
        assert attempt.submitted, context
    if step.reason == "empty_bucket":
        assert not there.approximate_count, context
        assert facts.has_objects is False, context
    if step.reason == "oracle_managed_key":
        assert there.kms_key_id is None, context
        assert not options.kms_key_id, context
    if step.reason == "forced":
        assert options.force, context
    if step.reason == "up_to_date":
        assert not options.force, context
        assert facts.key is not None, context
        assert facts.key.state == "ENABLED" or attempt.claim is not None, context
        if options.receipt == "tag":
            assert found is not None, context
            assert proves(facts, options), context
            if not options.check_mode:
                assert found.state == COMPLETED, context
        else:
            assert facts.key.version_created is not None, context
            done = [other for other in facts.listing or () if (facts.seen(other.id) or other).status == "COMPLETED"]
            assert any((other.time_accepted or 0.0) > facts.key.version_created for other in done), context
    if step.action == "join" and not step.warning and options.receipt == "tag" and found is not None:
        assert not options.force or attempt.submitted or found.nonce == OTHERS_NONCE, context
