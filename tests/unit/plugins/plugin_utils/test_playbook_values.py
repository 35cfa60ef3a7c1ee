# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of variables that YAML or Python trips over: one line that names the variable, without what may be a secret."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.plugin_utils import _playbook_values as values

NAME = "rekey_x"


def refused(read: Any, value: Any) -> str:
    with pytest.raises(BadInput) as error:
        read(NAME, value)
    text = str(error.value)
    assert text.startswith(NAME + " ")
    assert "\n" not in text
    assert len(text) < 500
    return text


@pytest.mark.parametrize("digits", [400, 5000])
@pytest.mark.parametrize("sign", [1, -1])
def test_numbers_of_many_digits(digits: int, sign: int) -> None:
    number = sign * 10**digits
    assert "a number of too many digits: give a whole number of at least 1" in refused(
        values.whole("a whole number"), number
    )
    assert "too many digits: give true or false" in refused(values.flag, number)
    assert "too many digits" in refused(values.text, number)
    refused(values.whole("a whole number"), "1" + "0" * digits)


@pytest.mark.parametrize(
    "option",
    [
        "api_user_key_pass_phrase:S3cretPP",
        "api_user_key_pass_phrase=S3cretPP",
        "api_user_key_pass_phrase S3cretPP",
        "api_user_key_pass_phrase\tS3cretPP",
        "S3cretPP:auth_type",
    ],
)
def test_a_name_that_holds_a_value_is_not_shown(option: str) -> None:
    for value in ({option: None}, '{"%s":null}' % option.replace("\t", "\\t"), "{%s}" % option.replace("\t", " ")):
        text = refused(values.auth, value)
        assert "S3cret" not in text
        assert "no common option: write it as JSON" in text


def test_content_as_a_name_is_not_shown() -> None:
    assert "eyJ" not in refused(values.auth, {"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln": None})
    assert "'auth_typ', which is no common option: give some of" in refused(values.auth, {"auth_typ": "S3cretPP"})


@pytest.mark.parametrize(
    "value",
    [
        "region: 2024-13-45",
        "a: !!int x",
        "a: !!int ''",
        "a: !!float x",
        "a: !!bool x",
        "a: !!timestamp x",
        "a: !!python/name:os.system x",
        "a: " + "9" * 5000 + "x: b",
        "[" * 100_000,
    ],
)
def test_yaml_that_cannot_be_read(value: str) -> None:
    text = refused(values.auth, value)
    assert "neither a dictionary nor the JSON of one" in text


def test_a_glob_of_many_brackets() -> None:
    assert values.texts(NAME, "[" * 100_000) == ["[" * 100_000]
