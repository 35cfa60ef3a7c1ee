# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules for many buckets do around the fleet: building it, and ending with what is known when told to stop."""

from __future__ import annotations

import signal
import threading
from typing import Any, Callable, NoReturn, Optional

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.fleet.fleet import Fleet
from ansible_collections.rekey.oci.plugins.module_utils.fleet.site import Limits, Selection, Site
from ansible_collections.rekey.oci.plugins.module_utils.fleet.tasks import STOPPED, Entries
from ansible_collections.rekey.oci.plugins.module_utils.module.connecting import connect
from ansible_collections.rekey.oci.plugins.module_utils.module.fleet_results import identity_of, no_match, told
from ansible_collections.rekey.oci.plugins.module_utils.sdk.compartments import Compartments

#: Warnings of single buckets that are shown as the task's own; each is in its bucket's entry too.
_SHOWN = 5


def build(
    module: AnsibleModule, options: Options, selection: Selection, keep: Entries, max_in_flight: int = 1
) -> Fleet:
    """Connect, or end the module with one line that says why not."""
    workers: int = module.params["workers"]
    api = connect(module, connections=workers)
    site = Site(api.calls.clients.region, api, Compartments(api.calls), module.params["namespace_name"])
    return Fleet([site], options, selection, Limits(workers, max_in_flight), keep)


def run(fleet: Fleet, observe: Optional[Callable[[], None]] = None) -> None:
    """Run to the end, or until Ctrl-C or SIGTERM. A second one ends the process at once."""
    before: dict[int, Any] = {}

    def stop(number: int, _frame: object) -> None:
        fleet.stop()
        for other, handler in before.items():
            signal.signal(other, handler)

    if threading.current_thread() is threading.main_thread():
        for which in (signal.SIGINT, signal.SIGTERM):
            before[which] = signal.signal(which, stop)
    try:
        fleet.run(observe)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def sorted_entries(fleet: Fleet) -> list[dict[str, Any]]:
    """By region, namespace and name, so that this order is the same in every run."""
    return sorted(fleet.entries, key=identity_of)


def one_region(fleet: Fleet) -> Optional[str]:
    """The region that was asked, where it is one."""
    return fleet.regions[0] if len(fleet.regions) == 1 else None


def compartment_names(fleet: Fleet) -> dict[str, str]:
    """By OCID, of those that were found below others."""
    return {key: name for found in fleet.discoveries for key, name in found.compartment_names.items()}


def unlisted(fleet: Fleet) -> list[dict[str, Any]]:
    return [one for discovery in fleet.discoveries for one in discovery.unlisted_result()]


def end(
    module: AnsibleModule, fleet: Fleet, selection: Selection, result: dict[str, Any], failures: Optional[str]
) -> NoReturn:
    """End the task with everything that is known, as a failure where there is one."""
    entries = result["buckets"]
    _warn(module, entries)
    if fleet.unobserved:
        module.warn("From some point on, no progress was told. %s" % fleet.unobserved)
    if fleet.stopped:
        finished = sum(1 for entry in entries if entry["error"] is None or entry["error"]["message"] != STOPPED)
        stopped = "%s: of the buckets found, %d are finished and %d are not. Run again to go on." % (
            fleet.crash or "Stopped by a signal",
            finished,
            fleet.unfinished,
        )
        failures = "%s %s" % (stopped, failures) if failures else stopped
    if failures:
        module.fail_json(msg=failures, **result)
    if not entries:
        seen = sum(len(discovery.known) for discovery in fleet.discoveries)
        searched = sum(len(discovery.searched) for discovery in fleet.discoveries)
        message = no_match(selection.names, seen, searched, selection.key_ids is not None)
        module.warn(message)
        module.exit_json(msg=message, **result)
    module.exit_json(msg=told(result["summary"]), **result)
    raise SystemExit


def _warn(module: AnsibleModule, entries: list[dict[str, Any]]) -> None:
    """Show the first warnings of the buckets, and say how many there are."""
    warnings = [warning for entry in entries for warning in entry.get("warnings", ())]
    for warning in warnings[:_SHOWN]:
        module.warn(warning)
    if len(warnings) > _SHOWN:
        module.warn("%d more warnings are in the buckets' entries of the result." % (len(warnings) - _SHOWN))
