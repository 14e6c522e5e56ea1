"""Rules as people give them, and jobs that judge by them: pinned, replayed, gated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voyant.domain.caller import Caller
from voyant.domain.finding import Severity
from voyant.domain.job import Runner
from voyant.domain.manifest import Manifest
from voyant.domain.result import Result
from voyant.domain.rule import RuleKind
from voyant.domain.serialization import from_json
from voyant.errors import Code, InvalidInput
from voyant.services.analysis import analyze, parameters_of
from voyant.services.execution import run_here, stored_parameters
from voyant.services.results import read_result
from voyant.services.retention import prunable, prune
from voyant.services.rules import read_rules, rules_from
from voyant.services.sources import source_from
from voyant.services.submission import submit
from voyant.services.verification import replay
from voyant.services.wiring import artifact_store
from voyant.store.models import Job

ORDERS = "id,shop,amount,day\n" + "".join(f"{n},{10 + n % 3},{n}.5,2024-01-{1 + n % 28:02}\n" for n in range(1, 61))
SHOPS = "id,city\n10,Gent\n11,Brno\n12,Lodz\n"


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    return path


def judged(caller: Caller, path: Path, rules: list[dict[str, Any]], **options: Any) -> Result:
    source = source_from(caller, str(path))
    return read_result(caller, analyze(caller, source, kind="quality", rules=rules, **options))


def manifest_of(caller: Caller, job_id: str) -> Manifest:
    return from_json(artifact_store().read(caller.tenant, job_id, "manifest.json"), Manifest)


@pytest.mark.parametrize(
    "text",
    [
        "- {kind: range, column: amount, minimum: 0, severity: critical}\n- {kind: values, column: land, values: [NO]}",
        "rules:\n  - kind: range\n    columns: amount\n    minimum: 0\n    severity: critical\n"
        "  - kind: values\n    columns: [land]\n    values: [NO]\n",
        json.dumps(
            [
                {"kind": "range", "columns": ["amount"], "minimum": 0, "severity": "critical"},
                {"kind": "values", "columns": ["land"], "values": ["NO"]},
            ]
        ),
    ],
)
def test_rules_are_read_from_yaml_and_json(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rules.yml"
    path.write_text(text)
    first, second = read_rules(path)
    assert (first.kind, first.columns, first.severity) == (RuleKind.RANGE, ("amount",), Severity.CRITICAL)
    assert second.values == ("NO",)  # a country, no boolean


def test_dates_stay_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "rules.yml"
    path.write_text("- {kind: range, column: day, minimum: 2024-01-31}")
    assert read_rules(path)[0].minimum == "2024-01-31"


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("- {kind: range, column: a, minimun: 0}", Code.BAD_RULE, "perhaps minimum"),
        ("- {kind: rage, column: a}", Code.BAD_RULE, "rage"),
        ("- {column: a}", Code.BAD_RULE, "kind"),
        ("- 7", Code.BAD_RULE, "rule 1"),
        ("7", Code.BAD_RULE, "no list of rules"),
        ("", Code.BAD_RULE, "no list of rules"),
        ("- {kind: range, name: low, column: a, minimum: 2, maximum: 1}", Code.BAD_RULE, "'low'"),
        ("- {kind: range, column: a, minimum: .nan}", Code.BAD_RULE, "not finite"),
        ('- {kind: missing, column: "a\\0b"}', Code.BAD_RULE, "NUL"),
        ("- {kind: [", Code.UNREADABLE, "neither YAML nor JSON"),
        ("a: &a [x]\nb: [*a, *a]", Code.UNREADABLE, "aliases"),
        ("- !!python/object/apply:os.system [ls]", Code.UNREADABLE, "neither YAML nor JSON"),
        ("[" * 3000, Code.UNREADABLE, "neither YAML nor JSON"),
    ],
)
def test_what_is_no_rule_is_refused(tmp_path: Path, text: str, code: Code, said: str) -> None:
    path = tmp_path / "rules.yml"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=said) as refused:
        read_rules(path)
    assert refused.value.code is code


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"none\.yml"):
        read_rules(tmp_path / "none.yml")
    (tmp_path / "latin.yml").write_bytes(b"- \xe9")
    with pytest.raises(InvalidInput) as refused:
        read_rules(tmp_path / "latin.yml")
    assert refused.value.code is Code.ENCODING


def test_surrogates_are_refused() -> None:
    with pytest.raises(InvalidInput, match="JSON"):
        rules_from([{"kind": "missing", "column": "\ud800"}])


def test_a_failed_rule_is_told_with_its_rows(caller: Caller, orders: Path) -> None:
    rules = [{"kind": "range", "column": "amount", "maximum": 58, "severity": "critical", "owner": "sales"}]
    result = judged(caller, orders, rules)
    assert result.quality is not None
    [told] = result.quality.rules
    assert (told.name, told.failed, told.checked, told.owner) == ("range:amount", 3, 60, "sales")
    assert told.sample == tuple({"_row": row, "amount": row + 0.5} for row in (58, 59, 60))
    assert result.warnings[0] == "The critical rule range:amount fails: 3 of 60 rows."
    assert result.warnings[1].startswith("This run is no good one")
    assert result.gate is None


@pytest.mark.parametrize(
    ("rules", "fail_under", "passed", "said"),
    [
        ([{"kind": "missing", "column": "amount"}], 0.9, True, None),
        ([{"kind": "range", "column": "amount", "maximum": 30}], 0.9, False, "The quality score is 0.483"),
        ([{"kind": "missing", "column": "nope"}], 0.0, False, "could not run: missing:nope"),
        ([], 0.9, True, None),
    ],
)
def test_the_gate(
    caller: Caller, orders: Path, rules: list[dict[str, Any]], fail_under: float, passed: bool, said: str | None
) -> None:
    gate = judged(caller, orders, rules, fail_under=fail_under).gate
    assert gate is not None
    assert gate.passed is passed
    assert (gate.error is None) is passed
    if gate.error is not None:
        assert gate.error["code"] == "VYNT-7005"
        assert said is not None
        assert said in gate.error["message"]


def test_a_gate_that_no_score_can_pass_is_refused(caller: Caller, orders: Path) -> None:
    with pytest.raises(InvalidInput, match="0 to 1"):
        parameters_of(source_from(caller, str(orders)), fail_under=1.5)


def test_tables_that_rules_look_values_up_in_are_pinned(caller: Caller, orders: Path, tmp_path: Path) -> None:
    shops = tmp_path / "shops.csv"
    shops.write_text(SHOPS)
    analyze(caller, source_from(caller, str(shops)), kind="ingest")
    rules = [{"kind": "reference", "column": "shop", "reference": "shops", "reference_columns": ["id"]}]
    result = judged(caller, orders, rules)
    assert result.quality is not None
    assert result.quality.rules == ()
    [pinned] = manifest_of(caller, result.job_id).inputs[0].references
    assert (pinned.table, pinned.rows) == ("shops", 3)

    # Another delivery of the other table changes nothing for the job that was, and its snapshot stays.
    shops.write_text("id,city\n10,Gent\n")
    analyze(caller, source_from(caller, str(shops)), kind="ingest")
    assert replay(caller, result.job_id).holds
    assert prunable(caller, 0).jobs
    later = judged(caller, orders, rules)
    assert later.quality is not None
    assert later.quality.rules[0].failed == 40


def test_the_snapshot_that_was_looked_up_stays_as_long_as_the_job(caller: Caller, orders: Path, tmp_path: Path) -> None:
    shops = tmp_path / "shops.csv"
    shops.write_text(SHOPS)
    taken = analyze(caller, source_from(caller, str(shops)), kind="ingest")
    rules = [{"kind": "reference", "column": "shop", "reference": "shops", "reference_columns": ["id"]}]
    kept = judged(caller, orders, rules).job_id
    shops.write_text("id,city\n10,Gent\n")
    analyze(caller, source_from(caller, str(shops)), kind="ingest")
    long_ago = Job.objects.get(id=kept).created_at.replace(year=2020)
    Job.objects.filter(id=taken).update(finished_at=long_ago)
    assert taken in prune(caller, 1).jobs
    assert replay(caller, kept).holds


def test_volume_is_judged_by_the_history_of_the_table(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "daily.csv"
    for rows in (100, 104, 98, 101, 99, 100):
        path.write_text("id,v\n" + "".join(f"{n},{n * 7 % 11}\n" for n in range(rows)))
        result = judged(caller, path, [{"kind": "volume"}])
    assert result.quality is not None
    assert result.quality.rules == ()
    assert manifest_of(caller, result.job_id).inputs[0].earlier_rows == (100, 104, 98, 101, 99)

    path.write_text("id,v\n" + "".join(f"{n},{n * 7 % 11}\n" for n in range(20)))
    result = judged(caller, path, [{"kind": "volume"}])
    assert result.quality is not None
    assert [(rule.name, rule.observed) for rule in result.quality.rules] == [("volume", 20)]
    assert replay(caller, result.job_id).holds


def test_freshness_is_measured_from_when_the_job_was_asked_for(caller: Caller, orders: Path) -> None:
    result = judged(caller, orders, [{"kind": "freshness", "column": "day", "within_seconds": 86400}])
    assert result.quality is not None
    assert result.quality.rules[0].observed == "2024-01-28"
    assert replay(caller, result.job_id).holds


def test_rules_outlive_the_process_that_was_given_them(caller: Caller, orders: Path) -> None:
    rules = [{"kind": "values", "column": "shop", "values": [10, 11]}, {"kind": "row_count", "minimum": 60}]
    parameters = parameters_of(source_from(caller, str(orders)), rules=rules, fail_under=0.5)
    job = submit(caller, "quality", parameters, runner=Runner.PROCESS).job
    kept = stored_parameters(Job.objects.get(id=job.id))
    assert (kept.rules, kept.fail_under) == (parameters.rules, 0.5)
    run_here(job.id)
    quality = read_result(caller, job.id).quality
    assert quality is not None
    assert [(rule.name, rule.failed) for rule in quality.rules] == [("values:shop", 20)]


def test_many_failed_rules_still_fit(caller: Caller, orders: Path) -> None:
    rules = [
        {"kind": "range", "column": "amount", "maximum": -1, "name": f"rule {n} " + "x" * 80, "description": "y" * 400}
        for n in range(60)
    ]
    result = judged(caller, orders, rules)
    assert result.quality is not None
    assert len(result.quality.rules) < 60
    assert len(result.quality.rules) + result.omitted["rules"] == 60
