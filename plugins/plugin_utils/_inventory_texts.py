# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection: names and behaviour may change without notice.

"""Texts of an inventory: those of its file as modules would take them, and those of the service so that none is evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput

try:
    from ansible.template import trust_as_template as trusted
except ImportError:
    # Before ansible-core 2.19 whatever is not marked is a template.
    from ansible.utils.unsafe_proxy import wrap_var as untrusted

    def trusted(value: str) -> str:
        return value

else:

    def untrusted(value: Any) -> Any:
        return value


__all__ = ["as_texts", "inert", "trusted"]


def as_texts(options: Mapping[str, Any], lists: tuple[str, ...], texts: tuple[str, ...]) -> dict[str, Any]:
    """The options of a file, with texts in place of numbers, dates and vaulted values, as a module takes them.

    Raises BadInput.
    """
    found = dict(options)
    for name in lists:
        value = found.get(name)
        if isinstance(value, (list, tuple)):
            found[name] = [_text(name, item) for item in value]
        elif value is not None and not isinstance(value, str):
            found[name] = [_text(name, value)]
    for name in texts:
        if found.get(name) is not None:
            found[name] = _text(name, found[name])
    return found


def _text(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "_ciphertext"):
        try:
            # Never a template, as a vaulted variable is none.
            return untrusted(str(value))
        except AnsibleError:
            raise BadInput("%s has a vaulted value that cannot be decrypted: give its vault password." % name) from None
    kind = (
        "a dictionary" if isinstance(value, Mapping) else "a list" if isinstance(value, (list, tuple)) else "no value"
    )
    raise BadInput("%s has %s where a text belongs." % (name, kind))


def inert(value: Any) -> Any:
    """What the service says, for a variable that is never evaluated.

    Only what a template could be made of is marked: a mark shows in `ansible-inventory --list`, and few readers know it.
    """
    if isinstance(value, str):
        suspect = "{" in value or "}" in value or value.startswith("#jinja2:")
        return untrusted(value) if suspect else trusted(value)
    if isinstance(value, Mapping):
        return {_inert_key(key): inert(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [inert(item) for item in value]
    return value


def _inert_key(key: Any) -> Any:
    # From ansible-core 2.19 on a key has no mark: it is trusted only where it came from a trusted file.
    return untrusted(key) if isinstance(key, str) and ("{" in key or "}" in key) else key
