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
  - Shows the state of one bucket, or of all buckets of one or more compartments. It says for which version of which key each bucket was
    re-encrypted, and whether that is the current version.
  - The module reads the bucket's receipt. That is two tags in which M(rekey.oci.bucket_reencrypt) records its last re-encryption. A bucket
    is proven if its receipt is completed, is about all objects, and names the current version of its current key.
  - The module only reads. It finds what M(rekey.oci.bucket_reencrypt) would find in check mode.
  - If the module cannot read a bucket, the bucket has the status V(error). With O(compartment_ids), the task does not fail because of this.
    With O(bucket_name), it fails. If a compartment cannot be listed, the task fails at the end, and its result has everything.
options:
  bucket_name:
    description: The name of the bucket. Names are case-sensitive. Give either this or O(compartment_ids).
    type: str
    aliases: [bucket, name]
  receipt:
    description:
      - V(tag) reads the buckets' receipts.
      - V(none) decides from work requests alone, which are OCI's records of re-encryptions. Use it for buckets that you re-encrypt with
        O(rekey.oci.bucket_reencrypt#module:receipt=none).
    type: str
    choices: [tag, none]
    default: tag
  receipt_tag_namespace:
    description: The tag namespace that has the receipts, as in O(rekey.oci.bucket_reencrypt#module:receipt_tag_namespace).
    type: str
    version_added: 1.1.0
  bucket_key_only:
    description:
      - Whether a proof about the intermediate bucket keys is enough. These keys encrypt the objects' own keys.
      - With V(true), the status says nothing about the objects.
    type: bool
    default: false
  verify_history:
    description:
      - Whether to look for re-encryptions that somebody else started after the receipt was completed. If there is one, the receipt no
        longer counts.
    type: bool
    default: false
extends_documentation_fragment:
  - rekey.oci.auth
  - rekey.oci.fleet
  - rekey.oci.attributes_info
notes:
  - The user needs the permissions BUCKET_READ, OBJECT_INSPECT, OBJECT_READ and KEY_READ. With O(compartment_ids), the user also needs
    BUCKET_INSPECT, and with O(recursive=true) COMPARTMENT_INSPECT.
author:
  - rekey.oci contributors (@rekey-oci)
seealso:
  - module: rekey.oci.bucket_reencrypt
  - module: rekey.oci.compartment_reencrypt
  - plugin: rekey.oci.proven
    plugin_type: test
"""

EXAMPLES = r"""
- name: Look at one bucket
  rekey.oci.bucket_encryption_info:
    bucket_name: payroll
  register: payroll

- name: Make sure that it is proven
  ansible.builtin.assert:
    that: payroll is rekey.oci.proven

- name: Look at all buckets below a compartment
  rekey.oci.bucket_encryption_info:
    compartment_ids:
      - ocid1.compartment.oc1..example
    recursive: true
  register: fleet

- name: Show which buckets are not proven
  ansible.builtin.debug:
    msg: "{{ fleet.buckets | reject('rekey.oci.proven') | map(attribute='bucket.name') }}"
"""

RETURN = r"""
msg:
  description: The counts, or the first failures by name.
  returned: always
  type: str
  sample: "1000 buckets: 990 up to date, 10 stale"
summary:
  description: The number of buckets with each status, and the C(total).
  returned: always
  type: dict
  contains:
    total:
      description: All buckets that matched.
      type: int
    up_to_date:
      description: Buckets that are proven, or whose receipt only has to be completed by the next run.
      type: int
    stale:
      description: Buckets whose receipt names an older version or another key, or counts open uploads that have ended since.
      type: int
    unproven:
      description: Buckets about which nothing is proven.
      type: int
    in_progress:
      description: Buckets whose re-encryption is running.
      type: int
    failed:
      description: Buckets whose last re-encryption failed, was canceled, or completed with errors.
      type: int
    empty_bucket:
      description: Buckets that hold nothing.
      type: int
    oracle_managed_key:
      description: Buckets under an Oracle-managed key.
      type: int
    error:
      description: Buckets whose status could not be found out, or whose key is not C(ENABLED).
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
    bucket:
      description: The bucket, as M(rekey.oci.bucket_reencrypt) returns it. Null stands for what is not known.
      type: dict
    key:
      description: Its key, as M(rekey.oci.bucket_reencrypt) returns it. Null if that is an Oracle-managed key, or if it could not be read.
      type: dict
    receipt:
      description: Its receipt, as M(rekey.oci.bucket_reencrypt) returns it. Null if there is none.
      type: dict
    open_uploads:
      description: The number of open multipart uploads that a re-encryption cannot reach. Null if the module did not list them.
      type: int
    work_request:
      description: The work request that the status is about, as M(rekey.oci.bucket_reencrypt) returns it. Null if there is none.
      type: dict
    scope:
      description: What the status is about. V(all) means all objects. With O(bucket_key_only=true) it is V(bucket-key).
      type: str
    status:
      description:
        - V(up_to_date) means that the bucket is proven, or that its re-encryption has ended well and no run has completed the receipt yet.
          The next run of M(rekey.oci.bucket_reencrypt) completes it.
        - V(stale) means that its receipt names an older version of its key, or another key, or that some of the open uploads that it counts
          have ended since.
        - V(unproven) means that nothing is proven about the bucket. V(in_progress) means that a re-encryption is running. V(failed) means that
          the last re-encryption failed, was canceled, or completed with errors.
        - V(empty_bucket) means that the bucket holds nothing. V(oracle_managed_key) means that it has no key of a vault.
        - V(error) means that the status could not be found out, or that the key is not C(ENABLED).
      type: str
      choices: [up_to_date, stale, unproven, in_progress, failed, empty_bucket, oracle_managed_key, error]
    compartment_name:
      description: The name of its compartment. Null if O(compartment_ids) names that compartment itself, or with O(bucket_name).
      type: str
    key_version_age_days:
      description: The age of the key's current version in whole days, by the service's clock. Null if it is not known.
      type: int
    error:
      description: Why the status is V(error). Null if it is another one.
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
  description: The region that the module asked. Null if there are several, or if only endpoints are known.
  returned: always
  type: str
  sample: us-ashburn-1
regions:
  description: The regions that the module asked.
  returned: always
  type: list
  elements: str
  sample: [us-ashburn-1]
error:
  description: The API call that failed. It was about the namespace, or about the bucket that O(bucket_name) names.
  returned: when an API call failed the task
  type: dict
  contains:
    operation:
      description: The operation's name, such as V(GetBucket).
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
interrupted:
  description: Whether the task was told to stop. If so, buckets that it had not finished are missing.
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
        looks=True,
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
