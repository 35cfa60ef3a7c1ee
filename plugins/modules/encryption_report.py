#!/usr/bin/python
# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: encryption_report
short_description: Write a report about buckets in HTML, JSON, CSV, JUnit or Prometheus format from what bucket_encryption_info found
version_added: 1.0.0
description:
  - Takes what M(rekey.oci.bucket_encryption_info) returned and writes one HTML file, with a JSON and a CSV file beside it. The HTML file
    needs no other file and no network. If you ask for them, the module also writes a JUnit file for CI and metrics for Prometheus.
  - The report shows for each bucket its key, the key's current version and its age, the status, the last proof, and who should act. Buckets
    that are not proven come first.
  - A bucket is proven if its receipt is completed, is about all objects, and names the current version of its current key. The receipt is two
    tags in which M(rekey.oci.bucket_reencrypt) records its last re-encryption. A bucket is not proven if the receipt is not completed
    yet, or if only the intermediate bucket keys, which encrypt the objects' own keys, were re-encrypted
    (RV(rekey.oci.bucket_encryption_info#module:buckets[].scope=bucket-key)).
  - If no receipt is kept, a completed work request takes its place. This is so in results of
    O(rekey.oci.bucket_encryption_info#module:receipt=none), and for a bucket whose freeform tags have no room for a receipt.
  - If a bucket is in several of the O(results), it counts once. The result that proves the least counts.
  - The module makes no API call. It writes the files on the host that the task runs on.
  - The report shows when its content last changed. A run that finds nothing new changes no file.
  - The module replaces either all files of a report or none. It writes the new files beside the old ones, and then moves them into place.
    So the older report stays as it was if the disk is full or a permission is missing.
options:
  dest:
    description:
      - The path of the HTML file. It must end in C(.html). The other files have the same name and end in C(.json), C(.csv), C(.xml) for
        V(junit), and C(.prom) for V(prometheus).
      - The folder must exist.
    type: path
    required: true
  results:
    description:
      - Whole results of M(rekey.oci.bucket_encryption_info). If you ran it more than once, such as for several regions, give them all.
      - An entry may be the result of a task with a C(loop). The report then takes the results of the loop's items.
      - Results of other modules are refused, such as those of M(rekey.oci.compartment_reencrypt). They do not say how a bucket stands now.
      - The report says that it is not complete if a compartment could not be listed, if a run failed without naming any bucket, or if a run
        was stopped or skipped. The CSV then has a line with the status C(incomplete), the JUnit file has an error, and the metric
        C(rekey_report_problems) is not 0.
    type: list
    elements: dict
    required: true
  title:
    description: The report's title.
    type: str
    default: Encryption of buckets
  formats:
    description:
      - Which files to write.
      - V(junit) writes a test suite with one test case for each bucket. GitLab, Jenkins and others can show it. A bucket that is not proven is
        a failure. A bucket with nothing to prove is skipped. A bucket with the status V(error) is an error.
      - V(prometheus) writes metrics for the textfile collector of Prometheus' node_exporter.
    type: list
    elements: str
    choices: [html, json, csv, junit, prometheus]
    default: [html, json, csv]
  require_customer_managed_key:
    description: Whether a bucket under an Oracle-managed key counts as not proven.
    type: bool
    default: false
  mode:
    description:
      - The permissions of the files, in the forms that M(ansible.builtin.file) takes. If you leave it out, they are V(0600).
      - A node_exporter that runs as another user cannot read a file with V(0600). Give V(0644) in that case.
    type: raw
  unsafe_writes:
    description:
      - Whether the module may write into an existing file if it cannot replace that file, such as one that is mounted into a container.
        Whoever reads the file at that moment may see half of it.
    type: bool
    default: false
extends_documentation_fragment:
  - ansible.builtin.files
attributes:
  check_mode:
    description: In check mode, the module tells whether it would write a file, and writes none.
    support: full
  diff_mode:
    description: In diff mode, the module shows how the CSV file changes, unless that file is large.
    support: full
  idempotent:
    description: When run twice in a row with the same data, the second run changes nothing.
    support: full
notes:
  - The module has no options that say how to sign in or where to send calls, so it is not in the action group C(rekey.oci.all).
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

- name: Write files for CI and Prometheus
  rekey.oci.encryption_report:
    dest: /tmp/encryption.html
    results:
      - "{{ encryption }}"
    formats: [junit, prometheus]
    mode: "0644"

- name: Look at two regions at once
  rekey.oci.bucket_encryption_info:
    compartment_ids: [ocid1.compartment.oc1..example]
    regions: [us-ashburn-1, eu-frankfurt-1]
  register: encryption

- name: Write one report on both
  rekey.oci.encryption_report:
    dest: /tmp/encryption.html
    results:
      - "{{ encryption }}"
"""

RETURN = r"""
files:
  description: The paths of the report's files.
  returned: success
  type: list
  elements: str
  sample: [/tmp/encryption.html, /tmp/encryption.json, /tmp/encryption.csv]
totals:
  description: The numbers of buckets.
  returned: success
  type: dict
  contains:
    total:
      description: All buckets.
      type: int
    proven:
      description: Buckets whose objects are all proven to be under the current version of their key.
      type: int
    not_proven:
      description: Buckets that are not proven to be up to date. Somebody has to act, or a re-encryption is still running.
      type: int
    nothing_to_prove:
      description: Buckets that are empty or under an Oracle-managed key. With O(require_customer_managed_key=true), those under an
        Oracle-managed key count in RV(totals.not_proven) instead.
      type: int
since:
  description: When the content of the report last changed, RFC 3339 in UTC.
  returned: success
  type: str
  sample: "2026-11-24T10:00:00Z"
"""

import os
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any, Callable, Optional

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.rekey.oci.plugins.module_utils.report import figures, files, given, machines, pages, places

#: A CSV of more characters is not shown in diff mode.
LARGEST_DIFF = 100_000

#: Format to the end of its file's name, and what makes it.
FORMATS: dict[str, tuple[str, Callable[[Mapping[str, Any], str, str], str]]] = {
    "html": ("html", pages.as_html),
    "json": ("json", files.as_json),
    "csv": ("csv", lambda content, digest, since: files.as_csv(content)),
    "junit": ("xml", machines.as_junit),
    "prometheus": ("prom", machines.as_prometheus),
}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "dest": {"type": "path", "required": True},
            "results": {"type": "list", "elements": "dict", "required": True},
            "title": {"type": "str", "default": "Encryption of buckets"},
            "formats": {
                "type": "list",
                "elements": "str",
                "choices": list(FORMATS),
                "default": ["html", "json", "csv"],
            },
            "require_customer_managed_key": {"type": "bool", "default": False},
        },
        add_file_common_args=True,
        supports_check_mode=True,
    )
    params = module.params
    paths = _paths(module)
    _check(module, paths)
    content = figures.content(_results(module), params["title"], params["require_customer_managed_key"])
    digest = files.fingerprint(content)
    old = {path: _read(module, path) for path in paths.values()}
    since = _since(old, digest, content)
    texts = {path: FORMATS[kind][1](content, digest, since).encode("utf-8") for kind, path in paths.items()}
    new = {path: text for path, text in texts.items() if text != old[path]}
    if new and not module.check_mode:
        try:
            places.write(new, lambda at, of: _dress(module, at, of), params["unsafe_writes"])
        except places.CannotWrite as error:
            module.fail_json(msg="%s No file of the report was changed." % error)
    changed = bool(new)
    for path in paths.values():
        if os.path.exists(path):
            changed = module.set_fs_attributes_if_different(_attributes(module, path), changed)
    result = {"changed": changed, "files": list(paths.values()), "totals": content["totals"], "since": since}
    if module._diff and "csv" in paths:
        result["diff"] = [_diff(paths["csv"], old[paths["csv"]], texts[paths["csv"]])]
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
    paths = {kind: "%s.%s" % (base, end) for kind, (end, _make) in FORMATS.items() if kind in module.params["formats"]}
    for path in paths.values():
        kind = places.kind_of(path)
        if kind:
            module.fail_json(msg="%s is %s: give the path of a file." % (path, kind))
    if not paths:
        module.fail_json(msg="formats is empty: give at least one of %s." % ", ".join(FORMATS))
    return paths


def _results(module: AnsibleModule) -> list[Mapping[str, Any]]:
    try:
        return given.results(module.params["results"])
    except given.NoResult as error:
        module.fail_json(msg=str(error))
    raise AssertionError("fail_json ends the process")


def _check(module: AnsibleModule, paths: Mapping[str, str]) -> None:
    """Find out what is wrong with the places and the attributes before anything is written, in check mode too."""
    try:
        places.check(paths.values(), module.params["unsafe_writes"])
    except places.CannotWrite as error:
        module.fail_json(msg=str(error))
    descriptor, trial = tempfile.mkstemp(prefix="rekey-report-", dir=module.tmpdir)
    os.close(descriptor)
    module.add_cleanup_file(trial)
    module.set_fs_attributes_if_different(_attributes(module, trial), False)


def _read(module: AnsibleModule, path: str) -> Optional[bytes]:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        module.fail_json(msg="%s cannot be read: %s." % (path, error.strerror))
    raise AssertionError("fail_json ends the process")


def _since(old: Mapping[str, Optional[bytes]], digest: str, content: Mapping[str, Any]) -> str:
    """The time that an older report of the same content has, or now."""
    for text in old.values():
        if text:
            since = files.since_in(text[: files.HEAD].decode("utf-8", "replace"), digest)
            if since:
                return since
    # The CSV has no time in it; its file has.
    csv = files.as_csv(content).encode("utf-8")
    times: Iterable[float] = (os.stat(path).st_mtime for path, text in old.items() if text == csv)
    when = next((datetime.fromtimestamp(at, timezone.utc) for at in times), datetime.now(timezone.utc))
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _dress(module: AnsibleModule, new: str, path: str) -> None:
    """Give a new file the owner of the one that it replaces, and the attributes that were asked for."""
    if os.path.exists(path):
        found = os.stat(path)
        try:
            os.chown(new, found.st_uid, found.st_gid)
        except OSError as error:
            module.debug("The owner of %s is not kept: %s" % (path, error))
    module.set_fs_attributes_if_different(_attributes(module, new), False)


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
