# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What is shown of a wait while it lasts."""

    DOCUMENTATION = r"""
options:
  progress:
    description:
      - >-
        Whether the controller shows on standard error how far the re-encryption is while the module waits, such as
        C(payroll: IN_PROGRESS 42 %, 1 min 10 s, about 1 min 40 s left).
      - There is a line at each change, and every 30 seconds. C(REPLICATING) in it means that the task waits until the key's new version has
        come to the bucket's region.
      - If you leave it out, the variable C(rekey_progress) is used, then E(ANSIBLE_REKEY_PROGRESS) on the controller, and then
        V(true).
      - This option changes nothing about the task or its result. Tasks with C(async) or C(no_log) show no progress. Local connections
        and C(ssh) let progress through. With another connection, you may see none.
    type: bool
"""
