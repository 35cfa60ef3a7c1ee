# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the collection's artifact, look into it, install it: `python -m tests.tools.artifact build|install|check|importer`."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.tools import environments, home, tree
from tests.tools.paths import BUILD, INSTALLED, NAME, NAMESPACE, REPO, run

BIN = REPO / ".venv" / "bin"
_FOLDER = BUILD / "artifact"

# What a user needs. Anything else in an artifact was forgotten in galaxy.yml's build_ignore.
_BELONGS = re.compile(
    r"""
    (plugins|playbooks|roles|docs|extensions)/[\w./-]+
    | meta/(runtime|execution-environment)\.yml
    | meta/ee-(requirements|bindep)\.txt
    | changelogs/(changelog|config)\.yaml
    | LICENSES/[\w.-]+\.txt
    | (README|CHANGELOG|CONTRIBUTING|SECURITY|CODE_OF_CONDUCT)\.md
    | COPYING | REUSE\.toml | MANIFEST\.json | FILES\.json
    """,
    re.VERBOSE,
)
_NEVER = re.compile(r"(^|/)(\.[^/]*|__pycache__|[^/]*\.(py[co]|orig|rej|swp|pem|key|log))(/|$)|~$")
_NEEDED = (
    "README.md",
    "COPYING",
    "CHANGELOG.md",
    "meta/runtime.yml",
    "meta/execution-environment.yml",
    "LICENSES/GPL-3.0-or-later.txt",
)
_LARGEST = 512 * 1024
# What the build itself puts into an artifact. All else must be tracked by git.
_GENERATED = {"MANIFEST.json", "FILES.json"}

# The only hosts that a published file may send a reader or a program to.
_HOSTS = re.compile(
    r"""
    (.+\.)?(oracle\.com|oraclecloud\.com|ansible\.com|ansible\.readthedocs\.io|github\.com|terraform\.io|example\.(com|org|net))
    | (www\.)?(gnu\.org|fsf\.org|contributor-covenant\.org|reuse\.software|spdx\.org|semver\.org)
    | img\.shields\.io | www\.w3\.org
    | localhost | 127\.0\.0\.1 | \[?::1\]? | [\w-]+\.(invalid|test|example)
    """,
    re.VERBOSE,
)
_WORDS = {
    "an unfinished thought": re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"),
    "a path of somebody's machine": re.compile(
        r"(?<![\w.~>}/:-])/(home/(?!opc\b|runner\b)\w|root/|Users/\w|var/folders/)"
    ),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/=]{16}"),
    "what looks like a real OCID": re.compile(r"\bocid1\.\w+\.\w+\.[\w-]*\.(?:\w+\.)?a{4}[a-z2-7]{56}\b"),
    "a conflict's marker": re.compile(r"^(<{7} |>{7} )", re.MULTILINE),
}
_URL = re.compile(r"\bhttps?://[^\s\"'<>`|)\]}]+")


def build() -> Path:
    """Build it from a fresh copy of the working tree."""
    where = tree.lay_out("source")
    shutil.rmtree(_FOLDER, ignore_errors=True)
    env = home.environment(BIN)
    run(BIN / "ansible-galaxy", "collection", "build", "--output-path", _FOLDER, cwd=where, env=env, quiet=True)
    return next(_FOLDER.glob(f"{NAMESPACE}-{NAME}-*.tar.gz"))


def install() -> None:
    """Install a fresh artifact where demo, benchmark and histories find it."""
    artifact = build()
    shutil.rmtree(INSTALLED, ignore_errors=True)
    env = home.environment(BIN) | {"ANSIBLE_COLLECTIONS_PATH": str(INSTALLED)}
    command = ("collection", "install", "--offline", "--collections-path", INSTALLED, artifact)
    run(BIN / "ansible-galaxy", *command, env=env, quiet=True)


def publish() -> None:
    """Build it, print where it is, and leave none where it holds a file that git does not track."""
    artifact = build()
    with tarfile.open(artifact) as opened:
        findings = stray((entry.name for entry in opened if not entry.isdir()), map(str, tree.tracked()))
    if findings:
        artifact.unlink()
        sys.exit("\n".join(["Nothing was built:", *(f"  {finding}" for finding in findings)]))
    print(artifact)


def stray(names: Iterable[str], tracked: Iterable[str]) -> list[str]:
    """A line for each file that is neither tracked nor generated on purpose."""
    unknown = sorted(set(names) - set(tracked) - _GENERATED)
    return [f"{name}: git does not track it. Delete it, ignore it, or add it" for name in unknown]


def check() -> None:
    """Fail with a line for everything that is in the artifact and should not be, or the other way round."""
    with tarfile.open(build()) as artifact:
        findings = sorted(set(_wrong_entries(artifact)) | set(_wrong_contents(artifact)))
    if findings:
        sys.exit("\n".join(["The artifact:", *(f"  {finding}" for finding in findings)]))
    install()
    _check_documented()
    print("The artifact holds what a user needs, and nothing else.")


def _wrong_entries(artifact: tarfile.TarFile) -> Iterator[str]:
    entries = artifact.getmembers()
    names = {entry.name for entry in entries}
    yield from (f"{name}: missing" for name in _NEEDED if name not in names)
    for entry in entries:
        if entry.isdir():
            if _NEVER.search(entry.name):
                yield f"{entry.name}/: does not belong"
            continue
        if not entry.isfile():
            yield f"{entry.name}: neither a file nor a folder"
        if _NEVER.search(entry.name) or not _BELONGS.fullmatch(entry.name):
            yield f"{entry.name}: does not belong"
        if entry.mode & 0o111:
            yield f"{entry.name}: executable"
        if entry.size > _LARGEST:
            yield f"{entry.name}: {entry.size} bytes"


def _wrong_contents(artifact: tarfile.TarFile) -> Iterator[str]:
    for entry in artifact.getmembers():
        file = artifact.extractfile(entry)
        if file is None or entry.name.startswith("LICENSES/") or entry.name == "COPYING":
            continue
        try:
            text = file.read().decode("utf-8")
        except UnicodeDecodeError:
            if not entry.name.startswith("docs/"):
                yield f"{entry.name}: not text"
            continue
        yield from (f"{entry.name}: {what}" for what, pattern in _WORDS.items() if pattern.search(text))
        for url in _URL.findall(text):
            host = urlsplit(url.rstrip(".,:;")).hostname or ""
            # A host that is put together at run time is held to what the tests assert about it.
            if not _HOSTS.fullmatch(host) and not re.search(r"[{}%<>$…]", url.split("/")[2]) and host:
                yield f"{entry.name}: sends the reader to {host}"


def _check_documented() -> None:
    """All plugins of the installed artifact can be listed and have documentation."""
    env = home.environment(BIN) | {"ANSIBLE_COLLECTIONS_PATH": str(INSTALLED)}
    folders = (INSTALLED / "ansible_collections" / NAMESPACE / NAME / "plugins").iterdir()
    for folder in sorted(
        folder for folder in folders if folder.name in ("modules", "inventory", "test", "filter", "lookup")
    ):
        plugins = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
        kind = "module" if folder.name == "modules" else folder.name
        command = [
            str(BIN / "ansible-doc"),
            "-t",
            kind,
            "--json",
            *(f"{NAMESPACE}.{NAME}.{plugin}" for plugin in plugins),
        ]
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)


#: ansible-lint's schema of rulebooks lacks an argument of run_playbook that ansible-rulebook has, and that playbooks with task files need.
_KNOWN = re.compile(r"^WARNING: extensions/eda/rulebooks/\S+ schema\[rulebook\].*'check_files' was unexpected")


def importer() -> None:
    """What Galaxy checks on upload, with its warnings taken as errors."""
    artifact = build()
    bin_folder = environments.importer()
    env = home.environment(bin_folder)
    settings = _FOLDER / "galaxy-importer.cfg"
    settings.write_text(
        "[galaxy-importer]\nrun_ansible_test = False\nrun_flake8 = False\ncheck_required_tags = True\n",
        encoding="utf-8",
    )
    env["GALAXY_IMPORTER_CONFIG"] = str(settings)
    done = subprocess.run(
        [str(bin_folder / "python"), "-m", "galaxy_importer.main", str(artifact)],
        cwd=_FOLDER, env=env, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    print(done.stdout, end="")
    told = re.findall(r"^(?:ERROR|WARNING):.*", done.stdout, re.MULTILINE)
    if done.returncode or [line for line in told if not _KNOWN.search(line)]:
        sys.exit("galaxy-importer is not content")


def main() -> None:
    """Do what was asked."""
    steps = {"build": publish, "install": install, "check": check, "importer": importer}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=steps)
    os.umask(0o022)
    steps[parser.parse_args().step]()


if __name__ == "__main__":
    main()
