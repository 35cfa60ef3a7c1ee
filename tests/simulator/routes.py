# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which operation a request is."""

from __future__ import annotations

import re
from urllib.parse import unquote

from . import tagging
from .messages import Request
from .not_served import LITERALS, not_served

_B = r"/n/(?P<namespace>[^/]+)/b/(?P<name>[^/]+)"
_K = r"/20180608/keys/(?P<key_id>[^/]+)"
_W = r"/workRequests/(?P<work_request_id>[^/]+)"
_S = r"/20180418/streams/(?P<stream_id>[^/]+)"
_O = _B + r"/o/(?P<key>.+)"
_U = _B + r"/u/(?P<key>.+)"

ROUTES: list[tuple[str, str, str]] = [
    ("GET", _B, "GetBucket"),
    ("POST", _B, "UpdateBucket"),
    ("GET", _W, "GetWorkRequest"),
    ("POST", _B + "/actions/reencrypt", "ReencryptBucket"),
    ("GET", r"/n/?", "GetNamespace"),
    ("GET", r"/n/(?P<namespace>[^/]+)/b/?", "ListBuckets"),
    ("POST", r"/n/(?P<namespace>[^/]+)/b/?", "CreateBucket"),
    ("HEAD", _B, "HeadBucket"),
    ("DELETE", _B, "DeleteBucket"),
    ("GET", _B + r"/o/?", "ListObjects"),
    ("GET", _B + r"/objectversions", "ListObjectVersions"),
    ("PUT", _O, "PutObject"),
    ("GET", _O, "GetObject"),
    ("DELETE", _O, "DeleteObject"),
    ("HEAD", _O, "HeadObject"),
    ("POST", _B + r"/actions/renameObject/?", "RenameObject"),
    ("POST", _B + r"/actions/copyObject/?", "CopyObject"),
    ("POST", _B + r"/actions/reencrypt/(?P<key>.+)", "ReencryptObject"),
    ("POST", _B + r"/actions/makeBucketWritable/?", "MakeBucketWritable"),
    ("POST", _B + r"/u/?", "CreateMultipartUpload"),
    ("GET", _B + r"/u/?", "ListMultipartUploads"),
    ("PUT", _U, "UploadPart"),
    ("GET", _U, "ListMultipartUploadParts"),
    ("POST", _U, "CommitMultipartUpload"),
    ("DELETE", _U, "AbortMultipartUpload"),
    ("GET", r"/workRequests/?", "ListWorkRequests"),
    ("DELETE", _W, "CancelWorkRequest"),
    ("GET", _W + "/errors", "ListWorkRequestErrors"),
    ("GET", _W + "/logs", "ListWorkRequestLogs"),
    ("GET", _K, "GetKey"),
    ("GET", r"/20180608/keys/?", "ListKeys"),
    ("GET", _K + r"/keyVersions/(?P<version_id>[^/]+)", "GetKeyVersion"),
    ("GET", _K + r"/keyVersions/?", "ListKeyVersions"),
    ("POST", _K + r"/keyVersions/?", "CreateKeyVersion"),
    ("POST", _K + "/actions/enable", "EnableKey"),
    ("POST", _K + "/actions/disable", "DisableKey"),
    ("POST", _K + "/actions/scheduleDeletion", "ScheduleKeyDeletion"),
    ("POST", _K + "/actions/cancelDeletion", "CancelKeyDeletion"),
    ("GET", r"/20180608/vaults/?", "ListVaults"),
    ("GET", r"/20180608/vaults/(?P<vault_id>[^/]+)", "GetVault"),
    ("GET", r"/20180608/replicaOperations/(?P<replication_id>[^/]+)/status", "GetReplicationStatus"),
    ("GET", r"/20160918/compartments/?", "ListCompartments"),
    ("GET", r"/20160918/compartments/(?P<compartment_id>[^/]+)", "GetCompartment"),
    ("GET", r"/20160918/tenancies/(?P<tenancy_id>[^/]+)/regionSubscriptions", "ListRegionSubscriptions"),
    ("GET", r"/20180418/streams/?", "ListStreams"),
    ("POST", r"/20180418/streams/?", "CreateStream"),
    ("GET", _S, "GetStream"),
    ("DELETE", _S, "DeleteStream"),
    ("POST", _S + "/messages", "PutMessages"),
    ("GET", _S + "/messages", "GetMessages"),
    ("POST", _S + "/cursors", "CreateCursor"),
    ("POST", _S + "/groupCursors", "CreateGroupCursor"),
    ("POST", _S + "/commit", "ConsumerCommit"),
    ("POST", _S + "/heartbeat", "ConsumerHeartbeat"),
    ("GET", _S + "/groups/(?P<group_name>[^/]+)", "GetGroup"),
    *tagging.ROUTES,
]

OPERATIONS = {operation: re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower() for _method, _pattern, operation in ROUTES}
_COMPILED = [(method, re.compile(pattern), name) for method, pattern, name in ROUTES]


def route(request: Request) -> tuple[str, dict[str, str]]:
    """The operation, and what the path names; ``?`` where it is none that is known."""
    if request.path.rpartition("/")[2] in LITERALS:
        named = not_served(request)
        if named:
            return named, {}
    for method, pattern, operation in _COMPILED:
        if method == request.method:
            match = pattern.fullmatch(request.path)
            if match:
                return operation, {name: unquote(value) for name, value in match.groupdict().items()}
    return not_served(request) or "?", {}
