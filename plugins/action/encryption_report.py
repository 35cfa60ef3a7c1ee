# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.rekey.oci.plugins.plugin_utils._module_action import ModuleAction


class ActionModule(ModuleAction):
    """Runs the module; see there for its documentation."""
