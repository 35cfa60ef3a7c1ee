# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Once: whether a submission is a second one for the same key version, and what caused it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import CLAIMED, UNKNOWN_VERSION

if TYPE_CHECKING:
    from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import Receipt
    from tests.histories.book import Book
    from tests.histories.entries import Accepted, Write
    from tests.histories.runs import Run

FORCED = "force"
FAILED = "an earlier one failed or was canceled"
FORGOTTEN = "the service forgot an earlier one"
HIDDEN = "the service hid an earlier one"
UNLISTED = "work requests could not be listed"
LATE = "an answer was lost, and its effect came after another's was taken for it"
TOUCHED = "somebody else changed the bucket between claim and id"
STRIPPED = "somebody else took the receipt away"
MOVED = "the bucket was moved to another key and back"
FOREIGN = "somebody else re-encrypted while the attempt lay open"
UNREADABLE = "the key cannot be read"
WIDER = "a claim for everything replaced the receipt for bucket keys only"
NO_RECEIPT = "no receipt can be kept on the bucket"
UPLOADS = "open uploads that the receipt counted have ended"
#: Not allowed.
NONE = "nothing"


def of_second(book: Book, accepted: Accepted, run: Run) -> str | None:
    """The cause of a second submission, None where it is the first for its key, version and scope."""
    purpose = _purpose(accepted)
    earlier = [one for one in book.accepted if one.run is not None and _same(_purpose(one), purpose)]
    if not earlier:
        return None
    if run.options.force or (earlier[-1].run is not None and earlier[-1].run.options.force):
        return FORCED
    if purpose[1] == UNKNOWN_VERSION:
        return UNREADABLE
    if run.reconciler.attempt.reason == "uploads_ended":
        # The last one that a receipt tells of. It may have been adopted for another's claim.
        told = (_proof_by(book, one) for one in reversed(earlier))
        proof = next((each for each in told if each is not None), None)
        return UPLOADS if proof is not None and book.open_since(proof.time) < proof.open else NONE
    if _weak(run):
        return NO_RECEIPT
    if accepted.sent.late:
        return LATE
    if run.reconciler.facts.unlisted:
        # Said twice, so what they would show is not known.
        return UNLISTED
    # The receipt tells of the last one only: it is the one that must have been made useless by something.
    return _reason(book, earlier[-1], accepted) or _of_two(book, earlier) or NONE


def _proof_by(book: Book, one: Accepted) -> Receipt | None:
    named = (w.receipt for w in book.writes if w.receipt is not None and w.receipt.work_request_id == one.id)
    return next(named, one.sent.claim)


def _of_two(book: Book, earlier: list[Accepted]) -> str | None:
    """Of two for one claim nobody can tell which it was where one may be for bucket keys only: why there were two."""
    if len(earlier) < 2 or earlier[-1].sent.claim is None or earlier[-1].sent.claim != earlier[-2].sent.claim:
        return None
    return book.cause_of.get(earlier[-1].id)


def _weak(run: Run) -> bool:
    why = run.reconciler.facts.tags_unusable
    # One refusal alone is no reason to do without a receipt.
    return run.options.receipt != "tag" or (why is not None and not ("failed: 4" in why and run.refusals < 2))


def _purpose(accepted: Accepted) -> tuple[str, str, str]:
    """The key, version and scope that it was claimed for, or without a claim those that it was accepted under."""
    claim = accepted.sent.claim
    if claim is None:
        return receipts.key_digest(accepted.kms_key_id), accepted.version, accepted.scope
    return claim.key, claim.key_version_id, claim.scope


def _same(earlier: tuple[str, str, str], later: tuple[str, str, str]) -> bool:
    return earlier[:2] == later[:2] and earlier[2] in (receipts.ALL, later[2])


def _reason(book: Book, earlier: Accepted, later: Accepted) -> str | None:
    if book.status(earlier.id) in ("FAILED", "CANCELED", "CANCELING", "COMPLETED with errors"):
        return FAILED
    if book.forgotten(earlier.id):
        return FORGOTTEN
    if any(run is not None and book.hidden(earlier, run) for run in (earlier.run, later.run)):
        return HIDDEN
    if earlier.run is None:
        return None
    if _weak(earlier.run):
        return NO_RECEIPT
    begun, recorded = _span(book, earlier)
    strangers = [write for write in book.writes if _by_others(write) and begun <= write.number <= later.number]
    if any(write.before.kms_key_id != write.after.kms_key_id for write in strangers):
        return MOVED
    if any(write.number < recorded for write in strangers):
        return TOUCHED
    if _touched(book, later):
        return TOUCHED
    forced = [write for write in book.writes if write.run is not None and write.run.options.force]
    if any(begun < write.number < later.number and _claims(write) for write in forced):
        return FORCED
    unknown = [write for write in book.writes if begun < write.number < later.number and _claims(write)]
    if any(_blindly(write) and not _had_proof(write, _purpose(earlier)) for write in unknown):
        return UNREADABLE
    if any(write.receipt is None and write.receipt_before is not None for write in strangers):
        return STRIPPED
    wider = [write for write in book.writes if begun < write.number < later.number and _claims(write)]
    if earlier.scope != receipts.ALL and any(w.receipt is not None and w.receipt.scope == receipts.ALL for w in wider):
        return WIDER
    # And of one between, whose void claim took the receipt along that it had replaced.
    between = [one for one in book.accepted if one is not earlier and one.number > begun]
    if any(_touched(book, one, min(_span(book, one)[1], later.number)) for one in between):
        return TOUCHED
    # Whatever came after the list that was looked at before the claim is as new as what came after the claim.
    claimed = earlier.sent.claim.since if earlier.sent.claim is not None else float("inf")
    foreign = [one for one in book.accepted if one.run is None or _weak(one.run)]
    if any(one.number >= begun or one.time >= claimed for one in foreign):
        return FOREIGN
    if receipts.key_digest(earlier.kms_key_id) != _purpose(earlier)[0]:
        return MOVED
    if book.hid_before(next((write for write in book.writes if write.number == begun), None), earlier):
        return HIDDEN
    if any(write.run is not None and write.run.refusals >= 2 for write in wider):
        # It could not see whether what it claimed over was a proof.
        return UNLISTED
    return None


def _blindly(write: Write) -> bool:
    return write.receipt is not None and write.receipt.key_version_id == UNKNOWN_VERSION


def _had_proof(write: Write, purpose: tuple[str, str, str]) -> bool:
    """Whether a claim without the key's version was made over a proof, which it must keep."""
    proof = write.receipt_before.proof() if write.receipt_before is not None else None
    same_key = write.before.kms_key_id == write.after.kms_key_id
    return same_key and proof is not None and _same((proof.key, proof.key_version_id, proof.scope), purpose)


def _touched(book: Book, accepted: Accepted, recorded: float | None = None) -> bool:
    """Whether somebody else changed the bucket between its claim and its acceptance, or its id, so that no receipt tells of it."""
    claimed, until = _span(book, accepted)[0], accepted.number if recorded is None else recorded
    return any(_by_others(write) and claimed < write.number < until for write in book.writes)


def _by_others(write: Write) -> bool:
    """Whether it was none of the protocol's writes: a stranger's, or one that assigned a key."""
    return write.run is None or write.before.kms_key_id != write.after.kms_key_id


def _span(book: Book, accepted: Accepted) -> tuple[int, float]:
    """From the claim to the first receipt that names the work request, as numbers in the book."""
    claims = [write for write in book.writes if write.number < accepted.number and _is_claim(write, accepted)]
    ids = [write for write in book.writes if write.receipt is not None and write.receipt.work_request_id == accepted.id]
    return (claims[-1].number if claims else accepted.number), (ids[0].number if ids else float("inf"))


def _is_claim(write: Write, accepted: Accepted) -> bool:
    return write.run is accepted.run and _claims(write)


def _claims(write: Write) -> bool:
    return write.receipt is not None and write.receipt.state == CLAIMED
