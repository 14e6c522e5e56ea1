"""Presets: listed, kept in a folder of one's own, run and repeated."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
import yaml

from voyant.analysis.presets import built_in, preset_from, refuse_what_cannot_run
from voyant.domain.caller import Caller
from voyant.domain.job import Status
from voyant.domain.preset import Plan
from voyant.domain.serialization import from_json
from voyant.errors import Code, InvalidInput, NotFound
from voyant.services.analysis import analyze, parameters_of
from voyant.services.artifacts import list_artifacts, read_artifact
from voyant.services.jobs import list_jobs, show_job
from voyant.services.presets import list_presets, preset_run, refused_presets, show_preset
from voyant.services.results import read_result
from voyant.services.sources import source_from
from voyant.services.submission import submit
from voyant.services.verification import replay
from voyant.settings.configuration import settings

OF_THE_VOCABULARY = {
    *("benchmark.brand", "financial.revenue_analysis", "financial.expense_tracking", "financial.margin_analysis"),
    *("customer.churn_analysis", "customer.segmentation", "customer.ltv_prediction", "quality.data_profiling"),
    *("quality.anomaly_detection", "quality.schema_validation", "ops.inventory_analysis", "ops.supply_chain"),
}
SALES = """
name: shop.sales
title: Sales
description: What was sold.
time: day
parameters:
  - {name: day, kind: column, description: when, found: leading_time, roles: [time], required: true}
  - {name: amount, kind: column, description: what was paid, roles: [measure], words: [revenue], required: true}
  - {name: quantity, kind: column, description: pieces, roles: [measure], words: [quantity]}
steps:
  kpis:
    sales: sum({amount})
    a piece: sum({amount}) / sum({quantity})
  rules:
    - {name: paid, kind: range, column: "{amount}", minimum: 0}
  search: {columns: ["{day}", "{amount}"]}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of presets, which holds one."""
    path = tmp_path / "presets"
    path.mkdir()
    (path / "shop.sales.yaml").write_text(SALES)
    changed = msgspec.structs.replace(settings(), presets_path=path)
    monkeypatch.setattr("voyant.services.presets.settings", lambda: changed)
    return path


@pytest.fixture
def orders(tmp_path: Path) -> str:
    path = tmp_path / "orders.csv"
    days = (
        f"2024-{1 + n // 28:02}-{1 + n % 28:02},{'NL' if n % 3 else 'FR'},{10 + n % 7 + n // 28}.5" for n in range(280)
    )
    path.write_text("day,country,revenue\n" + "\n".join(days) + "\n")
    return str(path)


def plan_of(caller: Caller, job_id: str) -> Plan:
    return from_json(b"".join(read_artifact(caller, job_id, "preset.json")), Plan)


def test_those_that_come_with_voyant_are_of_the_vocabulary() -> None:
    assert built_in().keys() <= OF_THE_VOCABULARY


@pytest.mark.parametrize("name", built_in())
def test_each_of_them_can_be_computed(name: str) -> None:
    refuse_what_cannot_run(built_in()[name])


def test_those_of_the_guide_are_presets() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "presets.md").read_text("utf-8")
    whole, tables = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL))
    refuse_what_cannot_run(preset_from(whole))
    shop = {"name": "shop", "kind": "column", "description": "where", "words": ["shop"]}
    more = {"parameters": [*whole["parameters"], shop], "steps": whole["steps"] | tables["steps"]}
    refuse_what_cannot_run(preset_from(whole | more | {"tables": tables["tables"]}))


def test_the_folders_stand_among_them(caller: Caller, folder: Path) -> None:
    listed = {preset.name: preset for preset in list_presets(caller)}
    assert listed.keys() == {*built_in(), "shop.sales"}
    assert [(preset.own, preset.requires) for name, preset in listed.items() if name == "shop.sales"] == [
        (True, ("day", "amount"))
    ]
    assert show_preset(caller, "shop.sales").title == "Sales"


def test_a_file_that_has_changed_is_read_again(caller: Caller, folder: Path) -> None:
    assert show_preset(caller, "shop.sales").title == "Sales"
    (folder / "shop.sales.yaml").write_text(SALES.replace("title: Sales", "title: All the sales"))
    assert show_preset(caller, "shop.sales").title == "All the sales"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("shop.broken", "name: [", "neither YAML nor JSON"),
        ("shop.broken", "- 1", "is list, and no fields"),
        ("shop.broken", SALES, "its name is 'shop.sales'; the file of that preset is shop.sales.yaml"),
        (
            "quality.data_profiling",
            SALES.replace("shop.sales", "quality.data_profiling"),
            "another preset of that name",
        ),
        (
            "shop.broken",
            SALES.replace("shop.sales", "shop.broken").replace("sales: sum({amount})", 'sales: "{amount}"'),
            "aggregates nothing",
        ),
        ("shop.broken", SALES.replace("shop.sales", "shop.broken").replace("minimum: 0", ""), "The rule 'paid'"),
    ],
)
def test_a_broken_file_is_told_and_the_others_stay(
    caller: Caller, folder: Path, name: str, text: str, reason: str
) -> None:
    (folder / f"{name}.yaml").write_text(text)
    [refusal] = refused_presets(caller)
    assert refusal.code in {Code.BAD_PRESET, Code.UNREADABLE}
    assert reason in refusal.message
    assert show_preset(caller, "shop.sales").title == "Sales"
    if name not in built_in():
        with pytest.raises(InvalidInput, match=r"shop\.broken"):
            show_preset(caller, name)


def test_a_refused_file_is_told_by_the_name_that_it_gives_itself(caller: Caller, folder: Path) -> None:
    (folder / "mine.yaml").write_text(SALES.replace("shop.sales", "shop.mine").replace("steps:", "stages:"))
    with pytest.raises(InvalidInput, match=r"mine\.yaml' is refused.*stages") as refused:
        preset_run(caller, "shop.mine", {})
    assert refused.value.code is Code.BAD_PRESET
    with pytest.raises(NotFound) as unknown:
        preset_run(caller, "shop.other", {})
    assert "mine.yaml" in str(unknown.value.remedy)


def test_a_folder_that_is_none_is_told(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = msgspec.structs.replace(settings(), presets_path=Path("/nowhere/at/all"))
    monkeypatch.setattr("voyant.services.presets.settings", lambda: changed)
    [refusal] = refused_presets(caller)
    assert "VOYANT_PRESETS_PATH" in refusal.message
    assert len(list_presets(caller)) == len(built_in())


def test_an_unknown_preset_is_refused_with_the_nearest(caller: Caller) -> None:
    with pytest.raises(NotFound, match=r"perhaps quality\.data_profiling") as refused:
        preset_run(caller, "quality.data_profile", {})
    assert refused.value.code is Code.NO_TEMPLATE


def test_only_presets_take_parameters(caller: Caller) -> None:
    with pytest.raises(InvalidInput, match="no preset"):
        preset_run(caller, "analyze", {"amount": "x"})


def test_a_preset_runs_to_a_result_with_findings_charts_and_memo(caller: Caller, folder: Path, orders: str) -> None:
    job_id = analyze(caller, source_from(caller, orders), kind="shop.sales")
    result = read_result(caller, job_id, max_tokens=10_000)

    assert (result.kind, result.status, result.degraded) == ("shop.sales", Status.COMPLETED, ())
    assert [kpi.name for kpi in result.kpis] == ["sales"]
    assert result.findings
    assert next(finding.text for finding in result.findings if finding.kind == "drivers").startswith("Sales rose by")
    assert result.warnings[:2] == (
        "Columns were found by their names and roles: day is day and amount is revenue.",
        "For lack of quantity, this was not done: kpis.a piece.",
    )
    made = {artifact.name for artifact in list_artifacts(caller, job_id)}
    assert {"preset.json", "kpis.json", "quality.json", "narrative.md", "report.html", "manifest.json"} <= made
    assert any(name.startswith("charts/") for name in made)


def test_a_job_can_be_repeated_after_its_preset_is_gone(caller: Caller, folder: Path, orders: str) -> None:
    job_id = analyze(caller, source_from(caller, orders), kind="shop.sales", arguments={"amount": "revenue"})
    (folder / "shop.sales.yaml").unlink()
    verdict = replay(caller, job_id)
    assert [entry.name for entry in verdict.comparisons if not entry.same] == []


def test_a_table_without_what_is_required_fails_with_what_could_be_given(
    caller: Caller, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "worth.csv"
    path.write_text("day,worth\n" + "".join(f"2024-01-{1 + n % 28:02},{n * 1.5}\n" for n in range(60)))
    with pytest.raises(InvalidInput, match=r"shop\.sales needs amount") as failed:
        analyze(caller, source_from(caller, str(path)), kind="shop.sales")
    assert failed.value.code is Code.MISSING_PARAMETER
    assert failed.value.data["missing"] == [{"name": "amount", "candidates": ["worth"]}]
    [job] = list_jobs(caller).items
    assert job.error is not None
    assert job.error["code"] == "VYNT-1004"
    given = analyze(caller, source_from(caller, str(path)), kind="shop.sales", arguments={"amount": "worth"})
    assert {entry.parameter: entry.value for entry in plan_of(caller, given).bound} == {"day": "day", "amount": "worth"}


def test_an_unknown_column_fails_the_job_with_the_nearest(caller: Caller, folder: Path, orders: str) -> None:
    with pytest.raises(InvalidInput, match="perhaps revenue") as failed:
        analyze(caller, source_from(caller, orders), kind="shop.sales", arguments={"amount": "revenues"})
    assert failed.value.code is Code.UNKNOWN_COLUMN


def test_rules_of_a_preset_and_of_the_caller_are_both_judged(caller: Caller, folder: Path, orders: str) -> None:
    rules = [{"name": "few", "kind": "row_count", "maximum": 10}]
    job_id = analyze(caller, source_from(caller, orders), kind="shop.sales", rules=rules, fail_under=1.0)
    result = read_result(caller, job_id)
    assert result.quality is not None
    assert [rule.name for rule in result.quality.rules] == ["few"]
    assert result.gate is not None
    assert not result.gate.passed


def test_the_callers_time_column_forms_the_periods(caller: Caller, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    rows = (f"2024-01-{1 + n % 28:02},2024-{1 + n // 28:02}-{1 + n % 28:02},{n}" for n in range(112))
    path.write_text("day,paid_on,revenue\n" + "\n".join(rows) + "\n")
    job_id = analyze(caller, source_from(caller, str(path)), kind="shop.sales", time_column="paid_on")
    assert plan_of(caller, job_id).time_column == "paid_on"


def test_lists_of_jobs_name_the_preset_and_not_all_of_it(caller: Caller, orders: str) -> None:
    run = preset_run(caller, "quality.schema_validation", {"filled": "revenue"})
    job = submit(caller, "quality.schema_validation", parameters_of(source_from(caller, orders), preset=run)).job
    shown = show_job(caller, job.id).parameters["preset"]
    assert shown == {"name": "quality.schema_validation", "arguments": {"filled": ["revenue"]}}


def test_a_kind_that_is_not_the_preset_of_its_parameters_is_refused(caller: Caller, orders: str) -> None:
    with pytest.raises(InvalidInput, match="not among the parameters"):
        submit(caller, "quality.schema_validation", parameters_of(source_from(caller, orders)))


def test_a_table_in_which_nothing_is_wrong_is_told_so(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("code_id,revenue\n" + "".join(f"A{n:04},{n}\n" for n in range(50)))
    job_id = analyze(caller, source_from(caller, str(path)), kind="quality.schema_validation")
    result = read_result(caller, job_id)
    assert plan_of(caller, job_id).asked.rules[0].columns == ("code_id",)
    assert result.headline.startswith("Quality scores 1.00 of 1")
