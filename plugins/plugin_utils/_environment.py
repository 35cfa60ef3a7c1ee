# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection: names and behaviour may change without notice.

"""Environment variables that are empty: for plugins on the controller they count as not given, as they do for modules."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.module.arguments import ENVIRONMENT, common


def with_defaults(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a file, with the default of each that is left out and whose variable is empty: Ansible would refuse that."""
    defaults = {name: one for name, one in _defaults().items() if one is not None and options.get(name) is None}
    return {**options, **defaults}


def without_empty(params: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The values of all options, with the default where a variable is empty: Ansible would make a false of that."""
    return {**params, **{name: one for name, one in _defaults().items() if options.get(name) is None}}


def _defaults() -> dict[str, Any]:
    """Of each option whose variable is empty."""
    spec = common()
    return {name: spec[name].get("default") for name, variable in ENVIRONMENT.items() if os.environ.get(variable) == ""}
