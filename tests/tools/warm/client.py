# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask the server to run a script, and end as it ended: `client.py PYTHON SOCKET [SCRIPT [ARGUMENT …]]`.

Without a script it is read from stdin. Anything else that a Python can be asked for is run by PYTHON itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys


def main() -> None:
    python, address, *arguments = sys.argv[1:]
    if arguments and arguments[0].startswith("-") and arguments[0] != "-":
        os.execv(python, [python, *arguments])  # noqa: S606
    umask = os.umask(0)
    os.umask(umask)
    wanted = {"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ), "umask": umask}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        socket.send_fds(connection, [b"-"], [0, 1, 2])
        connection.sendall(json.dumps(wanted).encode("utf-8", "surrogateescape") + b"\n")
        answer = b""
        while part := connection.recv(100):
            answer += part
    status = int(answer)
    if status < 0:
        with contextlib.suppress(OSError):  # SIGKILL has no other action
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


main()
