# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of Identity: paths, permissions, JSON."""

from __future__ import annotations

from typing import Any

from .clock import rfc3339
from .messages import Refusal, Request, Response, not_found
from .paging import page_of
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
            "lifecycleState": "ACTIVE",
            "isAccessible": True,
            "timeCreated": rfc3339(compartment["created"]),
            "freeformTags": {},
            "definedTags": {},
        }

    def list_compartments(self, request: Request, user: User) -> Response:
        root = request.query.get("compartmentId", "")
        known = root == TENANCY or root in self.world.compartments
        accessible = request.query.get("accessLevel", "").upper() == "ACCESSIBLE"
        if not known or not (accessible or user.may("COMPARTMENT_INSPECT", root)):
            raise not_found()
        deep = request.query.get("compartmentIdInSubtree", "").lower() == "true"
        if deep and root != TENANCY:
            raise Refusal(400, "InvalidParameter", "compartmentIdInSubtree needs the tenancy's OCID.")
        found = (
            self.world.subtree(root)
            if deep
            else [
                compartment["id"] for compartment in self.world.compartments.values() if compartment["parent"] == root
            ]
        )
        if accessible:
            found = [one for one in found if user.may("COMPARTMENT_INSPECT", one)]
        page, headers = page_of(found, request, self.world.settings.page_limit)
        return Response(200, [self._whole(self.world.compartments[one]) for one in page], headers)

    def get_compartment(self, request: Request, user: User, compartment_id: str) -> Response:
        compartment = self.world.compartments.get(compartment_id)
        if compartment is None or not user.may("COMPARTMENT_INSPECT", compartment_id):
            raise not_found()
        return Response(200, self._whole(compartment))
