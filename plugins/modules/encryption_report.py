#!/usr/bin/python
# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: encryption_report
short_description: Write what bucket_encryption_info found as a report for people, as HTML, JSON and CSV
version_added: 1.0.0
description:
  - Takes what M(rekey.oci.bucket_encryption_info) returned and writes one HTML file that needs no other file and no network, with
    a JSON and a CSV file beside it.
  - The report says for each bucket its key, the key's current version and age, the status, the last proof, and who should act.
    Buckets that are not proven come first.
  - Makes no API call, and takes none of the common options, so it is not in C(group/rekey.oci.all). The files are written on the host that the task runs on.
  - The report names the time since which it says what it says. A run that finds nothing new changes no file.
options:
  dest:
    description:
      - The path of the HTML file, ending in C(.html). The other files have the same name with C(.json) and C(.csv).
      - The folder must exist.
    type: path
    required: true
  results:
    description:
      - Whole results of M(rekey.oci.bucket_encryption_info), one for each run of it, such as one for each region.
      - A report on compartments that may not be listed, or on a run that failed or was stopped, says that it is not complete.
    type: list
    elements: dict
    required: true
  title:
    description: The report's title.
    type: str
    default: Encryption of buckets
  formats:
    description: Which files to write.
    type: list
    elements: str
    choices: [html, json, csv]
    default: [html, json, csv]
  require_customer_managed_key:
    description: Whether a bucket under an Oracle-managed key counts as not proven.
    type: bool
    default: false
  mode:
    description: The permissions of the files, as of M(ansible.builtin.file). When left out, they are V(0600).
    type: raw
extends_documentation_fragment:
  - ansible.builtin.files
attributes:
  check_mode:
    description: Can run in check mode and tell whether a file would be written, without writing any.
    support: full
  diff_mode:
    description: Shows the change of the CSV, unless it is large.
    support: full
  idempotent:
    description: When run twice in a row with the same data, the second run changes nothing.
    support: full
notes:
  - It takes none of the common options, and so is not in the action group C(rekey.oci.all).
author:
  - rekey.oci contributors (@rekey-oci)
seealso:
  - module: rekey.oci.bucket_encryption_info
"""

EXAMPLES = r"""
- name: Look at all buckets of a compartment and the compartments below it
  rekey.oci.bucket_encryption_info:
    compartment_ids: [ocid1.compartment.oc1..example]
    recursive: true
  register: encryption

- name: Write the report
  rekey.oci.encryption_report:
    dest: /tmp/encryption.html
    results:
      - "{{ encryption }}"

- name: Look at two regions
  rekey.oci.bucket_encryption_info:
    compartment_ids: [ocid1.compartment.oc1..example]
    region: "{{ item }}"
  loop: [us-ashburn-1, eu-frankfurt-1]
  register: encryption

- name: Write one report on both
  rekey.oci.encryption_report:
    dest: /tmp/encryption.html
    results: "{{ encryption.results }}"
"""

RETURN = r"""
files:
  description: The paths of the report's files.
  returned: success
  type: list
  elements: str
  sample: [/tmp/encryption.html, /tmp/encryption.json, /tmp/encryption.csv]
totals:
  description: The number of buckets by verdict.
  returned: success
  type: dict
  contains:
    total:
      description: All buckets.
      type: int
    proven:
      description: Those that a completed receipt proves to be up to date.
      type: int
    not_proven:
      description: Those that nothing proves to be up to date. These need somebody to act, or time.
      type: int
    nothing_to_prove:
      description: Those that are empty or under an Oracle-managed key.
      type: int
since:
  description: The time since which the report says what it says, RFC 3339 in UTC.
  returned: success
  type: str
  sample: "2026-11-24T10:00:00Z"
"""

import contextlib
import os
import tempfile
from datetime import datetime, timezone
from typing import Any, Optional

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.rekey.oci.plugins.module_utils.report import figures, files, pages

#: A CSV of more characters is not shown in diff mode.
LARGEST_DIFF = 100_000


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "dest": {"type": "path", "required": True},
            "results": {"type": "list", "elements": "dict", "required": True},
            "title": {"type": "str", "default": "Encryption of buckets"},
            "formats": {
                "type": "list",
                "elements": "str",
                "choices": ["html", "json", "csv"],
                "default": ["html", "json", "csv"],
            },
            "require_customer_managed_key": {"type": "bool", "default": False},
        },
        add_file_common_args=True,
        supports_check_mode=True,
    )
    params = module.params
    paths = _paths(module)
    content = figures.content(params["results"], params["title"], params["require_customer_managed_key"])
    digest = files.fingerprint(content)
    old = {path: _read(module, path) for path in paths.values()}
    since = _since(old.values(), digest)
    made = {
        "html": lambda: pages.as_html(content, digest, since),
        "json": lambda: files.as_json(content, digest, since),
        "csv": lambda: files.as_csv(content),
    }
    changed = False
    diff: list[dict[str, Any]] = []
    for kind, path in paths.items():
        text = made[kind]().encode("utf-8")
        if text != old[path]:
            changed = True
            if not module.check_mode:
                _write(module, path, text)
        if module._diff and kind == "csv":
            diff.append(_diff(path, old[path], text))
        if os.path.exists(path):
            changed = module.set_fs_attributes_if_different(_attributes(module, path), changed)
    result = {"changed": changed, "files": list(paths.values()), "totals": content["totals"], "since": since}
    if diff:
        result["diff"] = diff
    # The buckets are not sent back: Ansible would add all arguments to the result.
    module.exit_json(invocation={"module_args": {"dest": params["dest"], "formats": params["formats"]}}, **result)


def _paths(module: AnsibleModule) -> dict[str, str]:
    dest = os.path.abspath(module.params["dest"])
    folder = os.path.dirname(dest)
    base, ending = os.path.splitext(dest)
    if ending != ".html":
        module.fail_json(msg="dest %s does not end in .html: give the path of the HTML file." % dest)
    if not os.path.isdir(folder):
        module.fail_json(msg="The folder of dest, %s, does not exist: make it first." % folder)
    paths = {kind: "%s.%s" % (base, kind) for kind in ("html", "json", "csv") if kind in module.params["formats"]}
    for path in paths.values():
        if os.path.isdir(path):
            module.fail_json(msg="%s is a folder: give the path of a file." % path)
    if not paths:
        module.fail_json(msg="formats is empty: give at least one of html, json and csv.")
    return paths


def _read(module: AnsibleModule, path: str) -> Optional[bytes]:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        module.fail_json(msg="%s cannot be read: %s." % (path, error.strerror))
    raise AssertionError("fail_json ends the process")


def _since(old: Any, digest: str) -> str:
    """The time that an older report of the same content has, or now."""
    for text in old:
        if text:
            since = files.since_in(text[: files.HEAD].decode("utf-8", "replace"), digest)
            if since:
                return since
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write(module: AnsibleModule, path: str, text: bytes) -> None:
    """Replace the file as a whole: whoever reads it meanwhile sees the old one or the new one."""
    try:
        # A new file is its owner's alone from the beginning; atomic_move keeps the mode that it finds.
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        descriptor, temporary = tempfile.mkstemp(prefix=".rekey-report-", dir=module.tmpdir)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
        module.add_cleanup_file(temporary)
    except OSError as error:
        module.fail_json(msg="%s cannot be written: %s." % (path, error.strerror))
    module.atomic_move(temporary, path)


def _attributes(module: AnsibleModule, path: str) -> dict[str, Any]:
    attributes: dict[str, Any] = module.load_file_common_arguments(module.params, path=path)
    if attributes["mode"] is None:
        attributes["mode"] = 0o600
    return attributes


def _diff(path: str, before: Optional[bytes], after: bytes) -> dict[str, Any]:
    if max(len(before or b""), len(after)) > LARGEST_DIFF:
        return {"prepared": "%s: too large to show\n" % path}
    return {
        "before_header": path,
        "after_header": path,
        "before": (before or b"").decode("utf-8", "replace"),
        "after": after.decode("utf-8"),
    }


if __name__ == "__main__":
    main()
