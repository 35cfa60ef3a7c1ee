# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the environment says of the network: proxies and CA bundles, checked before any call is made by them."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from typing import Any, Optional
from urllib.parse import urlsplit

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import (
    BadInput,
    is_host,
    is_loopback,
    refuse_content,
    shown,
    shown_url,
)
from ansible_collections.rekey.oci.plugins.module_utils.sdk.profile import expanded

#: In the order in which the SDK's ``requests`` looks at them.
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def check_bundle(bundle: str, name: str) -> str:
    """The path of a CA bundle. Load it as a connection would: a failure then would look like the server's."""
    import ssl

    path = expanded(bundle)
    if not os.access(path, os.R_OK):
        refuse_content(path, name)
        raise BadInput("%s %s cannot be read: give the path of a file with CA certificates." % (name, bundle))
    if os.path.isdir(path):
        return path
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except (ssl.SSLError, OSError):
        raise BadInput("%s %s holds no CA certificates in PEM form." % (name, bundle)) from None
    return path


def bundle(given: Optional[str]) -> Optional[str]:
    """The path of the CA bundle that is given, or that the environment names. Raises BadInput where that is none."""
    if given:
        return expanded(given)
    for name in _BUNDLES:
        if os.environ.get(name):
            return check_bundle(os.environ[name], name)
    return None


class Proxy:
    """A proxy, and the variable that names it."""

    def __init__(self, url: str, variable: str) -> None:
        self.url = url
        self.variable = variable

    def __str__(self) -> str:
        """For a person: without user and password."""
        scheme, slashes, rest = _with_scheme(self.url).partition("://")
        return "%s%s%s of %s" % (scheme, slashes, rest.rpartition("@")[2].rstrip("/"), self.variable)


class Proxies:
    """Which proxy a URL is called through, as the environment says it: read once for each host."""

    def __init__(self, requests: Any) -> None:
        self._utils = requests.utils
        self._known: dict[tuple[str, str], Optional[Proxy]] = {}

    def of(self, url: str) -> Optional[Proxy]:
        """Raises BadInput where the proxy cannot be one."""
        parts = urlsplit(url)
        key = (parts.scheme, parts.netloc)
        if key not in self._known:
            # What is called on this machine is not called by way of another.
            direct = is_loopback(parts.hostname or "") or _excepted(parts.hostname or "")
            self._known[key] = None if direct else self._look_up(url, parts.scheme)
        return self._known[key]

    def _look_up(self, url: str, scheme: str) -> Optional[Proxy]:
        found: Mapping[str, str] = self._utils.get_environ_proxies(url)
        for which in (scheme, "all"):
            if found.get(which):
                proxy = Proxy(found[which], _variable(which))
                _check(proxy)
                return proxy
        return None


def _excepted(host: str) -> bool:
    """Whether NO_PROXY has it below ``*.``, which people write and ``requests`` does not know."""
    entries = (os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or "").lower().replace(" ", "").split(",")
    return any(entry.startswith("*.") and host.lower().endswith(entry[1:]) for entry in entries)


def _variable(which: str) -> str:
    """The name of the variable, of which small letters rule."""
    names = [name for name in os.environ if name.lower() == which + "_proxy" and os.environ[name]]
    return min(names, key=lambda name: name != name.lower(), default=which + "_proxy")


def _with_scheme(url: str) -> str:
    return url if "://" in url else "http://" + url


def _check(proxy: Proxy) -> None:
    try:
        parts = urlsplit(_with_scheme(proxy.url))
        good = (
            parts.scheme in ("http", "https", "socks4", "socks4a", "socks5", "socks5h")
            and is_host(parts.hostname or "")
            and parts.port != 0
            and parts.path in ("", "/")
            and not (parts.query or parts.fragment)
        )
    except ValueError:
        good = False
    if not good:
        raise BadInput(
            "%s is %s, which is not the URL of a proxy: write it like http://proxy.example:3128. In a user or password, write "
            "/ # ? @ as %%2F %%23 %%3F %%40." % (proxy.variable, shown_url(proxy.url))
        )
    if parts.scheme.startswith("socks") and importlib.util.find_spec("socks") is None:
        raise BadInput(
            "%s is a SOCKS proxy (%s), which needs the Python package PySocks: install it for the Python that runs this "
            "module." % (proxy.variable, shown(parts.scheme))
        )
