"""A preset's steps with the values of its parameters in their places.

``{amount}`` alone is the value itself: a column's name, a list of such, a number. Inside other text, which is SQL, it
is written as SQL: a column as a quoted identifier, a date as a literal. No text of a caller's ever becomes SQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import msgspec

from voyant.domain.preset import Asked, LeftOut, ParameterKind, Preset
from voyant.lake.sql import identifier, literal

NEEDS = "needs"
"""Of a step: names without which it is not done."""
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


def filled(preset: Preset, values: Mapping[str, Any]) -> tuple[Asked, tuple[LeftOut, ...]]:
    """What is asked of the steps, and what is not for lack of values.

    Args:
        values: By parameter; one that nothing stands for is not in it.

    Raises:
        msgspec.ValidationError: The preset asks of a step what cannot be asked.
    """
    filler = _Filler(preset, values)
    left_out: list[LeftOut] = []
    asked: dict[str, Any] = {}

    def ask(what: str, entry: Mapping[str, Any], needs: frozenset[str]) -> dict[str, Any] | None:
        try:
            return filler.entry(entry, needs)
        except Lacks as lacks:
            left_out.append(LeftOut(what=what, lacks=lacks.names))
            return None

    for step, wanted in preset.steps.items():
        if isinstance(wanted, Mapping):
            asked[step] = ask(step, wanted, frozenset(wanted.get(NEEDS, ())))
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
    return msgspec.convert(asked, Asked), tuple(left_out)


def written(preset: Preset, sql: str, values: Mapping[str, Any]) -> str:
    """SQL with the values in their places.

    Raises:
        Lacks: Nothing stands for one of them.
    """
    return _Filler(preset, values).sql(sql)


class _Filler:
    """Puts values in their places."""

    def __init__(self, preset: Preset, values: Mapping[str, Any]) -> None:
        self._preset, self._values = preset, values
        self._terms = {term.name: term for term in preset.terms}
        self.plain = frozenset(one.name for one in preset.parameters if not one.kind.is_of_columns)

    def entry(self, entry: Mapping[str, Any], needs: frozenset[str]) -> dict[str, Any]:
        """The fields that there are values for.

        Raises:
            Lacks: Nothing stands for something that is needed, or that stands in SQL.
        """
        if lacking := sorted(name for name in needs if not self._is_there(name)):
            raise Lacks(*lacking)
        made = {name: self._value(value) for name, value in entry.items() if name != NEEDS}
        return {name: value for name, value in made.items() if value is not None}

    def _is_there(self, name: str) -> bool:
        term = self._terms.get(name)
        return name in self._values if term is None else self._way(term.sql) is not None

    def _way(self, ways: tuple[str, ...]) -> str | None:
        """The first way to compute a term of which everything is there."""
        return next((sql for sql in ways if places_in(sql) <= self._values.keys()), None)

    def _value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return list(self._spliced(value))
        if isinstance(value, Mapping):
            return {name: self._value(entry) for name, entry in value.items()}
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
    return repr(value) if kind is ParameterKind.NUMBER else literal(str(value))
