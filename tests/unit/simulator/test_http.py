# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signatures, tokens, TLS, broken connections and the control endpoints, over real sockets."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.simulator.serving import Running, serve

from .helpers import ALWAYS, OF_A_BODY, private_key, send, signed

BUCKET = "/n/examplens/b/photos"


def ask(running: Running, method: str, target: str, body: bytes = b"", sent: bytes | None = None, **more: Any) -> int:
    """Sign, send, and return the status; a 401 must say no more than OCI's does."""
    headers = signed(running.introduction, method, target, body, **more)
    status, answered, content = send(
        running.introduction["identity"], method, target, headers, body if sent is None else sent
    )
    assert answered["opc-request-id"]
    if status == 401:
        assert json.loads(content)["code"] == "NotAuthenticated"
    return status


def told(url: str) -> Any:
    """What a control endpoint says over HTTP."""
    status, _headers, content = send(url, "GET", "/" + url.split("/", 3)[3], {"host": "localhost"})
    assert status == 200
    return json.loads(content)


def test_a_good_signature(running: Running) -> None:
    assert ask(running, "GET", BUCKET + "?fields=approximateCount") == 200
    assert ask(running, "POST", BUCKET, b'{"freeformTags": {"a": "b"}}') == 200
    assert ask(running, "POST", BUCKET + "/actions/reencrypt") == 202
    assert [one["user"] for one in running.control("GET", "truth")["requests"]] == ["admin"] * 3


#: What Oracle's SDKs for TypeScript and Go say that they sign.
TYPESCRIPT = ("x-date", "(request-target)", "host", "Content-Type", "Content-Length", "X-Content-SHA256")
GO = ("date", "(request-target)", "host", "content-length", "content-type", "x-content-sha256")
CAPITALS = tuple(name.upper() for name in GO)


@pytest.mark.parametrize("form", [TYPESCRIPT, GO, CAPITALS], ids=["TypeScript", "Go", "capitals"])
def test_the_forms_of_other_clients_are_accepted_and_wrong_ones_refused(
    running: Running, form: tuple[str, ...]
) -> None:
    body = b'{"freeformTags": {"a": "b"}}'
    without_body = tuple(name for name in form if name.lower() not in OF_A_BODY)
    assert ask(running, "GET", BUCKET, covered=without_body) == 200
    assert ask(running, "POST", BUCKET, body, covered=form) == 200
    assert ask(running, "PUT", BUCKET + "/o/new", b"content", covered=form) == 200
    assert ask(running, "POST", BUCKET, body, covered=form, sent=body.replace(b"b", b"c")) == 401
    assert ask(running, "POST", BUCKET, body, covered=form, moment=time.time() - 600) == 401
    assert ask(running, "POST", BUCKET, body, covered=form, key=rsa.generate_private_key(65537, 2048)) == 401
    for left_out in form:
        assert ask(running, "POST", BUCKET, body, covered=tuple(name for name in form if name != left_out)) == 401
    if form != tuple(name.lower() for name in form):
        assert ask(running, "POST", BUCKET, body, covered=form, lower=False) == 401


def test_a_signed_date_is_the_one_that_counts(running: Running) -> None:
    headers = signed(running.introduction, "GET", BUCKET, covered=TYPESCRIPT[:3])
    assert send(running.introduction["identity"], "GET", BUCKET, headers)[0] == 200
    stale = signed(running.introduction, "GET", BUCKET, covered=TYPESCRIPT[:3], moment=time.time() - 600)
    stale["date"] = headers["x-date"]
    assert send(running.introduction["identity"], "GET", BUCKET, stale)[0] == 401


def test_a_tampered_body(running: Running) -> None:
    body = b'{"freeformTags": {"a": "b"}}'
    assert ask(running, "POST", BUCKET, body, sent=body.replace(b"b", b"c")) == 401
    assert running.control("GET", "truth")["buckets"]["photos"]["tags"] == {}


def test_another_target_than_the_signed_one(running: Running) -> None:
    headers = signed(running.introduction, "GET", BUCKET)
    assert send(running.introduction["identity"], "GET", BUCKET + "?fields=x", headers)[0] == 401


@pytest.mark.parametrize(("seconds", "status"), [(-200, 200), (-600, 401), (600, 401)])
def test_a_date_must_be_within_five_minutes(running: Running, seconds: int, status: int) -> None:
    assert ask(running, "GET", BUCKET, moment=time.time() + seconds) == status


def test_a_clock_that_was_moved_moves_the_client_too_and_a_skewed_one_does_not(running: Running) -> None:
    running.control("POST", "advance", {"seconds": 30 * 24 * 3600})
    assert ask(running, "GET", BUCKET) == 200
    running.control("POST", "settings", {"clock_skew": 600})
    assert ask(running, "GET", BUCKET) == 401


def test_an_unknown_key(running: Running) -> None:
    said = running.introduction
    good = [said["tenancy"], said["user"], said["fingerprint"]]
    assert ask(running, "GET", BUCKET, key_id="/".join(good)) == 200
    for number in range(3):
        parts = list(good)
        parts[number] = "0" + parts[number]
        assert ask(running, "GET", BUCKET, key_id="/".join(parts)) == 401
    assert ask(running, "GET", BUCKET, key=rsa.generate_private_key(65537, 2048)) == 401


@pytest.mark.parametrize("missing", [*ALWAYS, *OF_A_BODY])
def test_every_header_must_be_covered(running: Running, missing: str) -> None:
    covered = tuple(name for name in ALWAYS + OF_A_BODY if name != missing)
    assert ask(running, "POST", BUCKET + "/actions/reencrypt", covered=covered) == 401
    assert running.control("GET", "truth")["submissions"] == {}


def test_no_signature_at_all(running: Running) -> None:
    assert send(running.introduction["identity"], "GET", BUCKET, {"host": "localhost"})[0] == 401
    running.control("POST", "settings", {"verify_signatures": False})
    assert send(running.introduction["identity"], "GET", BUCKET, {"host": "localhost"})[0] == 200


def test_the_content_of_an_object_need_not_be_signed(running: Running) -> None:
    assert ask(running, "PUT", BUCKET + "/o/new", b"content", covered=ALWAYS) == 200
    # A signature that covers it is held to it.
    assert ask(running, "PUT", BUCKET + "/o/new", b"content", sent=b"CONTENT") == 401


def test_a_token_is_verified_with_the_key_that_it_names(running: Running) -> None:
    folder = Path(running.introduction["config_file"]).parent
    session = private_key(str(folder / "session.pem"))
    token, expired = ((folder / name).read_text(encoding="utf-8") for name in ("token", "expired_token"))
    assert ask(running, "GET", BUCKET, key_id=f"ST${token}", key=session) == 200
    assert ask(running, "GET", BUCKET, key_id=f"ST${token}") == 401
    assert ask(running, "GET", BUCKET, key_id=f"ST${expired}", key=session) == 401
    head, claims, signature = token.split(".")
    assert ask(running, "GET", BUCKET, key_id=f"ST${head}.{claims[:-2]}AA.{signature}", key=session) == 401
    assert ask(running, "GET", BUCKET, key_id="ST$nonsense", key=session) == 401


def test_a_user_without_permission_gets_404(running: Running) -> None:
    made = running.control("POST", "world", {"users": [{"name": "auditor", "permissions": ["KEY_READ"]}]})
    said = running.introduction
    key_id = "/".join((said["tenancy"], made["users"]["auditor"]["id"], said["fingerprint"]))
    assert ask(running, "GET", BUCKET, key_id=key_id) == 404
    running.control("POST", "user", {"user": "auditor", "permissions": ["BUCKET_READ"], "compartments": ["apps"]})
    assert ask(running, "GET", BUCKET, key_id=key_id) == 200
    assert "[auditor]" in Path(said["config_file"]).read_text(encoding="utf-8")


@pytest.mark.parametrize(("kind", "submissions"), [("reset_before", 0), ("reset_after", 1)])
def test_a_reset_breaks_the_connection_without_an_answer(running: Running, kind: str, submissions: int) -> None:
    running.control("POST", "faults", {"operation": "ReencryptBucket", "kind": kind})
    with pytest.raises(ConnectionResetError):
        ask(running, "POST", BUCKET + "/actions/reencrypt")
    truth = running.control("GET", "truth")
    assert len(truth["submissions"].get("photos", [])) == submissions
    assert [one["status"] for one in truth["requests"]] == [None]


def test_a_truncated_answer(running: Running) -> None:
    running.control("POST", "faults", {"operation": "GetBucket", "kind": "truncated"})
    with pytest.raises(http.client.IncompleteRead):
        ask(running, "GET", BUCKET)
    assert ask(running, "GET", BUCKET) == 200


def test_garbage_and_a_huge_answer(running: Running) -> None:
    for kind, least in (("garbage", 1), ("huge", 64 << 20)):
        running.control("POST", "faults", {"operation": "GetBucket", "kind": kind})
        headers = signed(running.introduction, "GET", BUCKET)
        status, _headers, content = send(running.introduction["identity"], "GET", BUCKET, headers)
        assert status == 200
        assert len(content) >= least
        assert not content.startswith(b"{")


def test_tls_with_a_ca_of_its_own(tmp_path: Path) -> None:
    with serve(tmp_path, tls=True) as running:
        said = running.introduction
        assert said["identity"].startswith("https:")
        program = (
            "import oci, sys; config = oci.config.from_file(sys.argv[1]);"
            "print(oci.object_storage.ObjectStorageClient(config, service_endpoint=sys.argv[2]).get_namespace().data)"
        )
        command = [sys.executable, "-c", program, said["config_file"], said["object_storage"]]
        done = subprocess.run(command, env=running.environment, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == said["namespace"]
        assert told(said["control"] + "/truth")["operations"] == {"GetNamespace": 1}


def test_a_resource_principal_by_the_sdk(running: Running) -> None:
    program = (
        "import oci, sys; signer = oci.auth.signers.get_resource_principals_signer();"
        "client = oci.object_storage.ObjectStorageClient({}, signer=signer, service_endpoint=sys.argv[1]);"
        "print(client.get_namespace().data)"
    )
    env = {**running.environment, **running.introduction["resource_principal"]}
    command = [sys.executable, "-c", program, running.introduction["object_storage"]]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == running.introduction["namespace"]


def test_it_starts_from_a_shell_with_a_world_and_ends_when_told(tmp_path: Path) -> None:
    world = tmp_path / "world.yml"
    world.write_text("buckets: [{name: photos, key: master, objects: 2}]", encoding="utf-8")
    command = [sys.executable, "-m", "tests.simulator", "--dir", str(tmp_path / "dir"), "--world", str(world)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            said = json.loads(process.stdout.readline())
            assert oct(Path(said["key_file"]).stat().st_mode & 0o777) == "0o600"
            assert told(said["control"] + "/truth?bucket=photos&what=buckets")["buckets"]["photos"]["current"] == 2
        finally:
            process.terminate()
        assert process.wait(timeout=120) == 0
        assert process.stdout.read() == ""


def test_answers_without_content(running: Running) -> None:
    endpoint, path = running.introduction["identity"], BUCKET + "/o/note"
    assert ask(running, "PUT", path, b"hello") == 200
    assert ask(running, "PUT", BUCKET + "/o/empty") == 200

    def answered(method: str, target: str, **more: str) -> tuple[int, str | None, bytes]:
        headers = {**signed(running.introduction, method, target), **more}
        status, told, content = send(endpoint, method, target, headers)
        return status, told.get("content-length"), content

    assert answered("HEAD", path) == (200, "5", b"")
    assert answered("HEAD", BUCKET + "/o/none")[::2] == (404, b"")
    assert answered("GET", BUCKET + "/o/empty") == (200, "0", b"")
    assert answered("HEAD", BUCKET + "/o/empty") == (200, "0", b"")
    etag = send(endpoint, "HEAD", path, signed(running.introduction, "HEAD", path))[1]["etag"]
    for method in ("GET", "HEAD"):
        assert answered(method, path, **{"if-none-match": etag})[::2] == (304, b"")
    assert answered("GET", path, range="bytes=1-2") == (206, "2", b"el")
    assert answered("DELETE", path)[::2] == (204, b"")


@pytest.mark.parametrize("name", ["a b", "100%", "a%20b", "\u00e9/\u00fc", "x/../y", "a//b", "?#", "a+b"])
def test_names_of_objects_on_the_wire(running: Running, name: str) -> None:
    path = f"{BUCKET}/o/{quote(name, safe='')}"
    assert ask(running, "PUT", path, b"x") == 200
    assert ask(running, "GET", path) == 200
    truth = running.do(lambda simulator: [one.name for one in simulator.world.buckets["photos"].objects])
    assert name in truth
