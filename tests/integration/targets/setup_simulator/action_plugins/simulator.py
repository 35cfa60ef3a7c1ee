# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask the simulator: make control requests, then tell what really happened.

`do` is a list of control requests as tests/simulator/README.md has them, each one key and its body, such as
`{rotate: {key: master}}`; a body of null is a DELETE. `{leave: 8}` advances the time until
a re-encryption that takes an hour, and runs, has so many seconds left. The result is the truth, of what came after the mark `since`.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

HOUR = 3600


class ActionModule(ActionBase):  # type: ignore[misc]
    _requires_connection = False
    _VALID_ARGS = frozenset(("do", "since", "bucket"))

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        base = str(task_vars["rekey_simulator"]["control"])
        made: dict[str, Any] = {}
        for request in self._task.args.get("do") or ():
            for path, body in request.items():
                made.update(do(base, path, body))
        query = {name: self._task.args[name] for name in ("since", "bucket") if self._task.args.get(name) is not None}
        result.update(ask(base, "GET", "truth?" + urlencode(query)), made=made)
        return result


def do(base: str, path: str, body: Any) -> dict[str, Any]:
    if path == "leave":
        truth = ask(base, "GET", "truth?what=work_requests")
        begun = [work["time_accepted"] for work in truth["work_requests"].values() if work["status"] == "IN_PROGRESS"]
        path, body = "advance", {"seconds": max(begun) + HOUR - float(body) - truth["now"]}
    return ask(base, "DELETE" if body is None else "POST", path, body)


def ask(base: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """Return the parsed answer."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(base.rstrip("/") + "/" + path, data, {"content-type": "application/json"}, method=method)  # noqa: S310
    try:
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found
    except HTTPError as error:
        raise AnsibleActionFail("%s %s: %s" % (method, path, error.read().decode())) from None
