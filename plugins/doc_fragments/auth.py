# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Who calls, and where to: the options that all plugins share."""

    DOCUMENTATION = r"""
options:
  config_file_location:
    description:
      - The OCI configuration file.
      - When left out, E(OCI_CONFIG_FILE) is used, and then C(~/.oci/config).
    type: str
  config_profile_name:
    description:
      - The profile in the configuration file.
      - When left out, E(OCI_CONFIG_PROFILE) is used, and then V(DEFAULT).
    type: str
  auth_type:
    description:
      - How to authenticate.
      - V(api_key) takes the user's API key from the configuration file and the options below.
      - V(security_token) takes C(security_token_file) and C(key_file) from the profile.
      - V(instance_principal) is for compute instances, V(instance_obo_user) for Cloud Shell and the like,
        V(resource_principal) for functions and other resources, V(oke_workload_identity) for pods.
      - When left out, E(OCI_ANSIBLE_AUTH_TYPE) is used.
    type: str
    choices: [api_key, instance_principal, instance_obo_user, resource_principal, security_token, oke_workload_identity]
    default: api_key
  api_user:
    description: The OCID of the user. Overrides the profile. When left out, E(OCI_USER_ID) is used.
    type: str
  api_user_fingerprint:
    description: The fingerprint of the user's API key. Overrides the profile. When left out, E(OCI_USER_FINGERPRINT) is used.
    type: str
  api_user_key_file:
    description: The path of the user's private key in PEM form. Overrides the profile. When left out, E(OCI_USER_KEY_FILE) is used.
    type: str
  api_user_key_pass_phrase:
    description:
      - The pass phrase of the private key. Overrides the profile. When left out, E(OCI_USER_KEY_PASS_PHRASE) is used.
      - Set that variable where Ansible is started, not by a task's C(environment), which Ansible shows in the process list.
    type: str
  tenancy:
    description: The OCID of the tenancy. Overrides the profile. When left out, E(OCI_TENANCY) is used.
    type: str
  region:
    description:
      - The region, such as V(us-ashburn-1) or V(iad), in small letters or capitals.
      - Overrides the profile. When left out, E(OCI_REGION) is used.
      - A region is known if the SDK knows it. The SDK also reads C(~/.oci/regions-config.json), E(OCI_REGION_METADATA) and
        E(OCI_DEFAULT_REALM).
    type: str
  cert_bundle:
    description:
      - The path of a file with the CA certificates to trust, in PEM form, instead of the usual ones.
      - When left out, E(OCI_ANSIBLE_CERT_BUNDLE) is used.
    type: str
  realm_specific_endpoint_template_enabled:
    description:
      - Whether to use endpoints that are specific to the realm.
      - When left out, E(OCI_REALM_SPECIFIC_SERVICE_ENDPOINT_TEMPLATE_ENABLED) is used.
    type: bool
  object_storage_endpoint:
    description:
      - The base URL of Object Storage, for private endpoints and dedicated regions.
      - C({region}) in its host name stands for the region that is called.
      - Plain V(http) is refused except on a loopback address. A name such as V(objectstorage.localhost) is one, and needs no
        resolver. Loopback is never called through a proxy.
      - A user, a password, a path and an IPv6 address are refused.
      - When left out, E(REKEY_OBJECT_STORAGE_ENDPOINT) is used, and then the region's own.
    type: str
  key_management_endpoint:
    description:
      - The base URL of the vault's management endpoint.
      - C({region}) in its host name stands for the region in the key's OCID.
      - When left out, E(REKEY_KEY_MANAGEMENT_ENDPOINT) is used, and then it is derived from the key's OCID.
    type: str
  identity_endpoint:
    description:
      - The base URL of Identity.
      - C({region}) in its host name stands for the region that is called.
      - When left out, E(REKEY_IDENTITY_ENDPOINT) is used, and then the region's own.
    type: str
requirements:
  - oci >= 2.112.0 (the Python SDK)
notes:
  - All modules belong to the action group C(rekey.oci.all), so that C(module_defaults) sets these options once.
"""
