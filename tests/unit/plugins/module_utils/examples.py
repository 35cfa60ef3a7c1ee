# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bucket, its keys, a receipt and a re-encryption, as the collection tells of them: what tests begin with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.common import model
from ansible_collections.rekey.oci.plugins.module_utils.common.model import Bucket
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.places import FREEFORM
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import Receipt

KEY = "ocid1.key.oc1.iad.examplevault.examplekey"
OTHER_KEY = "ocid1.key.oc1.iad.examplevault.otherkey"
VERSION = "ocid1.keyversion.oc1.iad.examplevault.current"
OLDER = "ocid1.keyversion.oc1.iad.examplevault.older"
OTHER_VERSION = "ocid1.keyversion.oc1.iad.examplevault.other"
COMPARTMENT = "ocid1.compartment.oc1..example"

#: The service's clock when a run begins, and when the key's current version was created.
EPOCH = 1_750_000_000.0
CREATED = EPOCH - 5000.0

NONCE = "aaaaaaaaaaaa"
OTHERS_NONCE = "bbbbbbbbbbbb"

#: The work request that a receipt names, and one of somebody else.
RECORDED = "ocid1.workrequest.oc1.iad.recorded"
FOREIGN = "ocid1.workrequest.oc1.iad.foreign"


@dataclass
class Job:
    """A re-encryption that was accepted before; ``version`` is what it puts under its key, None where that is not known."""

    id: str
    accepted: float
    ends: float
    end: str = "COMPLETED"
    version: str | None = VERSION
    scope: str = receipts.ALL
    canceling: bool = False

    @property
    def wraps(self) -> bool:
        return self.end == "COMPLETED" and self.version is not None and self.scope == receipts.ALL


def bucket(**changes: Any) -> Bucket:
    """A bucket with objects, under KEY."""
    whole = Bucket(
        namespace="examplens",
        name="payroll",
        etag="etag-0",
        id="ocid1.bucket.oc1.iad.payroll",
        compartment_id=COMPARTMENT,
        kms_key_id=KEY,
        versioning="Disabled",
        approximate_count=7,
        freeform_tags={"owner": "finance"},
    )
    return replace(whole, **changes)


def key(key_id: str = KEY, version: str = VERSION, state: str = "ENABLED") -> model.Key:
    """A key as GetKey tells it: without the time of its version."""
    vault_id = "ocid1.vault.oc1.iad.example"
    return model.Key(id=key_id, current_version=version, vault_id=vault_id, state=state, algorithm="AES")


def receipt(state: str, work_request_id: str | None = None, **changes: Any) -> Receipt:
    """A receipt by another controller, for VERSION of KEY."""
    whole = Receipt(
        state=state,
        key_version_id=VERSION,
        key=receipts.key_digest(KEY),
        scope=receipts.ALL,
        time=EPOCH - 1000.0,
        nonce=OTHERS_NONCE,
        version_created=CREATED,
        work_request_id=work_request_id,
    )
    return replace(whole, **changes)


def tagged(made: Receipt, there: Bucket | None = None) -> Bucket:
    """The bucket with a receipt in its freeform tags."""
    there = there or bucket()
    return FREEFORM.write(there, made).of(there)


def tags_of(made: Receipt, there: Bucket | None = None) -> dict[str, str]:
    """All freeform tags of the bucket with a receipt in them."""
    return dict(tagged(made, there).freeform_tags)
