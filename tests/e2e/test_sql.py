"""``voyant sql`` as a person runs it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from tests.e2e.command import Shell
from voyant.errors import Code


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A home with one analysed table."""
    folder = tmp_path_factory.mktemp("sql")
    source = folder / "sales.csv"
    source.write_text("Day,Region,Amount\n" + "".join(f"2024-01-{n:02},{'NS'[n % 2]},{n}\n" for n in range(1, 29)))
    made = Shell(folder / "home")
    assert made("analyze", source, "--json").code == 0
    return made


def test_tables_and_columns_are_listed(shell: Shell) -> None:
    [table] = shell("sql", "--tables", "--json").json["items"]
    assert (table["name"], table["rows"], table["columns"]) == ("sales", 28, 3)
    assert [column["original_name"] for column in shell("sql", "--columns", "sales", "--json").json] == [
        "Day",
        "Region",
        "Amount",
    ]
    assert "sales" in shell("sql", "--tables").out
    assert "Amount" in shell("sql", "--columns", "sales").out


def test_parameters_come_in_order_or_by_name(shell: Shell) -> None:
    in_order = shell(
        "sql", "SELECT count(*) FROM sales WHERE region = ? AND amount > ?", "--param", "N", "--param", "10"
    )
    by_name = shell("sql", "SELECT len($x)", "--param", "x=[1, 2]", "--json")

    assert in_order.out.split()[-1] == "9"
    assert by_name.json["rows"] == [[2]]


def test_what_was_cut_is_said(shell: Shell) -> None:
    assert "OFFSET 5" in shell("sql", "SELECT * FROM sales", "--limit", "5").out
    assert shell("sql", "SELECT * FROM sales", "--limit", "5", "--json").json["omitted"]["cut_by"] == "rows"


def test_rows_are_written_as_arrow(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "sales.arrows"
    said = shell("sql", "SELECT amount FROM sales ORDER BY amount LIMIT 2", "--arrow", path, "--json").json

    assert said["rows"] == 2
    assert pa.ipc.open_stream(path.read_bytes()).read_all().to_pydict() == {"amount": [1, 2]}


def test_with_its_job_a_statement_reads_what_the_job_read_and_made(shell: Shell) -> None:
    job = shell("job", "list", "--json").json["items"][-1]["id"]
    found = shell("sql", "SELECT count(*) FROM sales, (SELECT count(*) FROM job.failing_rows)", "--job", job, "--json")

    assert found.json["rows"] == [[28]]
    assert "job.failing_rows" in shell("sql", "--tables", "--job", job).out
    assert "_row" in shell("sql", "--columns", "job.failing_rows", "--job", job).out
    refused = shell("sql", "SELECT * FROM job.failing_rows")
    assert refused.code == 2
    assert "--job" in refused.err
    assert shell("sql", "SELECT 1", "--job", "job_0", "--json").json["error"]["code"] == str(Code.NO_JOB)


def test_no_statement_is_an_error_that_says_so(shell: Shell) -> None:
    outcome = shell("sql", "--json")

    assert outcome.code == 2
    assert outcome.json["error"]["code"] == str(Code.MISSING_PARAMETER)


def test_nothing_is_left_behind(shell: Shell) -> None:
    shell("sql", "SELECT 1")

    assert not list((shell.home / "scratch").glob("sql-*"))
