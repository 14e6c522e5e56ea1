"""Tables of the lake: what is written is read back, whatever happens to the table afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from voyant.domain.caller import Caller
from voyant.domain.table import Column, ColumnType, Role
from voyant.errors import NotFound
from voyant.lake.engine import Engine
from voyant.lake.lake import Lake
from voyant.lake.snapshot import Snapshot
from voyant.lake.views import add_view
from voyant.settings.configuration import settings


@pytest.fixture
def lake(home: Path) -> Lake:
    return Lake(home / "lake", scratch=home / "scratch", memory_limit="500MB")


def derived_column(name: str, formula: str) -> Column:
    return Column(
        name=name,
        original_name=name,
        type=ColumnType.DECIMAL,
        engine_type="DOUBLE",
        role=Role.MEASURE,
        role_confidence=1.0,
        role_reason="test",
        formula=formula,
    )


def replace(lake: Lake, caller: Caller, table: str, select: str, **derived: str) -> Snapshot:
    def write(path: Path) -> None:
        with Engine() as engine:
            engine.copy_to_parquet(select, path)

    columns = tuple(derived_column(name, formula) for name, formula in derived.items())

    return lake.replace(
        caller.tenant, table, write, owner="src_1", content=select, columns=columns, scratch=settings().home
    )


def rows(snapshot: Snapshot) -> list[dict[str, object]]:
    with Engine() as engine:
        add_view(engine, snapshot, "t")
        return engine.query("SELECT * FROM t")


def test_each_state_of_a_table_stays_readable(lake: Lake, caller: Caller) -> None:
    first = replace(lake, caller, "t", "SELECT 1 AS a, 'x' AS b")
    second = replace(lake, caller, "t", "SELECT 'now text' AS a, 2.5 AS c")
    third = replace(lake, caller, "t", "SELECT 7 AS a", twice="a * 2")

    assert rows(lake.snapshot(caller.tenant, "t", first.id)) == [{"a": 1, "b": "x"}]
    assert [str(row["a"]) for row in rows(lake.snapshot(caller.tenant, "t", second.id))] == ["now text"]
    assert rows(lake.snapshot(caller.tenant, "t")) == [{"a": 7, "twice": 14}]
    assert lake.snapshot(caller.tenant, "t") == third


def test_the_same_rows_are_stored_once(lake: Lake, caller: Caller, home: Path) -> None:
    first = replace(lake, caller, "t", "SELECT 1 AS a")
    again = replace(lake, caller, "t", "SELECT 1 AS a")

    assert again == first
    assert len(list((home / "lake" / caller.tenant / "t" / "data").iterdir())) == 1


def test_names_of_columns_are_free(lake: Lake, caller: Caller) -> None:
    snapshot = replace(lake, caller, "t", 'SELECT 1 AS "a.b", 2 AS "say ""hi""", 3 AS "🙂; DROP TABLE t"')

    assert list(rows(snapshot)[0]) == ["a.b", 'say "hi"', "🙂; DROP TABLE t"]


def test_tables_of_other_sources_keep_their_names(lake: Lake, caller: Caller) -> None:
    replace(lake, caller, "orders", "SELECT 1 AS a")

    assert lake.name_for(caller.tenant, "orders", "src_1") == "orders"
    assert lake.name_for(caller.tenant, "orders", "src_2") == "orders_2"


def test_tenants_do_not_see_each_other(lake: Lake, caller: Caller, other_caller: Caller) -> None:
    replace(lake, caller, "t", "SELECT 1 AS a")

    assert lake.tables(other_caller.tenant) == []
    with pytest.raises(NotFound):
        lake.snapshot(other_caller.tenant, "t")


def test_writers_at_once_all_succeed(lake: Lake, caller: Caller) -> None:
    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(lambda n: replace(lake, caller, "t", f"SELECT {n} AS a"), range(8)))

    assert [rows(snapshot) for snapshot in written] == [[{"a": n}] for n in range(8)]


def test_a_failed_write_leaves_nothing(lake: Lake, caller: Caller, home: Path) -> None:
    def write(path: Path) -> None:
        path.write_bytes(b"half a fi")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lake.replace(caller.tenant, "t", write, owner="src_1", content="x", columns=(), scratch=home)

    assert lake.tables(caller.tenant) == []
    assert [path for path in home.rglob("*.parquet") if path.read_bytes() == b"half a fi"] == []


def test_a_dropped_table_is_gone(lake: Lake, caller: Caller, home: Path) -> None:
    replace(lake, caller, "t", "SELECT 1 AS a")
    lake.drop(caller.tenant, "t")

    assert lake.tables(caller.tenant) == []
    assert not (home / "lake" / caller.tenant / "t").exists()
    with pytest.raises(NotFound):
        lake.drop(caller.tenant, "t")
