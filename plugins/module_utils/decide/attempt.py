# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run did to a bucket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError, WorkRequest
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import Unclear


@dataclass
class Attempt:
    """What this run did, and what it remembers across an answer that was lost."""

    nonce: str
    started_at: float
    #: The reason of the first submission, which is the run's.
    reason: Optional[str] = None
    claim: Optional[receipts.Receipt] = None
    #: The claim's write assigned the key.
    claim_assigns: bool = False
    #: The etag that the claim's own write returned. None: the claim may stand, but its etag is not ours to build on.
    claim_etag: Optional[str] = None
    #: When the look was begun that the claim's time comes from: an upper bound of its age.
    claimed_at: float = 0.0
    #: What the list before the POST showed: of this bucket, and of those that did not tell whose they are.
    listed_before: frozenset[str] = frozenset()
    unclear_before: Mapping[str, WorkRequest] = field(default_factory=dict)
    #: The receipt's texts before the claim, to be put back where the POST is refused.
    receipt_before: Optional[dict[str, str]] = None

    #: A POST whose answer was lost: when it was sent, and by when its effect must have shown.
    lost_at: Optional[float] = None
    lost_late: bool = False
    #: An earlier POST of this claim was lost, and no list showed in time that it had an effect.
    unsettled: bool = False
    #: A work request that the service accepted from this run and that no receipt names yet.
    accepted: Optional[str] = None
    accepted_at: float = 0.0
    submitted: list[str] = field(default_factory=list)
    #: The etag that the submitted receipt's own write returned.
    recorded_etag: Optional[str] = None
    assigned: bool = False
    #: A key whose assignment was not answered: the next look tells.
    assigning: Optional[str] = None
    previous_key: Optional[str] = None
    refused: Optional[ApiError] = None
    #: The etag of the last write that was refused because the bucket had changed.
    refused_etag: Optional[str] = None
    #: How often in a row the POST was refused with 409, and how the last time.
    conflicts: int = 0
    conflict: Optional[ApiError] = None
    #: This run's claim could not be taken back.
    stuck: bool = False
    joined: Optional[str] = None
    #: The service time of the look before a POST without a claim.
    posted_since: Optional[float] = None

    @property
    def before(self) -> frozenset[str]:
        """What is not new in a later list."""
        return self.listed_before | self.unclear_before.keys()

    def remember(self, listing: Iterable[WorkRequest], unclear: Unclear) -> None:
        """Remember what the list before the POST shows."""
        self.listed_before = frozenset(listed.id for listed in listing)
        self.unclear_before = unclear.by_id

    def is_mine(self, work_request_id: Optional[str]) -> bool:
        return work_request_id in self.submitted

    @property
    def under_way(self) -> bool:
        return self.claim is not None or self.lost_at is not None or bool(self.submitted)

    @property
    def may_have_submitted(self) -> bool:
        return bool(self.submitted) or self.lost_at is not None
