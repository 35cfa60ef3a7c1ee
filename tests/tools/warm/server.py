# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Import the SDK once, and fork for each script that is to run: `server.py SOCKET`. It says so when it listens.

Ansible sends a module's code as a zip of sources, the same ones each time. They are compiled once: what comes of it is kept beside
SOCKET by the source's digest.
"""

from __future__ import annotations

import _imp
import atexit
import gc
import hashlib
import json
import marshal
import os
import runpy
import signal
import socket
import sys
import threading
import zipimport
from pathlib import Path
from types import CodeType
from typing import Any, NoReturn


def main() -> None:
    _import_sdk()
    _compile_once(Path(sys.argv[1]).parent)
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen(64)
        print("listening", flush=True)
        # Nobody waits for those who serve a client.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while True:
            connection, _address = listener.accept()
            if not os.fork():
                listener.close()
                _serve(connection)
            connection.close()


def _import_sdk() -> None:
    """As the collection does it: see sdk/loading.py."""
    before = dict(os.environ)
    os.environ["OCI_PYTHON_SDK_NO_SERVICE_IMPORTS"] = "1"
    os.environ["SUPPRESS_LABEL_WARNING"] = "True"
    os.environ["OCI_HEADER_PARSING_ERROR_MAX_RETRIES"] = "0"
    import oci.identity
    import oci.key_management
    import oci.object_storage  # noqa: F401

    os.environ.clear()
    os.environ.update(before)


def _compile_once(folder: Path) -> None:
    """Have zips of sources compiled as ever, but each source once."""
    compile_anew = zipimport._compile_source  # type: ignore[attr-defined]

    def compile_source(path: str, source: bytes) -> CodeType:
        kept = folder / hashlib.sha256(source).hexdigest()
        try:
            # The folder is the server's own.
            code: CodeType = marshal.loads(kept.read_bytes())  # noqa: S302
        except FileNotFoundError:
            code = compile_anew(path, source)
            half = kept.with_suffix(f".{os.getpid()}")
            half.write_bytes(marshal.dumps(code))
            half.replace(kept)
        _imp._fix_co_filename(code, path)  # type: ignore[attr-defined]
        return code

    zipimport._compile_source = compile_source  # type: ignore[attr-defined]


def _serve(connection: socket.socket) -> NoReturn:
    """Run what one client wants in a process of its own, tell how it ended, and end it if the client goes away."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _mark, descriptors, _flags, _address = socket.recv_fds(connection, 1, 3)
    with connection.makefile("rb") as told:
        wanted = json.loads(told.readline())
    running = os.fork()
    if not running:
        connection.close()
        _run(wanted, descriptors)
    for descriptor in (*descriptors, 0, 1, 2):
        os.close(descriptor)
    threading.Thread(target=_end_with, args=(connection, running), daemon=True).start()
    _pid, status = os.waitpid(running, 0)
    connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _end_with(connection: socket.socket, running: int) -> None:
    if not connection.recv(1):
        os.kill(running, signal.SIGTERM)


def _run(wanted: dict[str, Any], descriptors: list[int]) -> NoReturn:
    """Become what PYTHON would be with these arguments."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(wanted["folder"])
    os.umask(wanted["umask"])
    os.environ.clear()
    os.environ.update(wanted["environment"])
    sys.argv = wanted["arguments"] or [""]
    script = sys.argv[0]
    paths = filter(None, wanted["environment"].get("PYTHONPATH", "").split(os.pathsep))
    sys.path[:1] = ["" if script in ("", "-") else os.path.dirname(os.path.abspath(script)), *paths]
    status = 1
    try:
        if script in ("", "-"):
            _run_input()
        else:
            runpy.run_path(script, run_name="__main__")
        status = 0
    except SystemExit as error:
        status = _status_of(error)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _run_input() -> None:
    main_module = type(sys)("__main__")
    sys.modules["__main__"] = main_module
    exec(compile(sys.stdin.buffer.read(), "<stdin>", "exec"), vars(main_module))  # noqa: S102


def _status_of(error: SystemExit) -> int:
    if error.code is None or isinstance(error.code, int):
        return (error.code or 0) & 0xFF
    print(error.code, file=sys.stderr)
    return 1


main()
