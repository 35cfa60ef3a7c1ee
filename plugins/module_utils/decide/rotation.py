# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a key is to be rotated, and how far a rotation is: pure, from what was observed. No I/O.

All times are seconds since the epoch by the service's clock; the local clock is never asked for an age.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput, check_times
from ansible_collections.rekey.oci.plugins.module_utils.common.model import UNUSABLE_KEY_STATES, Key, iso_time
from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import Waiting

DAY = 86400.0


@dataclass(frozen=True)
class Wish:
    """What the task asks for. ``force`` rules over ``max_age_days``."""

    max_age_days: Optional[int] = None
    force: bool = False
    replace_imported_material: bool = False
    waiting: Waiting = field(default_factory=Waiting)


def wish_of(params: Mapping[str, Any]) -> Wish:
    """Take the wish out of a module's parameters. Raises BadInput."""
    check_times(params)
    limit, force = params["max_age_days"], params["force"]
    if limit is None and not force:
        raise BadInput(
            "Neither max_age_days nor force says when to rotate: give max_age_days, the age in days, or force."
        )
    if limit is not None and limit < 1:
        raise BadInput(
            "max_age_days is %d: give a number of days of at least 1. To rotate whatever the age, use force." % limit
        )
    return Wish(limit, force, params["replace_imported_material"], Waiting.of(params))


@dataclass(frozen=True)
class KeyVersion:
    """One answer to GetKeyVersion or CreateKeyVersion."""

    id: str
    state: Optional[str] = None
    time_created: Optional[float] = None
    origin: Optional[str] = None

    def as_result(self) -> dict[str, Optional[str]]:
        return {"id": self.id, "time_created": iso_time(self.time_created), "origin": self.origin}


@dataclass(frozen=True)
class Verdict:
    """``problem`` is why the wish can be neither true nor made true, in one line; else whether to rotate.

    With ``rotate`` too, a version that another hand is making would still make it true.
    """

    rotate: bool = False
    problem: Optional[str] = None
    warning: Optional[str] = None


def age_days(version: KeyVersion, now: float) -> Optional[float]:
    """How old a version is at ``now``, in days; None where it does not say."""
    return None if version.time_created is None else max(0.0, now - version.time_created) / DAY


def judge(key: Key, version: KeyVersion, now: float, wish: Wish) -> Verdict:
    """Decide about a key, from its current version."""
    unrotatable = _unrotatable(key)
    imported = _imported(key, version, wish)
    age = age_days(version, now)
    if not wish.force and age is not None and wish.max_age_days is not None and age <= wish.max_age_days:
        # What is wished for is true, whoever made it so. That the next rotation is not ours is said before it is due.
        why = unrotatable or imported
        return Verdict(warning=_NOT_DUE % why if why else None)
    if unrotatable:
        return Verdict(problem=unrotatable)
    if imported:
        return Verdict(rotate=True, problem=imported)
    if wish.force:
        return Verdict(rotate=True, warning=_AUTOMATIC % key.called if key.is_auto_rotation_enabled else None)
    if age is None or wish.max_age_days is None:
        return Verdict(
            problem="The age of version %s of key %s cannot be read, so nothing was decided." % (version.id, key.called)
        )
    if key.is_auto_rotation_enabled:
        # A version of ours beside the service's own, hours apart, would have every object re-encrypted twice.
        return Verdict(
            problem="The key %s is rotated automatically, so this task did not rotate it. But its current version is %.1f days old, "
            "which is more than max_age_days (%d). Shorten the interval of the automatic rotation, see why the last one failed, "
            "turn the automatic rotation off, or rotate once with force." % (key.called, age, wish.max_age_days)
        )
    return Verdict(rotate=True)


_NOT_DUE = (
    "The key's current version is young enough, so no rotation is due yet. But this task would fail if one were due: %s"
)
_AUTOMATIC = "The key %s is rotated automatically too: this version comes on top of the automatic ones."


def _unrotatable(key: Key) -> Optional[str]:
    if key.protection_mode == "EXTERNAL":
        return (
            "The key %s is held by an external key manager, and only that can make a new version: rotate it there, and "
            "register the new version in OCI." % key.called
        )
    if key.state in UNUSABLE_KEY_STATES:
        return "The key %s is %s, so it cannot be rotated. Enable it, or cancel its deletion." % (key.called, key.state)
    if key.state != "ENABLED":
        return "The key %s is %s, so it cannot be rotated yet. Run again when it is ENABLED." % (key.called, key.state)
    if key.algorithm not in (None, "AES"):
        return (
            "The key %s is of algorithm %s. This module rotates only AES keys. Rotate an asymmetric key by hand, and "
            "first tell everybody who uses its public half." % (key.called, key.algorithm)
        )
    return None


def _imported(key: Key, version: KeyVersion, wish: Wish) -> Optional[str]:
    if version.origin != "EXTERNAL" or wish.replace_imported_material:
        return None
    return (
        "The current version of key %s has imported material (origin EXTERNAL), so this task does not rotate it: the new version would have "
        "material that Oracle makes. Import a new version yourself, or set replace_imported_material." % key.called
    )


def under_way(versions: Iterable[KeyVersion], current: KeyVersion) -> Optional[KeyVersion]:
    """The version by which another hand is replacing the current one, if any: the newest.

    One that is ENABLED already is not in use before the key names it as its current one.
    """
    since = current.time_created or 0.0
    newer = [
        one
        for one in versions
        if one.id != current.id
        and (
            (one.state in ("CREATING", "ENABLING") and (one.time_created or 0.0) >= since)
            or (one.state == "ENABLED" and (one.time_created or 0.0) > since)
        )
    ]
    return max(newer, key=lambda one: one.time_created or 0.0, default=None)


def is_new(version: KeyVersion, listed: Optional[Iterable[KeyVersion]], looked_at: float) -> bool:
    """Whether a version that was asked for was not there before: the same request of another hand gets the same answer."""
    if listed is not None:
        return all(one.id != version.id for one in listed)
    return version.time_created is None or version.time_created >= looked_at


def retry_token(key_id: str, version_id: str) -> str:
    """The token of the one rotation that replaces this version: the same from every controller and at every try."""
    return "rekey-%s" % hashlib.sha256(("%s %s" % (key_id, version_id)).encode()).hexdigest()[:48]


def lost(version: KeyVersion) -> bool:
    """Whether a new version will never be ENABLED by itself."""
    return version.state in UNUSABLE_KEY_STATES
