# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The SDK: its import, and what to say where it is missing, another thing of that name, or too old."""

from __future__ import annotations

import os
import re
import traceback
from typing import Any, Optional

OLDEST_SDK = "2.112.0"
INSTALL_HINT = "Install it for the Python that runs this module: pip install 'oci>=%s'." % OLDEST_SDK


class SdkMissing(Exception):
    """The SDK could not be imported. ``details`` is the traceback of the true reason."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(
            "The oci Python SDK cannot be imported: %s: %s. %s" % (type(cause).__name__, cause, INSTALL_HINT)
        )
        self.details = traceback.format_exc()


def import_sdk() -> Any:
    """Import the SDK, narrowly: no service is loaded until it is named. Raises SdkMissing."""
    os.environ.setdefault("OCI_PYTHON_SDK_NO_SERVICE_IMPORTS", "1")
    # The SDK would print its advice to stdout, which is the module's result channel.
    os.environ["SUPPRESS_LABEL_WARNING"] = "True"
    # The SDK repeats any call, POSTs too, when an answer's headers cannot be parsed.
    os.environ["OCI_HEADER_PARSING_ERROR_MAX_RETRIES"] = "0"
    try:
        import oci

        if not hasattr(oci, "config"):
            where = getattr(oci, "__file__", None) or ", ".join(getattr(oci, "__path__", ()))
            raise ImportError(
                "%s is not the OCI SDK, although it has the same name" % (where or "the oci in sys.modules")
            )
    except Exception as error:  # an SDK can be broken in every way, and each is shown as it is
        raise SdkMissing(error) from error
    return oci


def outdated(oci: Any) -> Optional[str]:
    """What to say of an SDK that is older than any that is tested; None where it is not, or does not tell."""
    installed = str(getattr(oci, "__version__", ""))
    if not re.match(r"\d+\.\d+\.\d+", installed) or _release(installed) >= _release(OLDEST_SDK):
        return None
    return "oci %s is installed; this collection is tested with %s or later." % (installed, OLDEST_SDK)


def _release(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:3]]


def because_of_age(error: BaseException, oci: Any) -> str:
    """What to add to a failure of the SDK's own, where the SDK may be too old for what it was asked."""
    told = outdated(oci) if isinstance(error, (AttributeError, ImportError, TypeError)) else None
    return " " + told if told else ""
