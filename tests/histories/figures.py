# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What many histories came to, in figures."""

from __future__ import annotations

from collections import Counter

from tests.histories.universe import Universe


class Figures:
    def __init__(self) -> None:
        self.histories = 0
        self.calls = 0
        self.runs = 0
        self.submissions = 0
        self.faults: Counter[str] = Counter()
        self.second: Counter[str] = Counter()
        self.assumed: Counter[str] = Counter()
        self.weaker: Counter[str] = Counter()

    def add(self, universe: Universe) -> None:
        book = universe.book
        self.histories += 1
        self.calls += len(universe.simulator.seen)
        self.runs += len(book.runs)
        self.submissions += sum(one.run is not None for one in book.accepted)
        self.faults += universe.faults
        self.second += book.second
        self.assumed += book.assumed
        self.weaker += book.weaker

    def add_all(self, others: Figures) -> None:
        for name, value in vars(others).items():
            setattr(self, name, getattr(self, name) + value)

    def lines(self, seconds: float) -> list[str]:
        rate = 60 * self.histories / max(seconds, 0.001)
        told = [
            (
                f"{self.histories} histories in {seconds:.0f} s, {rate:.0f} a minute: {self.runs} runs, {self.calls} calls, "
                f"{self.submissions} submissions"
            ),
            f"faults: {self._counts(self.faults)}",
            f"second submissions: {sum(self.second.values())}",
        ]
        told.extend(f"  {number:6d}  {cause}" for cause, number in self.second.most_common())
        told.append(f"proofs that rest on a documented assumption: {sum(self.assumed.values())}")
        told.extend(f"  {number:6d}  {which}" for which, number in self.assumed.most_common())
        told.append(f"wrong without a receipt, as documented: {sum(self.weaker.values())}")
        told.extend(f"  {number:6d}  {which}" for which, number in self.weaker.most_common())
        return told

    @staticmethod
    def _counts(counter: Counter[str]) -> str:
        return ", ".join(f"{name} {number}" for name, number in counter.most_common()) or "none"
