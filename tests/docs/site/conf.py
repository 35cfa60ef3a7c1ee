# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sphinx's configuration. It needs no network: nothing is looked up on other sites."""

project = "rekey.oci"
copyright = "2026 rekey.oci contributors"  # noqa: A001
extensions = ["myst_parser", "sphinx_antsibull_ext"]
myst_heading_anchors = 3
default_role = "any"
highlight_language = "YAML+Jinja"
html_theme = "sphinx_ansible_theme"
html_title = "rekey.oci"
html_show_sphinx = False
html_copy_source = False
html_use_index = False
pygments_style = "ansible"
