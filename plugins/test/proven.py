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
  - Checks a registered result of M(rekey.oci.bucket_reencrypt), M(rekey.oci.compartment_reencrypt) or
    M(rekey.oci.bucket_encryption_info). A bucket is proven if all its objects are known to be under the current version of its key. The
    test is as strict as an auditor. In case of doubt, a bucket is not proven.
  - The receipt is two tags in which M(rekey.oci.bucket_reencrypt) records the last re-encryption of a bucket. A bucket is proven if its
    receipt is completed and one of two things is true. Either the result says that the bucket is up to date, or the run waited for the
    re-encryption and it ended well. A bucket is not proven if a re-encryption was started without waiting for it, if check mode only
    predicted it, if only the bucket keys were re-encrypted (O(rekey.oci.bucket_reencrypt#module:bucket_key_only=true)), or if the task
    failed or was skipped.
  - A bucket that holds nothing passes this test without a receipt, because nothing in it can be under an older version.
  - A bucket under an Oracle-managed key is not proven. Nobody but Oracle can tell which version its objects are under. Leave
    such buckets out, or give them a key with O(rekey.oci.bucket_reencrypt#module:kms_key_id).
  - If the result is about many buckets, all of them must be proven. A result without any bucket is not proven. The same is true if a
    compartment could not be listed, or if the run was interrupted.
  - If no receipt is kept, a work request takes its place. This is the case with O(rekey.oci.bucket_reencrypt#module:receipt=none), if the
    bucket's tags are full, and if the user may not write them. That proof is weaker. The option explains why.
options:
  _input:
    description:
      - The registered result. If the task had a loop, all of its items count.
      - You may also give one entry of C(buckets).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Keep the payroll bucket encrypted under the newest version of its key
  rekey.oci.bucket_reencrypt:
    bucket_name: payroll
  register: result

- name: Make sure that it is proven
  ansible.builtin.assert:
    that: result is rekey.oci.proven

- name: Look at all buckets of a compartment
  rekey.oci.bucket_encryption_info:
    compartment_ids:
      - ocid1.compartment.oc1..example
  register: found

- name: Name the buckets that are not proven
  ansible.builtin.debug:
    msg: "{{ found.buckets | reject('rekey.oci.proven') | map(attribute='bucket.name') }}"
"""

RETURN = r"""
_value:
  description: Whether the result is proven.
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
