# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Telling the controller how far a wait is, by lines of JSON in a file that the action plugin has made for it.

The file is the action plugin's: it is never made here, and nothing is written before it is there. Whatever goes wrong
with it, the module works on in silence.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.rekey.oci.plugins.module_utils.common.model import WorkRequest

#: The argument that names the file. Only the action plugin gives it, and no user should: it is in no argument spec.
ARGUMENT = "_progress_file"

#: More than a run of days writes, in bytes: a bound, not a budget.
_LARGEST_FILE = 8 << 20

#: How many of a fleet's slowest buckets are told.
SLOWEST = 3


def arguments() -> dict[str, Any]:
    """What progress adds to a module's argument spec. Whether it is shown is the action plugin's affair."""
    return {"progress": {"type": "bool"}}


class WatchedModule(AnsibleModule):  # type: ignore[misc]
    """A module whose progress may be watched: ``progress_file`` is where it is to be told, if anywhere."""

    progress_file: Optional[str] = None

    def _load_params(self) -> None:
        super()._load_params()
        path = self.params.pop(ARGUMENT, None)
        self.progress_file = path if isinstance(path, str) else None


def entry(bucket: str, work_request: WorkRequest, elapsed: float) -> dict[str, Any]:
    """One bucket's progress; ``elapsed`` is the seconds since its work request was first seen."""
    return {
        "bucket": bucket,
        "status": work_request.status,
        "percent": work_request.percent_complete,
        "elapsed": round(elapsed, 1),
    }


class Progress:
    """A writer for one run. Without a path it writes nothing. Never raises."""

    def __init__(self, path: Optional[str]) -> None:
        self._path = path
        self._file: Optional[int] = None
        self._written = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_error: object) -> None:
        self._write({"end": True})
        self._path = None
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def one(self, bucket: str, work_request: WorkRequest, elapsed: float) -> None:
        """Tell how far the work request is that is waited on; ``elapsed`` is the seconds since it was first seen."""
        self._write(entry(bucket, work_request, elapsed))

    def many(
        self, counts: Mapping[str, int], slowest: Sequence[tuple[str, WorkRequest, float]], elapsed: float
    ) -> None:
        """Tell how far a fleet is: how many buckets are in which state, and those that will take longest.

        ``elapsed`` is the seconds since the run began; those of ``slowest`` are as for ``one``.
        """
        told = [entry(*bucket) for bucket in slowest[:SLOWEST]]
        self._write({"counts": dict(counts), "slowest": told, "elapsed": round(elapsed, 1)})

    def _write(self, record: Mapping[str, Any]) -> None:
        if self._path is None or self._written > _LARGEST_FILE:
            return
        line = (json.dumps(record) + "\n").encode()
        try:
            if self._file is None:
                self._file = _open(self._path)
            self._written += os.write(self._file, line)
        except FileNotFoundError:
            # The action plugin makes it only once the module has run for a moment.
            return
        except OSError:
            self._path = None


def _open(path: str) -> int:
    """Open the file at its end, and only if it is a regular one that is there."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError("not a regular file")
    return file
