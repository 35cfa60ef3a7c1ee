#!/usr/bin/python
# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: bucket_encryption_info
short_description: Tell whether buckets are encrypted under the newest version of their keys, and how that is proven
version_added: 1.0.0
description:
  - Tells of one bucket, or of all buckets of one or more compartments, under which key and version its objects are proven to be.
  - Only reads. What it finds is what M(rekey.oci.bucket_reencrypt) would find in check mode.
  - A bucket that cannot be read has the status V(error) and does not fail the task, unless it was asked for by its name.
    A compartment that may not be listed fails the task at the end, with everything in its result.
options:
  bucket_name:
    description: The name of the bucket. Names are case-sensitive. Either this or O(compartment_ids) is needed.
    type: str
    aliases: [bucket, name]
  receipt:
    description:
      - V(tag) looks for the proof in the buckets' receipts.
      - V(none) decides from work requests alone, for buckets that are kept with O(rekey.oci.bucket_reencrypt#module:receipt=none).
    type: str
    choices: [tag, none]
    default: tag
  receipt_tag_namespace:
    description: The tag namespace that the receipts are kept in, as in O(rekey.oci.bucket_reencrypt#module:receipt_tag_namespace).
    type: str
  bucket_key_only:
    description: Whether a proof for the intermediate bucket keys alone will do.
    type: bool
    default: false
  verify_history:
    description:
      - Whether a completed receipt is believed only if no re-encryption by somebody else was accepted since.
    type: bool
    default: false
extends_documentation_fragment:
  - rekey.oci.auth
  - rekey.oci.fleet
  - rekey.oci.attributes_info
notes:
  - Needs the permissions BUCKET_READ, OBJECT_INSPECT, OBJECT_READ and KEY_READ, with O(compartment_ids) BUCKET_INSPECT, and with
    O(recursive=true) COMPARTMENT_INSPECT.
author:
  - rekey.oci contributors (@rekey-oci)
seealso:
  - module: rekey.oci.bucket_reencrypt
  - module: rekey.oci.compartment_reencrypt
"""

EXAMPLES = r"""
- name: Ask how one bucket stands
  rekey.oci.bucket_encryption_info:
    bucket_name: payroll
  register: payroll

- name: Insist that it is proven
  ansible.builtin.assert:
    that: payroll.buckets[0].status == 'up_to_date'

- name: Ask how all buckets below a compartment stand
  rekey.oci.bucket_encryption_info:
    compartment_ids:
      - ocid1.compartment.oc1..example
    recursive: true
  register: fleet

- name: Show what is not proven
  ansible.builtin.debug:
    msg: "{{ fleet.buckets | rejectattr('status', 'in', ['up_to_date', 'empty_bucket']) | map(attribute='bucket.name') }}"
"""

RETURN = r"""
msg:
  description: The counts, or the first failures by name.
  returned: always
  type: str
  sample: "1000 buckets: 990 up to date, 10 stale"
summary:
  description: How many buckets have which status, and C(total).
  returned: always
  type: dict
  contains:
    total:
      description: All that matched.
      type: int
    up_to_date:
      description: Proven under the current version of their keys.
      type: int
    stale:
      description: Proven under an older version, or another key.
      type: int
    unproven:
      description: Of which nothing is proven.
      type: int
    in_progress:
      description: Whose re-encryption is running.
      type: int
    failed:
      description: Whose last re-encryption failed or was canceled.
      type: int
    empty_bucket:
      description: That hold nothing.
      type: int
    oracle_managed_key:
      description: Under an Oracle-managed key.
      type: int
    error:
      description: Of which it could not be told.
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
    bucket:
      description: The bucket, as M(rekey.oci.bucket_reencrypt) returns it. What is not known is null.
      type: dict
    key:
      description: Its key, as M(rekey.oci.bucket_reencrypt) returns it; null under an Oracle-managed key or when it cannot be read.
      type: dict
    receipt:
      description: Its receipt, as M(rekey.oci.bucket_reencrypt) returns it; null when there is none.
      type: dict
    open_uploads:
      description: The number of open multipart uploads that a re-encryption cannot reach; null where they were not listed.
      type: int
    work_request:
      description: The work request that the status is about, as M(rekey.oci.bucket_reencrypt) returns it; null when there is none.
      type: dict
    scope:
      description: What the status is about, V(all) objects, or V(bucket-key) with O(bucket_key_only).
      type: str
    status:
      description:
        - V(up_to_date) is proven under the current version of its key, V(stale) under an older one or another key.
        - Of V(unproven) nothing is proven. V(in_progress) is being re-encrypted. The last attempt on a V(failed) one failed.
        - V(empty_bucket) holds nothing. V(oracle_managed_key) has no key of a vault.
        - V(error) could not be told, or its key is disabled or deleted.
      type: str
      choices: [up_to_date, stale, unproven, in_progress, failed, empty_bucket, oracle_managed_key, error]
    compartment_name:
      description: The name of its compartment; null for a bucket of a compartment that O(compartment_ids) names itself.
      type: str
    key_version_age_days:
      description: The age of the key's current version in whole days, by the service's clock; null when it is not known.
      type: int
    error:
      description: Why it could not be told; null otherwise.
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
error:
  description: The API call that failed, of the namespace or of the one bucket that O(bucket_name) names.
  returned: when an API call failed the task
  type: dict
  contains:
    operation:
      description: The operation's name, such as V(GetBucket).
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
interrupted:
  description: Whether the task was told to stop. Buckets that it had not finished are then missing.
  returned: always
  type: bool
"""

import random
import time
from collections.abc import Sequence
from typing import Any, NoReturn, Optional

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.rekey.oci.plugins.module_utils.common import inputs
from ansible_collections.rekey.oci.plugins.module_utils.common.filters import Names
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.fleet.site import Limits, Selection
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef
from ansible_collections.rekey.oci.plugins.module_utils.module import arguments, fleet_results, fleets, statuses
from ansible_collections.rekey.oci.plugins.module_utils.module.connecting import connect, namespace_of
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Reconciler, run


def main() -> None:
    spec = arguments.common()
    spec.update(arguments.fleet())
    behaviour = arguments.behaviour()
    spec.update(
        {name: behaviour[name] for name in ("receipt", "receipt_tag_namespace", "bucket_key_only", "verify_history")}
    )
    spec["bucket_name"] = {"type": "str", "aliases": ["bucket", "name"]}
    module = AnsibleModule(
        argument_spec=spec,
        supports_check_mode=True,
        mutually_exclusive=[("bucket_name", "compartment_ids")],
        required_one_of=[("bucket_name", "compartment_ids")],
    )
    params = module.params
    try:
        check(params)
        names = Names(params["include"], params["exclude"])
    except inputs.BadInput as error:
        module.fail_json(msg=str(error), **told([], [], [], False))
    # Not waiting: a re-encryption that runs is told of, whatever it will prove.
    options = Options(
        check_mode=True,
        wait=False,
        receipt=params["receipt"],
        receipt_tag_namespace=params["receipt_tag_namespace"],
        bucket_key_only=params["bucket_key_only"],
        verify_history=params["verify_history"],
    )
    if params["bucket_name"] is not None:
        one(module, options)
    else:
        many(module, options, Selection(names, params["recursive"]))


def one(module: AnsibleModule, options: Options) -> NoReturn:
    """Look at one bucket, as bucket_reencrypt does."""
    api = connect(module, learned=told([], [], [], False))
    region = api.calls.clients.region
    ref = BucketRef(region, namespace_of(module, api, told([], [], [region], False)), module.params["bucket_name"])
    reconciler = Reconciler(
        api, ref.namespace, ref.name, options, nonce="0" * 12, clock=time.monotonic, chance=random.random
    )
    run(reconciler, time.sleep)
    entry = dict(statuses.entry_of(reconciler, ref), compartment_name=None)
    result = told([entry], [], [region], False)
    for warning in reconciler.warnings:
        module.warn(warning)
    if entry["error"] is not None:
        if reconciler.error is not None:
            result["error"] = reconciler.error.as_result()
        module.fail_json(msg=entry["error"]["message"], **result)
    module.exit_json(msg=fleet_results.told(result["summary"]), **result)
    raise SystemExit


def many(module: AnsibleModule, options: Options, selection: Selection) -> None:
    limits, keep = Limits(module.params["workers"]), statuses.Looks(options.scope)
    fleet = fleets.build(module, options, selection, limits, keep, told([], [], [], False))
    fleet.add_compartments(module.params["compartment_ids"])
    fleets.run(fleet)
    entries = fleets.sorted_entries(fleet)
    names = fleets.compartment_names(fleet)
    for entry in entries:
        entry["compartment_name"] = names.get(entry["bucket"]["compartment_id"])
    unlisted = fleets.unlisted(fleet)
    result = told(entries, unlisted, fleet.regions, fleet.stopped)
    fleets.end(module, fleet, selection, result, fleet_results.failures((), unlisted, len(fleet.regions)))


def told(
    entries: list[Any], unlisted: list[Any], regions: Sequence[Optional[str]], interrupted: bool
) -> dict[str, Any]:
    return {
        "changed": False,
        "summary": statuses.summary_of(entries),
        "buckets": entries,
        "unlisted": unlisted,
        "region": regions[0] if len(regions) == 1 else None,
        "regions": list(regions),
        "interrupted": interrupted,
    }


def check(params: dict[str, Any]) -> None:
    """Raises BadInput."""
    inputs.check_fleet(params)
    inputs.check_receipt(params)
    inputs.check_namespace(params["namespace_name"])
    if params["bucket_name"] is not None:
        inputs.check_bucket_name(params["bucket_name"])
        for option in ("recursive", "include", "exclude", "regions"):
            if params[option]:
                raise inputs.BadInput("%s goes with compartment_ids, not with bucket_name." % option)


if __name__ == "__main__":
    main()
