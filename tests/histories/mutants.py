# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The protocol broken on purpose, one rule at a time: each must be caught, else the histories prove little.

The numbers are those of the rules in docs/receipt.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import Row
from ansible_collections.rekey.oci.plugins.module_utils.decide import (
    claiming,
    completing,
    endings,
    failing,
    replication,
    uploads,
    waiting,
    with_receipt,
    without_receipt,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.attempt import Attempt
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import ALL_CLEAR, Assignment
from ansible_collections.rekey.oci.plugins.module_utils.decide.places import FREEFORM, DefinedTags
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import FORGOTTEN, Facts
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Complete,
    Drop,
    ListWorkRequests,
    Record,
    Submit,
)
from ansible_collections.rekey.oci.plugins.module_utils.reconcile import reconciler
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi

Mutate = Callable[[], Any]


def _taking(step: type, make: Callable[[Any], Any]) -> Mutate:
    """Replace how a kind of step is taken."""
    return lambda: patch.dict(reconciler.TAKE, {step: make(reconciler.TAKE[step])})


def _instead(owner: Any, name: str, make: Callable[[Any], Any]) -> Mutate:
    """Replace a function by what is made of it."""
    return lambda: patch.object(owner, name, make(getattr(owner, name)))


def _no_nonce(real: Any) -> Any:
    def init(
        self: Any, api: Any, namespace: Any, name: Any, options: Any, nonce: Any, *more: Any, **named: Any
    ) -> None:
        real(self, api, namespace, name, options, "0" * 12, *more, **named)

    return init


def _whatever_its_age(real: Any) -> Any:
    def own_claim(here: Any) -> Any:
        return real(replace(here, attempt=replace(here.attempt, claimed_at=here.now)))

    return own_claim


def _no_grace(real: Any) -> Any:
    def others_claim(here: Any, receipt: Any) -> Any:
        return real(replace(here, facts=replace(here.facts, receipt_seen_at=here.now - 1e6)), receipt)

    return others_claim


def _adopt_early(real: Any) -> Any:
    def others_claim(here: Any, receipt: Any) -> Any:
        if here.options.check_mode or not with_receipt.matches(here, receipt):
            return real(here, receipt)
        if here.facts.listing is None:
            return ListWorkRequests(receipt.time)
        for found in waiting.accepted_since(here.facts, receipt.time):
            return Record(receipt.submitted(found.id), here.bucket.etag)
        return real(here, receipt)

    return others_claim


def _against_any_etag(real: Any) -> Any:
    def record(run: Any, step: Any) -> None:
        run.facts.bucket, _date = run.api.get_bucket(run.namespace, run.name)
        real(run, replace(step, etag=run.facts.bucket.etag))

    return record


def _drop_anyones(real: Any) -> Any:
    def drop(run: Any, step: Any) -> None:
        run.facts.bucket, _date = run.api.get_bucket(run.namespace, run.name)
        real(run, step)

    return drop


def _forget_lost(_real: Any) -> Any:
    return lambda _here, _error: endings.Verdict()


def _retried(real: Any) -> Any:
    def reencrypt(*arguments: Any) -> Any:
        for _try in range(7):
            try:
                return real(*arguments)
            except ApiError as error:
                if not error.retryable:
                    raise
        return real(*arguments)

    return reencrypt


def _gone_at_once(real: Any) -> Any:
    def listed(facts: Any, *told: Any, **more: Any) -> None:
        missing = dict.fromkeys(facts.missing, FORGOTTEN)
        real(facts, *told, **more)
        facts.work_requests.update(missing)

    return listed


def _settled_for_good(real: Any) -> Any:
    def submit(run: Any, step: Any) -> None:
        try:
            real(run, step)
        finally:
            run.attempt.unsettled = False

    return submit


def _without_swap(real: Any) -> Any:
    def update(self: Any, bucket: Any, _etag: Any, *more: Any) -> Any:
        return real(self, bucket, None, *more)

    return update


def _blindly(_real: Any) -> Any:
    return lambda _here, receipt: Complete(receipt.completed())


def _four_minutes_slow(real: Any) -> Any:
    return lambda facts, service_time: real(facts, service_time) - 240.0


def _believed_once() -> Any:
    return patch.dict(failing.RULES, {step: rule._replace(asks=1) for step, rule in failing.RULES.items()})


def _touched_after_all(real: Any) -> Any:
    def changed(here: Any, failure: Any) -> Any:
        verdict = real(here, failure)
        return replace(verdict, attempt={**verdict.attempt, "accepted": None, "claim_etag": None})

    return changed


def _by_the_clock(real: Any) -> Any:
    def new_since(facts: Any, before: Any) -> Any:
        since = facts.receipt.time if facts.receipt is not None else 0.0
        return [one for one in real(facts, before) if (one.time_accepted or 0.0) >= since]

    return new_since


def _late_look(real: Any) -> Any:
    def look(here: Any, *more: Any) -> Any:
        receipt = here.facts.receipt
        return real(here, *more) if receipt is not None and receipt.state == "completed" else None

    return look


def _one_tag(real: Any) -> Any:
    def put(self: Any, bucket: Any, texts: Any) -> Any:
        change = real(self, bucket, texts)
        tags = {
            namespace: {name: value for name, value in told.items() if not str(value).startswith(self.NONE_YET)}
            for namespace, told in change.defined_tags.items()
        }
        return replace(change, defined_tags=tags)

    return put


def _freeform_too(real: Any) -> Any:
    return lambda self, bucket: real(self, bucket) or FREEFORM.texts(bucket)


def _always(value: Any) -> Callable[[Any], Any]:
    return lambda _real: lambda *_arguments: value


def _of_this_bucket_alone(real: Any) -> Any:
    return lambda self, listing, _unclear: real(self, listing, ALL_CLEAR)


def _any_version(_real: Any) -> Any:
    return lambda _here, _receipt: True


MUTANTS: dict[str, Mutate] = {
    "one refusal is believed": _believed_once,
    "one refusal is believed where another failure came before it": _instead(
        Row, "alike", lambda _r: property(lambda self: self.count)
    ),
    "a 412 is believed though nobody touched the bucket": _instead(failing, "_changed", _touched_after_all),
    "what is new is told by the clocks": _instead(waiting, "new_since", _by_the_clock),
    "no margin between two clocks": lambda: patch.object(without_receipt, "CLOCK_MARGIN", 0.0),
    "the count of open uploads is not kept": _instead(uploads, "count", _always(0)),
    "open uploads are listed after the POST": _instead(uploads, "look", _late_look),
    "no margin after a version's creation": lambda: patch.object(uploads, "CLOCK_MARGIN", 0.0),
    "what told its bucket late is new": _instead(Attempt, "remember", _of_this_bucket_alone),
    "what does not tell its bucket is another's, before a claim": _instead(waiting, "until_clear", _always(None)),
    "what does not tell its bucket is another's, after a lost answer": _instead(
        Assignment, "unclear", _always(ALL_CLEAR)
    ),
    "errors on record do not matter": _instead(waiting, "look_for_errors", _always(None)),
    "a blind attempt forgets what was proven": _instead(claiming, "keeping", lambda _r: lambda claim, _before: claim),
    "1: claims name nobody": _instead(Reconciler, "__init__", _no_nonce),
    "2: whoever's receipt is there is dropped": _taking(Drop, _drop_anyones),
    "3: the POST is sent however old the claim is": _instead(with_receipt, "_own_claim", _whatever_its_age),
    "4: a bare claim of another's is adopted early": _instead(with_receipt, "_others_claim", _adopt_early),
    "4: no grace": _instead(with_receipt, "_others_claim", _no_grace),
    "5: the id is written against any etag": _taking(Record, _against_any_etag),
    "6: a lost answer to the POST is forgotten": _instead(failing, "_posted", _forget_lost),
    "7: completed without looking": _instead(completing, "complete", _blindly),
    "7: re-encryptions by others are believed": _instead(completing, "doubtful", _always(False)),
    "8: what runs already is not waited for": _instead(waiting, "obstacle", _always(None)),
    "8: a receipt for any version or key is believed": _instead(with_receipt, "matches", _any_version),
    "the POST is retried, as the SDK does": _instead(OciApi, "reencrypt_bucket", _retried),
    "writes are not compared and swapped": _instead(OciApi, "update_bucket", _without_swap),
    "claims bear a local clock's time": _instead(claiming, "claim_time", _four_minutes_slow),
    "9: a claim's time is rounded down": _instead(
        claiming, "claim_time", lambda _r: lambda _f, service_time: service_time
    ),
    "10: what is new since a claim is told by two clocks": _instead(claiming, "_last", _always(0.0)),
    "10: a list from before the key was read serves": _instead(claiming, "list_is_old", _always(False)),
    "11: a key read before a rotation serves": _instead(with_receipt, "_key_may_be_old", _always(False)),
    "12: a claim that assigns a key names its version": _instead(claiming, "names_version", _always(True)),
    "13: a claim stays while another's re-encryption is waited for": _instead(
        claiming, "has_own_claim", _always(False)
    ),
    "14: one answer that a work request is gone is believed": _instead(Facts, "listed", _gone_at_once),
    "15: a lost POST that no list showed in time is given up": _taking(Submit, _settled_for_good),
    "16: a version that has not come to the bucket's region is claimed": _instead(replication, "look", _always(None)),
    "16: one whose way may not be read is claimed": _instead(
        replication, "blind", lambda _r: lambda facts: facts.key is None
    ),
    "a claim in a tag namespace writes one of its two tags": _instead(DefinedTags, "put", _one_tag),
    "a freeform receipt is believed beside a tag namespace": _instead(DefinedTags, "texts", _freeform_too),
    "16: uploads from before it came are not counted": _instead(replication, "lag", _always(0.0)),
}


@contextmanager
def mutated(name: str) -> Iterator[None]:
    with MUTANTS[name]():
        yield
