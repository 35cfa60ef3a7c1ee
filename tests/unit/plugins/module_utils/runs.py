# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole runs of the module on a world."""

from __future__ import annotations

from typing import Any

from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Options
from ansible_collections.rekey.oci.plugins.module_utils.module import results
from ansible_collections.rekey.oci.plugins.module_utils.reconcile.reconciler import Outcome, Reconciler

from .examples import NONCE
from .world import World


def reconciler(world: World, options: Options, nonce: str = NONCE, **more: Any) -> Reconciler:
    """A run that has not begun."""
    given = {"sleep": world.pass_time, **more}
    return Reconciler(world.api, "examplens", "payroll", options, nonce, lambda: world.now, lambda: 0.5, **given)


def reconcile(world: World, options: Options, nonce: str = NONCE) -> tuple[Reconciler, Outcome]:
    """A whole run: decide, do, and let time pass, until the end."""
    run = reconciler(world, options, nonce)
    for _step in range(5000):
        pause = run.step()
        if run.outcome is not None:
            return run, run.outcome
        world.pass_time(pause)
    raise AssertionError("a run that does not end")


def returned(world: World, **options: Any) -> dict[str, Any]:
    """What the module returns of a whole run."""
    run, _outcome = reconcile(world, Options(**options))
    return results.result_of(run)
