# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CopyObject: a work request that copies when it ends."""

from __future__ import annotations

from typing import Any

from .access import Access
from .content import check_restored, metadata, object_name, without_metadata
from .messages import Refusal, Request, Response
from .preconditions import check_etags, etag_of
from .storage import Bucket
from .users import User
from .work import COPY_OBJECT, WorkRequest


class Copies(Access):
    def copy_object(self, request: Request, user: User, namespace: str, name: str) -> Response:
        source = self._bucket(user, name, "OBJECT_READ", "OBJECT_INSPECT")
        details = request.json()
        target = self._target(user, details)
        key, new = object_name(details.get("sourceObjectName")), object_name(details.get("destinationObjectName"))
        version_id = details.get("sourceVersionId")
        stored = source.version(key, version_id) if version_id else source.find(key)
        if stored is None or stored.deleted:
            raise Refusal(404, "ObjectNotFound", f"The object '{key}' was not found in the bucket '{name}'")
        check_etags(stored.etag, details.get("sourceObjectIfMatchETag"), None)
        check_restored(stored)
        _check_target(target, new, details)
        self._check_key(stored.key_id)
        self._check_key(self.world.wrapping(target)[0])
        headers = dict(stored.headers)
        if details.get("destinationObjectMetadata") is not None:
            headers = {**without_metadata(headers), **metadata(details["destinationObjectMetadata"])}
        if details.get("destinationObjectStorageTier"):
            headers["storage-tier"] = details["destinationObjectStorageTier"]
        work = self._accept(request, user, source, target)
        wrapping = self.world.wrapping(target) if self.world.settings.copy_version == "accepted" else None

        def copy(when: float) -> str | None:
            try:
                _check_target(target, new, details)
                self._check_key((wrapping or self.world.wrapping(target))[0])
            except Refusal as refusal:
                return str(refusal)
            made = self.world.put_object(target, new, stored.content, headers, wrapping)
            made.time_created = when
            return None

        work.effect = copy
        return Response(202, None, {"opc-work-request-id": work.id})

    def _target(self, user: User, details: dict[str, Any]) -> Bucket:
        for field in ("destinationRegion", "destinationNamespace", "destinationBucket"):
            if not details.get(field):
                raise Refusal(400, "InvalidParameter", f"{field} is missing.")
        if details["destinationRegion"] != self.world.region:
            raise Refusal(400, "InvalidParameter", "The simulator copies within its region only.")
        if details["destinationNamespace"] != self.world.namespace:
            raise Refusal(404, "NamespaceNotFound", "You do not have authorization, or the namespace does not exist.")
        target = self._bucket(user, details["destinationBucket"], "OBJECT_CREATE", "OBJECT_OVERWRITE")
        self._check_writable(target)
        return target

    def _accept(self, request: Request, user: User, source: Bucket, target: Bucket) -> WorkRequest:
        """Known as one of its source; it is brought to where it is whenever somebody looks at its target."""
        now, settings = self.world.clock.now(), self.world.settings
        work = WorkRequest(
            id=self.world.work_request_id(),
            operation=COPY_OBJECT,
            compartment_id=source.compartment_id,
            namespace=source.namespace,
            bucket=target.name,
            time_accepted=now,
            starts_at=now,
            ends_at=now + settings.copy_seconds,
            principal=user.name,
            client_request_id=request.headers.get("opc-client-request-id", ""),
            target=target,
        )
        self.world.add_work_request(work)
        return work


def _check_target(target: Bucket, new: str, details: dict[str, Any]) -> None:
    wanted, unwanted = details.get("destinationObjectIfMatchETag"), details.get("destinationObjectIfNoneMatchETag")
    check_etags(etag_of(target.find(new)), wanted, unwanted)
