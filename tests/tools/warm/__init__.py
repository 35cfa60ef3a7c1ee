# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An interpreter that has the SDK already, for tests that run hundreds of modules: to import it takes most of a module's time.

A server of the environment's own Python imports the SDK once. What Ansible takes for the interpreter has the server fork for each
module. The fork gets the module's input, output, environment, folder and arguments, and runs nothing before it. So a module has a
process of its own, as ever, and the only thing that it shares with others is what the SDK's packages hold once they are imported.
"""

from __future__ import annotations

import contextlib
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.tools.paths import clean_environment

_HERE = Path(__file__).parent


@contextlib.contextmanager
def interpreter(python: str | Path) -> Iterator[Path]:
    """Start a server, yield the path of a program that runs what `python` would run, and stop the server."""
    with tempfile.TemporaryDirectory(prefix="rekey-") as folder:
        address, program = Path(folder) / "socket", Path(folder) / "python"
        asking = shlex.join([str(python), "-I", "-S", str(_HERE / "client.py"), str(python), str(address)])
        program.write_text(f'#!/bin/sh\nexec {asking} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        environment = clean_environment() | {"LC_ALL": "C.UTF-8"}
        command = [str(python), str(_HERE / "server.py"), str(address)]
        server = subprocess.Popen(command, cwd="/", env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        try:
            assert server.stdout is not None
            if not server.stdout.readline():
                raise SystemExit("The interpreter that has the SDK already ended before it listened")
            yield program
        finally:
            server.terminate()
            server.wait()
            if server.stdout is not None:
                server.stdout.close()
