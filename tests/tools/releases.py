# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one list of what the collection is tried on: releases of ansible-core, of the SDK, and of Python.

A new release of ansible-core is one line in ``RELEASES``. The Makefile, the workflows and the environments read the list;
a test holds the README, the guides and the metadata against it.

`python -m tests.tools.releases requirements` prints what `.venv` gets, for the Python that runs this.
`python -m tests.tools.releases names` prints the releases that `make test-all` adds, for the Makefile.
`python -m tests.tools.releases oldest-target` prints the oldest Python that modules run on.
`python -m tests.tools.releases workflow` prints the variables of the workflows, as JSON.

Any Python 3.7 or later may read this file: it helps to look for the others.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

_REPO = Path(__file__).resolve().parents[2]
_ASKED = (_REPO / "meta" / "ee-requirements.txt").read_text(encoding="utf-8")

OLDEST_SDK = next("oci==" + line[len("oci>=") :] for line in _ASKED.splitlines() if line.startswith("oci>="))
"""As the collection asks for it: the oldest that tests run on.

2.111.0 would do as well. It is the first with a signer for `oke_workload_identity`; without that kind of authentication all
that is called works on 2.105.0 too.
"""
NEWEST_SDK = "oci~=2.189"


class Release(NamedTuple):
    """A release of ansible-core, the Python and the SDK that it is tried with, and the Pythons that it runs on."""

    version: str
    python: str
    sdk: str
    oldest_python: str
    newest_python: str

    @property
    def name(self) -> str:
        """What its environment and the targets of make call it."""
        return "core-" + self.version

    @property
    def requirement(self) -> str:
        """What pip installs."""
        if self.version == "devel":
            return "ansible-core @ https://github.com/ansible/ansible/archive/devel.tar.gz"
        return "ansible-core~=%s.0" % self.version

    def runs_on(self, python: str) -> bool:
        """Whether its controller takes this Python."""
        return order(self.oldest_python) <= order(python) <= order(self.newest_python)


# Every release of ansible-core from the oldest on, and both ends of the SDK's, without the whole product of the two.
RELEASES = (
    Release("2.16", "3.12", OLDEST_SDK, "3.10", "3.12"),
    Release("2.17", "3.10", NEWEST_SDK, "3.10", "3.12"),
    Release("2.18", "3.11", NEWEST_SDK, "3.11", "3.13"),
    Release("2.19", "3.11", OLDEST_SDK, "3.11", "3.13"),
    Release("2.20", "3.13", NEWEST_SDK, "3.12", "3.14"),
    Release("2.21", "3.12", NEWEST_SDK, "3.12", "3.14"),
)
DEVEL = Release("devel", "3.13", NEWEST_SDK, "3.12", "3.14")
"""Not on a package index. A workflow tries it, and may fail."""

OLDEST, NEWEST = RELEASES[0], RELEASES[-1]
OTHERS = RELEASES[:-1]
SMOKE = (OLDEST,)
"""The others that `make test` tries, by the few targets that are marked as smoke tests. `make test-all` tries each in full."""

TARGETS = ("3.9", "3.10", "3.11", "3.12", "3.13")
"""The Pythons that modules run on, on the hosts that tasks are for. `make test-all` tries them."""


def order(version: str) -> tuple[int, ...]:
    """What to sort versions by."""
    return tuple(int(part) for part in version.split("."))


def best_for(python: str) -> Release | None:
    """The newest release that runs on this Python. On one that is newer than all, the newest is tried."""
    if order(python) > order(NEWEST.newest_python):
        return NEWEST
    return next((release for release in reversed(RELEASES) if release.runs_on(python)), None)


def needed(everything: bool = False, *, quick: bool = False, chosen: bool = False) -> dict[str, str]:
    """The Pythons that `make test`, `make test-all` or `make quick` takes, and what for. The one to develop on may be chosen."""
    cores = ([] if chosen else [NEWEST]) + ([] if quick else list(OTHERS if everything else SMOKE))
    targets = TARGETS if everything else ()
    runs: dict[str, list[str]] = {}
    for release in cores:
        runs.setdefault(release.python, []).append(release.version)
    reasons = {python: "to run ansible-core " + " and ".join(versions) for python, versions in runs.items()}
    for target in targets:
        reasons[target] = " and ".join(filter(None, [reasons.get(target), "to run modules, as a managed host may"]))
    return {python: reasons[python] for python in sorted(reasons, key=order)}


def workflow() -> dict[str, object]:
    """What the workflows are told: the releases, one a job, and the Pythons to set up, the one to develop on last."""
    jobs = [{"name": release.name, "may-fail": False} for release in OTHERS] + [{"name": DEVEL.name, "may-fail": True}]

    def pythons(everything: bool) -> str:
        return "\n".join([*(python for python in needed(everything) if python != NEWEST.python), NEWEST.python])

    return {"releases": jobs, "pythons": pythons(False), "all-pythons": pythons(True)}


def main() -> None:
    """Print what was asked for."""
    asked = sys.argv[1] if len(sys.argv) == 2 else ""
    if asked == "requirements":
        release = best_for("%d.%d" % sys.version_info[:2])
        if release is None:
            sys.exit("No release of ansible-core in the list runs on Python %d.%d" % sys.version_info[:2])
        print(release.requirement, release.sdk)
    elif asked == "names":
        print(*(release.name for release in OTHERS))
    elif asked == "oldest-target":
        print(TARGETS[0])
    elif asked == "workflow":
        for name, value in workflow().items():
            print("%s=%s" % (name, json.dumps(value)))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
