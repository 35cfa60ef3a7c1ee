# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The schedule of polls, simulated over work of all lengths."""

from __future__ import annotations

import itertools
import random

import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.schedule import claim_pause, poll_pause, retry_pause

#: Seconds: 2 s to 4 h, on no round number for most.
DURATIONS = [2.0, 2.7, 5.0, 9.4, 30.0, 61.0, 179.0, 300.0, 900.0, 1234.5, 3600.0, 7211.0, 14400.0]


def simulate(duration: float, wait_interval: float, told: str, seed: int) -> tuple[float, int, list[float]]:
    """When the end is noticed, after how many polls, and the pauses between them."""
    chances = random.Random(seed)
    now, polls, pauses = 0.0, 0, []
    while now < duration:
        percent = None
        if told == "steady":
            percent = 100.0 * now / duration
        elif told == "rounded":
            percent = float(int(100.0 * now / duration / 10) * 10)
        elif told == "early":
            percent = min(99.0, 120.0 * now / duration)
        elif told == "late":
            percent = 100.0 * (now / duration) ** 3
        elif told == "stuck":
            percent = 0.0
        elif told == "done":
            percent = 100.0
        pause = poll_pause(now, percent, wait_interval, chances.random())
        pauses.append(pause)
        now += pause
        polls += 1
    return now, polls, pauses


@pytest.mark.parametrize("told", ["nothing", "steady", "rounded", "early", "late", "stuck", "done"])
@pytest.mark.parametrize("wait_interval", [2, 10, 30, 3600])
def test_the_end_is_noticed_in_time(told: str, wait_interval: int) -> None:
    for duration, seed in itertools.product(DURATIONS, range(8)):
        noticed, polls, pauses = simulate(duration, wait_interval, told, seed)
        assert noticed - duration <= max(2.0, 0.1 * duration), (duration, seed)
        assert max(pauses) <= wait_interval, (duration, seed)
        assert min(pauses) > 0.2, (duration, seed)
        # Some at first, then a geometric growth, then one each wait_interval.
        assert polls <= 130 + duration / (0.85 * wait_interval), (duration, seed)


def test_the_first_polls_come_after_about_a_second() -> None:
    for seed in range(100):
        pauses = simulate(5.0, 30, "nothing", seed)[2]
        assert 0.85 <= pauses[0] <= 1.0


def test_a_percentage_brings_the_poll_to_the_end() -> None:
    """A long pause is cut to when the work should be done, and that is a little after its end, not before."""
    assert poll_pause(1000.0, 98.0, 300, 0.0) < poll_pause(1000.0, None, 300, 0.0)
    assert poll_pause(1000.0, 98.0, 300, 0.0) >= 1000.0 * 2 / 98


@pytest.mark.parametrize("percent", [-5.0, 0.0, 4.9, 100.0, 250.0])
def test_a_percentage_that_tells_nothing_is_not_used(percent: float) -> None:
    assert poll_pause(500.0, percent, 300, 0.0) == poll_pause(500.0, None, 300, 0.0)


def test_jitter_only_shortens_and_by_no_more_than_a_part() -> None:
    for elapsed, percent, interval in itertools.product((0.0, 1.0, 60.0, 4000.0), (None, 50.0, 97.0), (1, 30, 600)):
        whole = poll_pause(elapsed, percent, interval, 0.0)
        shortest = poll_pause(elapsed, percent, interval, 0.999999)
        assert 0.84 * whole <= shortest < whole


def test_the_time_that_is_left_caps_a_pause() -> None:
    assert poll_pause(4000.0, None, 600, 0.5, longest=3.0) == 3.0
    assert poll_pause(4000.0, None, 600, 0.5, longest=0.0) > 0, "no busy loop, even at the end"


def test_retries_come_later_and_later_within_bounds() -> None:
    ceilings = [retry_pause(failures, 1.0) for failures in range(1, 40)]
    assert ceilings == sorted(ceilings)
    assert ceilings[0] <= 1.0
    assert ceilings[-1] == 20.0
    for failures, chance in itertools.product(range(1, 40), (0.0, 0.3, 0.999)):
        assert 0.4 * ceilings[failures - 1] <= retry_pause(failures, chance) <= ceilings[failures - 1]


def test_what_the_service_asks_for_is_granted() -> None:
    for wanted, chance in itertools.product((0.5, 7.0, 60.0), (0.0, 0.5, 0.999)):
        assert wanted <= retry_pause(1, chance, wanted) <= wanted + 1.0
    assert retry_pause(3, 0.5, 0.0) == retry_pause(3, 0.5), "no wish is no wish"


def test_another_controllers_claim_is_looked_at_often_and_not_past_its_end() -> None:
    for looks, chance in itertools.product(range(50), (0.0, 0.999)):
        assert 0.3 <= claim_pause(100.0, looks, chance) <= 5.0
    assert claim_pause(0.2, 20, 0.5) == 0.2
    assert claim_pause(0.0, 20, 0.5) == 0.05


def test_callers_that_failed_together_come_back_apart() -> None:
    """Whatever the pause is for, another chance is another pause, and always within the bounds of its kind."""
    chances = [number / 20 for number in range(20)]
    for failures, retry_after in itertools.product((1, 2, 5, 30), (None, 0.5, 10.0)):
        pauses = [retry_pause(failures, chance, retry_after) for chance in chances]
        assert len(set(pauses)) == len(chances)
        assert pauses == sorted(pauses)
        lowest = retry_after if retry_after is not None else 0.4 * min(20.0, 0.8 * 2.0 ** (failures - 1))
        assert lowest <= pauses[0]
        assert pauses[-1] <= (lowest + min(1.0, lowest / 4) if retry_after is not None else lowest / 0.4)
    assert len({claim_pause(100.0, 3, chance) for chance in chances}) == len(chances)
