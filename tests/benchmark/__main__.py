# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time the collection against ansible.builtin.ping, the OCI CLI and a plain loop over the SDK: `make bench`.

All ratios are of times in this one run, the least of some tries, taken in turns, where one does not take half a minute. Where
other programs want the processors too, trust the ratios of the processor's time. `make bench PARTS=hosts` runs only that part.
Exits with 1 where something that ran did the wrong thing; being slow is only shown.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmark.tenancy import Done, Tenancy, Wrong
from tests.simulator.serving import serve

THREADS = 16
MAX_IN_FLIGHT = 100
FLEET = 1000
LATENCY = 0.03
HOSTS = 100
FORKS = 20
SIZES = (2500, 5000, 10000)
CLI_SAMPLE = 4
WIDTH = 64


def show(what: str, measured: str, aim: str = "", met: bool | None = None) -> None:
    verdict = "" if met is None else "  met" if met else "  MISSED"
    print(f"  {what:<{WIDTH}} {measured:>12}   {aim:<10}{verdict}", flush=True)


def at_most(what: str, measured: float, aim: float, unit: str = "") -> None:
    show(what, f"{measured:.2f}{unit}", f"<= {aim:g}{unit}", measured <= aim)


def at_least(what: str, measured: float, aim: float) -> None:
    show(what, f"{measured:.0f} times", f">= {aim:g}", measured >= aim)


def in_turns(tries: int, *commands: Callable[[], Done]) -> list[Done]:
    """Run each so often, one after the other, and return the quickest run of each."""
    runs = [[command() for command in commands] for _try in range(tries)]
    return [min(column, key=lambda done: done.seconds) for column in zip(*runs, strict=True)]


def expect(found: dict[str, Any], **wanted: int) -> None:
    different = {name: found.get(name) for name, count in wanted.items() if found.get(name) != count}
    if different:
        raise Wrong(f"expected {wanted}, found {different}")


def one_bucket(tenancy: Tenancy) -> None:
    print("One bucket, a playbook of one task")
    tenancy.world(1, proven=True)
    task = {"rekey.oci.bucket_reencrypt": {"bucket_name": "b-0", "namespace_name": tenancy.namespace}}

    def ours() -> Done:
        done = tenancy.playbook([task])
        if "ok=1" not in done.output or "changed=0" not in done.output:
            raise Wrong(f"up to date was not ok: {done.output[-500:]}")
        return done

    def bare() -> Done:
        done = tenancy.playbook([{"rekey_bare": {"bucket_name": "b-0", "namespace_name": tenancy.namespace}}])
        if "ok=1" not in done.output:
            raise Wrong(f"the bare module failed: {done.output[-500:]}")
        return done

    with tenancy.counted() as calls:
        ours()
    ping, plain, quickest = in_turns(8, lambda: tenancy.playbook([{"ansible.builtin.ping": {}}]), bare, ours)
    cli = in_turns(2, lambda: _cli_reencrypt(tenancy, 0))[0]
    show("ansible.builtin.ping", f"{ping.seconds:.2f} s")
    show("a bare module with the same two calls", f"{plain.seconds:.2f} s")
    show("bucket_reencrypt, up to date", f"{quickest.seconds:.2f} s")
    show("oci os bucket reencrypt, which does not wait", f"{cli.seconds:.2f} s")
    at_most("bucket_reencrypt, times ping", quickest.seconds / ping.seconds, 1.5)
    show("the same, of the processor's time", f"{quickest.cpu / ping.cpu:.2f}")
    at_most("bucket_reencrypt, times the bare module", quickest.seconds / plain.seconds, 1.1)
    show("the same, of the processor's time", f"{quickest.cpu / plain.cpu:.2f}")
    at_most("API calls with the namespace given", sum(calls.values()), 2)


def _cli_reencrypt(tenancy: Tenancy, number: int) -> Done:
    return tenancy.cli(
        "os", "bucket", "reencrypt", "--bucket-name", f"b-{number}", "--namespace-name", tenancy.namespace
    )


def progress(tenancy: Tenancy) -> None:
    print("A wait of 10 seconds, with its progress shown and without")
    tenancy.world(1, proven=True, work_seconds=10)

    def waiting(shown: bool) -> Done:
        options = {"bucket_name": "b-0", "force": True, "progress": shown}
        done = tenancy.playbook([{"rekey.oci.bucket_reencrypt": options}])
        if "changed=1" not in done.output:
            raise Wrong(f"nothing was re-encrypted: {done.output[-500:]}")
        return done

    runs = [(waiting(True), waiting(False)) for _try in range(3)]
    shown, silent = (min(done.cpu for done in column) for column in zip(*runs, strict=True))
    seconds = min(done.seconds for done, _silent in runs)
    show("processor's time, shown and not", f"{shown:.2f} {silent:.2f} s")
    at_most("what showing it takes, of the time of the run", 100 * max(0.0, shown - silent) / seconds, 3, " %")


def fleet(tenancy: Tenancy, latency: float) -> None:
    print(f"{FLEET} buckets, {THREADS} threads, {latency * 1000:.0f} ms of latency")
    compartment_id = tenancy.world(FLEET, proven=True, latency=latency)
    with tenancy.counted() as calls:
        done = tenancy.python("tests.benchmark.fleet", compartment_id, THREADS, MAX_IN_FLIGHT)
    expect(done.json(), total=FLEET, up_to_date=FLEET)
    plain, ours, cpu_plain, cpu_ours = [], [done.json()["seconds"]], [], [done.json()["cpu"]]
    for _try in range(3):
        found = tenancy.python("tests.benchmark.sdk_loop", compartment_id, THREADS).json()
        expect(found, total=FLEET, tagged=FLEET)
        plain.append(found["seconds"])
        cpu_plain.append(found["cpu"])
        found = tenancy.python("tests.benchmark.fleet", compartment_id, THREADS, MAX_IN_FLIGHT).json()
        ours.append(found["seconds"])
        cpu_ours.append(found["cpu"])
    reads = [
        tenancy.cli("os", "bucket", "get", "--bucket-name", f"b-{number}", "--namespace-name", tenancy.namespace)
        for number in range(CLI_SAMPLE)
    ]
    cli = sum(read.seconds for read in reads) / CLI_SAMPLE
    show("a plain loop over the SDK", f"{min(plain):.2f} s")
    show("up to date", f"{min(ours):.2f} s")
    at_most("up to date, times the plain loop", min(ours) / min(plain), 1.3)
    show("the same, of the processor's time", f"{min(cpu_ours) / min(cpu_plain):.2f}")
    at_most("API calls a bucket, up to date", sum(calls.values()) / FLEET, 1.1)
    show(f"a bucket in a loop over the CLI (of {CLI_SAMPLE}), os bucket get", f"{cli:.2f} s")
    at_least("up to date, quicker a bucket than the loop over the CLI", cli / (min(ours) / FLEET), 50)

    compartment_id = tenancy.world(FLEET, proven=False, latency=latency)
    with tenancy.counted() as calls:
        done = tenancy.python("tests.benchmark.fleet", compartment_id, THREADS, MAX_IN_FLIGHT)
    found = done.json()
    expect(found, total=FLEET, submitted=FLEET, completed=FLEET, failed=0)
    tenancy.check_proven(FLEET, 1)
    posts = [_cli_reencrypt(tenancy, number) for number in range(CLI_SAMPLE)]
    cli = sum(post.seconds for post in posts) / CLI_SAMPLE
    show("re-encrypted and proven, each taking a second", f"{found['seconds']:.2f} s")
    at_most("API calls a bucket, re-encrypted and proven", sum(calls.values()) / FLEET, 8)
    show(f"a bucket in a loop over the CLI (of {CLI_SAMPLE}), os bucket reencrypt", f"{cli:.2f} s")
    at_least("re-encrypted and proven, quicker a bucket than that", cli / (found["seconds"] / FLEET), 20)


def hosts(tenancy: Tenancy) -> None:
    print(f"{HOSTS} buckets as hosts, --forks {FORKS}, and by one task")
    compartment_id = tenancy.world(HOSTS, proven=True)
    as_hosts = tenancy.buckets_as_hosts(compartment_id, FORKS)
    recaps = re.findall(r"ok=2 +changed=0 .*failed=0", as_hosts.output)
    if len(recaps) != HOSTS:
        raise Wrong(f"{len(recaps)} of {HOSTS} hosts were ok: {as_hosts.output[-500:]}")
    # What the playbook asks for, so that both do the same.
    task = {"rekey.oci.compartment_reencrypt": {"compartment_id": compartment_id, "verify_history": True}}
    one_task = tenancy.playbook([task])
    if "ok=1" not in one_task.output or "changed=0" not in one_task.output:
        raise Wrong(f"up to date was not ok: {one_task.output[-500:]}")
    show("reencrypt_bucket on hosts, up to date", f"{as_hosts.seconds:.1f} s")
    show("a host", f"{as_hosts.seconds / HOSTS:.2f} s")
    show("a host, of the processor's time", f"{as_hosts.cpu / HOSTS:.2f} s")
    show("compartment_reencrypt on the same buckets", f"{one_task.seconds:.1f} s")
    show("hosts, times the one task", f"{as_hosts.seconds / one_task.seconds:.0f}")


def growth(tenancy: Tenancy) -> None:
    print("Growth: the whole module, up to date")
    points: list[tuple[float, float]] = []
    work: list[tuple[float, float]] = []
    for size in SIZES:
        compartment_id = tenancy.world(size, proven=True)
        arguments = json.dumps({"compartment_id": compartment_id, "workers": THREADS})
        done = tenancy.python("tests.benchmark.module", "compartment_reencrypt", stdin=arguments)
        expect(done.json()["summary"], total=size, up_to_date=size)
        show(f"{size} buckets", f"{done.seconds:.1f} s")
        points.append((math.log(size), math.log(done.seconds)))
        work.append((math.log(size), math.log(done.cpu)))
    show("exponent of the growth of the processor's time", f"{_slope(work):.2f}")
    at_most("exponent of the time's growth (1 is linear)", _slope(points), 1.1)
    at_most(f"peak memory, {SIZES[-1]} buckets", done.peak, 200, " MB")
    done = tenancy.python("tests.benchmark.module", "bucket_encryption_info", stdin=arguments)
    expect(done.json()["summary"], total=SIZES[-1], up_to_date=SIZES[-1])
    at_most(f"peak memory of bucket_encryption_info, {SIZES[-1]} buckets", done.peak, 200, " MB")


def _slope(points: list[tuple[float, float]]) -> float:
    """The exponent, by least squares."""
    mean_x = sum(x for x, _y in points) / len(points)
    mean_y = sum(y for _x, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _y in points)


PARTS: dict[str, Callable[[Tenancy], None]] = {
    "bucket": one_bucket,
    "progress": progress,
    "fleet": lambda tenancy: fleet(tenancy, 0.0),
    "latency": lambda tenancy: fleet(tenancy, LATENCY),
    "hosts": hosts,
    "growth": growth,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="only these: " + ", ".join(PARTS))
    wanted = parser.parse_args().parts or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    begun = time.monotonic()
    print(f"  {'':<{WIDTH}} {'measured':>12}   aim")
    with tempfile.TemporaryDirectory(prefix="rekey-") as folder, serve(Path(folder) / "world") as running:
        tenancy = Tenancy(running, Path(folder))
        try:
            for part in wanted:
                PARTS[part](tenancy)
        except Wrong as wrong:
            sys.exit(f"Wrong: {wrong}")
    print(f"In {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
