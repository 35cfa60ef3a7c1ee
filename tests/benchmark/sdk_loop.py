# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection's speed is compared with: a plain loop over the SDK, with as many threads.

`python -m tests.benchmark.sdk_loop COMPARTMENT THREADS` reads every bucket of the compartment as the collection does, and prints
one line of JSON: how many, and the seconds without the start, and of the processor.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

os.environ["OCI_PYTHON_SDK_NO_SERVICE_IMPORTS"] = "1"
os.environ["SUPPRESS_LABEL_WARNING"] = "True"

import oci
from oci.object_storage import ObjectStorageClient


def main() -> None:
    compartment_id, threads = sys.argv[1], int(sys.argv[2])
    config = oci.config.from_file(os.environ["OCI_CONFIG_FILE"])
    client = ObjectStorageClient(config, service_endpoint=os.environ["REKEY_OBJECT_STORAGE_ENDPOINT"])

    begun, worked = time.monotonic(), time.process_time()
    namespace = client.get_namespace().data
    listed = oci.pagination.list_call_get_all_results(client.list_buckets, namespace, compartment_id, limit=1000).data

    def read(name: str) -> bool:
        return bool(
            client.get_bucket(namespace, name, fields=["approximateCount", "approximateSize"]).data.freeform_tags
        )

    with ThreadPoolExecutor(threads) as pool:
        tagged = sum(pool.map(read, [bucket.name for bucket in listed]))
    seconds, cpu = time.monotonic() - begun, time.process_time() - worked
    print(json.dumps({"total": len(listed), "tagged": tagged, "seconds": seconds, "cpu": cpu}))


if __name__ == "__main__":
    main()
