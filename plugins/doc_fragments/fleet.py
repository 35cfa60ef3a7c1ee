# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Which buckets of which compartments, and how many calls at once."""

    DOCUMENTATION = r"""
options:
  compartment_ids:
    description: The OCIDs of the compartments, or of the tenancy for its root compartment.
    type: list
    elements: str
    aliases: [compartment_id]
  recursive:
    description:
      - Whether to take the compartments below these too, at any depth. Those that are not C(ACTIVE), and those in which this user
        may do nothing, are left out.
    type: bool
    default: false
  include:
    description: Globs on bucket names, such as V(payroll-*). They are case-sensitive, as the names are. All buckets when left out.
    type: list
    elements: str
  exclude:
    description: Globs on the names of buckets to leave out, even where O(include) has them.
    type: list
    elements: str
  workers:
    description:
      - How many API calls may be under way at once.
      - When the service throttles, fewer are made for a while.
    type: int
    default: 16
  namespace_name:
    description: The Object Storage namespace. Looked up when left out, which costs one call.
    type: str
    aliases: [namespace]
"""
