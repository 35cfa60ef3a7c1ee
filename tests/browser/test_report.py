# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTML report as a person meets it: what stands at the top, the filter, print, no script, hostile names, 10,000 rows."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from ansible_collections.rekey.oci.plugins.module_utils.report import pages
from tests.browser.report_page import HOSTILE, console, fleet, shown, type_words, wait_for_count, write
from tests.tools import axe
from tests.unit.plugins.module_utils.report_data import COMPARTMENT, entry


@pytest.fixture
def opened(chrome: Chrome, tmp_path: Path) -> Iterator[tuple[Chrome, dict[str, Any]]]:
    """A report with every status and hostile names. Whatever a test does, the console must have stayed silent."""
    entries = [*fleet(200), *(entry("stale", name, compartment_name=name) for name in HOSTILE)]
    problem = {
        "region": "us-ashburn-1",
        "compartment_id": COMPARTMENT,
        "error": {"operation": "ListBuckets", "status": 404},
    }
    content = write(tmp_path / "report.html", entries, (problem,))
    chrome.get((tmp_path / "report.html").as_uri())
    yield chrome, content
    assert console(chrome) == []


def test_the_top_says_what_is_not_proven(opened: tuple[Chrome, dict[str, Any]], screenshots: Path) -> None:
    chrome, content = opened
    for name, number in content["totals"].items():
        element = chrome.find_element(By.CSS_SELECTOR, "[data-total=%s]" % name)
        assert element.text == str(number)
        # Seen without scrolling.
        assert 0 <= element.rect["y"] < 400
    assert chrome.find_element(By.CSS_SELECTOR, ".alarm").is_displayed()
    rows = chrome.find_elements(By.CSS_SELECTOR, "#buckets tbody tr")
    assert len(rows) == content["totals"]["total"]
    assert rows[0].find_element(By.CSS_SELECTOR, "td:nth-child(3)").text == "Not proven"
    chrome.save_screenshot(str(screenshots / "top.png"))


def test_names_are_texts(opened: tuple[Chrome, dict[str, Any]]) -> None:
    chrome, _content = opened
    names = shown(chrome)
    assert set(HOSTILE) <= set(names)
    assert chrome.title == "Encryption of buckets"
    assert len(chrome.find_elements(By.TAG_NAME, "script")) == 1
    assert chrome.find_elements(By.CSS_SELECTOR, "main img, main b, main script") == []


def test_nothing_is_loaded(opened: tuple[Chrome, dict[str, Any]]) -> None:
    chrome, _content = opened
    assert chrome.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)") == []
    # The policy keeps a script out that is not the report's own.
    chrome.execute_script("""
      var script = document.createElement("script"); script.textContent = "document.title = 'taken'";
      document.body.appendChild(script);""")
    assert chrome.title == "Encryption of buckets"
    assert "Content Security Policy" in " ".join(line["message"] for line in console(chrome))


def test_the_filter_finds_words_and_whole_ocids(opened: tuple[Chrome, dict[str, Any]], screenshots: Path) -> None:
    chrome, content = opened
    rows, total = content["buckets"], content["totals"]["total"]
    assert shown(chrome) == [row["bucket"] for row in rows]
    type_words(chrome, "BUCKET-0001")
    wanted = [row["bucket"] for row in rows if row["bucket"].startswith("bucket-0001")]
    wait_for_count(chrome, len(wanted), total)
    assert shown(chrome) == wanted
    key = "ocid1.key.oc1.us-ashburn-1.vaultexample.keyexample01"
    type_words(chrome, key + " audit")
    wanted = [row["bucket"] for row in rows if row["key_id"] == key and row["compartment"] == "audit"]
    assert wanted
    wait_for_count(chrome, len(wanted), total)
    assert shown(chrome) == wanted
    chrome.find_element(By.ID, "count").location_once_scrolled_into_view  # noqa: B018 - it scrolls
    chrome.save_screenshot(str(screenshots / "filter.png"))
    type_words(chrome, "no such bucket")
    wait_for_count(chrome, 0, total)
    assert shown(chrome) == []
    type_words(chrome, "")
    wait_for_count(chrome, total, total)


def test_the_choice_shows_a_verdict_or_a_status(opened: tuple[Chrome, dict[str, Any]]) -> None:
    chrome, content = opened
    choice = Select(chrome.find_element(By.ID, "show"))
    for value, numbers in (
        ("not_proven", content["totals"]),
        ("stale", content["statuses"]),
        ("proven", content["totals"]),
    ):
        choice.select_by_value(value)
        wait_for_count(chrome, numbers[value], content["totals"]["total"])
        assert len(shown(chrome)) == numbers[value]
    type_words(chrome, "bucket-00001")
    wait_for_count(chrome, 1, content["totals"]["total"])


def test_regions_and_keys_are_filtered_by(opened: tuple[Chrome, dict[str, Any]]) -> None:
    chrome, content = opened
    rows, total = content["buckets"], content["totals"]["total"]
    Select(chrome.find_element(By.ID, "region")).select_by_value("eu-frankfurt-1")
    wanted = [row["bucket"] for row in rows if row["region"] == "eu-frankfurt-1"]
    wait_for_count(chrome, len(wanted), total)
    assert shown(chrome) == wanted
    choice = Select(chrome.find_element(By.ID, "key"))
    key = next(one for one in content["keys"] if one["key_name"])
    choice.select_by_index(1 + content["keys"].index(key))
    assert key["key_name"] in choice.first_selected_option.text
    wanted = [row["bucket"] for row in rows if row["region"] == "eu-frankfurt-1" and row["key_id"] == key["key_id"]]
    wait_for_count(chrome, len(wanted), total)
    assert shown(chrome) == wanted


def test_one_sentence_says_it_all(opened: tuple[Chrome, dict[str, Any]]) -> None:
    chrome, content = opened
    counts = content["totals"]
    lead = chrome.find_element(By.ID, "lead")
    assert lead.text == (
        "%(proven)d of %(total)d buckets are proven to be encrypted under the current version of the key; "
        "%(not_proven)d are not and %(nothing_to_prove)d have nothing to prove; buckets may be missing here." % counts
    )
    assert lead.rect["y"] < 300
    picture = chrome.find_element(By.CSS_SELECTOR, "svg.whole")
    assert "%d not proven" % counts["not_proven"] in str(picture.get_dom_attribute("aria-label"))
    assert len(picture.find_elements(By.TAG_NAME, "rect")) == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened: tuple[Chrome, dict[str, Any]], screenshots: Path, scheme: str) -> None:
    """Landmarks, names, contrast and the rest of what WCAG 2.2 AA and axe's best practices ask for."""
    chrome, _content = opened
    script = axe.script()
    chrome.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    try:
        ground = chrome.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(13, 17, 23)")
        chrome.execute_cdp_cmd("Runtime.evaluate", {"expression": script})
        found = chrome.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]] == []
        assert len(found["passes"]) > 20
        chrome.save_screenshot(str(screenshots / ("%s.png" % scheme)))
    finally:
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_the_filter_is_reached_by_keyboard_and_return_reloads_nothing(opened: tuple[Chrome, dict[str, Any]]) -> None:
    chrome, content = opened
    total = content["totals"]["total"]
    body = chrome.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    reached = []
    while chrome.switch_to.active_element.get_attribute("id") != "words":
        reached.append(chrome.switch_to.active_element.get_attribute("class"))
        assert len(reached) < 10
        chrome.switch_to.active_element.send_keys(Keys.TAB)
    chrome.switch_to.active_element.send_keys("bucket-00001", Keys.RETURN)
    wait_for_count(chrome, 1, total)
    assert chrome.current_url.endswith("report.html")


def test_a_key_leads_to_its_row(opened: tuple[Chrome, dict[str, Any]]) -> None:
    chrome, content = opened
    link = chrome.find_element(By.CSS_SELECTOR, "#buckets a")
    target = chrome.find_element(By.CSS_SELECTOR, str(link.get_dom_attribute("href")))
    with_key = next(row for row in content["buckets"] if row["key_id"])
    assert target.find_element(By.TAG_NAME, "th").text.split("\n") == [with_key["key_name"], with_key["key_id"]]


def test_without_a_script_everything_can_be_read(chrome: Chrome, tmp_path: Path) -> None:
    write(tmp_path / "report.html", fleet(50))
    chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        chrome.get((tmp_path / "report.html").as_uri())
        assert not chrome.find_element(By.ID, "filter").is_displayed()
        assert (
            len([row for row in chrome.find_elements(By.CSS_SELECTOR, "#buckets tbody tr") if row.is_displayed()]) == 50
        )
    finally:
        chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_it_prints(opened: tuple[Chrome, dict[str, Any]], screenshots: Path) -> None:
    chrome, _content = opened
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not chrome.find_element(By.ID, "filter").is_displayed()
        wide = chrome.find_element(By.ID, "buckets").rect["width"]
        assert wide <= chrome.execute_script("return document.documentElement.clientWidth")
        chrome.save_screenshot(str(screenshots / "print.png"))
    finally:
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    printed = chrome.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": False})
    pdf = base64.b64decode(printed["data"])
    (screenshots / "report.pdf").write_bytes(pdf)
    assert pdf.count(b"/Type /Page\n") > 1


def test_it_fits_on_a_narrow_screen(opened: tuple[Chrome, dict[str, Any]], screenshots: Path) -> None:
    chrome, _content = opened
    size = {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        assert chrome.execute_script("return document.documentElement.scrollWidth") <= 400
        chrome.save_screenshot(str(screenshots / "narrow.png"))
    finally:
        chrome.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_an_empty_report_says_so(chrome: Chrome, tmp_path: Path) -> None:
    write(tmp_path / "report.html", [])
    chrome.get((tmp_path / "report.html").as_uri())
    assert "There is no bucket to report on." in chrome.find_element(By.ID, "buckets").text
    assert console(chrome) == []


def test_ten_thousand_rows(
    chrome: Chrome, tmp_path: Path, screenshots: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = write(tmp_path / "report.html", fleet(10_000))
    begun = time.monotonic()
    chrome.get((tmp_path / "report.html").as_uri())
    painted = "return new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)))"
    chrome.execute_script(painted)
    loaded = time.monotonic()
    type_words(chrome, "bucket-0999")
    wait_for_count(chrome, 10, 10_000)
    filtered = time.monotonic()
    assert len(shown(chrome)) == 10
    type_words(chrome, "")
    wait_for_count(chrome, 10_000, 10_000)
    assert len(shown(chrome)) == pages.MOST
    chrome.find_element(By.ID, "more").click()
    assert len(shown(chrome)) == 10_000
    assert not chrome.find_element(By.ID, "more").is_displayed()
    assert chrome.find_element(By.CSS_SELECTOR, "[data-total=total]").text == str(content["totals"]["total"]) == "10000"
    assert console(chrome) == []
    chrome.execute_script("scrollTo(0, 0)")
    chrome.save_screenshot(str(screenshots / "ten-thousand.png"))
    size = (tmp_path / "report.html").stat().st_size / 1e6
    with capsys.disabled():
        print(
            "\n10,000 rows (%.1f MB): shown in %.2f s, filtered in %.2f s; the aim is 3 s."
            % (size, loaded - begun, filtered - loaded)
        )
