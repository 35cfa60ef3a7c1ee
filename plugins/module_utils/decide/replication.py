# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys of another region: their vault is replicated to the bucket's, and a new version comes there late. Pure, no I/O.

A re-encryption that is accepted before that wraps the objects by the older version, and proves nothing of the newer one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common import schedule
from ansible_collections.rekey.oci.plugins.module_utils.common.model import Key, known
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Facts, Situation
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import (
    Done,
    Fail,
    Look,
    Pause,
    ReadReplication,
    ReadVersion,
    Step,
)

#: How long after its creation a version may come to another region where only clocks tell, in seconds. Not documented.
MARGIN = 3600.0

REPLICATED = "REPLICATED"
#: The vault tells of this version's way, and not to the bucket's region: the version was there before the replica was.
UNTOLD = ""
#: The status cannot be read.
UNREAD = "unread"


def elsewhere(facts: Facts) -> Optional[bool]:
    """Whether the bucket is in another region than its key; None where that is not known."""
    key, bucket = facts.key, facts.bucket
    if key is None or bucket is None or key.region is None or bucket.region is None:
        return None
    if key.region == bucket.region:
        return False
    # A short name that the SDK does not know may be any region's.
    return True if "-" in key.region else None


def misled(facts: Facts) -> Optional[str]:
    """Why what was told of the key is of no use: a replica told it, and this bucket is not in the replica's region."""
    key = facts.key
    if key is None or key.is_primary is not False:
        return None
    bucket = known(facts.bucket)
    # The name of a host need not tell, and then it is taken for the one replica that this bucket may use.
    if None in (key.told_in, bucket.region) and elsewhere(facts) is not False:
        return None
    if key.told_in == bucket.region:
        return None
    return (
        "The key %s was read from a replica of its vault, where the current version may be an older one than in the region of bucket "
        "%s, so nothing is submitted. Leave key_management_endpoint out, or set it to the management endpoint of the source vault."
        % (key.id, bucket.name)
    )


def _status(facts: Facts) -> Optional[str]:
    """How far the current version is on its way to the bucket's region; None where that is not to be asked, or was not."""
    key = facts.key
    if key is None or not _asked(facts, key):
        return REPLICATED
    if key.version_replication is None:
        return UNREAD if facts.version_unreadable else None
    if not key.version_replication:
        return UNTOLD
    return facts.replication.get(key.current_version)


def _asked(facts: Facts, key: Key) -> bool:
    if key.is_primary is False or facts.bucket is None or facts.bucket.region is None:
        return False
    # Where the key's region is not known, there is no reason to ask before something is known to be on its way.
    return bool(elsewhere(facts)) or (elsewhere(facts) is None and bool(key.version_replication))


def read(facts: Facts) -> Optional[Step]:
    """The call that tells more of the version's way, if there is one."""
    if _status(facts) is not None:
        return None
    key = known(facts.key)
    if not key.version_replication:
        return ReadVersion()
    return ReadReplication(key.id, key.current_version, key.version_replication)


def look(here: Situation) -> Optional[Step]:
    """What is to be done before a re-encryption: read, wait, or end; None where the version is there, or nobody can tell."""
    facts, options = here.facts, here.options
    step = read(facts)
    if step is not None:
        return step
    if not under_way(facts) and facts.looked_at < facts.replicating_until:
        # What was seen before the wait is old, and a claim needs a list that is not older than its look.
        return Look()
    if not under_way(facts) or options.looks or (options.check_mode and options.wait):
        return None
    if not options.wait:
        return _fail(here, "and wait is false")
    if here.overdue:
        return _fail(here, "within wait_timeout (%d seconds)" % options.wait_timeout)
    elapsed = here.now - (here.now if facts.replicating_since is None else facts.replicating_since)
    left = here.deadline - here.now
    return Pause(schedule.poll_pause(elapsed, None, options.wait_interval, here.chance, left), forget="replication")


def under_way(facts: Facts) -> bool:
    """Whether the bucket's region is known to lack the current version."""
    return _status(facts) not in (None, REPLICATED, UNTOLD, UNREAD)


def there(facts: Facts) -> bool:
    """Whether a re-encryption that is accepted from now on is for the current version."""
    return _status(facts) in (REPLICATED, UNTOLD)


def blind(facts: Facts) -> bool:
    """Whether the version of a re-encryption is not to be known, so that it cannot prove anything."""
    return facts.key is None or _status(facts) == UNREAD


def lag(facts: Facts) -> float:
    """For how long after its creation the current version may not have been in the bucket's region, in seconds."""
    return MARGIN if elsewhere(facts) else 0.0


def told(here: Situation, step: Step) -> Step:
    """The end of a run that submitted, or would, with what is to be said of the version's way."""
    if not isinstance(step, Done) or step.action != "submit" or here.options.looks:
        return step
    message = _message(here)
    if message is None:
        return step
    return replace(step, warning="%s %s" % (step.warning, message) if step.warning else message)


def _message(here: Situation) -> Optional[str]:
    facts, key = here.facts, here.facts.key
    if key is None:
        return None
    if under_way(facts):
        return "%s. A run outside of check mode waits for it before it submits." % _not_there(here)
    status = _status(facts)
    if status == UNREAD and facts.version_unreadable:
        return "%s, so this re-encryption proves nothing." % _unknown(here)
    if status == UNTOLD and elsewhere(facts):
        return (
            "%s: the vault reports no replication of it to that region. The run assumes that it came there when the vault was first "
            "replicated." % _unknown(here)
        )
    return None


def _where(here: Situation) -> tuple[str, str, Optional[str]]:
    key = known(here.facts.key)
    return key.current_version, key.called, here.bucket.region


def _not_there(here: Situation) -> str:
    return "The current version %s of key %s has not come to the region %s of bucket %s yet" % (
        *_where(here),
        here.bucket.name,
    )


def _unknown(here: Situation) -> str:
    return "It cannot be read whether the current version %s of key %s has come to the region %s of bucket %s" % (
        *_where(here),
        here.bucket.name,
    )


def _fail(here: Situation, why: str) -> Fail:
    attempt = here.attempt
    begun = "Nothing was submitted for it" if attempt.submitted else "Nothing was submitted"
    message = "%s, %s: its replication is %s. %s: the objects would stay under the older version. Run again later." % (
        _not_there(here),
        why,
        _status(here.facts),
        begun,
    )
    return Fail(message, "submit" if attempt.submitted else "none", attempt.reason)
