# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options: names, environment variables and defaults are fixed, and options win over the environment."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.rekey.oci.plugins.doc_fragments import auth, behaviour
from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.module import arguments
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.examples import KEY
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import VARIABLES

#: As in the interface: playbooks depend on them.
ENVIRONMENT = {
    "config_file_location": "OCI_CONFIG_FILE",
    "config_profile_name": "OCI_CONFIG_PROFILE",
    "api_user": "OCI_USER_ID",
    "api_user_fingerprint": "OCI_USER_FINGERPRINT",
    "api_user_key_file": "OCI_USER_KEY_FILE",
    "tenancy": "OCI_TENANCY",
    "region": "OCI_REGION",
    "api_user_key_pass_phrase": "OCI_USER_KEY_PASS_PHRASE",
    "auth_type": "OCI_ANSIBLE_AUTH_TYPE",
    "cert_bundle": "OCI_ANSIBLE_CERT_BUNDLE",
    "realm_specific_endpoint_template_enabled": "OCI_REALM_SPECIFIC_SERVICE_ENDPOINT_TEMPLATE_ENABLED",
    "object_storage_endpoint": "REKEY_OBJECT_STORAGE_ENDPOINT",
    "key_management_endpoint": "REKEY_KEY_MANAGEMENT_ENDPOINT",
    "identity_endpoint": "REKEY_IDENTITY_ENDPOINT",
}
DEFAULTS = {
    "force": False,
    "bucket_key_only": False,
    "require_customer_managed_key": False,
    "receipt": "tag",
    "wait": True,
    "wait_timeout": 1200,
    "wait_interval": 30,
    "claim_grace": 120,
}
SAMPLES = {"auth_type": "security_token", "realm_specific_endpoint_template_enabled": "true"}


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


def validated(spec: dict[str, Any], **given: Any) -> dict[str, Any]:
    result = ArgumentSpecValidator(spec).validate(given)
    assert result.error_messages == []
    return dict(result.validated_parameters)


def test_the_common_options_are_those_of_the_interface() -> None:
    assert arguments.ENVIRONMENT == ENVIRONMENT
    assert set(arguments.common()) == set(ENVIRONMENT)


@pytest.mark.parametrize(("option", "variable"), ENVIRONMENT.items())
def test_an_option_wins_over_its_variable(monkeypatch: pytest.MonkeyPatch, option: str, variable: str) -> None:
    assert validated(arguments.common())[option] == ("api_key" if option == "auth_type" else None)
    sample: Any = SAMPLES.get(option, "from the environment")
    monkeypatch.setenv(variable, sample)
    boolean = option == "realm_specific_endpoint_template_enabled"
    assert validated(arguments.common())[option] == (True if boolean else sample)
    other: Any = {"auth_type": "instance_principal"}.get(option, False if boolean else "from the task")
    assert validated(arguments.common(), **{option: other})[option] == other


@pytest.mark.parametrize(("option", "variable"), ENVIRONMENT.items())
def test_an_empty_variable_counts_as_not_given(monkeypatch: pytest.MonkeyPatch, option: str, variable: str) -> None:
    monkeypatch.setenv(variable, "")
    assert validated(arguments.common())[option] == ("api_key" if option == "auth_type" else None)


def test_auth_types() -> None:
    assert set(arguments.common()["auth_type"]["choices"]) == {
        "api_key",
        "instance_principal",
        "instance_obo_user",
        "resource_principal",
        "security_token",
        "oke_workload_identity",
    }


def test_the_pass_phrase_is_never_logged_and_nothing_else_is_hidden() -> None:
    spec = {**arguments.common(), **arguments.behaviour()}
    assert [name for name, option in spec.items() if option.get("no_log")] == ["api_user_key_pass_phrase"]
    # A name that looks like a secret's would get a warning, unless the option says that it is none.
    for name in ("api_user_key_file", "key_management_endpoint"):
        assert spec[name]["no_log"] is False


def test_the_behaviours_defaults_are_those_of_the_interface() -> None:
    found = validated(arguments.behaviour())
    assert {name: found[name] for name in DEFAULTS} == DEFAULTS
    assert arguments.behaviour()["receipt"]["choices"] == ["tag", "none"]


def test_options_are_taken_over_one_by_one() -> None:
    plain = validated(arguments.behaviour())
    assert arguments.options(plain, False) == Options()
    assert arguments.options(plain, True) == Options(check_mode=True)
    changes: dict[str, Any] = {
        "force": True,
        "bucket_key_only": True,
        "require_customer_managed_key": True,
        "receipt": "none",
        "wait": False,
        "wait_timeout": 7,
        "wait_interval": 8,
        "claim_grace": 9,
        "verify_history": True,
        "kms_key_id": KEY,
    }
    for name, value in changes.items():
        assert arguments.options({**plain, name: value}, False) == Options(**{name: value})


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"wait_timeout": 0}, "wait_timeout is 0"),
        ({"wait_interval": -5}, "wait_interval is -5"),
        ({"claim_grace": 0}, "claim_grace is 0"),
        ({"kms_key_id": "payroll"}, "kms_key_id 'payroll'"),
        ({"kms_key_id": ""}, "kms_key_id ''"),
    ],
)
def test_bad_options(given: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput) as error:
        arguments.options(validated(arguments.behaviour(), **given), False)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("fragment", "spec"),
    [
        (auth.ModuleDocFragment.DOCUMENTATION, arguments.common()),
        (behaviour.ModuleDocFragment.DOCUMENTATION, arguments.behaviour()),
    ],
    ids=["auth", "behaviour"],
)
def test_the_documentation_says_the_same(fragment: str, spec: dict[str, Any]) -> None:
    documented = yaml.safe_load(fragment)["options"]
    assert set(documented) == set(spec)
    for name, option in spec.items():
        for key in ("type", "default", "choices", "aliases"):
            assert documented[name].get(key) == option.get(key), (name, key)
        if name in ENVIRONMENT:
            assert f"E({ENVIRONMENT[name]})" in str(documented[name]["description"])
