# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad input, found before any call is made: one clear line that says what is wrong and what to do. Pure, no I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Optional
from urllib.parse import urlsplit

#: Names below ``localhost`` are loopback by themselves (RFC 6761), whatever a resolver says.
_LOOPBACK = re.compile(r"([A-Za-z0-9_\-]+\.)*localhost\.?|127(\.\d{1,3}){3}|::1", re.IGNORECASE)
_BUCKET_NAME = re.compile(r"[A-Za-z0-9_.\-]+")
_HOST = re.compile(r"[A-Za-z0-9._\-]+|[0-9A-Fa-f:.]+(%[A-Za-z0-9]+)?")
# What stands in an OCID goes into a host's name: nothing but what a host's name is made of.
_PART = r"[A-Za-z0-9_\-]+"
_KEY_OCID = re.compile(rf"ocid1\.key\.(?P<realm>{_PART})\.(?P<region>{_PART})\.(?P<vault>{_PART})\.(?P<unique>{_PART})")
_COMPARTMENT_OCID = re.compile(rf"ocid1\.(compartment|tenancy)\.{_PART}\.({_PART})?\.{_PART}")

_TAG_NAMESPACE = re.compile(r"[!-\-/-~]{1,100}")

_ANY_OCID = re.compile(r"ocid1\.[A-Za-z0-9_.\-]+")

#: Stands in an endpoint for the region of the call.
REGION_PLACE = "{region}"

#: PEM, as it is or in base64; a JSON web token, as a file or a header has it; a section or the pass phrase of a configuration file.
_CONTENT = re.compile(
    r"""
    -----\s*(BEGIN|END) | LS0tLS1CRUdJTi
    | ^\s*(ST\$|Bearer\s+)? (([\w\-]*\.)?eyJ[\w\-]{5,}(\.[\w\-]*)* | ([\w\-]{16,}\.){2}[\w\-]{16,}) =*\s*$
    | ^\s*\[[^\]\n]+\]\s*\n | (?i:\bpass_?phrase\s*[=:])
    """,
    re.VERBOSE | re.ASCII,
)

#: The longest name of a file, and longer than most paths.
_LONGEST_PATH = 255

#: The longest name that Object Storage gives a bucket, in characters.
_LONGEST_NAME = 256

#: Longer than anybody waits, in seconds: about thirty years. What is more overflows some clock.
_LONGEST_TIME = 1_000_000_000

#: More threads than this only wait for one another.
_MOST_WORKERS = 256

#: Regions whose Vault hosts lack the ``oci`` label; every other region has it.
_REGIONS_WITHOUT_LABEL = frozenset(
    """
    ap-hyderabad-1 ap-melbourne-1 ap-mumbai-1 ap-osaka-1 ap-seoul-1 ap-sydney-1 ap-tokyo-1 ca-montreal-1 ca-toronto-1
    eu-amsterdam-1 eu-frankfurt-1 eu-zurich-1 me-jeddah-1 sa-saopaulo-1 uk-london-1 us-ashburn-1 us-phoenix-1
    us-langley-1 us-luke-1 us-gov-ashburn-1 us-gov-chicago-1 us-gov-phoenix-1 uk-gov-london-1 uk-gov-cardiff-1
    """.split()
)


class BadInput(ValueError):
    """An option that cannot be right. The message is one line for a person."""


def is_content(value: str) -> bool:
    """Whether it is what a file holds, and may be a secret: a key, a token, or settings."""
    return _CONTENT.search(value) is not None


def is_path(value: str) -> bool:
    """Whether it can be the path that it should be, so that it may be shown."""
    return len(value) <= _LONGEST_PATH and "".join(value.splitlines()) == value and not is_content(value)


def refuse_content(path: str, what: str) -> None:
    """For a path that led nowhere, before a message shows it. Raises BadInput where it is what a file holds."""
    if not is_path(path):
        # Without its context, which has the path too.
        raise BadInput("%s was given the content of a file; give its path." % what) from None


def shown(value: str) -> str:
    """A value as a message shows it: on one line, not all of it where it is long, and not at all where it is a file's content."""
    if is_content(value):
        return "(not shown, since it looks like the content of a file)"
    return repr(value if len(value) <= 120 else value[:120] + "...")


def holds_value(key: str) -> bool:
    """Whether a value, which may be a secret, can be in a key: YAML takes all of ``name:value`` for one."""
    return re.search(r"[:=\s]", key) is not None


def shown_key(key: str) -> str:
    return "(not shown, since a value may be in it)" if holds_value(key) else shown(key)


def shown_url(text: str) -> str:
    """What was meant for a URL, as a message shows it: not at all where a password may be in it."""
    return "(not shown, since it may hold a password)" if re.search(r"[@?#]", text) else shown(text)


def check_bucket_name(name: str) -> None:
    if not name or not name.strip():
        raise BadInput("bucket_name is blank: give the name of a bucket.")
    if len(name) > _LONGEST_NAME:
        raise BadInput("bucket_name has %d characters; a bucket's name has %d at most." % (len(name), _LONGEST_NAME))
    if "/" in name:
        raise BadInput(
            "bucket_name %s has a slash: give the bucket's name alone, without namespace or object." % shown(name)
        )
    if not _BUCKET_NAME.fullmatch(name):
        raise BadInput(
            "bucket_name %s has characters that no bucket's name has. Use only letters, digits, hyphens, underscores and periods."
            % shown(name)
        )


def is_namespace(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_\-]+", name) is not None


def check_namespace(name: Optional[str]) -> None:
    if name is not None and not is_namespace(name):
        raise BadInput(
            "namespace_name %s is not an Object Storage namespace: leave it out to have it looked up." % shown(name)
        )


def check_times(params: Mapping[str, Any]) -> None:
    for option in ("wait_timeout", "wait_interval", "claim_grace"):
        value = params.get(option)
        if value is not None and value < 1:
            raise BadInput("%s is %s: give a number of seconds of at least 1." % (option, value))
        if value is not None and value > _LONGEST_TIME:
            # Not all of it: a number may be as long as Python cannot even print.
            raise BadInput("%s is too long: give %d seconds at most." % (option, _LONGEST_TIME))


def check_receipt(params: Mapping[str, Any]) -> None:
    """Where the receipt is to be kept."""
    namespace = params.get("receipt_tag_namespace")
    if namespace is None:
        return
    if params.get("receipt") == "none":
        raise BadInput(
            "receipt_tag_namespace is given, and receipt is none, which keeps no receipt: leave one of them out."
        )
    if not _TAG_NAMESPACE.fullmatch(namespace):
        raise BadInput(
            "receipt_tag_namespace %s is not the name of a tag namespace. Such a name has 1 to 100 ASCII characters, and no period or space."
            % shown(namespace)
        )


def check_key_id(key_id: str, option: str) -> None:
    if not _KEY_OCID.fullmatch(key_id):
        raise BadInput(
            "%s %s is not the OCID of a Vault key (ocid1.key.<realm>.<region>.<vault>.<unique>)."
            % (option, shown(key_id))
        )


def check_compartment_id(compartment_id: str) -> None:
    if not _COMPARTMENT_OCID.fullmatch(compartment_id):
        raise BadInput(
            "compartment_ids has %s, which is not the OCID of a compartment or tenancy "
            "(ocid1.compartment.<realm>..<unique>)." % shown(compartment_id)
        )


def check_work_request_id(work_request_id: str) -> None:
    if not _ANY_OCID.fullmatch(work_request_id):
        raise BadInput(
            "%s is not the OCID of a work request (ocid1.<type>.<realm>.<region>.<unique>)." % shown(work_request_id)
        )


def check_fleet(params: Mapping[str, Any]) -> None:
    """The options of arguments.fleet."""
    for option in ("workers", "max_in_flight", "max_failures", "max_submissions"):
        value = params.get(option)
        if value is not None and value < 1:
            raise BadInput("%s is %s: give a number of at least 1." % (option, value))
    if (params.get("workers") or 0) > _MOST_WORKERS:
        raise BadInput("workers is %s: give %d at most." % (params["workers"], _MOST_WORKERS))
    if params.get("compartment_ids") is not None:
        if not params["compartment_ids"]:
            raise BadInput("compartment_ids is empty: give the OCID of one compartment at least.")
        for compartment_id in params["compartment_ids"]:
            check_compartment_id(compartment_id)
    if params.get("regions") is not None:
        if not params["regions"]:
            raise BadInput("regions is empty: give one region at least, or leave it out.")
        if any(not region.strip() for region in params["regions"]):
            raise BadInput("regions has a blank entry: give regions such as us-ashburn-1.")
    for key_id in params.get("key_ids") or ():
        check_key_id(key_id, "key_ids entry")


def is_host(host: str) -> bool:
    """Whether it can be the name or address of a host."""
    return _HOST.fullmatch(host) is not None


def is_loopback(host: str) -> bool:
    return _LOOPBACK.fullmatch(host) is not None


def is_loopback_name(host: str) -> bool:
    """Whether it is a name, rather than an address, of this machine."""
    return is_loopback(host) and host.rstrip(".").lower().endswith("localhost")


def check_endpoint(url: str, option: str) -> str:
    """Return the base URL without a slash at its end; ``{region}`` may stand in its host name."""
    url = url.strip()
    sample = url.replace(REGION_PLACE, "us-ashburn-1")
    if re.search(r"[{}]", sample):
        raise BadInput("%s %s has braces other than {region}: write out the host name." % (option, shown_url(url)))
    try:
        parts = urlsplit(sample)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    # The parser would drop a line's end from the middle of it.
    whole = host and not re.search(r"\s", url) and is_host(host)
    if parts.scheme not in ("http", "https") or not host or not whole or port == 0:
        raise BadInput("%s %s is not a URL: give a base URL such as https://host.example." % (option, shown_url(url)))
    if "@" in parts.netloc or parts.query or parts.fragment or parts.path not in ("", "/"):
        raise BadInput("%s must be a base URL, without user, path, query or fragment: https://host.example." % option)
    if parts.scheme == "http" and not is_loopback(host):
        raise BadInput(
            "%s %s is plain http, which is allowed only for loopback addresses: use https." % (option, shown(url))
        )
    if ":" in host:
        raise BadInput(
            "%s %s has an IPv6 address, which the oci SDK does not take: give a host name." % (option, shown(url))
        )
    return url.rstrip("/")


def endpoint_in(url: str, region: Optional[str], option: str) -> str:
    """The base URL for calls to a region."""
    if REGION_PLACE in url and not region:
        raise BadInput(
            "%s has {region}, and no region is known: set region, or put it into the OCI configuration file." % option
        )
    return url.replace(REGION_PLACE, region or "")


def key_region(key_id: str, region_names: Mapping[str, str]) -> Optional[str]:
    """The full name of a key's region; ``region_names`` maps short names to full ones."""
    match = _KEY_OCID.fullmatch(key_id)
    if match is None:
        return None
    region = match.group("region").lower()
    return region_names.get(region, region)


def key_management_endpoints(
    key_id: str, region_names: Mapping[str, str], realm_domains: Mapping[str, str], other_domain: Optional[str] = None
) -> list[str]:
    """The management endpoints that a key's OCID may mean, the likely one first.

    ``region_names`` maps short region names to full ones, ``realm_domains`` realms to their domains, as the SDK has them;
    ``other_domain`` is that of any other realm.
    """
    match = _KEY_OCID.fullmatch(key_id)
    if match is None:
        raise BadInput(
            "The endpoint of key %s cannot be derived from its OCID: set key_management_endpoint to the vault's management "
            "endpoint." % shown(key_id)
        )
    region = key_region(key_id, region_names)
    domain = realm_domains.get(match.group("realm"), other_domain)
    if domain is None:
        raise BadInput(
            "The realm %s of key %s is not known to the installed oci SDK: update it, or set key_management_endpoint."
            % (match.group("realm"), key_id)
        )
    plain = "https://%s-management.kms.%s.%s" % (match.group("vault"), region, domain)
    labelled = "https://%s-management.kms.%s.oci.%s" % (match.group("vault"), region, domain)
    return [plain, labelled] if region in _REGIONS_WITHOUT_LABEL else [labelled, plain]
