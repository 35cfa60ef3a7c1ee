# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Argument specifications: the common options, and the behaviour options of re-encryption."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.basic import env_fallback
from ansible.module_utils.errors import AnsibleFallbackNotFound

from ansible_collections.rekey.oci.plugins.module_utils.common import inputs
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options

AUTH_TYPES = [
    "api_key",
    "instance_principal",
    "instance_obo_user",
    "resource_principal",
    "security_token",
    "oke_workload_identity",
]

#: Option to environment variable, for all common options.
ENVIRONMENT = {
    "config_file_location": "OCI_CONFIG_FILE",
    "config_profile_name": "OCI_CONFIG_PROFILE",
    "api_user": "OCI_USER_ID",
    "api_user_fingerprint": "OCI_USER_FINGERPRINT",
    "api_user_key_file": "OCI_USER_KEY_FILE",
    "api_user_key_pass_phrase": "OCI_USER_KEY_PASS_PHRASE",
    "auth_type": "OCI_ANSIBLE_AUTH_TYPE",
    "tenancy": "OCI_TENANCY",
    "region": "OCI_REGION",
    "cert_bundle": "OCI_ANSIBLE_CERT_BUNDLE",
    "realm_specific_endpoint_template_enabled": "OCI_REALM_SPECIFIC_SERVICE_ENDPOINT_TEMPLATE_ENABLED",
    "object_storage_endpoint": "REKEY_OBJECT_STORAGE_ENDPOINT",
    "key_management_endpoint": "REKEY_KEY_MANAGEMENT_ENDPOINT",
    "identity_endpoint": "REKEY_IDENTITY_ENDPOINT",
}


def _from_environment(variable: str) -> str:
    """The value of a variable. One that is empty counts as not given."""
    value: str = env_fallback(variable)
    if not value:
        raise AnsibleFallbackNotFound
    return value


def common() -> dict[str, Any]:
    spec: dict[str, Any] = {
        name: {"type": "str", "fallback": (_from_environment, [variable])} for name, variable in ENVIRONMENT.items()
    }
    spec["auth_type"].update(choices=AUTH_TYPES, default="api_key")
    spec["realm_specific_endpoint_template_enabled"]["type"] = "bool"
    spec["api_user_key_pass_phrase"]["no_log"] = True
    # Paths and URLs are no secrets, whatever their names look like.
    spec["api_user_key_file"]["no_log"] = False
    spec["key_management_endpoint"]["no_log"] = False
    return spec


def waiting() -> dict[str, Any]:
    return {
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 1200},
        "wait_interval": {"type": "int", "default": 30},
    }


def behaviour() -> dict[str, Any]:
    return {
        "force": {"type": "bool", "default": False},
        "bucket_key_only": {"type": "bool", "default": False},
        "require_customer_managed_key": {"type": "bool", "default": False},
        "receipt": {"type": "str", "choices": ["tag", "none"], "default": "tag"},
        "receipt_tag_namespace": {"type": "str"},
        "open_uploads": {"type": "str", "choices": ["warn", "fail", "ignore"], "default": "warn"},
        **waiting(),
        "claim_grace": {"type": "int", "default": 120},
        "verify_history": {"type": "bool", "default": False},
        "kms_key_id": {"type": "str"},
    }


def fleet() -> dict[str, Any]:
    """Which buckets of which compartments, and how many calls at once."""
    return {
        "compartment_ids": {"type": "list", "elements": "str", "aliases": ["compartment_id"]},
        "recursive": {"type": "bool", "default": False},
        "include": {"type": "list", "elements": "str"},
        "exclude": {"type": "list", "elements": "str"},
        "workers": {"type": "int", "default": 16},
        "namespace_name": {"type": "str", "aliases": ["namespace"]},
        "regions": {"type": "list", "elements": "str"},
    }


def options(params: Mapping[str, Any], check_mode: bool) -> Options:
    """Take the behaviour options out of a module's parameters. Raises BadInput."""
    inputs.check_times(params)
    inputs.check_receipt(params)
    if params.get("kms_key_id") is not None:
        inputs.check_key_id(params["kms_key_id"], "kms_key_id")
    return Options(
        force=params["force"],
        bucket_key_only=params["bucket_key_only"],
        require_customer_managed_key=params["require_customer_managed_key"],
        receipt=params["receipt"],
        receipt_tag_namespace=params["receipt_tag_namespace"],
        open_uploads=params["open_uploads"],
        wait=params["wait"],
        wait_timeout=params["wait_timeout"],
        wait_interval=params["wait_interval"],
        claim_grace=params["claim_grace"],
        verify_history=params["verify_history"],
        kms_key_id=params.get("kms_key_id"),
        check_mode=check_mode,
    )
