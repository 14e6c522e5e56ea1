"""What brands are compared in: asked for, or chosen from the roles of the columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from voyant.analysis.benchmark.columns import one_of
from voyant.analysis.columns import named_column
from voyant.analysis.kpi.amounts import AMOUNT_WORDS, QUANTITY_WORDS, sold_amounts
from voyant.analysis.kpi.declared import parse
from voyant.analysis.kpi.figures import Figure
from voyant.analysis.normalize.names import word_set, words_of
from voyant.analysis.normalize.number_roles import is_price
from voyant.analysis.wording import average_name, called, readable
from voyant.domain.benchmark import BrandRequest, Use
from voyant.domain.kpi import DeclaredKpi, KpiKind
from voyant.domain.profile import Profile
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset, Role
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier

MOST_METRICS = 8
_MOST_RATINGS = 2
_RATING_WORDS = word_set("rating ratings stars score satisfaction nps review bewertung note")
_PAID_WORDS = word_set("sale paid net actual final")
_NAME = re.compile(r"[\w.]+")
_PLAIN = re.compile(r"(sum|avg)\(\s*\w+\s*\)", re.IGNORECASE)
_RATIO = re.compile(r"sum\(\s*(\w+)\s*\)\s*/\s*sum\(\s*(\w+)\s*\)", re.IGNORECASE)


class Metric(Struct, frozen=True, kw_only=True):
    """A figure of each brand.

    Attributes:
        columns: The column of each brand, where each has its own; ``figure`` then only names and describes it.
    """

    figure: Figure
    use: Use = Use.COMPARED
    columns: Mapping[str, str] = field(default_factory=dict)
    lower_is_better: bool = False

    @property
    def name(self) -> str:
        return self.figure.name

    @property
    def adds_up(self) -> bool:
        return self.figure.additive and not self.columns


Wide = Mapping[str, Mapping[str, str]]


def choose_metrics(dataset: Dataset, profile: Profile, request: BrandRequest, wide: Wide) -> list[Metric]:
    """The metrics: the one that gives the shares first, the price last.

    Args:
        wide: The columns of each brand, by what they hold.

    Raises:
        InvalidInput: One that was asked for cannot be used.
    """
    if len(request.metrics) > MOST_METRICS:
        raise InvalidInput(f"{len(request.metrics)} metrics are asked for; a benchmark compares {MOST_METRICS}.")
    if request.metrics:
        chosen = [_asked(dataset, text, wide) for text in dict.fromkeys(request.metrics)]
    else:
        chosen = list(_found(dataset, profile, "choices" if wide else "records"))
    asked_names = dict(zip(dict.fromkeys(request.metrics), (metric.name for metric in chosen), strict=False))
    lower = {
        one_of(text, [*asked_names, *(metric.name for metric in chosen)], "metric of which less could be better")
        for text in request.lower
    }
    lower |= {asked_names[text] for text in lower if text in asked_names}
    chosen = [replace(metric, lower_is_better=metric.name in lower) for metric in chosen]
    price = _price(dataset, profile, request, wide)
    if price is not None:
        chosen = [metric for metric in chosen if not _is_same(metric, price)] + [price]
    market = next((metric for metric in chosen if metric.adds_up), None)
    if market is None:
        return chosen
    rest = [metric for metric in chosen if metric is not market]
    return [replace(market, use=Use.MARKET), *rest]


def money_columns(dataset: Dataset) -> set[str]:
    """The columns that hold money, by name or unit."""
    return {
        column.name
        for column in dataset.columns
        if column.type.is_numeric
        and (is_price(column) or _is_amount(column) or re.fullmatch("[A-Z]{3}", column.unit or ""))
    }


def _found(dataset: Dataset, profile: Profile, rows: str) -> Iterator[Metric]:
    """Amounts, quantities or else rows, by what these are called, and what customers think of them."""
    measures = [column for column in dataset.with_role(Role.MEASURE) if _is_usable(column)]
    adding = [column for column in measures if column.aggregation is Aggregation.SUM]
    amounts = [column for column in adding if _is_amount(column) and not _is_quantity(column)]
    quantities = [column for column in adding if _is_quantity(column)]
    if amounts:
        yield Metric(figure=figure_of(amounts[0]))
    else:
        yield from (Metric(figure=figure) for figure in sold_amounts(dataset, profile))
    if quantities:
        yield Metric(figure=figure_of(quantities[0]))
    if not amounts and not quantities:
        yield from (Metric(figure=figure_of(column)) for column in adding[:1])
        if not adding:
            yield Metric(figure=_row_count(rows))
    rated = [column for column in measures if _RATING_WORDS & set(words_of(column.name)) and column not in adding]
    yield from (Metric(figure=figure_of(column)) for column in rated[:_MOST_RATINGS])


def _row_count(name: str) -> Figure:
    return Figure(name=name, kind=KpiKind.COUNT, expression="count(*)", columns=(), numerator="count(*)")


def _is_amount(column: Column) -> bool:
    return bool(AMOUNT_WORDS & set(column.name.split("_")))


def _is_quantity(column: Column) -> bool:
    return column.aggregation is Aggregation.SUM and bool(QUANTITY_WORDS & set(column.name.split("_")))


def _is_usable(column: Column) -> bool:
    return column.type.is_numeric and column.personal is None


def figure_of(column: Column) -> Figure:
    """The sum of what adds up, else the mean; infinities and NaN are no part of either."""
    name = identifier(column.name)
    finite = f" FILTER (WHERE isfinite({name}))" if column.type is ColumnType.FLOAT else ""
    if column.aggregation is Aggregation.SUM:
        total = f"sum({name}){finite}"
        return Figure(
            name=called(column),
            kind=KpiKind.TOTAL,
            expression=total,
            columns=(column.name,),
            unit=column.unit,
            numerator=total,
        )
    return Figure(
        name=average_name(column),
        kind=KpiKind.AVERAGE,
        expression=f"avg({name}){finite}",
        columns=(column.name,),
        unit=column.unit,
        numerator=f"sum({name}){finite}",
        denominator=f"count({name}){finite}",
    )


def _asked(dataset: Dataset, text: str, wide: Wide) -> Metric:
    if text.strip().lower() in wide:
        return _of_columns(dataset, text.strip().lower(), wide)
    if _NAME.fullmatch(text.strip()):
        return Metric(figure=figure_of(_number(dataset, text, "metric")))
    figure = _aggregate(dataset, text, readable(text.strip()))
    if not figure.columns and figure.additive:
        return Metric(figure=_row_count("choices" if wide else "records"))
    if ratio := _RATIO.fullmatch(text.strip()):
        return Metric(figure=replace(figure, name=" / ".join(readable(part) for part in ratio.groups())))
    if plain := _PLAIN.fullmatch(text.strip()):
        column = dataset.column(figure.columns[0])
        return Metric(figure=replace(figure, name=called(column) if plain[1] == "sum" else average_name(column)))
    return Metric(figure=figure)


def _aggregate(dataset: Dataset, sql: str, name: str) -> Figure:
    figure = parse(DeclaredKpi(name=name, sql=sql), dataset)
    if isinstance(figure, str):
        raise InvalidInput(
            f"The metric {sql[:200]!r} is a SELECT; brands are compared in aggregates.",
            code=Code.BAD_KPI,
            remedy="Give a column or an aggregate such as sum(amount).",
        )
    units = {column.unit for column in dataset.columns if column.name in figure.columns}
    return replace(figure, unit=units.pop()) if len(units) == 1 and figure.kind is not KpiKind.COUNT else figure


def _number(dataset: Dataset, name: str, what: str) -> Column:
    column = named_column(dataset, name, what)
    if not _is_usable(column):
        held = "personal data" if column.personal is not None else f"{column.type} values"
        raise InvalidInput(
            f"The {what} {column.name} holds {held}, not numbers.", code=Code.UNKNOWN_COLUMN, data={"column": name}
        )
    return column


def _of_columns(dataset: Dataset, content: str, wide: Wide) -> Metric:
    """The mean of each brand's own column; a unit that is but the brand's name, as in ``price_mm``, is none."""
    columns = wide[content]
    units = {dataset.column(name).unit for brand, name in columns.items()} - {brand.lower() for brand in columns}
    stated = units - {None}
    figure = Figure(
        name=f"average {readable(content)}",
        kind=KpiKind.AVERAGE,
        expression=f"avg({identifier(next(iter(columns.values())))})",
        columns=tuple(columns.values()),
        unit=next(iter(stated)) if len(stated) == 1 and None not in units else None,
    )
    return Metric(figure=figure, columns=columns)


def _price(dataset: Dataset, profile: Profile, request: BrandRequest, wide: Wide) -> Metric | None:
    """The price paid: asked for, the one of each brand, that of a piece, or amounts over quantities."""
    volume = _number(dataset, request.volume, "volume") if request.volume is not None else None
    if request.price is not None and request.price.strip().lower() in wide:
        return replace(_of_columns(dataset, request.price.strip().lower(), wide), use=Use.PRICE)
    if request.price is not None and not _NAME.fullmatch(request.price.strip()):
        return Metric(figure=_aggregate(dataset, request.price, "price"), use=Use.PRICE)
    if request.price is not None:
        return _per_piece(dataset, _number(dataset, request.price, "price"), volume)
    contents = [content for content in wide if "price" in content.split("_")]
    if contents:
        paid = sorted(contents, key=lambda content: (not _PAID_WORDS & set(content.split("_")), len(content), content))
        return replace(_of_columns(dataset, paid[0], wide), use=Use.PRICE)
    measures = [column for column in dataset.with_role(Role.MEASURE) if _is_usable(column)]
    volume = volume or next((column for column in measures if _is_quantity(column)), None)
    prices = [column for column in measures if is_price(column) and column.aggregation is Aggregation.MEAN]
    if prices:
        return _per_piece(dataset, prices[0], volume)
    amount = next((column for column in measures if _is_amount(column) and column.aggregation is Aggregation.SUM), None)
    if amount is None or volume is None or amount is volume:
        return None
    paid_for = f"sum({identifier(amount.name)}) / sum({identifier(volume.name)})"
    return Metric(figure=replace(_aggregate(dataset, paid_for, "price"), unit=amount.unit), use=Use.PRICE)


def _per_piece(dataset: Dataset, price: Column, volume: Column | None) -> Metric:
    """The mean price of a piece; of a row, where no column says how many pieces it is about."""
    if volume is None:
        return Metric(figure=replace(figure_of(price), name=readable(price.name)), use=Use.PRICE)
    pieces = identifier(volume.name)
    paid = f"sum({identifier(price.name)} * {pieces}) / sum({pieces})"
    figure = replace(_aggregate(dataset, paid, readable(price.name)), unit=price.unit)
    return Metric(figure=figure, use=Use.PRICE)


def _is_same(metric: Metric, price: Metric) -> bool:
    if metric.columns or price.columns:
        return metric.columns == price.columns
    return metric.figure.expression == price.figure.expression
