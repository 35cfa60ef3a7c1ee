# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet by itself: what compartment_reencrypt does between its start and its result.

`python -m tests.benchmark.fleet COMPARTMENT THREADS MAX_IN_FLIGHT` prints one line of JSON: the
summary, the seconds without the start, and those of the processor.
"""

from __future__ import annotations

import json
import os
import sys
import time

from ansible_collections.rekey.oci.plugins.module_utils.common.filters import Names
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.fleet.fleet import Fleet
from ansible_collections.rekey.oci.plugins.module_utils.fleet.site import Limits, Selection, Site
from ansible_collections.rekey.oci.plugins.module_utils.module import arguments, fleet_results
from ansible_collections.rekey.oci.plugins.module_utils.sdk import clients
from ansible_collections.rekey.oci.plugins.module_utils.sdk.compartments import Compartments
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi


def main() -> None:
    compartment_id, threads, max_in_flight = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    params = {option: os.environ.get(variable) for option, variable in arguments.ENVIRONMENT.items()}
    api = OciApi(clients.Clients(params, threads))
    api.calls.clients.object_storage()

    begun, worked = time.monotonic(), time.process_time()
    site = Site(api.calls.clients.region, api, Compartments(api.calls))
    fleet = Fleet([site], Options(), Selection(Names()), Limits(threads, max_in_flight), fleet_results.Compact())
    fleet.add_compartments([compartment_id])
    fleet.run()
    summary = fleet_results.summary_of(fleet.entries, waited=True)
    seconds, cpu = time.monotonic() - begun, time.process_time() - worked
    print(json.dumps({**summary, "seconds": seconds, "cpu": cpu}))


if __name__ == "__main__":
    main()
