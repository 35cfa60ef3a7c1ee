# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Histories of fleets: a sample, and the fleet broken on purpose, each of which the histories must catch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.decide.ownership import Assignment
from ansible_collections.rekey.oci.plugins.module_utils.fleet.bucket_api import BucketApi
from ansible_collections.rekey.oci.plugins.module_utils.fleet.shared import Answer, Shared
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from tests.histories import causes
from tests.histories.entries import Broken
from tests.histories.fleets import play
from tests.histories.moves import FLEETS

SAMPLE = 60
#: A mutant is caught by one of so many histories.
HUNT = 250


def test_a_sample_of_fleets() -> None:
    faults: Counter[str] = Counter()
    second: Counter[str] = Counter()
    assumed: Counter[str] = Counter()
    submissions = 0
    for seed in range(SAMPLE):
        universe = play(seed)
        faults += universe.faults
        for scene in universe.scenes.values():
            second += scene.book.second
            assumed += scene.book.assumed
            submissions += sum(one.run is not None for one in scene.book.accepted)
    print(
        f"{submissions} submissions; second ones: {dict(second)}; on an assumption: {dict(assumed)}; faults: {dict(faults)}"
    )
    assert set(faults) == set(FLEETS)
    assert causes.NONE not in second
    assert submissions > 5 * SAMPLE


def test_without_faults_and_others_each_bucket_is_submitted_once() -> None:
    for seed in range(5):
        universe = play(seed, faults=0.0, meddle=0.0)
        assert not set().union(*(scene.book.second for scene in universe.scenes.values())) - {
            causes.FAILED,
            causes.FORCED,
        }


def _as_if_new(real: Any) -> Any:
    def once(self: Any, key: Any, _not_before: float, *more: Any) -> Any:
        return Answer(real(self, key, float("-inf"), *more).value, self._scheduler.clock())

    return once


def _kept_list(real: Any) -> Any:
    def listed(self: Any, *more: Any) -> Any:
        kept = getattr(self, "kept", None)
        if kept is not None:
            return kept._replace(begun=self._scheduler.clock())
        self.kept = real(self, *more)
        return self.kept

    return listed


def _nobodys(real: Any) -> Any:
    return lambda self, work_request, owners: True if owners is None else real(self, work_request, owners)


def _without_swap(real: Any) -> Any:
    return lambda self, bucket, _etag, *more: real(self, bucket, None, *more)


def _everybodys(_real: Any) -> Any:
    return lambda self, _owners: list(self._found)


#: What is replaced, and by what.
MUTANTS: dict[str, tuple[Any, str, Callable[[Any], Any]]] = {
    "a key's answer serves whatever its age, and is told to be new": (Shared, "once", _as_if_new),
    "a list serves for the whole run, and is told to be new": (BucketApi, "list_reencryptions", _kept_list),
    "a work request is every bucket's": (Assignment, "_owning", _everybodys),
    "one that does not say whose it is is nobody's": (Assignment, "take", _nobodys),
    "writes are not compared and swapped": (OciApi, "update_bucket", _without_swap),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_of_the_fleet_is_caught(name: str) -> None:
    owner, method, make = MUTANTS[name]
    with patch.object(owner, method, make(getattr(owner, method))):
        for seed in range(HUNT):
            try:
                play(seed, faults=0.06, meddle=0.08)
            except Broken as broken:
                print(f"{name}: caught by history {seed}: {str(broken).splitlines()[0]}")
                return
    pytest.fail(f"{name}: not caught by {HUNT} histories")
