# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules for many buckets do around the fleet: building it, and ending with what is known when told to stop."""

from __future__ import annotations

import signal
import threading
from typing import Any, Callable, NoReturn, Optional

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput, shown
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.fleet.fleet import Fleet
from ansible_collections.rekey.oci.plugins.module_utils.fleet.site import Limits, Selection, Site
from ansible_collections.rekey.oci.plugins.module_utils.fleet.tasks import STOPPED, Entries
from ansible_collections.rekey.oci.plugins.module_utils.module.connecting import connect
from ansible_collections.rekey.oci.plugins.module_utils.module.fleet_results import identity_of, no_match, told
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients
from ansible_collections.rekey.oci.plugins.module_utils.sdk.compartments import Compartments
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from ansible_collections.rekey.oci.plugins.module_utils.sdk.regions import ask

#: Warnings of single buckets that are shown as the task's own; each is in its bucket's entry too.
_SHOWN = 5


def build(
    module: AnsibleModule,
    options: Options,
    selection: Selection,
    limits: Limits,
    keep: Entries,
    learned: dict[str, Any],
) -> Fleet:
    """Connect, or end the module with one line that says why not, and with ``learned``. Makes no call."""
    if module.params["regions"]:
        # Whoever names regions need not name another one.
        module.params["region"] = module.params["region"] or module.params["regions"][0]
    first = connect(module, connections=limits.workers, learned=learned).calls.clients
    try:
        callers = _in_regions(first, module.params["regions"])
    except BadInput as error:
        module.fail_json(msg=str(error), **learned)
    sites = []
    for clients in callers:
        api = OciApi(clients)
        sites.append(Site(clients.region, api, Compartments(api.calls), module.params["namespace_name"]))
    return Fleet(sites, options, selection, limits, keep)


def _in_regions(clients: Clients, regions: Optional[list[str]]) -> list[Clients]:
    """The same caller in each of the regions, or in its own. Raises BadInput."""
    if regions is None:
        return [clients]
    for region in regions:
        # Endpoints would take any: a mistyped one is to be found before it is called.
        if not ask(region, clients.sdk)[1]:
            raise BadInput(
                "regions has %s, which the installed oci SDK does not know: correct it, update the SDK, or describe the region in "
                "OCI_REGION_METADATA." % shown(region)
            )
    found = {caller.region: caller for caller in (clients.in_region(region) for region in regions)}
    if len(found) > 1 and not clients.serves_regions:
        raise BadInput(
            "regions has several, and object_storage_endpoint is the same for all: put {region} into its host name."
        )
    return list(found.values())


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
        module.warn("Progress could no longer be shown: %s" % fleet.unobserved)
    if fleet.stopped:
        finished = sum(1 for entry in entries if entry["error"] is None or entry["error"]["message"] != STOPPED)
        stopped = "%s: of the buckets found, %d %s finished and %d %s not. Run again to go on." % (
            fleet.crash or "Stopped by a signal",
            finished,
            "is" if finished == 1 else "are",
            fleet.unfinished,
            "is" if fleet.unfinished == 1 else "are",
        )
        failures = "%s %s" % (stopped, failures) if failures else stopped
    if failures:
        module.fail_json(msg=failures, **result)
    message, seen = "", sum(len(discovery.known) for discovery in fleet.discoveries)
    if not entries:
        searched = {found for discovery in fleet.discoveries for found in discovery.searched}
        message = no_match(selection.names, seen, len(searched), selection.key_ids is not None)
        module.warn(message)
    for warning in idle(fleet, selection, entries):
        # The message names the patterns, and says of how many buckets.
        if entries or not seen or warning.startswith("key_ids"):
            module.warn(warning)
    module.exit_json(msg=told(result["summary"], fleet.options.scope) if entries else message, **result)
    raise SystemExit


def idle(fleet: Fleet, selection: Selection, entries: list[dict[str, Any]]) -> list[str]:
    """What was asked for by name, and matched nothing: it may be mistyped."""
    found = fleet.discoveries
    names = selection.names
    options = [("include", glob) for glob in dict.fromkeys(names.include)]
    options += [("exclude", glob) for glob in dict.fromkeys(names.exclude)]
    warnings = [
        "%s has %s, which matches the name of no bucket." % (option, glob)
        for option, glob in options
        if all(glob in discovery.idle_globs for discovery in found)
    ]
    for compartment_id in found[0].asked:
        if all(compartment_id in discovery.idle_compartments() for discovery in found):
            what = "left after %s" % names if str(names) else "in it"
            warnings.append("The compartment %s has no bucket %s." % (compartment_id, what))
    # A bucket that was not looked at may be under any key; those that were moved to another one are under none of these.
    whole = all(entry.get("reason") != "not_begun" for entry in entries)
    if selection.key_ids is not None and whole and not fleet.options.kms_key_id:
        idle_keys = sorted(selection.key_ids - fleet.matched_keys)
        warnings.extend("key_ids has %s, and no bucket is under that key." % key_id for key_id in idle_keys)
    return warnings


def _warn(module: AnsibleModule, entries: list[dict[str, Any]]) -> None:
    """Show the first warnings of the buckets, and say how many there are."""
    warnings = [warning for entry in entries for warning in entry.get("warnings", ())]
    for warning in warnings[:_SHOWN]:
        module.warn(warning)
    more = len(warnings) - _SHOWN
    if more > 0:
        module.warn(
            "%d more %s in the buckets' entries of the result." % (more, "warning is" if more == 1 else "warnings are")
        )
