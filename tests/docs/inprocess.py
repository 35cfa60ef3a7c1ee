# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module of the installed collection in this process, with its pauses cut short."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from unittest import mock

from ansible.module_utils.common import warnings
from ansible.module_utils.testing import patch_module_args

from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.fleet.fleet import Fleet
from ansible_collections.rekey.oci.plugins.module_utils.module import fleets
from tests.tools.paths import clean_environment

_MODULES = "ansible_collections.rekey.oci.plugins.modules"


class Hurry:
    """Stands for the module ``time``: a pause passes on the module's clock, and hardly in truth."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def sleep(self, seconds: float) -> None:
        short = min(seconds, 0.02)
        time.sleep(short)
        self._ahead += seconds - short

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


def run(module: str, arguments: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the module's result, as it prints it; its warnings as a list of strings."""
    imported = importlib.import_module(f"{_MODULES}.{module}")
    printed = io.StringIO()
    hurry = Hurry()

    class HurriedFleet(Fleet):
        """In this thread, and so on its clock."""

        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **{**more, "timing": Timing(hurry.monotonic, hurry.sleep)})

        def run(self, observe: Callable[[], None] | None = None) -> None:
            self.run_here(hurry.sleep)

    with (
        mock.patch.dict("os.environ", clean_environment() | dict(environment), clear=True),
        mock.patch.object(imported, "time", hurry, create=True),
        mock.patch.object(fleets, "Fleet", HurriedFleet),
        # ansible-core keeps a process's warnings: one process is one module elsewhere.
        mock.patch.object(warnings, "_global_warnings", {}),
        patch_module_args(dict(arguments)),
        contextlib.redirect_stdout(printed),
        contextlib.suppress(SystemExit),
    ):
        imported.main()
    result: dict[str, Any] = json.loads(printed.getvalue().splitlines()[-1])
    result["warnings"] = [_text(warning) for warning in result.get("warnings", ())]
    return result


def _text(warning: Any) -> str:
    return warning if isinstance(warning, str) else json.dumps(warning)
