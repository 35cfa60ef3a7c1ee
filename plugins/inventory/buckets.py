# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: buckets
short_description: OCI Object Storage buckets as hosts
version_added: 1.0.0
description:
  - Makes a host of each bucket, so that forks, C(serial), C(throttle), C(--limit) and the job slices of AWX and Automation
    Controller spread work on buckets over processes and machines.
  - Use a YAML file whose name ends in C(.rekey_buckets.yml) or C(.rekey_buckets.yaml).
  - A host is named as its bucket. Where several regions are listed, the region is appended, as in C(payroll.us-ashburn-1), since
    a bucket's name is unique in its region only. See O(append_region).
  - Each host has C(ansible_connection=local) and the controller's Python, since nothing is logged in to. What else a host has
    is under RV(ignore:Host variables).
  - A compartment that may not be listed is warned of and hides no other, unless O(strict=true). Where none can be listed, the
    inventory fails.
  - One ListBuckets call for each compartment and thousand buckets is made, and with O(recursive=true) ListCompartments calls.
options:
  plugin:
    description: Must be V(rekey.oci.buckets).
    type: str
    required: true
    choices: [rekey.oci.buckets]
  compartment_ids:
    description:
      - The OCIDs of the compartments whose buckets are meant. The tenancy's OCID stands for the root compartment.
      - May be a template, as may O(regions), O(namespace_name) and the common options.
    type: list
    elements: str
    required: true
  recursive:
    description: Whether to take the compartments below them too, at any depth.
    type: bool
    default: false
  regions:
    description: The regions to list, such as V([us-ashburn-1, eu-frankfurt-1]). When left out, the one region of the common options.
    type: list
    elements: str
    default: []
  include:
    description: Globs on bucket names, such as V(payroll-*). When left out, all buckets.
    type: list
    elements: str
    default: []
  exclude:
    description: Globs on the names of buckets to leave out. Wins over O(include).
    type: list
    elements: str
    default: []
  append_region:
    description:
      - Whether the region is appended to a host's name.
      - When left out, it is where O(regions) has more than one. Set it where several files list a region each.
    type: bool
  namespace_name:
    description: The Object Storage namespace. Looked up when left out, which costs one call.
    type: str
  strict:
    description:
      - Whether an entry of O(compose), O(groups) or O(keyed_groups) that fails is fatal, and so is a compartment that cannot be
        listed.
  cache:
    description:
      - Whether to keep what was listed.
      - Kept is only what is complete. What was kept for other options, or by another version of this plugin, is not used.
extends_documentation_fragment:
  - rekey.oci.auth
  - rekey.oci.auth_environment
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
author:
  - rekey.oci contributors (@rekey-oci)
notes:
  - Needs the permission BUCKET_INSPECT, and with O(recursive=true) COMPARTMENT_INSPECT.
  - "Host variables:"
  - C(rekey_bucket_name), C(rekey_namespace_name), C(rekey_region) - where the bucket is. The playbook
    C(rekey.oci.reencrypt_bucket) reads these.
  - C(rekey_compartment_id) - the OCID of its compartment; C(rekey_compartment_name) - its name, null where it is one of
    O(compartment_ids) and so was not looked up.
  - C(rekey_time_created) - when the bucket was made, RFC 3339 in UTC.
  - C(rekey_freeform_tags), C(rekey_defined_tags) - its tags, as dictionaries.
  - What comes from the service is never evaluated as a template.
"""

EXAMPLES = r"""
# fleet.rekey_buckets.yml: the buckets of a compartment and of those below it, in two regions, kept for an hour.
# The first three options are enough for a start.
plugin: rekey.oci.buckets
compartment_ids:
  - "{{ lookup('ansible.builtin.env', 'COMPARTMENT_ID') }}"
recursive: true
regions: [us-ashburn-1, eu-frankfurt-1]
exclude: ["*-logs"]
keyed_groups:
  - key: rekey_compartment_name
    prefix: compartment
  - key: rekey_region
    prefix: region
groups:
  production: rekey_freeform_tags.environment | default('') == 'production'
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/rekey
cache_timeout: 3600
"""

import difflib
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Optional

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.rekey.oci.plugins.module_utils.common import inputs
from ansible_collections.rekey.oci.plugins.module_utils.common.filters import Names
from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.module.arguments import ENVIRONMENT
from ansible_collections.rekey.oci.plugins.module_utils.sdk.clients import Clients
from ansible_collections.rekey.oci.plugins.module_utils.sdk.loading import SdkMissing
from ansible_collections.rekey.oci.plugins.module_utils.sdk.oci_api import OciApi
from ansible_collections.rekey.oci.plugins.plugin_utils._bucket_list import WORKERS, BucketList

try:
    from ansible.template import trust_as_template
except ImportError:
    # Before ansible-core 2.19 whatever is not marked is a template.
    from ansible.utils.unsafe_proxy import wrap_var as untrusted

    def trust_as_template(value: str) -> str:
        return value

else:

    def untrusted(value: Any) -> Any:
        return value


#: Raised with every change to what is kept.
CACHE_FORMAT = 1

#: Options that decide what is listed, apart from the common ones.
_LISTING = ("compartment_ids", "recursive", "regions", "namespace_name")
_TEMPLATES = ("compartment_ids", "regions", "namespace_name", *ENVIRONMENT)
_LISTS = ("compartment_ids", "regions", "include", "exclude")
_SECRETS = frozenset(("api_user_key_pass_phrase",))


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]
    NAME = "rekey.oci.buckets"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith((".rekey_buckets.yml", ".rekey_buckets.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        config = self._read_config_data(path)
        try:
            self._check_keys(config)
            params = self._params(config)
            names = Names(params["include"], params["exclude"])
            listed = self._listed(path, params, cache)
        except inputs.BadInput as error:
            raise AnsibleParserError("%s: %s" % (path, error)) from None
        self._report(path, listed["problems"], params["strict"])
        found = [bucket for bucket in listed["buckets"] if names.match(bucket["name"])]
        if not found:
            told = str(names)
            self.display.warning(
                "%s: no bucket is found%s, of %d listed."
                % (path, " with " + told if told else "", len(listed["buckets"]))
            )
        append = params["append_region"]
        if append is None:
            append = len(params["regions"]) > 1
        for bucket in found:
            self._add(bucket, append, params["strict"])

    # Options

    def _check_keys(self, config: Mapping[str, Any]) -> None:
        known = set(self.option_definitions)
        for key in config:
            if key not in known:
                near = difflib.get_close_matches(str(key), known, 1)
                raise inputs.BadInput(
                    "there is no option %r%s" % (str(key), ": did you mean %s?" % near[0] if near else ".")
                )

    def _params(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """All options, templates evaluated and checked. Raises BadInput."""
        params = {name: self.get_option(name) for name in self.option_definitions}
        self.templar.available_variables = self._vars or {}
        for name in _TEMPLATES:
            # The option of a list is split at commas, those within a template too.
            whole = isinstance(params[name], list) and isinstance(config.get(name), str)
            params[name] = self._evaluated(name, config[name] if whole else params[name])
        for name in _LISTS:
            value = params[name] or []
            if isinstance(value, str):
                value = [item.strip() for item in value.split(",")]
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise inputs.BadInput("%s must be a list of texts." % name)
            params[name] = list(dict.fromkeys(value))
        if not params["compartment_ids"]:
            raise inputs.BadInput("compartment_ids is empty: give the OCID of a compartment at least.")
        for compartment_id in params["compartment_ids"]:
            inputs.check_compartment_id(compartment_id)
        inputs.check_namespace(params["namespace_name"])
        return params

    def _evaluated(self, name: str, value: Any) -> Any:
        try:
            if isinstance(value, list):
                found: list[Any] = []
                for item in value:
                    one = self._evaluated(name, item)
                    found.extend(one if isinstance(one, list) else [one])
                return found
            return self.templar.template(value) if isinstance(value, str) else value
        except AnsibleError as error:
            raise inputs.BadInput("%s cannot be evaluated: %s" % (name, error)) from None

    # What there is

    def _listed(self, path: str, params: Mapping[str, Any], cache: bool) -> dict[str, Any]:
        """What is kept, or else what the service says: ``buckets`` and ``problems``."""
        query = self._query(params)
        key = self.get_cache_key(path)
        if params["cache"] and cache:
            kept = self._kept(key)
            if kept is not None and kept.get("format") == CACHE_FORMAT and kept.get("query") == query:
                return kept
        listed = self._list(params)
        if params["cache"] and not listed["problems"]:
            self._cache[key] = {"format": CACHE_FORMAT, "query": query, **listed}
        return listed

    def _kept(self, key: str) -> Optional[dict[str, Any]]:
        try:
            kept = self._cache[key]
        except KeyError:
            return None
        except Exception as error:  # a cache plugin can fail in every way, and the service still has the truth
            self.display.warning("The inventory cache cannot be read (%s): listing anew." % type(error).__name__)
            return None
        whole = (
            isinstance(kept, dict) and isinstance(kept.get("buckets"), list) and isinstance(kept.get("problems"), list)
        )
        return kept if whole else None

    @staticmethod
    def _query(params: Mapping[str, Any]) -> str:
        """Stands for everything that decides what is listed; the secrets do not."""
        asked = {name: params[name] for name in (*_LISTING, *ENVIRONMENT) if name not in _SECRETS}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode("ascii")).hexdigest()

    def _list(self, params: Mapping[str, Any]) -> dict[str, Any]:
        if len(params["regions"]) > 1 and params["object_storage_endpoint"]:
            self.display.warning(
                "object_storage_endpoint is set: all regions are asked there, and give the same buckets."
            )
        buckets: list[dict[str, Any]] = []
        problems: list[dict[str, Any]] = []
        listed = 0
        for region in params["regions"] or [params["region"]]:
            try:
                clients = Clients({**params, "region": region}, WORKERS)
            except SdkMissing as error:
                raise AnsibleParserError(str(error)) from error
            for warning in clients.warnings:
                self.display.warning(warning)
            try:
                found = BucketList(OciApi(clients), params["namespace_name"])
                found.read(params["compartment_ids"], params["recursive"])
            except ApiError as error:
                problems.append({"region": region, "compartment_id": None, "line": error.line()})
            else:
                buckets.extend(found.buckets)
                problems.extend(found.problems)
                listed += found.listed
        if not listed:
            raise inputs.BadInput("no compartment can be listed: %s" % problems[0]["line"])
        return {"buckets": buckets, "problems": problems}

    def _report(self, path: str, problems: list[dict[str, Any]], strict: bool) -> None:
        for problem in problems:
            where = " of ".join(str(problem[name]) for name in ("compartment_id", "region") if problem.get(name))
            line = "%s: the buckets%s cannot be listed: %s" % (path, " of " + where if where else "", problem["line"])
            if strict:
                raise AnsibleParserError(line)
            self.display.warning(line)

    # Hosts

    def _add(self, bucket: Mapping[str, Any], append_region: bool, strict: bool) -> None:
        name = bucket["name"]
        host = self.inventory.add_host("%s.%s" % (name, bucket["region"]) if append_region else name)
        variables = {
            "rekey_bucket_name": name,
            "rekey_namespace_name": bucket["namespace"],
            "rekey_region": bucket["region"],
            "rekey_compartment_id": bucket["compartment_id"],
            "rekey_compartment_name": bucket["compartment_name"],
            "rekey_time_created": bucket["time_created"],
            "rekey_freeform_tags": bucket["freeform_tags"],
            "rekey_defined_tags": bucket["defined_tags"],
        }
        for variable, value in variables.items():
            self.inventory.set_variable(host, variable, untrusted(value))
        self.inventory.set_variable(host, "ansible_connection", "local")
        # The Python of whatever controller runs the play, which need not be the one that made this inventory.
        self.inventory.set_variable(
            host, "ansible_python_interpreter", trust_as_template("{{ ansible_playbook_python }}")
        )
        known = self.inventory.get_host(host).get_vars()
        self._set_composite_vars(self.get_option("compose"), known, host, strict)
        self._add_host_to_composed_groups(self.get_option("groups"), {}, host, strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), {}, host, strict)
