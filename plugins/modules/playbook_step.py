# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: playbook_step
short_description: Check the variables of the collection's playbooks, and judge what their tasks found
version_added: 1.0.0
description:
  - This is a part of the playbooks V(rekey.oci.reencrypt_bucket), V(rekey.oci.bucket_updated), V(rekey.oci.enforce_rotation) and
    V(rekey.oci.encryption_report). Do not use it in your own playbooks. Its options and what it returns may change at any time.
  - It runs on the controller, makes no API call and changes nothing.
options:
  playbook:
    description: The playbook whose variables the task checks. The playbook V(rekey.oci.bucket_updated) sets V(reencrypt_bucket).
    type: str
    required: true
    choices: [reencrypt_bucket, enforce_rotation, encryption_report]
  step:
    description:
      - V(settings) checks the variables whose names begin with C(rekey_), and returns what the playbook works with.
      - V(keys) returns the keys of the buckets that were looked at.
      - V(rotated) tells which buckets have to be re-encrypted after the rotation of keys.
      - V(verdict) returns what the playbook says at its end.
    type: str
    required: true
    choices: [settings, keys, rotated, verdict]
  settings:
    description: What the step V(settings) returned.
    type: dict
  before:
    description: What the first look at the buckets found.
    type: dict
  everything:
    description: What was found about all buckets of the compartments, even those that C(rekey_include) and C(rekey_exclude) leave out.
    type: dict
  rotation:
    description: What the rotation of the keys returned.
    type: dict
  reencrypted:
    description: What the re-encryption returned.
    type: dict
  after:
    description: What the last look at the buckets found.
    type: dict
attributes:
  check_mode:
    description: The module changes nothing, so check mode is the same.
    support: full
  diff_mode:
    description: The module changes nothing, so there is no difference to show.
    support: none
author:
  - rekey.oci contributors (@rekey-oci)
"""

EXAMPLES = r"""
- name: Check the variables
  rekey.oci.playbook_step:
    playbook: encryption_report
    step: settings
  vars:
    rekey_compartment_id: ocid1.compartment.oc1..example
"""

RETURN = r"""
"""
