"""The rules checked by Great Expectations on DuckDB; runs in an environment of its own, without Voyant."""

import json
import sys
import tempfile
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb
import great_expectations as gx
from great_expectations import expectations as gxe
from great_expectations.execution_engine import sqlalchemy_execution_engine as engine


class _Dialect(StrEnum):
    DUCKDB = "duckdb"


def main() -> None:
    # It reads results after it gave the connection back, which ends DuckDB's, unless it keeps it as for SQLite.
    engine._PERSISTED_CONNECTION_DIALECTS += (_Dialect.DUCKDB,)
    path, rules = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "lineitem.duckdb"
        with duckdb.connect(str(database)) as connection:
            connection.execute(f"CREATE VIEW lineitem AS SELECT * FROM read_parquet('{path}')")
        context = gx.get_context(mode="ephemeral")
        source = context.data_sources.add_sql("duckdb", connection_string=f"duckdb:///{database}")
        batch = source.add_table_asset("lineitem", table_name="lineitem").add_batch_definition_whole_table("all")
        suite = context.suites.add(gx.ExpectationSuite("rules"))
        for rule in rules:
            suite.add_expectation(_expectation(rule))
        results = batch.get_batch().validate(suite, result_format="BASIC").results
    print(json.dumps({found.expectation_config.meta["name"]: _failed(found.result) for found in results}))


def _failed(result: dict[str, Any]) -> int:
    return int(result["unexpected_count"] if "unexpected_count" in result else result["observed_value"])


def _expectation(rule: dict[str, Any]) -> gxe.Expectation:
    column, kind, meta = rule["columns"][0], rule["kind"], {"name": rule["name"]}
    low, high = _bound(rule.get("minimum")), _bound(rule.get("maximum"))
    if kind == "missing":
        return gxe.ExpectColumnValuesToNotBeNull(column=column, meta=meta)
    if kind == "values":
        return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=rule["values"], meta=meta)
    if kind == "pattern":
        # Its own regular expressions are not for DuckDB.
        failing = f"SELECT * FROM {{batch}} WHERE NOT regexp_full_match({column}, '{rule['pattern']}')"
        return gxe.UnexpectedRowsExpectation(unexpected_rows_query=failing, meta=meta)
    if kind == "length":
        return gxe.ExpectColumnValueLengthsToBeBetween(column=column, min_value=low, max_value=high, meta=meta)
    if kind == "comparison":
        return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=rule["columns"][1], column_B=column, or_equal=rule["operator"] == "<=", meta=meta
        )
    return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high, meta=meta)


def _bound(value: Any) -> Any:
    """A date where it is written as one."""
    return date.fromisoformat(value) if isinstance(value, str) else value


if __name__ == "__main__":
    main()
