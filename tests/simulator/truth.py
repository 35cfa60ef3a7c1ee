# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What really happened: the requests that were seen, and which key version wraps each object. See README.md."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .dispatch import Seen, Simulator
from .regions import HOME
from .storage import Bucket
from .work import REENCRYPT, WorkRequest
from .world import World

PARTS = ("requests", "submissions", "buckets", "work_requests")


def truth(
    simulator: Simulator,
    since: str = "0.0",
    bucket: str | None = None,
    operation: str | None = None,
    parts: tuple[str, ...] = PARTS,
    region: str | None = None,
) -> dict[str, Any]:
    """Tell all, or what was asked for. A mark counts what was there before it. Raises ValueError on one that is none.

    Without a region, all requests are told, and else what is in the home region.
    """
    regions = simulator.world.regions
    world = regions[region or HOME]
    world.advance()
    told: dict[str, Any] = {
        "mark": ".".join(str(len(many)) for many in (simulator.seen, *(one.work_requests for one in regions.values()))),
        "now": simulator.clock.now(),
    }
    first_request, *first_works = (int(number) for number in since.split("."))
    first_work = dict(zip(regions, first_works, strict=False)).get(world.region, 0)
    if "requests" in parts:
        seen = [
            one
            for one in simulator.seen[first_request:]
            if (bucket is None or one.bucket == bucket)
            and (operation is None or one.operation == operation)
            and (region is None or one.region == region)
        ]
        told["requests"] = [_seen(one) for one in seen]
        told["operations"] = dict(Counter(one.operation for one in seen))
    if "submissions" in parts:
        told["submissions"] = {}
        for work in list(world.work_requests.values())[first_work:]:
            if work.operation == REENCRYPT and (bucket is None or work.bucket == bucket):
                told["submissions"].setdefault(work.bucket, []).append(work.id)
    if "buckets" in parts:
        found = world.buckets.values() if bucket is None else [b for b in world.buckets.values() if b.name == bucket]
        told["buckets"] = {one.name: bucket_truth(world, one) for one in found}
    if "work_requests" in parts:
        told["work_requests"] = {
            work.id: _work(world, work)
            for work in world.work_requests.values()
            if bucket is None or work.bucket == bucket
        }
    return told


def _seen(seen: Seen) -> dict[str, Any]:
    told = dict(vars(seen))
    told["user"] = told.pop("principal")
    return told


def bucket_truth(world: World, bucket: Bucket) -> dict[str, Any]:
    """One bucket's, asked of the objects themselves."""
    now = world.clock.now()
    world.work.advance(bucket.name, now)
    current = world.keys[bucket.kms_key_id].current(now).id if bucket.kms_key_id else None
    wrapped: Counter[str] = Counter()
    for stored in bucket.objects:
        if not stored.deleted:
            wrapped[stored.key_version.id if world.wrapped_by(stored, stored.key_version) else "unknown"] += 1
    bucket_key = bucket.bucket_key_version
    number = sum(wrapped.values())
    under_current = wrapped[current] if current else 0
    return {
        "id": bucket.id,
        "compartment_id": bucket.compartment_id,
        "etag": bucket.etag,
        "tags": dict(bucket.freeform_tags),
        "defined_tags": dict(bucket.defined_tags),
        "kms_key_id": bucket.kms_key_id,
        "key_version_id": current,
        "versioning": bucket.versioning,
        "objects": number,
        "current": under_current,
        "all_current": current is not None and under_current == number,
        "bucket_key_current": bucket_key is not None and bucket_key.id == current
        if bucket.bucket_key_enabled
        else None,
        "wrapped_by": {version: count for version, count in wrapped.items() if count},
        "open_uploads": [
            {"id": one.id, "object": one.name, "time_created": one.time_created, "parts": len(one.parts)}
            for one in bucket.uploads.values()
        ],
        "running": [work.id for work in world.running(bucket.name)],
    }


def _work(world: World, work: WorkRequest) -> dict[str, Any]:
    return {
        "bucket": work.bucket,
        "compartment_id": work.compartment_id,
        "operation": work.operation,
        "status": work.status,
        "percent": work.percent,
        "time_accepted": work.time_accepted,
        "time_started": work.time_started,
        "time_finished": work.time_finished,
        "user": work.principal,
        "client_request_id": work.client_request_id,
        "key_id": work.key_id,
        "key_version_id": work.version.id if work.version else None,
        "bucket_key_only": work.bucket_key_only,
        "remembered": world.work.known(work, world.settings, world.clock.now()),
    }
