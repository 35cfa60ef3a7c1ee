# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One headless browser for all tests, and a folder for screenshots that a person can look at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from tests.tools import browser
from tests.tools.paths import REPO
from tests.tools.without import do_without

SCREENSHOTS = REPO / "tests" / "output" / "browser"
#: Bounds what hangs, in seconds; no speed is asserted.
PATIENCE = 120


@pytest.fixture(scope="session")
def chrome() -> Iterator[Chrome]:
    why_not = browser.ensure()
    found = browser.find()
    if found is None:
        do_without(str(why_not))
    options = ChromeOptions()
    options.binary_location = found[0]
    for argument in ("--headless=new", "--window-size=1400,1100", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        # Chromium's sandbox does not work for root.
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=Service(found[1]))
    try:
        driver.set_page_load_timeout(PATIENCE)
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS
