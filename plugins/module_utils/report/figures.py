# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report says over all: counts, groups, and what could not be looked at. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

from ansible_collections.rekey.oci.plugins.module_utils.report.rows import (
    NOT_PROVEN,
    NOTHING_TO_PROVE,
    PROVEN,
    error_line,
    is_list,
    part,
    rows,
    text,
)

#: Upper bounds of the age classes, in days, with their names.
AGES = ((30, "under 30"), (90, "30 to 89"), (180, "90 to 179"), (365, "180 to 364"))
OLDEST, NO_AGE = "365 or more", "not known"


def totals(made: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    counts = {"total": 0, PROVEN: 0, NOT_PROVEN: 0, NOTHING_TO_PROVE: 0}
    for one in made:
        counts["total"] += 1
        counts[one["verdict"]] += 1
    return counts


def by_status(made: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in made:
        counts[one["status"]] = counts.get(one["status"], 0) + 1
    return dict(sorted(counts.items()))


def by_compartment(made: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Counts for each compartment and region, those first that have most to prove."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for one in made:
        place = (one["region"] or "", one["compartment_id"] or "")
        group = groups.get(place)
        if group is None:
            group = groups[place] = {
                "region": one["region"],
                "compartment_id": one["compartment_id"],
                "compartment": one["compartment"],
                **totals(()),
            }
        group["compartment"] = group["compartment"] or one["compartment"]
        group["total"] += 1
        group[one["verdict"]] += 1
    return sorted(
        groups.values(),
        key=lambda group: (
            -group[NOT_PROVEN],
            *(group[name] or "" for name in ("region", "compartment", "compartment_id")),
        ),
    )


def by_age(made: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Buckets under a key, by the age of the key's current version. The class without an age comes last."""
    counts = {
        name: {PROVEN: 0, NOT_PROVEN: 0, NOTHING_TO_PROVE: 0} for name in (*(name for _bound, name in AGES), OLDEST)
    }
    unknown = {PROVEN: 0, NOT_PROVEN: 0, NOTHING_TO_PROVE: 0}
    for one in made:
        age = one["key_version_age_days"]
        if age is not None:
            counts[next((name for bound, name in AGES if age < bound), OLDEST)][one["verdict"]] += 1
        elif one["key_id"] or one["status"] == "error":
            unknown[one["verdict"]] += 1
    counts[NO_AGE] = unknown
    return [{"days": name, "total": sum(of.values()), **of} for name, of in counts.items()]


def by_key(made: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each key with its current version and its buckets' counts, those first that have most to prove."""
    groups: dict[str, dict[str, Any]] = {}
    fields = (
        "key_name",
        "vault_id",
        "key_state",
        "protection_mode",
        "key_version_id",
        "key_version_created",
        "key_version_age_days",
    )
    for one in made:
        if not one["key_id"]:
            continue
        group = groups.setdefault(one["key_id"], {"key_id": one["key_id"], **dict.fromkeys(fields), **totals(())})
        for name in fields:
            if group[name] is None:
                group[name] = one[name]
        group["total"] += 1
        group[one["verdict"]] += 1
    return sorted(groups.values(), key=lambda group: (-group[NOT_PROVEN], group["key_id"]))


def problems(results: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What could not be looked at as a whole: compartments that may not be listed, runs that failed or were stopped."""
    found = []
    for result in results:
        region, buckets = text(result.get("region")), result.get("buckets")
        for one in _unlisted(result):
            error = error_line(part(one, "error"), {}) or "The reason is not known."
            found.append(_problem(text(one.get("region")) or region, one.get("compartment_id"), error))
        if not is_list(buckets) or (result.get("failed") and not buckets and not result.get("unlisted")):
            found.append(_problem(region, None, text(result.get("msg")) or "The result holds no buckets."))
        elif not all(isinstance(one, Mapping) for one in buckets or ()):
            found.append(_problem(region, None, "The result holds what is no bucket."))
        if result.get("interrupted"):
            found.append(_problem(region, None, "The run was stopped before it had seen all buckets."))
    return sorted(found, key=lambda one: tuple(str(value or "") for value in one.values()))


def _unlisted(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """One for each list that could not be read. What is not of the right shape counts too: buckets may be missing all the same."""
    told = result.get("unlisted") or ()
    return [one if isinstance(one, Mapping) else {} for one in (told if is_list(told) else (told,))]


def _problem(region: Optional[str], compartment_id: Any, error: str) -> dict[str, Any]:
    return {"region": region, "compartment_id": text(compartment_id), "error": error}


def content(results: Sequence[Mapping[str, Any]], title: str, require_customer_managed_key: bool) -> dict[str, Any]:
    """All that a report says, apart from when it was made."""
    made = rows(results, require_customer_managed_key)
    return {
        "title": text(title),
        "totals": totals(made),
        "statuses": by_status(made),
        "problems": problems(results),
        "compartments": by_compartment(made),
        "ages": by_age(made),
        "keys": by_key(made),
        "buckets": made,
    }
