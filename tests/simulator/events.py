# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the Events service sends, in the form that its documentation shows. What that leaves open is a setting."""

from __future__ import annotations

import uuid
from typing import Any

from .clock import rfc3339
from .keys import Key
from .streams import Streams
from .world import World

ROTATED = "com.oraclecloud.keymanagementservice.autokeyrotate.end"
ROTATING = "com.oraclecloud.keymanagementservice.autokeyrotate.begin"
BUCKET_UPDATED = "com.oraclecloud.objectstorage.updatebucket"


class Events:
    def __init__(self, world: World, streams: Streams) -> None:
        self._world = world
        self._streams = streams

    def rotated(self, key: Key) -> None:
        """A key's schedule has made a new version."""
        for kind in (ROTATING, ROTATED):
            self._emit(kind, "KeyManagementService", key.compartment_id, key.name, key.id, {"vaultId": key.vault_id})

    def bucket_updated(self, name: str) -> None:
        bucket = self._world.buckets.get(name)
        if bucket is None:
            return
        details = {
            "bucketName": bucket.name,
            "namespace": self._world.namespace,
            "publicAccessType": "NoPublicAccess",
            "eTag": bucket.etag,
        }
        resource = f"/n/{self._world.namespace}/b/{bucket.name}"
        self._emit(BUCKET_UPDATED, "ObjectStorage", bucket.compartment_id, bucket.name, resource, details)

    def _emit(
        self, kind: str, source: str, compartment_id: str, name: str, resource: str, details: dict[str, Any]
    ) -> None:
        compartment = self._world.compartments.get(compartment_id, {})
        self._streams.emit(
            {
                "eventType": kind,
                "cloudEventsVersion": "0.1",
                "eventTypeVersion": "2.0",
                "source": source,
                "eventTime": rfc3339(self._world.clock.now()),
                "contentType": "application/json",
                "data": {
                    "compartmentId": compartment_id,
                    "compartmentName": compartment.get("name", "root"),
                    "resourceName": name,
                    "resourceId": resource,
                    "availabilityDomain": "ALL",
                    "freeFormTags": {},
                    "definedTags": {},
                    "additionalDetails": details,
                },
                "eventID": str(uuid.uuid4()),
                "extensions": {"compartmentId": compartment_id},
            }
        )
