# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report's three files: what is data stays data in each of them, and the same data make the same bytes."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import random
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.report import figures, files, pages, rows, tables
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.report_data import STATUSES, entry

SINCE = "2026-11-24T10:00:00Z"
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "<!--",
    "]]>",
    "{{ 7 * 7 }}",
    "K\u00f6ln \u6771\u4eac \u202e\U0001f512",
    "javascript:alert(1)",
)


def content(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    result = {"buckets": list(entries), "unlisted": more.get("unlisted", [])}
    return figures.content([result], more.get("title", "Encryption"), False)


def html(of: dict[str, Any]) -> str:
    return pages.as_html(of, files.fingerprint(of), SINCE)


class Page(HTMLParser):
    """Elements, attributes and texts, and whether every element that was opened was closed in its order."""

    VOID = frozenset(("meta", "input", "col", "br", "rect"))

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.sources: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs)
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("script", "style"):
            self.sources[self._open[-1]] = data
        else:
            self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def hostile_entries() -> list[dict[str, Any]]:
    made = []
    for number, text in enumerate(HOSTILE):
        one = entry("error", text, compartment_name=text, region=text)
        one["bucket"].update(compartment_id=text, kms_key_id=text)
        one.update(status=STATUSES[number % len(STATUSES)] if number % 2 else text, error={"message": text})
        one["key"] = {"id": text, "state": text, "protection_mode": text, "current_version": {"id": text}}
        made.append(one)
    return made


def test_hostile_texts_are_shown_as_texts() -> None:
    of = content(
        *hostile_entries(),
        title=HOSTILE[0],
        unlisted=[{"compartment_id": HOSTILE[1], "error": {"message": HOSTILE[2]}}],
    )
    page = Page(html(of))
    harmless = Page(html(content(entry("stale"), entry("error"), unlisted=[{}])))
    assert {tag for tag, _attributes in page.elements} == {tag for tag, _attributes in harmless.elements}
    assert len(page.of("script")) == 1
    for text in HOSTILE:
        assert text in page.texts
    names = {name for _tag, attributes in page.elements for name in attributes}
    assert not [name for name in names if name.startswith("on") or name in ("style", "src", "srcset", "formaction")]
    assert all((link["href"] or "").startswith("#") for link in page.of("a"))


def test_the_file_needs_nothing_else_and_allows_nothing_else() -> None:
    text = html(content(entry()))
    page = Page(text)
    (policy,) = (one["content"] for one in page.of("meta") if one.get("http-equiv") == "Content-Security-Policy")
    for element in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.sources[element].encode()).digest()).decode()
        assert "%s-src 'sha256-%s'" % (element, digest) in str(policy)
    assert str(policy).startswith("default-src 'none';")
    assert "unsafe" not in str(policy)
    assert "://" not in text
    assert not page.of("link")
    assert "@import" not in text
    assert "url(" not in text


def test_the_page_can_be_read_by_a_screen_reader() -> None:
    page = Page(html(content(*(entry(status, status) for status in STATUSES), unlisted=[{}])))
    assert page.of("html") == [{"lang": "en"}]
    assert len(page.of("h1")) == 1
    assert len(page.of("caption")) == len(page.of("table")) == 3
    assert all(cell.get("scope") in ("col", "row") for cell in page.of("th"))
    assert [one["aria-live"] for one in page.of("p") if one.get("id") == "count"] == ["polite"]
    labels = {one["for"] for one in page.of("label")}
    assert labels == {one["id"] for one in (*page.of("input"), *page.of("select"))}
    pictures = [one for one in page.of("svg") if one.get("role") == "img"]
    assert pictures
    assert all(one.get("aria-label") for one in pictures)
    ids = [attributes["id"] for _tag, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = {
        name for _tag, attributes in page.elements for name in str(attributes.get("aria-labelledby") or "").split()
    }
    assert named <= set(ids)


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_of_text_has_enough_contrast() -> None:
    style = Page(html(content(entry()))).sources["style"]
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", style))
    for name in ("ink", "soft", "bad", "good", "none"):
        for background in ("#ffffff", "#f3f5f7"):
            ratio = (luminance(background) + 0.05) / (luminance(colours[name]) + 0.05)
            assert ratio >= 4.5, (name, background)


def test_totals_stand_in_the_page() -> None:
    page = Page(html(content(*(entry(status) for status in STATUSES))))
    numbers = [one["data-total"] for one in page.of("dd")]
    assert numbers == ["not_proven", "proven", "nothing_to_prove", "total"]
    assert len([one for one in page.of("tr") if "data-verdict" in one]) == len(STATUSES)


@pytest.mark.parametrize("counts", [(1, 99_999, 0), (0, 0, 0), (5, 5, 5), (0, 1, 0)])
def test_a_bar_fills_its_width_and_hides_no_count(counts: tuple[int, int, int]) -> None:
    group = dict(zip(("not_proven", "proven", "nothing_to_prove"), counts, strict=True), total=sum(counts))
    rectangles = re.findall(r'x="([\d.]+)" width="([\d.]+)"', tables.stripe(group, 200))
    assert len(rectangles) == len([count for count in counts if count])
    assert all(float(width) >= 0.9 for _left, width in rectangles)
    assert sum(float(width) for _left, width in rectangles) == pytest.approx(200 if sum(counts) else 0, abs=0.1)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "|calc", "%0", " =1", "\uff1d1"])
def test_csv_has_no_formula(text: str) -> None:
    made = files.as_csv(content(entry(name=text, compartment_name=text)))
    (line,) = csv.DictReader(io.StringIO(made))
    assert line["bucket"].startswith("'")
    assert line["compartment"].startswith("'")


def test_csv_keeps_texts_and_numbers() -> None:
    of = content(*(entry(name=text) for text in ("plain", 'a,"b"', "K\u00f6ln")))
    lines = list(csv.DictReader(io.StringIO(files.as_csv(of), newline="")))
    assert tuple(lines[0]) == rows.COLUMNS
    assert [line["bucket"] for line in lines] == ["K\u00f6ln", 'a,"b"', "plain"]
    assert {line["key_version_age_days"] for line in lines} == {"54"}


def test_json_is_the_content() -> None:
    of = content(*hostile_entries(), unlisted=[{}])
    digest = files.fingerprint(of)
    parsed = json.loads(files.as_json(of, digest, SINCE))
    assert parsed.pop("since") == SINCE
    assert digest in parsed.pop("report")
    assert parsed == of


def test_the_order_of_the_data_makes_no_difference() -> None:
    entries = [entry(status, name) for status in STATUSES for name in ("a", "b", "c")]
    shuffled = list(entries)
    random.Random(7).shuffle(shuffled)
    assert html(content(*entries)) == html(content(*shuffled))
    assert files.as_csv(content(*entries)) == files.as_csv(content(*shuffled))


@pytest.mark.parametrize("write", [pages.as_html, files.as_json])
def test_a_file_says_since_when_and_for_what(write: Any) -> None:
    of, other = content(entry()), content(entry("stale"))
    digest = files.fingerprint(of)
    head = write(of, digest, SINCE)[: files.HEAD]
    assert files.since_in(head, digest) == SINCE
    assert files.since_in(head, files.fingerprint(other)) is None


def test_a_file_of_another_format_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    of = content(entry())
    digest = files.fingerprint(of)
    head = files.as_json(of, digest, SINCE)
    monkeypatch.setattr(files, "FORMAT", files.FORMAT + 1)
    assert files.since_in(head, digest) is None
