# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that does no more than the two calls that bucket_reencrypt makes of a bucket that is up to date."""

from __future__ import annotations

import os

from ansible.module_utils.basic import AnsibleModule

# As our modules import it: all of its services would take a second.
os.environ["OCI_PYTHON_SDK_NO_SERVICE_IMPORTS"] = "1"
os.environ["SUPPRESS_LABEL_WARNING"] = "True"


def main() -> None:
    module = AnsibleModule({"namespace_name": {"required": True}, "bucket_name": {"required": True}})
    import oci
    from oci.key_management import KmsManagementClient
    from oci.object_storage import ObjectStorageClient

    config = oci.config.from_file(os.environ["OCI_CONFIG_FILE"])
    storage = ObjectStorageClient(config, service_endpoint=os.environ["REKEY_OBJECT_STORAGE_ENDPOINT"])
    bucket = storage.get_bucket(module.params["namespace_name"], module.params["bucket_name"]).data
    vault = KmsManagementClient(config, service_endpoint=os.environ["REKEY_KEY_MANAGEMENT_ENDPOINT"])
    key = vault.get_key(bucket.kms_key_id).data
    module.exit_json(key_version_id=key.current_key_version)


if __name__ == "__main__":
    main()
