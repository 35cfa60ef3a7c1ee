# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls: the configuration, and the signer that the common options ask for. No call to Object Storage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput, check_endpoint, refuse_content
from ansible_collections.rekey.oci.plugins.module_utils.sdk import network, private_key, profile, regions, session_token
from ansible_collections.rekey.oci.plugins.module_utils.sdk.loading import because_of_age, outdated
from ansible_collections.rekey.oci.plugins.module_utils.sdk.signing import from_environment

_FROM_FILE = (*profile.OPTION_OF, "security_token_file", "delegation_token_file")
ENDPOINT_OPTIONS = ("object_storage_endpoint", "key_management_endpoint", "identity_endpoint")


class Identity:
    """A configuration and a signer, ready for any client; and what to tell the user about them."""

    def __init__(self, config: dict[str, Any], signer: Any, warnings: list[str]) -> None:
        self.config = config
        self.signer = signer
        self.warnings = warnings


def identify(params: Mapping[str, Any], oci: Any) -> Identity:
    """Build the configuration and signer. Raises BadInput with one line for a person."""
    check_common(params)
    auth_type = params.get("auth_type") or "api_key"
    old = outdated(oci)
    warnings = [old] if old else []
    config = dict(oci.config.DEFAULT_CONFIG)
    if auth_type in ("api_key", "security_token", "instance_obo_user"):
        found = profile.read(params, auth_type, warnings)
        # Nothing else that a file may say: the SDK would log each request's headers, or call another endpoint.
        config = {**config, **{key: found[key] for key in _FROM_FILE if key in found}}
    for key, option in profile.OPTION_OF.items():
        if params.get(option):
            config[key] = params[option]
    signer = _SIGNERS[auth_type](config, params, oci, warnings)
    if not config.get("region") and getattr(signer, "region", None):
        config["region"] = signer.region
    if config.get("region") or not regions.may_do_without(params):
        config["region"] = regions.full_name(config.get("region"), oci, params)
    _check_config(config, signer, oci)
    return Identity(config, signer, warnings)


def check_common(params: Mapping[str, Any]) -> None:
    """What can be told wrong from the options alone. Raises BadInput."""
    for option in ENDPOINT_OPTIONS:
        if params.get(option):
            check_endpoint(params[option], option)
    if params.get("cert_bundle"):
        network.check_bundle(params["cert_bundle"], "cert_bundle")


def _check_config(config: Mapping[str, Any], signer: Any, oci: Any) -> None:
    """What every client of the SDK checks when it is built, which is after the module has begun its work."""
    try:
        # The endpoints may do without a region.
        oci.config.validate_config(dict(config, region=config.get("region") or "us-ashburn-1"), signer=signer)
    except Exception as error:
        found = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
        told = ", ".join("%s is %s" % (profile.OPTION_OF.get(key, key), found[key]) for key in sorted(found))
        raise BadInput(
            "%s: correct it in the task, or in the OCI configuration file."
            % (told or "The configuration is not usable (%s)" % type(error).__name__)
        ) from None


def _api_key(config: dict[str, Any], params: Mapping[str, Any], oci: Any, warnings: list[str]) -> Any:
    for key, option in (("user", "api_user"), ("tenancy", "tenancy"), ("fingerprint", "api_user_fingerprint")):
        if not config.get(key):
            raise BadInput("No %s is known: set %s, or %s in the OCI configuration file." % (key, option, key))
    path, pass_phrase = private_key.checked(config, warnings, check_fingerprint=True)
    config["key_file"] = path
    # The service and the SDK know it in one form only.
    digits = str(config["fingerprint"]).lower().replace(":", "")
    config["fingerprint"] = ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))
    try:
        return oci.signer.Signer(
            tenancy=config["tenancy"],
            user=config["user"],
            fingerprint=config["fingerprint"],
            private_key_file_location=path,
            pass_phrase=pass_phrase,
        )
    except Exception as error:
        raise BadInput(
            "The API key cannot be used: %s.%s" % (type(error).__name__, because_of_age(error, oci))
        ) from None


def _obo_user(config: dict[str, Any], params: Mapping[str, Any], oci: Any, warnings: list[str]) -> Any:
    path = profile.expanded(config.get("delegation_token_file") or "")
    try:
        content = profile.content_of(path)
    except OSError:
        refuse_content(path, "delegation_token_file in the OCI configuration file")
        raise BadInput(
            "auth_type instance_obo_user needs a delegation_token_file in the profile of the OCI configuration file, as Cloud "
            "Shell has it. This user must be able to read the file that it names."
        ) from None
    token = profile.token_in(content, "delegation", path)
    build = from_environment(
        "on a compute instance, such as in Cloud Shell",
        lambda sdk, _config: sdk.auth.signers.InstancePrincipalsDelegationTokenSigner(delegation_token=token),
    )
    return build(config, params, oci, warnings)


_SIGNERS: dict[str, Callable[..., Any]] = {
    "api_key": _api_key,
    "security_token": session_token.signer,
    "instance_obo_user": _obo_user,
    "instance_principal": from_environment(
        "on a compute instance", lambda oci, config: oci.auth.signers.InstancePrincipalsSecurityTokenSigner()
    ),
    "resource_principal": from_environment(
        "where OCI sets the OCI_RESOURCE_PRINCIPAL_* environment variables, such as in a function",
        lambda oci, config: oci.auth.signers.get_resource_principals_signer(),
    ),
    "oke_workload_identity": from_environment(
        "in a pod of an enhanced OKE cluster, with automountServiceAccountToken",
        lambda oci, config: oci.auth.signers.get_oke_workload_identity_resource_principal_signer(),
    ),
}
