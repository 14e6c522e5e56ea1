"""Tables in which it is known what the target comes from."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec.structs import replace

from tests.analysis.insights import tables
from tests.analysis.insights.tables import START, choice, column, draw, times
from voyant.analysis.profile import profile
from voyant.analysis.regression import regression
from voyant.domain.answer import Answer
from voyant.domain.regression import Regression, RegressionRequest
from voyant.domain.table import ROW, Column
from voyant.lake.sql import identifier
from voyant.lake.table import EngineTable

__all__ = ["START", "choice", "column", "draw", "houses", "learned", "patients", "table", "times"]


def table(name: str, columns: list[Column], values: dict[str, Any]) -> EngineTable:
    """A table in an engine of its own, its rows numbered."""
    made = tables.table(name, columns, values)
    made.engine.execute(
        f"CREATE VIEW numbered AS SELECT row_number() OVER () AS {identifier(ROW)}, * FROM {identifier(name)}"
    )
    return replace(made, numbered_view="numbered")


def learned(given: EngineTable, target: str | None = None, time: str | None = None, **asked: Any) -> Answer[Regression]:
    """What a run learns of the table."""
    request = RegressionRequest(target=target, **{name: tuple(values) for name, values in asked.items()})
    return regression(given, profile(given), request, time)


def houses(rows: int = 300, seed: int = 3, **more: tuple[str, list[Any]]) -> EngineTable:
    """Prices that come from area and place, and from nothing else; further columns by name, with their kind."""
    rng = draw(seed)
    area = rng.uniform(40, 200, rows)
    place = choice(rng, ["Centre", "Suburb", "Village"], rows)
    lift = {"Centre": 300.0, "Suburb": 100.0, "Village": 0.0}
    price = 5 * area + np.asarray([lift[each] for each in place]) + rng.normal(0, 30, rows)
    columns = [
        column("price", "mean", unit="EUR"),
        column("area", "mean", unit="m²"),
        column("place", "dimension"),
        column("noise", "mean"),
        *(column(name, kind) for name, (kind, _) in more.items()),
    ]
    values = {
        "price": np.round(price, 3),
        "area": np.round(area, 3),
        "place": place,
        "noise": np.round(rng.normal(0, 1, rows), 3),
        **{name: given for name, (_, given) in more.items()},
    }
    return table("houses", columns, values)


def patients(rows: int = 600, seed: int = 5) -> EngineTable:
    """An outcome whose chance rises with age, by a known curve."""
    rng = draw(seed)
    age = rng.uniform(20, 90, rows)
    chance = 1 / (1 + np.exp(-(age - 55) / 8))
    return table(
        "patients",
        [column("age", "mean", unit="years"), column("ward", "dimension"), column("died", "flag")],
        {
            "age": np.round(age, 3),
            "ward": choice(rng, ["A", "B"], rows),
            "died": [bool(each) for each in rng.random(rows) < chance],
        },
    )
