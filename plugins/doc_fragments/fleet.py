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
      - How many API calls may be under way at once, in all regions together.
      - When the service of a region throttles, fewer are made there for a while.
    type: int
    default: 16
  regions:
    description:
      - The regions in which the compartments are listed, all at once, such as V(us-ashburn-1). The one region of the common options
        when left out.
      - A region that the installed SDK does not know is an error before any call. Where O(object_storage_endpoint) is set, its host
        name must have C({region}) in it.
    type: list
    elements: str
  namespace_name:
    description: The Object Storage namespace. Looked up when left out, which costs one call.
    type: str
    aliases: [namespace]
"""
