"""A preset's steps with the values of its parameters in their places.

``{amount}`` alone is the value itself: a column's name, a list of such, a number. Inside other text, which is SQL, it
is written as SQL: a column as a quoted identifier, a date as a literal. No text of a caller's ever becomes SQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from voyant.domain.preset import Asked, DerivedTable, LeftOut, ParameterKind, Preset
from voyant.domain.serialization import from_builtins
from voyant.lake.sql import identifier, literal

NEEDS = "needs"
"""Of a step: names without which it is not done."""
OF = "of"
"""Of a step: the derived table that it is asked of."""
TABLE = "table"
"""In braces: the analysed table."""
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_PLACE_IN_SQL = re.compile(r"(\()?" + _PLACE.pattern + r"(?(1)\))")
"""With the brackets around it, where there are such."""


class Lacks(Exception):
    """Something cannot be asked, since nothing stands for these."""

    def __init__(self, *names: str) -> None:
        super().__init__(*names)
        self.names = names


def places_in(value: Any) -> frozenset[str]:
    """The names in braces, wherever they stand."""
    if isinstance(value, str):
        return frozenset(_PLACE.findall(value))
    entries = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return frozenset().union(*map(places_in, entries))


def known(preset: Preset, parameters: Iterable[str]) -> frozenset[str]:
    """What can be written in braces where these parameters have values: they, and the terms that are made of them."""
    found = {TABLE, *parameters}
    for term in preset.terms:  # each of those before it
        if any(places_in(way) <= found for way in term.sql):
            found.add(term.name)
    return frozenset(found)


class Filled(Struct, frozen=True, kw_only=True):
    """What is asked of the steps, of which tables, and what is not asked for lack of values."""

    asked: Asked
    tables: tuple[DerivedTable, ...]
    of: dict[str, str]
    left_out: tuple[LeftOut, ...]


def filled(preset: Preset, values: Mapping[str, Any], table: str) -> Filled:
    """What the preset asks for with these values.

    Args:
        values: By parameter; one that nothing stands for is not in it.
        table: The name of the analysed table, which those of derived ones begin with.

    Raises:
        msgspec.ValidationError: The preset asks of a step what cannot be asked.
    """
    filler = _Filler(preset, values, table)
    left_out: list[LeftOut] = []
    asked: dict[str, Any] = {}

    def ask(what: str, entry: Mapping[str, Any], needs: frozenset[str]) -> dict[str, Any] | None:
        try:
            return filler.entry(entry, needs)
        except Lacks as lacks:
            left_out.append(LeftOut(what=what, lacks=lacks.names))
            return None

    tables = {one.name: replace(one, name=f"{table}_{one.name}") for one in preset.tables}
    of: dict[str, str] = {}
    for step, wanted in preset.steps.items():
        if isinstance(wanted, Mapping):
            needs = frozenset(wanted.get(NEEDS, ()))
            if (name := wanted.get(OF)) is not None:
                of[step] = tables[name].name
                needs |= places_in(tables[name].sql) - {TABLE}
            asked[step] = ask(step, wanted, needs)
            continue
        # One of many, such as a key figure, is nothing without one of its columns.
        entries = [
            ask(f"{step}.{entry.get('name', place)}", entry, places_in(entry) - filler.plain)
            for place, entry in enumerate(wanted, start=1)
        ]
        if made := [entry for entry in entries if entry is not None]:
            asked[step] = made
        elif not wanted:
            asked[step] = []
    of = {step: name for step, name in of.items() if asked[step] is not None}
    return Filled(
        asked=from_builtins(asked, Asked),
        tables=tuple(replace(one, sql=filler.sql(one.sql)) for one in tables.values() if one.name in of.values()),
        of=of,
        left_out=tuple(left_out),
    )


class _Filler:
    """Puts values in their places."""

    def __init__(self, preset: Preset, values: Mapping[str, Any], table: str) -> None:
        self._preset, self._values, self._table = preset, values, table
        self._terms = {term.name: term for term in preset.terms}
        self._known = known(preset, values)
        self.plain = frozenset(one.name for one in preset.parameters if not one.kind.is_of_columns)

    def entry(self, entry: Mapping[str, Any], needs: frozenset[str]) -> dict[str, Any]:
        """The fields that there are values for.

        Raises:
            Lacks: Nothing stands for something that is needed, or that stands in SQL.
        """
        if lacking := sorted(needs - self._known):
            raise Lacks(*lacking)
        made = {name: self._value(value) for name, value in entry.items() if name not in {NEEDS, OF}}
        return {name: value for name, value in made.items() if value is not None}

    def _way(self, ways: tuple[str, ...]) -> str | None:
        """The first way to compute a term of which everything is there."""
        return next((sql for sql in ways if places_in(sql) <= self._known), None)

    def _value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return list(self._spliced(value))
        if isinstance(value, Mapping):
            made = {name: self._value(entry) for name, entry in value.items()}
            return {name: entry for name, entry in made.items() if entry is not None}
        if not isinstance(value, str):
            return value
        alone = _PLACE.fullmatch(value)
        if alone is None:
            return self.sql(value)
        term = self._terms.get(alone[1])
        if term is None:
            return self._values.get(alone[1])
        # A term that is a column is that column: not everything that can be asked takes SQL.
        way = self._way(term.sql)
        return None if way is None else self._value(way)

    def sql(self, text: str) -> str:
        """The text with each value as SQL."""
        return _PLACE_IN_SQL.sub(lambda place: self._sql(place[2], bracketed=bool(place[1])), text)

    def _spliced(self, values: Iterable[Any]) -> Iterator[Any]:
        """The values, with those of a list among them, and without what nothing stands for."""
        for value in values:
            made = self._value(value)
            if isinstance(made, list | tuple):
                yield from made
            elif made is not None:
                yield made

    def _sql(self, name: str, *, bracketed: bool) -> str:
        term = self._terms.get(name)
        if term is not None:
            if (way := self._way(term.sql)) is None:
                raise Lacks(name)
            is_simple = _PLACE.fullmatch(way) is not None and not bracketed
            return self.sql(way) if is_simple else f"({self.sql(way)})"
        if name == TABLE:
            return identifier(self._table)
        if name not in self._values:
            raise Lacks(name)
        written = _as_sql(self._preset.parameter(name).kind, self._values[name])
        return f"({written})" if bracketed else written


def _as_sql(kind: ParameterKind, value: Any) -> str:
    if kind is ParameterKind.COLUMNS:
        return ", ".join(map(identifier, value))
    if kind is ParameterKind.COLUMN:
        return identifier(value)
    if kind is ParameterKind.DATE:
        return f"DATE {literal(date.fromisoformat(value).isoformat())}"
    if kind is ParameterKind.TEXTS:
        return ", ".join(map(literal, value))
    return repr(value) if kind is ParameterKind.NUMBER else literal(str(value))
