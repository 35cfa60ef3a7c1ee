# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One call of the oci SDK: sent once, every failure an ApiError. What the operations have in common, and no operation."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.common.texts import clean_answer
from ansible_collections.rekey.oci.plugins.module_utils.sdk import failures
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients, endpoint_of
from ansible_collections.rekey.oci.plugins.module_utils.sdk.shapes import misshapen
from ansible_collections.rekey.oci.plugins.module_utils.sdk.transport import UNCLEAN, answers

#: These are written back as they were.
_TAGS = frozenset(("freeform_tags", "defined_tags", "system_tags"))


class Calls:
    """Safe to share between threads. ``method`` is the name of a method of the SDK's client."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients

    def call(self, operation: str, call: Callable[[], Any], endpoint: str) -> Any:
        """Make any call. Raises ApiError, and nothing else."""
        signer = self.clients.signer
        used = getattr(signer, "api_key", None)
        answer, failure = self._tried(operation, call, endpoint)
        if failure and failure.status == 401 and hasattr(signer, "renewed"):
            # Refused, so that nothing was done; and somebody may have signed in again meanwhile.
            if signer.renewed(used):
                answer, failure = self._tried(operation, call, endpoint)
            if failure and failure.status == 401:
                failure = failures.signed_out(failure, signer.why_refused())
        if failure:
            raise failure
        odd = misshapen(answer.data)
        if odd:
            raise failures.not_understood(operation, answer, "the answer could not be understood: its %s is odd" % odd)
        return _cleaned(answer)

    def _tried(self, operation: str, call: Callable[[], Any], endpoint: str) -> tuple[Any, Optional[ApiError]]:
        before = answers()
        try:
            # Nothing but the SDK's own work: what goes wrong in ours is not for its translation.
            return call(), None
        except Exception as error:
            return None, failures.translate(self.clients.sdk, operation, error, endpoint, answers() > before)

    def object_storage(self, operation: str, method: str, *args: Any, **kwargs: Any) -> Any:
        client = self.clients.object_storage()
        return self.call(operation, partial(getattr(client, method), *args, **kwargs), endpoint_of(client))

    def identity(self, operation: str, method: str, *args: Any, **kwargs: Any) -> Any:
        client = self.clients.identity()
        return self.call(operation, partial(getattr(client, method), *args, **kwargs), endpoint_of(client))

    def streaming(self, operation: str, method: str, endpoint: str, *args: Any, **kwargs: Any) -> Any:
        """Call the messages endpoint of a stream."""
        client = self.clients.streaming(endpoint)
        return self.call(operation, partial(getattr(client, method), *args, **kwargs), endpoint)

    def key_management(self, operation: str, method: str, key_id: str, *args: Any, **kwargs: Any) -> Any:
        """Call the management endpoint of the key's vault, with the key's OCID as the first argument."""
        answer, _endpoint = self.vault_of(operation, method, key_id, key_id, *args, **kwargs)
        return answer

    def vault_of(self, operation: str, method: str, of_key: str, *args: Any, **kwargs: Any) -> tuple[Any, str]:
        """Call the management endpoint of the key's vault; also which of those that it may be has answered."""
        try:
            endpoints = self.clients.key_management_endpoints(of_key)
        except BadInput as error:
            raise ApiError(operation, str(error), unreachable=True) from None
        nowhere: Optional[ApiError] = None
        for endpoint in endpoints:
            call = getattr(self.clients.key_management(endpoint), method)
            try:
                answer = self.call(operation, partial(call, *args, **kwargs), endpoint)
            except ApiError as error:
                # A region has one of two host forms, and a wrong one is no host at all: where TLS fails, there is one.
                if not error.unreachable or isinstance(error, failures.Untrusted):
                    raise
                nowhere = nowhere or error
                continue
            if len(endpoints) > 1:
                self.clients.prove_endpoint(of_key, endpoint)
            return answer, endpoint
        if nowhere is None:
            raise AssertionError("a vault has an endpoint")
        if len(endpoints) > 1:
            nowhere.message += "; %s does not answer either" % " or ".join(endpoints[1:])
        raise nowhere


def _cleaned(response: Any) -> Any:
    if UNCLEAN in response.headers:
        response.data = clean_answer(response.data, _TAGS)
    return response
