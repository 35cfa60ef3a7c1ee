# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a failed call means: its kind, what it may have done, whether it may pass. No I/O."""

from __future__ import annotations

import calendar
import math
from email.utils import parsedate
from http import HTTPStatus
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError

#: Answers that may be another one a moment later.
_RETRYABLE = frozenset((429, 500, 502, 503, 504))

#: More than that, in seconds, is as good as for ever.
_LONGEST_TOLD = 86400.0

_PROXY = "rekey_proxy"


class ProxyRefused(ConnectionError):
    """A proxy answered, and not by connecting."""

    def __init__(self, status: int) -> None:
        super().__init__("a proxy refused with status %d" % status)
        self.status = status


def came_by(proxy: Any, error: Exception) -> Exception:
    """Have the error say later which proxy its call went through, if any."""
    setattr(error, _PROXY, proxy)
    return error


class Untrusted(ApiError):
    """There is a host, and TLS with it failed."""


class SignedOut(Exception):
    """The user's session is over, and so nothing was sent. The message is for a person."""


class NotSigned(Exception):
    """A request that could not be signed, and so was not sent. The message is for a person."""


def translate(sdk: Any, operation: str, error: Exception, endpoint: str, answered: bool = True) -> ApiError:
    """Turn whatever the SDK raised into an ApiError; ``answered`` says whether there was an answer to trip over."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, NotSigned):
        return ApiError(operation, str(error), retryable=True)
    if isinstance(error, SignedOut):
        return ApiError(operation, str(error), signed_out=True)
    if isinstance(error, sdk.exceptions.ServiceError):
        return _answered(operation, error, endpoint)
    if isinstance(error, BadInput):
        return ApiError(operation, str(error))
    return _unanswered(operation, error, endpoint, answered)


def _unanswered(operation: str, error: Exception, endpoint: str, answered: bool) -> ApiError:
    """There is no answer, or none that HTTP would call one."""
    chain = _chain(error)
    names = {type(link).__name__ for link in chain}
    proxy = next(filter(None, (getattr(link, _PROXY, None) for link in chain)), None)
    through = ", through the proxy %s" % proxy if proxy else ""
    # A connection is made to the proxy, where there is one.
    peer = "the proxy %s" % proxy if proxy else endpoint
    refused = next((link for link in chain if isinstance(link, ProxyRefused)), None)
    if refused:
        return _refused_by_proxy(operation, refused.status, peer, endpoint)
    if "ConnectTimeout" in names or "ConnectTimeoutError" in names:
        return _unreachable(operation, "%s does not accept a connection in time" % peer)
    if "SSLError" in names or "SSLCertVerificationError" in names:
        by_proxy = proxy and "ProxyError" in names
        return Untrusted(
            operation,
            "the TLS certificate of %s is not trusted, or TLS failed (%s)%s; a private CA goes into cert_bundle"
            % (peer if by_proxy else endpoint, _reason(chain), "" if by_proxy else through),
            unreachable=True,
        )
    if names & {"NewConnectionError", "NameResolutionError", "ProxyError", "gaierror", "ConnectionRefusedError"}:
        return _unreachable(operation, "%s cannot be reached (%s)" % (peer, _reason(chain)))
    if "ReadTimeout" in names or "ReadTimeoutError" in names:
        return ApiError(operation, "%s did not answer in time%s" % (endpoint, through), effect="late", retryable=True)
    if "TooManyRedirects" in names:
        return ApiError(operation, "%s redirects, which no OCI endpoint does: check it" % endpoint, effect="unknown")
    if names & {"RequestException", "ConnectionError", "ProtocolError", "ChunkedEncodingError", "ContentDecodingError"}:
        return ApiError(
            operation,
            "the connection to %s broke (%s)%s" % (endpoint, _reason(chain), through),
            effect="unknown",
            retryable=True,
        )
    if not answered:
        # A bug of the SDK's or of ours, which is the same the next time. Its message may quote a secret.
        return ApiError(operation, "an unexpected error before anything was sent: %s" % _place(error))
    return ApiError(
        operation,
        "the answer of %s could not be understood (%s)" % (endpoint, type(error).__name__),
        effect="unknown",
        retryable=True,
    )


def _place(error: Exception) -> str:
    """The kind of an error, and where it was raised."""
    found = error.__traceback__
    while found is not None and found.tb_next is not None:
        found = found.tb_next
    where = " in line %d of %s" % (found.tb_lineno, found.tb_frame.f_code.co_filename) if found else ""
    return type(error).__name__ + where


def _refused_by_proxy(operation: str, status: int, proxy: str, endpoint: str) -> ApiError:
    said = "%d %s" % (status, HTTPStatus(status).phrase) if status in list(HTTPStatus) else str(status)
    advice = (
        "; it wants a user and password, which go into the environment variable that names the proxy"
        if status == 407
        else ""
    )
    return ApiError(
        operation,
        "%s refused to connect to %s (%s)%s" % (proxy, endpoint, said, advice),
        retryable=status in _RETRYABLE,
        unreachable=True,
    )


def not_understood(operation: str, response: Any, message: str = "the answer could not be understood") -> ApiError:
    """A success that does not say what a success says: what it did is unknown."""
    return ApiError(
        operation,
        message,
        status=response.status,
        code="NotUnderstood",
        opc_request_id=response.headers.get("opc-request-id"),
        effect="unknown",
        retryable=True,
    )


def signed_out(error: ApiError, why: Optional[str]) -> ApiError:
    """The refusal of a call whose token has expired, which the service does not say."""
    if why is not None:
        error.message, error.signed_out = why, True
    return error


def _answered(operation: str, error: Any, endpoint: str) -> ApiError:
    status: int = error.status
    message = " ".join(str(error.message).split())[:500]
    if status == 401:
        message += " (check the key, its fingerprint, the user, and that this machine's clock is right)"
    return ApiError(
        operation,
        message,
        status=status,
        code=error.code,
        opc_request_id=error.request_id,
        # A refusal did nothing; a server's error may have come after the effect.
        effect="unknown" if status >= 500 or status < 400 else "none",
        retryable=status in _RETRYABLE,
        retry_after=_retry_after(error.headers),
    )


def _retry_after(headers: Any) -> Optional[float]:
    told: Any = (headers or {}).get("retry-after")
    try:
        wanted = float(told)
    except (TypeError, ValueError):
        # A date: by the same clock as the answer's own.
        then, now = http_date(told), http_date((headers or {}).get("date"))
        if then is None or now is None:
            return None
        wanted = then - now
    # What is no number is no wish.
    return None if math.isnan(wanted) else min(max(wanted, 0.0), _LONGEST_TOLD)


def http_date(told: Any) -> Optional[float]:
    """A header's date in seconds since the epoch; None where there is none."""
    parsed = parsedate(told) if isinstance(told, str) else None
    try:
        return float(calendar.timegm(parsed)) if parsed else None
    except (ValueError, OverflowError):
        return None


def _unreachable(operation: str, message: str) -> ApiError:
    return ApiError(operation, message, retryable=True, unreachable=True)


def _chain(error: BaseException) -> list[BaseException]:
    """The error, its causes, and the errors that it was made from."""
    found: list[BaseException] = []
    pending: list[Any] = [error]
    while pending:
        link = pending.pop()
        if not isinstance(link, BaseException) or link in found:
            continue
        found.append(link)
        pending.extend((link.__cause__, link.__context__, getattr(link, "reason", None), *link.args))
    return found


def _reason(chain: list[BaseException]) -> str:
    """The system's own words, where it has some; never a URL's query."""
    for link in chain:
        if isinstance(link, OSError) and link.strerror:
            return link.strerror
    return type(chain[-1]).__name__
