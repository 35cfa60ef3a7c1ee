# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Multipart uploads that were begun under an older key version and are still open: no re-encryption reaches them. Pure, no I/O."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import Upload
from ansible_collections.rekey.oci.plugins.module_utils.decide import replication
from ansible_collections.rekey.oci.plugins.module_utils.decide.receipts import Receipt
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import CLOCK_MARGIN, Facts, Situation
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Done, Fail, ListUploads, Step

#: So many are named in a message.
_NAMED = 3


def look(here: Situation, since: float = float("-inf")) -> Optional[Step]:
    """The step that lists them, where that is still to be done: before a POST, and while a receipt counts some.

    A list from before ``since`` will not do.
    """
    facts, options = here.facts, here.options
    if options.open_uploads == "ignore" or options.bucket_key_only or facts.uploads_unlisted:
        return None
    if facts.key is None or facts.version_created() is None:
        return None
    # Those that were begun since the list, and before a rotation, are of the older version too.
    listed = facts.uploads is not None and facts.uploads_for == facts.key.current_version and facts.uploads_at >= since
    return None if listed else ListUploads()


def old(facts: Facts, receipt: Optional[Receipt] = None) -> Optional[list[Upload]]:
    """Those that may be of an older version, the oldest first; None where that is not known.

    With a receipt: of those that were there when it was made.
    """
    created = facts.version_created()
    if facts.uploads is None or created is None:
        return None
    until = created + CLOCK_MARGIN + replication.lag(facts)
    if receipt is not None:
        until = min(until, receipt.time)
    found = [upload for upload in facts.uploads if upload.time_created is None or upload.time_created <= until]
    return sorted(found, key=lambda upload: upload.time_created or 0.0)


def count(facts: Facts) -> Optional[int]:
    found = old(facts)
    return None if found is None else len(found)


def some_ended(facts: Facts, proof: Receipt) -> bool:
    """Whether fewer are open than the receipt counts: what the others became may be under the older version."""
    found = old(facts, proof)
    return found is not None and len(found) < proof.open


def told(here: Situation, step: Step) -> Step:
    """The end of a run, with what is to be said of open uploads."""
    found = old(here.facts) if isinstance(step, Done) and here.options.open_uploads != "ignore" else None
    if not found or not isinstance(step, Done):
        return step
    message = _message(here, found)
    if here.options.open_uploads == "fail":
        return Fail(message, step.action, step.reason)
    return replace(step, warning="%s %s" % (step.warning, message) if step.warning else message)


def _message(here: Situation, found: list[Upload]) -> str:
    named = ", ".join("%r%s" % (upload.object[:80], _age(here, upload)) for upload in found[:_NAMED])
    more = ", and %d more" % (len(found) - _NAMED) if len(found) > _NAMED else ""
    then = (
        "After that, the next run of bucket_reencrypt or compartment_reencrypt re-encrypts the bucket once more, and also reaches the "
        "objects that the uploads made."
    )
    if not here.keeps_receipt:
        then = "After that, re-encrypt the bucket with force: true. No receipt is kept, so no other run notices the objects that the uploads made."
    return (
        "Bucket %s has %d open multipart upload%s that no re-encryption reaches, and that may be under an older key version: "
        "%s%s. Commit or abort them, or let a lifecycle rule abort uploads that stay incomplete. %s"
        % (here.bucket.name, len(found), "" if len(found) == 1 else "s", named, more, then)
    )


def _age(here: Situation, upload: Upload) -> str:
    if upload.time_created is None or here.facts.service_time is None:
        return ""
    seconds = max(0.0, here.facts.service_time - upload.time_created)
    for unit, size in (("day", 86400.0), ("hour", 3600.0), ("minute", 60.0)):
        if seconds >= size:
            number = int(seconds // size)
            return " (begun %d %s%s ago)" % (number, unit, "" if number == 1 else "s")
    return " (begun just now)"
