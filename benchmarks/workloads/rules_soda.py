"""The rules checked by Soda Core on DuckDB; runs in an environment of its own, without Voyant."""

import json
import sys
from pathlib import Path
from typing import Any

import duckdb
from soda.scan import Scan


def main() -> None:
    path, rules = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW lineitem AS SELECT * FROM read_parquet('{path}')")
    scan = Scan()
    scan.disable_telemetry()
    scan.add_duckdb_connection(connection, data_source_name="duckdb")
    scan.set_data_source_name("duckdb")
    scan.add_sodacl_yaml_str(json.dumps({"checks for lineitem": [_check(rule) for rule in rules]}))
    scan.execute()
    if scan.has_error_logs():
        raise SystemExit(scan.get_error_logs_text())
    told = {check["name"]: check["diagnostics"]["value"] for check in scan.get_scan_results()["checks"]}
    print(json.dumps(told))


def _check(rule: dict[str, Any]) -> dict[str, Any]:
    column, kind = rule["columns"][0], rule["kind"]
    low, high = rule.get("minimum"), rule.get("maximum")
    if kind == "missing":
        return {f"missing_count({column}) = 0": {"name": rule["name"]}}
    if kind == "values":
        valid = {"valid values": rule["values"]}
    elif kind == "pattern":
        valid = {"valid regex": f"^({rule['pattern']})$"}
    elif kind == "length":
        valid = {"valid min length": low, "valid max length": high}
    elif kind == "comparison":
        return _condition(rule, f"NOT ({column} {rule['operator']} {rule['columns'][1]})")
    elif isinstance(low or high, str):
        beyond = [f"{column} < '{low}'"] * (low is not None) + [f"{column} > '{high}'"] * (high is not None)
        return _condition(rule, " OR ".join(beyond))
    else:
        valid = {f"valid {end}": bound for end, bound in (("min", low), ("max", high)) if bound is not None}
    return {f"invalid_count({column}) = 0": {"name": rule["name"], **valid}}


def _condition(rule: dict[str, Any], failing: str) -> dict[str, Any]:
    """A metric of one's own, which Soda counts together with its others."""
    metric = f"failed_{rule['name']}"
    counted = f"COUNT(CASE WHEN {failing} THEN 1 END)"
    return {f"{metric} = 0": {"name": rule["name"], f"{metric} expression": counted}}


if __name__ == "__main__":
    main()
