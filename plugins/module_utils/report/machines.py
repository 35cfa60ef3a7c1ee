# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report for machines: as JUnit's XML for CI, and as metrics of Prometheus. No I/O."""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Iterable, Mapping
from typing import Any, Optional
from xml.sax.saxutils import escape, quoteattr

from ansible_collections.rekey.oci.plugins.module_utils.decide.reasons import REASONS
from ansible_collections.rekey.oci.plugins.module_utils.report.files import stamp
from ansible_collections.rekey.oci.plugins.module_utils.report.rows import NOT_PROVEN, NOTHING_TO_PROVE, PROVEN

#: All statuses of a bucket, so that one that no bucket has is told as 0.
STATUSES = (*dict.fromkeys(reason.status for reason in REASONS.values() if reason.status), "error")

# What JUnit's readers take for the parts of a name.
_DOTS = re.compile(r"[.\s]+")


def as_junit(content: Mapping[str, Any], digest: str, since: str) -> str:
    """One suite with a case for each bucket, and one for each reason why the report is not complete."""
    cases = [_case(one) for one in content["buckets"]]
    cases += [_incomplete(one) for one in content["problems"]]
    errors = sum(one["status"] == "error" for one in content["buckets"])
    counts = {
        "tests": len(cases),
        "failures": content["totals"][NOT_PROVEN] - errors,
        "errors": errors + len(content["problems"]),
        "skipped": content["totals"][NOTHING_TO_PROVE],
    }
    suite = {
        "name": content["title"] or "Encryption of buckets",
        **counts,
        "time": 0,
        "timestamp": since.rstrip("Z"),
        # Ant's schema wants these.
        "hostname": "localhost",
        "id": 0,
        "package": "rekey.oci",
    }
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<!-- %s -->" % stamp(digest, since),
        "<testsuites>",
        "<testsuite%s>" % _attributes(suite),
        "<properties/>",
        *cases,
        "<system-out/>",
        "<system-err/>",
        "</testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _case(one: Mapping[str, Any]) -> str:
    where = ".".join(
        _DOTS.sub("-", part) for part in (one["region"], one["compartment"] or one["compartment_id"]) if part
    )
    told = " ".join(part for part in (one["action"], one["error"]) if part)
    status = one["status"].replace("_", " ")
    if one["status"] == "error":
        found = _element("error", "It could not be judged", status, told)
    elif one["verdict"] == NOT_PROVEN:
        found = _element("failure", "Not proven: %s" % status, status, told)
    elif one["verdict"] == NOTHING_TO_PROVE:
        found = "<skipped%s/>" % _attributes({"message": "Nothing to prove: %s" % status})
    else:
        found = ""
    case = _attributes({"classname": where or "buckets", "name": one["bucket"] or "(unnamed)", "time": 0})
    return "<testcase%s>%s</testcase>" % (case, found) if found else "<testcase%s/>" % case


def _incomplete(one: Mapping[str, Any]) -> str:
    where = ".".join(_DOTS.sub("-", part) for part in (one["region"], one["compartment_id"]) if part)
    case = _attributes({"classname": where or "buckets", "name": "All buckets are seen", "time": 0})
    found = _element("error", "Buckets may be missing", "incomplete", one["error"])
    return "<testcase%s>%s</testcase>" % (case, found)


def _element(name: str, message: str, kind: str, told: str) -> str:
    return "<%s%s>%s</%s>" % (name, _attributes({"message": message, "type": kind}), escape(told), name)


def _attributes(values: Mapping[str, Any]) -> str:
    return "".join(" %s=%s" % (name, quoteattr(str(value))) for name, value in values.items())


def as_prometheus(content: Mapping[str, Any], digest: str, since: str) -> str:
    """Gauges for node_exporter's textfile collector. No time of the run is in them, so that a run that finds nothing new changes no file."""
    buckets = content["buckets"]
    parts: list[str] = ["# %s" % stamp(digest, since)]
    statuses = {**dict.fromkeys(STATUSES, 0), **content["statuses"]}
    parts += _gauge(
        "rekey_buckets",
        "Buckets by status.",
        [({"status": status}, number) for status, number in statuses.items()],
    )
    parts += _gauge(
        "rekey_bucket_proven",
        "Whether all objects of the bucket are proven to be under the current version of its key.",
        _each(buckets, lambda one: None if one["status"] in ("empty_bucket", "oracle_managed_key") else _proven(one)),
        min,
    )
    parts += _gauge(
        "rekey_bucket_key_version_created_timestamp_seconds",
        "When the current version of the bucket's key was made.",
        _each(buckets, lambda one: _seconds(one["key_version_created"])),
        min,
    )
    parts += _gauge(
        "rekey_bucket_open_uploads",
        "Open multipart uploads that a re-encryption cannot reach.",
        _each(buckets, lambda one: one["open_uploads"]),
        max,
    )
    parts += _gauge(
        "rekey_report_problems",
        "Reasons why buckets may be missing in the report.",
        [({}, len(content["problems"]))],
    )
    parts += _gauge(
        "rekey_report_since_timestamp_seconds",
        "When the content of the report last changed.",
        [({}, _seconds(since))],
    )
    return "\n".join(parts) + "\n"


def _proven(one: Mapping[str, Any]) -> int:
    return int(one["verdict"] == PROVEN)


def _each(buckets: Iterable[Mapping[str, Any]], value: Any) -> list[tuple[dict[str, Any], Optional[int]]]:
    labels = ("region", "namespace", "bucket")
    return [({name: one[name] or "" for name in labels}, value(one)) for one in buckets]


def _gauge(name: str, told: str, samples: Iterable[tuple[Mapping[str, Any], Any]], either: Any = max) -> Iterable[str]:
    """One metric. A sample without a value is left out, and of two with the same labels one is kept: two would spoil the file."""
    kept: dict[str, Any] = {}
    for labels, value in samples:
        if value is not None:
            text = ",".join('%s="%s"' % (label, _label(one)) for label, one in labels.items())
            line = "%s{%s}" % (name, text) if text else name
            kept[line] = either(kept[line], value) if line in kept else value
    yield "# HELP %s %s" % (name, told)
    yield "# TYPE %s gauge" % name
    yield from ("%s %s" % (line, value) for line, value in kept.items())


def _label(value: str) -> str:
    return str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _seconds(moment: Optional[str]) -> Optional[int]:
    """A time of RFC 3339 in UTC as seconds since 1970; None where it is none."""
    try:
        return calendar.timegm(time.strptime((moment or "")[:19], "%Y-%m-%dT%H:%M:%S"))
    except ValueError:
        return None
