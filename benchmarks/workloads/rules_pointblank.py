"""The rules checked by Pointblank on DuckDB; runs in an environment of its own, without Voyant."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pointblank as pb


def main() -> None:
    path, rules = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
    table = ibis.duckdb.connect().read_parquet(path, table_name="lineitem")
    validation = pb.Validate(table)
    for rule in rules:
        validation = _add(validation, rule)
    checked = validation.interrogate(collect_extracts=False, collect_tbl_checked=False)
    failed = checked.n_failed()
    print(json.dumps({rule["name"]: failed[number + 1] for number, rule in enumerate(rules)}))


def _add(validation: pb.Validate, rule: dict[str, Any]) -> pb.Validate:
    column, kind = rule["columns"][0], rule["kind"]
    low, high = _bound(rule.get("minimum")), _bound(rule.get("maximum"))
    if kind == "missing":
        return validation.col_vals_not_null(column)
    if kind == "values":
        return validation.col_vals_in_set(column, rule["values"])
    if kind == "pattern":
        return validation.col_vals_regex(column, f"^({rule['pattern']})$", na_pass=True)
    if kind == "length":
        return validation.col_vals_str_len(column, min_val=low, max_val=high, na_pass=True)
    if kind == "comparison":
        other = pb.col(rule["columns"][1])
        compare = validation.col_vals_lt if rule["operator"] == "<" else validation.col_vals_le
        return compare(column, other, na_pass=True)
    if low is None:
        return validation.col_vals_le(column, high, na_pass=True)
    if high is None:
        return validation.col_vals_ge(column, low, na_pass=True)
    return validation.col_vals_between(column, low, high, na_pass=True)


def _bound(value: Any) -> Any:
    """A date where it is written as one."""
    return date.fromisoformat(value) if isinstance(value, str) else value


if __name__ == "__main__":
    main()
