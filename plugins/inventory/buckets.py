# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: buckets
short_description: OCI Object Storage buckets as hosts
version_added: 1.0.0
description:
  - Makes each bucket a host. So you can spread work on buckets over processes and machines with forks, C(serial), C(throttle), C(--limit),
    and the job slices of AWX and Automation Controller.
  - The plugin reads a YAML file whose name ends in C(.rekey_buckets.yml) or C(.rekey_buckets.yaml).
  - All hosts are in the group C(rekey_buckets). If several files list the same bucket, it is still one host.
  - A host has the name of its bucket. If the file lists several regions, the plugin appends the region, as in C(payroll.us-ashburn-1),
    because a bucket's name is unique only in its region. See O(append_region).
  - Sometimes the name is taken. Another host or a group may have it, in this file or in a source before it, or Ansible itself uses it, such
    as C(all) or C(localhost). The host is then named C(BUCKET.REGION), or C(BUCKET.REGION.NAMESPACE) if that name is taken too. A
    warning lists these names.
  - The plugin does not change the hosts and groups of other sources. It cannot know the sources that Ansible reads after it. So give this
    file after the sources that have your servers, or set O(host_prefix).
  - Each host has C(ansible_connection=local) and the controller's Python, because there is nothing to log in to. The notes list its other
    variables, under RV(ignore:Host variables).
  - If a compartment cannot be listed, the plugin warns and goes on with the others, unless O(strict=true). If none can be listed, the
    plugin fails, and the file gives no host. Ansible itself only warns about a file that fails, unless you set
    C(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true).
  - In each region, the plugin makes one ListBuckets call for each compartment and each thousand buckets. With O(recursive=true), it also makes
    ListCompartments calls.
options:
  plugin:
    description: The name of this plugin, V(rekey.oci.buckets).
    type: str
    required: true
    choices: [rekey.oci.buckets]
  compartment_ids:
    description:
      - The OCIDs of the compartments that have the buckets. The tenancy's OCID stands for the root compartment.
      - The value may be a template. The same is true of O(regions), O(namespace_name) and the common options.
    type: list
    elements: str
    required: true
  recursive:
    description: Whether to include the compartments below those in O(compartment_ids), at any depth.
    type: bool
    default: false
  regions:
    description:
      - The regions to list, such as V([us-ashburn-1, eu-frankfurt-1]). If you leave it out, the plugin lists one region. That is the region of
        O(region), of E(OCI_REGION) or of the profile.
    type: list
    elements: str
    default: []
  include:
    description: Take only the buckets whose names match one of these globs, such as V(payroll-*). If you leave it out, all buckets are taken.
    type: list
    elements: str
    default: []
  exclude:
    description: Leave out the buckets whose names match one of these globs, even if O(include) matches them too.
    type: list
    elements: str
    default: []
  append_region:
    description:
      - Whether to append the region to a host's name.
      - If you leave it out, the plugin appends it if O(regions) has more than one region. Set it if you have several files with one
        region each.
    type: bool
  host_prefix:
    description:
      - A text that every host's name begins with, such as V(acme-). With it you can tell the buckets of one tenancy from those of
        another, and from your servers.
      - The text may have letters, digits, and the characters V(_), V(-), V(.), V(@), V(+) and V(=).
    type: str
    version_added: 1.1.0
  host_suffix:
    description: A text that every host's name ends with. It may have the same characters as O(host_prefix).
    type: str
    version_added: 1.1.0
  namespace_name:
    description: The Object Storage namespace. If you leave it out, the plugin looks it up, which costs one call in each region.
    type: str
  strict:
    description:
      - Whether the plugin fails if an entry of O(compose), O(groups) or O(keyed_groups) fails, or if a compartment cannot be listed. The
        file then gives no host at all.
  cache:
    description:
      - Whether to keep the list of buckets in a cache.
      - The plugin keeps a list only if it is complete. It uses the list again only for the same options, region, tenancy and user, and in the
        same version of this plugin.
extends_documentation_fragment:
  - rekey.oci.auth
  - rekey.oci.auth_environment
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
author:
  - rekey.oci contributors (@rekey-oci)
notes:
  - The user needs the permission BUCKET_INSPECT. With O(recursive=true), the user also needs COMPARTMENT_INSPECT.
  - "Host variables:"
  - C(rekey_bucket_name), C(rekey_namespace_name), C(rekey_region) - where the bucket is. The playbook
    C(rekey.oci.reencrypt_bucket) reads these.
  - C(rekey_compartment_id) - the OCID of its compartment.
  - C(rekey_compartment_name) - the name of its compartment. It is null if O(compartment_ids) names that compartment itself, because the
    plugin does not look it up.
  - C(rekey_time_created) - when the bucket was made, RFC 3339 in UTC.
  - C(rekey_freeform_tags), C(rekey_defined_tags) - its tags, as dictionaries.
  - Ansible never evaluates a text from the service as a template. For this, the plugin marks each text that has braces in it.
    C(ansible-inventory --list) shows the mark as C(__ansible_unsafe). The YAML of C(ansible-inventory --list --yaml) has no such mark, so do not use it
    as an inventory.
"""

EXAMPLES = r"""
# fleet.rekey_buckets.yml: the buckets of a compartment and of the compartments below it, in two regions. The list is kept for an hour.
# The first three options are enough for a start.
plugin: rekey.oci.buckets
compartment_ids:
  - "{{ lookup('ansible.builtin.env', 'COMPARTMENT_ID') }}"
recursive: true
regions: [us-ashburn-1, eu-frankfurt-1]
exclude: ["logs-*"]
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
import re
from collections.abc import Mapping
from functools import partial
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
from ansible_collections.rekey.oci.plugins.plugin_utils._environment import with_defaults, without_empty
from ansible_collections.rekey.oci.plugins.plugin_utils._inventory_hosts import (
    BucketHosts,
    Draft,
    host_names,
    named_groups,
)
from ansible_collections.rekey.oci.plugins.plugin_utils._inventory_texts import as_texts, inert, trusted

#: Raised with every change to what is kept.
CACHE_FORMAT = 2

#: Options that decide what is listed, apart from the common ones.
_LISTING = ("compartment_ids", "recursive", "regions", "namespace_name")
_TEMPLATES = ("compartment_ids", "regions", "namespace_name", "host_prefix", "host_suffix", *ENVIRONMENT)
_LISTS = ("compartment_ids", "regions", "include", "exclude")
_TEXTS = ("namespace_name", "host_prefix", "host_suffix", *ENVIRONMENT)
#: With what is told of one whose template is wrong: Ansible would quote the template.
_SECRETS = {"api_user_key_pass_phrase": "its template is wrong."}

#: Anything else has a meaning in a pattern of hosts, or in a path.
_AFFIX = re.compile(r"[A-Za-z0-9_\-.@+=]*")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]
    NAME = "rekey.oci.buckets"
    inventory: Any

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith((".rekey_buckets.yml", ".rekey_buckets.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        try:
            config = self._read_config_data(path)
            self._check_keys(config)
            params = self._params(config)
            names = Names(params["include"], params["exclude"])
            listed = self._listed(path, params, cache)
            self._report(path, listed["problems"], params["strict"])
            found = [bucket for bucket in listed["buckets"] if names.match(bucket["name"])]
            hosts = self._hosts(found, params)
        except inputs.BadInput as error:
            raise AnsibleParserError("%s: %s" % (path, error)) from None
        for line in self._idle(found, listed, names, params):
            self.display.warning("%s: %s" % (path, line))
        self._warn_of_names(path, hosts, params["strict"])
        hosts.put()

    # Options

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        # Before Ansible looks at their types, which it does by itself in reading the file.
        found = as_texts(with_defaults(direct), _LISTS, _TEXTS) if isinstance(direct, Mapping) else direct
        super().set_options(task_keys=task_keys, var_options=var_options, direct=found)

    def _check_keys(self, config: Mapping[str, Any]) -> None:
        known = set(self.option_definitions)
        for key in config:
            if key not in known:
                near = "".join(": did you mean %s?" % one for one in difflib.get_close_matches(str(key), known, 1))
                raise inputs.BadInput("there is no option %s%s" % (inputs.shown_key(str(key)), near or "."))

    def _params(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """All options, templates evaluated and checked. Raises BadInput."""
        params = without_empty({name: self.get_option(name) for name in self.option_definitions}, config)
        self.templar.available_variables = self._vars or {}
        for name in _TEMPLATES:
            # The option of a list is split at commas, those within a template too.
            whole = isinstance(params[name], list) and isinstance(config.get(name), str)
            params[name] = self._evaluated(name, config[name] if whole else params[name])
        for name in _LISTS:
            value = params[name] or []
            if isinstance(value, str):
                value = [item.strip() for item in value.split(",")]
            params[name] = list(dict.fromkeys(as_texts({name: value}, _LISTS, ())[name]))
        params = as_texts(params, (), _TEXTS)
        if not params["compartment_ids"]:
            raise inputs.BadInput("compartment_ids is empty: give the OCID of at least one compartment.")
        for compartment_id in params["compartment_ids"]:
            inputs.check_compartment_id(compartment_id)
        inputs.check_namespace(params["namespace_name"])
        for name in ("host_prefix", "host_suffix"):
            if not _AFFIX.fullmatch(params[name] or ""):
                raise inputs.BadInput(
                    "%s %s has characters that a host's name should not have: use only letters, digits and _-.@+="
                    % (name, inputs.shown(params[name]))
                )
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
            raise inputs.BadInput("%s cannot be evaluated: %s" % (name, _SECRETS.get(name, error))) from None

    # What there is

    def _listed(self, path: str, params: Mapping[str, Any], cache: bool) -> dict[str, Any]:
        """What is kept, or else what the service says: ``buckets`` and ``problems``."""
        places = self._places(params)
        query = self._query(params, places)
        key = self.get_cache_key(path)
        if params["cache"] and cache:
            kept = self._kept(key)
            if kept is not None and kept.get("format") == CACHE_FORMAT and kept.get("query") == query:
                return kept
        listed = self._list(params, places)
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
    def _query(params: Mapping[str, Any], places: list[Clients]) -> str:
        """Stands for everything that decides what is listed; the secrets do not."""
        asked = {name: params[name] for name in (*_LISTING, *ENVIRONMENT) if name not in _SECRETS}
        whole = [asked, [place.caller() for place in places]]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode("ascii")).hexdigest()

    def _places(self, params: Mapping[str, Any]) -> list[Clients]:
        """The same caller in each region. Raises BadInput."""
        regions = params["regions"]
        try:
            clients = Clients({**params, "region": params["region"] or (regions[0] if regions else None)}, WORKERS)
        except SdkMissing as error:
            raise AnsibleParserError(str(error)) from error
        for warning in clients.warnings:
            self.display.warning(warning)
        # A region has a short and a full name, and is one region.
        places = {place.region: place for place in (clients.in_region(region) for region in regions)}
        return list(places.values()) or [clients]

    def _list(self, params: Mapping[str, Any], places: list[Clients]) -> dict[str, Any]:
        if len(places) > 1 and not places[0].serves_regions:
            self.display.warning(
                "object_storage_endpoint is one address for all regions, so each region gives the same buckets. Put {region} into its host name, "
                "or leave the option out."
            )
        buckets: list[dict[str, Any]] = []
        problems: list[dict[str, Any]] = []
        listed = 0
        for clients in places:
            try:
                found = BucketList(OciApi(clients), params["namespace_name"])
            except ApiError as error:
                problems.append({"region": clients.region, "compartment_id": None, "line": error.line()})
                continue
            found.read(params["compartment_ids"], params["recursive"])
            buckets.extend(found.buckets)
            problems.extend(found.problems)
            listed += found.listed
        if not listed:
            raise inputs.BadInput("no compartment can be listed: %s" % problems[0]["line"])
        return {"buckets": buckets, "problems": problems}

    def _report(self, path: str, problems: list[dict[str, Any]], strict: bool) -> None:
        for problem in problems:
            where = " of ".join(str(problem[name]) for name in ("compartment_id", "region") if problem.get(name))
            what = "compartments below" if problem.get("below") else "buckets of"
            line = "%s: the %s cannot be listed: %s"
            line %= (path, "%s %s" % (what, where) if where else "buckets", problem["line"])
            if strict:
                raise AnsibleParserError(line)
            self.display.warning(line)

    @staticmethod
    def _idle(
        found: list[dict[str, Any]], listed: Mapping[str, Any], names: Names, params: Mapping[str, Any]
    ) -> list[str]:
        """What was asked for by name, and matched nothing: it may be mistyped."""
        told = str(names)
        if not found:
            if not told:
                return ["there is no bucket in the compartments that were listed."]
            count = len(listed["buckets"])
            return ["no bucket is left after %s, of %d bucket%s listed." % (told, count, "" if count == 1 else "s")]
        matching = {glob for bucket in listed["buckets"] for glob in names.matching(bucket["name"])}
        lines = [
            "%s has %s, which matches the name of no bucket." % (option, glob)
            for option, globs in (("include", names.include), ("exclude", names.exclude))
            for glob in globs
            if glob not in matching
        ]
        # With those below them, nobody knows here which is below which.
        used = {entry["compartment_id"] for entry in (*found, *listed["problems"])}
        what = "left after %s" % told if told else "in it"
        asked = [] if params["recursive"] or None in used else params["compartment_ids"]
        lines += ["compartment %s has no bucket %s." % (one, what) for one in asked if one not in used]
        return lines

    # Hosts

    def _hosts(self, found: list[dict[str, Any]], params: Mapping[str, Any]) -> BucketHosts:
        append = params["append_region"]
        if append is None:
            append = len(params["regions"]) > 1
        affixes = params["host_prefix"] or "", params["host_suffix"] or ""
        service = params["object_storage_endpoint"] or ""
        draft = partial(self._draft, params["strict"])
        named = named_groups(params["groups"], params["keyed_groups"])
        hosts = BucketHosts(self.inventory, service, map(self._sanitize_group_name, named), draft)
        hosts.plan(found, lambda bucket: host_names(bucket, append, *affixes))
        return hosts

    def _draft(self, strict: bool, name: str, bucket: Mapping[str, Any]) -> Draft:
        """A host with its variables and groups. Raises AnsibleError where it is strict."""
        variables = {
            "rekey_bucket_name": bucket["name"],
            "rekey_namespace_name": bucket["namespace"],
            "rekey_region": bucket["region"],
            "rekey_compartment_id": bucket["compartment_id"],
            "rekey_compartment_name": bucket["compartment_name"],
            "rekey_time_created": bucket["time_created"],
            "rekey_freeform_tags": bucket["freeform_tags"],
            "rekey_defined_tags": bucket["defined_tags"],
        }
        fixed = {
            "ansible_connection": trusted("local"),
            # The Python of whatever controller runs the play, which need not be the one that made this inventory.
            "ansible_python_interpreter": trusted("{{ ansible_playbook_python }}"),
        }
        draft = Draft(name, {**inert(variables), **fixed})
        inventory, self.inventory = self.inventory, draft
        try:
            self._set_composite_vars(self.get_option("compose"), draft.host.get_vars(), name, strict)
            for variable, value in draft.host.vars.items():
                if value is not fixed.get(variable):
                    draft.host.vars[variable] = inert(value)
            self._add_host_to_composed_groups(self.get_option("groups"), {}, name, strict)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), {}, name, strict)
        finally:
            self.inventory = inventory
        return draft

    def _warn_of_names(self, path: str, hosts: BucketHosts, strict: bool) -> None:
        renamed = hosts.renamed()
        if renamed:
            self.display.warning(
                "%s: other hosts or groups have the names of some buckets, so the hosts of these buckets have longer names: %s."
                % (path, ", ".join(renamed))
            )
        shadowing = hosts.shadowing()
        if shadowing:
            line = "%s: these groups are not made, because hosts have their names: %s." % (
                path,
                ", ".join(shadowing),
            )
            if strict:
                raise AnsibleParserError(line)
            self.display.warning(line)
