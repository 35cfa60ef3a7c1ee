# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reasons: what each means for action, status, count and proof, and in a person's words. One line each. Pure, no I/O.

All else derives from this table: what a look calls a bucket, a fleet's counts, what is proven, the documentation.
"""

from __future__ import annotations

from typing import NamedTuple, Optional


class Reason(NamedTuple):
    """``proven`` is whether a bucket with this outcome is; None where that depends on how the re-encryption ended."""

    action: str
    #: What bucket_encryption_info calls such a bucket; None where a look never has the reason.
    status: Optional[str]
    #: What a fleet's summary counts a bucket as for which nothing was submitted or joined.
    counted: Optional[str]
    proven: Optional[bool]
    #: In a person's words, as README.md and the modules' documentation have it. Names of options are between backticks.
    when: str
    #: A single bucket's run never ends so.
    only_in_fleets: bool = False


REASONS: dict[str, Reason] = {
    "oracle_managed_key": Reason(
        "none",
        "oracle_managed_key",
        "oracle_managed_key",
        False,
        "the bucket is under a key that Oracle manages, and not under a key of a vault",
    ),
    "empty_bucket": Reason(
        "none", "empty_bucket", "empty_bucket", True, "the bucket has no object and no object version"
    ),
    "up_to_date": Reason(
        "none",
        "up_to_date",
        "up_to_date",
        True,
        "a completed receipt names the current version of the bucket's current key, and the key is enabled",
    ),
    "in_progress": Reason(
        "join", "in_progress", None, None, "a re-encryption is running; if `wait` is true, the task waits for it"
    ),
    "key_version_changed": Reason("submit", "stale", None, None, "the receipt names an older version of the same key"),
    "key_changed": Reason("submit", "stale", None, None, "the receipt names another key"),
    "work_request_failed": Reason(
        "submit", "failed", None, None, "the last attempt on record failed, was canceled, or completed with errors"
    ),
    "uploads_ended": Reason(
        "submit", "stale", None, None, "the receipt counts open uploads, and some of them have ended since"
    ),
    "unproven": Reason(
        "submit",
        "unproven",
        None,
        None,
        "there is no receipt, or it proves nothing, or the key's version cannot be read",
    ),
    "forced": Reason("submit", None, None, None, "you set `force`"),
    "key_assigned": Reason(
        "submit",
        None,
        "empty_bucket",
        None,
        "`kms_key_id` names another key than the bucket's; the task assigns it first",
    ),
    "deferred": Reason(
        "none",
        None,
        "deferred",
        False,
        "the run had submitted `max_submissions` re-encryptions before it came to this bucket; the next run goes on",
        True,
    ),
    "not_begun": Reason(
        "none", None, "not_begun", False, "`max_failures` buckets had failed before the run came to this one", True
    ),
    "bucket_gone": Reason("none", None, "gone", None, "somebody deleted the bucket after it was listed", True),
}
