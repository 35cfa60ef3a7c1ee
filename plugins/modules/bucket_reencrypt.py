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
  - Keeps all objects of an OCI Object Storage bucket encrypted under the current version of the bucket's master encryption key.
  - The module reads the bucket and its key. If objects may be under an older version of the key, it asks OCI to re-encrypt the bucket. The
    API call is named ReencryptBucket. OCI does the work in the background, and keeps a work request, which is its record of the work. The
    module waits until the work has ended, unless O(wait=false).
  - The module records the result in two freeform tags on the bucket, C(rekey-receipt) and C(rekey-work-request). These two tags are the
    receipt. It is completed only after the re-encryption has ended without errors. Later runs, from any machine, read the receipt, and
    change nothing if the bucket is proven. See O(receipt) if you do not want the tags.
  - The bucket is proven if its receipt is completed, is about all objects, and names the current version of its current key.
  - If the module cannot tell whether the bucket is up to date, it re-encrypts it.
options:
  bucket_name:
    description: The name of the bucket. Names are case-sensitive.
    type: str
    required: true
    aliases: [bucket, name]
  namespace_name:
    description: The Object Storage namespace. If you leave it out, the module looks it up, which costs one call.
    type: str
    aliases: [namespace]
extends_documentation_fragment:
  - rekey.oci.auth
  - rekey.oci.behaviour
  - rekey.oci.progress
  - rekey.oci.attributes
notes:
  - The user needs the permissions BUCKET_READ, BUCKET_UPDATE, OBJECT_INSPECT, OBJECT_READ and KEY_READ. It needs the two
    OBJECT permissions to see work requests. The module reads no object.
author:
  - rekey.oci contributors (@rekey-oci)
seealso:
  - name: Re-encrypting a bucket's data encryption keys
    description: The API call that this module makes.
    link: https://docs.oracle.com/iaas/api/#/en/objectstorage/20160918/Bucket/ReencryptBucket
"""

EXAMPLES = r"""
- name: Keep the payroll bucket encrypted under the newest version of its key
  rekey.oci.bucket_reencrypt:
    bucket_name: payroll

- name: Tell whether there is anything to do
  rekey.oci.bucket_reencrypt:
    bucket_name: payroll
  check_mode: true
  diff: true

- name: Start the re-encryption, and let a later run complete the receipt
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

- name: Set common options once for several tasks
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
  description: What the module did about the re-encryption, or in check mode would do. V(submit) asked OCI for one, V(join) found one that
    was running already, and V(none) did nothing.
  returned: always
  type: str
  choices: [submit, join, none]
  sample: submit
reason:
  description:
    - Why the module did that.
    - V(oracle_managed_key), the bucket is under a key that Oracle manages, and not under a key of a vault.
    - V(empty_bucket), the bucket has no object and no object version.
    - V(up_to_date), a completed receipt names the current version of the bucket's current key, and the key is enabled. If no receipt is
      kept, a completed work request takes its place. In check mode, it can also mean that the re-encryption has ended well and a run only
      has to complete the receipt; RV(predicted) is then V(true).
    - V(in_progress), a re-encryption is running; if O(wait) is true, the task waits for it.
    - V(key_version_changed), the receipt names an older version of the same key.
    - V(key_changed), the receipt names another key.
    - V(work_request_failed), the last attempt on record failed, was canceled, or completed with errors.
    - V(uploads_ended), the receipt counts open uploads, and some of them have ended since.
    - V(unproven), there is no receipt, or it proves nothing, or the key's version cannot be read.
    - V(forced), you set O(force).
    - V(key_assigned), O(kms_key_id) names another key than the bucket's; the task assigns it first. If the bucket is empty, the task only
      assigns the key, and RV(action) is V(none).
    - Null if the module failed before it could decide. If the key is not enabled, the module fails in this way, whatever the receipt says.
      An empty bucket does not fail for this.
  returned: always
  type: str
  sample: key_version_changed
assigned:
  description: Whether this run assigned O(kms_key_id) to the bucket, or in check mode would.
  returned: always
  type: bool
predicted:
  description: Says that the result tells what a run outside of check mode would do. A prediction proves nothing.
  returned: in check mode, when something would be done
  type: bool
  sample: true
version_unknown:
  description: Says that nobody can tell which version of the key the re-encryption is for. Either the key cannot be read, or the module
    cannot find out whether the version has arrived in the bucket's region. The re-encryption then proves nothing, however well it ended.
  returned: when that is so, and a re-encryption was submitted or joined, or in check mode would be
  type: bool
  sample: true
bucket:
  description: The bucket. Null if it could not be read.
  returned: always
  type: dict
  contains:
    region:
      description: The bucket's region. Null if only an endpoint is known.
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
      description: The OCID of its master encryption key. Null if that is an Oracle-managed key.
      type: str
    is_bucket_key_enabled:
      description: Whether it uses an intermediate bucket key. Null if the SDK or the service does not say.
      type: bool
    versioning:
      description: V(Enabled), V(Suspended) or V(Disabled).
      type: str
    storage_tier:
      description: V(Standard) or V(Archive).
      type: str
    approximate_count:
      description: The service's estimate of the number of objects. It may be out of date.
      type: int
    approximate_size:
      description: The service's estimate of their size in bytes.
      type: int
key:
  description: The master encryption key. Null if that is an Oracle-managed key, or if it could not be read.
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
          description: When it was created, RFC 3339 in UTC. Null if the module did not read it.
          type: str
        origin:
          description:
            - Where its key material comes from. With V(INTERNAL), OCI made it. With V(EXTERNAL), it was imported.
            - Null if the module did not read it. To save a call, it does not read it if the receipt names the version already.
          type: str
open_uploads:
  description:
    - The number of open multipart uploads that a re-encryption cannot reach. Null if the module did not list them.
    - See O(open_uploads).
  returned: always
  type: int
  sample: 0
scope:
  description: What the result is about. V(all) means all objects. With O(bucket_key_only=true) it is V(bucket-key).
  returned: always
  type: str
  sample: all
work_request:
  description: The work request of the re-encryption, which is OCI's record of the work. Null if there is none.
  returned: always
  type: dict
  contains:
    id:
      description: The work request's OCID.
      type: str
    status:
      description: V(ACCEPTED), V(IN_PROGRESS), V(COMPLETED), V(FAILED), V(CANCELING) or V(CANCELED).
        Null if the module did not read it.
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
      description: Its errors, if it failed or completed with errors.
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
  description: The receipt on the bucket at the end of the run. Null if there is none.
  returned: always
  type: dict
  contains:
    state:
      description:
        - V(claimed) if a run is about to ask OCI for the re-encryption, V(submitted) if OCI has accepted it, and V(completed) if it has
          ended well.
      type: str
    key_version_id:
      description: The key version that the re-encryption was made for. V(unknown) if nobody could tell which one that was.
      type: str
    work_request_id:
      description: The OCID of its work request. Null as long as the receipt is only claimed.
      type: str
    time:
      description: When the run claimed it, by the service's clock, RFC 3339 in UTC.
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
