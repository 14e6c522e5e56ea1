"""``voyant forecast``, ``regression``, ``anomaly`` and ``segment``."""

from __future__ import annotations

from pathlib import Path

import typer

from voyant.cli.analyze import JSON, MAX_TOKENS, OUT, QUERY, SOURCE, TABLE, TIME, run
from voyant.cli.errors import DONE
from voyant.domain.anomaly import AnomalyMethod, AnomalyScope
from voyant.domain.kpi import Grain

VALUE = typer.Option(
    None,
    "--value",
    metavar="COL|SQL",
    help="A column, or an aggregate such as 'sum(amount)'; chosen where not given.",
    show_default=False,
)
BY = typer.Option(
    [],
    "--by",
    metavar="COL",
    help="Each value of this column is a series of its own. May be repeated.",
)
GRAIN = typer.Option(
    None, "--grain", help="Length of a period; the natural one of the data where not given.", show_default=False
)
HORIZON = typer.Option(
    None, "--horizon", metavar="N", min=1, help="Periods to forecast; one season where not given.", show_default=False
)
LEVEL = typer.Option([80, 95], "--level", metavar="PERCENT", min=1, max=99, help="Of an interval. May be repeated.")
EXOGENOUS = typer.Option(
    [],
    "--with",
    metavar="COL",
    help="A column that is known ahead: rows after the last value hold it. May be repeated.",
)
TARGET = typer.Option(
    None, "--target", metavar="COL", help="The column to predict; chosen where not given.", show_default=False
)
FEATURE = typer.Option(
    [], "--feature", metavar="COL", help="Predict from this column; from all that fit where not given. May be repeated."
)
EXCLUDE = typer.Option(
    [], "--exclude", metavar="COL", help="Never use this column, known only afterwards perhaps. May be repeated."
)
TRUSTED = typer.Option(
    [], "--trusted", metavar="COL", help="Use this column although it seems to give the target away. May be repeated."
)
COLUMN = typer.Option(
    [], "--column", metavar="COL", help="Look at this column; at all that fit where not given. May be repeated."
)
METHOD = typer.Option(AnomalyMethod.AUTO, "--method", help="How odd rows are found; auto combines several.")
SCOPE = typer.Option(AnomalyScope.BOTH, "--scope", help="Odd rows, odd stretches of time, or both.")
ENTITY = typer.Option(
    None,
    "--entity",
    metavar="COL",
    help="Group what this column names, such as customers, rather than rows.",
    show_default=False,
)
AMOUNT = typer.Option(
    None,
    "--amount",
    metavar="COL|SQL",
    help="Spent in a row: entities are told apart by recency, frequency and this.",
    show_default=False,
)
CLUSTERS = typer.Option(
    None, "--clusters", metavar="N", min=2, help="How many groups; chosen where not given.", show_default=False
)


def forecast(
    source: str = SOURCE,
    value: str | None = VALUE,
    time: str | None = TIME,
    by: list[str] = BY,
    grain: Grain | None = GRAIN,
    horizon: int | None = HORIZON,
    levels: list[int] = LEVEL,
    exogenous: list[str] = EXOGENOUS,
    table: str | None = TABLE,
    query: str | None = QUERY,
    out: Path | None = OUT,
    as_json: bool = JSON,
    max_tokens: int | None = MAX_TOKENS,
) -> int:
    """Say what will come, from what was, and how sure that is."""
    request = {"value": value, "by": by, "grain": grain, "horizon": horizon, "levels": levels, "exogenous": exogenous}
    requests = {"forecast": request}
    run("forecast", source, table, query, out, as_json, max_tokens, time_column=time, requests=requests)
    return DONE


def regression(
    source: str = SOURCE,
    target: str | None = TARGET,
    features: list[str] = FEATURE,
    exclude: list[str] = EXCLUDE,
    trusted: list[str] = TRUSTED,
    time: str | None = TIME,
    table: str | None = TABLE,
    query: str | None = QUERY,
    out: Path | None = OUT,
    as_json: bool = JSON,
    max_tokens: int | None = MAX_TOKENS,
) -> int:
    """Learn a column from the others: how well that goes, and what drives it."""
    requests = {"regression": {"target": target, "features": features, "exclude": exclude, "trusted": trusted}}
    run("regression", source, table, query, out, as_json, max_tokens, time_column=time, requests=requests)
    return DONE


def anomaly(
    source: str = SOURCE,
    scope: AnomalyScope = SCOPE,
    method: AnomalyMethod = METHOD,
    columns: list[str] = COLUMN,
    value: str | None = VALUE,
    time: str | None = TIME,
    by: list[str] = BY,
    grain: Grain | None = GRAIN,
    table: str | None = TABLE,
    query: str | None = QUERY,
    out: Path | None = OUT,
    as_json: bool = JSON,
    max_tokens: int | None = MAX_TOKENS,
) -> int:
    """Find odd rows, and odd stretches of time, and say what makes them odd."""
    request = {"scope": scope, "method": method, "columns": columns, "value": value, "by": by, "grain": grain}
    requests = {"anomaly": request}
    run("anomaly", source, table, query, out, as_json, max_tokens, time_column=time, requests=requests)
    return DONE


def segment(
    source: str = SOURCE,
    columns: list[str] = COLUMN,
    entity: str | None = ENTITY,
    amount: str | None = AMOUNT,
    clusters: int | None = CLUSTERS,
    time: str | None = TIME,
    table: str | None = TABLE,
    query: str | None = QUERY,
    out: Path | None = OUT,
    as_json: bool = JSON,
    max_tokens: int | None = MAX_TOKENS,
) -> int:
    """Group rows, or customers and the like, by what they have in common, if they fall into groups at all."""
    requests = {"segment": {"columns": columns, "entity": entity, "clusters": clusters, "amount": amount}}
    run("segment", source, table, query, out, as_json, max_tokens, time_column=time, requests=requests)
    return DONE
