# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A member of a consumer group of OCI Streaming, for the event source: its options, and its calls. Each method is one call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Optional

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput, check_endpoint
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.module import arguments
from ansible_collections.rekey.oci.plugins.module_utils.sdk.calls import Calls
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients
from ansible_collections.rekey.oci.plugins.module_utils.sdk.failures import not_understood
from ansible_collections.rekey.oci.plugins.module_utils.sdk.loading import SdkMissing

_STREAM_OCID = re.compile(r"ocid1\.stream\.[A-Za-z0-9_.\-]+")
_GROUP = re.compile(r"[A-Za-z0-9_.\-]{1,255}")

#: Where a person who starts the rulebook sets what the source needs.
_VARIABLE = {"stream_id": "rekey_stream_id", "stream_endpoint": "rekey_stream_endpoint"}

#: Refusals that come again each time, at the start: a wrong stream, or a right that is missing.
_FINAL = frozenset((400, 401, 403, 404))

#: With these the cursor is worth nothing any more, or may be.
_LOST = frozenset((400, 401, 403, 404, 409, 410, 412))


class CannotStart(Exception):
    """An option is missing or wrong, or the SDK is. The message is one line for a person."""


def consumer_of(args: Mapping[str, Any], instance: str, member_timeout: int) -> Consumer:
    """Check the source's arguments and build what makes its calls. Makes none. Raises CannotStart."""
    spec = arguments.common()
    spec.update(
        stream_id={"type": "str"},
        stream_endpoint={"type": "str"},
        group_name={"type": "str", "default": "rekey"},
        window={"type": "int", "default": 0},
    )
    common = args.get("common_options") or {}
    if not isinstance(common, Mapping):
        raise CannotStart("common_options (rekey_auth in the variables) must be a dictionary of the common options.")
    # What a rulebook's variable does not set is not given.
    own = {name: value for name, value in args.items() if name not in ("common_options", "required_variables")}
    given = {name: value for name, value in {**common, **own}.items() if value is not None and value != ""}
    checked = ArgumentSpecValidator(spec).validate(given)
    if checked.error_messages:
        raise CannotStart("; ".join(" ".join(message.split()) for message in checked.error_messages))
    params = dict(checked.validated_parameters)
    for option, variable in _VARIABLE.items():
        if not params.get(option):
            raise CannotStart("%s is not set: give it to the source, or set %s in the variables." % (option, variable))
    for variable, value in (args.get("required_variables") or {}).items():
        if value is None or value == "" or value == []:
            raise CannotStart("%s is not set: set it in the variables." % variable)
    if not _STREAM_OCID.fullmatch(params["stream_id"]):
        raise CannotStart(
            "stream_id %r is not the OCID of a stream (ocid1.stream.<realm>.<region>.<unique>)." % params["stream_id"]
        )
    if not _GROUP.fullmatch(params["group_name"]):
        raise CannotStart("group_name %r is not the name of a consumer group." % params["group_name"])
    if params["window"] < 0:
        raise CannotStart("window is %d: give a number of seconds of at least 0." % params["window"])
    try:
        endpoint = check_endpoint(params["stream_endpoint"], "stream_endpoint")
        calls = Calls(Clients(params))
    except (BadInput, SdkMissing) as error:
        raise CannotStart(str(error)) from None
    consumer = Consumer(calls, endpoint, params["stream_id"], params["group_name"], instance, member_timeout)
    consumer.window = params["window"]
    return consumer


class Consumer:
    """``joined`` says whether there is a cursor to read from. Methods raise ApiError, and nothing else."""

    def __init__(
        self, calls: Calls, endpoint: str, stream_id: str, group: str, instance: str, member_timeout: int
    ) -> None:
        self._calls = calls
        self._endpoint = endpoint
        self._stream_id = stream_id
        self._group = group
        self._instance = instance
        self._timeout = member_timeout
        self._cursor: Optional[str] = None
        #: How long events wait for others of their kind, in seconds.
        self.window = 0

    @property
    def joined(self) -> bool:
        return self._cursor is not None

    def _call(self, operation: str, method: str, *args: Any, **more: Any) -> Any:
        return self._calls.streaming(operation, method, self._endpoint, self._stream_id, *args, **more)

    def join(self) -> None:
        """CreateGroupCursor: a new group begins with the oldest message, a known one where it committed."""
        from oci.streaming.models import CreateGroupCursorDetails

        details = CreateGroupCursorDetails(
            type="TRIM_HORIZON",
            group_name=self._group,
            instance_name=self._instance,
            timeout_in_ms=self._timeout * 1000,
            commit_on_get=False,
        )
        self._cursor = self._value("CreateGroupCursor", self._call("CreateGroupCursor", "create_group_cursor", details))

    def leave(self) -> None:
        """Forget the cursor. No call."""
        self._cursor = None

    def get(self, limit: int) -> list[dict[str, Any]]:
        """GetMessages: of each message its ``value``, which is base64, and ``at``: partition, offset, timestamp."""
        response = self._call("GetMessages", "get_messages", self._cursor, limit=limit)
        following = response.headers.get("opc-next-cursor")
        if not isinstance(response.data, list) or not following:
            raise not_understood("GetMessages", response)
        self._cursor = following
        return [
            {
                "value": message.value,
                "at": {
                    "partition": message.partition,
                    "offset": message.offset,
                    "timestamp": message.timestamp.isoformat() if message.timestamp else None,
                },
            }
            for message in response.data
        ]

    def commit(self) -> None:
        """ConsumerCommit: what was got will not come again."""
        self._cursor = self._value("ConsumerCommit", self._call("ConsumerCommit", "consumer_commit", self._cursor))

    def heartbeat(self) -> None:
        """ConsumerHeartbeat: the member lives."""
        response = self._call("ConsumerHeartbeat", "consumer_heartbeat", self._cursor)
        self._cursor = self._value("ConsumerHeartbeat", response)

    @staticmethod
    def _value(operation: str, response: Any) -> str:
        value = getattr(response.data, "value", None)
        if not isinstance(value, str) or not value:
            raise not_understood(operation, response)
        return value

    def lost(self, error: ApiError) -> bool:
        """Whether the group is to be joined anew after this failure."""
        return error.status in _LOST

    def final(self, error: ApiError) -> bool:
        """Whether a failure at the start, which comes each time, says that something is wrong for good."""
        return error.status in _FINAL

    def explain(self, error: ApiError) -> str:
        """One line, with what to do about it."""
        if error.status in (403, 404):
            return (
                "%s Check stream_id and stream_endpoint, and that the user may read the stream: "
                "allow group ... to use stream-pull in compartment ..." % _sentence(error.line())
            )
        return error.line()


def _sentence(line: str) -> str:
    return line if line.endswith(".") else line + "."
