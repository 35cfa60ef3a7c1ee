# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The private key's file: checked before the SDK does, and told in one line what is wrong with it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput, refuse_content
from ansible_collections.rekey.oci.plugins.module_utils.sdk import profile


def checked(config: Mapping[str, Any], warnings: list[str], check_fingerprint: bool) -> tuple[str, Optional[str]]:
    """Check the key file before the SDK does, and say in one line what is wrong with it."""
    location = config.get("key_file")
    if not location:
        raise BadInput("No private key is known: set api_user_key_file, or key_file in the OCI configuration file.")
    # In full, since nobody can tell from a message what a relative path is relative to.
    given = profile.expanded(location)
    path = os.path.abspath(given)
    try:
        content = profile.content_of(path)
    except OSError as error:
        refuse_content(given, "api_user_key_file, or key_file in the OCI configuration file,")
        raise BadInput("The private key file %s cannot be read: %s." % (path, error.strerror)) from None
    profile.warn_if_open(path, "private key file", warnings)
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
        raise BadInput("The private key file %s is not an RSA key: OCI's API keys are RSA keys." % path)
    import hashlib

    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    try:
        digest = hashlib.md5(der, usedforsecurity=False).hexdigest()
    except (TypeError, ValueError):
        return
    if fingerprint.lower().replace(":", "") != digest:
        known = re.fullmatch(r"[0-9A-Fa-f:]{1,128}", fingerprint)
        told = fingerprint if known else "(not shown, since it does not look like one)" if fingerprint else "(none)"
        raise BadInput("The fingerprint %s is not that of the private key file %s." % (told, path))
