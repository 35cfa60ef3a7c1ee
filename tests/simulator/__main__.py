# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`python -m tests.simulator --dir DIR`: serve until SIGTERM or SIGINT. Prints one line of JSON once it listens."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import yaml

from .dispatch import Simulator
from .serving import Service


async def _serve(service: Service, world: Any, port: int, tls: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if world is not None:
        status, told = service.control.answer("POST", "world", world)
        if status != 200:
            sys.exit(f"The world cannot be loaded: {told['error']}")
    await service.start(port, tls)
    print(json.dumps(service.introduction), flush=True)
    await stop.wait()
    await service.stop()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--dir", required=True, type=Path, help="for the configuration file, keys, tokens and the CA")
    parser.add_argument("--world", type=Path, help="a world as JSON or YAML: see README.md")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes any free one")
    parser.add_argument("--tls", action="store_true", help="serve by TLS, with a CA made at the start")
    parser.add_argument("--seed", type=int, help="makes identifiers repeatable")
    options = parser.parse_args()
    world = yaml.safe_load(options.world.read_text(encoding="utf-8")) if options.world else None
    asyncio.run(_serve(Service(options.dir, Simulator(seed=options.seed)), world, options.port, options.tls))


if __name__ == "__main__":
    main()
