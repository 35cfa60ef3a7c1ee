# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Short ways to ask the simulator in process, and to sign a request by hand."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import time
from collections.abc import Mapping
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.simulator.clock import VirtualClock
from tests.simulator.dispatch import Simulator
from tests.simulator.messages import Request, Response
from tests.simulator.storage import Bucket
from tests.simulator.world import NAMESPACE, TENANCY

ALWAYS = ("date", "(request-target)", "host")
OF_A_BODY = ("content-length", "content-type", "x-content-sha256")


class World:
    """A simulator with virtual time, a key and a bucket of four objects under it, and a re-encryption of ten seconds."""

    def __init__(self, **settings: Any) -> None:
        self.simulator = Simulator(VirtualClock(), seed=1)
        self.world = self.simulator.world
        self.world.settings.patch({"work_seconds": 10.0, **settings})
        self.key = self.world.add_key("master")
        self.bucket: Bucket = self.world.add_bucket("photos", kms_key_id=self.key.id)
        self.world.put_objects(self.bucket, 4)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        user: str = "admin",
        **query: str,
    ) -> Response | None:
        """The answer; None is a broken connection."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        return self.simulator.handle(Request(method, path, query, dict(headers or {}), content, user)).response

    def told(self, method: str, path: str, body: Any = None, **more: Any) -> Response:
        """The answer, which must be a success."""
        response = self.ask(method, path, body, **more)
        assert response is not None
        assert response.status < 300, response.body
        return response

    def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
        """The status and code of the answer, which must be a refusal."""
        response = self.ask(method, path, body, **more)
        assert response is not None
        assert response.status >= 400
        return response.status, response.body["code"]

    def path_of(self, pattern: str) -> str:
        """A path that a route's pattern takes."""
        path = pattern.replace("/?", "")
        for name, value in (("namespace", NAMESPACE), ("name", "photos"), ("key_id", self.key.id)):
            path = path.replace(f"(?P<{name}>[^/]+)", value)
        return re.sub(r"\(\?P<\w+>[^)]*\)", "any", path)

    def reencrypt(self, bucket: str = "photos") -> str:
        """The OCID of the work request."""
        return self.told("POST", f"{at(bucket)}/actions/reencrypt").headers["opc-work-request-id"]

    def work(self, work_request_id: str) -> Any:
        return self.told("GET", f"/workRequests/{work_request_id}").body

    def works(self, **query: str) -> Response:
        return self.told("GET", "/workRequests", compartmentId=TENANCY, **query)

    def current(self) -> int:
        """How many objects are under the current version of the bucket's key."""
        version = self.key.current(self.simulator.clock.now())
        self.world.advance()
        return sum(self.world.wrapped_by(stored, version) for stored in self.bucket.objects if not stored.deleted)


def at(bucket: str) -> str:
    return f"/n/{NAMESPACE}/b/{bucket}"


def private_key(path: str) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(Path(path).read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def signed(
    introduction: Mapping[str, Any],
    method: str,
    target: str,
    body: bytes = b"",
    key_id: str | None = None,
    key: rsa.RSAPrivateKey | None = None,
    covered: tuple[str, ...] | None = None,
    moment: float | None = None,
    lower: bool = True,
) -> dict[str, str]:
    """The headers of a request as a client signs it; each part can be given wrong.

    ``covered`` names headers as the client tells them; what is signed are their names in lower case, or as they are.
    """
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    headers = {
        "date": formatdate(moment or time.time(), usegmt=True),
        "host": urlsplit(introduction["identity"]).netloc,
    }
    if method in ("POST", "PUT"):
        headers.update({"content-length": str(len(body)), "content-type": "application/json"})
        headers["x-content-sha256"] = digest
    if covered is None:
        covered = ALWAYS + (OF_A_BODY if method in ("POST", "PUT") else ())
    if "x-date" in covered:
        # Who signs this one may send another along, unsigned.
        headers["x-date"], headers["date"] = headers["date"], formatdate(0, usegmt=True)
    names = [name.lower() if lower else name for name in covered]
    lines = [
        f"{name}: {method.lower()} {target}" if name.lower() == ALWAYS[1] else f"{name}: {headers[name.lower()]}"
        for name in names
    ]
    key = key or private_key(introduction["key_file"])
    signature = key.sign("\n".join(lines).encode(), padding.PKCS1v15(), hashes.SHA256())
    key_id = key_id or "/".join(introduction[name] for name in ("tenancy", "user", "fingerprint"))
    headers["authorization"] = (
        f'Signature version="1",keyId="{key_id}",algorithm="rsa-sha256",headers="{" ".join(covered)}",'
        f'signature="{base64.b64encode(signature).decode()}"'
    )
    return headers


def send(
    url: str, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
) -> tuple[int, dict[str, str], bytes]:
    """Send exactly this, and return the status, headers and content."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body or None)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()
