#!/usr/bin/python
# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: compartment_reencrypt
short_description: Keep the objects of all buckets of compartments encrypted under the newest version of their keys
version_added: 1.0.0
description:
  - Does for all buckets of one or more compartments what M(rekey.oci.bucket_reencrypt) does for one bucket. It needs only one task and
    one process, and works on many buckets at once.
  - The module decides for each bucket as M(rekey.oci.bucket_reencrypt) does. It also keeps a receipt on each bucket, which is two tags that
    say which re-encryption was the last one. The page of M(rekey.oci.bucket_reencrypt) explains the words receipt and proven.
  - The module reads a key once for all buckets under it. It reads the key again after a minute, and before it completes receipts. It asks
    about all running re-encryptions together, so a slow bucket does not hold up the others.
  - If a bucket fails, or a compartment cannot be listed, the module goes on with the others. The task fails at the end, and its result
    has everything.
  - If the module gets the signal SIGTERM, it begins nothing new. Within seconds, it returns what was done so far. If you interrupt Ansible itself,
    such as with Ctrl-C, Ansible shows no result of the task. It only says that it was interrupted, below the last line of progress.
  - In both cases, OCI goes on with the re-encryptions that were submitted, and the next run continues from there.
options:
  compartment_ids:
    required: true
  key_ids:
    description:
      - The OCIDs of keys. The module works only on buckets under one of these keys. Other buckets are not in the result at all.
      - With O(kms_key_id), the module also works on buckets that are already under that key. So a run can finish what an earlier run began.
    type: list
    elements: str
  max_in_flight:
    description:
      - How many of the re-encryptions that this task submits may run at once, at least 1.
      - If there are more buckets to re-encrypt, the task waits until one of these re-encryptions has ended, even with O(wait=false).
    type: int
    default: 100
  max_failures:
    description:
      - The number of failed buckets, at least 1, after which the module begins no other bucket. It still waits for those that are running.
      - The buckets that it did not begin have the reason V(not_begun). They do not count as failed.
      - If you leave it out, the module begins all buckets.
    type: int
    version_added: 1.1.0
  max_submissions:
    description:
      - The largest number of buckets, at least 1, for which this run submits a re-encryption. The others wait for another run and have
        the reason V(deferred). They do not count as failed.
      - The module takes the buckets in the order of their regions, namespaces and names. So run by run, it works through all of them.
        This is not so with O(force=true), or if keys cannot be read, because such buckets are never up to date.
      - If you leave it out, there is no limit.
    type: int
    version_added: 1.1.0
extends_documentation_fragment:
  - rekey.oci.auth
  - rekey.oci.behaviour
  - rekey.oci.fleet
  - rekey.oci.progress
  - rekey.oci.attributes
notes:
  - The user needs the permissions BUCKET_INSPECT, BUCKET_READ, BUCKET_UPDATE, OBJECT_INSPECT, OBJECT_READ and KEY_READ. With
    O(recursive=true), the user also needs COMPARTMENT_INSPECT.
  - O(wait_timeout) counts for each bucket by itself, from the moment when the module begins it.
author:
  - rekey.oci contributors (@rekey-oci)
seealso:
  - module: rekey.oci.bucket_reencrypt
  - module: rekey.oci.bucket_encryption_info
"""

EXAMPLES = r"""
- name: Keep all buckets below a compartment encrypted under the newest version of their keys
  rekey.oci.compartment_reencrypt:
    compartment_ids:
      - ocid1.compartment.oc1..example
    recursive: true

- name: Take only the payroll buckets, but not those for tests
  rekey.oci.compartment_reencrypt:
    compartment_id: ocid1.compartment.oc1..example
    include: [payroll-*]
    exclude: ['*-test']

- name: Take only the buckets under one key, such as after its rotation
  rekey.oci.compartment_reencrypt:
    compartment_id: ocid1.compartment.oc1..example
    key_ids:
      - ocid1.key.oc1.iad.examplevault.examplekey

- name: Work in three regions, on no more than 200 buckets, and stop after five failures
  rekey.oci.compartment_reencrypt:
    compartment_id: ocid1.compartment.oc1..example
    regions: [us-ashburn-1, eu-frankfurt-1, ap-tokyo-1]
    max_submissions: 200
    max_failures: 5

- name: Tell what there is to do
  rekey.oci.compartment_reencrypt:
    compartment_id: ocid1.compartment.oc1..example
  check_mode: true
  diff: true
"""

RETURN = r"""
msg:
  description: The counts, or the first failures by name.
  returned: always
  type: str
  sample: "1000 buckets: 10 submitted, 10 completed, 990 up to date"
summary:
  description: The numbers of buckets. A bucket may count more than once, such as under V(submitted) and V(completed).
  returned: always
  type: dict
  contains:
    total:
      description: All buckets that matched.
      type: int
    submitted:
      description: Buckets for which this run submitted a re-encryption, or in check mode would.
      type: int
    joined:
      description: Buckets whose re-encryption was running already.
      type: int
    completed:
      description:
        - Buckets whose re-encryption was submitted or joined, and ended in this run. Not all of them are proven. For example, a bucket is
          not proven if its key cannot be read or its tags are full.
      type: int
    up_to_date:
      description: Buckets that needed nothing, because they are up to date.
      type: int
    empty_bucket:
      description: Buckets that hold nothing.
      type: int
    oracle_managed_key:
      description: Buckets under an Oracle-managed key.
      type: int
    failed:
      description: Buckets that failed. Each has an C(error).
      type: int
    deferred:
      description: Buckets that wait for another run, because of O(max_submissions).
      type: int
    not_begun:
      description: Buckets that the module did not begin, because of O(max_failures).
      type: int
    gone:
      description: Buckets that were deleted after they were listed.
      type: int
    open_uploads:
      description: Buckets with open multipart uploads that a re-encryption cannot reach.
      type: int
    proven:
      description:
        - Buckets that are proven at the end of the run. A completed receipt says that all their objects are under the current version of
          the key.
      type: int
buckets:
  description: An entry for each bucket, in the order of their regions, namespaces and names.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: The bucket's region. Null if only endpoints are known.
      type: str
    namespace:
      description: The Object Storage namespace.
      type: str
    name:
      description: The bucket's name.
      type: str
    compartment_id:
      description: The OCID of its compartment.
      type: str
    changed:
      description: Whether this run submitted a re-encryption or assigned a key, or in check mode would.
      type: bool
    action:
      description: V(submit), V(join) or V(none).
      type: str
    reason:
      description:
        - Why, as M(rekey.oci.bucket_reencrypt) returns it. Three reasons occur only here.
        - V(deferred), the run had submitted O(max_submissions) re-encryptions before it came to this bucket; the next run goes on.
        - V(not_begun), O(max_failures) buckets had failed before the run came to this one.
        - V(bucket_gone), somebody deleted the bucket after it was listed.
      type: str
    submitted:
      description:
        - Whether this run submitted a re-encryption, or in check mode would. If OCI refused it, this is false, but RV(buckets[].action)
          is V(submit). If OCI's answer was lost, this is true.
      type: bool
    assigned:
      description: Whether this run assigned O(kms_key_id) to the bucket, or in check mode would.
      type: bool
    key_version_id:
      description: The OCID of the current version of the bucket's key. Null if that is an Oracle-managed key, or if it could not be read.
      type: str
    scope:
      description: What the entry is about. V(all) means all objects. With O(bucket_key_only=true) it is V(bucket-key).
      type: str
    proven:
      description:
        - Whether the bucket is proven at the end of the run. A completed receipt then says that all objects are under the current version
          of the key. A bucket without a receipt does not count, such as an empty one. The test P(rekey.oci.proven#test) is less strict. It
          accepts an empty bucket, and a bucket without a receipt if its work request has completed.
      type: bool
    open_uploads:
      description: The number of open multipart uploads that a re-encryption cannot reach. Null if the module did not list them.
      type: int
    work_request:
      description: The work request of the re-encryption, which is OCI's record of the work. Null if there is none.
      type: dict
      contains:
        id:
          description: The work request's OCID.
          type: str
        status:
          description: Its status. Null if the module did not read it.
          type: str
        percent_complete:
          description: Its progress, 0 to 100.
          type: float
    error:
      description: Why the bucket failed. Null if it did not fail.
      type: dict
      contains:
        message:
          description: One line that says what is wrong and what to do.
          type: str
        operation:
          description: The API call that failed, such as V(GetBucket). Null if no call failed.
          type: str
        status:
          description: Its HTTP status. Null if there was no answer.
          type: int
        code:
          description: OCI's error code.
          type: str
        opc_request_id:
          description: The id of the request that Oracle's support asks for.
          type: str
    predicted:
      description: Says that the entry tells what a run outside of check mode would do. This value is there only in check mode.
      type: bool
    version_unknown:
      description: Says that nobody can tell which version of the key the re-encryption is for, so that it proves nothing. This value is
        there only then.
      type: bool
    warnings:
      description: Warnings about the bucket. This value is there only if there are some.
      type: list
      elements: str
unlisted:
  description: Lists that could not be read. Buckets of these compartments may be missing.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: The region of the list.
      type: str
    compartment_id:
      description: The OCID of the compartment.
      type: str
    error:
      description: The failed call, in the form of a bucket's C(error). It is C(ListBuckets), C(ListCompartments) or C(GetNamespace).
      type: dict
region:
  description: The region that the module worked in. Null if there are several, or if only endpoints are known.
  returned: always
  type: str
  sample: us-ashburn-1
regions:
  description: The regions that the module worked in.
  returned: always
  type: list
  elements: str
  sample: [us-ashburn-1]
interrupted:
  description: Whether the task was told to stop. If so, buckets that it had not begun are missing.
  returned: always
  type: bool
"""

import time
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.rekey.oci.plugins.module_utils.common import inputs
from ansible_collections.rekey.oci.plugins.module_utils.common.filters import Names
from ansible_collections.rekey.oci.plugins.module_utils.fleet.fleet import Fleet
from ansible_collections.rekey.oci.plugins.module_utils.fleet.site import Limits, Selection
from ansible_collections.rekey.oci.plugins.module_utils.module import arguments, fleet_results, fleets, progress
from ansible_collections.rekey.oci.plugins.module_utils.module.fleet_progress import Observer


def main() -> None:
    spec = arguments.common()
    spec.update(arguments.behaviour())
    spec.update(arguments.fleet())
    spec.update(progress.arguments())
    spec["compartment_ids"]["required"] = True
    spec.update(
        key_ids={"type": "list", "elements": "str", "no_log": False},
        max_in_flight={"type": "int", "default": 100},
        max_failures={"type": "int"},
        max_submissions={"type": "int"},
    )
    module = progress.WatchedModule(argument_spec=spec, supports_check_mode=True)
    params = module.params
    try:
        inputs.check_fleet(params)
        inputs.check_namespace(params["namespace_name"])
        options = arguments.options(params, module.check_mode)
        names = Names(params["include"], params["exclude"])
    except inputs.BadInput as error:
        module.fail_json(msg=str(error), **fleet_results.nothing())
    selection = Selection(names, params["recursive"], frozenset(params["key_ids"]) if params["key_ids"] else None)
    limits = Limits(params["workers"], params["max_in_flight"], params["max_failures"], params["max_submissions"])
    keep = fleet_results.Compact(options.scope, module._diff)
    fleet = fleets.build(module, options, selection, limits, keep, fleet_results.nothing())
    fleet.add_compartments(params["compartment_ids"])
    with progress.Progress(module.progress_file) as told:
        watched = module.progress_file is not None
        fleets.run(fleet, Observer(fleet, told, time.monotonic) if watched else None)
    finish(module, fleet, selection)


def finish(module: AnsibleModule, fleet: Fleet, selection: Selection) -> None:
    entries = fleets.sorted_entries(fleet)
    unlisted = fleets.unlisted(fleet)
    diffs = [
        dict(entry.pop("diff"), before_header=entry["name"], after_header=entry["name"])
        for entry in entries
        if "diff" in entry
    ]
    summary = fleet_results.summary_of(entries, fleet.options.wait and not fleet.options.check_mode)
    result: dict[str, Any] = {
        "changed": any(entry["changed"] for entry in entries),
        "summary": summary,
        "buckets": entries,
        "unlisted": unlisted,
        "region": fleets.one_region(fleet),
        "regions": fleet.regions,
        "interrupted": fleet.stopped,
    }
    if module._diff:
        result["diff"] = diffs
    failures = fleet_results.failures(entries, unlisted, len(fleet.regions))
    fleets.end(module, fleet, selection, result, failures)


if __name__ == "__main__":
    main()
