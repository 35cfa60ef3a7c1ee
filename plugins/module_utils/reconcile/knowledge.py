# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one run knows of its bucket: what it asks, what it has seen, what it did. No call is made here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import Bucket
from ansible_collections.rekey.oci.plugins.module_utils.decide.attempt import Attempt
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Facts, Options
from ansible_collections.rekey.oci.plugins.module_utils.sdk.api import Api


@dataclass(eq=False)
class Knowledge:
    """``clock`` is monotonic seconds; ``in_list`` makes one of a list's calls."""

    api: Api
    namespace: str
    name: str
    options: Options
    clock: Callable[[], float]
    attempt: Attempt
    in_list: Callable[[Callable[[], Any]], Any]
    facts: Facts = field(default_factory=Facts)
    warnings: list[str] = field(default_factory=list)
    last_bucket: Optional[Bucket] = None
    key_version_before: Optional[str] = None
    #: How many looks in a row told nothing of tags.
    untold: int = 0
    posts: int = 0

    def warn(self, message: Optional[str]) -> None:
        if message and message not in self.warnings:
            self.warnings.append(message)

    def see(self, bucket: Bucket) -> None:
        """Take in the bucket as the service has just told it."""
        facts, attempt, first = self.facts, self.attempt, self.last_bucket is None
        if self.last_bucket is not None and self.last_bucket.kms_key_id != bucket.kms_key_id:
            facts.key_unreadable = None
        facts.bucket = self.last_bucket = bucket
        receipt, warning = self.options.place.read(bucket) if self.options.receipt == "tag" else (None, None)
        if receipt != facts.receipt or receipt is None:
            facts.receipt_seen_at = self.clock()
        facts.receipt = receipt
        self.warn(warning)
        if attempt.assigning is not None and bucket.kms_key_id == attempt.assigning:
            attempt.assigned = True
            attempt.assigning = None
            attempt.reason = attempt.reason or "key_assigned"
        if first:
            attempt.previous_key = bucket.kms_key_id
            proof = receipt.proof() if receipt is not None else None
            self.key_version_before = proof.key_version_id if proof is not None else None
