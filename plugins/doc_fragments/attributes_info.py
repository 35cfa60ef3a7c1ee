# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What a module that only reads supports."""

    DOCUMENTATION = r"""
attributes:
  action_group:
    description: Use C(group/rekey.oci.all) in C(module_defaults) to set the common options.
    support: full
    membership:
      - rekey.oci.all
  check_mode:
    description: Can run in check mode, where it does the same, since it only reads.
    support: full
  diff_mode:
    description: Has nothing to show in diff mode, since it changes nothing.
    support: N/A
  idempotent:
    description: When run twice in a row with the same arguments, the second run changes nothing, since it only reads.
    support: full
"""
