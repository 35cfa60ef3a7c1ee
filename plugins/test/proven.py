# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: proven
author:
  - rekey.oci contributors (@rekey-oci)
short_description: Whether a result proves that objects are encrypted under the newest version of their key
version_added: 1.0.0
description:
  - Judges a registered result of M(rekey.oci.bucket_reencrypt), M(rekey.oci.compartment_reencrypt) or
    M(rekey.oci.bucket_encryption_info) as an auditor would, so what is not said to be proven is not.
  - A bucket is proven if the result says that it is up to date, or if its re-encryption was seen to its end. One whose
    re-encryption was started and not waited for is not, nor is what check mode predicts, nor a failed or skipped task.
  - A bucket that holds nothing is proven, since nothing in it could be under an older version.
  - A bucket under an Oracle-managed key is not proven. Nobody but Oracle can tell which version its objects are under. Leave
    such buckets out, or give them a key with O(rekey.oci.bucket_reencrypt#module:kms_key_id).
  - Of many buckets, all must be proven. A result with no bucket at all proves nothing, and neither does one with a compartment
    that could not be listed, or of a run that was interrupted.
  - With O(rekey.oci.bucket_reencrypt#module:receipt=none) the proof is the weaker one that is told there.
options:
  _input:
    description:
      - The registered result. That of a loop is judged by all of its items.
      - An entry of C(buckets) may be given too.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Keep the payroll bucket encrypted under the newest version of its key
  rekey.oci.bucket_reencrypt:
    bucket_name: payroll
  register: result

- name: Leave with proof
  ansible.builtin.assert:
    that: result is rekey.oci.proven

- name: Look at all buckets of a compartment
  rekey.oci.bucket_encryption_info:
    compartment_ids:
      - ocid1.compartment.oc1..example
  register: found

- name: Name those that are not proven
  ansible.builtin.debug:
    msg: "{{ found.buckets | reject('rekey.oci.proven') | map(attribute='bucket.name') }}"
"""

RETURN = r"""
_value:
  description: Whether it is proven.
  type: bool
"""

from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.rekey.oci.plugins.plugin_utils import _proven


def proven(result: Any) -> bool:
    try:
        return _proven.proven(result)
    except _proven.NoResult as error:
        raise AnsibleFilterError(
            "rekey.oci.proven judges a registered result of rekey.oci.bucket_reencrypt, compartment_reencrypt or "
            "bucket_encryption_info, but %s." % error
        ) from None


class TestModule:
    def tests(self) -> dict[str, Callable[[Any], bool]]:
        return {"proven": proven}
