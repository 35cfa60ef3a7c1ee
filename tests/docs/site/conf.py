# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sphinx's configuration. It needs no network: where Ansible's own pages are is written down here."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]

project = "rekey.oci"
copyright = "2026 rekey.oci contributors"
extensions = ["myst_parser", "sphinx_antsibull_ext"]
myst_heading_anchors = 3
default_role = "any"
highlight_language = "YAML+Jinja"
html_theme = "sphinx_ansible_theme"
templates_path = ["_templates"]
#: All versions and their pages, and which one this is. The templates read it.
html_context = json.loads(Path(__file__).with_name("versions.json").read_text(encoding="utf-8"))
html_title = "rekey.oci"
html_show_sphinx = False
html_copy_source = False
html_use_index = False
pygments_style = "ansible"
# The lexer for Terraform does not know an index in ignore_changes.
suppress_warnings = ["misc.highlighting_failure"]

_ANSIBLE = "https://docs.ansible.com/ansible/latest/"
_BUILTIN = re.compile(
    r"ansible_collections\.ansible\.builtin\.(?P<plugin>\w+?_(module|inventory|lookup|test|filter))(__|$)"
)
_LABELS = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
    "inventory_plugins": "plugins/inventory.html",
    "list_of_collections": "collections/index.html",
    "playbooks_tests": "playbook_guide/playbooks_tests.html",
}


def _elsewhere(_app: Any, _env: Any, node: Any, content: Any) -> Any:
    label = node["reftarget"]
    builtin = _BUILTIN.match(label)
    page = f"collections/ansible/builtin/{builtin['plugin']}.html" if builtin else _LABELS.get(label)
    if page is None:
        return None
    return nodes.reference("", "", content, internal=False, refuri=_ANSIBLE + page)


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("missing-reference", _elsewhere)
