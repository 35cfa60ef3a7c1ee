# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection: names and behaviour may change without notice.

"""The variables of the playbooks as data, and what a playbook makes of those that it is given. No I/O."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, Callable, NamedTuple

from ansible_collections.rekey.oci.plugins.module_utils.common import inputs
from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.plugin_utils import _playbook_values as values

BUCKET, ROTATION, REPORT = "reencrypt_bucket", "enforce_rotation", "encryption_report"
_FLEET = (ROTATION, REPORT)
_WORK = (BUCKET, ROTATION)
_ALL = (BUCKET, ROTATION, REPORT)

#: What the inventory plugin gives to each host. It is no business of the playbooks, apart from what they ask for.
OF_THE_INVENTORY = frozenset(
    """
    rekey_bucket_name rekey_namespace_name rekey_region rekey_compartment_id rekey_compartment_name rekey_time_created
    rekey_freeform_tags rekey_defined_tags
    """.split()
)
#: By this one a host of the inventory plugin is known: nobody else has a use for it.
MARK_OF_THE_INVENTORY = "rekey_defined_tags"


class Variable(NamedTuple):
    """``read`` makes a value of what is given, or raises BadInput. What is left out, or empty, is ``default``."""

    read: Callable[[str, Any], Any]
    playbooks: tuple[str, ...]
    default: Any = None
    #: Whether it says which buckets are meant: where it is not heeded, more is done than was asked for.
    narrows: bool = False


_SECONDS = values.whole("a whole number of seconds")
_NUMBER = values.whole("a whole number")

VARIABLES: dict[str, Variable] = {
    "rekey_compartment_id": Variable(values.texts, _FLEET, narrows=True),
    "rekey_compartment_ids": Variable(values.texts, _FLEET, narrows=True),
    "rekey_recursive": Variable(values.flag, _FLEET, False),
    "rekey_include": Variable(values.texts, _FLEET, narrows=True),
    "rekey_exclude": Variable(values.texts, _FLEET, narrows=True),
    "rekey_key_ids": Variable(values.texts, (ROTATION,), narrows=True),
    "rekey_bucket_name": Variable(values.text, (BUCKET,), narrows=True),
    "rekey_hosts": Variable(values.anything, (BUCKET,), narrows=True),
    "rekey_region": Variable(values.texts, _ALL),
    "rekey_regions": Variable(values.texts, _ALL),
    "rekey_namespace_name": Variable(values.text, _ALL),
    "rekey_allow_none": Variable(values.flag, _ALL, False),
    "rekey_auth": Variable(values.auth, _ALL, {}),
    "rekey_python_interpreter": Variable(values.anything, _ALL),
    "rekey_rotate": Variable(values.flag, (ROTATION,), True),
    "rekey_reencrypt": Variable(values.flag, (ROTATION,), True),
    "rekey_verify": Variable(values.flag, (ROTATION,), True),
    "rekey_report": Variable(values.flag, (ROTATION,), True),
    "rekey_max_age_days": Variable(values.whole("a whole number of days"), (ROTATION,), 365),
    "rekey_report_dest": Variable(values.text, _FLEET, "rekey-encryption.html"),
    "rekey_report_title": Variable(values.text, _FLEET),
    "rekey_report_formats": Variable(values.choices("html", "json", "csv", "junit", "prometheus"), _FLEET),
    "rekey_verify_history": Variable(values.flag, _ALL, True),
    "rekey_fail_on_unproven": Variable(values.flag, (REPORT,), False),
    "rekey_progress": Variable(values.flag, _ALL),
    "rekey_force": Variable(values.flag, _WORK),
    "rekey_bucket_key_only": Variable(values.flag, _ALL),
    "rekey_require_customer_managed_key": Variable(values.flag, _ALL),
    "rekey_receipt": Variable(values.choice("tag", "none"), _ALL),
    "rekey_receipt_tag_namespace": Variable(values.text, _ALL),
    "rekey_open_uploads": Variable(values.choice("warn", "fail", "ignore"), _ALL),
    "rekey_kms_key_id": Variable(values.text, _WORK),
    "rekey_wait": Variable(values.flag, _WORK, True),
    "rekey_wait_timeout": Variable(_SECONDS, _WORK),
    "rekey_wait_interval": Variable(_SECONDS, _WORK),
    "rekey_claim_grace": Variable(_SECONDS, _WORK),
    "rekey_workers": Variable(_NUMBER, _FLEET),
    "rekey_max_in_flight": Variable(_NUMBER, (ROTATION,)),
    "rekey_max_failures": Variable(_NUMBER, _FLEET),
    "rekey_max_submissions": Variable(_NUMBER, _FLEET),
}

_LOOK = "namespace_name receipt receipt_tag_namespace bucket_key_only verify_history"
_ONE = _LOOK + (
    " kms_key_id force require_customer_managed_key open_uploads wait wait_timeout wait_interval claim_grace"
)
_WHICH = " recursive include exclude regions workers"

#: The options that each module takes of the variables. One that is not given is left out, so that the module's default counts.
OPTIONS: dict[str, tuple[str, ...]] = {
    "bucket_encryption_info": tuple((_LOOK + _WHICH).split()),
    "bucket_reencrypt": tuple(_ONE.split()),
    "compartment_reencrypt": tuple((_ONE + _WHICH + " key_ids max_in_flight max_failures max_submissions").split()),
    "key_rotation": ("max_age_days", "wait_timeout", "wait_interval"),
    "encryption_report": ("require_customer_managed_key", "dest", "title", "formats"),
}
#: Options that are called otherwise than their variables.
_VARIABLE_OF = {"dest": "report_dest", "title": "report_title", "formats": "report_formats"}


def check_names(playbook: str, names: Iterable[str]) -> None:
    """Refuse a name that no playbook knows. Raises BadInput."""
    for name in sorted(names):
        if name.startswith("rekey_") and name not in VARIABLES and name not in OF_THE_INVENTORY:
            # A value, which may be a secret, can be in a name.
            told = re.split(r"[:=\s]", name)[0]
            own = [known for known, variable in VARIABLES.items() if playbook in variable.playbooks]
            near = difflib.get_close_matches(told, own, 1, 0.0)
            raise BadInput(
                "The playbook %s knows no variable %s: did you mean %s? A variable that begins with rekey_ must be one that "
                "the playbooks know, so that a typing mistake is not ignored." % (playbook, told, near[0])
            )


def unheeded(playbook: str, given: Mapping[str, Any]) -> list[str]:
    """Warnings of what says which buckets are meant, and means nothing to this playbook."""
    return [
        "%s is a variable of %s. The playbook %s takes no notice of it."
        % (name, " and ".join(variable.playbooks), playbook)
        for name, variable in VARIABLES.items()
        if variable.narrows and playbook not in variable.playbooks and given.get(name) not in (None, "", [])
    ]


def settings(playbook: str, given: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """What the playbook works with. ``given`` are the variables; ``folder`` is that of relative paths. Raises BadInput."""
    read = {
        name: _value(variable, name, given.get(name))
        for name, variable in VARIABLES.items()
        if playbook in variable.playbooks
    }
    found = {name[len("rekey_") :]: value for name, value in read.items()}
    # A task that names no region would hide that of its module_defaults.
    of_auth = values.texts("region in rekey_auth", found["auth"].get("region"))
    found["regions"] = found["regions"] or found["region"] or of_auth or None
    if playbook == BUCKET:
        _check_bucket(found)
    else:
        found["compartment_ids"] = found["compartment_ids"] or found["compartment_id"]
        _check_fleet(found)
        _set_report(found, folder)
        found["filtered"] = bool(found["include"] or found["exclude"])
    _check_options(found)
    found["options"] = {
        module: {
            name: found[_VARIABLE_OF.get(name, name)]
            for name in options
            if found.get(_VARIABLE_OF.get(name, name)) is not None
        }
        for module, options in OPTIONS.items()
    }
    return found


def _value(variable: Variable, name: str, value: Any) -> Any:
    if value in (None, []) or (isinstance(value, str) and not value.strip()):
        return variable.default
    read = variable.read(name, value)
    return variable.default if read in (None, "", []) else read


def _check_bucket(found: Mapping[str, Any]) -> None:
    if not found["bucket_name"]:
        raise BadInput(
            "Which bucket? Give its name in rekey_bucket_name, such as -e rekey_bucket_name=payroll. "
            "With an inventory of buckets, say which of its hosts: -e rekey_hosts=all."
        )
    _prefixed(inputs.check_bucket_name, found["bucket_name"])


def _check_fleet(found: Mapping[str, Any]) -> None:
    if not found["compartment_ids"]:
        raise BadInput(
            "Which compartments? Give their OCIDs in rekey_compartment_id, or as a list in rekey_compartment_ids, such as "
            "-e rekey_compartment_id=ocid1.compartment.oc1..example."
        )
    _prefixed(inputs.check_fleet, found)


def _check_options(found: Mapping[str, Any]) -> None:
    _prefixed(inputs.check_namespace, found["namespace_name"])
    if found.get("kms_key_id"):
        _prefixed(inputs.check_key_id, found["kms_key_id"], "kms_key_id")
    if found["receipt"] == "none" and found["receipt_tag_namespace"]:
        raise BadInput(
            "rekey_receipt_tag_namespace is given, and rekey_receipt is none, which keeps no receipt: leave one of them out."
        )


def _set_report(found: dict[str, Any], folder: str) -> None:
    # A relative path is one in the current folder; Ansible would take it for one in the playbook's.
    dest = os.path.expandvars(os.path.expanduser(found["report_dest"]))
    found["report_dest"] = os.path.normpath(os.path.join(folder, dest))


def _prefixed(check: Callable[..., None], *arguments: Any) -> None:
    """A check of the modules, which names the option, made to name the variable."""
    try:
        check(*arguments)
    except BadInput as error:
        raise BadInput("rekey_%s" % error) from None
