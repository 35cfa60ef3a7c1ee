# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as one HTML file that needs nothing else: no other file, no network, and no script to be read. No I/O."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import BUCKET_KEY
from ansible_collections.rekey.oci.plugins.module_utils.report.assets import SCRIPT, STYLE
from ansible_collections.rekey.oci.plugins.module_utils.report.files import stamp
from ansible_collections.rekey.oci.plugins.module_utils.report.rows import (
    NOT_PROVEN,
    NOTHING_TO_PROVE,
    PROVEN,
)
from ansible_collections.rekey.oci.plugins.module_utils.report.tables import (
    VERDICTS,
    ages_chart,
    compartments_table,
    key_name,
    keys_table,
    legend,
    moment_of,
    spoken,
    stripe,
    tail,
    text_of,
    words,
)

#: How many buckets are listed at first where a script can list more: ten thousand rows take a browser seconds to lay out.
MOST = 500

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
        *compartments_table(content["compartments"], compartments),
        *ages_chart(content["ages"]),
        *_buckets(content, keys, compartments),
        *keys_table(content["keys"], keys),
        "</main>",
        "<script>%s</script>" % SCRIPT,
        "</body>",
        "</html>",
    ]
    return "\n".join(body) + "\n"


def _hash(source: str) -> str:
    return "'sha256-%s'" % base64.b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode("ascii")


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
    yield "<title>%s</title>" % text_of(content["title"], "Report")
    yield "<style>%s</style>" % STYLE
    yield "</head>"


def _summary(content: Mapping[str, Any], since: str) -> Iterable[str]:
    counts = content["totals"]
    missing = counts[NOT_PROVEN]
    yield "<body>"
    yield '<a class="skip" href="#h-buckets">Skip to the buckets</a>'
    yield "<main>"
    yield "<h1>%s</h1>" % text_of(content["title"], "Report")
    yield (
        '<p class="soft">This state was first seen at <time datetime="%s">%s UTC</time>. '
        "A receipt is two tags on a bucket, which say what its last re-encryption was for. "
        "A bucket is proven when its receipt is completed, is about all objects, and names the current version of its key. "
        "If no receipt is kept, a completed work request takes its place.</p>"
    ) % (since, since[:16].replace("T", " "))
    yield '<p class="lead" id="lead">%s</p>' % _lead(counts, len(content["problems"]))
    yield '<svg class="whole" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="%s">%s</svg>' % (
        spoken(counts), stripe(counts, 1000),
    )  # fmt: skip
    yield from legend()
    yield '<dl class="totals" id="totals">'
    for name, label, css in (
        (NOT_PROVEN, '<a href="#h-buckets">not proven</a>', "bad" if missing else "good"),
        (PROVEN, "proven", "good"),
        (NOTHING_TO_PROVE, "nothing to prove (empty, or under an Oracle-managed key)", ""),
        ("total", "buckets in all", ""),
    ):
        yield '<div class="%s"><dt>%s</dt><dd data-total="%s">%d</dd></div>' % (css, label, name, counts[name])
    yield "</dl>"


def _lead(counts: Mapping[str, Any], problems: int) -> str:
    """All of it in one sentence."""
    total, proven, missing, none = (counts[name] for name in ("total", PROVEN, NOT_PROVEN, NOTHING_TO_PROVE))
    if not total:
        return "There is no bucket to report on."
    what = "%d of %d bucket%s" % (proven, total, "" if total == 1 else "s")
    told = "%s %s proven to be encrypted under the current version of the key" % (what, "is" if proven == 1 else "are")
    rest = [
        text
        for text in (
            "%d %s not" % (missing, "is" if missing == 1 else "are") if missing else "",
            "%d %s nothing to prove" % (none, "has" if none == 1 else "have") if none else "",
        )
        if text
    ]
    told = "; ".join([told, " and ".join(rest)]) if rest else told
    return told + ("; buckets may be missing here." if problems else ".")


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
        yield "<li>%s%s</li>" % ("<bdi>%s</bdi>: " % text_of(where) if where else "", text_of(one["error"]))
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
    for verdict, label in VERDICTS.items():
        yield '<option value="%s">%s (%d)</option>' % (verdict, label.lower(), content["totals"][verdict])
    for status, number in content["statuses"].items():
        yield '<option value="%s">status %s (%d)</option>' % (escape(status), words(status), number)
    yield "</select></div>"
    yield from _choice("region", "Region", "all regions", ((one, one, number) for one, number in _regions(made)))
    yield from _choice(
        "key", "Key", "all keys", ((keys[one["key_id"]], key_name(one), one["total"]) for one in content["keys"])
    )
    yield '<p id="count" role="status" aria-live="polite" tabindex="-1">Showing %d of %d buckets.</p>' % (
        len(made),
        len(made),
    )
    yield '<div><button id="more" type="button" data-most="%d" hidden>List all</button></div>' % MOST
    yield "</form>"
    yield '<div class="scroll" tabindex="0" role="region" aria-label="Table of buckets">'
    yield '<table id="buckets">'
    yield "<caption>Buckets that are not proven come first. Keys and versions are shown by the ends of their OCIDs.</caption>"
    yield "<colgroup>%s</colgroup>" % "".join('<col width="%d%%">' % width for _heading, width in _HEADINGS)
    yield "<thead><tr>%s</tr></thead>" % "".join('<th scope="col">%s</th>' % heading for heading, _width in _HEADINGS)
    yield "<tbody>"
    for number, one in enumerate(made):
        place = compartments[one["region"], one["compartment_id"]]
        yield _bucket(one, keys.get(one["key_id"]), place, number >= MOST)
    if not made:
        yield '<tr><td colspan="%d">There is no bucket to report on.</td></tr>' % len(_HEADINGS)
    yield "</tbody>"
    yield "</table>"
    yield "</div>"
    yield "</section>"


def _choice(name: str, label: str, everything: str, options: Iterable[tuple[str, str, int]]) -> Iterable[str]:
    yield '<div><label for="%s">%s</label><select id="%s" aria-controls="buckets">' % (name, label, name)
    yield '<option value="">%s</option>' % everything
    for value, text, number in options:
        yield '<option value="%s">%s (%d)</option>' % (escape(value), escape(text), number)
    yield "</select></div>"


def _regions(made: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    return sorted(Counter(one["region"] for one in made if one["region"]).items())


def _bucket(one: Mapping[str, Any], key: Optional[str], compartment: str, beyond: bool) -> str:
    todo = "<strong>%s</strong>" % text_of(one["who"]) if one["action"] else text_of(one["who"])
    if one["action"]:
        todo += "<br>" + text_of(one["action"])
    if one["error"]:
        todo += '<br><span class="error">%s</span>' % text_of(one["error"])
    where = "<bdi>%s</bdi>" % text_of(one["compartment"]) if one["compartment"] else tail(one["compartment_id"])
    if one["region"]:
        where += "<br>" + text_of(one["region"])
    status = words(one["status"])
    if one["scope"] == BUCKET_KEY:
        status += "<br>(bucket keys only)"
    if one["open_uploads"]:
        status += "<br>%s open upload%s" % (one["open_uploads"], "" if one["open_uploads"] == 1 else "s")
    if one["status"] == "in_progress" and one["percent_complete"] is not None:
        status += " (%s\u202f%%)" % one["percent_complete"]
    cells = (
        '<th scope="row"><bdi>%s</bdi></th>' % text_of(one["bucket"], "(unnamed)"),
        "<td>%s</td>" % where,
        "<td>%s</td>" % VERDICTS[one["verdict"]],
        "<td>%s</td>" % status,
        "<td>%s</td>" % todo,
        '<td class="id">%s</td>' % ('<a href="#%s">%s</a>' % (key, escape(key_name(one))) if key else "none"),
        '<td class="id">%s</td>' % tail(one["key_version_id"]),
        '<td class="number">%s</td>' % text_of(one["key_version_age_days"]),
        '<td class="id">%s</td>' % tail(one["proven_version_id"]),
        "<td>%s</td>" % moment_of(one["last_proof"]),
    )
    return '<tr%s data-verdict="%s" data-status="%s" data-region="%s" data-compartment="%s"%s>%s</tr>' % (
        ' class="beyond"' if beyond else "", one["verdict"], escape(one["status"]), text_of(one["region"]), compartment,
        ' data-key="%s"' % key if key else "", "".join(cells),
    )  # fmt: skip
