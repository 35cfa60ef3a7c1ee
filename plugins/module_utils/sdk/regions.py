# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which regions there are: asked of the SDK, which reads files and variables of its own that name more."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any, Optional
from urllib.parse import urlsplit

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import REGION_PLACE, BadInput, shown

_SHAPE = re.compile(r"[a-z0-9_\-]+")
_NAME = re.compile(r"[a-z]+(?:-[a-z]+)+-[0-9]+")
_FILE = "~/.oci/regions-config.json"
_VARIABLE = "OCI_REGION_METADATA"
_FALLBACK = "OCI_DEFAULT_REALM"

#: What each of the sources says of a region.
_MEMBERS = ("realmKey", "realmDomainComponent", "regionKey", "regionIdentifier")


def ask(region: str, oci: Any) -> tuple[str, bool]:
    """The full name of a region, in small letters, and whether the SDK knows it. ``region`` may be a short name."""
    region = region.strip().lower()
    try:
        # The first to ask for an unknown region has the SDK read its sources.
        region = oci.regions.get_region_from_short_name(region)
        return region, bool(oci.regions.is_region(region))
    except Exception:  # it trips over sources that are not what it expects
        return region, False


def full_name(region: Optional[str], oci: Any, params: Mapping[str, Any]) -> str:
    """The full name of a region that may be called. Raises BadInput."""
    if not region or not region.strip():
        raise BadInput("No region is known: set region, or put it into the OCI configuration file.")
    name, known = ask(region, oci)
    if known or (_SHAPE.fullmatch(name) and (may_do_without(params, unknown=True) or default_domain())):
        return name
    raise BadInput(
        "The region %s is not known to the installed oci SDK%s: correct it, update the SDK, or set the endpoints."
        % (shown(region), _unreadable())
    )


def in_host(endpoint: str) -> Optional[str]:
    """What is the full name of a region, by its form, in an endpoint's host name."""
    labels = (urlsplit(endpoint).hostname or "").split(".")
    return next((label for label in labels if _NAME.fullmatch(label)), None)


def may_do_without(params: Mapping[str, Any], unknown: bool = False) -> bool:
    """Whether the endpoints say it all, so that no region is needed; or one that is ``unknown`` to the SDK will do."""
    endpoints = [params.get(option) for option in ("object_storage_endpoint", "key_management_endpoint")]
    # The region of a key is in its OCID.
    return all(endpoints) and (unknown or REGION_PLACE not in str(endpoints[0]))


def default_domain() -> Optional[str]:
    """The domain that the SDK takes for a realm that it does not know. Raises BadInput where it can be none."""
    domain = os.environ.get(_FALLBACK) or None
    if domain and not re.fullmatch(r"[A-Za-z0-9.\-]+", domain):
        raise BadInput("%s is %s, which is no domain: correct or unset it." % (_FALLBACK, shown(domain)))
    return domain


def url(service: str, region: Optional[str], oci: Any) -> Optional[str]:
    """About where a service is called in a region: in the right domain, at least."""
    template = "https://%s.{region}.{secondLevelDomain}" % service
    try:
        found: str = oci.regions.endpoint_for(service, region=region, service_endpoint_template=template)
    except Exception:  # without a region, or one that the SDK must not call: what calls it says so
        return None
    return found


def _unreadable() -> str:
    """Which of the SDK's sources it cannot have read: it says nothing of that."""
    told = os.environ.get(_VARIABLE)
    if told and not _is_metadata(told, dict):
        return " (%s is not a JSON object with %s)" % (_VARIABLE, ", ".join(_MEMBERS))
    path = os.path.expanduser(_FILE)
    try:
        with open(path, encoding="utf-8") as file:
            content = file.read(1 << 20)
    except (OSError, UnicodeDecodeError):
        return " (%s cannot be read)" % path if os.path.exists(path) else ""
    return (
        ""
        if _is_metadata(content, list)
        else " (%s is not a JSON list of objects with %s)"
        % (
            path,
            ", ".join(_MEMBERS),
        )
    )


def _is_metadata(text: str, kind: type) -> bool:
    try:
        found = json.loads(text)
    except ValueError:
        return False
    entries = found if isinstance(found, list) else [found]
    return isinstance(found, kind) and all(
        isinstance(entry, dict) and all(isinstance(entry.get(member), str) and entry[member] for member in _MEMBERS)
        for entry in entries
    )
