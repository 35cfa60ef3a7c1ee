#!/usr/bin/python
# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: key_rotation
short_description: Keep the current version of a master encryption key young
version_added: 1.0.0
description:
  - Makes sure that the current version of an OCI Vault key is no older than a number of days, by making a new version where
    it is, and waits until the new one is in use.
  - Ages are measured by the service's clock.
  - Controllers that rotate a key at the same time make one version. The request carries a retry token that is derived from the
    key and the version to be replaced, so a repeat after a lost answer is the same request too. Vault keeps such tokens for
    24 hours.
  - Old versions stay, and objects stay encrypted under them until they are re-encrypted with M(rekey.oci.bucket_reencrypt).
options:
  key_id:
    description: The OCID of the Vault key.
    type: str
    required: true
  max_age_days:
    description:
      - Rotate if the current version is older than this many days, at least 1.
      - One of O(max_age_days) and O(force) is required.
    type: int
  force:
    description:
      - Rotate whatever the age, each time that the task runs. With it, O(max_age_days) has no effect.
      - A version that another controller is making at that moment counts as this run's, so that two at once make one.
    type: bool
    default: false
  replace_imported_material:
    description:
      - What to do with a key whose current version has imported material, which is C(origin) V(EXTERNAL). The new version would have
        material that Oracle makes in the place of your own.
      - When V(false), such a key is not rotated, and the task fails if it is due.
      - When V(true), it is rotated as any other key.
    type: bool
    default: false
    version_added: 1.1.0
  wait:
    description: Whether to wait until the new version is V(ENABLED) and the key's current one.
    type: bool
    default: true
  wait_timeout:
    description:
      - How long to wait, in seconds. On expiry the task fails and names the new version; the next run waits for the same one.
      - With O(wait=true) a service that is busy (429, 503) is asked again for that long too.
    type: int
    default: 1200
  wait_interval:
    description: The longest pause between two looks, in seconds. The first looks come sooner.
    type: int
    default: 30
notes:
  - A newer version that is not in use yet is a rotation under way, whoever began it. The task waits for it, and makes no other.
  - Controllers that are started together pause for up to two seconds before they ask for a version, so that one makes it and the others
    find it.
  - A key that is rotated automatically is left to that while its current version is young enough. Where it is not, the task
    fails and says so, rather than add a version hours before or after the service's own. Give O(max_age_days) a few days
    more than the interval of the automatic rotation. With O(force=true) it is rotated all the same, with a warning.
  - A key that is not V(ENABLED), one of an external key manager, and an asymmetric one cannot be rotated here. While the current
    version is young enough the task is C(ok), with a warning. Where it is too old, or with O(force=true), the task fails and
    nothing is made.
  - Needs the permissions KEY_READ and KEY_ROTATE. With KEY_INSPECT it sees a version that is being made by somebody else.
attributes:
  check_mode:
    description: Can run in check mode and predict whether a version would be made, without making one.
    support: full
  idempotent:
    description: When run twice in a row with the same arguments, the second run changes nothing.
    support: full
    details:
      - With O(force=true) each run makes a version.
extends_documentation_fragment:
  - rekey.oci.auth
  - rekey.oci.attributes
author:
  - rekey.oci contributors (@rekey-oci)
seealso:
  - module: rekey.oci.bucket_reencrypt
  - name: Creating a key version
    description: The API call that this module makes.
    link: https://docs.oracle.com/iaas/api/#/en/key/release/KeyVersion/CreateKeyVersion
"""

EXAMPLES = r"""
- name: Rotate the key every 90 days
  rekey.oci.key_rotation:
    key_id: ocid1.key.oc1.iad.examplevault.examplekey
    max_age_days: 90

- name: Tell whether the key is due
  rekey.oci.key_rotation:
    key_id: ocid1.key.oc1.iad.examplevault.examplekey
    max_age_days: 90
  check_mode: true
  diff: true

- name: Rotate the key now, because somebody may have seen it
  rekey.oci.key_rotation:
    key_id: ocid1.key.oc1.iad.examplevault.examplekey
    force: true
"""

RETURN = r"""
rotated:
  description:
    - Whether this run made a new version, or in check mode would.
    - V(false) in the runs that found another controller's version. Only where two requests overlap does the service give both the same
      answer, and both runs say V(true).
  returned: always
  type: bool
  sample: true
age_days:
  description:
    - How old the version was, in days, that was the current one when the run began. It is what decides.
    - Null when it could not be read.
  returned: always
  type: float
  sample: 91.25
previous_version:
  description: The version that was replaced, or in check mode would be; null when none was.
  returned: always
  type: dict
  contains:
    id:
      description: The key version's OCID.
      type: str
    time_created:
      description: When it was created, RFC 3339 in UTC.
      type: str
    origin:
      description: V(INTERNAL), or V(EXTERNAL) where its material was imported; null where the service does not say.
      type: str
key:
  description: The key at the end of the run; null when it could not be read.
  returned: always
  type: dict
  contains:
    id:
      description: The key's OCID.
      type: str
    display_name:
      description: The key's name.
      type: str
    vault_id:
      description: The OCID of its vault.
      type: str
    state:
      description: Its lifecycle state, such as V(ENABLED).
      type: str
    protection_mode:
      description: V(HSM), V(SOFTWARE) or V(EXTERNAL).
      type: str
    algorithm:
      description: V(AES), V(RSA) or V(ECDSA).
      type: str
    is_auto_rotation_enabled:
      description: Whether the service rotates it by itself; null where the SDK or service does not say.
      type: bool
    current_version:
      description: Its current version; with O(wait=false) the new one, which may not be in use yet.
      type: dict
      contains:
        id:
          description: The key version's OCID.
          type: str
        time_created:
          description: When it was created, RFC 3339 in UTC.
          type: str
        origin:
          description: V(INTERNAL), or V(EXTERNAL) where its material was imported; null where the service does not say.
          type: str
error:
  description: The failed API call; null when something else failed the task.
  returned: failure
  type: dict
  contains:
    operation:
      description: The operation's name, such as V(CreateKeyVersion).
      type: str
    status:
      description: The HTTP status; null when there was no answer.
      type: int
    code:
      description: OCI's error code.
      type: str
    message:
      description: OCI's message, or what kept an answer away.
      type: str
    opc_request_id:
      description: The id of the request that Oracle's support asks for.
      type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.rekey.oci.plugins.module_utils.common import inputs
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.decide.rotation import wish_of
from ansible_collections.rekey.oci.plugins.module_utils.module import arguments
from ansible_collections.rekey.oci.plugins.module_utils.module.connecting import connect, fail
from ansible_collections.rekey.oci.plugins.module_utils.sdk.patience import Patience
from ansible_collections.rekey.oci.plugins.module_utils.vault.rotator import KeyVersions, Rotator, Unrotated, nothing


def main() -> None:
    spec = arguments.common()
    spec.update(arguments.waiting())
    spec.update(
        key_id={"type": "str", "required": True, "no_log": False},
        max_age_days={"type": "int"},
        force={"type": "bool", "default": False},
        replace_imported_material={"type": "bool", "default": False},
    )
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    try:
        inputs.check_key_id(module.params["key_id"], "key_id")
        wish = wish_of(module.params)
    except inputs.BadInput as error:
        module.fail_json(msg=str(error), **nothing())
    versions = KeyVersions(connect(module, learned=nothing()).calls)
    rotator = Rotator(versions, module.params["key_id"], wish, module.check_mode, Patience(wish.waiting, Timing()))
    try:
        rotator.run()
    except ApiError as error:
        fail(module, error, rotator.result())
    except Unrotated as problem:
        module.fail_json(msg=str(problem), error=None, **rotator.result())
    for warning in rotator.warnings:
        module.warn(warning)
    result = rotator.result()
    if module._diff:
        result["diff"] = rotator.diff()
    module.exit_json(**result)


if __name__ == "__main__":
    main()
