# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that a test may set: what hurts, and what Oracle's documentation leaves open."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from . import oddities


@dataclass
class Settings(oddities.Oddities):
    """Times are in seconds. Each is set by world file and at run time."""

    #: How long a re-encryption takes from its start; with ``objects_per_second`` above 0, by the number of objects.
    work_seconds: float = 1.0
    objects_per_second: float = 0.0
    #: Between ACCEPTED and IN_PROGRESS.
    start_delay: float = 0.0
    #: Which version re-wraps: the one in use at acceptance, at the start, or when each object's turn comes. Not documented.
    reencrypt_version: str = "accepted"
    #: When a re-encryption puts the intermediate bucket key under its version: start or end. Not documented.
    bucket_key_renewed: str = "start"
    #: Which version wraps what a multipart upload becomes: that of its creation, part or commit. Not documented.
    upload_version: str = "creation"
    #: Which version wraps the copy that CopyObject makes: the one current when it was accepted, or ended. Not documented.
    copy_version: str = "accepted"
    #: How long a copy takes.
    copy_seconds: float = 0.0
    #: How long after a change approximate counts show it; below 0 they are null for ever.
    count_lag: float = 0.0
    #: How long a work request is known after its end.
    retention: float = 30 * 24 * 3600.0
    #: The order of lists: newest, oldest, random.
    order: str = "newest"
    #: How long after its acceptance a work request shows up in lists.
    list_lag: float = 0.0
    #: What a REENCRYPT tells of its bucket: all, uri, metadata, identifier, ocid, none; in lists and by itself.
    summary_resources: str = "all"
    resources: str = "all"
    #: How long after its acceptance it tells of no bucket at all, nowhere.
    nameless_seconds: float = 0.0
    #: A second re-encryption of a bucket while one runs: allow or conflict (409).
    two_at_once: str = "allow"
    #: How the coming re-encryptions end, oldest first: see OUTCOMES; then COMPLETED.
    outcomes: tuple[str, ...] = ()
    #: At which percentage those that do not complete end.
    fails_at: int = 50
    #: Between a cancellation and its end.
    cancel_delay: float = 0.0
    #: What is told instead of IN_PROGRESS, if anything.
    odd_status: str = ""
    percent_known: bool = True
    #: Every n-th call is throttled (0: none); of these operations only, if any are named.
    throttle_every: int = 0
    throttle_operations: tuple[str, ...] = ()
    #: The ``retry-after`` of a 429; below 0 there is none.
    retry_after: float = -1.0
    #: Added to every answer, by the server only.
    latency: float = 0.0
    #: How long a new key version is CREATING.
    version_delay: float = 0.0
    #: The largest page of a list.
    page_limit: int = 1000
    #: Whether signatures are asked for.
    verify_signatures: bool = True
    #: How far the service's clock is ahead of real time when it looks at a request's date.
    clock_skew: float = 0.0
    #: Whether Object Storage may use the keys.
    keys_usable: bool = True
    #: What a user hears who may write to a bucket, but not give it that key: of the key or of the bucket. Not documented.
    unassignable: str = "key"
    #: Whether taking a bucket from its key needs KEY_DISASSOCIATE there. Not documented.
    disassociates: bool = True

    def patch(self, values: dict[str, Any]) -> None:
        """Set some. Raises KeyError on a name that is none, and ValueError on a value that is none."""
        for name, given in values.items():
            if name not in _KINDS:
                raise KeyError(f"no such setting: {name}")
            value = tuple(given) if isinstance(given, list) else given
            kind = _KINDS[name]
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
                raise ValueError(f"the setting {name} cannot be {value!r}")
            if name in _CHOICES and value not in _CHOICES[name]:
                raise ValueError(f"the setting {name} must be one of {', '.join(_CHOICES[name])}")
            if name == "outcomes" and set(value) - set(OUTCOMES):
                raise ValueError(f"the setting {name} must be of {', '.join(OUTCOMES)}")
            setattr(self, name, value)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


#: The second is COMPLETED too, but with errors on record, and with objects that it did not reach.
OUTCOMES = ("COMPLETED", "COMPLETED_WITH_ERRORS", "FAILED", "CANCELED")
_RESOURCES = ("all", "uri", "metadata", "identifier", "ocid", "none")
_CHOICES = {
    **oddities.CHOICES,
    "reencrypt_version": ("accepted", "started", "object"),
    "bucket_key_renewed": ("start", "end"),
    "copy_version": ("accepted", "ended"),
    "upload_version": ("creation", "part", "commit"),
    "order": ("newest", "oldest", "random"),
    "two_at_once": ("allow", "conflict"),
    "unassignable": ("key", "bucket"),
    "resources": _RESOURCES,
    "summary_resources": _RESOURCES,
}
_KINDS: dict[str, Any] = {
    field.name: (int, float) if isinstance(field.default, float) else type(field.default) for field in fields(Settings)
}
