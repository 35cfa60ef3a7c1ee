# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as one HTML file that needs nothing else: no other file, no network, and no script to be read. No I/O."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.report.assets import SCRIPT, STYLE
from ansible_collections.rekey.oci.plugins.module_utils.report.files import stamp
from ansible_collections.rekey.oci.plugins.module_utils.report.rows import NOT_PROVEN, NOTHING_TO_PROVE, PROVEN

_VERDICTS = {NOT_PROVEN: "Not proven", PROVEN: "Proven", NOTHING_TO_PROVE: "Nothing to prove"}

#: Columns of the table of buckets, with their widths in percent.
_HEADINGS = (
    ("Bucket", 16), ("Compartment", 11), ("Proof", 9), ("Status", 10), ("Who should act", 19),
    ("Key", 8), ("Current version", 8), ("Age in days", 5), ("Proven version", 7), ("Last proof", 7),
)  # fmt: skip


def as_html(content: Mapping[str, Any], digest: str, since: str) -> str:
    """The whole file. Every text of ``content`` is shown as text, whatever it holds."""
    compartments = {(one["region"], one["compartment_id"]): "c%d" % n for n, one in enumerate(content["compartments"])}
    keys = {one["key_id"]: "k%d" % number for number, one in enumerate(content["keys"])}
    body = [
        *_head(content, digest, since),
        *_summary(content, since),
        *_problems(content["problems"]),
        *_compartments(content["compartments"], compartments),
        *_ages(content["ages"]),
        *_buckets(content, keys, compartments),
        *_keys(content["keys"], keys),
        "</main>",
        "<script>%s</script>" % SCRIPT,
        "</body>",
        "</html>",
    ]
    return "\n".join(body) + "\n"


def _text(value: Any, otherwise: str = "") -> str:
    return escape(str(value)) if value not in (None, "") else otherwise


def _hash(source: str) -> str:
    return "'sha256-%s'" % base64.b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode("ascii")


def _tail(ocid: Optional[str]) -> str:
    """An OCID's end, which tells one from another; the whole stands in the tables of keys and compartments, and in the CSV."""
    if not ocid:
        return ""
    return escape(ocid if len(ocid) <= 12 else "\u2026" + ocid[-8:])


def _head(content: Mapping[str, Any], digest: str, since: str) -> Iterable[str]:
    policy = "default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'" % (
        _hash(STYLE), _hash(SCRIPT),
    )  # fmt: skip
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield '<meta http-equiv="Content-Security-Policy" content="%s">' % escape(policy, quote=False)
    yield '<meta name="generator" content="%s">' % stamp(digest, since)
    yield '<meta name="referrer" content="no-referrer">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield "<title>%s</title>" % _text(content["title"], "Report")
    yield "<style>%s</style>" % STYLE
    yield "</head>"


def _summary(content: Mapping[str, Any], since: str) -> Iterable[str]:
    counts = content["totals"]
    missing = counts[NOT_PROVEN]
    yield "<body>"
    yield "<main>"
    yield "<h1>%s</h1>" % _text(content["title"], "Report")
    yield (
        '<p class="soft">This state was first seen at <time datetime="%s">%s UTC</time>. '
        "A bucket is proven when a completed receipt names the current version of its key.</p>"
    ) % (since, since[:16].replace("T", " "))
    yield '<dl class="totals" id="totals">'
    for name, label, css in (
        (NOT_PROVEN, '<a href="#h-buckets">not proven</a>', "bad" if missing else "good"),
        (PROVEN, "proven", "good"),
        (NOTHING_TO_PROVE, "nothing to prove (empty, or under an Oracle-managed key)", ""),
        ("total", "buckets in all", ""),
    ):
        yield '<div class="%s"><dt>%s</dt><dd data-total="%s">%d</dd></div>' % (css, label, name, counts[name])
    yield "</dl>"


def _problems(problems: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    if not problems:
        return
    yield '<section class="alarm" aria-labelledby="h-problems">'
    yield '<h2 id="h-problems">This report is not complete</h2>'
    yield "<p>Buckets may be missing, for %s:</p>" % (
        "one reason" if len(problems) == 1 else "%d reasons" % len(problems)
    )
    yield "<ul>"
    for one in problems:
        where = " ".join(str(one[name]) for name in ("region", "compartment_id") if one[name])
        yield "<li>%s%s</li>" % ("<bdi>%s</bdi>: " % _text(where) if where else "", _text(one["error"]))
    yield "</ul>"
    yield "</section>"


def _buckets(
    content: Mapping[str, Any], keys: Mapping[str, str], compartments: Mapping[tuple[Any, Any], str]
) -> Iterable[str]:
    made = content["buckets"]
    yield '<section aria-labelledby="h-buckets">'
    yield '<h2 id="h-buckets">Buckets</h2>'
    # Without a script nothing could be filtered: the script shows it.
    yield '<form class="filter" id="filter" role="search" hidden>'
    yield (
        '<div><label for="words">Filter by words</label>'
        '<input id="words" type="search" autocomplete="off" spellcheck="false" aria-controls="buckets"></div>'
    )
    yield '<div><label for="show">Show</label><select id="show" aria-controls="buckets">'
    yield '<option value="">all buckets</option>'
    for verdict, label in _VERDICTS.items():
        yield '<option value="%s">%s (%d)</option>' % (verdict, label.lower(), content["totals"][verdict])
    for status, number in content["statuses"].items():
        yield '<option value="%s">status %s (%d)</option>' % (escape(status), _words(status), number)
    yield "</select></div>"
    yield '<p id="count" role="status" aria-live="polite">Showing %d of %d buckets.</p>' % (len(made), len(made))
    yield "</form>"
    yield '<div class="scroll" tabindex="0" role="region" aria-labelledby="h-buckets">'
    yield '<table id="buckets">'
    yield "<caption>Those first that are not proven. Keys and versions are named by the ends of their OCIDs.</caption>"
    yield "<colgroup>%s</colgroup>" % "".join('<col width="%d%%">' % width for _heading, width in _HEADINGS)
    yield "<thead><tr>%s</tr></thead>" % "".join('<th scope="col">%s</th>' % heading for heading, _width in _HEADINGS)
    yield "<tbody>"
    for one in made:
        yield _bucket(one, keys.get(one["key_id"]), compartments[one["region"], one["compartment_id"]])
    if not made:
        yield '<tr><td colspan="%d">There is no bucket to report on.</td></tr>' % len(_HEADINGS)
    yield "</tbody>"
    yield "</table>"
    yield "</div>"
    yield "</section>"


def _bucket(one: Mapping[str, Any], key: Optional[str], compartment: str) -> str:
    todo = "<strong>%s</strong>" % _text(one["who"]) if one["action"] else _text(one["who"])
    if one["action"]:
        todo += "<br>" + _text(one["action"])
    if one["error"]:
        todo += '<br><span class="error">%s</span>' % _text(one["error"])
    where = "<bdi>%s</bdi>" % _text(one["compartment"]) if one["compartment"] else _tail(one["compartment_id"])
    if one["region"]:
        where += "<br>" + _text(one["region"])
    status = _words(one["status"])
    if one["status"] == "in_progress" and one["percent_complete"] is not None:
        status += " (%s\u202f%%)" % one["percent_complete"]
    cells = (
        '<th scope="row"><bdi>%s</bdi></th>' % _text(one["bucket"], "(unnamed)"),
        "<td>%s</td>" % where,
        "<td>%s</td>" % _VERDICTS[one["verdict"]],
        "<td>%s</td>" % status,
        "<td>%s</td>" % todo,
        '<td class="id">%s</td>' % ('<a href="#%s">%s</a>' % (key, _tail(one["key_id"])) if key else "none"),
        '<td class="id">%s</td>' % _tail(one["key_version_id"]),
        '<td class="number">%s</td>' % _text(one["key_version_age_days"]),
        '<td class="id">%s</td>' % _tail(one["proven_version_id"]),
        "<td>%s</td>" % _time(one["last_proof"]),
    )
    return '<tr data-verdict="%s" data-status="%s" data-compartment="%s"%s>%s</tr>' % (
        one["verdict"], escape(one["status"]), compartment, ' data-key="%s"' % key if key else "", "".join(cells),
    )  # fmt: skip


def _words(status: str) -> str:
    return escape(status.replace("_", " "))


def _time(moment: Optional[str]) -> str:
    return _text(moment[:16].replace("T", " ")) if moment else "never"


def _headings(texts: Iterable[str], numbers: Iterable[str], more: Iterable[str] = ()) -> str:
    """A table's headings; those of numbers stand above them."""
    cells = ['<th scope="col">%s</th>' % text for text in texts]
    cells.extend('<th scope="col" class="number">%s</th>' % text for text in numbers)
    cells.extend('<th scope="col">%s</th>' % text for text in more)
    return "".join(cells)


def _legend() -> Iterable[str]:
    yield '<ul class="legend">'
    for verdict, label in _VERDICTS.items():
        yield (
            '<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" class="f-%s"/></svg>%s</li>'
            % (verdict, label)
        )
    yield "</ul>"


def _bar(counts: Mapping[str, Any], width: int) -> str:
    """The counts side by side, in an SVG's units. A count that is not 0 can be seen, however small."""
    total = counts["total"] or 1
    lengths = {name: max(1.0, counts[name] * width / total) if counts[name] else 0.0 for name in _VERDICTS}
    scale = width / (sum(lengths.values()) or 1.0)
    parts, left = [], 0.0
    for name, length in lengths.items():
        if length:
            parts.append('<rect x="%.2f" width="%.2f" height="100%%" class="f-%s"/>' % (left, length * scale, name))
            left += length * scale
    return "".join(parts)


def _compartments(groups: Sequence[Mapping[str, Any]], ids: Mapping[tuple[Any, Any], str]) -> Iterable[str]:
    yield '<section aria-labelledby="h-compartments">'
    yield '<h2 id="h-compartments">Compartments</h2>'
    yield from _legend()
    yield '<div class="scroll tall" tabindex="0" role="region" aria-labelledby="h-compartments">'
    yield '<table id="compartments">'
    yield "<caption>Buckets for each compartment and region, those first with most that is not proven.</caption>"
    headings = (("Compartment", "Region"), (*_VERDICTS.values(), "Buckets"), ("Share",))
    yield "<thead><tr>%s</tr></thead>" % _headings(*headings)
    yield "<tbody>"
    for one in groups:
        numbers = "".join('<td class="number">%d</td>' % one[name] for name in (*_VERDICTS, "total"))
        name = "<bdi>%s</bdi><br>" % _text(one["compartment"]) if one["compartment"] else ""
        yield (
            '<tr id="%s"><th scope="row">%s<span class="id">%s</span></th><td>%s</td>%s<td>'
            '<svg class="bar" viewBox="0 0 200 10" preserveAspectRatio="none" role="img" aria-label="%s">%s</svg></td></tr>'
        ) % (
            ids[one["region"], one["compartment_id"]], name, _text(one["compartment_id"], "not known"),
            _text(one["region"]), numbers, _spoken(one), _bar(one, 200),
        )  # fmt: skip
    yield "</tbody>"
    yield "</table>"
    yield "</div>"
    yield "</section>"


def _spoken(counts: Mapping[str, Any]) -> str:
    return ", ".join("%d %s" % (counts[name], label.lower()) for name, label in _VERDICTS.items())


def _ages(ages: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    most = max([one["total"] for one in ages] + [1])
    spoken = "; ".join("%s days: %d" % (one["days"], one["total"]) for one in ages)
    yield '<section aria-labelledby="h-ages">'
    yield '<h2 id="h-ages">Age of the current key version</h2>'
    yield "<p>Buckets under a customer-managed key, by the days since the key's current version was made.</p>"
    yield '<svg id="ages" viewBox="0 0 640 %d" role="img" aria-label="%s">' % (26 * len(ages), escape(spoken))
    for number, one in enumerate(ages):
        top = 26 * number
        yield '<text x="0" y="%d">%s</text>' % (top + 16, escape(one["days"]))
        width = round(420 * one["total"] / most) if one["total"] else 0
        if width or one["total"]:
            yield '<svg x="110" y="%d" width="%d" height="20">%s</svg>' % (
                top + 2,
                max(width, 3),
                _bar(one, max(width, 3)),
            )
        yield '<text x="%d" y="%d">%d</text>' % (118 + max(width, 0), top + 16, one["total"])
    yield "</svg>"
    yield "</section>"


def _keys(groups: Sequence[Mapping[str, Any]], ids: Mapping[str, str]) -> Iterable[str]:
    yield '<section aria-labelledby="h-keys">'
    yield '<h2 id="h-keys">Keys</h2>'
    yield '<div class="scroll" tabindex="0" role="region" aria-labelledby="h-keys">'
    yield '<table id="keys">'
    yield "<caption>Master encryption keys in use, with their current versions.</caption>"
    headings = ("Key", "State", "Protection", "Current version", "Made"), ("Age in days", "Not proven", "Buckets")
    yield "<thead><tr>%s</tr></thead>" % _headings(*headings)
    yield "<tbody>"
    for one in groups:
        yield (
            '<tr id="%s"><th scope="row" class="id">%s</th><td>%s</td><td>%s</td><td class="id">%s</td><td>%s</td>'
            '<td class="number">%s</td><td class="number">%d</td><td class="number">%d</td></tr>'
        ) % (
            ids[one["key_id"]], _text(one["key_id"]), _text(one["key_state"], "not known"),
            _text(one["protection_mode"]), _text(one["key_version_id"], "not known"),
            _text((one["key_version_created"] or "")[:16].replace("T", " ")), _text(one["key_version_age_days"]),
            one[NOT_PROVEN], one["total"],
        )  # fmt: skip
    if not groups:
        yield '<tr><td colspan="8">No bucket is under a customer-managed key.</td></tr>'
    yield "</tbody>"
    yield "</table>"
    yield "</div>"
    yield "</section>"
