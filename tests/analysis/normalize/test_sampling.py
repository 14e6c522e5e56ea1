"""What a sample holds of a column does not hang on the columns beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.analysis.normalize.conftest import stage_text
from voyant.analysis.normalize.rows import Rows, TextColumn
from voyant.analysis.normalize.sampling import FEWEST_ROWS, sample
from voyant.lake.engine import Engine

ROWS = 3_000


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


def test_columns_that_are_all_but_empty_are_sampled_together_as_alone(engine: Engine) -> None:
    given = {f"rare_{number}": _at_each(90 + number, number) for number in range(80)}
    given |= {"often": [f"value {row % 7}" for row in range(ROWS)], "repeated": _at_each(3, 1, different=7)}
    given |= {"nothing": [None] * ROWS, "many": _at_each(31, 1)}
    staged = stage_text(engine, given)
    rows = Rows(staged.relation, "_row", ROWS)
    columns = [TextColumn(name, f"c{place}") for place, name in enumerate(given)]
    together = sample(engine, rows, columns)
    alone = [sample(engine, rows, [column])[0] for column in columns]
    assert [list(values.items()) for values in together] == [list(values.items()) for values in alone]
    found = dict(zip(given, together, strict=True))
    assert len(found["repeated"]) == 7, "none of its rows is among the evenly spaced ones"
    assert not found["nothing"]
    assert all(set(found[name]) <= set(given[name]) for name in given)
    assert all(len(found[f"rare_{number}"]) >= min(FEWEST_ROWS, ROWS // (90 + number)) for number in range(80))


def test_many_columns_are_asked_in_few_statements(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {f"rare_{number}": _at_each(500, number) for number in range(300)}
    staged, asked, ask = stage_text(engine, given), list[str](), engine.tuples

    def counting(sql: str) -> list[tuple[Any, ...]]:
        asked.append(sql)
        return ask(sql)

    monkeypatch.setattr(engine, "tuples", counting)
    sample(engine, Rows(staged.relation, "_row", ROWS), [TextColumn(name, f"c{i}") for i, name in enumerate(given)])
    assert len(asked) < 10


def _at_each(distance: int, first: int, different: int = ROWS) -> list[str | None]:
    return [f"v{row % different}" if row % distance == first else None for row in range(ROWS)]
