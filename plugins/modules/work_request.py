#!/usr/bin/python
# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: work_request
short_description: Stop a work request of Object Storage
version_added: 1.0.0
description:
  - Cancels a work request that is running, and waits for its end. A work request is OCI's record of a job in the background, such as a
    re-encryption.
  - If the work request is a re-encryption, the objects that are already re-encrypted stay under the new key version.
    M(rekey.oci.bucket_reencrypt) records its last re-encryption in two tags on the bucket, the receipt. Its next run starts again from the
    beginning. The reason of that run is V(work_request_failed) if the receipt names the work request.
options:
  work_request_id:
    description: The OCID of the work request.
    type: str
    required: true
  state:
    description:
      - V(canceled) makes sure that the work request was canceled.
      - If the work request has completed or failed by itself, it cannot be canceled any more. Then the task fails.
    type: str
    choices: [canceled]
    required: true
  wait:
    description: Whether to wait until the work request has ended. With V(false), it may still be V(CANCELING) when the task ends.
    type: bool
    default: true
  wait_timeout:
    description:
      - How long to wait, in seconds, at least 1. When this time is over, the task fails. The next run goes on waiting.
      - With O(wait=true), the module also keeps asking for this long if the service is busy (429, 503).
    type: int
    default: 1200
  wait_interval:
    description: The longest pause between two looks at the work request, in seconds, at least 1. The first looks come sooner.
    type: int
    default: 30
notes:
  - The user needs the permissions OBJECT_READ and OBJECT_DELETE in the compartment of the work request. OCI requires both for every kind of
    work request.
attributes:
  check_mode:
    description: In check mode, the module tells whether it would cancel the work request, and does not cancel it.
    support: full
  idempotent:
    description: When run twice in a row with the same arguments, the second run changes nothing.
    support: full
    details: []
extends_documentation_fragment:
  - rekey.oci.auth
  - rekey.oci.attributes
author:
  - rekey.oci contributors (@rekey-oci)
seealso:
  - module: rekey.oci.bucket_reencrypt
  - name: Canceling a work request
    description: The API call that this module makes.
    link: https://docs.oracle.com/iaas/api/#/en/objectstorage/20160918/WorkRequest/CancelWorkRequest
"""

EXAMPLES = r"""
- name: Start a re-encryption
  rekey.oci.bucket_reencrypt:
    bucket_name: payroll
    wait: false
  register: started

- name: Stop it
  rekey.oci.work_request:
    work_request_id: "{{ started.work_request.id }}"
    state: canceled
  when: started.action != 'none'
"""

RETURN = r"""
work_request:
  description: The work request. Null if it could not be read.
  returned: always
  type: dict
  contains:
    id:
      description: The work request's OCID.
      type: str
    status:
      description: V(ACCEPTED), V(IN_PROGRESS), V(COMPLETED), V(FAILED), V(CANCELING) or V(CANCELED).
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
      description: Always an empty list. This module does not read the errors.
      type: list
      elements: dict
error:
  description: The failed API call. Null if something else failed the task.
  returned: failure
  type: dict
  contains:
    operation:
      description: The operation's name, such as V(CancelWorkRequest).
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
from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import Waiting
from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.module import arguments
from ansible_collections.rekey.oci.plugins.module_utils.module.connecting import connect, fail
from ansible_collections.rekey.oci.plugins.module_utils.sdk.patience import Patience
from ansible_collections.rekey.oci.plugins.module_utils.work_requests.canceler import Canceler, Uncanceled

#: The result of a run that failed before it learned anything.
NOTHING = {"changed": False, "work_request": None, "error": None}


def main() -> None:
    spec = arguments.common()
    spec.update(arguments.waiting())
    spec.update(
        work_request_id={"type": "str", "required": True},
        state={"type": "str", "choices": ["canceled"], "required": True},
    )
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    params = module.params
    try:
        inputs.check_times(params)
        inputs.check_work_request_id(params["work_request_id"])
    except inputs.BadInput as error:
        module.fail_json(msg=str(error), **NOTHING)
    api = connect(module, learned=NOTHING)
    canceler = Canceler(api, params["work_request_id"], module.check_mode, Patience(Waiting.of(params), Timing()))
    try:
        canceler.run()
    except ApiError as error:
        fail(module, error, canceler.result())
    except Uncanceled as problem:
        why = problem.error.as_result() if problem.error else None
        module.fail_json(msg=str(problem), error=why, **canceler.result())
    result = canceler.result()
    if module._diff:
        result["diff"] = canceler.diff()
    module.exit_json(**result)


if __name__ == "__main__":
    main()
