# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens to objects that are there: deleted, renamed, re-encrypted one by one. State only."""

from __future__ import annotations

from .storage import Bucket, StoredObject
from .world import World


def delete_object(world: World, bucket: Bucket, name: str) -> StoredObject | None:
    """Delete the newest version; where older ones are to stay, by a marker, which is returned."""
    now, marker = world.clock.now(), None
    bucket.objects = [one for one in bucket.objects if one.name != name or one.versioned]
    if bucket.versioning == "Enabled" or any(one.name == name for one in bucket.objects):
        version_id = world.token(16)
        marker = StoredObject(name, version_id, 0, now, b"", None, world.oracle_key, deleted=True, etag=version_id)
        bucket.add(marker)
    bucket.count(now)
    return marker


def rename_object(world: World, bucket: Bucket, stored: StoredObject, name: str) -> None:
    """Its data key stays as it is. Where older versions stay, a marker tells that it has left them."""
    old = stored.name
    bucket.objects.remove(stored)
    stored.name, stored.version_id, stored.etag = name, world.token(16), world.new_etag()
    stored.time_created = world.clock.now()
    bucket.add(stored)
    if any(one.name == old for one in bucket.objects):
        delete_object(world, bucket, old)
    bucket.count(world.clock.now())


def reencrypt_object(world: World, bucket: Bucket, stored: StoredObject) -> None:
    assert bucket.kms_key_id is not None
    version = world.keys[bucket.kms_key_id].current(world.clock.now())
    stored.wrapped = version.wrap(stored.key_version.unwrap(stored.wrapped))
    stored.key_id, stored.key_version = bucket.kms_key_id, version
