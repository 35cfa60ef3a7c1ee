# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How a bucket is re-encrypted: the same for one bucket and for a fleet."""

    DOCUMENTATION = r"""
options:
  force:
    description:
      - Whether to re-encrypt even if the receipt proves that the bucket is up to date.
      - If a re-encryption is running already, the module waits for it first. With O(wait=false), it submits nothing in this case, and warns.
      - Even with V(true), the module leaves a bucket alone if it is empty or under an Oracle-managed key.
    type: bool
    default: false
  bucket_key_only:
    description:
      - Whether to re-encrypt only the intermediate bucket keys, which encrypt the objects' own keys, and not the objects.
      - The receipt then proves nothing about the objects. A receipt for all objects, on the other hand, also proves that the bucket keys
        are up to date.
      - The task fails if the installed SDK is too old for this.
    type: bool
    default: false
  require_customer_managed_key:
    description: Whether the task fails if the bucket is under an Oracle-managed key. By default, it leaves such a bucket alone.
    type: bool
    default: false
  receipt:
    description:
      - Whether to keep a receipt. The receipt is two tags on the bucket. They say which re-encryption was the last one, and for which
        version of the key. The bucket is proven if its receipt is completed, is about all objects, and names the current version of its
        current key.
      - V(tag) keeps the receipt in the freeform tags C(rekey-receipt) and C(rekey-work-request).
      - V(none) writes no tags, and decides from OCI's work requests alone. A re-encryption then counts only if OCI accepted it at least 5
        minutes after the key's current version was created (65 minutes for a key of another region). If you run the module earlier than
        that after a rotation, it re-encrypts the bucket, and a later run does so once more.
      - The proof of V(none) is weaker than a receipt, for four reasons. OCI drops old work requests, and the proof with them. The
        proof can be wrong if the bucket was moved to another key after the re-encryption, and the current version of that key is older than
        the re-encryption. Two controllers that run at once may both submit a re-encryption. And a re-encryption of the bucket keys alone
        looks like one of all objects.
      - If the bucket's tags are full, or the user may not write them, the module warns and goes on as with V(none).
    type: str
    choices: [tag, none]
    default: tag
  receipt_tag_namespace:
    description:
      - The name of a tag namespace. The receipt is then two defined tags of this namespace, C(rekey-receipt) and
        C(rekey-work-request), instead of freeform tags. Upper and lower case make no difference in the name.
      - Only those who may use the namespace can write such a receipt.
      - A receipt in freeform tags then proves nothing. The module removes it when it first writes its receipt into the namespace.
      - The task fails before it submits anything if the namespace is unknown or retired, if one of the two tag keys is missing, or if the
        user may not use the namespace. It does not fall back to freeform tags.
      - If a run would write a receipt, check mode looks at the definition of the namespace, and fails if something is missing or retired.
        If the user may not look at it, check mode warns and goes on. Check mode cannot see whether the user may use the namespace.
      - This option cannot be used with O(receipt=none).
    type: str
    version_added: 1.1.0
  open_uploads:
    description:
      - What to do about open multipart uploads that somebody began before the key's current version was created, or up to 5 minutes
        after that (65 minutes for a key of another region). A re-encryption reaches only objects that exist. The object that such an
        upload makes later may be under the older version.
      - V(warn) re-encrypts, and warns. The warning names the first few uploads, their age, and how to end them.
      - V(fail) re-encrypts, and then fails the task.
      - V(ignore) does not look for open uploads.
      - The receipt keeps the number of these uploads. As long as it has such a number, each run lists the open uploads again, and
        re-encrypts if some of them have ended. A receipt without such a number costs no call.
      - With O(bucket_key_only=true), the module does not look for open uploads.
    type: str
    choices: [warn, fail, ignore]
    default: warn
    version_added: 1.1.0
  wait:
    description:
      - Whether to wait until the re-encryption has ended. With V(false), a later run completes the receipt.
      - The key's vault may be replicated from another region to the bucket's region. A new version of the key arrives there later. With
        V(true), the task also waits for that before it submits. With V(false), it fails and submits nothing if the version is not there
        yet.
    type: bool
    default: true
  wait_timeout:
    description:
      - How long to wait, in seconds, at least 1. When this time is over, the task fails and names the work request. OCI goes on with the work, and the
        next run joins it.
      - If the key's version has not arrived in the bucket's region by then, the task fails and submits nothing.
    type: int
    default: 1200
  wait_interval:
    description: The longest pause between two looks at the work request, in seconds, at least 1. The first looks come sooner.
    type: int
    default: 30
  claim_grace:
    description:
      - A run writes a first form of the receipt, the claim, before it asks OCI for the re-encryption. The claim gets a work request when OCI
        has answered.
      - If another controller's claim has no work request, the module leaves it alone for this many seconds, at least 1. After that, it takes the claim
        over.
      - Give the same value everywhere. A value under 20 leaves little time for a slow answer.
    type: int
    default: 120
  verify_history:
    description:
      - Whether to look for re-encryptions that somebody else started after the receipt was completed. If there is one, the receipt no
        longer counts. The module lists work requests for this.
      - This finds a bucket that somebody moved to another key, re-encrypted by hand, and moved back. It finds it as long as OCI
        remembers that work request.
    type: bool
    default: false
  kms_key_id:
    description:
      - The OCID of the Vault key that the bucket should use. If the bucket uses another key, or an Oracle-managed key, the module first
        assigns this one.
      - The user must be able to read the key. The key must be C(ENABLED), its algorithm must be AES, and Object Storage must be allowed
        to use it.
      - The user needs the permissions KEY_ASSOCIATE on this key and KEY_DISASSOCIATE on the old one. The statement
        C(Allow group ... to use key-delegate ...) gives both.
    type: str
"""
