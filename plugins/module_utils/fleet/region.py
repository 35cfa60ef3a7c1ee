# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One region of a run: its calls, and what serves all its buckets."""

from __future__ import annotations

from ansible_collections.rekey.oci.plugins.module_utils.common.timing import Timing
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.fleet.bucket_api import Context
from ansible_collections.rekey.oci.plugins.module_utils.fleet.discovery import Discovery, Patience
from ansible_collections.rekey.oci.plugins.module_utils.fleet.elsewhere import RunningElsewhere
from ansible_collections.rekey.oci.plugins.module_utils.fleet.listings import Listings
from ansible_collections.rekey.oci.plugins.module_utils.fleet.site import Selection, Site


class Region:
    """A site at work."""

    def __init__(self, site: Site, selection: Selection, options: Options, context: Context, timing: Timing) -> None:
        scheduler, shared = context.scheduler, context.shared
        self.api = site.api
        self.listings = Listings(site.region, site.api, shared, scheduler, timing)
        over = timing.clock() + options.wait_timeout
        patient_until = over if options.wait and not options.check_mode else None
        self.discovery = Discovery(site, selection, context, timing, Patience(timing, over, patient_until))
        self.elsewhere = RunningElsewhere(context, site.api, site.region, options.wait_timeout)
