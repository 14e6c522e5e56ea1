"""A preset as it is written, read and refused where it could not be run."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.presets.arguments import Misfit, argument
from voyant.analysis.presets.derived import can_be_stored
from voyant.analysis.presets.filling import NEEDS, OF, TABLE, filled, places_in
from voyant.domain.anomaly import AnomalyRequest
from voyant.domain.benchmark import BrandRequest
from voyant.domain.forecast import ForecastRequest
from voyant.domain.kpi import DeclaredKpi, Grain
from voyant.domain.preset import DerivedTable, FoundBy, Parameter, ParameterKind, Preset, SearchRequest, Term
from voyant.domain.regression import RegressionRequest
from voyant.domain.rule import DeclaredRule, RuleKind
from voyant.domain.segmentation import SegmentRequest
from voyant.domain.serialization import from_builtins
from voyant.domain.table import Column, ColumnType, Dataset, Role
from voyant.domain.template import TemplateCall
from voyant.errors import CallerError

MANY: dict[str, type] = {"kpis": DeclaredKpi, "rules": DeclaredRule, "templates": TemplateCall}
"""Steps that are asked for many things, and what each of them is."""
ONE: dict[str, type] = {
    "forecast": ForecastRequest,
    "regression": RegressionRequest,
    "anomaly": AnomalyRequest,
    "segment": SegmentRequest,
    "benchmark": BrandRequest,
    "search": SearchRequest,
}
"""Steps that are asked for one thing."""
ON_DERIVED = frozenset({"forecast", "regression", "anomaly", "segment"})
"""Steps that may be asked of a derived table."""
LONGEST_NAME = 60
STAND_IN = "analysed"
"""What the table is called that a preset is tried on."""
RESERVED = frozenset(
    {"contract", "fail_under", "max_tokens", "name", "on_progress", "out", "query", "rules", "source", "table"}
)
"""What callers give besides the parameters of a preset, by the same name."""
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_WORD = re.compile(r"[a-z][a-z0-9_]*")


class NotAPreset(Exception):
    """Why it is none, as the end of a sentence."""


def preset_from(written: Any) -> Preset:
    """The preset that is written so, as plain data.

    Raises:
        NotAPreset: It has unknown or missing parts, or parts that contradict each other.
    """
    if not isinstance(written, Mapping):
        raise NotAPreset(f"it is {type(written).__name__}, and no fields with their values")
    entries = dict(written)
    _refuse_unknown("the preset", entries, Preset)
    for part, kind in (("parameters", Parameter), ("terms", Term), ("tables", DerivedTable)):
        for place, entry in enumerate(_list(part, entries.get(part, []))):
            if not isinstance(entry, Mapping):
                raise NotAPreset(f"{part}[{place}] is no fields with their values")
            _refuse_unknown(f"{part}[{place}]", entry, kind)
    entries["steps"] = _steps(entries.get("steps"))
    preset = _converted(entries)
    _refuse_contradictions(preset)
    _try(preset)
    return preset


def _steps(written: Any) -> dict[str, Any]:
    """The steps, with key figures as a list."""
    if not isinstance(written, Mapping) or not written:
        raise NotAPreset(f"it has no steps; there are {', '.join([*MANY, *ONE])}")
    steps: dict[str, Any] = {}
    for step, entry in written.items():
        if step in MANY:
            steps[step] = _many(step, entry)
        elif step in ONE:
            if not isinstance(entry, Mapping):
                raise NotAPreset(f"steps.{step} is no fields with their values")
            _refuse_unknown(f"steps.{step}", entry, ONE[step], NEEDS, *((OF,) if step in ON_DERIVED else ()))
            steps[step] = dict(entry)
        else:
            raise NotAPreset(f"it has an unknown step {_near(step, [*MANY, *ONE])}")
    return steps


def _many(step: str, written: Any) -> list[dict[str, Any]]:
    if step == "kpis" and isinstance(written, Mapping):
        return [{"name": name, "sql": sql} for name, sql in written.items()]
    entries = [_with_columns(entry) for entry in _list(f"steps.{step}", written)]
    for place, entry in enumerate(entries):
        if not isinstance(entry, Mapping):
            raise NotAPreset(f"steps.{step}[{place}] is no fields with their values")
        _refuse_unknown(f"steps.{step}[{place}]", entry, MANY[step])
    return [dict(entry) for entry in entries]


def _with_columns(entry: Any) -> Any:
    """A rule may name its only column by itself."""
    if not isinstance(entry, Mapping) or "column" not in entry or "columns" in entry:
        return entry
    return {name: value for name, value in entry.items() if name != "column"} | {"columns": [entry["column"]]}


def _list(name: str, written: Any) -> list[Any]:
    if not isinstance(written, list):
        raise NotAPreset(f"{name} is no list")
    return written


def _refuse_unknown(where: str, entry: Mapping[str, Any], kind: type[Struct], *more: str) -> None:
    known = [*kind.__struct_fields__, *more]
    for name in entry:
        if name not in known:
            raise NotAPreset(f"{where} has an unknown field {_near(str(name), known)}")


def _near(name: str, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    return f"{name[:100]!r}" + (f"; perhaps {near[0]}" if near else f"; there are {', '.join(known)}")


def _converted(entries: dict[str, Any]) -> Preset:
    try:
        return from_builtins(entries, Preset)
    except msgspec.ValidationError as error:
        raise NotAPreset(str(error).replace("`", "").replace("$.", "").lower()) from None


def _refuse_contradictions(preset: Preset) -> None:
    if not _NAME.fullmatch(preset.name) or len(preset.name) > LONGEST_NAME:
        raise NotAPreset(
            f"its name is {preset.name[:100]!r}; it must be an area and a name in lower case, such as sales.returns, "
            f"of at most {LONGEST_NAME} characters"
        )
    names = [*(parameter.name for parameter in preset.parameters), *(term.name for term in preset.terms)]
    for name in names:
        if not _WORD.fullmatch(name) or name in RESERVED:
            raise NotAPreset(
                f"{name[:100]!r} is no name of a parameter or term: lower case, digits and underscores, and none of "
                f"{', '.join(sorted(RESERVED))}"
            )
        if names.count(name) > 1:
            raise NotAPreset(f"{name!r} is the name of two parameters or terms")
    for parameter in preset.parameters:
        if (reason := _contradiction(parameter)) is not None:
            raise NotAPreset(f"the parameter {parameter.name!r} {reason}")
    parameters = [parameter.name for parameter in preset.parameters]
    for place, term in enumerate(preset.terms, start=len(parameters)):
        if not term.sql:
            raise NotAPreset(f"the term {term.name!r} has no sql")
        earlier = [*names[:place], TABLE]
        _refuse_unknown_places(f"the term {term.name!r}", places_in(term.sql), earlier)
    for table in preset.tables:
        _refuse_odd_table(table, [*names, TABLE])
    for parameter in preset.parameters:
        if parameter.unless is not None:
            _refuse_unknown_places(f"the parameter {parameter.name!r}", frozenset({parameter.unless}), parameters)
    if preset.time is not None and preset.time not in parameters:
        raise NotAPreset(f"time is an unknown parameter {_near(preset.time, parameters)}")
    for step, wanted in preset.steps.items():
        needed = frozenset(wanted.get(NEEDS, ())) if isinstance(wanted, Mapping) else frozenset()
        _refuse_unknown_places(f"steps.{step}", places_in(wanted) | needed, [*names, TABLE])
        if isinstance(wanted, Mapping) and (of := wanted.get(OF)) is not None:
            _refuse_unknown_places(f"steps.{step}", frozenset({str(of)}), [table.name for table in preset.tables])
    _refuse_scattered_sources(preset)
    if any(rule.get("kind") == RuleKind.REFERENCE for rule in preset.steps.get("rules", ())):
        raise NotAPreset("a rule of a preset looks values up in another table, which is not known beforehand")


def _refuse_scattered_sources(preset: Preset) -> None:
    """Refuses sources anywhere but where they are read: they are no columns, and no text of SQL."""
    benchmark = {name: value for name, value in preset.steps.get("benchmark", {}).items() if name != "others"}
    sql = [*(term.sql for term in preset.terms), *(table.sql for table in preset.tables)]
    used = places_in([preset.steps | {"benchmark": benchmark}, *sql])
    for parameter in preset.parameters:
        if parameter.kind is ParameterKind.SOURCES and parameter.name in used:
            raise NotAPreset(f"{parameter.name!r} is of sources, which the step benchmark alone takes, as others")


def _refuse_odd_table(table: DerivedTable, known: list[str]) -> None:
    columns = [column.name for column in table.columns]
    for name in (table.name, *columns):
        if not _WORD.fullmatch(name) or columns.count(name) > 1:
            raise NotAPreset(f"the table {table.name!r} has a name, or twice a column, {name[:100]!r}")
    for column in table.columns:
        if not can_be_stored(column):
            raise NotAPreset(f"the table {table.name!r} has the column {column.name!r} of the type {column.type}")
    if table.time is not None and table.time not in columns:
        raise NotAPreset(f"the table {table.name!r} has no column for its time {_near(table.time, columns)}")
    _refuse_unknown_places(f"the table {table.name!r}", places_in(table.sql), known)


def _refuse_unknown_places(where: str, places: frozenset[str], known: list[str]) -> None:
    for place in sorted(places):
        if place not in known:
            raise NotAPreset(f"{where} refers to an unknown parameter or term {_near(place, known)}")


def _contradiction(parameter: Parameter) -> str | None:
    kind = parameter.kind
    finds = (
        parameter.roles
        or parameter.types
        or parameter.aggregations
        or parameter.words
        or parameter.vague
        or parameter.without
    )
    if not kind.is_of_columns and (finds or parameter.repeats or parameter.found is not FoundBy.BY_NAME):
        return f"is a {kind} and no column, so that it is not found"
    if kind.is_of_columns and parameter.default is not None:
        return "is found where it is not given, so that it has no default"
    if (
        kind.is_of_columns
        and parameter.found in {FoundBy.BY_NAME, FoundBy.NAMING}
        and not (parameter.words or parameter.vague)
    ):
        return "is found by its name, and has no words for it; give words, or found: by_role"
    if kind is ParameterKind.COLUMN and parameter.found in {FoundBy.EXPLAINING, FoundBy.KEY}:
        return f"is one column; {parameter.found} finds several"
    if kind is ParameterKind.COLUMNS and parameter.found in {FoundBy.LEADING_TIME, FoundBy.NAMING}:
        return f"is of several columns; {parameter.found} finds one"
    if (kind is ParameterKind.CHOICE) != bool(parameter.choices):
        return "has choices if, and only if, it is a choice"
    if parameter.default is not None:
        try:
            argument(parameter, parameter.default)
        except Misfit as misfit:
            return f"has the default {parameter.default!r}, but {misfit}"
    return None


def _try(preset: Preset) -> None:
    """Asks for everything, with a column for each parameter: what could never be asked is found before any table."""
    try:
        filled(preset, stand_ins(preset), STAND_IN)
    except msgspec.ValidationError as error:
        raise NotAPreset(f"its steps cannot be asked: {str(error).replace('`', '')}") from None


def stand_ins(preset: Preset) -> dict[str, Any]:
    """A value for each parameter; a column is called as its parameter."""
    return {parameter.name: _stand_in(parameter) for parameter in preset.parameters}


def _stand_in(parameter: Parameter) -> Any:
    match parameter.kind:
        case ParameterKind.COLUMN | ParameterKind.TEXT:
            return parameter.name
        case ParameterKind.COLUMNS | ParameterKind.TEXTS:
            return [parameter.name]
        case ParameterKind.SOURCES:
            return {parameter.name: parameter.name}
        case ParameterKind.NUMBER:
            bounds = (parameter.default, parameter.minimum, parameter.maximum)
            return argument(parameter, next((bound for bound in bounds if bound is not None), 1))
        case ParameterKind.DATE:
            return "2024-01-01"
        case ParameterKind.GRAIN:
            return str(Grain.MONTH)
        case ParameterKind.CHOICE:
            return parameter.choices[0]


def refuse_what_cannot_run(preset: Preset) -> None:
    """Refuses terms, key figures and rules that no table could compute. Takes longer than reading the preset.

    Raises:
        NotAPreset: One of them is no SQL, or none that may be run, or a rule contradicts itself.
    """
    from voyant.analysis import expressions
    from voyant.analysis.kpi.declared import parse
    from voyant.analysis.kpi.templates import check_call
    from voyant.analysis.quality.declared import refuse_contradictions

    columns = [parameter.name for parameter in preset.parameters if parameter.kind.is_of_columns]
    table = Dataset(name=STAND_IN, rows=0, columns=tuple(map(_column, columns)))
    try:
        for variant in _variants(preset):
            made = filled(variant, stand_ins(variant), STAND_IN)
            refuse_contradictions(made.asked.rules)
            for call in made.asked.templates:
                check_call(call)
            for kpi in made.asked.kpis or ():
                parse(kpi, table)
            for derived in made.tables:
                _refuse_bad_select(derived.sql, table)
    except CallerError as error:
        raise NotAPreset(error.message.rstrip(".")) from None
    except expressions.NotUsable as error:
        raise NotAPreset(f"a derived table is refused: {error}") from None


def _variants(preset: Preset) -> Iterator[Preset]:
    """The preset with each way to compute each of its terms."""
    yield preset
    for place, term in enumerate(preset.terms):
        for way in term.sql[1:]:
            yield replace(preset, terms=(*preset.terms[:place], replace(term, sql=(way,)), *preset.terms[place + 1 :]))


def _refuse_bad_select(sql: str, table: Dataset) -> None:
    from voyant.analysis import expressions

    tree = expressions.parse(sql)
    expressions.refuse_foreign(tree, (table.name,))
    expressions.resolve_columns(tree, table)


def _column(name: str) -> Column:
    return Column(
        name=name,
        original_name=name,
        type=ColumnType.DECIMAL,
        engine_type="DECIMAL(18,2)",
        role=Role.MEASURE,
        role_confidence=1.0,
        role_reason="",
    )
