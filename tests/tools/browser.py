# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Chromium, or a Chrome, and the driver that goes with it: found, or installed by apt-get where that is possible.

`python -m tests.tools.browser` says what there is. It ends well either way: the tests skip, and say why, where there is none.
"""

from __future__ import annotations

import os
import shutil
import subprocess

from tests.tools.paths import clean_environment

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_DRIVER = "chromedriver"
PACKAGES = ("chromium", "chromium-driver")


def find() -> tuple[str, str] | None:
    """The paths of a browser and of its driver."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    driver = shutil.which(_DRIVER)
    return (browser, driver) if browser and driver else None


def _as_root() -> list[str] | None:
    """What to put before a command so that root runs it; None where that asks for a password."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], check=False, capture_output=True).returncode == 0:
        return [sudo, "-n"]
    return None


def ensure() -> str | None:
    """Install it where it is missing. Return why there is none, or None."""
    if find():
        return None
    missing = f"there is no Chromium with {_DRIVER} on the PATH"
    if not shutil.which("apt-get"):
        return f"{missing}, and no apt-get to install it with"
    prefix = _as_root()
    if prefix is None:
        return f"{missing}, and apt-get needs root or a sudo without password: apt-get install {' '.join(PACKAGES)}"
    env = clean_environment() | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *PACKAGES]
    for command in (["apt-get", "update", "--quiet"], install):
        done = subprocess.run([*prefix, *command], env=env, check=False, capture_output=True, text=True)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            return f"{missing}, and {' '.join(command)} failed: {last}"
    return None if find() else f"{missing}, not even with the packages {' and '.join(PACKAGES)}"


if __name__ == "__main__":
    print(ensure() or "Chromium: {}, driver: {}".format(*(find() or ("", ""))))
