# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Oracle's policy reference asks for the permissions of objects to see work requests, not for those of buckets."""

from __future__ import annotations

import pytest

from tests.simulator.clock import VirtualClock
from tests.simulator.dispatch import Simulator
from tests.simulator.messages import Request
from tests.simulator.users import PERMISSIONS
from tests.simulator.world import TENANCY

NEEDED = {
    "GetWorkRequest": ("GET", "/workRequests/{id}", "OBJECT_READ"),
    "ListWorkRequestErrors": ("GET", "/workRequests/{id}/errors", "OBJECT_READ"),
    "ListWorkRequestLogs": ("GET", "/workRequests/{id}/logs", "OBJECT_READ"),
    "ListWorkRequests": ("GET", "/workRequests", "OBJECT_INSPECT"),
    "CancelWorkRequest": ("DELETE", "/workRequests/{id}", "OBJECT_DELETE"),
    "HeadBucket": ("HEAD", "/n/examplens/b/photos", "BUCKET_INSPECT"),
}


@pytest.mark.parametrize("operation", NEEDED)
def test_it_takes_this_permission_and_no_other(operation: str) -> None:
    method, path, permission = NEEDED[operation]

    def status(permissions: frozenset[str]) -> int:
        simulator = Simulator(VirtualClock())
        world = simulator.world
        bucket = world.add_bucket("photos", kms_key_id=world.add_key("master").id)
        world.put_objects(bucket, 1)
        work = world.reencrypt(bucket, "admin")
        user = simulator.users.add("asker", permissions)
        query = {"compartmentId": TENANCY} if operation == "ListWorkRequests" else {}
        request = Request(method, path.format(id=work.id), query, principal=user.name)
        answer = simulator.handle(request).response
        assert answer is not None
        return answer.status

    assert status(frozenset((permission,))) in (200, 202)
    assert status(PERMISSIONS - {permission}) == 404
