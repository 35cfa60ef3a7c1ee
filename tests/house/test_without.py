# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person may do without a program; CI must not pass without having looked."""

from __future__ import annotations

import pytest

from tests.tools.without import do_without


@pytest.mark.parametrize(
    ("said", "outcome"), [(None, "Skipped"), ("", "Skipped"), ("false", "Skipped"), ("true", "Failed"), ("1", "Failed")]
)
def test_who_may_do_without(monkeypatch: pytest.MonkeyPatch, said: str | None, outcome: str) -> None:
    monkeypatch.delenv("CI", raising=False)
    if said is not None:
        monkeypatch.setenv("CI", said)
    with pytest.raises(BaseException, match="there is none") as raised:
        do_without("there is none")
    assert type(raised.value).__name__ == outcome
