#!/bin/sh
# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Run a Python 3, whichever there is, with the arguments that this is given. It only has to run interpreters.py, which looks for the others.
for folder in $(printf '%s' "$PATH" | tr ' :' '?\n') \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin \
    "${UV_PYTHON_INSTALL_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/uv/python}"/*/bin \
    "${ASDF_DATA_DIR:-$HOME/.asdf}"/installs/python/*/bin \
    "${MISE_DATA_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/mise}"/installs/python/*/bin; do
  for python in "$folder"/python3 "$folder"/python3.[0-9] "$folder"/python3.[0-9][0-9]; do
    # A version manager's shim may be there and not run.
    if [ -x "$python" ] && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 7))' 2>/dev/null; then
      exec "$python" "$@"
    fi
  done
done
echo "There is no Python 3.7 or later here that runs. Install Python 3.12 (apt-get install python3.12, uv python install 3.12, pyenv install 3.12)" >&2
exit 1
