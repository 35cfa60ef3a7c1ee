# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a book is made of: the writes, the re-encryptions and the looks of a history, as they happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import Receipt

if TYPE_CHECKING:
    from tests.histories.runs import Run


class Broken(AssertionError):
    """A promise was broken."""


@dataclass(frozen=True)
class Before:
    etag: str
    tags: dict[str, str]
    kms_key_id: str | None


@dataclass(frozen=True)
class Sent:
    """What a controller had claimed when it sent a request, and whether the effect came after it had given up."""

    claim: Receipt | None
    late: bool


@dataclass(frozen=True)
class Write:
    """Somebody changed the bucket; ``run`` is None for a stranger."""

    number: int
    time: float
    run: Run | None
    before: Before
    after: Before
    receipt_before: Receipt | None
    receipt: Receipt | None
    #: When the run that wrote had its last list: a write may take effect long after it was sent.
    listed: float | None


@dataclass(frozen=True)
class Accepted:
    """A re-encryption was accepted, with the objects that there were."""

    number: int
    time: float
    run: Run | None
    id: str
    kms_key_id: str
    version: str
    scope: str
    objects: tuple[str, ...]
    sent: Sent


@dataclass(frozen=True)
class Snapshot:
    """What was true when the service answered a controller's look, or its write."""

    number: int
    kms_key_id: str | None
    version: str | None
    wrapped: dict[str, bytes]
