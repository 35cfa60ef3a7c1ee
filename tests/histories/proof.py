# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Safety: what a completed receipt says, asked of the objects' own wrapping; and the one assumption that may excuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import COMPLETED, Receipt
from tests.simulator.keys import KeyVersion

if TYPE_CHECKING:
    from tests.histories.book import Book
    from tests.histories.entries import Snapshot
    from tests.histories.runs import Run

#: docs/receipt.md, "The one assumption".
OPEN_ATTEMPT = "moved to another key, re-encrypted by hand and moved back while a crashed or stalled attempt lay open"
KEYS_ONLY = "somebody re-encrypted bucket keys only where the answer to a whole re-encryption was lost"
HIDDEN = "a list did not show what had been accepted before the claim"
AFTERWARDS = "moved to another key, re-encrypted by hand and moved back after the completion"
ERRORS = "the service forgot the errors of a work request as soon as it had ended"
ERRORS_REFUSED = "the errors of a work request may not be read, so that only its status counts"
UNLISTED = "the open uploads could not be listed"
BUCKET_KEY = "an upload was begun long after a rotation, or an object written during the re-encryption, under the older bucket key"
WRITTEN = "objects were written while the bucket was under another key, and it was moved back"
#: docs/terraform.md, on `receipt: none`.
MOVED = "the bucket was under another key"
KEYS_ONLY_LISTED = "the list does not tell a re-encryption of bucket keys only"


def unwraps(version: KeyVersion, wrapped: bytes) -> bool:
    try:
        version.unwrap(wrapped)
    except InvalidUnwrap:
        return False
    return True


def problem(book: Book, receipt: Receipt, snapshot: Snapshot, run: Run) -> str | None:
    """Say why this completed receipt is no proof, given what was true when it was read or written."""
    accepted = next((one for one in book.accepted if one.id == receipt.work_request_id), None)
    if accepted is None:
        return f"its work request {receipt.work_request_id} was never accepted"
    if book.status(accepted.id) != "COMPLETED":
        return f"its work request is {book.status(accepted.id)}"
    if snapshot.kms_key_id is None or receipt.key != receipts.key_digest(snapshot.kms_key_id):
        return "the bucket has another key"
    if accepted.kms_key_id != snapshot.kms_key_id:
        return "its work request was accepted under another key"
    if receipt.key_version_id != accepted.version:
        return f"its work request was accepted under version {accepted.version[-8:]}, not {receipt.key_version_id[-8:]}"
    if receipt.scope == receipts.ALL and accepted.scope != receipts.ALL:
        return "its work request was for bucket keys only"
    # The key may be rotated, and the bucket re-encrypted again, between the last look at the key and the answer.
    newer = book.versions_since(accepted.kms_key_id, accepted.version)
    allowed = newer[:1] if snapshot.version == accepted.version else newer
    if accepted.scope == receipts.ALL:
        for version_id in accepted.objects:
            wrapped = snapshot.wrapped.get(version_id)
            if wrapped is not None and not any(book.unwraps(snapshot.kms_key_id, one, wrapped) for one in allowed):
                return f"object {version_id[-4:]} is not wrapped by version {accepted.version[-8:]}"
    return None


def assumption(book: Book, receipt: Receipt, run: Run) -> str | None:
    """Which documented assumption this history does not keep, if any."""
    claimed = next((write for write in book.writes if begins(write.receipt, receipt)), None)
    if book.hid_before(claimed):
        return HIDDEN
    start = claimed.number if claimed is not None else 0
    accepted = next((one for one in book.accepted if one.id == receipt.work_request_id), None)
    if accepted is not None and book.status(accepted.id).endswith("errors"):
        if book.forgotten(accepted.id):
            return ERRORS
        if any(one.refusals >= 2 for one in book.runs):
            return ERRORS_REFUSED
    if accepted is not None and accepted.scope != receipt.scope:
        by = accepted.run.nonce if accepted.run is not None else None
        return KEYS_ONLY if by != receipt.nonce else None
    elsewhere = [
        one for one in book.accepted if one.number > start and receipts.key_digest(one.kms_key_id) != receipt.key
    ]
    if not elsewhere:
        return None
    completion = next((write for write in book.writes if _completes(write.receipt, receipt)), None)
    if completion is not None and all(one.number > completion.number for one in elsewhere):
        # While the service remembers it, verify_history must find it.
        seen = run.options.verify_history and not any(
            book.forgotten(one.id) or book.hidden(one, run) for one in elsewhere
        )
        return None if seen else AFTERWARDS
    maker = next((other for other in book.runs if other.nonce == receipt.nonce), None)
    if maker is None:
        return None
    failed = maker.over and not maker.dead and type(maker.reconciler.outcome).__name__ == "Fail"
    # Its own calls take a while too: what counts is that the claim got older than its grace.
    if maker.dead or failed or maker.stall(book.now) >= 0.9 * maker.options.claim_grace:
        return OPEN_ATTEMPT
    if any(book.forgotten(one.id) for one in elsewhere):
        return OPEN_ATTEMPT
    return None


def weak_problem(book: Book, run: Run, snapshot: Snapshot) -> str | None:
    """Say why the bucket is not as a run without a receipt says, given what was true at its last look."""
    key = run.reconciler.facts.key
    if key is None or key.id != snapshot.kms_key_id:
        return "the bucket has another key"
    # The key may have been rotated since the run read it: what is under the newer version is as well proven.
    good = book.versions_since(key.id, key.current_version)
    under = [one for one in book.accepted if one.kms_key_id == key.id and one.version in good]
    whole = [one for one in under if one.scope == receipts.ALL or run.options.bucket_key_only]
    if not any(book.status(one.id) == "COMPLETED" for one in whole):
        return f"nothing was accepted under version {key.current_version[-8:]} or a newer one and completed"
    return None


def weakness(book: Book, run: Run) -> str | None:
    """Which of the documented weaknesses of a proof without a receipt this history shows, if any."""
    key = run.reconciler.facts.key
    if key is not None and any(one.kms_key_id != key.id for one in book.accepted):
        return MOVED
    if key is not None and any(
        one.scope != receipts.ALL and one.version == key.current_version for one in book.accepted
    ):
        return KEYS_ONLY_LISTED
    return None


def begins(written: Receipt | None, receipt: Receipt) -> bool:
    """Whether this was written for the same attempt."""
    return written is not None and written.nonce == receipt.nonce and written.time == receipt.time


def _completes(written: Receipt | None, receipt: Receipt) -> bool:
    return written is not None and written.state == COMPLETED and written.work_request_id == receipt.work_request_id
