# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What a module that re-encrypts supports."""

    DOCUMENTATION = r"""
attributes:
  action_group:
    description: Use C(group/rekey.oci.all) in C(module_defaults) to set the common options, which say how to sign in and where to send the calls.
    support: full
    membership:
      - rekey.oci.all
  check_mode:
    description: In check mode, the module tells what it would do and writes nothing.
    support: full
  diff_mode:
    description: In diff mode, the module returns what has changed. In check mode, it returns what would change.
    support: full
  idempotent:
    description: When run twice in a row with the same arguments, the second run changes nothing.
    support: full
    details:
      - With O(force=true), each run re-encrypts.
      - If the module cannot read which version of the key is the current one, each run re-encrypts too.
      - If no receipt is kept, as with O(receipt=none), a re-encryption right after a rotation proves nothing. See O(receipt) for how long.
"""
