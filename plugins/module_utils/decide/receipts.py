# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The receipt: what the last re-encryption of a bucket was made for, as two texts. Pure encoding, no I/O.

``rekey-receipt``      ``<state> scope=… time=… last=… version=… created=… key=… by=… sum=…``
``rekey-work-request`` the work request's OCID, once there is one

``sum`` binds the text to its bucket and its work request, so that a receipt which was edited by hand or copied from
another bucket is not taken for a proof. It guards against accidents, not against somebody who may write tags.
"""

from __future__ import annotations

import hashlib
import re
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import Bucket, iso_time

RECEIPT_TAG = "rekey-receipt"
WORK_REQUEST_TAG = "rekey-work-request"

TAGS = (RECEIPT_TAG, WORK_REQUEST_TAG)

#: The longest value of a tag.
MAX_VALUE = 256

CLAIMED = "claimed"
SUBMITTED = "submitted"
COMPLETED = "completed"

ALL = "all"
BUCKET_KEY = "bucket-key"

#: Stands for the version of a key that could not be read: it matches nothing.
UNKNOWN_VERSION = "unknown"

_FORMAT = re.compile(
    r"(?P<state>claimed|submitted|completed)"
    r" scope=(?P<scope>all|bucket-key)"
    r" time=(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z)"
    r"(?: last=(?P<last>\d{1,3}(?:\.\d{3})?))?"
    r" version=(?P<version>\S+)"
    r"(?: blind=(?P<blind>all|bucket-key))?"
    r"(?: open=(?P<open>[1-9]\d{0,8}))?"
    r"(?: created=(?P<created>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ))?"
    r" key=(?P<key>[0-9a-f]{16})"
    r" by=(?P<nonce>[0-9a-f]{12})"
    r" sum=(?P<sum>[0-9a-f]{12})"
)


def key_digest(key_id: str) -> str:
    """Shorten a key's OCID to the 16 characters that fit beside its version's."""
    return hashlib.sha256(key_id.encode("utf-8")).hexdigest()[:16]


@dataclass(frozen=True)
class Kept:
    """What the last completed receipt said, in the receipt of an attempt that was made without the key's version."""

    key_version_id: str
    scope: str


@dataclass(frozen=True)
class Receipt:
    """``time`` is the service's, of the look before the claim; ``nonce`` names the run that made the claim."""

    state: str
    key_version_id: str
    key: str
    scope: str
    time: float
    nonce: str
    version_created: Optional[float] = None
    work_request_id: Optional[str] = None
    #: The open uploads that its re-encryption could not reach, and an earlier proof; of such a one are also ``version_created``
    #: and ``open``.
    open: int = 0
    kept: Optional[Kept] = None
    #: Of a claim: how long before ``time`` the newest re-encryption was accepted that had been listed by then, in seconds.
    last: float = 0.0

    @property
    def since(self) -> float:
        """From when on an accepted re-encryption is newer than all that were listed before the claim, by their own clock."""
        return self.time - self.last

    def proof(self) -> Optional[Receipt]:
        """What is proven of this key: by a completed receipt itself, or by the one that a blind attempt keeps."""
        if self.kept is None:
            return self if self.state == COMPLETED else None
        kept = self.kept
        return replace(self, state=COMPLETED, key_version_id=kept.key_version_id, scope=kept.scope, kept=None)

    def covers(self, scope: str) -> bool:
        """Whether this scope includes the wanted one: ``all`` includes ``bucket-key``."""
        return self.scope in (ALL, scope)

    def submitted(self, work_request_id: str) -> Receipt:
        return replace(self, state=SUBMITTED, work_request_id=work_request_id, last=0.0)

    def completed(self) -> Receipt:
        return replace(self, state=COMPLETED)

    def as_result(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "key_version_id": self.key_version_id,
            "work_request_id": self.work_request_id,
            "time": iso_time(self.time),
        }


class ReceiptDoesNotFit(ValueError):
    """The receipt is longer than a tag's value may be, or has what no receipt can hold."""


def _checksum(body: str, work_request_id: Optional[str], bucket: Bucket) -> str:
    # The id outlives a rename; the name is all there is where the service gives no id.
    owner = bucket.id or "%s/%s" % (bucket.namespace, bucket.name)
    text = "\n".join((body, work_request_id or "", owner))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


def encode(receipt: Receipt, bucket: Bucket) -> dict[str, str]:
    """The receipt's texts, by the names of their tags. Raises ReceiptDoesNotFit where one would be too long, or be no receipt."""
    head = "%s scope=%s time=%s" % (receipt.state, receipt.scope, _exact_time(receipt.time))
    last = " last=%.3f" % receipt.last if receipt.last else ""
    version = " version=%s" % (receipt.kept.key_version_id if receipt.kept else receipt.key_version_id)
    version += " blind=%s" % receipt.kept.scope if receipt.kept else ""
    version += " open=%d" % receipt.open if receipt.open else ""
    tail = " key=%s by=%s" % (receipt.key, receipt.nonce)
    created = " created=%s" % iso_time(receipt.version_created) if receipt.version_created is not None else ""
    # A claim needs the room of what will take its place: after the POST is too late.
    room = MAX_VALUE - len(" sum=") - 12 - max(0, len(SUBMITTED) - len(receipt.state))
    # What gives way, in this order, saves a call, and another submission after a crash where clocks differ.
    bodies = (head + last + version + created + tail, head + last + version + tail, head + version + tail)
    body = next((one for one in bodies if len(one) <= room), bodies[-1])
    if len(body) > room or len(receipt.work_request_id or "") > MAX_VALUE:
        raise ReceiptDoesNotFit("the receipt is longer than the %d characters of a tag" % MAX_VALUE)
    texts = {RECEIPT_TAG: "%s sum=%s" % (body, _checksum(body, receipt.work_request_id, bucket))}
    if _FORMAT.fullmatch(texts[RECEIPT_TAG]) is None:
        # Whoever wrote it would not believe it, and write another for ever.
        raise ReceiptDoesNotFit("the receipt would not be understood by the next run")
    if receipt.work_request_id:
        texts[WORK_REQUEST_TAG] = receipt.work_request_id
    return texts


def parse(texts: Mapping[str, str], bucket: Bucket) -> tuple[Optional[Receipt], Optional[str]]:
    """Read the receipt from its texts: ``(receipt, None)``, ``(None, None)`` or ``(None, warning)``."""
    text, work_request_id = texts.get(RECEIPT_TAG), texts.get(WORK_REQUEST_TAG)
    if text is None:
        if work_request_id is None:
            return None, None
        return None, _distrust(bucket, "there is a tag %s without a tag %s" % (WORK_REQUEST_TAG, RECEIPT_TAG))
    match = _FORMAT.fullmatch(text)
    if match is None:
        return None, _distrust(bucket, "the tag %s is not a receipt" % RECEIPT_TAG)
    if _checksum(text.rsplit(" sum=", 1)[0], work_request_id, bucket) != match.group("sum"):
        return None, _distrust(bucket, "its checksum is wrong: edited by hand, or copied from another bucket")
    state = match.group("state")
    if (state == CLAIMED) == bool(work_request_id):
        return None, _distrust(bucket, "a %s receipt and the tag %s do not agree" % (state, WORK_REQUEST_TAG))
    try:
        time = _seconds(match.group("time"))
        created = _seconds(match.group("created")) if match.group("created") else None
    except ValueError:
        return None, _distrust(bucket, "it names a time that does not exist")
    return (
        Receipt(
            state=state,
            key_version_id=UNKNOWN_VERSION if match.group("blind") else match.group("version"),
            key=match.group("key"),
            scope=match.group("scope"),
            time=time,
            nonce=match.group("nonce"),
            version_created=created,
            work_request_id=work_request_id,
            last=float(match.group("last") or 0.0),
            open=int(match.group("open") or 0),
            kept=Kept(match.group("version"), match.group("blind")) if match.group("blind") else None,
        ),
        None,
    )


def _exact_time(seconds: float) -> str:
    """RFC 3339, with milliseconds where there are any."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    text = iso_time(float(whole)) or ""
    return "%s.%03dZ" % (text[:-1], milliseconds) if milliseconds else text


def _seconds(text: str) -> float:
    whole, _dot, fraction = text.rstrip("Z").partition(".")
    return timegm(datetime.fromisoformat(whole).timetuple()) + int(fraction or 0) / 1000


def _distrust(bucket: Bucket, why: str) -> str:
    return "The receipt on bucket %s is not trusted, and treated as none: %s." % (bucket.name, why)
