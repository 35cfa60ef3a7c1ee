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
  - Cancels a work request that runs, such as a re-encryption that must be stopped, and waits for its end.
  - Objects that a re-encryption has done by then stay under the new key version. The next run of
    M(rekey.oci.bucket_reencrypt) gives the reason V(work_request_failed) and starts afresh.
options:
  work_request_id:
    description: The OCID of the work request.
    type: str
    required: true
  state:
    description:
      - V(canceled) makes sure that the work request was canceled.
      - The task fails where that cannot come true any more, since it has completed, or failed by itself.
    type: str
    choices: [canceled]
    required: true
  wait:
    description: Whether to wait until it has ended. When V(false), it may still be V(CANCELING).
    type: bool
    default: true
  wait_timeout:
    description:
      - How long to wait, in seconds. On expiry the task fails; the next run waits on.
      - With O(wait=true) a service that is busy (429, 503) is asked again for that long too.
    type: int
    default: 1200
  wait_interval:
    description: The longest pause between two polls, in seconds. The first polls come sooner.
    type: int
    default: 30
notes:
  - Needs the permissions OBJECT_READ and OBJECT_DELETE in the compartment of the work request, whatever its kind.
attributes:
  check_mode:
    description: Can run in check mode and predict whether it would be told to stop, without telling it.
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
  description: The work request; null when it could not be read.
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
      description: Not read by this module; an empty list.
      type: list
      elements: dict
error:
  description: The failed API call; null when something else failed the task.
  returned: failure
  type: dict
  contains:
    operation:
      description: The operation's name, such as V(CancelWorkRequest).
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
