# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A key that its schedule rotates, and the real ansible-rulebook that hears of it, on the simulator: `make demo-events`.

Exits with 1 where anything that it shows is not true.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.events.rulebook import STREAM, Rulebook, members, stream
from tests.simulator.dispatch import Simulator
from tests.simulator.events import ROTATED
from tests.simulator.serving import Running, serve
from tests.tools import environments, java

BUCKET = "payroll"
OBJECTS = 200
WORLD = {
    "settings": {"work_seconds": 3},
    "compartments": [{"name": "apps"}],
    "keys": [{"name": "master", "compartment": "apps", "auto_rotation": True}],
    "buckets": [{"name": BUCKET, "compartment": "apps", "key": "master", "objects": OBJECTS}],
    "streams": [{"name": STREAM, "compartment": "apps", "events": [ROTATED]}],
}
_START = ("ansible-rulebook", "--rulebook", "rekey.oci.key_rotation", "-i", "inventory.ini", "-e", "vars.yml")


class Demo:
    def __init__(self, running: Running, rulebook: Rulebook) -> None:
        self._running = running
        self._rulebook = rulebook
        self._shown = 0

    def show(self, expected: int) -> None:
        """Tell how many objects are under the current key version, asked of the objects themselves."""
        truth = self._running.control("GET", "truth", {"bucket": BUCKET, "what": "buckets"})["buckets"][BUCKET]
        print(f"   {truth['current']} of {truth['objects']} objects are under the key's current version.", flush=True)
        if truth["current"] != expected:
            sys.exit(f"That is not as it should be: {expected} of {OBJECTS} were expected.")

    def follow(self, runs: int) -> None:
        """Print what the rulebook prints, until so many runs have ended."""

        def ended() -> bool:
            log = self._rulebook.log
            # Whole lines only.
            new = log[self._shown : log.rfind("\n") + 1]
            self._shown += len(new)
            for line in new.splitlines():
                if line.strip():
                    print(f"   {line}", flush=True)
            return log.count("PLAY RECAP") >= runs and "\nlocalhost " in log.split("PLAY RECAP")[-1]

        self._rulebook.wait(f"{runs} runs", ended)
        if "failed=0" not in self._rulebook.log.split("PLAY RECAP")[-1]:
            sys.exit("That is not as it should be: the run failed.")

    def submitted_once(self) -> None:
        told = self._running.control("GET", "truth", {"bucket": BUCKET, "what": "submissions"})["submissions"]
        if len(told[BUCKET]) != 1:
            sys.exit(f"That is not as it should be: {len(told[BUCKET])} re-encryptions were submitted.")


def last_message(live: Simulator) -> str:
    """The newest message of the stream's first partition."""
    found = live.streams.named(STREAM)
    assert found is not None
    return found.partitions[0][-1].value.decode()


def main() -> None:
    """Tell the story."""
    why_not = java.ensure()
    if why_not:
        sys.exit(f"{why_not[0].upper()}{why_not[1:]}.")
    environments.events()
    with tempfile.TemporaryDirectory(prefix="rekey-") as folder, serve(Path(folder) / "oci", WORLD) as running:
        compartment = running.do(
            lambda live: next(key for key, one in live.world.compartments.items() if one["name"] == "apps")
        )
        variables = {
            "rekey_stream_id": stream(running)["id"],
            "rekey_stream_endpoint": running.introduction["streaming"],
            "rekey_compartment_id": compartment,
            "rekey_wait_interval": 1,
        }
        print("1. A process reads a stream of a simulated tenancy, and waits for events:")
        print(f"\n$ {' '.join(_START)}", flush=True)
        rulebook = Rulebook(running, Path(folder) / "reader", variables)
        demo = Demo(running, rulebook)
        try:
            rulebook.wait("the group's member", lambda: members(running))
            print("\n2. The schedule of a key rotates it. Vault emits an event; nobody types anything:")
            started = time.monotonic()
            running.control("POST", "rotate", {"key": "master", "auto": True})
            demo.show(0)
            demo.follow(1)
            print(f"\n3. From the rotation to the proof it took {time.monotonic() - started:.0f} seconds:")
            demo.show(OBJECTS)
            event = running.do(lambda live: live.streams.by_id[variables["rekey_stream_id"]].partitions[0][-1].value)
            print("\n4. The same event comes again, as it may. There is nothing to do:", flush=True)
            stream(running, event.decode())
            demo.follow(2)
            demo.show(OBJECTS)
            demo.submitted_once()
        finally:
            rulebook.stop()
    print("\nOn your own tenancy it takes a stream, a rule and a vars file: see docs/events.md.")


if __name__ == "__main__":
    main()
