# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The decision: a pure function from what was observed to the next single step. No I/O.

It asks for a fact when it needs one, so a bucket whose receipt proves it costs one look and one key.
"""

from __future__ import annotations

from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import UNUSABLE_KEY_STATES, Bucket, Key
from ansible_collections.rekey.oci.plugins.module_utils.decide import waiting, with_receipt, without_receipt
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Attempt, Facts, Options
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Assign,
    CheckObjects,
    Claim,
    Done,
    Fail,
    Look,
    ReadKey,
    ReadVersion,
    Step,
)

#: The decision table: every reason, and the action that it goes with.
ACTIONS = {
    "oracle_managed_key": "none",
    "empty_bucket": "none",
    "up_to_date": "none",
    "in_progress": "join",
    "key_version_changed": "submit",
    "key_changed": "submit",
    "work_request_failed": "submit",
    "unproven": "submit",
    "forced": "submit",
    "key_assigned": "submit",
}


def next_step(facts: Facts, attempt: Attempt, options: Options, now: float, chance: float = 0.0) -> Step:
    """Decide the next step.

    ``now`` is the local monotonic clock in seconds, ``chance`` a random number in [0, 1) for the jitter of pauses.
    """
    bucket = facts.bucket
    if bucket is None:
        return Look()
    target = options.kms_key_id or bucket.kms_key_id
    if target is None:
        return _oracle_managed(bucket, options)
    if facts.key_unreadable is None and (facts.key is None or facts.key.id != target):
        return ReadKey(target)
    if _version_time_wanted(facts):
        return ReadVersion()
    if facts.missing:
        return waiting.seek(facts, attempt)
    if not _under_way(attempt):
        step = _before_anything(facts, bucket, target, options, attempt)
        if step is not None:
            return step
    if options.receipt == "tag" and facts.tags_unusable is None:
        step = with_receipt.next_step(facts, bucket, attempt, options, now, chance)
    else:
        step = without_receipt.next_step(facts, bucket, attempt, options, now, chance)
    unusable = _unusable(facts.key, bucket)
    if unusable and isinstance(step, (Assign, Claim)):
        # It became so while this run was at work: what it did goes on, but nothing more is begun.
        return Fail(unusable, action="submit" if attempt.submitted else "none", reason=attempt.reason)
    return step


def _under_way(attempt: Attempt) -> bool:
    return attempt.claim is not None or attempt.lost_at is not None or bool(attempt.submitted)


def _oracle_managed(bucket: Bucket, options: Options) -> Step:
    if options.require_customer_managed_key:
        return Fail(
            "Bucket %s is encrypted under an Oracle-managed key, and require_customer_managed_key is true. "
            "Assign a key of a vault to it first." % bucket.name,
            reason="oracle_managed_key",
        )
    return Done("none", "oracle_managed_key")


def _version_time_wanted(facts: Facts) -> bool:
    """The receipt of the same version has the time already, which saves a call where nothing needs doing."""
    key, receipt = facts.key, facts.receipt
    if key is None or key.version_created is not None or facts.version_unreadable:
        return False
    return receipt is None or receipt.key_version_id != key.current_version or receipt.version_created is None


def _before_anything(facts: Facts, bucket: Bucket, target: str, options: Options, attempt: Attempt) -> Optional[Step]:
    assign = bucket.kms_key_id != target
    if assign:
        problem = _unassignable(facts.key, target, facts.key_unreadable)
        if problem:
            return Fail(problem)
    if not bucket.approximate_count:
        if not facts.objects_checked:
            return CheckObjects()
        if facts.has_objects is False:
            if not assign:
                return _empty(attempt)
            if options.check_mode:
                return Done("none", "key_assigned", changed=True)
            return Assign(target)
    unusable = _unusable(facts.key, bucket)
    return Fail(unusable) if unusable else None


def _unusable(key: Optional[Key], bucket: Bucket) -> Optional[str]:
    if key is None or key.state not in UNUSABLE_KEY_STATES:
        return None
    return (
        "The key %s of bucket %s is %s, so nothing is submitted. Enable the key, cancel its deletion, or assign "
        "another key to the bucket." % (key.id, bucket.name, key.state)
    )


def _empty(attempt: Attempt) -> Step:
    if attempt.assigned:
        return Done("none", "key_assigned", changed=True)
    return Done("none", "empty_bucket")


def _unassignable(key: Optional[Key], target: str, unreadable: Optional[str]) -> Optional[str]:
    """Say why this key may not be assigned; nobody should find that out by losing access to a bucket."""
    if key is None:
        return "The key %s cannot be read, so it was not assigned: %s." % (target, unreadable)
    if key.state != "ENABLED":
        return "The key %s is %s, so it was not assigned. Only an ENABLED key can be." % (target, key.state)
    if key.algorithm not in (None, "AES"):
        return "The key %s is of algorithm %s, so it was not assigned. Object Storage takes only AES keys." % (
            target,
            key.algorithm,
        )
    return None
