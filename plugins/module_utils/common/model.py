# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of a bucket, its key and its work requests, and the errors of an API call.

Nothing here does I/O. All times are seconds since the epoch, UTC, by the service's clock.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any, NamedTuple, Optional, TypeVar

from ansible_collections.rekey.oci.plugins.module_utils.common.texts import clean

# Every module comes by here. On an older Python some of them would get as far as their first call.
if sys.version_info < (3, 9):  # noqa: UP036
    raise ImportError("The modules of rekey.oci need Python 3.9 or later, and this is %d.%d" % sys.version_info[:2])

Fact = TypeVar("Fact")

#: A work request in one of these states never changes again.
TERMINAL_STATUSES = frozenset(("COMPLETED", "FAILED", "CANCELED"))
RUNNING_STATUSES = frozenset(("ACCEPTED", "IN_PROGRESS", "CANCELING"))

#: Keys in these states cannot wrap a data key, or soon will not be able to.
UNUSABLE_KEY_STATES = frozenset(
    ("DISABLED", "DISABLING", "DELETED", "DELETING", "PENDING_DELETION", "SCHEDULING_DELETION")
)


def known(fact: Optional[Fact]) -> Fact:
    """Return a fact that the caller has made sure of."""
    if fact is None:
        raise AssertionError("a fact is used before it is known")
    return fact


def iso_time(seconds: Optional[float]) -> Optional[str]:
    """Format seconds since the epoch as an RFC 3339 time in UTC, to the second."""
    if seconds is None:
        return None
    # Not by strftime, whose years have as many digits as they need.
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None, microsecond=0).isoformat() + "Z"


@dataclass(frozen=True)
class Bucket:
    """One answer to GetBucket or UpdateBucket, with the etag that it carried."""

    namespace: str
    name: str
    etag: Optional[str] = None
    id: Optional[str] = None
    compartment_id: Optional[str] = None
    kms_key_id: Optional[str] = None
    is_bucket_key_enabled: Optional[bool] = None
    versioning: Optional[str] = None
    storage_tier: Optional[str] = None
    approximate_count: Optional[int] = None
    approximate_size: Optional[int] = None
    #: The full name of the region that was asked; None where only an endpoint is known.
    region: Optional[str] = None
    freeform_tags: Mapping[str, str] = field(default_factory=dict)
    #: By namespace.
    defined_tags: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    #: Whether the answer had both kinds of tags, if only to say that there are none.
    tags_told: bool = True

    def as_result(self) -> dict[str, Any]:
        return {
            "region": self.region,
            "namespace": self.namespace,
            "name": self.name,
            "id": self.id,
            "compartment_id": self.compartment_id,
            "kms_key_id": self.kms_key_id,
            "is_bucket_key_enabled": self.is_bucket_key_enabled,
            "versioning": self.versioning,
            "storage_tier": self.storage_tier,
            "approximate_count": self.approximate_count,
            "approximate_size": self.approximate_size,
        }


@dataclass(frozen=True)
class Change:
    """What an UpdateBucket is to change; None leaves it as it is. Tags are replaced as a whole."""

    freeform_tags: Optional[Mapping[str, str]] = None
    kms_key_id: Optional[str] = None
    defined_tags: Optional[Mapping[str, Mapping[str, Any]]] = None

    def of(self, bucket: Bucket) -> Bucket:
        """The bucket as it is to become."""
        tags = bucket.freeform_tags if self.freeform_tags is None else dict(self.freeform_tags)
        defined = bucket.defined_tags if self.defined_tags is None else self.defined_tags
        return replace(
            bucket, freeform_tags=tags, defined_tags=defined, kms_key_id=self.kms_key_id or bucket.kms_key_id
        )


class TagNamespace(NamedTuple):
    """A tag namespace as it is defined; ``keys`` says of each of its tag keys, in lower case, whether it may be used."""

    exists: bool = False
    active: bool = False
    keys: Mapping[str, bool] = {}


class Version(NamedTuple):
    """What GetKeyVersion tells of a key's version."""

    created: Optional[float]
    origin: Optional[str] = None
    #: What tells of its way to the regions that its vault is replicated to.
    replication_id: Optional[str] = None


@dataclass(frozen=True)
class Key:
    """A Vault key and its current version; ``version_created`` is read only where it is needed."""

    id: str
    current_version: str
    vault_id: Optional[str] = None
    state: Optional[str] = None
    protection_mode: Optional[str] = None
    algorithm: Optional[str] = None
    is_auto_rotation_enabled: Optional[bool] = None
    version_created: Optional[float] = None
    compartment_id: Optional[str] = None
    #: The full name of its region, as service principals have it.
    region: Optional[str] = None
    display_name: Optional[str] = None
    #: Where the current version's material is from, INTERNAL or EXTERNAL; read with its time.
    version_origin: Optional[str] = None
    #: What tells of the current version's way to other regions, read with its time; blank where nothing does.
    version_replication: Optional[str] = None
    #: False where a replica of its vault has told this; and the region in the name of the host that did, if there is one.
    is_primary: Optional[bool] = None
    told_in: Optional[str] = None

    @property
    def called(self) -> str:
        """For a person: its name and the end of its OCID; without a name, all of that."""
        return "%s (...%s)" % (self.display_name, self.id[-8:]) if self.display_name else self.id

    def as_result(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "display_name": self.display_name,
            "vault_id": self.vault_id,
            "state": self.state,
            "protection_mode": self.protection_mode,
            "current_version": {
                "id": self.current_version,
                "time_created": iso_time(self.version_created),
                "origin": self.version_origin,
            },
        }


@dataclass(frozen=True)
class Upload:
    """An open multipart upload."""

    object: str
    id: str
    time_created: Optional[float] = None


@dataclass(frozen=True)
class WorkRequest:
    """A re-encryption that the service accepted. ``status`` is as the service says it, known or not."""

    id: str
    status: Optional[str] = None
    percent_complete: Optional[float] = None
    time_accepted: Optional[float] = None
    time_started: Optional[float] = None
    time_finished: Optional[float] = None
    errors: tuple[Mapping[str, Any], ...] = ()

    @property
    def terminal(self) -> bool:
        return self.status in TERMINAL_STATUSES

    def as_result(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "status": self.status,
            "percent_complete": self.percent_complete,
            "time_accepted": iso_time(self.time_accepted),
            "time_started": iso_time(self.time_started),
            "time_finished": iso_time(self.time_finished),
            "errors": [dict(error) for error in self.errors],
        }


class ApiError(Exception):
    """A call that gave no usable answer.

    ``effect`` says what it may have done all the same: ``none`` (refused), ``unknown`` (the service answered, but not
    with the truth), ``late`` (no answer in time: the effect may still be to come). ``status`` is the HTTP status, or
    None when there was no HTTP answer at all. ``signed_out`` says that no other call can succeed before somebody signs in.
    """

    def __init__(
        self,
        operation: str,
        message: str,
        status: Optional[int] = None,
        code: Optional[str] = None,
        opc_request_id: Optional[str] = None,
        effect: str = "none",
        retryable: bool = False,
        retry_after: Optional[float] = None,
        unreachable: bool = False,
        signed_out: bool = False,
    ) -> None:
        # What copying an exception builds the copy from.
        super().__init__(operation, message)
        self.operation = operation
        # A service may say anything, and a person's terminal would obey it.
        self.message = clean(message)
        self.status = status
        self.code = clean(code)
        self.opc_request_id = clean(opc_request_id)
        self.effect = effect
        self.retryable = retryable
        self.retry_after = retry_after
        self.unreachable = unreachable
        self.signed_out = signed_out

    def __str__(self) -> str:
        return self.message

    def final(self) -> ApiError:
        """The same failure, which no other try would mend."""
        final = copy.copy(self)
        final.retryable = False
        return final

    @property
    def throttled(self) -> bool:
        """Whether the service answered that it is busy for now, rather than that something broke."""
        return self.status in (429, 503) or bool(self.retry_after)

    def as_result(self) -> dict[str, Any]:
        return {
            "operation": self.operation,
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "opc_request_id": self.opc_request_id,
        }

    def line(self) -> str:
        """One line for a person: what failed, how, and the id that Oracle's support asks for."""
        if self.status is None:
            return "%s failed: %s" % (self.operation, self.message)
        parts = "%s failed: %s %s: %s" % (self.operation, self.status, self.code or "", self.message)
        return parts + (" (opc-request-id %s)" % self.opc_request_id if self.opc_request_id else "")
