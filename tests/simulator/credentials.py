# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What clients sign with: API keys, session tokens, a resource principal, and a CA for TLS. Made anew at each start."""

from __future__ import annotations

import base64
import datetime
import functools
import hashlib
import ipaddress
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .regions import KNOWN
from .users import ADMIN, User
from .world import TENANCY

REGION_NAME = "us-ashburn-1"
PASS_PHRASE = "a pass phrase of the simulator"  # noqa: S105
TOKEN_SECONDS = 3600
_LABEL = b"OCI_API_KEY\n"


@functools.cache
def keys() -> tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey, rsa.RSAPrivateKey]:
    """The users', the sessions' and the issuer's, for all simulators of this process: to make them takes longer than a simulator's start."""
    first, second, third = (rsa.generate_private_key(65537, 2048) for _one in range(3))
    return first, second, third


class Credentials:
    """In a folder of its own. All users share one key; another one signs for sessions, and the issuer signs their tokens."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder = folder.resolve()
        self.folder = folder
        self._key, self._session_key, self._issuer = keys()
        self.public_key = self._key.public_key()
        self.issuer = self._issuer.public_key()
        self.fingerprint = _fingerprint(self.public_key)
        self.key_file = folder / "key.pem"
        self.encrypted_key_file = folder / "encrypted.pem"
        self.session_key_file = folder / "session.pem"
        self.token_file = folder / "token"
        self.expired_token_file = folder / "expired_token"
        self.config_file = folder / "config"
        # With the label that OCI asks for, without which its clients print a warning.
        _write(self.key_file, _pem(self._key) + _LABEL)
        _write(self.encrypted_key_file, _pem(self._key, BestAvailableEncryption(PASS_PHRASE.encode())) + _LABEL)
        _write(self.session_key_file, _pem(self._session_key) + _LABEL)
        now = int(time.time())
        _write(self.token_file, self.token(f"ocid1.user.oc1..{ADMIN}", now, now + TOKEN_SECONDS).encode())
        _write(self.expired_token_file, self.token(f"ocid1.user.oc1..{ADMIN}", now - 7200, now - 3600).encode())

    def token(self, user_id: str, issued: int, expires: int) -> str:
        """A session token that names the public key that its holder signs with."""
        numbers = self._session_key.public_key().public_numbers()
        jwk = {"kty": "RSA", "alg": "RS256", "use": "sig", "n": _number(numbers.n), "e": _number(numbers.e)}
        claims = {
            "sub": user_id,
            "iss": "authService.oracle.com",
            "ptype": "user",
            "tenant": TENANCY,
            "res_tenant": TENANCY,
            "res_compartment": TENANCY,
            "iat": issued,
            "exp": expires,
            "jwk": json.dumps(jwk),
        }
        head = {"alg": "RS256", "typ": "JWT"}
        signed = ".".join(_base64(json.dumps(part).encode()) for part in (head, claims))
        return f"{signed}.{_base64(self._issuer.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def write_config(self, users: Iterable[User]) -> None:
        """Write the configuration file: a profile a user, and those that README.md names."""
        common = {"tenancy": TENANCY, "region": REGION_NAME}
        admin = {"user": f"ocid1.user.oc1..{ADMIN}", "fingerprint": self.fingerprint, "key_file": self.key_file}
        session = {"key_file": self.session_key_file, "fingerprint": self.fingerprint}
        profiles: dict[str, dict[str, Any]] = {
            "DEFAULT": admin,
            "pass_phrase": {**admin, "key_file": self.encrypted_key_file, "pass_phrase": PASS_PHRASE},
            "security_token": {**session, "security_token_file": self.token_file},
            "expired_token": {**session, "security_token_file": self.expired_token_file},
        }
        for user in users:
            profiles[user.name] = {**admin, "user": user.id}
        lines = []
        for name, values in profiles.items():
            lines += [f"[{name}]", *(f"{key}={value}" for key, value in {**values, **common}.items()), ""]
        _write(self.config_file, "\n".join(lines).encode())

    def resource_principal(self) -> dict[str, str]:
        """The variables of a resource principal, version 2.2, with files, as OCI sets them in a function."""
        return {
            "OCI_RESOURCE_PRINCIPAL_VERSION": "2.2",
            "OCI_RESOURCE_PRINCIPAL_RPST": str(self.token_file),
            "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM": str(self.session_key_file),
            "OCI_RESOURCE_PRINCIPAL_REGION": REGION_NAME,
        }


def make_tls(folder: Path) -> tuple[Path, Path, Path]:
    """Make a CA and a certificate for this machine. Return the paths of the CA's, the server's and its key's."""
    ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA of the simulator")])
    now = datetime.datetime.now(datetime.timezone.utc)

    def builder(subject: x509.Name, public_key: Any) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        )

    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    ca = (
        builder(ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    regions = (x509.DNSName(f"{region}.localhost") for region in KNOWN)
    names = [x509.DNSName("localhost"), *regions, x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    server = (
        builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), server_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    paths = (folder / "ca.pem", folder / "server.pem", folder / "server-key.pem")
    for path, content in zip(
        paths, (ca.public_bytes(Encoding.PEM), server.public_bytes(Encoding.PEM), _pem(server_key)), strict=True
    ):
        _write(path, content)
    return paths


def _pem(key: Any, encryption: KeySerializationEncryption | None = None) -> bytes:
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
    return pem


def _fingerprint(key: rsa.RSAPublicKey) -> str:
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return ":".join(f"{byte:02x}" for byte in hashlib.md5(der, usedforsecurity=False).digest())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _number(number: int) -> str:
    return _base64(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(content)
