# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bucket's tags as one dictionary, a defined one as NAMESPACE.NAME, and back; and tags that somebody forges."""

from __future__ import annotations

from ansible_collections.rekey.oci.plugins.module_utils.common import model
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from tests.simulator.storage import Bucket
from tests.simulator.world import World


def all_tags(bucket: Bucket) -> dict[str, str]:
    defined = {
        f"{namespace}.{name}": value for namespace, tags in bucket.defined_tags.items() for name, value in tags.items()
    }
    return {**bucket.freeform_tags, **defined}


def tags_apart(tags: dict[str, str]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The freeform ones, and the defined ones."""
    defined: dict[str, dict[str, str]] = {}
    for name, value in tags.items():
        if "." in name:
            defined.setdefault(name.partition(".")[0], {})[name.partition(".")[2]] = value
    return {name: value for name, value in tags.items() if "." not in name}, defined


def forged(world: World, bucket: Bucket) -> dict[str, str]:
    """The freeform tags of a receipt that is right in all, but that nothing was re-encrypted."""
    key_id = str(bucket.kms_key_id)
    made = receipts.Receipt(
        receipts.COMPLETED,
        world.keys[key_id].current(world.clock.now()).id,
        receipts.key_digest(key_id),
        receipts.ALL,
        world.clock.now(),
        "f" * 12,
        work_request_id="ocid1.workrequest.oc1.iad.forged",
    )
    return receipts.encode(made, model.Bucket(bucket.namespace, bucket.name, id=bucket.id))
