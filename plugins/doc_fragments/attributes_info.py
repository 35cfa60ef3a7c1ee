# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What a module that only reads supports."""

    DOCUMENTATION = r"""
attributes:
  action_group:
    description: Use C(group/rekey.oci.all) in C(module_defaults) to set the common options, which say how to sign in and where to send the calls.
    support: full
    membership:
      - rekey.oci.all
  check_mode:
    description: The module only reads, so it does the same in check mode.
    support: full
  diff_mode:
    description: The module changes nothing, so it has nothing to show in diff mode.
    support: N/A
  idempotent:
    description: The module only reads, so no run changes anything.
    support: full
"""
