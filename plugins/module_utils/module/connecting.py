# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module does around its own work: the SDK, the clients, warnings, and one shape of failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, Optional

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput, is_path
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.module.arguments import ENVIRONMENT
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients
from ansible_collections.rekey.oci.plugins.module_utils.sdk.identity import ENDPOINT_OPTIONS
from ansible_collections.rekey.oci.plugins.module_utils.sdk.loading import SdkMissing
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from ansible_collections.rekey.oci.plugins.module_utils.sdk.retry import with_retries


def connect(module: AnsibleModule, connections: int = 4, learned: Optional[Mapping[str, Any]] = None) -> OciApi:
    """Build the clients, or end the module with one line that says why not, and with ``learned``. Makes no call."""
    _hide_users(module)
    _hide_contents(module)
    try:
        clients = Clients(module.params, connections)
        if module.params.get("bucket_key_only") and not clients.supports_bucket_key_only():
            raise BadInput(
                "bucket_key_only needs a newer oci SDK than the installed %s: upgrade it, or leave the option out."
                % getattr(clients.sdk, "__version__", "one")
            )
    except SdkMissing as error:
        module.fail_json(msg=str(error), exception=error.details, **(learned or {}))
    except BadInput as error:
        module.fail_json(msg=str(error), **(learned or {}))
    for warning in clients.warnings:
        module.warn(warning)
    return OciApi(clients)


def _hide_users(module: AnsibleModule) -> None:
    """An endpoint with a password is refused; have Ansible hide it in what it shows of the task's options too."""
    for option in ENDPOINT_OPTIONS:
        before, at, _host = (module.params.get(option) or "").rpartition("@")
        if at:
            module.no_log_values.add(before.rpartition("//")[2])


def _hide_contents(module: AnsibleModule) -> None:
    """Where an option is what a file holds, have Ansible hide it in what it shows of the task's options too."""
    for option in ENVIRONMENT:
        value = module.params.get(option)
        if isinstance(value, str) and not is_path(value):
            module.no_log_values.add(value)


def namespace_of(module: AnsibleModule, api: OciApi, learned: Optional[Mapping[str, Any]] = None, **bounds: Any) -> str:
    """The namespace that was given, or the tenancy's; or end the module with ``learned``. ``bounds`` are with_retries's."""
    given = module.params.get("namespace_name")
    if given:
        return str(given)
    try:
        return with_retries(api.get_namespace, **bounds)
    except ApiError as error:
        fail(module, error, learned or {})


def fail(module: AnsibleModule, error: ApiError, result: Mapping[str, Any]) -> NoReturn:
    """End the module with an API failure and everything that was learned."""
    module.fail_json(msg=error.line(), **dict(result, error=error.as_result()))
    raise AssertionError("fail_json ends the process")
