# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The profile in the OCI configuration file: read as the SDK reads it, and told in one line where it cannot be."""

from __future__ import annotations

import configparser
import errno
import os
import re
import stat
from collections.abc import Mapping
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput, is_path, refuse_content

DEFAULT_FILE = "~/.oci/config"
_DEFAULT_PROFILE = "DEFAULT"

#: By the name that the SDK and its configuration file have for it.
OPTION_OF = {
    "user": "api_user",
    "fingerprint": "api_user_fingerprint",
    "key_file": "api_user_key_file",
    "pass_phrase": "api_user_key_pass_phrase",
    "tenancy": "tenancy",
    "region": "region",
}

#: What an API key takes; with all of them given, no file is needed.
_NEEDED = tuple(option for key, option in OPTION_OF.items() if key != "pass_phrase")

#: The settings that are used, and that no quotes or comments belong to. A pass phrase may be anything.
_PLAIN = (*(key for key in OPTION_OF if key != "pass_phrase"), "security_token_file", "delegation_token_file")

#: What a profile has that is meant for another auth_type, the auth_type, and where such profiles come from.
_OTHER_TYPES = (
    ("security_token_file", "security_token", "'oci session authenticate'"),
    ("delegation_token_file", "instance_obo_user", "Cloud Shell"),
)

_CALLED = "config_file_location, or OCI_CONFIG_FILE,"
_UNREADABLE = "The OCI configuration file %s cannot be read: %s."
_ENCODINGS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


def expanded(path: str) -> str:
    """A path as a shell would have it: with ``~`` and variables."""
    return os.path.expandvars(os.path.expanduser(path))


def content_of(path: str) -> bytes:
    """The first four million bytes of a file. Raises OSError, also where it is none: a pipe may never end."""
    try:
        mode = os.stat(path).st_mode
    except ValueError as error:
        raise OSError(errno.EINVAL, str(error)) from None
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise OSError(errno.EINVAL, "It is not a file")
    with open(path, "rb") as file:
        return file.read(1 << 22)


def token_in(content: bytes, kind: str, location: str) -> str:
    """The one token that a file holds: with anything else no call could be sent. Raises BadInput."""
    token = content.strip()
    if not re.fullmatch(rb"[!-~]+", token):
        raise BadInput(
            "The %s token file %s does not hold a single token, on one line and without blanks: have it written anew."
            % (kind, location)
        )
    return token.decode("ascii")


def _is_there(location: str) -> bool:
    """Whether there is something, or nobody may look."""
    try:
        os.stat(location)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        pass
    return True


def read(params: Mapping[str, Any], auth_type: str, warnings: list[str]) -> dict[str, Any]:
    """The settings of the profile that is asked for, with those of DEFAULT below them. Raises BadInput."""
    location = expanded(params.get("config_file_location") or DEFAULT_FILE)
    profile = params.get("config_profile_name") or _DEFAULT_PROFILE
    complete = auth_type == "api_key" and all(params.get(option) for option in _NEEDED)
    if not _is_there(location):
        if complete and not params.get("config_file_location"):
            return {}
        refuse_content(location, _CALLED)
        raise BadInput(
            "The OCI configuration file %s does not exist: set config_file_location, or give all of %s."
            % (location, ", ".join(_NEEDED))
        )
    sections = _sections(location)
    if profile not in sections and not (complete and not params.get("config_profile_name")):
        told = profile if is_path(profile) else "(not shown, since it looks like the content of a file)"
        raise BadInput(
            "The profile %s is not in the OCI configuration file %s, which has: %s."
            % (told, location, ", ".join(sorted(sections)) or "none")
        )
    warn_if_open(location, "configuration file", warnings)
    own = sections.get(profile, {})
    for key in _PLAIN:
        if key in own and not params.get(OPTION_OF.get(key, key)):
            _check_plain(key, own[key], "profile %s of %s" % (profile, location))
    if auth_type == "api_key" and not (own.get("user") or params.get("api_user")):
        for key, other, maker in _OTHER_TYPES:
            if own.get(key):
                raise BadInput(
                    "The profile %s has a %s and no user, as %s makes it: set auth_type: %s."
                    % (profile, key, maker, other)
                )
    return {**sections.get(_DEFAULT_PROFILE, {}), **own}


def _sections(location: str) -> dict[str, dict[str, str]]:
    # No section of the parser's is the default one, so that each is seen for what it has itself.
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(_text(location))
    except configparser.Error as error:
        # A parser's message may quote the line, and the line may be a secret.
        raise BadInput("The OCI configuration file %s is malformed: %s." % (location, _malformed(error))) from None
    return {name: dict(parser.items(name)) for name in parser.sections()}


def _text(location: str) -> str:
    try:
        content = content_of(location)
    except OSError as error:
        refuse_content(location, _CALLED)
        raise BadInput(_UNREADABLE % (location, error.strerror)) from None
    try:
        # Editors of Windows begin it with a byte order mark.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        found = next((name for mark, name in _ENCODINGS if content.startswith(mark)), "another encoding")
        raise BadInput("The OCI configuration file %s is not UTF-8 but %s: save it as UTF-8." % (location, found))
    return text


def _malformed(error: configparser.Error) -> str:
    if isinstance(error, configparser.DuplicateSectionError):
        return "it has the profile %s twice" % error.section
    if isinstance(error, configparser.DuplicateOptionError):
        return "profile %s has %s twice" % (error.section, error.option)
    if isinstance(error, configparser.MissingSectionHeaderError):
        return "line %s stands before the first profile's [NAME]" % error.lineno
    if isinstance(error, configparser.ParsingError) and error.errors:
        return "line %s is neither [NAME] nor name=value" % error.errors[0][0]
    return type(error).__name__


def _check_plain(key: str, value: str, where: str) -> None:
    """The SDK takes quotes, and what looks like a comment, for a part of the value."""
    if re.fullmatch(r"([\"']).*\1", value):
        raise BadInput("%s in %s is in quotes: write it without." % (key, where))
    if re.search(r"\s[#;]", value) and not os.path.exists(expanded(value)):
        raise BadInput("%s in %s has a comment behind it: give the comment a line of its own." % (key, where))


def warn_if_open(path: str, what: str, warnings: list[str]) -> None:
    try:
        mode: Optional[int] = os.stat(path).st_mode
    except OSError:
        return
    if mode is not None and mode & (stat.S_IRWXG | stat.S_IRWXO):
        warnings.append("The %s %s may be read by other users of this machine: chmod 600 it." % (what, path))
