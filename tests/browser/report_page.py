# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report in the browser: how it is made, and what a person sees and types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from ansible_collections.rekey.oci.plugins.module_utils.report import figures, files, pages
from tests.browser.conftest import PATIENCE
from tests.unit.plugins.module_utils.report_data import COMPARTMENT, STATUSES, entry

HOSTILE = (
    "<script>document.title = 'taken'</script>",
    "<img src=x onerror=alert(1)>",
    "K\u00f6ln \u6771\u4eac \U0001f512",
)
COMPARTMENTS = ("payroll", "audit", "K\u00f6ln", "sales <b>north</b>", "sales south")


def fleet(number: int) -> list[dict[str, Any]]:
    """Mostly proven buckets of several compartments, keys and ages."""
    made = []
    for n in range(number):
        one = entry("up_to_date" if n % 10 else STATUSES[n // 10 % len(STATUSES)], "bucket-%05d" % n)
        place = n * 7 % 5 if n % 3 else 0
        one["bucket"]["compartment_id"] = "%s%d" % (COMPARTMENT, place)
        one["compartment_name"] = COMPARTMENTS[place]
        one["region"] = "eu-frankfurt-1" if n % 4 == 0 else "us-ashburn-1"
        key = "ocid1.key.oc1.us-ashburn-1.vaultexample.keyexample%02d" % (n % 12)
        if one["key"]:
            one["bucket"]["kms_key_id"] = one["key"]["id"] = key
            one["key"]["display_name"] = "payroll's key %d" % (n % 12)
            one["key_version_age_days"] = n % 12 * 41
        made.append(one)
    return made


def write(path: Path, entries: list[dict[str, Any]], unlisted: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    content = figures.content([{"buckets": entries, "unlisted": unlisted}], "Encryption of buckets", False)
    text = pages.as_html(content, files.fingerprint(content), "2026-11-24T10:00:00Z")
    path.write_text(text, encoding="utf-8")
    return content


def console(chrome: Any) -> list[dict[str, Any]]:
    """What the browser has complained of since the last look. Selenium says nothing of its type."""
    lines: list[dict[str, Any]] = chrome.get_log("browser")
    return lines


def shown(chrome: Chrome) -> list[str]:
    """The names of the buckets whose rows can be seen, in their order."""
    script = """return Array.from(document.querySelectorAll("#buckets tbody tr"))
      .filter(row => row.getClientRects().length).map(row => row.querySelector("th").textContent)"""
    found: list[str] = chrome.execute_script(script)
    return found


def wait_for_count(chrome: Chrome, number: int, total: int) -> None:
    text = "Showing %d of %d buckets." % (number, total)
    WebDriverWait(chrome, PATIENCE).until(lambda driver: driver.find_element(By.ID, "count").text == text, text)


def type_words(chrome: Chrome, words: str) -> None:
    box = chrome.find_element(By.ID, "words")
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(Keys.DELETE)
    box.send_keys(words)
