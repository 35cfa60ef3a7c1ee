# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls, as far as a configuration and its signer say it without a call. No secret is part of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

#: What a token says of whom it stands for: who, of which tenancy. It is renewed all the time, and these stay.
_CLAIMS = ("sub", "tenant", "res_tenant", "res_id")


def caller(config: Mapping[str, Any], signer: Any) -> list[str]:
    """Tenancy and user; what cannot be known is blank."""
    tenancy = config.get("tenancy") or getattr(signer, "tenancy_id", None)
    user = [config.get("user")]
    for member in ("api_key", "delegation_token"):
        user.extend(_claims(getattr(signer, member, None)))
    return [str(tenancy or ""), " ".join(str(part) for part in user if part)]


def _claims(token: Any) -> list[str]:
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != 3:
        return []
    try:
        said = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return ["%s=%s" % (claim, said[claim]) for claim in _CLAIMS if said.get(claim)]
    except (AttributeError, TypeError, ValueError):
        return []
