# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of Object Storage's work requests: paths, permissions, JSON.

The permissions are those of Oracle's policy reference, which asks for the ones of objects, whatever the work is.
"""

from __future__ import annotations

from typing import Any

from .clock import rfc3339
from .messages import Refusal, Request, Response, not_found
from .oddities import PERCENTAGES
from .paging import limit_of
from .users import User
from .work import WorkRequest
from .world import World


class WorkRequestOperations:
    def __init__(self, world: World) -> None:
        self.world = world

    def list_work_requests(self, request: Request, user: User) -> Response:
        compartment_id = request.query.get("compartmentId", "")
        if not self.world.has_compartment(compartment_id) or not user.may("OBJECT_INSPECT", compartment_id):
            raise not_found()
        world, settings = self.world, self.world.settings
        limit = limit_of(request, settings.page_limit)
        try:
            page, token = world.work.page(compartment_id, settings, world.clock.now(), limit, request.query.get("page"))
        except ValueError:
            raise Refusal(400, "InvalidParameter", "page is not valid.") from None
        headers = {"opc-next-page": token} if token else {}
        return Response(200, [self._work(work, settings.summary_resources) for work in page], headers)

    def _known_work(self, user: User, work_request_id: str, permission: str = "OBJECT_READ") -> WorkRequest:
        world = self.world
        work, now = world.work.by_id.get(work_request_id), world.clock.now()
        if work is None or not user.may(permission, work.compartment_id):
            raise not_found()
        world.work.advance(work.bucket, now)
        if not world.work.known(work, world.settings, now):
            raise not_found()
        return work

    def get_work_request(self, request: Request, user: User, work_request_id: str) -> Response:
        work = self._known_work(user, work_request_id)
        return Response(200, self._work(work, self.world.settings.resources))

    def _work(self, work: WorkRequest, resources: str) -> dict[str, Any]:
        settings = self.world.settings
        odd = settings.odd_status and work.status == "IN_PROGRESS"
        return {
            "operationType": work.operation,
            "status": settings.odd_status if odd else work.status,
            "id": work.id,
            "compartmentId": work.compartment_id,
            "resources": self._resources(work, resources),
            "percentComplete": self._percent(work),
            "timeAccepted": self._time(work.time_accepted),
            "timeStarted": self._time(work.time_started),
            "timeFinished": self._time(work.time_finished),
        }

    def _time(self, moment: float | None) -> str | None:
        return None if moment is None else rfc3339(moment + self.world.settings.accepted_skew)

    def _percent(self, work: WorkRequest) -> Any:
        settings = self.world.settings
        if settings.odd_percent and not work.ended:
            return PERCENTAGES[settings.odd_percent]
        return work.percent if settings.percent_known else None

    def _resources(self, work: WorkRequest, told: str) -> list[dict[str, Any]]:
        if told == "none" or self.world.clock.now() < work.time_accepted + self.world.settings.nameless_seconds:
            return []
        resource: dict[str, Any] = {"actionType": "UPDATED", "entityType": "bucket"}
        if told in ("all", "uri"):
            resource["entityUri"] = f"/n/{work.namespace}/b/{work.bucket}"
        if told in ("all", "metadata"):
            resource["metadata"] = {"REGION": self.world.region, "NAMESPACE": work.namespace, "BUCKET": work.bucket}
        if told in ("all", "identifier"):
            resource["identifier"] = work.bucket
        if told == "ocid":
            resource["identifier"] = work.target.id if work.target else work.bucket
        return [resource]

    def cancel_work_request(self, request: Request, user: User, work_request_id: str) -> Response:
        work = self._known_work(user, work_request_id, "OBJECT_DELETE")
        if work.ended:
            raise Refusal(409, "IncorrectState", f"The work request is {work.status}.")
        self.world.cancel(work)
        return Response(202)

    def list_work_request_errors(self, request: Request, user: User, work_request_id: str) -> Response:
        errors = self._known_work(user, work_request_id).errors
        odd = self.world.settings.odd_text
        told = [
            {**error, "message": odd + error["message"], "timestamp": self._time(error["timestamp"])}
            for error in errors
        ]
        return Response(200, told)

    def list_work_request_logs(self, request: Request, user: User, work_request_id: str) -> Response:
        work = self._known_work(user, work_request_id)
        odd = self.world.settings.odd_text
        entries = [{"message": f"{odd}Accepted.", "timestamp": self._time(work.time_accepted)}]
        if work.time_started is not None:
            entries.append({"message": f"{odd}Started.", "timestamp": self._time(work.time_started)})
        if work.time_finished is not None:
            entries.append({"message": f"{odd}Ended {work.status}.", "timestamp": self._time(work.time_finished)})
        return Response(200, entries)
