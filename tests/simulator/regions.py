# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Regions: their names, their codes in OCIDs, and which one a request is for."""

from __future__ import annotations

import functools

HOME = "us-ashburn-1"
#: The oldest regions have short codes in OCIDs; all others have their names there.
_CODES = {"us-ashburn-1": "iad", "us-phoenix-1": "phx", "eu-frankfurt-1": "fra", "uk-london-1": "lhr"}
#: The names that the certificate is for, beside this machine's.
KNOWN = (*_CODES, "ap-seoul-1", "ap-chuncheon-1", "ap-tokyo-1", "eu-zurich-1", "eu-amsterdam-1", "ca-toronto-1")


def code_of(region: str) -> str:
    return _CODES.get(region, region)


def name_of(code: str) -> str:
    """The region that has this code in OCIDs."""
    return next((region for region, short in _CODES.items() if short == code), code)


@functools.lru_cache(maxsize=64)
def region_of(host: str) -> str:
    """The last label before ``localhost``; the home region for a host that names none."""
    name = host.lower().partition(":")[0]
    labels = name.split(".")
    return labels[-2] if len(labels) > 1 and labels[-1] == "localhost" else HOME
