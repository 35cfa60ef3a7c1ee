# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sessions of antsibull-nox that `make lint` runs: see antsibull-nox.toml."""

from __future__ import annotations

import antsibull_nox

antsibull_nox.load_antsibull_nox_toml()
