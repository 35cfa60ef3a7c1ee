# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which buckets are meant: globs on their names and a set of keys. Pure, no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase, translate
from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.inputs import BadInput


class Names:
    """Globs such as ``payroll-*``. Case-sensitive, as bucket names are; ``exclude`` wins over ``include``."""

    def __init__(self, include: Optional[Iterable[str]] = None, exclude: Optional[Iterable[str]] = None) -> None:
        """No ``include`` means all. Raises BadInput on a blank glob, which can match nothing."""
        self.include = _globs(include, "include")
        self.exclude = _globs(exclude, "exclude")
        self._included = _pattern(self.include)
        self._excluded = _pattern(self.exclude)

    def match(self, name: str) -> bool:
        if self._included is not None and not self._included.match(name):
            return False
        return self._excluded is None or not self._excluded.match(name)

    def matching(self, name: str) -> list[str]:
        """Which of the globs match."""
        return [glob for glob in (*self.include, *self.exclude) if fnmatchcase(name, glob)]

    def __str__(self) -> str:
        parts = [
            "%s %s" % (option, ", ".join(globs))
            for option, globs in (("include", self.include), ("exclude", self.exclude))
            if globs
        ]
        return " and ".join(parts)


def _globs(globs: Optional[Iterable[str]], option: str) -> list[str]:
    found = list(globs or ())
    if any(not glob.strip() for glob in found):
        raise BadInput("%s has a blank entry: give globs on bucket names such as 'payroll-*'." % option)
    return found


def _pattern(globs: list[str]) -> Optional[re.Pattern[str]]:
    # One expression for all of them: ten thousand names times some globs is otherwise time that shows.
    return re.compile("|".join(translate(glob) for glob in globs)) if globs else None
