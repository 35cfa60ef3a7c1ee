# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The decision: a pure function from what was observed to the next single step. No I/O.

It asks for a fact when it needs one, so a bucket whose receipt proves it costs one look and one key.
"""

from __future__ import annotations

from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import UNUSABLE_KEY_STATES, Bucket, Key
from ansible_collections.rekey.oci.plugins.module_utils.decide import (
    replication,
    uploads,
    waiting,
    with_receipt,
    without_receipt,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.attempt import Attempt
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options, Situation
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


def next_step(here: Situation) -> Step:
    """Decide the next step."""
    return uploads.told(here, replication.told(here, _next_step(here)))


def _next_step(here: Situation) -> Step:
    facts = here.facts
    if facts.bucket is None:
        return Look()
    target = here.target
    if target is None:
        return _oracle_managed(here.bucket, here.options)
    if facts.key_unreadable is None and (facts.key is None or facts.key.id != target):
        return ReadKey(target)
    misled = replication.misled(facts)
    if misled and not here.attempt.under_way:
        return Fail(misled)
    if facts.key is not None and facts.version_created() is None and not facts.version_unreadable:
        return ReadVersion()
    if facts.missing:
        return waiting.seek(here)
    if not here.attempt.under_way:
        step = _before_anything(here, target)
        if step is not None:
            return step
    step = with_receipt.next_step(here) if here.keeps_receipt else without_receipt.next_step(here)
    unusable = _unusable(facts.key, here.bucket)
    if unusable and isinstance(step, (Assign, Claim)):
        # It became so while this run was at work: what it did goes on, but nothing more is begun.
        return Fail(unusable, action="submit" if here.attempt.submitted else "none", reason=here.attempt.reason)
    return step


def _oracle_managed(bucket: Bucket, options: Options) -> Step:
    if options.require_customer_managed_key:
        return Fail(
            "Bucket %s is encrypted under an Oracle-managed key, and require_customer_managed_key is true. "
            "Assign a key of a vault to it first." % bucket.name,
            reason="oracle_managed_key",
        )
    return Done("none", "oracle_managed_key")


def _before_anything(here: Situation, target: str) -> Optional[Step]:
    facts, bucket = here.facts, here.bucket
    if here.assigns:
        problem = _unassignable(facts.key, target, facts.key_unreadable)
        if problem:
            return Fail(problem)
    if not bucket.approximate_count:
        if not facts.objects_checked:
            return CheckObjects()
        if facts.has_objects is False and not here.assigns:
            return uploads.look(here) or _empty(here.attempt)
        if facts.has_objects is False:
            return Done("none", "key_assigned", changed=True) if here.options.check_mode else Assign(target)
    unusable = _unusable(facts.key, bucket)
    return Fail(unusable) if unusable else None


def _unusable(key: Optional[Key], bucket: Bucket) -> Optional[str]:
    if key is None or key.state in (None, "ENABLED"):
        return None
    if key.state not in UNUSABLE_KEY_STATES:
        return "The key %s of bucket %s is %s, so nothing is submitted. Run again once it is ENABLED." % (
            key.id,
            bucket.name,
            key.state,
        )
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
        return "The key %s is %s, so it was not assigned. Only an ENABLED key can be assigned." % (target, key.state)
    if key.algorithm not in (None, "AES"):
        return "The key %s is of algorithm %s, so it was not assigned. Object Storage takes only AES keys." % (
            target,
            key.algorithm,
        )
    return None
