# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where on a bucket a receipt lives: reading it, and the change that writes it or takes it away. Pure, no I/O."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import Bucket, Change
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import Receipt


class Place(ABC):
    """A kind of tags. Whatever is not the receipt's stays as it was."""

    #: The tag namespace that somebody asked for: where it cannot be used, the task fails. None: the run may do without a receipt.
    namespace: Optional[str] = None

    @abstractmethod
    def texts(self, bucket: Bucket) -> dict[str, str]:
        """The receipt's texts that are there, by the names of their tags."""

    @abstractmethod
    def put(self, bucket: Bucket, texts: Mapping[str, str]) -> Change:
        """The change after which these are the receipt's texts."""

    @abstractmethod
    def full(self, bucket: Bucket) -> Optional[str]:
        """Why the bucket has no room for the receipt's two tags; None where it has."""

    def read(self, bucket: Bucket) -> tuple[Optional[Receipt], Optional[str]]:
        """The receipt, if any; and a warning where what is there is not trusted."""
        return receipts.parse(self.texts(bucket), bucket)

    def write(self, bucket: Bucket, receipt: Receipt, kms_key_id: Optional[str] = None) -> Change:
        return replace(self.put(bucket, receipts.encode(receipt, bucket)), kms_key_id=kms_key_id)

    def problem(self, bucket: Bucket, receipt: Receipt) -> Optional[str]:
        """Why this receipt cannot be written. A claim needs the work request's place too: after the POST is too late."""
        try:
            receipts.encode(receipt, bucket)
        except receipts.ReceiptDoesNotFit as error:
            return str(error)
        return self.full(bucket)


class FreeformTags(Place):
    """Two of the tags that everybody may write who may update the bucket."""

    #: OCI's limit for a resource.
    MOST = 10

    def texts(self, bucket: Bucket) -> dict[str, str]:
        return {name: bucket.freeform_tags[name] for name in receipts.TAGS if name in bucket.freeform_tags}

    def others(self, bucket: Bucket) -> dict[str, str]:
        return {name: value for name, value in bucket.freeform_tags.items() if name not in receipts.TAGS}

    def put(self, bucket: Bucket, texts: Mapping[str, str]) -> Change:
        return Change({**self.others(bucket), **texts})

    def full(self, bucket: Bucket) -> Optional[str]:
        if len(self.others(bucket)) + len(receipts.TAGS) <= self.MOST:
            return None
        return (
            "the receipt needs 2 of the %d freeform tags that a bucket may have, and fewer than 2 are free" % self.MOST
        )


FREEFORM = FreeformTags()


class DefinedTags(Place):
    """Two tags of a namespace, which only those may write who may use it. Names are compared without regard to case.

    A receipt in freeform tags is neither believed nor kept then.
    """

    #: OCI's limit for a resource.
    MOST = 64

    #: What the work request's tag says before there is one. A claim writes both tags, and a new text into each, so that a tag key
    #: that cannot be written is found out before the POST.
    NONE_YET = "none yet, "

    def __init__(self, namespace: str) -> None:
        self.namespace: str = namespace

    def _is_own(self, namespace: str, name: str) -> bool:
        return namespace.lower() == self.namespace.lower() and name.lower() in receipts.TAGS

    def texts(self, bucket: Bucket) -> dict[str, str]:
        found = {}
        for namespace, tags in bucket.defined_tags.items():
            for name, value in tags.items():
                if self._is_own(namespace, name) and not str(value).startswith(self.NONE_YET):
                    found[name.lower()] = str(value)
        return found

    def others(self, bucket: Bucket) -> dict[str, dict[str, Any]]:
        return {
            namespace: {name: value for name, value in tags.items() if not self._is_own(namespace, name)}
            for namespace, tags in bucket.defined_tags.items()
        }

    def put(self, bucket: Bucket, texts: Mapping[str, str]) -> Change:
        defined = self.others(bucket)
        spelled = next((one for one in defined if one.lower() == self.namespace.lower()), self.namespace)
        if receipts.RECEIPT_TAG in texts:
            texts = {receipts.WORK_REQUEST_TAG: self.NONE_YET + texts[receipts.RECEIPT_TAG][-16:], **texts}
        defined[spelled] = {**defined.get(spelled, {}), **texts}
        defined = {namespace: tags for namespace, tags in defined.items() if tags}
        freeform = FREEFORM.others(bucket) if FREEFORM.texts(bucket) else None
        return Change(freeform, defined_tags=defined)

    def full(self, bucket: Bucket) -> Optional[str]:
        if sum(len(tags) for tags in self.others(bucket).values()) + len(receipts.TAGS) <= self.MOST:
            return None
        return (
            "the receipt needs 2 of the %d defined tags that a bucket may have, and fewer than 2 are free" % self.MOST
        )
