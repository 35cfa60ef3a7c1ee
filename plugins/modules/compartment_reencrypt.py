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
  - Does for all buckets of one or more compartments, in one task and one process, what M(rekey.oci.bucket_reencrypt) does for
    one. It looks, decides, submits and waits in the same way, many buckets at once.
  - Each key is read once for all its buckets, and again before receipts are completed and after a minute. Buckets that wait are
    asked after together, and a slow bucket holds up no other.
  - A bucket that fails, or a compartment that may not be listed, stops nothing. The task fails at the end, with everything in its
    result.
  - When the module is told to stop, it begins nothing more, and returns within seconds what was done so far. When Ansible itself is
    interrupted, such as by Ctrl-C, it shows no result of the task, only that it was interrupted, below the last line of progress.
  - Either way, what was submitted goes on, and the next run goes on from there.
options:
  compartment_ids:
    required: true
  key_ids:
    description:
      - The OCIDs of keys. Only buckets under one of these are taken, others are not even in the result.
      - With O(kms_key_id), buckets that are under that key already are taken too, so that a run that was cut short is finished by
        the next one.
    type: list
    elements: str
  max_in_flight:
    description:
      - How many re-encryptions that this task submitted may run at once.
      - With O(wait=false) the task still waits for slots when there are more buckets to re-encrypt than that.
    type: int
    default: 100
  max_failures:
    description:
      - Once as many buckets have failed, no other is begun. What runs is waited for.
      - A bucket that was not begun has the reason V(not_begun). It is no failure of its own.
      - All buckets when left out.
    type: int
  max_submissions:
    description:
      - This run submits re-encryptions for no more buckets than that. The others have the reason V(deferred), which is no failure,
        and wait for another run.
      - Buckets go in the order of their regions, namespaces and names. So one run after the other works through the fleet.
      - No limit when left out.
    type: int
extends_documentation_fragment:
  - rekey.oci.auth
  - rekey.oci.behaviour
  - rekey.oci.fleet
  - rekey.oci.progress
  - rekey.oci.attributes
notes:
  - Needs the permissions BUCKET_INSPECT, BUCKET_READ, BUCKET_UPDATE, OBJECT_INSPECT, OBJECT_READ and KEY_READ, and with
    O(recursive=true) COMPARTMENT_INSPECT.
  - O(wait_timeout) counts for each bucket from when its turn has come.
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

- name: Only the payroll buckets, but not those for tests
  rekey.oci.compartment_reencrypt:
    compartment_id: ocid1.compartment.oc1..example
    include: [payroll-*]
    exclude: ['*-test']

- name: Only the buckets under one key, such as after its rotation
  rekey.oci.compartment_reencrypt:
    compartment_id: ocid1.compartment.oc1..example
    key_ids:
      - ocid1.key.oc1.iad.examplevault.examplekey

- name: Three regions at once, no more than 200 buckets a night, and not on when something is wrong
  rekey.oci.compartment_reencrypt:
    compartment_id: ocid1.compartment.oc1..example
    regions: [us-ashburn-1, eu-frankfurt-1, ap-tokyo-1]
    max_submissions: 200
    max_failures: 5

- name: Tell what would have to be done
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
  description: How many buckets. One may count more than once, such as V(submitted) and V(completed).
  returned: always
  type: dict
  contains:
    total:
      description: All that matched.
      type: int
    submitted:
      description: For which this run submitted a re-encryption, or in check mode would.
      type: int
    joined:
      description: Whose re-encryption ran already.
      type: int
    completed:
      description:
        - Whose re-encryption was seen to its end, submitted or joined. Not each of them is proven, such as where the key cannot be
          read or the tags are full.
      type: int
    up_to_date:
      description: That needed nothing, proven.
      type: int
    empty_bucket:
      description: That hold nothing.
      type: int
    oracle_managed_key:
      description: Under an Oracle-managed key.
      type: int
    failed:
      description: That failed, each with its C(error).
      type: int
    deferred:
      description: That wait for another run, because of O(max_submissions).
      type: int
    not_begun:
      description: That were not begun, because of O(max_failures).
      type: int
    gone:
      description: That were listed, and deleted before they were looked at.
      type: int
    open_uploads:
      description: That have open multipart uploads which a re-encryption cannot reach.
      type: int
    proven:
      description:
        - Of which a completed receipt proves at the end of the run that all objects are under the current version of the key.
      type: int
buckets:
  description: An entry for each bucket, in the order of their regions, namespaces and names.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: The bucket's region; null where only endpoints are known.
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
        - Why, as in M(rekey.oci.bucket_reencrypt).
        - Only here, V(deferred) waits for another run because of O(max_submissions), V(not_begun) because of O(max_failures), and
          V(bucket_gone) was listed and then deleted.
      type: str
    assigned:
      description: Whether this run assigned O(kms_key_id) to the bucket, or in check mode would.
      type: bool
    key_version_id:
      description: The OCID of the current version of the bucket's key; null under an Oracle-managed key or when it cannot be read.
      type: str
    scope:
      description: V(all), or V(bucket-key) with O(bucket_key_only).
      type: str
    proven:
      description:
        - Whether a completed receipt proves at the end of the run that all objects are under the current version of the key.
      type: bool
    open_uploads:
      description: How many multipart uploads are open that a re-encryption cannot reach; null where they were not listed.
      type: int
    work_request:
      description: The work request of the re-encryption; null when there is none.
      type: dict
      contains:
        id:
          description: The work request's OCID.
          type: str
        status:
          description: Its status; null when not looked at.
          type: str
        percent_complete:
          description: Its progress, 0 to 100.
          type: float
    error:
      description: Why it failed; null when it did not.
      type: dict
      contains:
        message:
          description: One line that says what is wrong and what to do.
          type: str
        operation:
          description: The API call that failed, such as V(GetBucket); null when none did.
          type: str
        status:
          description: Its HTTP status; null when there was no answer.
          type: int
        code:
          description: OCI's error code.
          type: str
        opc_request_id:
          description: The id of the request that Oracle's support asks for.
          type: str
    predicted:
      description: That this is what a run outside of check mode would do; only then.
      type: bool
    warnings:
      description: What else is worth knowing, when there is something.
      type: list
      elements: str
unlisted:
  description: Lists that could not be read; the buckets of these compartments may be missing.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: The region in which it could not be read.
      type: str
    compartment_id:
      description: The compartment's OCID.
      type: str
    error:
      description: The failed call, C(ListBuckets), C(ListCompartments) or C(GetNamespace), in the shape of a bucket's C(error).
      type: dict
region:
  description: The region that was asked; null where there are several, or only endpoints are known.
  returned: always
  type: str
  sample: us-ashburn-1
regions:
  description: The regions that were asked.
  returned: always
  type: list
  elements: str
  sample: [us-ashburn-1]
interrupted:
  description: Whether the task was told to stop. Buckets that it had not begun are then missing.
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
