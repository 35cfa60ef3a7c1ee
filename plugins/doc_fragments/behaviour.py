# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How a bucket is re-encrypted: the same for one bucket and for a fleet."""

    DOCUMENTATION = r"""
options:
  force:
    description: Re-encrypt even where the receipt proves it needless. A re-encryption that is running is waited for first.
    type: bool
    default: false
  bucket_key_only:
    description:
      - Re-encrypt only the intermediate bucket keys.
      - Such a proof does not count as one for all objects. A proof for all objects counts here too.
      - Fails where the installed SDK is too old for it.
    type: bool
    default: false
  require_customer_managed_key:
    description: Fail on a bucket under an Oracle-managed key, rather than leave it alone.
    type: bool
    default: false
  receipt:
    description:
      - Where the proof lives.
      - V(tag) keeps it in two freeform tags on the bucket, C(rekey-receipt) and C(rekey-work-request).
      - V(none) writes nothing on the bucket and decides from work requests alone. That is a weaker proof. It is gone once OCI
        drops old work requests, it can be wrong where a bucket was moved to an older key afterwards, and it does not keep
        two controllers that run at once from submitting both. Nor can it tell a re-encryption of bucket keys only from one of
        all objects.
      - A bucket whose tags are full or may not be written gets a warning and is handled as with V(none).
    type: str
    choices: [tag, none]
    default: tag
  receipt_tag_namespace:
    description:
      - The name of the tag namespace to keep the receipt in, instead of in freeform tags. The receipt is then the defined tags
        C(rekey-receipt) and C(rekey-work-request) of this namespace. Names are compared without regard to case.
      - Only those who may use the namespace can write such a receipt.
      - A receipt in freeform tags is neither believed nor kept then. The first write takes it off.
      - Where the namespace is unknown or retired, its two tag keys are missing, or the user may not use it, the task fails before
        anything is submitted. It does not fall back to freeform tags.
      - Cannot be used with O(receipt=none).
    type: str
  open_uploads:
    description:
      - What to do about multipart uploads that were begun before the key's current version, or up to 5 minutes after its creation,
        and are still open. A re-encryption reaches objects that exist. What such an upload becomes may be under the older version.
      - V(warn) names the first few of them, with their age, and what ends them.
      - V(fail) re-encrypts, and then fails the task.
      - V(ignore) does not list them.
      - Their number becomes part of the receipt. As long as there is such a receipt, each run lists the open uploads again, and
        re-encrypts once some of them have ended. A receipt without such a number costs no call.
      - They are not looked at with O(bucket_key_only=true).
    type: str
    choices: [warn, fail, ignore]
    default: warn
  wait:
    description: Whether to wait until the re-encryption has ended. When V(false), a later run sees to the end.
    type: bool
    default: true
  wait_timeout:
    description:
      - How long to wait, in seconds. On expiry the task fails and names the work request, which goes on; the next run joins it.
    type: int
    default: 1200
  wait_interval:
    description: The longest pause between two polls, in seconds. The first polls come sooner.
    type: int
    default: 30
  claim_grace:
    description:
      - How long another controller's claim without a work request is respected before it is taken over, in seconds.
      - Give the same value everywhere. A value under 20 leaves little time for a slow answer.
    type: int
    default: 120
  verify_history:
    description:
      - Whether a completed receipt is believed only if no re-encryption by somebody else was accepted since, for which work
        requests are listed.
      - It catches a bucket that was moved to another key, re-encrypted by hand and moved back, as long as OCI remembers that
        work request.
    type: bool
    default: false
  kms_key_id:
    description:
      - The OCID of the Vault key that the bucket shall use. It is assigned first where the bucket uses another key or an
        Oracle-managed one.
      - The key must be readable, C(ENABLED) and of algorithm AES, and Object Storage must be allowed to use it.
      - The user needs the permissions KEY_ASSOCIATE on this key and KEY_DISASSOCIATE on the one before, which the statement
        C(Allow group ... to use key-delegate ...) gives.
    type: str
"""
