# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a failed step comes to in the end, where no other try is worth it: a function for each. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.decide.explain import (
    explain,
    no_namespace,
    reading_takes,
    reason_behind,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.replication import UNREAD
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Situation
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Fail, ListUploads, Step

#: A service that is asked for this and lacks it: an etag or a date, in a look. In tries.
BARE = "Bare"
BARE_LOOKS = 5


@dataclass(frozen=True)
class Failure:
    """A step that failed; ``count`` is how often in a row, ``since``, ``alike`` and ``busy`` are those of its Row.

    What is believed must have been said more than once, whatever failed in between.
    """

    step: Step
    error: ApiError
    namespace: str
    name: str
    count: int
    since: float
    #: No call is begun at this or later.
    last_call: float = float("inf")
    alike: int = 1
    busy: int = 0


@dataclass(frozen=True)
class Verdict:
    """What follows: members of facts and attempt that change, and a pause, after which there is another decision; or the end."""

    pause: float = 0.0
    facts: Mapping[str, Any] = field(default_factory=dict)
    attempt: Mapping[str, Any] = field(default_factory=dict)
    saw: Optional[WorkRequest] = None
    #: The list could not be read: it is to be taken for empty, and what it would have shown for unknown.
    unlisted: bool = False
    warning: Optional[str] = None
    end: Optional[Fail] = None


def no_receipt(here: Situation, why: str, name: str, error: Optional[ApiError] = None) -> Verdict:
    """Go on from work requests alone, of which another list is wanted than for a claim. Not where a namespace was asked for."""
    if here.options.place.namespace is not None:
        is_refused = error is not None and error.code != BARE
        action = "submit" if here.attempt.may_have_submitted else "none"
        why = "The service said: %s" % why if is_refused else why
        return Verdict(end=Fail(no_namespace(here, why, name, is_refused), action, here.attempt.reason, error))
    return Verdict(
        facts={"tags_unusable": why, "receipt": None, "listing": None},
        attempt={"accepted": None},
        warning="No receipt can be kept on bucket %s, so this run decides from work requests alone. That is a weaker proof. The cause: %s"
        % (name, why),
    )


def out_of_time(here: Situation, step: Step, calls_in_list: int, last: Optional[ApiError]) -> Fail:
    """There is no time left to begin another call."""
    why, then = "The service answers too slowly to go on", "Run again: the next run goes on from here."
    if calls_in_list:
        what = "bucket's open uploads" if isinstance(step, ListUploads) else "compartment's work requests"
        why = "The list of the %s could not be read to its end, after %d calls" % (what, calls_in_list)
        then = "Run again with a longer one."
    if last is not None:
        why = last.line()
    if here.attempt.lost_at is not None:
        why, then = (
            "The answer to ReencryptBucket was lost, and whether the service accepted it could not be looked up: %s"
            % why,
            "Run again: the next run finds out, and does not submit twice.",
        )
    return Fail(
        "%s; wait_timeout (%d seconds) is over. %s" % (why, here.options.wait_timeout, then),
        action="submit" if here.attempt.may_have_submitted else "none",
        reason=here.attempt.reason,
        error=last,
    )


def _of_lost_post(told: str) -> str:
    return (
        "The answer to ReencryptBucket was lost, and whether the service accepted it could not be looked up: %s. "
        "Run again: the next run finds out, and does not submit twice." % told.rstrip(".")
    )


def end(here: Situation, failure: Failure) -> Verdict:
    attempt, step, error = here.attempt, failure.step, failure.error
    told = explain(here, step, error, failure.namespace, failure.name)
    reason = attempt.reason or reason_behind(step)
    action = "submit" if attempt.may_have_submitted else "none"
    if reason is None and attempt.joined is not None:
        action, reason = "join", "in_progress"
    return Verdict(end=Fail(_of_lost_post(told) if attempt.lost_at is not None else told, action, reason, error))


def bare_or_end(here: Situation, failure: Failure) -> Verdict:
    """A claim needs a date and an etag. Where no answer has them, the bucket is as it was seen, and no receipt is kept."""
    if failure.error.code == BARE and failure.alike >= BARE_LOOKS:
        return no_receipt(here, failure.error.message, failure.name, failure.error)
    return end(here, failure)


def key_unreadable(here: Situation, failure: Failure) -> Verdict:
    """A refusal is the truth about this user; a vault in trouble is another answer later."""
    error, key_id = failure.error, getattr(failure.step, "key_id", "")
    if error.status not in (403, 404):
        return end(here, failure)
    return Verdict(
        facts={"key": None, "key_unreadable": error.line()},
        warning="The key %s cannot be read, so nothing can prove which version is its current one: %s"
        % (key_id, error.line()),
    )


def version_unreadable(here: Situation, failure: Failure) -> Verdict:
    told = "The time at which the key's current version was created cannot be read: %s" % failure.error.line()
    return Verdict(facts={"version_unreadable": True}, warning=told)


def replication_unread(here: Situation, failure: Failure) -> Verdict:
    """A re-encryption that may be for an older version is worth making, and proves nothing."""
    error, step = failure.error, failure.step
    if error.status == 401 or error.signed_out:
        return end(here, failure)
    told = "It cannot be read whether the key's current version has come to the region of bucket %s, so a re-encryption proves nothing: %s"
    warning = told % (failure.name, error.line())
    if error.status in (403, 404):
        warning += " %s" % reading_takes(here)
    version = getattr(step, "version_id", "")
    return Verdict(facts={"replication": {**here.facts.replication, version: UNREAD}}, warning=warning)


def namespace_unread(here: Situation, failure: Failure) -> Verdict:
    """Whoever may use a tag namespace need not be allowed to look at it: that foretells no failure."""
    error = failure.error
    if error.status == 401 or error.signed_out:
        return end(here, failure)
    told = "Check mode could not see whether the tag namespace %s can be used: %s" % (
        here.options.place.namespace,
        error.line(),
    )
    if error.status in (403, 404):
        told += " This needs the statement: Allow group <group> to inspect tag-namespaces in tenancy"
    return Verdict(facts={"tag_namespace_unread": True}, warning=told)


def not_empty(here: Situation, failure: Failure) -> Verdict:
    told = "It cannot be seen whether bucket %s is empty, so it counts as not empty: %s"
    return Verdict(facts={"objects_checked": True}, warning=told % (failure.name, failure.error.line()))


def unlisted(here: Situation, failure: Failure) -> Verdict:
    told = "Work requests cannot be listed, so a re-encryption by somebody else is not seen: %s"
    return Verdict(unlisted=True, warning=told % failure.error.line())


def uploads_unlisted(here: Situation, failure: Failure) -> Verdict:
    told = (
        "The open multipart uploads of bucket %s cannot be listed, so those under an older key version are not seen: %s"
    )
    return Verdict(facts={"uploads_unlisted": True}, warning=told % (failure.name, failure.error.line()))


def no_errors(here: Situation, failure: Failure) -> Verdict:
    wanted = getattr(failure.step, "work_request_id", "")
    seen = here.facts.seen(wanted)
    if seen is None or seen.status == "COMPLETED":
        # Whether it proves anything is not known: the next run asks again.
        return end(here, failure)
    return Verdict(facts={"errors_read": here.facts.errors_read | {wanted}})


def errors_refused(here: Situation, failure: Failure) -> Verdict:
    """A user who may not read errors has the status alone: that is said, and believed."""
    wanted = getattr(failure.step, "work_request_id", "")
    seen = here.facts.seen(wanted)
    if seen is None or failure.error.status not in (403, 404):
        return no_errors(here, failure)
    told = "The errors of work request %s cannot be read (OBJECT_READ), so only its status counts: %s"
    warning = told % (wanted, failure.error.line()) if seen.status == "COMPLETED" else None
    return Verdict(facts={"errors_read": here.facts.errors_read | {wanted}}, warning=warning)


def tags_refused(here: Situation, failure: Failure) -> Verdict:
    step, error = failure.step, failure.error
    if getattr(step, "assign", None) is not None or error.status not in (400, 403, 404):
        return end(here, failure)
    return no_receipt(here, error.line(), failure.name, error)


def post_refused(here: Situation, failure: Failure) -> Verdict:
    """A claim that stayed would keep the next run waiting."""
    if failure.error.retryable and here.attempt.claim is None:
        return end(here, failure)
    return Verdict(attempt={"refused": failure.error})


def stuck(here: Situation, failure: Failure) -> Verdict:
    """A claim that stays is taken over after its grace."""
    return Verdict(
        attempt={"stuck": True, "claim": None, "claim_etag": None},
        warning="The claim on bucket %s could not be taken back. A later run replaces it when it is claim_grace seconds old. %s"
        % (failure.name, failure.error.line()),
    )
