# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Foretelling, in check mode, whether a receipt can be written into a tag namespace. Pure, no I/O.

A real run finds out by writing. Whether this user may use the namespace is seen by that alone.
"""

from __future__ import annotations

from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import TagNamespace
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.explain import no_namespace
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Situation
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail, ReadNamespace, Step


def foresee(here: Situation, step: Step) -> Step:
    """The step, unless a real run would write a receipt there and could not, or that is still to be seen."""
    facts, options, name = here.facts, here.options, here.options.place.namespace
    if name is None or not options.check_mode or options.looks or facts.tag_namespace_unread:
        return step
    if not isinstance(step, Done) or not _would_write(here, step):
        return step
    if facts.tag_namespace is None:
        return ReadNamespace(name)
    lacks = _lacks(facts.tag_namespace)
    return Fail(no_namespace(here, lacks, here.bucket.name, mends=True)) if lacks else step


def _would_write(here: Situation, step: Done) -> bool:
    if step.action == "none":
        # Proven, but for the completion that is still to be written.
        receipt = here.facts.receipt
        return receipt is not None and receipt.proof() is None
    return step.changed or here.options.wait


def _lacks(namespace: TagNamespace) -> Optional[str]:
    if not namespace.exists:
        return "The namespace does not exist in this tenancy, or this user may not see it."
    if not namespace.active:
        return "The namespace is retired."
    for key in receipts.TAGS:
        if not namespace.keys.get(key):
            return "The tag key %s of the namespace is %s." % (key, "retired" if key in namespace.keys else "missing")
    return None
