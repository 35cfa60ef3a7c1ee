# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls of api.Api for one bucket of many: what buckets can share is shared, and what they must not is not."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Callable, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import (
    Bucket,
    Change,
    Key,
    TagNamespace,
    Upload,
    Version,
    WorkRequest,
    known,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import Asked, Listing, Owner
from ansible_collections.rekey.oci.plugins.module_utils.decide.replication import REPLICATED
from ansible_collections.rekey.oci.plugins.module_utils.fleet.brakes import Brakes
from ansible_collections.rekey.oci.plugins.module_utils.fleet.listings import Listings
from ansible_collections.rekey.oci.plugins.module_utils.fleet.scheduler import Scheduler
from ansible_collections.rekey.oci.plugins.module_utils.fleet.shared import Shared
from ansible_collections.rekey.oci.plugins.module_utils.fleet.threads import Stop
from ansible_collections.rekey.oci.plugins.module_utils.fleet.work import BucketRef, SharedCall, Task
from ansible_collections.rekey.oci.plugins.module_utils.sdk.api import Api, SharedApi
from ansible_collections.rekey.oci.plugins.module_utils.sdk.lists import Send

#: A key's current version is taken from an earlier read for this long, in seconds: a long run sees a rotation.
_KEY_KEPT = 60.0

#: How far a version is on its way is taken from an earlier read for this long, in seconds: all its buckets wait for it.
_REPLICATION_KEPT = 5.0


class Context:
    """What all buckets of a run have in common."""

    def __init__(self, scheduler: Scheduler, shared: Shared, brakes: Brakes, stop: Stop) -> None:
        self.scheduler = scheduler
        self.shared = shared
        self.brakes = brakes
        self.stop = stop


class BucketApi(Api):
    """Raises Wait besides ApiError, before anything was sent, where another thread makes the very call that all share."""

    def __init__(
        self, context: Context, api: SharedApi, listings: Listings, ref: BucketRef, task: Task, last_call: float
    ) -> None:
        """No call is begun at ``last_call`` or later, in monotonic seconds."""
        self._shared = context.shared
        self._scheduler = context.scheduler
        self._api = api
        self._listings = listings
        self._send: Callable[..., Any] = partial(context.shared.send, ref.region)
        self.ref = ref
        #: The task that this is for.
        self.task = task
        self.last_call = last_call
        self.listed: Optional[Listing] = None
        self.list_error: Optional[Exception] = None
        self.polled: Optional[WorkRequest] = None
        self.alone = False
        self._accepted: Optional[str] = None
        #: The work request that this run submitted last, until it is seen at its end.
        self.running: Optional[str] = None

    def forget(self) -> None:
        """Drop a list that was asked for, and that the next step did not take: it gets no older."""
        self.listed = None
        self.list_error = None

    # What the next step needs of a list that serves many. Each returns the call to wait for, or None where it is there.

    def await_list(self, compartment_id: str, asked: Asked) -> Optional[SharedCall]:
        if self.listed is not None or self.list_error is not None or self._late():
            return None
        return self._listings.ask(compartment_id, self, asked)

    def await_poll(self, work_request_id: str) -> Optional[SharedCall]:
        compartment_id = self.ref.compartment_id
        if work_request_id in (self._accepted, self.polled and self.polled.id) or self.alone or self._late():
            return None
        if compartment_id is None or not self._listings.worth(compartment_id):
            return None
        return self._listings.ask_poll(compartment_id, self, work_request_id)

    def _late(self) -> bool:
        return self._scheduler.clock() >= self.last_call

    # The calls.

    def get_namespace(self) -> str:
        return self.ref.namespace

    def get_bucket(self, namespace: str, name: str) -> tuple[Bucket, Optional[float]]:
        self.forget()
        answer: tuple[Bucket, Optional[float]] = self._send(self._api.get_bucket, namespace, name)
        return answer

    def get_key(self, key_id: str, not_before: float = 0.0) -> tuple[Key, Optional[float]]:
        self.forget()
        oldest = max(not_before, self._scheduler.clock() - _KEY_KEPT)
        answer = self._shared.once(key_id, oldest, self.ref.region, self._api.get_key, key_id)
        return answer.value[0], answer.begun

    def get_version(self, key_id: str, version_id: str) -> Version:
        self.forget()
        version: Version = self._shared.once(
            (key_id, version_id),
            float("-inf"),
            self.ref.region,
            self._api.get_version,
            key_id,
            version_id,
        ).value
        return version

    def get_replication(self, key_id: str, replication_id: str) -> Mapping[str, str]:
        self.forget()
        told: Mapping[str, str] = {}
        for oldest in (float("-inf"), self._scheduler.clock() - _REPLICATION_KEPT):
            call = self._api.get_replication
            told = self._shared.once(replication_id, oldest, self.ref.region, call, key_id, replication_id).value
            if told.get(self.ref.region or "") == REPLICATED:
                # That never changes.
                break
        return told

    def get_tag_namespace(self, name: str) -> TagNamespace:
        self.forget()
        # It is the tenancy's, and so the same in all regions.
        call, never = self._api.get_tag_namespace, float("-inf")
        told: TagNamespace = self._shared.once(("tag namespace", name), never, self.ref.region, call, name).value
        return told

    def has_objects(self, namespace: str, name: str, versions: bool) -> bool:
        self.forget()
        return bool(self._send(self._api.has_objects, namespace, name, versions))

    def list_uploads(self, namespace: str, name: str, send: Send) -> tuple[Upload, ...]:
        self.forget()
        uploads: tuple[Upload, ...] = self._send(self._api.list_uploads, namespace, name, send)
        return uploads

    def list_reencryptions(self, compartment_id: str, asked: Asked, send: Send) -> Listing:
        listed, error = self.listed, self.list_error
        self.forget()
        if error is not None:
            raise error
        return known(listed)

    def get_work_request(self, work_request_id: str) -> WorkRequest:
        self.forget()
        seen = self._look_at(work_request_id)
        if seen.terminal and self.running == work_request_id:
            self.running = None
            self._free_slot()
        return seen

    def _look_at(self, work_request_id: str) -> WorkRequest:
        accepted, self._accepted = self._accepted, None
        if accepted == work_request_id:
            # The service has said so a moment ago.
            return WorkRequest(work_request_id, status="ACCEPTED")
        polled, self.polled = self.polled, None
        if polled is not None and polled.id == work_request_id:
            return polled
        self.alone = False
        seen: WorkRequest = self._send(self._api.get_work_request, work_request_id)
        return seen

    def get_work_request_errors(self, work_request_id: str) -> tuple[Mapping[str, Any], ...]:
        self.forget()
        errors: tuple[Mapping[str, Any], ...] = self._send(self._api.get_work_request_errors, work_request_id)
        return errors

    def update_bucket(self, bucket: Bucket, etag: Optional[str], change: Change) -> Bucket:
        self.forget()
        written: Bucket = self._send(self._api.update_bucket, bucket, etag, change)
        return written

    def reencrypt_bucket(
        self, namespace: str, name: str, bucket_key_only: bool, client_request_id: str, timeout: float
    ) -> str:
        self.forget()
        work_request_id: str = self._send(
            self._api.reencrypt_bucket, namespace, name, bucket_key_only, client_request_id, timeout
        )
        self._accepted = self.running = work_request_id
        # This run submitted it, so its owner is known.
        self._api.owners[work_request_id] = frozenset((Owner(namespace, name),))
        return work_request_id

    def _free_slot(self) -> None:
        task = self.task
        if task.slot:
            with self._scheduler.changed:
                task.slot = False
                self._scheduler.free_slot()
