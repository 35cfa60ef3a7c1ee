# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of Identity's tag namespaces: paths, permissions, JSON."""

from __future__ import annotations

import re
from typing import Any

from .clock import rfc3339
from .messages import Refusal, Request, Response, not_found
from .paging import page_of
from .regions import HOME
from .tags import TagKey, TagNamespace
from .users import User
from .world import World

_N = r"/20160918/tagNamespaces/(?P<namespace_id>[^/]+)"
_T = _N + r"/tags/(?P<tag_name>[^/]+)"
ROUTES = [
    ("POST", r"/20160918/tagNamespaces/?", "CreateTagNamespace"),
    ("GET", r"/20160918/tagNamespaces/?", "ListTagNamespaces"),
    ("GET", _N, "GetTagNamespace"),
    ("PUT", _N, "UpdateTagNamespace"),
    ("POST", _N + r"/tags/?", "CreateTag"),
    ("GET", _N + r"/tags/?", "ListTags"),
    ("GET", _T, "GetTag"),
    ("PUT", _T, "UpdateTag"),
]
#: Neither a space nor a period.
_NAME = re.compile(r"[!-\-/-~]{1,100}")


class Tagging:
    """Its permissions are those of Oracle's policy reference, in which CreateTag and UpdateTag are part of ``use``."""

    def __init__(self, world: World) -> None:
        self.world = world

    def _namespace(self, user: User, namespace_id: str, permission: str) -> TagNamespace:
        namespace = self.world.tags.by_id(namespace_id)
        if namespace is None:
            raise not_found()
        may = (
            user.may_use_tags(namespace.name, namespace.compartment_id)
            if permission == "TAG_NAMESPACE_USE"
            else user.may(permission, namespace.compartment_id)
        )
        if not may:
            raise not_found()
        return namespace

    def _check_home(self) -> None:
        if self.world.region != HOME:
            raise Refusal(403, "NotAllowed", f"Please go to your home region {HOME} to execute this operation.")

    def _key(self, namespace: TagNamespace, name: str) -> TagKey:
        key = namespace.key(name)
        if key is None:
            raise not_found()
        return key

    def create_tag_namespace(self, request: Request, user: User) -> Response:
        self._check_home()
        details = request.json()
        compartment_id, name = details.get("compartmentId", ""), details.get("name", "")
        if not self.world.has_compartment(compartment_id) or not user.may("TAG_NAMESPACE_CREATE", compartment_id):
            raise not_found()
        self._check(name, details)
        if self.world.tags.named(name):
            raise Refusal(409, "TagNamespaceAlreadyExists", f"The tag namespace {name} exists already.")
        return Response(200, self._whole(self.world.add_tag_namespace(name, compartment_id, details["description"])))

    @staticmethod
    def _check(name: str, details: dict[str, Any]) -> None:
        if not _NAME.fullmatch(name):
            raise Refusal(400, "InvalidParameter", f"The name '{name}' is not valid.")
        if not details.get("description"):
            raise Refusal(400, "MissingParameter", "A description is required.")

    def list_tag_namespaces(self, request: Request, user: User) -> Response:
        root = request.query.get("compartmentId", "")
        if not self.world.has_compartment(root) or not user.may("TAG_NAMESPACE_INSPECT", root):
            raise not_found()
        deep = request.query.get("includeSubcompartments", "").lower() == "true"
        under = {root, *(self.world.subtree(root) if deep else ())}
        found = [
            one
            for one in self.world.tags
            if one.compartment_id in under and user.may("TAG_NAMESPACE_INSPECT", one.compartment_id)
        ]
        return self._page(request, [self._whole(one) for one in found])

    def _page(self, request: Request, found: list[dict[str, Any]]) -> Response:
        state = request.query.get("lifecycleState", "").upper()
        found = [one for one in found if not state or one["lifecycleState"] == state]
        page, headers = page_of(found, request, self.world.settings.page_limit)
        return Response(200, list(page), headers)

    def get_tag_namespace(self, request: Request, user: User, namespace_id: str) -> Response:
        return Response(200, self._whole(self._namespace(user, namespace_id, "TAG_NAMESPACE_INSPECT")))

    def update_tag_namespace(self, request: Request, user: User, namespace_id: str) -> Response:
        self._check_home()
        namespace, details = self._namespace(user, namespace_id, "TAG_NAMESPACE_UPDATE"), request.json()
        namespace.description = details.get("description") or namespace.description
        if details.get("isRetired") is not None:
            namespace.retire(bool(details["isRetired"]))
        return Response(200, self._whole(namespace))

    def create_tag(self, request: Request, user: User, namespace_id: str) -> Response:
        self._check_home()
        namespace, details = self._namespace(user, namespace_id, "TAG_NAMESPACE_USE"), request.json()
        name = details.get("name", "")
        self._check(name, details)
        if namespace.key(name):
            raise Refusal(409, "TagDefinitionAlreadyExists", f"The tag {namespace.name}.{name} exists already.")
        if namespace.retired:
            raise Refusal(409, "IncorrectState", f"The tag namespace {namespace.name} is retired.")
        return Response(200, self._tag(namespace, self.world.add_tag_key(namespace, name, details["description"])))

    def list_tags(self, request: Request, user: User, namespace_id: str) -> Response:
        namespace = self._namespace(user, namespace_id, "TAG_NAMESPACE_INSPECT")
        summaries = [self._tag(namespace, key) for key in namespace.keys.values()]
        for summary in summaries:
            del summary["tagNamespaceId"], summary["tagNamespaceName"]
        return self._page(request, summaries)

    def get_tag(self, request: Request, user: User, namespace_id: str, tag_name: str) -> Response:
        namespace = self._namespace(user, namespace_id, "TAG_NAMESPACE_INSPECT")
        return Response(200, self._tag(namespace, self._key(namespace, tag_name)))

    def update_tag(self, request: Request, user: User, namespace_id: str, tag_name: str) -> Response:
        self._check_home()
        namespace = self._namespace(user, namespace_id, "TAG_NAMESPACE_USE")
        key, details = self._key(namespace, tag_name), request.json()
        key.description = details.get("description") or key.description
        if details.get("isRetired") is not None:
            if namespace.retired:
                raise Refusal(409, "IncorrectState", f"The tag namespace {namespace.name} is retired.")
            key.retired = bool(details["isRetired"])
        return Response(200, self._tag(namespace, key))

    def _whole(self, one: TagNamespace) -> dict[str, Any]:
        return {**self._common(one), "compartmentId": one.compartment_id, "locks": []}

    def _tag(self, namespace: TagNamespace, key: TagKey) -> dict[str, Any]:
        return {
            **self._common(key),
            "compartmentId": namespace.compartment_id,
            "tagNamespaceId": namespace.id,
            "tagNamespaceName": namespace.name,
            "isCostTracking": False,
        }

    @staticmethod
    def _common(one: TagNamespace | TagKey) -> dict[str, Any]:
        return {
            "id": one.id,
            "name": one.name,
            "description": one.description,
            "isRetired": one.retired,
            "lifecycleState": "INACTIVE" if one.retired else "ACTIVE",
            "timeCreated": rfc3339(one.time_created),
            "freeformTags": {},
            "definedTags": {},
        }
