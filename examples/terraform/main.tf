# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# A vault, a key, a bucket under the key, and the policy for those who re-encrypt the bucket.
# Terraform makes these. The collection re-encrypts the bucket after each rotation.

terraform {
  required_version = ">= 1.5"
  required_providers {
    oci = {
      source  = "oracle/oci"
      version = ">= 6.0"
    }
  }
}

variable "tenancy_id" {
  type = string
}

variable "compartment_id" {
  type = string
}

variable "compartment_name" {
  type = string
}

variable "region" {
  type = string
}

variable "home_region" {
  type        = string
  description = "The tenancy's home region: OCI makes policies only there"
}

variable "group_name" {
  type        = string
  description = "The group of those who run the collection"
  default     = "rekey"
}

provider "oci" {
  region = var.region
}

provider "oci" {
  alias  = "home"
  region = var.home_region
}

data "oci_objectstorage_namespace" "this" {
  compartment_id = var.tenancy_id
}

resource "oci_kms_vault" "this" {
  compartment_id = var.compartment_id
  display_name   = "payroll"
  vault_type     = "DEFAULT"
}

resource "oci_kms_key" "master" {
  compartment_id      = var.compartment_id
  display_name        = "payroll"
  management_endpoint = oci_kms_vault.this.management_endpoint
  protection_mode     = "SOFTWARE"

  key_shape {
    algorithm = "AES"
    length    = 32
  }
}

# The first statement lets Object Storage use the key. The other three are for the group: docs/iam.md explains them.
resource "oci_identity_policy" "rekey" {
  provider       = oci.home
  compartment_id = var.tenancy_id
  name           = "rekey"
  description    = "Re-encrypt buckets after key rotations"
  statements = [
    "Allow service objectstorage-${var.region} to use keys in compartment ${var.compartment_name}",
    "Allow group ${var.group_name} to use buckets in compartment ${var.compartment_name} where any {request.operation = 'GetBucket', request.operation = 'ListMultipartUploads', request.operation = 'UpdateBucket', request.operation = 'ReencryptBucket'}",
    "Allow group ${var.group_name} to read objects in compartment ${var.compartment_name} where any {request.operation = 'ListObjects', request.operation = 'ListObjectVersions', request.operation = 'ListWorkRequests', request.operation = 'GetWorkRequest', request.operation = 'ListWorkRequestErrors'}",
    "Allow group ${var.group_name} to read keys in compartment ${var.compartment_name}",
  ]
}

resource "oci_objectstorage_bucket" "payroll" {
  compartment_id = var.compartment_id
  namespace      = data.oci_objectstorage_namespace.this.namespace
  name           = "payroll"
  kms_key_id     = oci_kms_key.master.id
  freeform_tags  = { team = "payroll" }
  depends_on     = [oci_identity_policy.rekey]

  lifecycle {
    # The collection records the last re-encryption in these two tags, the receipt. Without this block, each apply removes them, and the next
    # run re-encrypts the bucket again.
    ignore_changes = [
      freeform_tags["rekey-receipt"],
      freeform_tags["rekey-work-request"],
    ]
  }
}

output "bucket_name" {
  value = oci_objectstorage_bucket.payroll.name
}

output "namespace_name" {
  value = data.oci_objectstorage_namespace.this.namespace
}
