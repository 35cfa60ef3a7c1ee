# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The SDK: one that cannot be imported, one that is too old, and what importing it loads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import oci
import pytest

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput
from ansible_collections.rekey.oci.plugins.module_utils.sdk import loading
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients
from ansible_collections.rekey.oci.plugins.module_utils.sdk.loading import SdkMissing
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.identifying import identify, refused
from ansible_collections.rekey.oci.tests.unit.plugins.module_utils.people import (
    config_file,
    write,
)

pytestmark = pytest.mark.usefixtures("nobodys_home")


BROKEN = {
    "missing": (None, "ModuleNotFoundError: No module named 'oci'"),
    "without what it needs": ("import a_package_that_is_not_there", "No module named 'a_package_that_is_not_there'"),
    "broken": ("raise RuntimeError('this build is broken')", "RuntimeError: this build is broken"),
    "half-written": ("def", "SyntaxError"),
    "another package": ("", "oci/__init__.py is not the OCI SDK, although it has the same name"),
}


@pytest.mark.parametrize(("source", "told"), BROKEN.values(), ids=BROKEN.keys())
def test_an_sdk_that_cannot_be_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str | None, told: str
) -> None:
    """The true reason is shown, and how to install."""
    for name in [name for name in sys.modules if name == "oci" or name.startswith("oci.")]:
        monkeypatch.delitem(sys.modules, name)
    if source is None:
        keep = [path for path in sys.path if not (Path(path) / "oci").is_dir()]
        monkeypatch.setattr(sys, "path", keep)
    else:
        (tmp_path / "oci").mkdir()
        write(tmp_path / "oci" / "__init__.py", source)
        monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(SdkMissing) as error:
        loading.import_sdk()
    assert told in str(error.value)
    assert "pip install 'oci>=" in str(error.value)
    assert "Traceback" in error.value.details


def test_a_folder_that_hides_the_sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without code can be imported as well, where nothing else of its name is."""
    for name in [name for name in sys.modules if name == "oci" or name.startswith("oci.")]:
        monkeypatch.delitem(sys.modules, name)
    (tmp_path / "oci").mkdir()
    keep = [path for path in sys.path if not (Path(path) / "oci").is_dir()]
    monkeypatch.setattr(sys, "path", [str(tmp_path), *keep])
    with pytest.raises(SdkMissing) as error:
        loading.import_sdk()
    assert "ImportError: %s is not the OCI SDK" % (tmp_path / "oci") in str(error.value)


OLD = "oci 2.60.0 is installed; this collection is tested with %s or later." % loading.OLDEST_SDK


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("2.60.0", OLD),
        ("2.60.0+preview.1.9", OLD.replace("2.60.0", "2.60.0+preview.1.9")),
        (loading.OLDEST_SDK, None),
        ("2.1000.0", None),
        ("3.0.0", None),
        ("", None),
        ("unknown", None),
    ],
)
def test_an_sdk_that_is_older_than_any_tested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, told: str | None
) -> None:
    monkeypatch.setattr(oci, "__version__", version)
    assert identify(config_file_location=config_file(tmp_path)).warnings == ([told] if told else [])


def test_what_an_old_sdk_lacks_is_put_down_to_its_age(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "get_oke_workload_identity_resource_principal_signer"
    monkeypatch.delattr(oci.auth.signers, name)
    text = refused(auth_type="oke_workload_identity")
    assert text.endswith("with automountServiceAccountToken.")
    monkeypatch.setattr(oci, "__version__", "2.60.0")
    text = refused(auth_type="oke_workload_identity")
    assert text.endswith(
        "(AttributeError). It works only in a pod of an enhanced OKE cluster, with automountServiceAccountToken. " + OLD
    )
    clients = Clients({"config_file_location": config_file(tmp_path)})
    monkeypatch.delattr(oci.circuit_breaker, "NoCircuitBreakerStrategy")
    with pytest.raises(BadInput, match="^A client for the region cannot be built: AttributeError: .+" + OLD):
        clients.object_storage()


def test_importing_the_sdk_loads_few_services() -> None:
    """In a process of its own, as a module is; all of them would take seconds."""
    program = (
        "from ansible_collections.rekey.oci.plugins.module_utils.sdk import loading; import sys; loading.import_sdk();"
        "print([name for name in ('oci.core', 'oci.database', 'oci.identity') if name in sys.modules])"
    )
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_the_oldest_sdk_is_the_same_everywhere() -> None:
    """What a user is told to install is what is asked for, and what an environment of the tests has."""
    collection = Path(__file__).parents[4]
    required = f"oci>={loading.OLDEST_SDK}"
    assert required in (collection / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    assert required in (collection / "README.md").read_text(encoding="utf-8")
    assert required in loading.INSTALL_HINT
