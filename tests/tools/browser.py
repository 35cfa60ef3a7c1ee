# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Chromium, or a Chrome, and the driver that goes with it: found, or installed by apt-get where that is possible.

`python -m tests.tools.browser` says what there is. It ends well either way: the tests skip, and say why, where there is none.
"""

from __future__ import annotations

import shutil

from tests.tools import packages

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_DRIVER = "chromedriver"
PACKAGES = ("chromium", "chromium-driver")


def find() -> tuple[str, str] | None:
    """The paths of a browser and of its driver."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    driver = shutil.which(_DRIVER)
    return (browser, driver) if browser and driver else None


def ensure() -> str | None:
    """Install it where it is missing. Return why there is none, or None."""
    if find():
        return None
    missing = f"there is no Chromium with {_DRIVER} on the PATH"
    why_not = packages.install(missing, *PACKAGES)
    if why_not:
        return why_not
    return None if find() else f"{missing}, not even with the packages {' and '.join(PACKAGES)}"


if __name__ == "__main__":
    print(ensure() or "Chromium: {}, driver: {}".format(*(find() or ("", ""))))
