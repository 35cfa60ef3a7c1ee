# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare a run of a module with what was expected of it, and with what the simulator says happened.

`run` is the module's result, `before` and `after` are the simulator's truth around it, and `step` is what the table of
cases says; README.md beside this folder tells its keys. What must hold after every run is checked without being asked for.
"""

from __future__ import annotations

import re
from typing import Any

from ansible.plugins.action import ActionBase

RECEIPT, WORK_REQUEST = "rekey-receipt", "rekey-work-request"
WRITES = frozenset(("UpdateBucket", "ReencryptBucket", "CreateKeyVersion", "CancelWorkRequest"))


class ActionModule(ActionBase):  # type: ignore[misc]
    _requires_connection = False
    _VALID_ARGS = frozenset(("run", "before", "after", "step", "check", "bucket"))

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = self._task.args
        found = Comparison(args["run"], args["before"], args["after"], args["step"], args["check"], args["bucket"])
        problems = found.problems()
        if problems:
            result.update(failed=True, msg="\n".join(problems), run=args["run"])
        return result


class Comparison:
    """``problems()`` is a line for each thing that is not as it should be."""

    def __init__(self, run: Any, before: Any, after: Any, step: Any, check: bool, bucket: str) -> None:
        self.run, self.before, self.after, self.step, self.check = run, before, after, step, check
        self.found: list[str] = []
        self.bucket = after["buckets"].get(bucket) or {}
        self.bucket_before = before["buckets"].get(bucket) or {}
        self.submitted = after["submissions"].get(bucket) or []

    def problems(self) -> list[str]:
        self._outcome()
        self._messages()
        self._subset("result", self.step.get("result") or {}, self.run)
        self._subset("truth", self.step.get("truth") or {}, self.bucket)
        self._requests()
        self._always()
        return self.found

    def _need(self, holds: bool, problem: str, *values: Any) -> None:
        if not holds:
            self.found.append(problem % values if values else problem)

    def _outcome(self) -> None:
        failed = bool(self.run.get("failed"))
        expected = self.step.get("fails")
        message = str(self.run.get("msg") or "")
        if expected is None:
            self._need(not failed, "it failed: %s", message)
            return
        self._need(failed, "it did not fail")
        self._need(re.search(expected, message) is not None, "msg is %r, not %r", message, expected)
        self._need("\n" not in message, "msg has more than one line: %r", message)
        self._need("Traceback" not in str(self.run), "there is a traceback: %s", self.run)

    def _messages(self) -> None:
        told = [str(warning) for warning in self.run.get("warnings") or ()]
        wanted = self.step.get("warns") or []
        wanted = [wanted] if isinstance(wanted, str) else list(wanted)
        for pattern in wanted:
            match = [warning for warning in told if re.search(pattern, warning)]
            self._need(len(match) == 1, "%s warnings match %r: %s", len(match), pattern, told)
            told = [warning for warning in told if warning not in match]
        self._need(not told, "there are warnings that were not expected: %s", told)

    def _subset(self, path: str, expected: Any, actual: Any) -> None:
        if isinstance(expected, dict) and isinstance(actual, dict):
            for name, value in expected.items():
                if name not in actual:
                    self.found.append("%s.%s is missing" % (path, name))
                else:
                    self._subset("%s.%s" % (path, name), value, actual[name])
        elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
            for number, value in enumerate(expected):
                self._subset("%s[%d]" % (path, number), value, actual[number])
        elif isinstance(expected, str) and expected.startswith("~"):
            self._need(re.search(expected[1:], str(actual)) is not None, "%s is %r, not %s", path, actual, expected)
        else:
            self._need(expected == actual, "%s is %r, not %r", path, actual, expected)

    def _requests(self) -> None:
        made = self.after["operations"]
        for operation, count in (self.step.get("requests") or {}).items():
            self._need(made.get(operation, 0) == count, "%s %s, not %s", made.get(operation, 0), operation, count)
        if "calls" in self.step:
            total = sum(made.values())
            self._need(total == self.step["calls"], "%s calls, not %s: %s", total, self.step["calls"], made)
        expected = self.step.get("submitted")
        if expected is None:
            expected = int(bool((self.step.get("result") or {}).get("changed")) and not self.check)
        self._need(len(self.submitted) == expected, "%s submissions, not %s", len(self.submitted), expected)

    def _always(self) -> None:
        run, made = self.run, self.after["operations"]
        tags, tags_before = self.bucket.get("tags") or {}, self.bucket_before.get("tags") or {}
        if self.check:
            self._need(not WRITES & set(made), "check mode made calls that write: %s", made)
            self._need(tags == tags_before, "check mode wrote tags")
        others = {name: value for name, value in tags.items() if name not in (RECEIPT, WORK_REQUEST)}
        before = {name: value for name, value in tags_before.items() if name not in (RECEIPT, WORK_REQUEST)}
        self._need(others == before, "the other tags were %s and are %s", before, others)
        if "action" not in run:
            self._need("fails" in self.step, "there is no action in the result")
            return
        own = [wanted for wanted in self.submitted if self._is_own(wanted)]
        if not self.check and not run.get("assigned"):
            self._need(run["changed"] == bool(own), "changed is %s, with %s submissions", run["changed"], len(own))
        if own and run.get("work_request"):
            self._need(run["work_request"]["id"] == own[-1], "the work request is not the one that was submitted")
        self._receipt(tags)
        key = run.get("key")
        # In check mode the key may be one that the bucket is to get.
        if key and self.bucket and key["id"] == self.bucket["kms_key_id"]:
            actual = self.bucket["key_version_id"]
            self._need(key["current_version"]["id"] == actual, "the key's version is not %s", actual)
        self._proof()

    def _is_own(self, work_request_id: str) -> bool:
        request = str(self.after["work_requests"][work_request_id].get("client_request_id") or "")
        return request.startswith("rekey-")

    def _receipt(self, tags: Any) -> None:
        receipt, text = self.run.get("receipt"), tags.get(RECEIPT)
        if receipt is None:
            return
        self._need(str(text).startswith(receipt["state"] + " "), "the receipt is %s, its tag %s", receipt, text)
        self._need(tags.get(WORK_REQUEST) == receipt["work_request_id"], "the tag names another work request")

    def _proof(self) -> None:
        if self.check or "fails" in self.step or self.step.get("wrong"):
            return
        ended = (self.run.get("work_request") or {}).get("status") == "COMPLETED"
        if self.run["reason"] == "up_to_date" or (self.run["action"] != "none" and ended):
            current = self.bucket.get("bucket_key_current" if self.step.get("bucket_key") else "all_current")
            self._need(current is True, "not all is under the current version: %s", self.bucket)
