# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A work request with its errors and its log, for work_request_info."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, Callable, TypeVar

from ansible_collections.rekey.oci.plugins.module_utils.common.model import (
    TERMINAL_STATUSES,
    ApiError,
    WorkRequest,
    iso_time,
)
from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import owners_of
from ansible_collections.rekey.oci.plugins.module_utils.sdk.lists import pages
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import PAGE, OciApi, seconds, work_request_of
from ansible_collections.rekey.oci.plugins.module_utils.sdk.retry import with_retries

Answer = TypeVar("Answer")

#: How many are read at once, at most.
_AT_ONCE = 8


def read_all(
    api: OciApi, work_request_ids: Sequence[str], retried: Callable[[Callable[[], Any]], Any] = with_retries
) -> list[dict[str, Any]]:
    """One entry for each id, in the same order; those that cannot be read have an ``error``. Raises nothing."""
    if not work_request_ids:
        return []
    with ThreadPoolExecutor(min(_AT_ONCE, len(work_request_ids))) as pool:
        return list(pool.map(partial(_read, api, retried), work_request_ids))


def _read(api: OciApi, retried: Callable[[Callable[[], Any]], Any], work_request_id: str) -> dict[str, Any]:
    entry = _entry(WorkRequest(work_request_id))
    try:
        data = retried(lambda: _get(api, work_request_id))
        entry = _entry(work_request_of(data))
        entry.update(operation_type=data.operation_type, compartment_id=data.compartment_id)
        for owner in sorted(owners_of(data.resources) or ()):
            entry.update(namespace=owner.namespace or None, bucket=owner.name or None)
        if entry["status"] in TERMINAL_STATUSES:
            errors = retried(lambda: api.get_work_request_errors(work_request_id))
            entry.update(_errors(work_request_of(data), errors))
        entry["logs"] = retried(lambda: _logs(api, work_request_id))
    except ApiError as error:
        entry["error"] = error.as_result()
    return entry


def _entry(work_request: WorkRequest) -> dict[str, Any]:
    empty = dict.fromkeys(("operation_type", "compartment_id", "namespace", "bucket", "error"))
    return dict(work_request.as_result(), logs=[], **empty)


def _errors(work_request: WorkRequest, errors: Any) -> dict[str, Any]:
    return {"errors": replace(work_request, errors=errors).as_result()["errors"]}


def _get(api: OciApi, work_request_id: str) -> Any:
    data = api.calls.object_storage("GetWorkRequest", "get_work_request", work_request_id).data
    if getattr(data, "id", None) != work_request_id:
        raise ApiError("GetWorkRequest", "the answer is not the work request", effect="unknown", retryable=True)
    return data


def _logs(api: OciApi, work_request_id: str) -> list[dict[str, Any]]:
    call = partial(
        api.calls.object_storage, "ListWorkRequestLogs", "list_work_request_logs", work_request_id, limit=PAGE
    )
    return [
        {"message": line.message, "timestamp": iso_time(seconds(line.timestamp))}
        for page in pages("ListWorkRequestLogs", call)
        for line in page
    ]
