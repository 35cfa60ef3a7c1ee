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
      - The path of the OCI configuration file.
      - If you leave it out, E(OCI_CONFIG_FILE) is used, and then C(~/.oci/config).
    type: str
  config_profile_name:
    description:
      - The profile in the configuration file.
      - If you leave it out, E(OCI_CONFIG_PROFILE) is used, and then V(DEFAULT).
    type: str
  auth_type:
    description:
      - How to authenticate.
      - V(api_key) uses the user's API key, from the configuration file and the options below.
      - V(security_token) uses C(security_token_file) and C(key_file) of the profile.
      - V(instance_principal) is for compute instances.
      - V(instance_obo_user) is for Cloud Shell and the like.
      - V(resource_principal) is for functions and other resources.
      - V(oke_workload_identity) is for pods.
      - If you leave it out, E(OCI_ANSIBLE_AUTH_TYPE) is used.
    type: str
    choices: [api_key, instance_principal, instance_obo_user, resource_principal, security_token, oke_workload_identity]
    default: api_key
  api_user:
    description: The OCID of the user. It overrides the profile. If you leave it out, E(OCI_USER_ID) is used.
    type: str
  api_user_fingerprint:
    description: The fingerprint of the user's API key. It overrides the profile. If you leave it out, E(OCI_USER_FINGERPRINT) is used.
    type: str
  api_user_key_file:
    description: The path of the user's private key in PEM form. It overrides the profile. If you leave it out, E(OCI_USER_KEY_FILE) is used.
    type: str
  api_user_key_pass_phrase:
    description:
      - The pass phrase of the private key. It overrides the profile. If you leave it out, E(OCI_USER_KEY_PASS_PHRASE) is used.
      - Set that variable where Ansible is started. Do not set it in a task's C(environment), because Ansible shows that in the process list.
    type: str
  tenancy:
    description: The OCID of the tenancy. It overrides the profile. If you leave it out, E(OCI_TENANCY) is used.
    type: str
  region:
    description:
      - The region, such as V(us-ashburn-1) or V(iad), in small letters or capitals.
      - It overrides the profile. If you leave it out, E(OCI_REGION) is used.
      - The SDK must know the region. Besides its own list, it reads C(~/.oci/regions-config.json), E(OCI_REGION_METADATA) and
        E(OCI_DEFAULT_REALM).
    type: str
  cert_bundle:
    description:
      - The path of a file in PEM form. Its CA certificates are trusted instead of the usual ones.
      - If you leave it out, E(OCI_ANSIBLE_CERT_BUNDLE) is used.
    type: str
  realm_specific_endpoint_template_enabled:
    description:
      - Whether to use endpoints that are specific to the realm.
      - If you leave it out, E(OCI_REALM_SPECIFIC_SERVICE_ENDPOINT_TEMPLATE_ENABLED) is used.
    type: bool
  object_storage_endpoint:
    description:
      - The base URL of Object Storage, for private endpoints and dedicated regions.
      - C({region}) in its host name stands for the region that is called.
      - Plain V(http) is refused, except on a loopback address. A name such as V(objectstorage.localhost) counts as a loopback
        address, and needs no resolver. Loopback addresses are never called through a proxy.
      - A URL with a user, a password, a path or an IPv6 address is refused.
      - If you leave it out, E(REKEY_OBJECT_STORAGE_ENDPOINT) is used, and then the region's own.
    type: str
  key_management_endpoint:
    description:
      - The base URL of the vault's management endpoint.
      - C({region}) in its host name stands for the region in the key's OCID.
      - If you leave it out, E(REKEY_KEY_MANAGEMENT_ENDPOINT) is used, and then the endpoint that the key's OCID leads to.
    type: str
  identity_endpoint:
    description:
      - The base URL of Identity.
      - C({region}) in its host name stands for the region that is called.
      - If you leave it out, E(REKEY_IDENTITY_ENDPOINT) is used, and then the region's own.
    type: str
requirements:
  - oci >= 2.112.0 (the Python SDK)
notes:
  - All modules that call OCI belong to the action group C(rekey.oci.all), so you can set these options once in C(module_defaults).
"""
