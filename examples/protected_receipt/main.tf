# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# A tag namespace for the receipt, and the policy that lets those who run the collection write into it. Apply this in your home region.
# For check mode, the same group also needs "inspect tag-namespaces": the guide docs/protect_the_receipt.md has that statement.
# This policy does not keep anybody else out. So also look for statements of yours that let other groups use all tag namespaces.

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

variable "home_region" {
  type = string
}

variable "group_name" {
  type        = string
  description = "The group of those who run the collection"
  default     = "rekey"
}

provider "oci" {
  region = var.home_region

  # Terraform then leaves the receipt alone, on every bucket. Put this line into the provider of the stack with your buckets too.
  ignore_defined_tags = ["Rekey.rekey-receipt", "Rekey.rekey-work-request"]
}

resource "oci_identity_tag_namespace" "rekey" {
  compartment_id = var.tenancy_id
  name           = "Rekey"
  description    = "Receipts of re-encryptions"
}

resource "oci_identity_tag" "receipt" {
  for_each = {
    rekey-receipt      = "What the last re-encryption was made for"
    rekey-work-request = "Its work request"
  }

  tag_namespace_id = oci_identity_tag_namespace.rekey.id
  name             = each.key
  description      = each.value
}

resource "oci_identity_policy" "receipt" {
  compartment_id = var.tenancy_id
  name           = "rekey-receipt"
  description    = "Let the runner write receipts"
  statements = [
    "Allow group ${var.group_name} to use tag-namespaces in tenancy where target.tag-namespace.name = '${oci_identity_tag_namespace.rekey.name}'",
  ]
}
