# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module as Ansible runs it on a host, in a process of its own: `python -m tests.benchmark.module NAME < arguments.json`."""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any


def main() -> None:
    from ansible.module_utils import basic

    # What AnsiballZ sets, on old releases and new ones.
    namespace: Any = basic
    namespace._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": json.load(sys.stdin)}).encode()
    namespace._ANSIBLE_PROFILE = "legacy"
    importlib.import_module(f"ansible_collections.rekey.oci.plugins.modules.{sys.argv[1]}").main()


if __name__ == "__main__":
    main()
