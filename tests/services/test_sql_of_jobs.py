"""The SQL of findings, run as it stands with the job that tells them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import voyant
from tests.analysis.insights.sentences import as_number
from tests.security.statements import HOSTILE
from voyant.domain.caller import LOCAL_CALLER, Caller
from voyant.domain.insights import Insights
from voyant.domain.narrative import Narrative
from voyant.domain.serialization import from_json
from voyant.errors import Code, Conflict, NotFound, QueryRejected, VoyantError
from voyant.services.analysis import analyze
from voyant.services.results import read_result
from voyant.services.retention import prune
from voyant.services.sources import source_from
from voyant.services.sql import columns, query, query_arrow, tables
from voyant.services.wiring import artifact_store, lake
from voyant.store.models import Job

ASKED: Mapping[str, Mapping[str, Any]] = {
    "analyze": {},
    "forecast": {"value": "sum(amount)", "grain": "month", "horizon": 3},
    "regression": {"target": "amount"},
    "anomaly": {"value": "sum(amount)"},
}


def written(path: Path, days: int = 760) -> Path:
    """A shop's days: sales follow from visitors, weather and the season, one day is a slip, some weeks are odd."""
    rng = np.random.default_rng(7)
    visitors = (200 + 60 * np.sin(np.arange(days) * 2 * np.pi / 365) + rng.normal(0, 12, days)).round()
    weather = rng.choice(["rain", "sun", "wind"], days)
    amount = visitors * 4 + np.where(weather == "sun", 150, 0) + rng.normal(0, 25, days)
    amount[300:321] += 900
    amount[40] = 9_000
    start = np.datetime64("2021-01-01")
    lines = [f"{start + n},{weather[n]},{visitors[n]:.0f},{amount[n]:.2f}" for n in range(days)]
    path.write_text("day,weather,visitors,amount\n" + "\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def shop(home: Path) -> Caller:
    return Caller(tenant="told", subject="tester", may_read_files=True)


@pytest.fixture(scope="module")
def jobs(shop: Caller, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A job of each kind over one table, by kind."""
    source = source_from(shop, str(written(tmp_path_factory.mktemp("told") / "orders.csv")))
    return {
        kind: analyze(shop, source, kind=kind, requests={kind: asked} if asked else {}) for kind, asked in ASKED.items()
    }


@pytest.mark.parametrize("kind", ASKED)
def test_every_finding_comes_again_as_it_stands(shop: Caller, jobs: dict[str, str], kind: str) -> None:
    job = jobs[kind]
    store = artifact_store()
    found = from_json(store.read(shop.tenant, job, "insights.json"), Insights).findings
    told = from_json(store.read(shop.tenant, job, "narrative.json"), Narrative).findings
    shown = {finding.sql for finding in read_result(shop, job, max_tokens=10_000).findings if finding.sql is not None}
    assert shown <= {finding.sql for finding in told}
    assert any("job." in sql for sql in shown) == (kind != "analyze")
    for finding in (*found, *told):
        answer = query(shop, finding.sql, job_id=job)
        names = [column.name for column in answer.columns]
        for number in finding.numbers:
            cell = answer.rows[number.row][names.index(number.column)]
            assert number.stated in finding.text
            if isinstance(number.value, str):
                assert cell == number.value, finding.text
            else:
                assert float(cell) == pytest.approx(number.value), finding.text
                assert abs(as_number(number.stated)) == pytest.approx(abs(float(cell)), rel=0.01, abs=0.051), (
                    finding.text
                )
        if finding.view is not None:
            assert query(shop, finding.view.sql, job_id=job).rows, finding.text


@pytest.mark.parametrize("kind", ASKED)
def test_the_calls_that_a_result_proposes_carry_the_job(shop: Caller, jobs: dict[str, str], kind: str) -> None:
    for step in read_result(shop, jobs[kind], max_tokens=10_000).next:
        if step.tool == "voyant_sql":
            assert step.arguments["job_id"] == jobs[kind]
            assert query(shop, step.arguments["sql"], job_id=step.arguments["job_id"]).rows


def test_without_the_job_its_rows_are_not_known_and_the_error_says_what_to_give(
    shop: Caller, jobs: dict[str, str]
) -> None:
    with pytest.raises(QueryRejected, match=r"job\.forecast") as caught:
        query(shop, "SELECT *\nFROM job.forecast")
    assert caught.value.code is Code.MISSING_PARAMETER
    assert "job_id" in caught.value.remedy
    assert "--job" in caught.value.remedy
    assert (caught.value.data["line"], caught.value.data["column"]) == (2, 10)


def test_rows_that_the_job_did_not_make_get_the_nearest(shop: Caller, jobs: dict[str, str]) -> None:
    for named in ("job.forcast", "forecast"):
        with pytest.raises(NotFound, match=named) as caught:
            query(shop, f"SELECT * FROM {named}", job_id=jobs["forecast"])
        assert caught.value.code is Code.NO_TABLE
        assert "job.forecast" in caught.value.remedy
        assert {"orders", "job.forecast", "job.forecast_history"} <= set(caught.value.data["tables"])
    with pytest.raises(NotFound):
        query(shop, "SELECT * FROM job.forecast", job_id=jobs["regression"])


def test_a_job_is_its_tenants_alone(shop: Caller, other_caller: Caller, jobs: dict[str, str]) -> None:
    for ask in (
        lambda caller: query(caller, "SELECT * FROM job.forecast", job_id=jobs["forecast"]),
        lambda caller: query_arrow(caller, "SELECT 1", job_id=jobs["forecast"]),
        lambda caller: tables(caller, job_id=jobs["forecast"]),
        lambda caller: columns(caller, "job.forecast", job_id=jobs["forecast"]),
    ):
        ask(shop)
        with pytest.raises(NotFound) as caught:
            ask(other_caller)
        assert caught.value.code is Code.NO_JOB


def test_hostile_statements_stay_refused_with_a_job(shop: Caller, jobs: dict[str, str]) -> None:
    for sql in HOSTILE:
        with pytest.raises(VoyantError) as caught:
            query(shop, sql, job_id=jobs["forecast"])
        assert caught.value.code in {Code.SQL_REFUSED, Code.NO_TABLE}, sql


def test_no_rows_but_those_named_can_be_read(shop: Caller, jobs: dict[str, str], home: Path) -> None:
    other = home / "artifacts" / shop.tenant / jobs["regression"] / "regression.parquet"
    assert other.is_file()
    for sql in (f"SELECT * FROM '{other}'", f"SELECT * FROM read_parquet('{other}')", f"SELECT * FROM job.'{other}'"):
        with pytest.raises(VoyantError):
            query(shop, sql, job_id=jobs["forecast"])


def test_tables_and_columns_of_a_job_are_listed(shop: Caller, jobs: dict[str, str]) -> None:
    job = jobs["forecast"]
    listed = {table.name: table for table in tables(shop, job_id=job).items}
    assert {"orders", "job.forecast", "job.forecast_series", "job.rejects"} <= set(listed)
    assert (listed["orders"].rows, listed["orders"].columns) == (760, 4)
    assert (listed["job.forecast"].rows, listed["job.forecast"].source) == (3, job)
    for name, table in listed.items():
        assert len(columns(shop, name, job_id=job)) == table.columns
    assert "low_80" in {column.name for column in columns(shop, "JOB.forecast", job_id=job)}
    page = tables(shop, job_id=job, limit=2)
    rest = tables(shop, job_id=job, cursor=page.next_cursor)
    assert [table.name for table in (*page.items, *rest.items)] == list(listed)
    with pytest.raises(QueryRejected) as caught:
        columns(shop, "job.forecast")
    assert caught.value.code is Code.MISSING_PARAMETER


def test_the_table_is_read_as_the_job_read_it(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    jobs = []
    for rows in (30, 40):
        path.write_text("day,amount\n" + "".join(f"2024-01-{1 + n % 28:02},{n}\n" for n in range(rows)))
        jobs.append(analyze(caller, source_from(caller, str(path)), kind="profile"))

    counts = [query(caller, "SELECT count(*) FROM orders", job_id=job).rows for job in (*jobs, None)]
    assert counts == [((30,),), ((40,),), ((40,),)]
    assert [tables(caller, job_id=job).items[-1].rows for job in jobs] == [30, 40]


def test_other_tables_are_read_as_the_rules_of_the_job_read_them(caller: Caller, tmp_path: Path) -> None:
    def brought(name: str, text: str, **asked: Any) -> str:
        (tmp_path / f"{name}.csv").write_text(text)
        return analyze(caller, source_from(caller, str(tmp_path / f"{name}.csv")), **asked)

    rule = {"kind": "reference", "column": "shop", "reference": "shops", "reference_columns": ["id"]}
    brought("shops", "id,place\n1,Brno\n2,Gent\n", kind="ingest")
    job = brought("orders", "shop,amount\n" + "1,5\n2,6\n3,7\n" * 9, kind="quality", rules=[rule])
    brought("shops", "id,place\n1,Brno\n2,Gent\n3,Lodz\n", kind="ingest")

    strangers = "SELECT count(*) FROM orders WHERE shop NOT IN (SELECT id FROM shops)"
    assert [query(caller, strangers, job_id=given).rows for given in (job, None)] == [((9,),), ((0,),)]
    assert [(table.name, table.rows) for table in tables(caller, job_id=job).items][-2:] == [
        ("orders", 27),
        ("shops", 2),
    ]


def test_the_tables_that_a_preset_derives_are_read_by_their_names(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    days = [(n, who) for who, every in (("a", 10), ("b", 12), ("c", 15), ("d", 20)) for n in range(0, 180, every)]
    path.write_text(
        "day,customer_id,revenue\n"
        + "".join(f"{date(2024, 1, 1) + timedelta(n)},{who},{10 + n % 7}.00\n" for n, who in days)
    )
    job = analyze(caller, source_from(caller, str(path)), kind="customer.churn_analysis")
    held = json.loads(artifact_store().read(caller.tenant, job, "kpis.json"))
    statements = [kpi["sql"] for kpi in held["kpis"]]
    assert statements
    for sql in (*statements, *(finding.sql or "" for finding in read_result(caller, job, max_tokens=10_000).findings)):
        assert query(caller, sql, job_id=job).columns
    counted = "SELECT count(*) FROM {}"
    for name in ("orders_customers", "job.orders_customers"):
        assert query(caller, counted.format(name), job_id=job).rows[0][0] > 4
    assert len(columns(caller, "orders_customers", job_id=job)) > 4
    with pytest.raises(NotFound) as caught:
        query(caller, counted.format("orders_customers"))
    assert caught.value.code is Code.NO_TABLE


def test_what_is_kept_no_more_is_said(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("day,amount\n" + "".join(f"2024-01-{1 + n % 28:02},{n}\n" for n in range(30)))
    source = source_from(caller, str(path))
    job = analyze(caller, source, kind="quality")
    assert query(caller, "SELECT count(*) FROM job.failing_rows", job_id=job).rows

    artifact_store().remove(caller.tenant, job)
    with pytest.raises(NotFound, match=r"failing_rows\.parquet") as caught:
        query(caller, "SELECT * FROM job.failing_rows", job_id=job)
    assert caught.value.code is Code.NO_ARTIFACT
    assert "again" in caught.value.remedy

    lake().drop(caller.tenant, "orders")
    for _ in ("gone", "taken in anew"):
        with pytest.raises(NotFound, match="kept no more") as caught:
            query(caller, "SELECT * FROM orders", job_id=job)
        assert caught.value.code is Code.NO_TABLE
        assert "Leave the job out" in caught.value.remedy
        later = analyze(caller, source, kind="profile")
    assert query(caller, "SELECT count(*) FROM orders", job_id=later).rows == ((30,),)

    prune(caller, 0)
    with pytest.raises(NotFound) as caught:
        query(caller, "SELECT * FROM orders", job_id=job)
    assert caught.value.code is Code.NO_JOB


def test_python_gives_the_job_with_the_statement(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "python_reads.csv"
    path.write_text("day,amount\n2024-01-01,1\n2024-01-02,2\n")
    job = analyze(LOCAL_CALLER, source_from(LOCAL_CALLER, str(path)), kind="quality")
    sql = "SELECT count(*) AS n FROM python_reads, (SELECT count(*) FROM job.failing_rows) WHERE amount > ?"
    assert voyant.sql(sql, job=job, parameters=[1]).rows == ((1,),)
    assert len(voyant.sql("SELECT * FROM python_reads", limit=1).rows) == 1
    with pytest.raises(VoyantError) as caught:
        voyant.sql(sql, parameters=[1])
    assert caught.value.code is Code.MISSING_PARAMETER


def test_a_job_that_has_not_completed_has_nothing_to_read(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("day,amount\n2024-01-01,1\n2024-01-02,2\n")
    job = analyze(caller, source_from(caller, str(path)), kind="profile")
    Job.objects.filter(id=job).update(status="running")
    with pytest.raises(Conflict, match="running") as caught:
        query(caller, "SELECT * FROM orders", job_id=job)
    assert caught.value.code is Code.JOB_NOT_COMPLETED
