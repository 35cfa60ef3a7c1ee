#!/usr/bin/python
# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: key_rotation
short_description: Rotate a master encryption key if its current version is too old
version_added: 1.0.0
description:
  - Makes sure that the current version of an OCI Vault key is no older than a number of days. If it is older, the module makes a new
    version, and waits until that one is in use.
  - The module measures ages by the service's clock.
  - If several controllers rotate a key at the same time, they make only one version. Each request carries a retry token, which the module
    derives from the key and the version to replace. So if it repeats a request because the answer was lost, this makes no second version
    either. Vault keeps such tokens for 24 hours.
  - Old versions stay. Objects stay encrypted under them until you re-encrypt them with M(rekey.oci.bucket_reencrypt).
options:
  key_id:
    description: The OCID of the Vault key.
    type: str
    required: true
  max_age_days:
    description:
      - Rotate the key if its current version is older than this many days, at least 1.
      - Required unless O(force=true).
    type: int
  force:
    description:
      - Whether to rotate the key each time that the task runs, at any age. O(max_age_days) then has no effect.
      - If another controller is making a version at that moment, the module takes that one and makes no other.
    type: bool
    default: false
  replace_imported_material:
    description:
      - Whether to rotate a key whose current version has imported key material (its C(origin) is V(EXTERNAL)). The new version then has key
        material that Oracle makes, in place of your own.
      - With V(false), the module does not rotate such a key. The task fails if the key is due.
      - With V(true), the module rotates it like any other key.
    type: bool
    default: false
    version_added: 1.1.0
  wait:
    description: Whether to wait until the new version is V(ENABLED) and the key's current one.
    type: bool
    default: true
  wait_timeout:
    description:
      - How long to wait, in seconds, at least 1. When this time is over, the task fails and names the new version. The next run waits for the same
        version.
      - With O(wait=true), the module also keeps asking for this long if the service is busy (429, 503).
    type: int
    default: 1200
  wait_interval:
    description: The longest pause between two looks at the key, in seconds, at least 1. The first looks come sooner.
    type: int
    default: 30
notes:
  - If the key has a newer version that is not in use yet, a rotation is under way. The task waits for it and makes no other version.
  - The module pauses for up to two seconds before it asks for a version. So if several controllers start together, one makes the version
    and the others find it.
  - OCI can rotate a key by itself (automatic rotation). If the current version of such a key is too old, the task fails and says so. It
    does not rotate the key, because OCI may make its own version a few hours before or after. Make O(max_age_days) a few days longer than
    the interval of the automatic rotation. With O(force=true), the module rotates the key and warns.
  - The module cannot rotate keys that are not V(ENABLED), keys of an external key manager, or asymmetric keys. If the current version is
    young enough, the task is C(ok) and warns. If it is too old, or with O(force=true), the task fails and makes nothing.
  - The user needs the permissions KEY_READ and KEY_ROTATE. With KEY_INSPECT, the module also sees a version that somebody else is making.
attributes:
  check_mode:
    description: In check mode, the module tells whether it would make a version, and makes none.
    support: full
  idempotent:
    description: When run twice in a row with the same arguments, the second run changes nothing.
    support: full
    details:
      - With O(force=true), each run makes a version, unless another controller is making one at that moment.
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
    - If the run found another controller's version, it returns V(false). If two requests overlap, the service gives both the same answer, and
      both runs return V(true).
  returned: always
  type: bool
  sample: true
age_days:
  description:
    - The age, in days, of the version that was the current one when the run began. The module decides by it.
    - Null if it could not be read.
  returned: always
  type: float
  sample: 91.25
previous_version:
  description: The version that was replaced, or in check mode would be. Null if none was.
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
      description: V(INTERNAL), or V(EXTERNAL) if its key material was imported. Null if the service does not say.
      type: str
key:
  description: The key at the end of the run. Null if it could not be read.
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
      description: Whether the service rotates it by itself. Null if the SDK or the service does not say.
      type: bool
    current_version:
      description: Its current version. With O(wait=false), this is the new version, which may not be in use yet.
      type: dict
      contains:
        id:
          description: The key version's OCID.
          type: str
        time_created:
          description: When it was created, RFC 3339 in UTC.
          type: str
        origin:
          description: V(INTERNAL), or V(EXTERNAL) if its key material was imported. Null if the service does not say.
          type: str
error:
  description: The failed API call. Null if something else failed the task.
  returned: failure
  type: dict
  contains:
    operation:
      description: The operation's name, such as V(CreateKeyVersion).
      type: str
    status:
      description: The HTTP status. Null if there was no answer.
      type: int
    code:
      description: OCI's error code.
      type: str
    message:
      description: OCI's message, or the reason why there was no answer.
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
