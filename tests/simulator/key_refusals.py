# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Object Storage answers where it cannot use a bucket's key."""

from __future__ import annotations

from .messages import Refusal
from .world import World

_ANSWERS = {
    "InvalidKmsKeyState": (400, "InvalidKmsKeyState", "The key {key} is not enabled."),
    "BadRequest": (400, "BadRequest", "The key {key} cannot be used."),
    "RestClientException": (
        400,
        "BadRequest",
        "Caught RestClientException: the call to the key management service failed.",
    ),
    "NotAuthorizedOrFoundKmsKey": (
        404,
        "NotAuthorizedOrFoundKmsKey",
        "Object Storage is not authorized to use the key {key}.",
    ),
    "IncorrectState": (409, "IncorrectState", "The key {key} is in a state in which it cannot be used."),
}


def refusal(name: str, key_id: str) -> Refusal:
    status, code, message = _ANSWERS[name]
    return Refusal(status, code, message.format(key=key_id))


def check_key(world: World, key_id: str | None) -> None:
    """Whether Object Storage can use it. Raises Refusal."""
    if not key_id:
        return
    key, settings = world.keys.get(key_id), world.settings
    if key is None or not key.usable or not settings.keys_usable:
        raise refusal(settings.unusable_key, key_id)
    if key.state_at(world.clock.now()) != "ENABLED":
        raise refusal(settings.disabled_key, key_id)
