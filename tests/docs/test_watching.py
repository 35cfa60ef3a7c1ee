# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report for machines, as their own readers have it: promtool, prometheus_client and junitparser. And the alerts of the guide."""

from __future__ import annotations

import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import yaml
from junitparser import Error, Failure, JUnitXml, Skipped
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.rekey.oci.plugins.module_utils.report import figures, files, machines
from tests.docs import snippets
from tests.docs.tables import names, table
from tests.tools import packages
from tests.tools.paths import REPO
from tests.tools.without import do_without
from tests.unit.plugins.module_utils.report_data import STATUSES, entry

SINCE = "2026-11-24T10:00:00Z"
HOSTILE = ('a"b', "back\\slash", "line\nend", "</testcase>", "K\u00f6ln \u6771\u4eac", "]]>", "a{b}")
PAGE = REPO / "docs" / "watching.md"

#: What Jenkins' schema of JUnit files allows: an element's attributes, and the elements in it.
SCHEMA: dict[str, tuple[set[str], set[str]]] = {
    "testsuites": ({"name", "tests", "failures", "errors", "time", "disabled"}, {"testsuite"}),
    "testsuite": (
        set(
            "name tests failures errors time disabled skipped timestamp hostname id package file log url version".split()
        ),
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        set("name classname time status class file line log group url".split()),
        {"skipped", "error", "failure"},
    ),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "skipped": ({"message", "type"}, set()),
    "properties": (set(), {"property"}),
    "system-out": (set(), set()),
    "system-err": (set(), set()),
}


@pytest.fixture(scope="module")
def promtool() -> str:
    if not shutil.which("promtool"):
        why_not = packages.install("there is no promtool on the PATH", "prometheus")
        if why_not:
            do_without(why_not)
    return str(shutil.which("promtool"))


def content(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return figures.content([{"region": "us-ashburn-1", "buckets": list(entries), **more}], "A <title>", False)


def everything() -> dict[str, Any]:
    problem = {"compartment_id": "c<>&", "error": {"operation": "ListBuckets", "status": 404}}
    return content(
        *(entry(status, status) for status in STATUSES),
        *(entry("stale", name, compartment_name=name, open_uploads=2) for name in HOSTILE),
        unlisted=[problem],
    )


def prometheus(of: dict[str, Any]) -> str:
    return machines.as_prometheus(of, files.fingerprint(of), SINCE)


def junit(of: dict[str, Any]) -> str:
    return machines.as_junit(of, files.fingerprint(of), SINCE)


def run(command: list[str], given: str | None = None) -> None:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr.strip(), done.stderr


def test_promtool_takes_the_metrics(promtool: str) -> None:
    for of in (everything(), content(), content(entry("up_to_date"))):
        run([promtool, "check", "metrics"], prometheus(of))


def test_the_metrics_say_what_the_report_says() -> None:
    of = everything()
    found = {family.name: family for family in text_string_to_metric_families(prometheus(of))}
    assert {family.type for family in found.values()} == {"gauge"}
    assert all(family.documentation for family in found.values())
    by_status = {sample.labels["status"]: sample.value for sample in found["rekey_buckets"].samples}
    assert by_status == {**dict.fromkeys(STATUSES, 1), "stale": 1 + len(HOSTILE)}
    proven = {sample.labels["bucket"]: sample.value for sample in found["rekey_bucket_proven"].samples}
    assert set(proven) == {row["bucket"] for row in of["buckets"]} - {"empty_bucket", "oracle_managed_key"}
    assert {name for name, value in proven.items() if value} == {"up_to_date"}
    assert {sample.labels["region"] for sample in found["rekey_bucket_proven"].samples} == {"us-ashburn-1"}
    uploads = {sample.labels["bucket"]: sample.value for sample in found["rekey_bucket_open_uploads"].samples}
    assert set(uploads.values()) == {2}
    assert len(uploads) == len(HOSTILE)
    created = found["rekey_bucket_key_version_created_timestamp_seconds"].samples
    assert {sample.value for sample in created} == {1790812800}
    assert found["rekey_report_since_timestamp_seconds"].samples[0].value == 1795514400
    assert found["rekey_report_problems"].samples[0].value == 1


def test_statuses_that_no_bucket_has_are_0() -> None:
    found = {family.name: family for family in text_string_to_metric_families(prometheus(content()))}
    assert {sample.labels["status"]: sample.value for sample in found["rekey_buckets"].samples} == dict.fromkeys(
        STATUSES, 0
    )
    assert found["rekey_bucket_proven"].samples == []


def test_junitparser_reads_the_suite() -> None:
    of = everything()
    suites = list(JUnitXml.fromstring(junit(of).encode()))
    assert len(suites) == 1
    suite = suites[0]
    cases = list(suite)
    assert suite.tests == len(cases) == of["totals"]["total"] + 1
    kinds = {
        kind: [case for case in cases if any(isinstance(one, kind) for one in case.result)]
        for kind in (Failure, Error, Skipped)
    }
    assert {case.name for case in kinds[Skipped]} == {"empty_bucket", "oracle_managed_key"}
    assert {case.name for case in kinds[Error]} == {"error", "All buckets are seen"}
    assert len(kinds[Failure]) == suite.failures == 4 + len(HOSTILE)
    assert (suite.errors, suite.skipped) == (2, 2)
    assert [case.name for case in cases if not case.result] == ["up_to_date"]
    assert {case.name for case in cases} >= {row["bucket"] for row in of["buckets"]}
    assert all(case.classname.startswith("us-ashburn-1.") for case in cases)


def test_it_is_of_the_schema() -> None:
    for of in (everything(), content()):
        _check(ET.fromstring(junit(of).encode()))  # noqa: S314 - it is our own


def _check(element: ET.Element) -> None:
    attributes, children = SCHEMA[element.tag]
    assert set(element.attrib) <= attributes, element.tag
    for needed in {"testsuite": ("name", "tests", "failures", "errors"), "testcase": ("name", "classname")}.get(
        element.tag, ()
    ):
        assert element.get(needed) is not None
    for child in element:
        assert child.tag in children
        _check(child)


def test_nothing_of_the_run_is_in_them() -> None:
    of = everything()
    assert prometheus(of) == prometheus(of)
    assert files.since_in(prometheus(of)[: files.HEAD], files.fingerprint(of)) == SINCE
    assert files.since_in(junit(of)[: files.HEAD], files.fingerprint(of)) == SINCE


def rules(tmp_path: Path) -> Path:
    (block,) = [block for block in snippets.blocks("yaml", pages=[PAGE]) if "alert:" in block.text]
    path = tmp_path / "rekey.rules.yml"
    path.write_text(block.text, encoding="utf-8")
    return path


def test_the_alerts_are_rules(promtool: str, tmp_path: Path) -> None:
    path = rules(tmp_path)
    assert len(yaml.safe_load(path.read_text(encoding="utf-8"))["groups"][0]["rules"]) == 3
    run([promtool, "check", "rules", str(path)])


def test_the_alerts_fire_when_they_should(promtool: str, tmp_path: Path) -> None:
    labels = '{region="us-ashburn-1",namespace="examplens",bucket="payroll"}'
    exp = {"region": "us-ashburn-1", "namespace": "examplens", "bucket": "payroll", "severity": "warning"}

    def case(series: dict[str, str], alert: str, at: str, fires: list[dict[str, str]]) -> dict[str, Any]:
        given = [{"series": name, "values": values} for name, values in series.items()]
        wanted = [{"exp_labels": one} for one in fires]
        return {
            "interval": "1h",
            "input_series": given,
            "alert_rule_test": [{"alertname": alert, "eval_time": at, "exp_alerts": wanted}],
        }

    missing, proven, created, problems = (
        "RekeyBucketNotProven", "rekey_bucket_proven" + labels, "rekey_bucket_key_version_created_timestamp_seconds" + labels,
        "rekey_report_problems",
    )  # fmt: skip
    tests = [
        case({proven: "0x48"}, missing, "25h", [exp]),
        case({proven: "0x12 1x48"}, missing, "40h", []),
        case({proven: "0x48"}, missing, "20h", []),
        case({created: "0x9700"}, "RekeyKeyVersionOld", "399d", []),
        case({created: "0x9700"}, "RekeyKeyVersionOld", "401d", [exp]),
        case({problems: "0x48"}, "RekeyReportIncomplete", "10h", []),
        case({problems: "1x48"}, "RekeyReportIncomplete", "10h", [{"severity": "critical"}]),
        case({proven: "1x48"}, "RekeyReportIncomplete", "10h", [{"severity": "critical"}]),
    ]
    path = rules(tmp_path)
    for one in tests:
        for checked in one["alert_rule_test"]:
            for alert in checked["exp_alerts"]:
                alert["exp_annotations"] = _annotations(path, checked["alertname"])
    (tmp_path / "test.yml").write_text(
        yaml.safe_dump({"rule_files": [path.name], "evaluation_interval": "1h", "tests": tests})
    )
    done = subprocess.run(
        [promtool, "test", "rules", str(tmp_path / "test.yml")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _annotations(path: Path, name: str) -> dict[str, str]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))["groups"][0]["rules"]
    (rule,) = [rule for rule in found if rule["alert"] == name]
    filled = {"{{ $labels.bucket }}": "payroll", "{{ $labels.region }}": "us-ashburn-1"}
    annotations: dict[str, str] = rule["annotations"]
    for template, value in filled.items():
        annotations = {key: text.replace(template, value) for key, text in annotations.items()}
    return annotations


def test_the_metrics_of_the_guide_are_those_that_are_written() -> None:
    families = {family.name: family for family in text_string_to_metric_families(prometheus(everything()))}
    told, before = {}, set[str]()
    for metric, labels, _value in table("docs/watching.md", "Metrics for Prometheus").rows:
        told[metric.strip("`")] = before = before if labels == "the same" else set(names(labels))
    assert told == {name: set(family.samples[0].labels) for name, family in families.items()}
