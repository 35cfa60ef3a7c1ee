# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Which buckets of which compartments, and how many calls at once."""

    DOCUMENTATION = r"""
options:
  compartment_ids:
    description: The OCIDs of the compartments. The tenancy's OCID stands for the root compartment.
    type: list
    elements: str
    aliases: [compartment_id]
  recursive:
    description:
      - Whether to include the compartments below those in O(compartment_ids), at any depth. The module leaves out compartments that are
        not C(ACTIVE), and those in which the user may do nothing.
    type: bool
    default: false
  include:
    description: Take only the buckets whose names match one of these globs, such as V(payroll-*). Case matters. If you leave it out, all
      buckets are taken.
    type: list
    elements: str
  exclude:
    description: Leave out the buckets whose names match one of these globs, even if O(include) matches them too.
    type: list
    elements: str
  workers:
    description:
      - How many API calls may be under way at once, in all regions together, from 1 to 256.
      - If OCI limits the calls in a region (status 429), the module makes fewer calls there for a while.
    type: int
    default: 16
  regions:
    description:
      - The regions to work in, such as V(us-ashburn-1). The module works in all of them at once. If you leave it out, the module works in
        one region, which is that of O(region), of E(OCI_REGION) or of the profile.
      - If the installed SDK does not know a region, the task fails before any call. If you give
        several regions and set O(object_storage_endpoint), its host name must have C({region}) in it.
    type: list
    elements: str
    version_added: 1.1.0
  namespace_name:
    description: The Object Storage namespace. If you leave it out, the module looks it up, which costs one call in each region.
    type: str
    aliases: [namespace]
"""
