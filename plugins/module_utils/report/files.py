# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as JSON and as CSV, its fingerprint, and how to find that in an older report. No I/O.

A report carries the time since which it says what it says. A run that finds nothing new keeps that time, and so the file.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.report.rows import COLUMNS, NOT_PROVEN

#: Raised with every change to what a file holds, so that older files are made anew.
FORMAT = 2

_STAMP = re.compile(r"rekey-report:(\d+):([0-9a-f]{64}):(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")

#: Where the stamp is looked for: near a file's beginning, in bytes.
HEAD = 4096

# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = re.compile(r"\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]")


def fingerprint(content: Mapping[str, Any]) -> str:
    canonical = json.dumps([FORMAT, content], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def stamp(digest: str, since: str) -> str:
    return "rekey-report:%d:%s:%s" % (FORMAT, digest, since)


def since_in(head: str, digest: str) -> Optional[str]:
    """The time in an older file's first characters, if that file says what ``digest`` stands for."""
    match = _STAMP.search(head)
    return match.group(3) if match and match.group(1) == str(FORMAT) and match.group(2) == digest else None


def as_json(content: Mapping[str, Any], digest: str, since: str) -> str:
    """Readable, with one bucket a line, and small all the same."""
    head = {"report": stamp(digest, since), "since": since}
    parts = []
    for name, value in {**head, **content}.items():
        if isinstance(value, list) and value:
            lines = ",\n".join("    " + json.dumps(one, ensure_ascii=False) for one in value)
            text = "[\n%s\n  ]" % lines
        else:
            text = json.dumps(value, ensure_ascii=False)
        parts.append("  %s: %s" % (json.dumps(name), text))
    return "{\n%s\n}\n" % ",\n".join(parts)


def as_csv(content: Mapping[str, Any]) -> str:
    """RFC 4180, with every text that a spreadsheet would compute made plain by an apostrophe before it."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in (*map(_problem, content["problems"]), *content["buckets"]):
        writer.writerow([_cell(one[name]) for name in COLUMNS])
    return file.getvalue()


def _problem(one: Mapping[str, Any]) -> dict[str, Any]:
    """A line that says that others may be missing: whoever has the CSV alone should know."""
    return {
        **dict.fromkeys(COLUMNS),
        "region": one["region"],
        "compartment_id": one["compartment_id"],
        "verdict": NOT_PROVEN,
        "status": "incomplete",
        "who": "storage operator",
        "action": "Find out why, and look again: buckets may be missing.",
        "error": one["error"],
    }


def _cell(value: Any) -> Any:
    if isinstance(value, str) and _FORMULA.match(value):
        return "'" + value
    return value
