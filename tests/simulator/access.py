# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all operations of Object Storage ask first: is the bucket there, may the user do that, can its key be used?"""

from __future__ import annotations

from .key_refusals import check_key
from .messages import Refusal
from .storage import Bucket
from .users import User
from .world import World


class Access:
    def __init__(self, world: World) -> None:
        self.world = world

    def _bucket(self, user: User, name: str, *permissions: str) -> Bucket:
        bucket = self.world.buckets.get(name)
        if bucket is None or not all(user.may(permission, bucket.compartment_id) for permission in permissions):
            raise self._not_found(name)
        # A copy that ends is an object from then on.
        self.world.work.advance(name, self.world.clock.now())
        return bucket

    def _not_found(self, name: str) -> Refusal:
        return Refusal(
            404,
            "BucketNotFound",
            f"Either the bucket named '{name}' does not exist in the namespace '{self.world.namespace}' or you are not "
            "authorized to access it",
        )

    def _check_key(self, key_id: str | None) -> None:
        check_key(self.world, key_id)

    def _check_writable(self, bucket: Bucket) -> None:
        if bucket.read_only:
            code = self.world.settings.read_only_code
            raise Refusal(
                409, code, f"The bucket '{bucket.name}' is read-only: it is the destination of a replication."
            )
