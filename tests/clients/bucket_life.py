# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bucket's life by Oracle's SDK for Python, all but its end. See test_python.py.

Arguments: the endpoint, the configuration file, the OCIDs of a compartment and of a key, and a folder of files.
"""

from __future__ import annotations

import io
import json
import sys
import time
from pathlib import Path
from typing import Any

import oci
from oci.object_storage import ObjectStorageClient, UploadManager
from oci.object_storage import models as m
from oci.object_storage.transfer.constants import MEBIBYTE


def followed(client: Any, work_request_id: str, operation: str) -> None:
    """Wait for a work request, which must succeed, and read what it leaves."""
    work = client.get_work_request(work_request_id).data
    while work.time_finished is None:
        time.sleep(0.1)
        work = client.get_work_request(work_request_id).data
    assert (work.status, work.operation_type) == ("COMPLETED", operation)
    assert client.list_work_request_errors(work_request_id).data == []
    assert client.list_work_request_logs(work_request_id).data


def main(endpoint: str, config_file: str, compartment_id: str, key_id: str, folder: str) -> None:
    config = oci.config.from_file(config_file)
    client = ObjectStorageClient(config, service_endpoint=endpoint)
    keys = oci.key_management.KmsManagementClient(config, service_endpoint=endpoint)
    namespace, name = client.get_namespace().data, "python"
    tags: dict[str, Any] = {"metadata": {"team": "a"}, "freeform_tags": {"cost": "1"}}
    details = m.CreateBucketDetails(name=name, compartment_id=compartment_id, kms_key_id=key_id, **tags)
    bucket = client.create_bucket(namespace, details).data
    assert (bucket.metadata, bucket.freeform_tags) == (tags["metadata"], tags["freeform_tags"])

    files = {str(path.relative_to(folder)): path for path in Path(folder).rglob("*") if path.is_file()}
    contents = {path: file.read_bytes() for path, file in files.items()}
    manager = UploadManager(client, allow_parallel_uploads=True, parallel_process_count=3)
    for path, file in files.items():
        manager.upload_file(namespace, name, path, str(file), part_size=5 * MEBIBYTE, metadata={"team": "a"})
    for size in (0, 11 * MEBIBYTE):
        contents[f"stream {size}"] = b"s" * size
        stream = io.BytesIO(contents[f"stream {size}"])
        manager.upload_stream(namespace, name, f"stream {size}", stream, part_size=5 * MEBIBYTE)

    assert client.head_object(namespace, name, "100%").headers["opc-meta-team"] == "a"
    listed = oci.pagination.list_call_get_all_results
    found = client.list_objects(namespace, name, fields="name,size", prefix="dir/", delimiter="/").data
    assert ({one.name for one in found.objects}, found.prefixes) == (
        {path for path in contents if path.startswith("dir/") and path.count("/") == 1},
        ["dir/deep/"],
    )

    part = m.CreateMultipartUploadDetails(object="never")
    upload = client.create_multipart_upload(namespace, name, part).data
    client.upload_part(namespace, name, "never", upload.upload_id, 1, b"x")
    (open_one,) = listed(client.list_multipart_uploads, namespace, name).data
    assert (open_one.upload_id, open_one.time_created) == (upload.upload_id, upload.time_created)
    (sent,) = listed(client.list_multipart_upload_parts, namespace, name, "never", upload.upload_id).data
    assert (sent.part_number, sent.size) == (1, 1)
    client.abort_multipart_upload(namespace, name, "never", upload.upload_id)

    copy = m.CopyObjectDetails(
        source_object_name="plain",
        destination_region=config["region"],
        destination_namespace=namespace,
        destination_bucket=name,
        destination_object_name="copy",
    )
    followed(client, client.copy_object(namespace, name, copy).headers["opc-work-request-id"], "COPY_OBJECT")
    contents["copy"] = contents["plain"]
    client.rename_object(namespace, name, m.RenameObjectDetails(source_name="100%", new_name="99 %"))
    contents["99 %"] = contents.pop("100%")

    version = keys.create_key_version(key_id).data.id
    answer = client.reencrypt_bucket(namespace, name)
    followed(client, answer.headers["opc-work-request-id"], "REENCRYPT")
    for path, content in contents.items():
        assert client.get_object(namespace, name, path).data.content == content, path
    client.delete_object(namespace, name, "copy")
    print(json.dumps({"version": version, "objects": len(contents) - 1}))


if __name__ == "__main__":
    main(*sys.argv[1:])
