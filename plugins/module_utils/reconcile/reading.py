# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls that tell a run more: a function for each kind of step. Nothing is decided here, and nothing is written.

Each raises ApiError where its call gave no usable answer; what follows from that is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable

from ansible_collections.rekey.oci.plugins.module_utils.common.model import (
    RUNNING_STATUSES,
    ApiError,
    WorkRequest,
    known,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts, replication
from ansible_collections.rekey.oci.plugins.module_utils.decide.endings import BARE
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import Asked
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    CheckObjects,
    ListUploads,
    ListWorkRequests,
    Look,
    Poll,
    ReadErrors,
    ReadKey,
    ReadNamespace,
    ReadReplication,
    ReadVersion,
)
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.knowledge import Knowledge


def look(run: Knowledge, step: Look) -> None:
    facts, first, begun = run.facts, run.last_bucket is None, run.clock()
    bucket, service_time = run.api.get_bucket(run.namespace, run.name)
    run.untold = 0 if bucket.tags_told else run.untold + 1
    if run.untold == 1 and run.options.receipt == "tag":
        # A write of tags replaces all of them: one answer without any would take away what others wrote.
        raise ApiError("GetBucket", "the service's answer has no tags", code=BARE, retryable=True)
    facts.looked_at = begun
    facts.service_time = service_time
    if not (step.keep_listing and facts.bucket is not None and facts.bucket.etag == bucket.etag):
        facts.listing = None
    if run.last_bucket is None or bucket.etag is None or run.last_bucket.etag != bucket.etag:
        facts.first_unclear = None
    run.see(bucket)
    lacks = "date" if service_time is None else "etag" if bucket.etag is None else None
    # A completed receipt may be read all the same. Where it proves nothing now, another look is called for.
    reads = first and facts.receipt is not None and facts.receipt.state == receipts.COMPLETED
    if lacks and not reads and facts.tags_unusable is None and run.options.receipt == "tag":
        raise ApiError("GetBucket", "the service's answer has no %s" % lacks, code=BARE, retryable=True)


def read_key(run: Knowledge, step: ReadKey) -> None:
    facts, begun, before = run.facts, run.clock(), run.facts.key
    key, kept_from = run.api.get_key(step.key_id, step.not_before)
    if before is not None and before.current_version == key.current_version and key.version_created is None:
        key = replace(
            key,
            version_created=before.version_created,
            version_origin=before.version_origin,
            version_replication=before.version_replication,
        )
    else:
        facts.version_unreadable = False
    facts.key = key
    facts.key_read_at = begun if kept_from is None else kept_from


def read_version(run: Knowledge, step: ReadVersion) -> None:
    key = known(run.facts.key)
    version = run.api.get_version(key.id, key.current_version)
    run.facts.key = replace(
        key,
        version_created=version.created,
        version_origin=version.origin,
        version_replication=version.replication_id or "",
    )
    run.facts.version_unreadable = version.created is None


def read_replication(run: Knowledge, step: ReadReplication) -> None:
    facts = run.facts
    told = run.api.get_replication(step.key_id, step.replication_id)
    facts.replication[step.version_id] = told.get(known(facts.bucket).region or "", replication.UNTOLD)
    facts.replication_read_at = run.clock()


def read_namespace(run: Knowledge, step: ReadNamespace) -> None:
    run.facts.tag_namespace = run.api.get_tag_namespace(step.name)


def check_objects(run: Knowledge, step: CheckObjects) -> None:
    bucket = known(run.facts.bucket)
    run.facts.has_objects = run.api.has_objects(run.namespace, run.name, bucket.versioning != "Disabled")
    run.facts.objects_checked = True


def asked_by(run: Knowledge, step: ListWorkRequests) -> tuple[str, Asked]:
    """The compartment whose list it is, and what of it is wanted."""
    bucket = known(run.facts.bucket or run.last_bucket)
    return bucket.compartment_id or "", Asked(run.namespace, run.name, bucket.id, step.since)


def list_work_requests(run: Knowledge, step: ListWorkRequests) -> None:
    begun = run.clock()
    listing = run.api.list_reencryptions(*asked_by(run, step), run.in_list)
    run.facts.listed(listing.found, begun if listing.begun is None else listing.begun, run.clock(), listing.unclear)


def list_uploads(run: Knowledge, step: ListUploads) -> None:
    version, begun = known(run.facts.key).current_version, run.clock()
    run.facts.uploads = run.api.list_uploads(run.namespace, run.name, run.in_list)
    run.facts.uploads_for, run.facts.uploads_at = version, begun


def poll(run: Knowledge, step: Poll) -> None:
    seen = run.api.get_work_request(step.work_request_id)
    run.facts.missed.discard(seen.id)
    run.facts.saw(seen, run.clock())
    if seen.status is not None and not seen.terminal and seen.status not in RUNNING_STATUSES:
        run.warn(
            "Work request %s has the status %s, which this collection does not know. The module goes on waiting."
            % (seen.id, seen.status)
        )


def read_errors(run: Knowledge, step: ReadErrors) -> None:
    errors = run.api.get_work_request_errors(step.work_request_id)
    run.facts.errors_read.add(step.work_request_id)
    seen = run.facts.seen(step.work_request_id) or next(
        (listed for listed in run.facts.listing or () if listed.id == step.work_request_id), None
    )
    if isinstance(seen, WorkRequest):
        run.facts.work_requests[seen.id] = replace(seen, errors=errors)


READS: dict[type, Callable[[Knowledge, Any], None]] = {
    Look: look,
    ReadKey: read_key,
    ReadVersion: read_version,
    ReadReplication: read_replication,
    ReadNamespace: read_namespace,
    CheckObjects: check_objects,
    ListWorkRequests: list_work_requests,
    ListUploads: list_uploads,
    Poll: poll,
    ReadErrors: read_errors,
}
