# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of Identity: paths, permissions, JSON."""

from __future__ import annotations

from typing import Any

from .clock import rfc3339
from .messages import Refusal, Request, Response, not_found
from .paging import page_of
from .regions import HOME
from .users import User
from .world import TENANCY, World


class Identity:
    def __init__(self, world: World) -> None:
        self.world = world

    def _whole(self, compartment: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": compartment["id"],
            "compartmentId": compartment["parent"],
            "name": compartment["name"],
            "description": compartment["name"],
            "lifecycleState": compartment["state"],
            "isAccessible": True,
            "timeCreated": rfc3339(compartment["created"]),
            "freeformTags": {},
            "definedTags": {},
        }

    def list_compartments(self, request: Request, user: User) -> Response:
        root, query = request.query.get("compartmentId", ""), request.query
        access = query.get("accessLevel", "ANY").upper()
        if access not in ("ANY", "ACCESSIBLE"):
            raise Refusal(400, "InvalidParameter", "accessLevel is not valid.")
        accessible = access == "ACCESSIBLE"
        if not self.world.has_compartment(root) or not (accessible or user.may("COMPARTMENT_INSPECT", root)):
            raise not_found()
        deep = query.get("compartmentIdInSubtree", "").lower() == "true"
        if deep and root != TENANCY:
            raise Refusal(400, "InvalidParameter", "compartmentIdInSubtree needs the tenancy's OCID.")
        found = [
            self.world.compartments[one] for one in (self.world.subtree(root) if deep else self.world.children(root))
        ]
        if accessible:
            found = [one for one in found if self._accessible(user, one["id"])]
        if "name" in query:
            found = [one for one in found if one["name"] == query["name"]]
        if "lifecycleState" in query:
            found = [one for one in found if one["state"] == query["lifecycleState"].upper()]
        page, headers = page_of(self._sorted(query, found), request, self.world.settings.page_limit)
        return Response(200, [self._told(user, one) for one in page], headers)

    def _accessible(self, user: User, compartment_id: str) -> bool:
        """Whether the user may inspect any resource in it, or below it."""
        return any(user.may_inspect(one) for one in (compartment_id, *self.world.subtree(compartment_id)))

    def _told(self, user: User, compartment: dict[str, Any]) -> dict[str, Any]:
        """Of one that is accessible only for what is below it, a part is told."""
        whole = self._whole(compartment)
        whole["isAccessible"] = self._accessible(user, compartment["id"])
        if whole["isAccessible"] and not user.may_inspect(compartment["id"]):
            for name in ("description", "freeformTags", "definedTags"):
                whole[name] = None
        return whole

    @staticmethod
    def _sorted(query: dict[str, str], found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """As asked for: names from A to Z, the newest first. Without a wish the order is not documented."""
        by, order = query.get("sortBy"), query.get("sortOrder")
        if by not in (None, "TIMECREATED", "NAME") or order not in (None, "ASC", "DESC"):
            raise Refusal(400, "InvalidParameter", "sortBy or sortOrder is not valid.")
        if by is None:
            return found[::-1] if order == "DESC" else found
        key = "name" if by == "NAME" else "created"
        return sorted(found, key=lambda one: one[key], reverse=(order or ("ASC" if by == "NAME" else "DESC")) == "DESC")

    def list_region_subscriptions(self, request: Request, user: User, tenancy_id: str) -> Response:
        if tenancy_id != TENANCY or not user.may("TENANCY_INSPECT", TENANCY):
            raise not_found()
        told = [
            {
                "regionKey": world.code.upper(),
                "regionName": world.region,
                "status": "READY",
                "isHomeRegion": world.region == HOME,
            }
            for world in self.world.regions.values()
        ]
        return Response(200, told)

    def get_compartment(self, request: Request, user: User, compartment_id: str) -> Response:
        compartment = self.world.compartments.get(compartment_id)
        if compartment_id == TENANCY:
            compartment = {"id": TENANCY, "parent": None, "name": "example", "created": 0.0, "state": "ACTIVE"}
        if compartment is None or not user.may("COMPARTMENT_INSPECT", compartment_id):
            raise not_found()
        return Response(200, self._whole(compartment))
