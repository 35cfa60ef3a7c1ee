# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one run wants, what it has seen, and what it has done: all that a decision may depend on. No I/O.

Times named ``*_at`` are seconds on the local monotonic clock; ``service_time`` is seconds since the epoch by the
service's clock. The two are never mixed, and the local wall clock is never asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional, Union

from ansible_collections.rekey.oci.plugins.module_utils.common.model import (
    Bucket,
    Key,
    TagNamespace,
    Upload,
    WorkRequest,
    known,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.attempt import Attempt
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import ALL_CLEAR, Unclear
from ansible_collections.rekey.oci.plugins.module_utils.decide.places import FREEFORM, DefinedTags, Place

#: Where two services' clocks have to be compared, they may differ by this, in seconds; and for this long after a rotation an
#: older version may be in use.
CLOCK_MARGIN = 300.0


@dataclass(frozen=True)
class Options:
    """The behaviour options of one bucket. Times in seconds."""

    force: bool = False
    bucket_key_only: bool = False
    require_customer_managed_key: bool = False
    receipt: str = "tag"
    receipt_tag_namespace: Optional[str] = None
    open_uploads: str = "warn"
    wait: bool = True
    wait_timeout: float = 1200
    wait_interval: float = 30
    claim_grace: float = 120
    verify_history: bool = False
    kms_key_id: Optional[str] = None
    check_mode: bool = False
    #: In check mode: tell how the bucket stands, not what a run would come to.
    looks: bool = False

    @property
    def scope(self) -> str:
        return receipts.BUCKET_KEY if self.bucket_key_only else receipts.ALL

    @property
    def place(self) -> Place:
        """Where a receipt is kept, if one is."""
        return DefinedTags(self.receipt_tag_namespace) if self.receipt_tag_namespace else FREEFORM

    @property
    def waits(self) -> bool:
        return self.wait and not self.check_mode

    @property
    def post_window(self) -> float:
        """How old a claim may be when the POST is sent. Its timeouts fit in the other half of the grace."""
        return self.claim_grace / 2


class Forgotten:
    """Stands for a work request that the service no longer knows, or does not show."""

    terminal = True
    status = None

    def __repr__(self) -> str:
        return "FORGOTTEN"


FORGOTTEN = Forgotten()

Seen = Union[WorkRequest, Forgotten]


@dataclass
class Facts:
    """What has been observed. None means that it has not been looked at."""

    bucket: Optional[Bucket] = None
    looked_at: float = 0.0
    service_time: Optional[float] = None
    receipt: Optional[receipts.Receipt] = None
    #: When this receipt's text was first seen.
    receipt_seen_at: float = 0.0

    key: Optional[Key] = None
    key_read_at: float = 0.0
    #: Why the key cannot be read, when it cannot.
    key_unreadable: Optional[str] = None
    version_unreadable: bool = False
    #: How far versions are on their way to the bucket's region: see replication.
    replication: dict[str, str] = field(default_factory=dict)
    #: Since when, and when last, one was seen to be on its way.
    replicating_since: Optional[float] = None
    replicating_until: float = float("-inf")
    #: When that was read last.
    replication_read_at: float = float("-inf")

    #: False only after a listing that was empty; None where nobody looked or it could not be listed.
    has_objects: Optional[bool] = None
    objects_checked: bool = False

    #: The open multipart uploads, and for which key version and when they were listed; None where they were not.
    uploads: Optional[tuple[Upload, ...]] = None
    uploads_for: Optional[str] = None
    uploads_at: float = float("-inf")
    #: They may not be listed.
    uploads_unlisted: bool = False

    #: This bucket's re-encryptions, as last listed. Dropped at each look: a claim needs a list that is newer.
    listing: Optional[tuple[WorkRequest, ...]] = None
    listed_at: float = 0.0
    #: Those that this list shows and that may be this bucket's or another's.
    unclear: Unclear = ALL_CLEAR
    #: Since when each list has shown one of them that runs.
    unclear_since: Optional[float] = None
    #: Those of the first list since the bucket was last seen to have changed, and when that list was begun.
    first_unclear: Optional[Unclear] = None
    first_listed_at: float = 0.0
    #: The list could not be read, and stands empty: what it would have shown is not known.
    unlisted: bool = False
    #: When the last page of it had come: a compartment may hold very many.
    listing_ended_at: float = 0.0
    work_requests: dict[str, Seen] = field(default_factory=dict)
    #: When a work request was first seen running, and first seen at its end.
    running_at: dict[str, float] = field(default_factory=dict)
    ended_at: dict[str, float] = field(default_factory=dict)
    #: Those whose last poll is to be repeated.
    due: set[str] = field(default_factory=set)
    #: Those whose last poll said 404. Only a list that does not show them either tells that they are forgotten.
    missing: set[str] = field(default_factory=set)
    #: Those that were so once, where work requests cannot be listed.
    missed: set[str] = field(default_factory=set)
    errors_read: set[str] = field(default_factory=set)

    #: The tag namespace that was asked for, where check mode had to look at it; and whether it could not.
    tag_namespace: Optional[TagNamespace] = None
    tag_namespace_unread: bool = False

    #: Why the receipt is not used although it was asked for.
    tags_unusable: Optional[str] = None

    def seen(self, work_request_id: str) -> Optional[Seen]:
        return self.work_requests.get(work_request_id)

    def saw(self, seen: WorkRequest, now: float) -> None:
        """Take in what a poll or a list says of a work request."""
        self.work_requests[seen.id] = seen
        self.due.discard(seen.id)
        (self.ended_at if seen.terminal else self.running_at).setdefault(seen.id, now)

    def listed(
        self,
        listing: tuple[WorkRequest, ...],
        begun: float,
        now: float,
        unclear: Unclear = ALL_CLEAR,
        unlisted: bool = False,
    ) -> None:
        """Take in a list. What was forgotten, or may be, is not where the list shows it."""
        self.listing, self.unclear, self.unlisted = listing, unclear, unlisted
        self.listed_at, self.listing_ended_at = begun, now
        if self.first_unclear is None:
            self.first_unclear, self.first_listed_at = unclear, begun
        if not unclear.running:
            self.unclear_since = None
        elif self.unclear_since is None:
            self.unclear_since = now
        told = {one.id: one for one in listing}
        for wanted in self.missing | {wanted for wanted, seen in self.work_requests.items() if seen is FORGOTTEN}:
            if wanted in told:
                self.saw(told[wanted], now)
            elif unlisted and wanted in self.missing:
                # Nothing but another poll can tell.
                self.missed.add(wanted)
                self.work_requests.pop(wanted, None)
            else:
                self.work_requests[wanted] = FORGOTTEN
        self.missing = set()

    def accepted(self) -> list[float]:
        """When those were accepted that the last list shows and that may be this bucket's: the newest of the unclear ones for all."""
        times = (*(listed.time_accepted for listed in self.listing or ()), self.unclear.newest)
        return [time for time in times if time is not None]

    def waited_for_replication(self, now: float) -> None:
        """Have the way of the version be asked for again."""
        self.replication.clear()
        self.replicating_until = now
        if self.replicating_since is None:
            self.replicating_since = now

    def version_created(self) -> Optional[float]:
        """When the key's current version was created: from the key, or from a receipt for it, which saves the call."""
        key, receipt = self.key, self.receipt
        if key is None or key.version_created is not None or receipt is None:
            return key.version_created if key else None
        named = receipt.kept.key_version_id if receipt.kept else receipt.key_version_id
        return receipt.version_created if named == key.current_version else None


@dataclass(frozen=True)
class Situation:
    """All that a decision depends on: ``now`` is the local monotonic clock, ``chance`` random in [0, 1) for the jitter of pauses."""

    facts: Facts
    attempt: Attempt
    options: Options
    now: float
    chance: float = 0.0

    @property
    def bucket(self) -> Bucket:
        return known(self.facts.bucket)

    @property
    def target(self) -> Optional[str]:
        """The key that the bucket is to be under."""
        return self.options.kms_key_id or self.bucket.kms_key_id

    @property
    def assigns(self) -> bool:
        return self.bucket.kms_key_id != self.target

    @property
    def list_since(self) -> Optional[float]:
        """From when on work requests are listed before a submission: what is new after it is what such a list had not."""
        time = self.facts.service_time
        return None if time is None else time - CLOCK_MARGIN

    @property
    def keeps_receipt(self) -> bool:
        return self.options.receipt == "tag" and self.facts.tags_unusable is None

    @property
    def deadline(self) -> float:
        return self.attempt.started_at + self.options.wait_timeout

    @property
    def overdue(self) -> bool:
        return self.now >= self.deadline

    @property
    def reason(self) -> str:
        """Why this run has submitted."""
        return self.attempt.reason or "unproven"

    @property
    def stands(self) -> tuple[str, Optional[str]]:
        """Action and reason of a run that fails while it waits."""
        return ("submit", self.attempt.reason) if self.attempt.submitted else ("join", "in_progress")
