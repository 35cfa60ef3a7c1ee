# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Adds to the fragment ``auth`` what plugins on the controller declare and modules may not: environment variables."""

    DOCUMENTATION = r"""
options:
  config_file_location:
    env:
      - name: OCI_CONFIG_FILE
  config_profile_name:
    env:
      - name: OCI_CONFIG_PROFILE
  auth_type:
    env:
      - name: OCI_ANSIBLE_AUTH_TYPE
  api_user:
    env:
      - name: OCI_USER_ID
  api_user_fingerprint:
    env:
      - name: OCI_USER_FINGERPRINT
  api_user_key_file:
    env:
      - name: OCI_USER_KEY_FILE
  api_user_key_pass_phrase:
    env:
      - name: OCI_USER_KEY_PASS_PHRASE
  tenancy:
    env:
      - name: OCI_TENANCY
  region:
    env:
      - name: OCI_REGION
  cert_bundle:
    env:
      - name: OCI_ANSIBLE_CERT_BUNDLE
  realm_specific_endpoint_template_enabled:
    env:
      - name: OCI_REALM_SPECIFIC_SERVICE_ENDPOINT_TEMPLATE_ENABLED
  object_storage_endpoint:
    env:
      - name: REKEY_OBJECT_STORAGE_ENDPOINT
  key_management_endpoint:
    env:
      - name: REKEY_KEY_MANAGEMENT_ENDPOINT
  identity_endpoint:
    env:
      - name: REKEY_IDENTITY_ENDPOINT
"""
