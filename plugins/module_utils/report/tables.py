# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of the HTML report: texts, bars and the tables of compartments, ages and keys. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.report.rows import NOT_PROVEN, NOTHING_TO_PROVE, PROVEN

VERDICTS = {NOT_PROVEN: "Not proven", PROVEN: "Proven", NOTHING_TO_PROVE: "Nothing to prove"}


def text_of(value: Any, otherwise: str = "") -> str:
    return escape(str(value)) if value not in (None, "") else otherwise


def tail(ocid: Optional[str]) -> str:
    """An OCID's end, which tells one from another; the whole stands in the tables of keys and compartments, and in the CSV."""
    if not ocid:
        return ""
    return escape(ocid if len(ocid) <= 12 else "\u2026" + ocid[-8:])


def words(status: str) -> str:
    return escape(status.replace("_", " "))


def moment_of(moment: Optional[str]) -> str:
    return text_of(moment[:16].replace("T", " ")) if moment else "never"


def key_name(one: Mapping[str, Any]) -> str:
    """A key as a person knows it: its name, and the end of its OCID, since names need not differ."""
    end = one["key_id"][-8:]
    return "%s \u2026%s" % (one["key_name"], end) if one["key_name"] else "\u2026" + end


def headings_of(texts: Iterable[str], numbers: Iterable[str], more: Iterable[str] = ()) -> str:
    """A table's headings; those of numbers stand above them."""
    cells = ['<th scope="col">%s</th>' % text for text in texts]
    cells.extend('<th scope="col" class="number">%s</th>' % text for text in numbers)
    cells.extend('<th scope="col">%s</th>' % text for text in more)
    return "".join(cells)


def legend() -> Iterable[str]:
    yield '<ul class="legend">'
    for verdict, label in VERDICTS.items():
        yield (
            '<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" class="f-%s"/></svg>%s</li>'
            % (verdict, label)
        )
    yield "</ul>"


def stripe(counts: Mapping[str, Any], width: int) -> str:
    """The counts side by side, in an SVG's units. A count that is not 0 can be seen, however small."""
    total = counts["total"] or 1
    lengths = {name: max(1.0, counts[name] * width / total) if counts[name] else 0.0 for name in VERDICTS}
    scale = width / (sum(lengths.values()) or 1.0)
    parts, left = [], 0.0
    for name, length in lengths.items():
        if length:
            parts.append('<rect x="%.2f" width="%.2f" height="100%%" class="f-%s"/>' % (left, length * scale, name))
            left += length * scale
    return "".join(parts)


def compartments_table(groups: Sequence[Mapping[str, Any]], ids: Mapping[tuple[Any, Any], str]) -> Iterable[str]:
    yield '<section aria-labelledby="h-compartments">'
    yield '<h2 id="h-compartments">Compartments</h2>'
    yield from legend()
    yield '<div class="scroll tall" tabindex="0" role="region" aria-label="Table of compartments">'
    yield '<table id="compartments">'
    yield "<caption>Buckets for each compartment and region. Those with the most buckets that are not proven come first.</caption>"
    headings = (("Compartment", "Region"), (*VERDICTS.values(), "Buckets"), ("Share",))
    yield "<thead><tr>%s</tr></thead>" % headings_of(*headings)
    yield "<tbody>"
    for one in groups:
        numbers = "".join('<td class="number">%d</td>' % one[name] for name in (*VERDICTS, "total"))
        name = "<bdi>%s</bdi><br>" % text_of(one["compartment"]) if one["compartment"] else ""
        yield (
            '<tr id="%s"><th scope="row">%s<span class="id">%s</span></th><td>%s</td>%s<td>'
            '<svg class="bar" viewBox="0 0 200 10" preserveAspectRatio="none" role="img" aria-label="%s">%s</svg></td></tr>'
        ) % (
            ids[one["region"], one["compartment_id"]], name, text_of(one["compartment_id"], "not known"),
            text_of(one["region"]), numbers, spoken(one), stripe(one, 200),
        )  # fmt: skip
    yield "</tbody>"
    yield "</table>"
    yield "</div>"
    yield "</section>"


def spoken(counts: Mapping[str, Any]) -> str:
    return ", ".join("%d %s" % (counts[name], label.lower()) for name, label in VERDICTS.items())


def ages_chart(ages: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    most = max([one["total"] for one in ages] + [1])
    spoken = "; ".join("%s days: %d" % (one["days"], one["total"]) for one in ages)
    yield '<section aria-labelledby="h-ages">'
    yield '<h2 id="h-ages">Age of the current key version</h2>'
    yield "<p>Buckets under a customer-managed key, and buckets that could not be read, by the days since the key's current version was made.</p>"
    yield '<svg id="ages" viewBox="0 0 640 %d" role="img" aria-label="%s">' % (26 * len(ages), escape(spoken))
    for number, one in enumerate(ages):
        top = 26 * number
        yield '<text x="0" y="%d">%s</text>' % (top + 16, escape(one["days"]))
        width = round(420 * one["total"] / most) if one["total"] else 0
        if width or one["total"]:
            yield '<svg x="110" y="%d" width="%d" height="20">%s</svg>' % (
                top + 2,
                max(width, 3),
                stripe(one, max(width, 3)),
            )
        yield '<text x="%d" y="%d">%d</text>' % (118 + max(width, 0), top + 16, one["total"])
    yield "</svg>"
    yield "</section>"


def keys_table(groups: Sequence[Mapping[str, Any]], ids: Mapping[str, str]) -> Iterable[str]:
    yield '<section aria-labelledby="h-keys">'
    yield '<h2 id="h-keys">Keys</h2>'
    yield '<div class="scroll" tabindex="0" role="region" aria-label="Table of keys">'
    yield '<table id="keys">'
    yield "<caption>Master encryption keys in use, with their current versions.</caption>"
    headings = ("Key", "State", "Protection", "Current version", "Made"), ("Age in days", "Not proven", "Buckets")
    yield "<thead><tr>%s</tr></thead>" % headings_of(*headings)
    yield "<tbody>"
    for one in groups:
        yield (
            '<tr id="%s"><th scope="row">%s<span class="id">%s</span></th><td>%s</td><td>%s</td><td class="id">%s</td><td>%s</td>'
            '<td class="number">%s</td><td class="number">%d</td><td class="number">%d</td></tr>'
        ) % (
            ids[one["key_id"]], "%s<br>" % text_of(one["key_name"]) if one["key_name"] else "", text_of(one["key_id"]), text_of(one["key_state"], "not known"),
            text_of(one["protection_mode"]), text_of(one["key_version_id"], "not known"),
            text_of((one["key_version_created"] or "")[:16].replace("T", " ")), text_of(one["key_version_age_days"]),
            one[NOT_PROVEN], one["total"],
        )  # fmt: skip
    if not groups:
        yield '<tr><td colspan="8">No bucket is under a customer-managed key.</td></tr>'
    yield "</tbody>"
    yield "</table>"
    yield "</div>"
    yield "</section>"
