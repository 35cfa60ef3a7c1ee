# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who signed a request, verified as OCI does: the headers covered, the body's digest, the date, and the key."""

from __future__ import annotations

import base64
import binascii
import calendar
import hashlib
import json
import re
from collections.abc import Mapping
from email.utils import parsedate
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .users import Users
from .world import TENANCY

#: A request's date may be this far from the service's clock, in seconds.
DATE_TOLERANCE = 300.0

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_ALWAYS = frozenset(("(request-target)", "host"))
_OF_A_BODY = frozenset(("x-content-sha256", "content-type", "content-length"))
_OBJECT = re.compile(r"/n/[^/]+/b/[^/]+/[ou]/.+")
_MESSAGES = re.compile(r"/20180418/streams/[^/]+/messages(\?.*)?")


class NotAuthenticated(Exception):
    """Says what was wrong with a signature; OCI itself does not tell the client."""


class Verifier:
    """``public_key`` with ``fingerprint`` is every user's; ``issuer`` is who signs session tokens."""

    def __init__(self, public_key: rsa.RSAPublicKey, fingerprint: str, issuer: rsa.RSAPublicKey) -> None:
        self._public_key = public_key
        self._fingerprint = fingerprint
        self._issuer = issuer
        #: Tokens that were good: their holder, expiry and public key.
        self._tokens: dict[str, tuple[str, float, rsa.RSAPublicKey]] = {}

    def user_of(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, users: Users, now: float
    ) -> str:
        """Return the name of the user. Header names are in lower case. Raises NotAuthenticated."""
        authorization = headers.get("authorization", "")
        if not authorization.startswith("Signature "):
            raise NotAuthenticated("there is no signature")
        parameters = dict(_PARAMETER.findall(authorization))
        if parameters.get("algorithm") != "rsa-sha256" or parameters.get("version", "1") != "1":
            raise NotAuthenticated("the algorithm is not rsa-sha256, version 1")
        # Names compare without regard to case, and are signed in lower case however they are told.
        covered = parameters.get("headers", "").lower().split(" ")
        self._check_covered(method, target, headers, body, set(covered))
        self._check_date(headers, covered, now)
        user_id, public_key = self._holder(parameters.get("keyId", ""), now)
        signed = "\n".join(_line(name, method, target, headers) for name in covered)
        try:
            signature = base64.b64decode(parameters.get("signature", ""), validate=True)
            public_key.verify(signature, signed.encode("latin-1"), padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, binascii.Error):
            raise NotAuthenticated("the signature is not that of the request") from None
        user = users.by_id.get(user_id)
        if user is None:
            raise NotAuthenticated("the user is not known")
        return user.name

    @staticmethod
    def _check_covered(method: str, target: str, headers: Mapping[str, str], body: bytes, covered: set[str]) -> None:
        missing = _ALWAYS - covered
        if not covered & {"date", "x-date"}:
            missing |= {"date"}
        # The content of an object or a part is not signed.
        with_body = method in ("POST", "PUT", "PATCH") and not (method == "PUT" and _OBJECT.match(target))
        # Nor are a stream's messages, by the SDK.
        if with_body and not (method == "POST" and _MESSAGES.fullmatch(target)):
            missing |= _OF_A_BODY - covered
        if missing:
            raise NotAuthenticated(f"the signature does not cover {', '.join(sorted(missing))}")
        if "x-content-sha256" in covered:
            digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
            if headers.get("x-content-sha256") != digest:
                raise NotAuthenticated("the digest is not that of the body")
        if "content-length" in covered and headers.get("content-length") != str(len(body)):
            raise NotAuthenticated("the length is not that of the body")

    @staticmethod
    def _check_date(headers: Mapping[str, str], covered: list[str], now: float) -> None:
        parsed = parsedate(headers.get("x-date" if "x-date" in covered else "date", ""))
        if parsed is None or abs(calendar.timegm(parsed) - now) > DATE_TOLERANCE:
            raise NotAuthenticated("the date is not within five minutes of the service's")

    def _holder(self, key_id: str, now: float) -> tuple[str, rsa.RSAPublicKey]:
        """Whose a key id is, and what verifies its signatures."""
        if key_id.startswith("ST$"):
            token = key_id[3:]
            if token not in self._tokens:
                self._tokens[token] = self._read(token)
            user_id, expires, public_key = self._tokens[token]
            if now >= expires:
                raise NotAuthenticated("the token has expired")
            return user_id, public_key
        tenancy, _slash, rest = key_id.partition("/")
        user_id, _slash, fingerprint = rest.partition("/")
        if tenancy != TENANCY or fingerprint != self._fingerprint:
            raise NotAuthenticated("the key is not known")
        return user_id, self._public_key

    def _read(self, token: str) -> tuple[str, float, rsa.RSAPublicKey]:
        signed, _dot, signature = token.rpartition(".")
        try:
            self._issuer.verify(_unbase64(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
            claims: dict[str, Any] = json.loads(_unbase64(signed.split(".")[1]))
            jwk: dict[str, str] = json.loads(claims["jwk"])
            numbers = rsa.RSAPublicNumbers(*(int.from_bytes(_unbase64(jwk[name]), "big") for name in ("e", "n")))
            return claims["sub"], float(claims["exp"]), numbers.public_key()
        except (InvalidSignature, ValueError, KeyError, IndexError):
            raise NotAuthenticated("the token is not one of ours") from None


def _line(name: str, method: str, target: str, headers: Mapping[str, str]) -> str:
    if name == "(request-target)":
        return f"{name}: {method.lower()} {target}"
    if name not in headers:
        raise NotAuthenticated(f"the signature covers {name}, which is not there")
    return f"{name}: {headers[name]}"


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
