#!/usr/bin/python
# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: work_request_info
short_description: Show the progress of work requests of Object Storage
version_added: 1.0.0
description:
  - Reads work requests of Object Storage with their errors and logs. A work request is OCI's record of a job in the background. Use the
    module for re-encryptions that M(rekey.oci.bucket_reencrypt) or M(rekey.oci.compartment_reencrypt) submitted with C(wait=false). With
    C(until), a playbook can wait for them.
  - The result has one entry for each OCID that you give, in the same order. OCI forgets work requests after some time. If OCI no longer
    knows one, or the user may not read it, its C(status) is null, it has an C(error), and the module warns. The task does not fail
    for this. If a call fails in any other way, the task fails, and its result has everything.
options:
  work_request_ids:
    description: The OCIDs of the work requests. The list may be empty. Then the result is empty too.
    type: list
    elements: str
    required: true
    aliases: [work_request_id]
extends_documentation_fragment:
  - rekey.oci.auth
  - rekey.oci.attributes_info
notes:
  - The user needs the permission OBJECT_READ in the compartment of each work request. OCI requires it for every kind of work request.
author:
  - rekey.oci contributors (@rekey-oci)
seealso:
  - module: rekey.oci.bucket_reencrypt
  - module: rekey.oci.compartment_reencrypt
"""

EXAMPLES = r"""
- name: Submit the re-encryptions that are needed, and do not wait
  rekey.oci.compartment_reencrypt:
    compartment_id: ocid1.compartment.oc1..example
    wait: false
  register: fleet

- name: Wait until none of them is running
  rekey.oci.work_request_info:
    # Leave out the other buckets: their work requests may be of long ago.
    work_request_ids: "{{ fleet.buckets | rejectattr('action', 'eq', 'none') | map(attribute='work_request') | select | map(attribute='id') | list }}"
  register: work
  until: work.work_requests | selectattr('status', 'in', ['ACCEPTED', 'IN_PROGRESS', 'CANCELING']) | length == 0
  retries: 60
  delay: 30

- name: Record in the buckets' tags that the re-encryptions have ended
  rekey.oci.compartment_reencrypt:
    compartment_id: ocid1.compartment.oc1..example
"""

RETURN = r"""
work_requests:
  description: An entry for each OCID that you gave, in the same order.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The work request's OCID.
      type: str
    operation_type:
      description: What it does, such as V(REENCRYPT).
      type: str
    compartment_id:
      description: The OCID of its compartment.
      type: str
    namespace:
      description: The namespace of the bucket that it works on. Null if OCI does not say, or tells only the bucket's OCID.
      type: str
    bucket:
      description: The name of that bucket. Null if OCI does not say, or tells only the bucket's OCID.
      type: str
    status:
      description: V(ACCEPTED), V(IN_PROGRESS), V(COMPLETED), V(FAILED), V(CANCELING) or V(CANCELED). Null if it could not be read.
      type: str
    percent_complete:
      description: Its progress, 0 to 100. Null if OCI does not say.
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
      description: Its errors, once it has ended. If it completed with errors, it may have left out some objects.
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
    logs:
      description: Its log.
      type: list
      elements: dict
      contains:
        message:
          description: What happened.
          type: str
        timestamp:
          description: When it happened, RFC 3339 in UTC.
          type: str
    error:
      description: Why it could not be read. Null if it could.
      type: dict
      contains:
        operation:
          description: The API call that failed.
          type: str
        status:
          description: Its HTTP status. Null if there was no answer.
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
error:
  description: The API call that failed the task. If there are several, it is the first one. Null if something else failed the task.
  returned: failure
  type: dict
  contains:
    operation:
      description: The operation's name, such as V(GetWorkRequest).
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

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.rekey.oci.plugins.module_utils.common import inputs
from ansible_collections.rekey.oci.plugins.module_utils.module import arguments
from ansible_collections.rekey.oci.plugins.module_utils.module.connecting import connect
from ansible_collections.rekey.oci.plugins.module_utils.work_requests import reader


def main() -> None:
    spec = arguments.common()
    spec.update(
        work_request_ids={"type": "list", "elements": "str", "required": True, "aliases": ["work_request_id"]},
    )
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    nothing: dict[str, Any] = {"work_requests": [], "error": None}
    wanted = module.params["work_request_ids"]
    try:
        for work_request_id in wanted:
            inputs.check_work_request_id(work_request_id)
    except inputs.BadInput as error:
        module.fail_json(msg=str(error), **nothing)
    entries = reader.read_all(connect(module, connections=8, learned=nothing), wanted)
    failed = []
    errors = []
    for entry in entries:
        why = entry["error"]
        if why is None:
            continue
        line = "%s: %s failed: %s %s" % (entry["id"], why["operation"], why["status"] or "", why["message"])
        if why["status"] == 404:
            module.warn("OCI no longer keeps a work request, or this user may not read it. %s" % line)
        else:
            failed.append(line)
            errors.append(why)
    if failed:
        module.fail_json(
            msg="%d of %d work request%s could not be read. %s"
            % (len(failed), len(entries), "" if len(entries) == 1 else "s", "; ".join(failed[:3])),
            work_requests=entries,
            error=errors[0],
        )
    module.exit_json(changed=False, work_requests=entries)


if __name__ == "__main__":
    main()
