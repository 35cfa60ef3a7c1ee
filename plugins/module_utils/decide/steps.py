# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The single steps that reconciling is made of: each is one call, or a pause, or the end. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Union

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import Receipt


@dataclass(frozen=True)
class Look:
    """GetBucket. What it shows calls for a new list of work requests, unless the bucket is as it was and ``keep_listing``."""

    keep_listing: bool = False


@dataclass(frozen=True)
class ReadKey:
    """GetKey. An answer that was asked for before ``not_before`` (monotonic seconds) does not serve."""

    key_id: str
    not_before: float = 0.0


@dataclass(frozen=True)
class ReadVersion:
    """GetKeyVersion, for the time when the current version was created."""


@dataclass(frozen=True)
class ReadReplication:
    """GetReplicationStatus: whether a key's version has come to the bucket's region."""

    key_id: str
    version_id: str
    replication_id: str


@dataclass(frozen=True)
class ReadNamespace:
    """ListTagNamespaces and ListTags: whether a tag namespace has what a receipt needs."""

    name: str


@dataclass(frozen=True)
class CheckObjects:
    """ListObjects or ListObjectVersions, for one entry."""


@dataclass(frozen=True)
class ListWorkRequests:
    """ListWorkRequests. Those that ended and were accepted before ``since`` (service time) may be left out.

    ``seeks`` is a work request that is waited on, and that a poll did not find.
    """

    since: Optional[float] = None
    seeks: Optional[str] = None


@dataclass(frozen=True)
class ListUploads:
    """ListMultipartUploads: all that are open."""


@dataclass(frozen=True)
class Poll:
    """GetWorkRequest."""

    work_request_id: str


@dataclass(frozen=True)
class ReadErrors:
    """ListWorkRequestErrors."""

    work_request_id: str


@dataclass(frozen=True)
class Claim:
    """UpdateBucket with a claimed receipt, and with the key where it must be assigned.

    A claim that assigns is of no version, and nothing is submitted under it: what was accepted under the other key in the
    meantime must be seen first, and never be taken for a proof.
    """

    receipt: Receipt
    reason: str
    assign: Optional[str] = None


@dataclass(frozen=True)
class Assign:
    """UpdateBucket with the key alone."""

    key_id: str


@dataclass(frozen=True)
class Submit:
    """ReencryptBucket, sent once; its timeouts may not add up to more than ``timeout`` seconds."""

    reason: str
    timeout: float


@dataclass(frozen=True)
class Record:
    """UpdateBucket with a submitted receipt, against ``etag``."""

    receipt: Receipt
    etag: Optional[str]


@dataclass(frozen=True)
class Complete:
    """UpdateBucket with a completed receipt, against the etag of the last look."""

    receipt: Receipt


@dataclass(frozen=True)
class Drop:
    """UpdateBucket that takes back this run's own claim; what was there before it comes back if nobody else wrote since."""


@dataclass(frozen=True)
class Without:
    """No call: from here on the run does without a receipt, and says why."""

    why: str


@dataclass(frozen=True)
class Pause:
    """Nothing for some seconds; then the named facts are to be looked at again."""

    seconds: float
    forget: str = ""
    work_request_id: Optional[str] = None
    #: The work request that is waited on will leave the bucket proven.
    joins: bool = False


@dataclass(frozen=True)
class Done:
    """The end: see the decision table. ``changed`` is what the run did, or in check mode would do."""

    action: str
    reason: str
    changed: bool = False
    warning: Optional[str] = None


@dataclass(frozen=True)
class Fail:
    """The end, with one line that says what is wrong and what to do."""

    message: str
    action: str = "none"
    reason: Optional[str] = None
    #: The call that failed it, if one did.
    error: Optional[ApiError] = None


Step = Union[
    Look,
    ReadKey,
    ReadVersion,
    ReadReplication,
    ReadNamespace,
    CheckObjects,
    ListWorkRequests,
    ListUploads,
    Poll,
    ReadErrors,
    Claim,
    Assign,
    Submit,
    Record,
    Complete,
    Drop,
    Without,
    Pause,
    Done,
    Fail,
]
