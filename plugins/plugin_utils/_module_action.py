# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection: names and behaviour may change without notice.

"""The action plugin of every module: runs it as ever. Where the Python there is too old for it, one line says so.

Such a Python fails before the first line of the module runs, by its syntax or its imports, so the module cannot say it.
"""

from __future__ import annotations

import re
from typing import Any, Optional

from ansible.plugins.action.normal import ActionModule as NormalAction

#: Of the host that the module runs on.
OLDEST_PYTHON = (3, 9)
_ASK = 'import sys; print("rekey:%d.%d:%s" % (sys.version_info[0], sys.version_info[1], sys.executable))'


class ModuleAction(NormalAction):  # type: ignore[misc]
    """``normal``, with a failure that a person understands."""

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        # Only what ended without a result of its own leaves its output in this.
        mute = result.get("failed") and "module_stdout" in result
        # Of a job in the background nobody would tell later.
        begun = self._task.async_val and "ansible_job_id" in result
        if mute or begun:
            too_old = self._too_old()
            if too_old:
                return {"failed": True, "changed": False, "msg": too_old}
        return result

    def _too_old(self) -> Optional[str]:
        interpreter = (self._used_interpreter or "").lstrip("#!")
        if not interpreter:
            return None
        answer = self._low_level_execute_command("%s -c '%s'" % (interpreter, _ASK), sudoable=True)
        said = re.search(r"rekey:(\d+)\.(\d+):(.*)", answer.get("stdout", ""))
        if said is None or (int(said[1]), int(said[2])) >= OLDEST_PYTHON:
            return None
        needed = "%d.%d" % OLDEST_PYTHON
        return (
            "The modules of rekey.oci need Python %s or later on the host that they run on, and %s there is Python %s.%s. "
            "Set ansible_python_interpreter to a Python %s or later that has the oci SDK."
            % (needed, said[3].strip(), said[1], said[2], needed)
        )
