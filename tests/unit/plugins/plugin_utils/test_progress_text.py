# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of a wait, and when."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.rekey.oci.plugins.plugin_utils import _progress_text
from ansible_collections.rekey.oci.plugins.plugin_utils._progress_text import (
    End,
    Many,
    One,
    Teller,
    about,
    duration,
    parse,
)


def said(teller: Teller, record: One | Many, now: float) -> str | None:
    teller.hear(record, now)
    return teller.say(now)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (70.4, "1 min 10 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (86400, "1 d"),
        (97200, "1 d 3 h"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 s"),
        (9.6, "10 s"),
        (33, "35 s"),
        (96.7, "1 min 40 s"),
        (599, "10 min"),
        (754, "13 min"),
        (5000, "1 h 25 min"),
        (100000, "1 d 4 h"),
    ],
)
def test_an_estimate_is_rounded(seconds: float, text: str) -> None:
    assert about(seconds) == text


def test_the_line_of_the_documentation() -> None:
    teller = Teller()
    teller.hear(One("payroll", "IN_PROGRESS", 0.0, 0.0), 100.0)
    assert said(teller, One("payroll", "IN_PROGRESS", 42.0, 70.0), 170.0) == (
        "payroll: IN_PROGRESS 42 %, 1 min 10 s, about 1 min 40 s left"
    )


def test_the_pace_is_measured_from_where_it_was_first_seen() -> None:
    # Joined at 80 %: that much was not done in this run's first second.
    teller = Teller()
    assert said(teller, One("logs", "IN_PROGRESS", 80.0, 0.0), 0.0) == "logs: IN_PROGRESS 80 %, 0 s"
    assert said(teller, One("logs", "IN_PROGRESS", 85.0, 50.0), 50.0) == (
        "logs: IN_PROGRESS 85 %, 50 s, about 2 min 30 s left"
    )


def test_waiting_for_its_turn_does_not_count_for_the_pace() -> None:
    teller = Teller()
    teller.hear(One("logs", "ACCEPTED", 0.0, 0.0), 0.0)
    teller.hear(One("logs", "ACCEPTED", 0.0, 600.0), 600.0)
    teller.hear(One("logs", "IN_PROGRESS", 0.0, 610.0), 610.0)
    assert said(teller, One("logs", "IN_PROGRESS", 50.0, 640.0), 640.0) == (
        "logs: IN_PROGRESS 50 %, 10 min 40 s, about 30 s left"
    )


def test_a_second_work_request_of_a_bucket_starts_over() -> None:
    teller = Teller()
    teller.hear(One("logs", "IN_PROGRESS", 0.0, 0.0), 0.0)
    teller.hear(One("logs", "IN_PROGRESS", 90.0, 90.0), 90.0)
    teller.hear(One("logs", "IN_PROGRESS", 10.0, 0.0), 95.0)
    assert (
        said(teller, One("logs", "IN_PROGRESS", 55.0, 45.0), 140.0) == "logs: IN_PROGRESS 55 %, 45 s, about 45 s left"
    )


def test_without_a_percentage_there_is_no_estimate() -> None:
    teller = Teller()
    teller.hear(One("logs", "IN_PROGRESS", None, 0.0), 0.0)
    assert said(teller, One("logs", "IN_PROGRESS", None, 30.0), 30.0) == "logs: IN_PROGRESS, 30 s"


def test_a_change_is_said_at_once_and_silence_is_bounded() -> None:
    teller = Teller()
    assert teller.say(0.0) is None
    assert said(teller, One("logs", "ACCEPTED", 0.0, 0.0), 1.0) == "logs: ACCEPTED 0 %, 0 s"
    assert said(teller, One("logs", "ACCEPTED", 0.0, 5.0), 6.0) is None
    assert said(teller, One("logs", "IN_PROGRESS", 1.0, 6.0), 7.0) == "logs: IN_PROGRESS 1 %, 6 s"
    quiet = [now for now in range(8, 100) if teller.say(float(now)) is not None]
    assert quiet
    assert max(later - sooner for sooner, later in zip([7, *quiet], quiet, strict=False)) <= 30


def test_a_line_without_news_tells_the_time_that_has_passed_since() -> None:
    teller = Teller()
    teller.hear(One("logs", "IN_PROGRESS", 0.0, 0.0), 0.0)
    assert said(teller, One("logs", "IN_PROGRESS", 10.0, 100.0), 100.0) == (
        "logs: IN_PROGRESS 10 %, 1 min 40 s, about 15 min left"
    )
    assert teller.say(129.0) == "logs: IN_PROGRESS 10 %, 2 min 9 s, about 15 min left"
    assert teller.say(1050.0) == "logs: IN_PROGRESS 10 %, 17 min 30 s"


def test_changes_in_quick_succession_share_a_line() -> None:
    teller = Teller()
    assert said(teller, One("logs", "IN_PROGRESS", 1.0, 1.0), 1.0) is not None
    assert said(teller, One("logs", "IN_PROGRESS", 2.0, 1.1), 1.1) is None
    assert said(teller, One("logs", "IN_PROGRESS", 3.0, 1.2), 1.2) is None
    assert teller.say(2.0) == "logs: IN_PROGRESS 3 %, 2 s, about 9 s left"


def test_a_fleet_is_told_by_counts_and_its_slowest() -> None:
    teller = Teller()
    slow = One("payroll", "IN_PROGRESS", 0.0, 0.0)
    assert said(teller, Many((("up_to_date", 700), ("running", 50)), (slow,), 10.0), 0.0) == (
        "750 buckets: 700 up_to_date, 50 running, 10 s; slowest: payroll IN_PROGRESS 0 %"
    )
    slow, slower = One("payroll", "IN_PROGRESS", 50.0, 20.0), One("logs", "ACCEPTED", 0.0, 20.0)
    assert said(teller, Many((("up_to_date", 700), ("running", 49), ("completed", 1)), (slow, slower), 30.0), 20.0) == (
        "750 buckets: 700 up_to_date, 49 running, 1 completed, 30 s; "
        "slowest: payroll IN_PROGRESS 50 %, about 20 s left; logs ACCEPTED 0 %"
    )
    assert said(teller, Many((("up_to_date", 750),), (), 90.0), 90.0) == "750 buckets: 750 up_to_date, 1 min 30 s"
    assert said(Teller(), Many((("running", 1),), (), 90.0), 0.0) == "1 bucket: 1 running, 1 min 30 s"


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"what?",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"bucket": "logs"}',
        b'{"bucket": 7, "elapsed": 1}',
        b'{"bucket": "logs", "elapsed": NaN}',
        b'{"bucket": "logs", "elapsed": -1}',
        b'{"bucket": "logs", "elapsed": true}',
        b'{"bucket": "logs", "elapsed": 1e300}',
        b'{"counts": [], "elapsed": 1}',
        b'{"counts": {"running": 1}}',
        b"[" * 5000,
    ],
)
def test_what_is_no_record_is_left_out(line: bytes) -> None:
    assert parse(line) is None


def test_records() -> None:
    assert isinstance(parse(b'{"end": true}'), End)
    one: dict[str, Any] = {"bucket": "logs", "status": "IN_PROGRESS", "percent": 4.5, "elapsed": 3}
    assert parse(json.dumps(one).encode()) == One("logs", "IN_PROGRESS", 4.5, 3.0)
    assert parse(json.dumps(dict(one, percent=400, status=None)).encode()) == One("logs", "UNKNOWN", None, 3.0)
    many = {"counts": {"running": 2, "odd": "x", "none": 0}, "slowest": [one, 7], "elapsed": 8}
    assert parse(json.dumps(many).encode()) == Many((("running", 2),), (One("logs", "IN_PROGRESS", 4.5, 3.0),), 8.0)


def test_a_terminal_is_not_told_what_to_do() -> None:
    record = parse(json.dumps({"bucket": "a\x1b[31m\r\nb\x07", "status": "\x9b2J" + "x" * 9999, "elapsed": 1}).encode())
    assert isinstance(record, One)
    line = said(Teller(), record, 0.0)
    assert line is not None
    assert line.isprintable()
    assert len(line) < 2 * _progress_text._LONGEST_WORD
