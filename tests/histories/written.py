# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written into the bucket while a history is played, and which of it a re-encryption is known not to reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.rekey.oci.plugins.module_utils.decide.state import CLOCK_MARGIN
from tests.histories import proof
from tests.simulator import multipart

if TYPE_CHECKING:
    from tests.histories.universe import Universe
    from tests.simulator.keys import KeyVersion


class Written:
    """Objects and uploads, told apart by the ids of versions and uploads."""

    def __init__(self, universe: Universe) -> None:
        self._universe = universe
        self._world = universe.simulator.world
        #: The bucket's key when an object was written, or its upload was begun.
        self._put_under: dict[str, str | None] = {}
        self._uploads: dict[str, str | None] = {}
        #: When the upload was begun that an object came of.
        self._begun: dict[str, float] = {}
        #: Objects and uploads that were begun while a re-encryption had yet to renew the bucket's own key.
        self._meanwhile: set[str] = set()

    def put(self) -> None:
        bucket = self._universe.bucket
        stored = self._world.put_object(bucket, f"later-{len(bucket.objects)}", b"x")
        self._put_under[stored.version_id] = bucket.kms_key_id
        if self._renews(stored.key_version):
            self._meanwhile.add(stored.version_id)

    def upload(self) -> None:
        bucket = self._universe.bucket
        upload = multipart.begin(self._world, bucket, f"upload-{len(self._uploads)}")
        multipart.put_part(self._world, bucket, upload, 1, b"x")
        self._uploads[upload.id] = bucket.kms_key_id
        if self._renews(self._world.wrapping(bucket)[1]):
            self._meanwhile.add(upload.id)

    def commit(self) -> None:
        """The oldest that is open becomes an object."""
        bucket = self._universe.bucket
        for upload in list(bucket.uploads.values())[:1]:
            stored = multipart.commit(self._world, bucket, upload, [1])
            self._put_under[stored.version_id] = self._uploads[upload.id]
            self._begun[stored.version_id] = upload.time_created
            if upload.id in self._meanwhile:
                self._meanwhile.add(stored.version_id)

    def abort(self) -> None:
        bucket = self._universe.bucket
        for upload in list(bucket.uploads.values())[:1]:
            multipart.abort(bucket, upload)

    def excused(self) -> str | None:
        """Why objects that are not current do not count, if so it is with all of them."""
        bucket, world = self._universe.bucket, self._world
        if world.all_current(bucket) or bucket.kms_key_id is None:
            return None
        current = world.keys[bucket.kms_key_id].current(self._universe.clock.now())
        old = [stored.version_id for stored in bucket.objects if not world.wrapped_by(stored, current)]
        if all(self._put_under.get(one, bucket.kms_key_id) != bucket.kms_key_id for one in old):
            return proof.WRITTEN
        # Until a re-encryption renews it, a bucket's own key stays under the older version.
        late = current.time_created + CLOCK_MARGIN
        unreached = [one for one in old if self._begun.get(one, 0.0) > late or one in self._meanwhile]
        return proof.BUCKET_KEY if bucket.bucket_key_enabled and unreached == old else None

    def _renews(self, version: KeyVersion) -> bool:
        """Whether a re-encryption, or a run, is under way that does not reach what is begun under this version."""
        bucket = self._universe.bucket
        if not bucket.bucket_key_enabled or bucket.kms_key_id is None:
            return False
        current = self._world.keys[bucket.kms_key_id].current(self._universe.clock.now())
        running = any(
            work.accepted_version == current.id for work in self._world.work_requests.values() if not work.ended
        )
        return version is not current and (running or any(not run.over for run in self._universe.book.runs))
