# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of what hardly ever happens: clocks that differ, versions that come late, values that are no values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Oddities:
    """Times are in seconds."""

    #: How far the times of Object Storage's work requests are ahead of the ``date`` header of its answers.
    accepted_skew: float = 0.0
    #: How far Vault's clock, its ``date`` header too, is ahead of Object Storage's.
    vault_skew: float = 0.0
    #: How long a new key version is ENABLED, but not yet the one that its key names as current.
    version_lag: float = 0.0
    #: Which version wraps meanwhile: by turns, older, newer. The documentation says that both may.
    version_turns: str = "by turns"
    #: The progress that is told of a running re-encryption, where it is none: see PERCENTAGES.
    odd_percent: str = ""
    #: Goes in front of each message of the services: of refusals, and of work requests' errors and logs.
    odd_text: str = ""
    #: What a read-only bucket, such as a replication's destination, answers to ReencryptBucket. Not documented.
    read_only_code: str = "IncorrectState"
    #: What Object Storage answers where a bucket's key is not ENABLED, and where it may not use it: see
    #: key_refusals.py. Not documented.
    disabled_key: str = "InvalidKmsKeyState"
    unusable_key: str = "NotAuthorizedOrFoundKmsKey"
    #: How long a key is ENABLING, DISABLING, SCHEDULING_DELETION, CANCELLING_DELETION.
    key_state_seconds: float = 0.0
    #: The status of the answer to a defined tag that is not known, retired, or not allowed: 400 or 404. Not documented.
    tag_refusal: str = "400"
    #: How long after its creation a tag key can be used.
    tag_delay: float = 0.0
    #: How long after it is ENABLED a key's new version comes to the regions that its vault is replicated to; below 0
    #: it never does.
    replication_lag: float = 0.0
    #: What GetReplicationStatus needs: KEY_READ or VAULT_READ. Not documented.
    replication_status_needs: str = "KEY_READ"
    #: The order of ListKeys and ListKeyVersions where none is asked for; newest first is what is documented.
    keys_order: str = "newest"


#: What stands for a progress that is none. The first three are no JSON, but parsed all the same by many.
PERCENTAGES: dict[str, Any] = {
    "": None,
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
    "below": -1.0,
    "above": 250.0,
    "text": "half",
    "object": {},
}

_KEY_REFUSALS = (
    "InvalidKmsKeyState",
    "BadRequest",
    "RestClientException",
    "NotAuthorizedOrFoundKmsKey",
    "IncorrectState",
)

CHOICES = {
    "version_turns": ("by turns", "older", "newer"),
    "odd_percent": tuple(PERCENTAGES),
    "disabled_key": _KEY_REFUSALS,
    "unusable_key": _KEY_REFUSALS,
    "tag_refusal": ("400", "404"),
    "replication_status_needs": ("KEY_READ", "VAULT_READ"),
    "keys_order": ("newest", "oldest"),
}
