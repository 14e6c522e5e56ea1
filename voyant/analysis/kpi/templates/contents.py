"""What a table holds: values that are missing, rows that repeat, how often each value occurs."""

from __future__ import annotations

from voyant.analysis.insights.comparison import Claim, Telling
from voyant.analysis.kpi.templates import sql as pieces
from voyant.analysis.kpi.templates.definition import Bound, Definition
from voyant.analysis.kpi.templates.parameters import NAMING
from voyant.analysis.kpi.templates.telling import bars, claim, over
from voyant.analysis.wording import listed, readable, shown
from voyant.domain.template import OutputColumn, Template, TemplateParameter, TemplateParameterKind
from voyant.lake.sql import identifier, literal

# --- null_rate_by_column


def _null_rates(bound: Bound) -> str:
    columns = bound.columns["columns"]
    counts = "".join(f",\n  count({identifier(column.name)}) AS c{place}" for place, column in enumerate(columns))
    names = ",\n  ".join(f"({place}, {literal(column.name)})" for place, column in enumerate(columns))
    cases = "\n".join(f"  WHEN {place} THEN counted.c{place}" for place in range(len(columns)))
    parts = [
        ("counted", f"SELECT\n  count(*) AS row_count{counts}\nFROM {bound.source}"),
        ("names", f"SELECT place, column_name FROM (VALUES\n  {names}\n) AS listed(place, column_name)"),
        (
            "missing",
            "SELECT\n  names.place,\n  names.column_name,\n  counted.row_count,\n"
            f"  counted.row_count - CASE names.place\n{cases}\n  END AS nulls\nFROM counted\nCROSS JOIN names",
        ),
    ]
    return pieces.statement(
        parts,
        f"SELECT\n  column_name,\n  row_count,\n  nulls,\n  {pieces.percent('nulls', 'row_count')} AS null_percent\n"
        "FROM missing\nORDER BY nulls DESC, place",
    )


def _null_rates_claim(bound: Bound, sql: str) -> Claim:
    def tell(telling: Telling) -> str:
        if not telling.value("nulls"):
            return f"none of the {telling.count('columns')} columns lacks a value"
        if telling.value("lacking") == 1:
            return (
                f"only {readable(str(telling.rows[0]['column_name']))} of {telling.count('columns')} columns lacks "
                f"values: in {telling.percent('null_percent')} of the rows"
            )
        return (
            f"{telling.count('lacking')} of {telling.count('columns')} columns lack values, "
            f"{readable(str(telling.rows[0]['column_name']))} most: in {telling.percent('null_percent')} of the rows"
        )

    first = over(
        sql, columns="*, count(*) OVER () AS columns, count(CASE WHEN nulls > 0 THEN 1 END) OVER () AS lacking",
        order="nulls DESC, column_name", limit=1,
    )  # fmt: skip
    drawn = over(sql, columns="column_name, null_percent", where="nulls > 0", order="nulls DESC, column_name", limit=30)
    view = bars("null_rate_by_column", drawn, "column_name", "null_percent", "rows without a value by column", "%")
    return claim("null_rate_by_column", bound, first, tell, "rows without a value by column", view)


NULL_RATES = Definition(
    template=Template(
        name="null_rate_by_column",
        title="Missing values by column",
        description="In how many rows each column has no value.",
        parameters=(
            TemplateParameter(
                name="columns",
                kind=TemplateParameterKind.COLUMNS,
                description="The columns to look at; all where left out.",
                required=True,
            ),
        ),
        columns=(
            OutputColumn(name="column_name", type="text", description="The column, those that lack most first."),
            OutputColumn(name="row_count", type="integer", description="All rows."),
            OutputColumn(name="nulls", type="integer", description="Those without a value."),
            OutputColumn(
                name="null_percent", type="number", description="Their share; null where there is no row.", unit="%"
            ),
        ),
        notes=("An empty text is a value; what the source writes for a missing one became null when it was taken in.",),
    ),
    statement=_null_rates,
    claim=_null_rates_claim,
)


# --- duplicate_rate


def _duplicates(bound: Bound) -> str:
    names = ", ".join(identifier(column.name) for column in bound.columns["columns"])
    parts = [
        ("kinds", f"SELECT count(*) AS repeats FROM {bound.source} GROUP BY {names}"),
        (
            "counted",
            "SELECT\n  CAST(coalesce(sum(repeats), 0) AS BIGINT) AS row_count,\n  count(*) AS distinct_rows,\n"
            "  count(CASE WHEN repeats > 1 THEN 1 END) AS repeated_rows,\n"
            "  coalesce(max(repeats), 0) AS most_repeats\nFROM kinds",
        ),
    ]
    return pieces.statement(
        parts,
        "SELECT\n  row_count,\n  distinct_rows,\n  row_count - distinct_rows AS duplicates,\n"
        f"  {pieces.percent('(row_count - distinct_rows)', 'row_count')} AS duplicate_percent,\n"
        "  repeated_rows,\n  most_repeats\nFROM counted",
    )


def _duplicates_claim(bound: Bound, sql: str) -> Claim:
    columns = bound.columns["columns"]
    what = "in every column"
    if "columns" not in bound.found:
        what = f"in {listed([readable(column.name) for column in columns[:3]])}"
        what += f" and {len(columns) - 3} more columns" if len(columns) > 3 else ""

    def tell(telling: Telling) -> str:
        if not telling.value("duplicates"):
            return f"no two of the {telling.count('row_count')} rows are alike {what}"
        return (
            f"{telling.percent('duplicate_percent')} of the rows repeat an earlier one {what}: "
            f"{telling.count('duplicates')} of {telling.count('row_count')}"
        )

    return claim("duplicate_rate", bound, over(sql), tell, "rows that repeat others")


DUPLICATES = Definition(
    template=Template(
        name="duplicate_rate",
        title="Repeated rows",
        description="How many rows repeat another one in the columns given.",
        parameters=(
            TemplateParameter(
                name="columns",
                kind=TemplateParameterKind.COLUMNS,
                description="The columns that make rows alike; all where left out.",
                required=True,
            ),
        ),
        columns=(
            OutputColumn(name="row_count", type="integer", description="All rows."),
            OutputColumn(name="distinct_rows", type="integer", description="Different combinations of values."),
            OutputColumn(name="duplicates", type="integer", description="Rows less different combinations."),
            OutputColumn(
                name="duplicate_percent",
                type="number",
                description="Their share of all rows; null where there is no row.",
                unit="%",
            ),
            OutputColumn(name="repeated_rows", type="integer", description="Combinations that occur more than once."),
            OutputColumn(name="most_repeats", type="integer", description="Rows of the most frequent combination."),
        ),
        notes=("Two nulls are alike. Of three rows that are alike, two are duplicates.",),
    ),
    statement=_duplicates,
    claim=_duplicates_claim,
)


# --- value_distribution

_LIMIT = TemplateParameter(
    name="limit",
    kind=TemplateParameterKind.NUMBER,
    description="How many of the most frequent values are told apart; the others make one row.",
    default=20,
    minimum=1,
    maximum=1000,
)
_BINS = TemplateParameter(
    name="bins",
    kind=TemplateParameterKind.NUMBER,
    description="Of a column of numbers: how many ranges of equal width are counted, in place of values.",
    minimum=2,
    maximum=1000,
)


def _distribution(bound: Bound) -> str:
    return _binned(bound) if bound.has("bins") else _valued(bound)


def _valued(bound: Bound) -> str:
    column = bound.column("column")
    value = f"CAST({identifier(column.name)} AS VARCHAR)"
    parts = [
        ("counted", f"SELECT\n  {value} AS value,\n  count(*) AS row_count\nFROM {bound.source}\nGROUP BY 1"),
        (
            "placed",
            "SELECT\n  value,\n  row_count,\n"
            "  row_number() OVER (ORDER BY value IS NULL, row_count DESC, value) AS place\nFROM counted",
        ),
        (
            "grouped",
            "SELECT\n"
            f"  CASE WHEN value IS NULL THEN 'missing' WHEN place <= {bound.values['limit']} THEN 'value' "
            "ELSE 'other' END AS kind,\n"
            f"  CASE WHEN place <= {bound.values['limit']} THEN value END AS value,\n"
            f"  CASE WHEN value IS NOT NULL AND place <= {bound.values['limit']} THEN place END AS place,\n"
            "  row_count\nFROM placed",
        ),
    ]
    return pieces.statement(
        parts,
        "SELECT\n  kind,\n  value,\n  CAST(sum(row_count) AS BIGINT) AS row_count,\n"
        "  1e2 * sum(row_count) / sum(sum(row_count)) OVER () AS share_percent\n"
        "FROM grouped\nGROUP BY kind, value, place\n"
        "ORDER BY CASE kind WHEN 'value' THEN 1 WHEN 'other' THEN 2 ELSE 3 END, place",
    )


def _binned(bound: Bound) -> str:
    bins, column = bound.values["bins"], bound.column("column")
    number = f"CAST({pieces.finite(column)} AS DOUBLE)"
    place = (
        f"CASE WHEN number IS NULL THEN NULL WHEN edges.width IS NULL THEN 0 WHEN number >= edges.high THEN {bins - 1} "
        f"ELSE CAST(floor((number - edges.low) / edges.width) AS INTEGER) END"
    )
    parts = [
        ("numbers", f"SELECT {number} AS number FROM {bound.source}"),
        (
            "edges",
            "SELECT\n  min(number) AS low,\n  max(number) AS high,\n"
            f"  nullif((max(number) - min(number)) / {bins}e0, 0) AS width\nFROM numbers",
        ),
        ("placed", f"SELECT {place} AS place, count(*) AS row_count\nFROM numbers\nCROSS JOIN edges\nGROUP BY 1"),
        (
            "bins",
            "SELECT CAST(made.place AS INTEGER) AS place\nFROM edges\n"
            f"CROSS JOIN UNNEST(generate_series(0, CASE WHEN edges.width > 0 THEN {bins - 1} ELSE 0 END)) "
            "AS made(place)\nWHERE edges.low IS NOT NULL\nUNION ALL\nSELECT NULL FROM placed WHERE place IS NULL",
        ),
    ]
    lower, upper = "edges.low + bins.place * edges.width", "edges.low + (bins.place + 1) * edges.width"
    return pieces.statement(
        parts,
        "SELECT\n  CASE WHEN bins.place IS NULL THEN 'missing' ELSE 'range' END AS kind,\n"
        f"  CASE WHEN bins.place IS NOT NULL THEN coalesce({lower}, edges.low) END AS from_value,\n"
        f"  CASE WHEN bins.place = {bins - 1} THEN edges.high\n"
        f"    WHEN bins.place IS NOT NULL THEN coalesce({upper}, edges.high) END AS to_value,\n"
        "  coalesce(placed.row_count, 0) AS row_count,\n"
        "  1e2 * coalesce(placed.row_count, 0) / sum(placed.row_count) OVER () AS share_percent\n"
        "FROM bins\nCROSS JOIN edges\nLEFT JOIN placed ON placed.place IS NOT DISTINCT FROM bins.place\n"
        "ORDER BY bins.place IS NULL, bins.place",
    )


def _distribution_claim(bound: Bound, sql: str) -> Claim:
    column = readable(bound.column("column").name)
    is_binned = bound.has("bins")

    def tell(telling: Telling) -> str | None:
        if is_binned:
            return (
                f"{telling.percent('share_percent')} of the rows have a {column} from {telling.edge('from_value')} to "
                f"{telling.edge('to_value')}, the most frequent range"
            )
        return (
            f"the most frequent {column} is {shown(telling.rows[0]['value'])}: {telling.count('row_count')} rows, "
            f"{telling.percent('share_percent')}"
        )

    kind = "range" if is_binned else "value"
    order = "row_count DESC, from_value" if is_binned else "row_count DESC, value"
    first = over(sql, where=f"kind = '{kind}'", order=order, limit=1)
    label = "CAST(round(from_value, 6) AS VARCHAR) AS range_start" if is_binned else "value"
    drawn = over(
        sql, columns=f"{label}, row_count", where=f"kind = '{kind}'",
        order="from_value" if is_binned else order, limit=30,
    )  # fmt: skip
    view = bars(
        "value_distribution", drawn, "range_start" if is_binned else "value", "row_count", f"rows by {column}", None
    )
    return claim("value_distribution", bound, first, tell, f"rows by {column}", view)


_VALUES, _RANGES = "without `bins`", "with `bins`"
DISTRIBUTION = Definition(
    template=Template(
        name="value_distribution",
        title="How often each value occurs",
        description="The values of a column by frequency or, of numbers, the rows in ranges of equal width.",
        parameters=(
            TemplateParameter(
                name="column",
                kind=TemplateParameterKind.COLUMN,
                description="The column to look at.",
                required=True,
                types=NAMING,
                shown=True,
            ),
            _LIMIT,
            _BINS,
        ),
        columns=(
            OutputColumn(
                name="kind", type="text", description="`value` or `range`; `other` for the rest, `missing` for nulls."
            ),
            OutputColumn(name="value", type="text", description="The value, as text.", when=_VALUES),
            OutputColumn(
                name="from_value", type="number", description="Least value of the range.", unit="{column}", when=_RANGES
            ),
            OutputColumn(
                name="to_value",
                type="number",
                description="End of the range, which belongs to the next one; to this one where it is the last.",
                unit="{column}",
                when=_RANGES,
            ),
            OutputColumn(name="row_count", type="integer", description="How many rows."),
            OutputColumn(name="share_percent", type="number", description="Of all rows, nulls included.", unit="%"),
        ),
        notes=(
            "Values are ordered by frequency, equal ones by value.",
            "NaN and infinities lie in no range and are counted as missing there.",
        ),
    ),
    statement=_distribution,
    claim=_distribution_claim,
)

DEFINITIONS = (NULL_RATES, DUPLICATES, DISTRIBUTION)
