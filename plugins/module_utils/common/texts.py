# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What others say, as a person may be shown it. Pure, no I/O."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, TypeVar

Text = TypeVar("Text")

#: Controls, what formats or reverses text unseen, halves of characters, and what ends a line or paragraph.
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_PLAIN = re.compile(r"[ -~]*")


def clean(text: Text) -> Text:
    """The text without what a terminal would obey and nobody would see; anything else as it is."""
    if not isinstance(text, str) or _PLAIN.fullmatch(text):
        return text
    characters = (" " * one.isspace() if unicodedata.category(one) in _UNSEEN else one for one in text)
    return "".join(characters)  # type: ignore[return-value]


def clean_answer(value: Any, kept: frozenset[str] = frozenset()) -> Any:
    """What the SDK made of an answer, with all of its texts clean but for the members that are ``kept`` as they are."""
    if isinstance(value, Mapping):
        return {clean(key): clean_answer(entry, kept) for key, entry in value.items()}
    if isinstance(value, list):
        return [clean_answer(entry, kept) for entry in value]
    members = getattr(value, "swagger_types", None)
    if isinstance(members, Mapping):
        for name in members:
            told = getattr(value, name, None)
            if told is not None and name not in kept:
                setattr(value, name, clean_answer(told, kept))
    return clean(value)
