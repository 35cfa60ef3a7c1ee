# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls: the configuration, and the signer that the common options ask for. No call to Object Storage."""

from __future__ import annotations

import base64
import json
import os
import stat
import time
from collections.abc import Mapping
from typing import Any, Callable, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput, check_endpoint
from ansible_collections.rekey.oci.plugins.module_utils.common.model import iso_time
from ansible_collections.rekey.oci.plugins.module_utils.sdk import regions
from ansible_collections.rekey.oci.plugins.module_utils.sdk.loading import because_of_age, outdated
from ansible_collections.rekey.oci.plugins.module_utils.sdk.signing import from_environment

_DEFAULT_FILE = "~/.oci/config"
_ENDPOINT_OPTIONS = ("object_storage_endpoint", "key_management_endpoint", "identity_endpoint")

#: By the name that the SDK and its configuration file have for it.
_OPTION_OF = {
    "user": "api_user",
    "fingerprint": "api_user_fingerprint",
    "key_file": "api_user_key_file",
    "pass_phrase": "api_user_key_pass_phrase",
    "tenancy": "tenancy",
    "region": "region",
}


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
    if auth_type in ("api_key", "security_token", "instance_obo_user"):
        config = _file_config(params, oci, auth_type, warnings)
    else:
        config = {}
    for key, option in _OPTION_OF.items():
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
    for option in _ENDPOINT_OPTIONS:
        if params.get(option):
            check_endpoint(params[option], option)
    if params.get("cert_bundle"):
        _check_bundle(params["cert_bundle"])


def _check_bundle(bundle: str) -> None:
    """Load it as a connection would: a failure then would look like the server's."""
    import ssl

    path = os.path.expanduser(bundle)
    if not os.access(path, os.R_OK):
        raise BadInput("cert_bundle %s cannot be read: give the path of a file with CA certificates." % bundle)
    if os.path.isdir(path):
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except (ssl.SSLError, OSError):
        raise BadInput("cert_bundle %s holds no CA certificates in PEM form." % bundle) from None


def _file_config(params: Mapping[str, Any], oci: Any, auth_type: str, warnings: list[str]) -> dict[str, Any]:
    location = os.path.expanduser(params.get("config_file_location") or _DEFAULT_FILE)
    profile = params.get("config_profile_name") or "DEFAULT"
    if not os.path.isfile(location):
        needed = ("api_user", "api_user_fingerprint", "api_user_key_file", "tenancy", "region")
        missing = [option for option in needed if not params.get(option)]
        asked_for = params.get("config_file_location") or auth_type != "api_key"
        if asked_for or missing:
            raise BadInput(
                "The OCI configuration file %s does not exist: set config_file_location, or give all of %s."
                % (location, ", ".join(needed))
            )
        return {}
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        if not parser.read(location):
            raise BadInput("The OCI configuration file %s cannot be read." % location)
    except (configparser.Error, UnicodeDecodeError, OSError) as error:
        # A parser's message may quote the line, and the line may be a secret.
        raise BadInput("The OCI configuration file %s is malformed (%s)." % (location, type(error).__name__)) from None
    if profile != "DEFAULT" and not parser.has_section(profile):
        known = sorted(parser.sections() + (["DEFAULT"] if parser.defaults() else []))
        raise BadInput(
            "The profile %s is not in the OCI configuration file %s, which has: %s."
            % (profile, location, ", ".join(known) or "none")
        )
    _warn_if_open(location, "configuration file", warnings)
    config = dict(oci.config.DEFAULT_CONFIG)
    config.update(parser.defaults() if profile == "DEFAULT" else dict(parser.items(profile)))
    # The SDK's own log would show every request's headers.
    config["log_requests"] = False
    return config


def _warn_if_open(path: str, what: str, warnings: list[str]) -> None:
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        warnings.append("The %s %s may be read by other users of this machine: chmod 600 it." % (what, path))


def _check_config(config: Mapping[str, Any], signer: Any, oci: Any) -> None:
    """What every client of the SDK checks when it is built, which is after the module has begun its work."""
    try:
        # The endpoints may do without a region.
        oci.config.validate_config(dict(config, region=config.get("region") or "us-ashburn-1"), signer=signer)
    except Exception as error:
        found = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
        told = ", ".join("%s is %s" % (_OPTION_OF.get(key, key), found[key]) for key in sorted(found))
        raise BadInput(
            "%s: correct it in the task, or in the OCI configuration file."
            % (told or "The configuration is not usable (%s)" % type(error).__name__)
        ) from None


def _private_key(config: Mapping[str, Any], warnings: list[str], check_fingerprint: bool) -> tuple[str, Optional[str]]:
    """Check the key file before the SDK does, and say in one line what is wrong with it."""
    location = config.get("key_file")
    if not location:
        raise BadInput("No private key is known: set api_user_key_file, or key_file in the OCI configuration file.")
    path = os.path.expanduser(location)
    try:
        with open(path, "rb") as file:
            content = file.read(1 << 20)
    except OSError as error:
        raise BadInput("The private key file %s cannot be read: %s." % (path, error.strerror)) from None
    _warn_if_open(path, "private key file", warnings)
    pass_phrase = config.get("pass_phrase") or None
    key = _load_key(content, pass_phrase, path)
    if check_fingerprint:
        _check_fingerprint(key, str(config.get("fingerprint") or ""), path)
    return path, pass_phrase


def _load_key(content: bytes, pass_phrase: Optional[str], path: str) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(content, pass_phrase.encode("utf-8") if pass_phrase else None, **_unchecked())
    except TypeError:
        if pass_phrase is None:
            raise BadInput(
                "The private key file %s is encrypted: set api_user_key_pass_phrase, or pass_phrase in the OCI "
                "configuration file." % path
            ) from None
        # A pass phrase for a key that has none: the SDK does not mind either.
        return _load_key(content, None, path)
    except ValueError:
        if pass_phrase is not None and b"ENCRYPTED" in content:
            raise BadInput("The pass phrase does not open the private key file %s." % path) from None
        raise BadInput(
            "The private key file %s is malformed: it must be an RSA private key in PEM form." % path
        ) from None
    except Exception as error:
        raise BadInput("The private key file %s cannot be used: %s." % (path, type(error).__name__)) from None


def _unchecked() -> dict[str, bool]:
    """Have the numbers of a key checked once only: by the SDK, when it loads the key to sign with."""
    from cryptography import __version__

    return {"unsafe_skip_rsa_key_validation": True} if int(__version__.split(".")[0]) >= 39 else {}


def _check_fingerprint(key: Any, fingerprint: str, path: str) -> None:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    if not isinstance(key, RSAPrivateKey):
        raise BadInput("The private key file %s is not an RSA key, which OCI's API keys are." % path)
    import hashlib

    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    try:
        digest = hashlib.md5(der, usedforsecurity=False).hexdigest()
    except (TypeError, ValueError):
        return
    if fingerprint.lower().replace(":", "") != digest:
        raise BadInput("The fingerprint %s is not that of the private key file %s." % (fingerprint or "(none)", path))


def _api_key(config: dict[str, Any], params: Mapping[str, Any], oci: Any, warnings: list[str]) -> Any:
    for key, option in (("user", "api_user"), ("tenancy", "tenancy"), ("fingerprint", "api_user_fingerprint")):
        if not config.get(key):
            raise BadInput("No %s is known: set %s, or %s in the OCI configuration file." % (key, option, key))
    path, pass_phrase = _private_key(config, warnings, check_fingerprint=True)
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


def _security_token(config: dict[str, Any], params: Mapping[str, Any], oci: Any, warnings: list[str]) -> Any:
    location = config.get("security_token_file")
    if not location:
        raise BadInput("The profile has no security_token_file: create it with 'oci session authenticate'.")
    try:
        with open(os.path.expanduser(location), encoding="utf-8") as file:
            token = file.read(1 << 20).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            "The security token file %s cannot be read: %s."
            % (location, getattr(error, "strerror", None) or type(error).__name__)
        ) from None
    _check_expiry(token, location)
    path, pass_phrase = _private_key(config, warnings, check_fingerprint=False)
    try:
        key = oci.signer.load_private_key_from_file(path, pass_phrase)
        return oci.auth.signers.SecurityTokenSigner(token, key)
    except Exception as error:
        raise BadInput(
            "The security token in %s cannot be used: %s. Renew it with 'oci session refresh'.%s"
            % (location, type(error).__name__, because_of_age(error, oci))
        ) from None


def _check_expiry(token: str, location: str) -> None:
    """The service would only say that it is not authenticated. A token that cannot be read is left to the service."""
    try:
        claims = token.split(".")[1]
        expires = float(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"])
    except (IndexError, KeyError, TypeError, ValueError):
        return
    if expires <= time.time():
        raise BadInput(
            "The security token in %s expired at %s: renew it with 'oci session authenticate'."
            % (location, iso_time(expires))
        )


def _obo_user(config: dict[str, Any], params: Mapping[str, Any], oci: Any, warnings: list[str]) -> Any:
    location = config.get("delegation_token_file")
    try:
        with open(os.path.expanduser(location or ""), encoding="utf-8") as file:
            token = file.read(1 << 20).strip()
    except OSError:
        raise BadInput(
            "auth_type instance_obo_user needs a delegation_token_file in the profile of the OCI configuration file, and "
            "that file to be readable; Cloud Shell has both."
        ) from None
    build = from_environment(
        "on a compute instance, such as in Cloud Shell",
        lambda sdk, _config: sdk.auth.signers.InstancePrincipalsDelegationTokenSigner(delegation_token=token),
    )
    return build(config, params, oci, warnings)


_SIGNERS: dict[str, Callable[..., Any]] = {
    "api_key": _api_key,
    "security_token": _security_token,
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
