# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Private to the collection: the model, the input and the pauses. Pure: no I/O."""

from __future__ import annotations

import sys

# Every module comes by here. On an older Python some of them would get as far as their first call.
if sys.version_info < (3, 9):  # noqa: UP036
    raise ImportError("The modules of rekey.oci need Python 3.9 or later, and this is %d.%d" % sys.version_info[:2])
