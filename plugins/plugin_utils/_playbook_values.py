# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection: names and behaviour may change without notice.

"""Values of variables, as people give them: on the command line, in a file, in a survey, vaulted. No I/O."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any, Callable

import yaml
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput, holds_value, shown
from ansible_collections.rekey.oci.plugins.module_utils.module.arguments import ENVIRONMENT

#: A number beyond this is not shown.
_LONGEST = 10**100


def plain(value: Any, evaluate: Callable[[Any], Any]) -> Any:
    """The value with its templates evaluated and its vaulted parts opened, at any depth."""
    if getattr(value, "__ENCRYPTED__", False):
        # Nothing that was vaulted is a template.
        return "%s" % value
    if isinstance(value, str):
        return _bare(evaluate(value))
    if isinstance(value, Mapping):
        return {str(name): plain(one, evaluate) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one, evaluate) for one in value]
    return value


def _bare(value: Any) -> Any:
    return plain(value, lambda text: text) if isinstance(value, (Mapping, list, tuple)) else value


def anything(name: str, value: Any) -> Any:
    return value


def text(name: str, value: Any) -> str:
    """A number or a date is taken as it is written."""
    if isinstance(value, bool):
        raise BadInput("%s is the truth value %s, not a text: put it in quotes." % (name, "true" if value else "false"))
    if isinstance(value, (Mapping, list, tuple)):
        raise BadInput(
            "%s must be one text, not a %s." % (name, "dictionary" if isinstance(value, Mapping) else "list")
        )
    if isinstance(value, int) and abs(value) > _LONGEST:
        raise BadInput("%s is %s: put it in quotes." % (name, _told(value)))
    return str(value).strip()


def texts(name: str, value: Any) -> list[str]:
    """A list, or a text with commas. Each entry counts once, however often it is there."""
    if isinstance(value, str):
        if value.rstrip().endswith(","):
            raise BadInput(
                "%s ends with a comma, so the rest of the list may be lost: with -e name=value, Ansible takes only what comes "
                "before the first blank. Leave out the blanks, and a comma at the end." % name
            )
        value = _json_list(value)
    found: dict[str, None] = {}
    _flatten(name, value, found)
    return list(found)


def _json_list(value: str) -> Any:
    """A list in JSON, as -e name='["a","b"]' has it. What only looks like one may be a glob."""
    if value.lstrip().startswith("["):
        try:
            made = json.loads(value)
        except (ValueError, RecursionError):
            return value
        if isinstance(made, list) and made and all(isinstance(one, str) for one in made):
            return made
    return value


def _flatten(name: str, value: Any, found: dict[str, None]) -> None:
    if isinstance(value, (list, tuple)):
        for one in value:
            _flatten(name, one, found)
    elif value is not None:
        for part in text("An entry of " + name, value).split(","):
            if part.strip():
                found[part.strip()] = None


def flag(name: str, value: Any) -> bool:
    try:
        return bool(boolean(value.strip() if isinstance(value, str) else value))
    except (TypeError, ValueError):
        raise BadInput("%s is %s: give true or false." % (name, _told(value))) from None


def whole(what: str) -> Callable[[str, Any], int]:
    """A number of at least 1."""

    def read(name: str, value: Any) -> int:
        number = None
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            with contextlib.suppress(ValueError, OverflowError):
                number = float(value)
        if number is None or not number.is_integer() or number < 1:
            raise BadInput("%s is %s: give %s of at least 1, or leave it out." % (name, _told(value), what))
        return int(number)

    return read


def choice(*known: str) -> Callable[[str, Any], str]:
    def read(name: str, value: Any) -> str:
        found = text(name, value)
        if found not in known:
            raise BadInput("%s is %s: give one of %s." % (name, shown(found), ", ".join(known)))
        return found

    return read


def choices(*known: str) -> Callable[[str, Any], list[str]]:
    def read(name: str, value: Any) -> list[str]:
        one = choice(*known)
        return [one("An entry of " + name, entry) for entry in texts(name, value)]

    return read


def auth(name: str, value: Any) -> dict[str, Any]:
    """A dictionary of common options, or the text of one. No value is told: one may be a secret."""
    if isinstance(value, str):
        value = _dictionary(name, value)
    if not isinstance(value, Mapping):
        raise BadInput("%s must be a dictionary of common options, such as {auth_type: instance_principal}." % name)
    for option in map(str, value):
        if holds_value(option):
            # In {name:value} YAML takes all for the name.
            raise BadInput(
                "%s has a name with a colon, an equals sign or a blank, which is no common option: write it as JSON, such as "
                '{"auth_type":"instance_principal"}.' % name
            )
        if option not in ENVIRONMENT:
            raise BadInput(
                "%s has %s, which is no common option: give some of %s."
                % (name, shown(option), ", ".join(sorted(ENVIRONMENT)))
            )
    # An option that is empty is as if left out.
    return {str(option): one for option, one in value.items() if one not in (None, "")}


def _dictionary(name: str, value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        pass
    try:
        return yaml.safe_load(value)
    except Exception:  # a tag such as !!int trips over its text in many ways, and tells it
        raise BadInput(
            "%s is neither a dictionary nor the JSON of one. With -e name=value, Ansible takes only what comes before the first "
            "blank: leave out the blanks, or give the variable in a file, -e @FILE." % name
        ) from None


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (Mapping, list, tuple)):
        return "a dictionary" if isinstance(value, Mapping) else "a list"
    if isinstance(value, int) and abs(value) > _LONGEST:
        # Python does not even print a number of some thousand digits.
        return "a number of too many digits"
    return shown(value) if isinstance(value, str) else str(value)
