# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environment variables that are empty count as not given, on the controller too."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.module.arguments import ENVIRONMENT
from ansible_collections.rekey.oci.plugins.plugin_utils import _environment as environment

REALM = "realm_specific_endpoint_template_enabled"


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ENVIRONMENT.values():
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(name="empty")
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ENVIRONMENT.values():
        monkeypatch.setenv(variable, "")


@pytest.mark.parametrize("options", [{"strict": True}, {"auth_type": None, "strict": True}])
@pytest.mark.usefixtures("empty")
def test_an_empty_variable_counts_as_not_given(options: dict[str, Any]) -> None:
    assert environment.with_defaults(options) == {"auth_type": "api_key", "strict": True}
    params = {**dict.fromkeys(ENVIRONMENT, ""), REALM: False, "strict": True}
    assert environment.without_empty(params, options) == {
        **dict.fromkeys(ENVIRONMENT), "auth_type": "api_key", "strict": True,
    }  # fmt: skip


@pytest.mark.usefixtures("empty")
def test_an_option_wins() -> None:
    options = {"auth_type": "security_token", REALM: False, "region": ""}
    assert environment.with_defaults(options) == options
    assert {**environment.without_empty(options, options), **options} == environment.without_empty(options, options)


def test_without_empty_variables_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCI_ANSIBLE_AUTH_TYPE", "instance_principal")
    assert environment.with_defaults({}) == {}
    assert environment.without_empty({REALM: True}, {}) == {REALM: True}
