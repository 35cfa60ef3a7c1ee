#!/usr/bin/python
# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: bucket_reencrypt
short_description: Keep a bucket's objects encrypted under the newest version of its master encryption key
version_added: 1.0.0
description:
  - Makes sure that all objects of an OCI Object Storage bucket are encrypted under the current version of the bucket's
    master encryption key, proves it, and never does the work twice.
  - Looks at the bucket, its key and its receipt, decides, submits ReencryptBucket where it is needed, and waits for the
    work request if asked to.
  - The receipt is two freeform tags on the bucket, C(rekey-receipt) and C(rekey-work-request). It is what makes a second
    run C(ok), months later, from another machine. See O(receipt) for how to do without.
  - Where the truth is not known, the module re-encrypts.
options:
  bucket_name:
    description: The name of the bucket. Names are case-sensitive.
    type: str
    required: true
    aliases: [bucket, name]
  namespace_name:
    description: The Object Storage namespace. Looked up when left out, which costs one call.
    type: str
    aliases: [namespace]
extends_documentation_fragment:
  - rekey.oci.auth
  - rekey.oci.behaviour
  - rekey.oci.progress
  - rekey.oci.attributes
notes:
  - Needs the permissions BUCKET_READ, BUCKET_UPDATE, OBJECT_INSPECT, OBJECT_READ and KEY_READ. Oracle asks for those of objects to
    see work requests; no object is read.
author:
  - rekey.oci contributors (@rekey-oci)
seealso:
  - name: Re-encrypting a bucket's data encryption keys
    description: The API call that this module submits.
    link: https://docs.oracle.com/iaas/api/#/en/objectstorage/20160918/Bucket/ReencryptBucket
"""

EXAMPLES = r"""
- name: Keep the payroll bucket encrypted under the newest version of its key
  rekey.oci.bucket_reencrypt:
    bucket_name: payroll

- name: Tell whether anything would have to be done
  rekey.oci.bucket_reencrypt:
    bucket_name: payroll
  check_mode: true
  diff: true

- name: Submit, and let a later run see to the end
  rekey.oci.bucket_reencrypt:
    bucket_name: payroll
    wait: false

- name: Leave no tag on a bucket that Terraform manages
  rekey.oci.bucket_reencrypt:
    bucket_name: payroll
    receipt: none

- name: Move the bucket to another key, and its objects with it
  rekey.oci.bucket_reencrypt:
    bucket_name: payroll
    kms_key_id: ocid1.key.oc1.iad.examplevault.exampleother

- name: Say once what several tasks have in common
  module_defaults:
    group/rekey.oci.all:
      region: us-ashburn-1
      auth_type: api_key
  block:
    - name: Keep the payroll bucket encrypted under the newest version of its key
      rekey.oci.bucket_reencrypt:
        bucket_name: payroll

    - name: Keep the archive encrypted under the newest version of its key
      rekey.oci.bucket_reencrypt:
        bucket_name: payroll-archive
"""

RETURN = r"""
action:
  description: What was done about the re-encryption, or in check mode would be.
  returned: always
  type: str
  choices: [submit, join, none]
  sample: submit
reason:
  description:
    - Why, by the decision table.
    - V(oracle_managed_key) and V(empty_bucket) need nothing, V(up_to_date) is proven, V(in_progress) is running already.
    - V(key_version_changed), V(key_changed), V(work_request_failed), V(uploads_ended), V(unproven) and V(forced) submit.
    - V(key_assigned) submits, or does no more than assign the key on an empty bucket, where RV(action) is V(none).
    - Null when a failure came before a decision.
  returned: always
  type: str
  sample: key_version_changed
assigned:
  description: Whether this run assigned O(kms_key_id) to the bucket, or in check mode would.
  returned: always
  type: bool
predicted:
  description: That this is what a run outside of check mode would do. A prediction proves nothing.
  returned: in check mode, when something would be done
  type: bool
  sample: true
bucket:
  description: The bucket; null when it could not be read.
  returned: always
  type: dict
  contains:
    region:
      description: The region that was asked; null where only an endpoint is known.
      type: str
    namespace:
      description: The Object Storage namespace.
      type: str
    name:
      description: The bucket's name.
      type: str
    id:
      description: The bucket's OCID.
      type: str
    compartment_id:
      description: The OCID of its compartment.
      type: str
    kms_key_id:
      description: The OCID of its master encryption key; null under an Oracle-managed key.
      type: str
    is_bucket_key_enabled:
      description: Whether it uses an intermediate bucket key; null where the SDK or service does not say.
      type: bool
    versioning:
      description: V(Enabled), V(Suspended) or V(Disabled).
      type: str
    storage_tier:
      description: V(Standard) or V(Archive).
      type: str
    approximate_count:
      description: The service's estimate of the number of objects, which lags behind the truth.
      type: int
    approximate_size:
      description: The service's estimate of their size in bytes.
      type: int
key:
  description: The master encryption key; null under an Oracle-managed key, or when it cannot be read.
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
    current_version:
      description: Its current version.
      type: dict
      contains:
        id:
          description: The key version's OCID.
          type: str
        time_created:
          description: When it was created, RFC 3339 in UTC; null when it was not or cannot be read.
          type: str
        origin:
          description:
            - Where its material is from. V(INTERNAL) is made by OCI, V(EXTERNAL) is imported.
            - Null where it was not read. A receipt that names the version saves that call.
          type: str
open_uploads:
  description:
    - The number of open multipart uploads that a re-encryption cannot reach. Null where they were not listed.
    - See O(open_uploads).
  returned: always
  type: int
  sample: 0
scope:
  description: What is re-encrypted and proven. V(all), or V(bucket-key) with O(bucket_key_only=true).
  returned: always
  type: str
  sample: all
work_request:
  description: The work request of the re-encryption; null when there is none.
  returned: always
  type: dict
  contains:
    id:
      description: The work request's OCID.
      type: str
    status:
      description: V(ACCEPTED), V(IN_PROGRESS), V(COMPLETED), V(FAILED), V(CANCELING) or V(CANCELED); null when not looked at.
      type: str
    percent_complete:
      description: Its progress, 0 to 100.
      type: float
    time_accepted:
      description: When it was accepted, RFC 3339 in UTC.
      type: str
    time_started:
      description: When it was started.
      type: str
    time_finished:
      description: When it ended.
      type: str
    errors:
      description: Its errors, when it failed.
      type: list
      elements: dict
      contains:
        code:
          description: The error's code.
          type: str
        message:
          description: The error's message.
          type: str
        timestamp:
          description: When it occurred.
          type: str
receipt:
  description: The receipt on the bucket at the end of the run; null when there is none.
  returned: always
  type: dict
  contains:
    state:
      description: V(claimed), V(submitted) or V(completed).
      type: str
    key_version_id:
      description: The key version that the re-encryption was made for.
      type: str
    work_request_id:
      description: The work request that made it; null while it is claimed only.
      type: str
    time:
      description: When it was claimed, by the service's clock, RFC 3339 in UTC.
      type: str
error:
  description: The failed API call.
  returned: when an API call failed the task
  type: dict
  contains:
    operation:
      description: The operation's name, such as V(ReencryptBucket).
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

import random
import time
import uuid
from functools import partial

from ansible_collections.rekey.oci.plugins.module_utils.common import inputs
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Fail
from ansible_collections.rekey.oci.plugins.module_utils.module import arguments, progress, results
from ansible_collections.rekey.oci.plugins.module_utils.module.connecting import connect, namespace_of
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler, run


def main() -> None:
    started_at = time.monotonic()
    spec = arguments.common()
    spec.update(arguments.behaviour())
    spec.update(progress.arguments())
    spec.update(
        bucket_name={"type": "str", "required": True, "aliases": ["bucket", "name"]},
        namespace_name={"type": "str", "aliases": ["namespace"]},
    )
    module = progress.WatchedModule(argument_spec=spec, supports_check_mode=True)
    try:
        inputs.check_bucket_name(module.params["bucket_name"])
        inputs.check_namespace(module.params["namespace_name"])
        options = arguments.options(module.params, module.check_mode)
    except inputs.BadInput as error:
        module.fail_json(msg=str(error), **results.nothing())
    learned = results.nothing(options.scope)
    api = connect(module, learned=learned)
    over = started_at + options.wait_timeout
    patient_until = over if options.wait and not options.check_mode else None
    bounds = {"patient_until": patient_until, "last_call": over}
    reconciler = Reconciler(
        api,
        namespace_of(module, api, learned, **bounds),
        module.params["bucket_name"],
        options,
        nonce=uuid.uuid4().hex[:12],
        clock=time.monotonic,
        chance=random.random,
        started_at=started_at,
        sleep=time.sleep,
    )
    with progress.Progress(module.progress_file) as told:
        outcome = run(reconciler, time.sleep, partial(told.one, reconciler.name))
    for warning in reconciler.warnings:
        module.warn(warning)
    result = results.result_of(reconciler)
    if module._diff:
        result["diff"] = results.diff_of(reconciler, result["changed"])
    if isinstance(outcome, Fail):
        module.fail_json(msg=outcome.message, **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
