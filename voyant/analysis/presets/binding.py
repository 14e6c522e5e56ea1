"""What stands for the parameters of a preset in a table, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from voyant.analysis.presets.arguments import argument
from voyant.analysis.presets.columns import MOST_CANDIDATES, Columns
from voyant.analysis.presets.filling import known, places_in
from voyant.domain.preset import Bound, Chosen, Missing, Parameter, ParameterKind, Preset, Term
from voyant.domain.profile import Profile
from voyant.domain.table import Dataset


class Binding(Struct, frozen=True, kw_only=True):
    """What stands for the parameters of a preset, and what nothing stands for."""

    bound: tuple[Bound, ...]
    missing: tuple[Missing, ...]

    @property
    def values(self) -> dict[str, Any]:
        return {bound.parameter: bound.value for bound in self.bound}

    @property
    def lacking(self) -> tuple[Missing, ...]:
        """What has to be there and is not."""
        return tuple(missing for missing in self.missing if missing.required)


def bind(preset: Preset, arguments: Mapping[str, Any], dataset: Dataset, profile: Profile) -> Binding:
    """For each parameter what was given, else the columns that were found, else the default.

    What is given goes first; then columns are found in the order of the parameters, each for one of them.

    Raises:
        InvalidInput: A given column is not in the table (``UNKNOWN_COLUMN``), or cannot be used.
    """
    columns = Columns(dataset, profile)
    given = {
        parameter.name: _given(parameter, arguments[parameter.name], columns)
        for parameter in preset.parameters
        if arguments.get(parameter.name) is not None
    }
    wanted = [parameter for parameter in preset.parameters if parameter.name in given or parameter.unless not in given]
    bound = {
        parameter.name: entry
        for parameter in wanted
        if (entry := given.get(parameter.name) or _found(parameter, columns)) is not None
    }
    return Binding(bound=tuple(bound.values()), missing=tuple(_missing(preset, wanted, bound, columns)))


def _given(parameter: Parameter, value: Any, columns: Columns) -> Bound:
    if parameter.kind.is_of_columns:
        names = columns.given(parameter, [value] if isinstance(value, str) else list(value))
        value = _one_or_all(parameter, names)
    return Bound(parameter=parameter.name, value=value, chosen=Chosen.GIVEN, reason="given")


def _found(parameter: Parameter, columns: Columns) -> Bound | None:
    if not parameter.kind.is_of_columns:
        if parameter.default is None:
            return None
        value = argument(parameter, parameter.default)
        return Bound(parameter=parameter.name, value=value, chosen=Chosen.DEFAULT, reason="the default")
    names, reason = columns.found(parameter)
    if not names:
        return None
    return Bound(
        parameter=parameter.name,
        value=_one_or_all(parameter, names),
        chosen=Chosen.FOUND,
        reason=reason,
        sure=columns.are_clear(parameter, names),
    )


def _one_or_all(parameter: Parameter, names: list[str]) -> Any:
    return names[0] if parameter.kind is ParameterKind.COLUMN else names


def _missing(
    preset: Preset, wanted: Iterable[Parameter], bound: Mapping[str, Bound], columns: Columns
) -> list[Missing]:
    there = known(preset, bound)
    parameters = [
        Missing(
            name=parameter.name,
            description=parameter.description,
            required=parameter.required,
            candidates=columns.candidates(parameter) if parameter.kind.is_of_columns else parameter.choices,
        )
        for parameter in wanted
        if parameter.name not in bound and (parameter.required or parameter.kind.is_of_columns)
    ]
    terms = [
        Missing(
            name=term.name,
            description=f"{term.description}: {_ways(term)}",
            required=term.required,
            candidates=_candidates(preset, term, there, columns),
        )
        for term in preset.terms
        if term.name not in there
    ]
    return parameters + terms


def _ways(term: Term) -> str:
    return ", or ".join(" and ".join(sorted(places_in(way))) for way in term.sql)


def _candidates(preset: Preset, term: Term, there: frozenset[str], columns: Columns) -> tuple[str, ...]:
    lacking = frozenset().union(*(places_in(way) - there for way in term.sql))
    found = [
        column
        for parameter in preset.parameters
        if parameter.name in lacking
        for column in columns.candidates(parameter)
    ]
    return tuple(dict.fromkeys(found))[:MOST_CANDIDATES]
