# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""People of a test's own: keys that are made for it, and the configuration files that name them."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

PASS_PHRASE = "correct horse battery staple"  # noqa: S105
USER = "ocid1.user.oc1..exampleuser"
TENANCY = "ocid1.tenancy.oc1..exampletenancy"

#: All that may tell a client who calls, or from where: none of it may leak from the outside into a test.
VARIABLES = (
    "OCI_CONFIG_FILE",
    "OCI_CONFIG_PROFILE",
    "OCI_USER_ID",
    "OCI_USER_FINGERPRINT",
    "OCI_USER_KEY_FILE",
    "OCI_USER_KEY_PASS_PHRASE",
    "OCI_ANSIBLE_AUTH_TYPE",
    "OCI_TENANCY",
    "OCI_REGION",
    "OCI_ANSIBLE_CERT_BUNDLE",
    "OCI_REALM_SPECIFIC_SERVICE_ENDPOINT_TEMPLATE_ENABLED",
    "OCI_REGION_METADATA",
    "OCI_DEFAULT_REALM",
    "OCI_METADATA_BASE_URL",
    "OCI_RESOURCE_PRINCIPAL_VERSION",
    "OCI_RESOURCE_PRINCIPAL_REGION",
    "OCI_RESOURCE_PRINCIPAL_RPST",
    "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM",
    "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_PASSPHRASE",
    "KUBERNETES_SERVICE_HOST",
    "REKEY_OBJECT_STORAGE_ENDPOINT",
    "REKEY_KEY_MANAGEMENT_ENDPOINT",
    "REKEY_IDENTITY_ENDPOINT",
    "REQUESTS_CA_BUNDLE",
)


def nobody(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """No configuration of whoever runs the tests, and none of their network."""
    proxies = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    for variable in (*VARIABLES, "CURL_CA_BUNDLE", *proxies, *(name.upper() for name in proxies)):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(home))


@functools.cache
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    """The same key for the same number, in one process."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: PrivateKeyTypes, pass_phrase: str | None = None, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    """The private key as a file holds it."""
    encryption: KeySerializationEncryption = NoEncryption()
    if pass_phrase:
        encryption = BestAvailableEncryption(pass_phrase.encode())
    return key.private_bytes(Encoding.PEM, form, encryption)


def elliptic_key() -> ec.EllipticCurvePrivateKey:
    """A key of a kind that OCI does not take."""
    return ec.generate_private_key(ec.SECP256R1())


def fingerprint(key: rsa.RSAPrivateKey) -> str:
    """As the Console shows it."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    digest = hashlib.md5(der, usedforsecurity=False).hexdigest()
    return ":".join(digest[position : position + 2] for position in range(0, 32, 2))


def write(path: Path, content: bytes | str, mode: int = 0o600) -> str:
    """Write a file that nobody else may read, and return its path."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return str(path)


def profile(name: str = "DEFAULT", /, **entries: str | None) -> str:
    """A section of a configuration file."""
    return "\n".join([f"[{name}]", *(f"{key}={value}" for key, value in entries.items() if value is not None), ""])


def config_file(folder: Path, content: str | None = None, **entries: str | None) -> str:
    """A configuration file with a whole profile, some of its entries changed or (with None) left out."""
    whole: dict[str, str | None] = {
        "user": USER,
        "tenancy": TENANCY,
        "region": "us-ashburn-1",
        "fingerprint": fingerprint(rsa_key()),
        "key_file": write(folder / "key.pem", pem(rsa_key())),
    }
    return write(folder / "config", profile(**{**whole, **entries}) if content is None else content)
