# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls that reconciling makes, as one small abstract class: everything above it is free of the SDK."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import (
    ApiError,
    Bucket,
    Change,
    Key,
    TagNamespace,
    Upload,
    Version,
    WorkRequest,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import (
    Asked,
    Assignment,
    Listing,
    Owner,
    Owners,
)
from ansible_collections.rekey.oci.plugins.module_utils.sdk.lists import Send


class Api(ABC):
    """Each method is one logical call, tried once; a list reads all its pages.

    All raise ApiError, and nothing else, when the service gives no usable answer. Times are the service's, in seconds
    since the epoch; timeouts are in seconds.
    """

    @abstractmethod
    def get_namespace(self) -> str:
        """GetNamespace."""

    @abstractmethod
    def get_bucket(self, namespace: str, name: str) -> tuple[Bucket, Optional[float]]:
        """GetBucket with approximate count and size; also the ``date`` of the answer."""

    @abstractmethod
    def get_key(self, key_id: str, not_before: float = 0.0) -> tuple[Key, Optional[float]]:
        """GetKey; also when the call was begun (monotonic) where the answer was kept from an earlier one.

        An answer kept from a call begun before ``not_before`` does not serve.
        """

    @abstractmethod
    def get_version(self, key_id: str, version_id: str) -> Version:
        """GetKeyVersion: when the version was created, where its material is from, and what tells of its replication."""

    @abstractmethod
    def get_replication(self, key_id: str, replication_id: str) -> Mapping[str, str]:
        """GetReplicationStatus, of the source vault: the status in each region that it tells of."""

    @abstractmethod
    def get_tag_namespace(self, name: str) -> TagNamespace:
        """ListTagNamespaces of the whole tenancy, since only its OCID can be asked for, and ListTags."""

    @abstractmethod
    def has_objects(self, namespace: str, name: str, versions: bool) -> bool:
        """ListObjects or, with ``versions``, ListObjectVersions: whether there is one entry at least."""

    @abstractmethod
    def list_uploads(self, namespace: str, name: str, send: Send) -> tuple[Upload, ...]:
        """ListMultipartUploads: all that are open. ``send`` makes each of the calls."""

    @abstractmethod
    def list_reencryptions(self, compartment_id: str, asked: Asked, send: Send) -> Listing:
        """ListWorkRequests: the bucket's re-encryptions. One list may serve many buckets. ``send`` makes each of the calls, of which
        there may be very many."""

    @abstractmethod
    def get_work_request(self, work_request_id: str) -> WorkRequest:
        """GetWorkRequest."""

    @abstractmethod
    def get_work_request_errors(self, work_request_id: str) -> tuple[Mapping[str, Any], ...]:
        """ListWorkRequestErrors: ``code``, ``message``, ``timestamp`` of each."""

    @abstractmethod
    def update_bucket(self, bucket: Bucket, etag: Optional[str], change: Change) -> Bucket:
        """UpdateBucket with ``if-match``. Returns the bucket with its new etag; what the answer leaves out is as in ``bucket``."""

    @abstractmethod
    def reencrypt_bucket(
        self, namespace: str, name: str, bucket_key_only: bool, client_request_id: str, timeout: float
    ) -> str:
        """ReencryptBucket, sent once and never repeated; returns the work request's id."""


class SharedApi(Api):
    """What serves many buckets at once. Safe to share between threads."""

    def __init__(self) -> None:
        #: Whose a work request is, where a list does not say: that never changes.
        self.owners: dict[str, frozenset[Owner]] = {}

    @abstractmethod
    def reencryption_pages(self, compartment_id: str, send: Send) -> Iterator[list[tuple[WorkRequest, Owners]]]:
        """ListWorkRequests: the compartment's re-encryptions in no order, a page at a time, each with the buckets that it names.

        ``send`` makes the call for each page.
        """

    @abstractmethod
    def get_owners(self, work_request_id: str) -> Owners:
        """GetWorkRequest: the buckets that it names."""

    def list_reencryptions(self, compartment_id: str, asked: Asked, send: Send) -> Listing:
        assignment = Assignment((asked,), self.owners)
        for page in self.reencryption_pages(compartment_id, send):
            self.assign(page, assignment, send)
        return Listing(assignment.found(asked), assignment.unclear())

    def assign(self, page: list[tuple[WorkRequest, Owners]], assignment: Assignment, send: Send) -> None:
        """Sort a page's work requests to the buckets that ask; ask for the owners of those that do not say."""
        for work_request, told in page:
            if assignment.take(work_request, told):
                continue
            try:
                owners = send(partial(self.get_owners, work_request.id))
            except ApiError as error:
                if error.status != 404:
                    raise
                # It may be gone, another user's, or there again for the next list.
                owners = None
            assignment.know(work_request, owners)
