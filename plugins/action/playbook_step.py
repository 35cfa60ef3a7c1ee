# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Callable, Optional

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.vars import load_extra_vars

from ansible_collections.rekey.oci.plugins.module_utils.common.filters import Names
from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.plugin_utils import _playbook_findings as findings
from ansible_collections.rekey.oci.plugins.plugin_utils import _playbook_settings as settings
from ansible_collections.rekey.oci.plugins.plugin_utils import _playbook_values as values

#: The rulebook's variables for a single bucket: those of the playbooks are of a fleet.
OF_AN_EVENT = ("_rekey_include", "_rekey_exclude")


class ActionModule(ActionBase):  # type: ignore[misc]
    """What the playbooks think between two modules; see the module of this name."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars) or {}
        steps: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "settings": self._settings,
            "keys": _keys,
            "rotated": _rotated,
            "verdict": _verdict,
        }
        self._variables = task_vars or {}
        result["changed"] = False
        try:
            result.update(steps[self._task.args["step"]]({**self._task.args, "check": self._task.check_mode}))
        except BadInput as error:
            result.update(failed=True, msg=" ".join(filter(None, (str(error), self._note()))))
        return result

    def _settings(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """Take the variables of this host, refuse what is wrong with them, and return what the playbook works with."""
        playbook = args["playbook"]
        extra = load_extra_vars(self._loader)
        # On a host of the inventory plugin only those are looked at that were given to this run: the rest is of whoever wrote the inventory.
        ours = settings.MARK_OF_THE_INVENTORY in self._variables
        settings.check_names(playbook, [name for name in (extra if ours else self._variables) if isinstance(name, str)])
        chosen = [self._value(name) if self._variables.get(name) else [] for name in OF_AN_EVENT]
        given = {name: self._value(name) for name in settings.VARIABLES if self._variables.get(name) not in (None, "")}
        several = given.pop("rekey_regions", None) if ours else None
        found = settings.settings(playbook, given, os.getcwd())
        result = {
            **found,
            "wanted": _wanted(found.get("bucket_name"), *chosen),
            # What is in rekey_auth may be a secret.
            "_ansible_no_log": True,
        }
        warnings = settings.unheeded(playbook, {name: one for name, one in given.items() if name in extra})
        if several and "rekey_regions" in extra:
            warnings.append(
                "rekey_regions means nothing to %s: a host of the inventory plugin is one bucket, in its own region."
                % self._variables.get("inventory_hostname")
            )
        return {**result, "warnings": warnings} if warnings else result

    def _note(self) -> str:
        """What the rulebook adds to a failure: that it is tried again."""
        return str(self._value("_rekey_note")) if self._variables.get("_rekey_note") else ""

    def _value(self, name: str) -> Any:
        try:
            return values.plain(self._variables[name], self._templar.template)
        except AnsibleError as error:
            # Ansible quotes the template, and what is in rekey_auth may be a secret.
            told = "one of its templates is wrong." if name == "rekey_auth" else error
            raise BadInput("%s cannot be evaluated: %s" % (name, told)) from None


def _wanted(bucket_name: Optional[str], include: Any, exclude: Any) -> bool:
    """Whether the bucket of an event is one of those that are meant."""
    names = Names(values.texts("rekey_include", include), values.texts("rekey_exclude", exclude))
    return bucket_name is None or names.match(bucket_name)


def _keys(args: Mapping[str, Any]) -> dict[str, Any]:
    """The keys to rotate: those in use by the buckets that are meant."""
    found = findings.meant(findings.entries(args["before"]), args["settings"]["key_ids"] or ())
    return {"key_ids": findings.keys(found)}


def _rotated(args: Mapping[str, Any]) -> dict[str, Any]:
    """What follows from the rotation: what is to be re-encrypted, and what is left behind."""
    keys = _made(args["rotation"])
    chosen = findings.entries(args["before"])
    left = findings.left_behind(findings.entries(args.get("everything")), chosen, keys)
    follow = findings.would_follow(chosen, keys)
    result: dict[str, Any] = {
        "key_ids": keys,
        "left_behind": len(left),
        "would_follow": len(follow),
        "msg": "%s would be re-encrypted under the new %s of %s: %s."
        % (
            findings.number(len(follow), "bucket"),
            "version" if len(keys) == 1 else "versions",
            findings.number(len(keys), "key"),
            findings.named(follow, 100),
        ),
    }
    if left:
        result["warnings"] = [
            "%s left out by rekey_include or rekey_exclude, and so not re-encrypted under the new versions of the keys that %s rotated: %s."
            % (
                "1 bucket is" if len(left) == 1 else "%d buckets are" % len(left),
                "would be" if args["check"] else "were",
                findings.named(left),
            )
        ]
    return result


def _made(rotation: Any) -> list[str]:
    """The keys that were rotated, or in check mode would be."""
    done = rotation.get("results") if isinstance(rotation, Mapping) else None
    return sorted({one["_rekey_key_id"] for one in done or () if one.get("rotated")})


def _verdict(args: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be said at the end: of the last look at the buckets, or where there was none, of what was done."""
    chosen = args["settings"]
    looked = findings.results(args.get("after"))
    entries = findings.entries(args.get("after"))
    done = findings.entries(args.get("reencrypted"))
    keys = chosen.get("key_ids") or ()
    if keys and chosen.get("kms_key_id"):
        # What was under these keys is under that one now.
        keys = [*keys, chosen["kms_key_id"]]
    mine = findings.meant(entries, keys)
    fails, waits = findings.not_proven(mine, done, chosen)
    matched = len(mine) if looked else len(done or findings.meant(findings.entries(args.get("before")), keys))
    asked = [one for name in ("before", "reencrypted", "after") for one in findings.results(args.get(name))]
    whole = not any(one.get("failed") or one.get("unlisted") or one.get("interrupted") for one in asked)
    result: dict[str, Any] = {
        "results": looked,
        "matched": matched,
        "none": "",
        "not_proven": "",
        "deferred": "",
    }
    if whole and not matched and not chosen["allow_none"]:
        result["none"] = (
            "No bucket matched, so nothing was done and nothing is proven. Correct the variables that choose the buckets, or give "
            "rekey_allow_none=true if it is all right that none matches."
        )
    if fails:
        result["not_proven"] = "%s not proven to be under the current %s: %s." % (
            "1 bucket is" if len(fails) == 1 else "%d buckets are" % len(fails),
            "version of its key" if len(fails) == 1 else "versions of their keys",
            findings.named(fails),
        )
    if waits:
        result["deferred"] = (
            "Of the buckets that are not proven, %d %s for the next run, since rekey_max_submissions was reached."
            % (
                len(waits),
                "waits" if len(waits) == 1 else "wait",
            )
        )
    return result
