"""The columns of a table that fit a parameter: those that are given, and those that are found."""

from __future__ import annotations

import difflib
from collections.abc import Callable

from voyant.analysis.benchmark.columns import columns_by_brand
from voyant.analysis.columns import find_column
from voyant.analysis.kpi.found import explaining_dimensions
from voyant.analysis.time_columns import leading_time_column
from voyant.domain.preset import FoundBy, Parameter, ParameterKind
from voyant.domain.profile import Profile
from voyant.domain.table import Column, ColumnType, Dataset, Role
from voyant.errors import Code, InvalidInput

MOST_CANDIDATES = 10
_NOTHING_IN_IT = frozenset({Role.CONSTANT, Role.EMPTY})

Way = Callable[["Columns", Parameter], tuple[list[str], str]]


class Columns:
    """The columns of one table, of which each is found for one parameter only; those of personal data never are."""

    def __init__(self, dataset: Dataset, profile: Profile) -> None:
        self._dataset, self._profile = dataset, profile
        self._described = {column.name: column for column in profile.columns}
        self._taken: set[str] = set()
        self._naming: set[str] = set()

    def given(self, parameter: Parameter, names: list[str]) -> list[str]:
        """The columns that are called so, as the table names them.

        Raises:
            InvalidInput: The table has no such column (``UNKNOWN_COLUMN``), or it cannot be used.
        """
        found = [self._named(parameter, name) for name in names]
        self._taken.update(found)
        return found

    def found(self, parameter: Parameter) -> tuple[list[str], str]:
        """The columns that stand for the parameter where none are given, and why these; none where none fit."""
        names, reason = _WAYS[parameter.found](self, parameter)
        kept = names if parameter.found is FoundBy.KEY else names[: _most(parameter)]
        self._taken.update(kept)
        return kept, reason

    def candidates(self, parameter: Parameter) -> tuple[str, ...]:
        """Columns that a caller could give."""
        return tuple(column.name for column in self._fitting(parameter))[:MOST_CANDIDATES]

    def by_name(self, parameter: Parameter) -> tuple[list[str], str]:
        """Those whose names hold one of the words, that of the most telling word first."""
        places = [
            (place, column) for column in self._free(parameter) if (place := _place(column, parameter)) is not None
        ]
        places.sort(key=lambda entry: entry[0])  # stable: ties stay in table order
        words = dict.fromkeys(_words(parameter)[place] for place, _ in places[: _most(parameter)])
        return [column.name for _, column in places], f"the name says {' and '.join(words)}"

    def by_role(self, parameter: Parameter) -> tuple[list[str], str]:
        """Those whose names hold one of the words, then the others, the surest of their role first."""

        def order(column: Column) -> tuple[int, float]:
            place = _place(column, parameter)
            return (len(_words(parameter)) if place is None else place, -round(column.role_confidence, 1))

        columns = sorted(self._free(parameter), key=order)
        return [column.name for column in columns], f"{columns[0].role_reason}" if columns else ""

    def naming(self, parameter: Parameter) -> tuple[list[str], str]:
        """The one whose values further columns are named after, as in tables of choices, else one found by its name.

        These columns go with it: none of them is found for another parameter.
        """
        for column in self._free(parameter):
            values = [str(one.value) for one in self._described[column.name].top]
            named = columns_by_brand(self._dataset, values)
            if named:
                self._taken.update(name for owned in named.values() for name in owned.values())
                self._naming.add(column.name)
                return [column.name], "further columns are named after its values"
        return self.by_name(parameter)

    def are_clear(self, parameter: Parameter, names: list[str]) -> bool:
        """Whether there is little doubt that found columns are meant, by what they or other columns are called."""
        if parameter.found not in {FoundBy.BY_NAME, FoundBy.NAMING}:
            return True
        if any(column.role is Role.CONSTANT for column in self._dataset.columns if column.name in names):
            return False  # it may be given, and tells nothing apart
        return all(name in self._naming or _says_clearly(name, parameter) for name in names)

    def leading_time(self, parameter: Parameter) -> tuple[list[str], str]:
        name = leading_time_column(self._dataset, self._profile)
        fits = name is not None and name not in self._taken and name in {one.name for one in self._fitting(parameter)}
        return [name] if fits and name is not None else [], "it says when a row happened"

    def explaining(self, parameter: Parameter) -> tuple[list[str], str]:
        names, _ = explaining_dimensions(self._dataset, self._profile)
        return [name for name in names if name not in self._taken], "few values, and many rows of each"

    def key(self, parameter: Parameter) -> tuple[list[str], str]:
        roles = {column.name: column.role for column in self._dataset.columns}
        # That no two rows share a time or an amount is mostly chance.
        named = (key for key in self._profile.keys if any(roles.get(name) is Role.IDENTIFIER for name in key))
        return list(next(named, ())), "no two rows share it"

    def never(self, parameter: Parameter) -> tuple[list[str], str]:
        return [], ""

    def _free(self, parameter: Parameter) -> list[Column]:
        return [
            column
            for column in self._fitting(parameter)
            if column.name not in self._taken and not any(_says(column.name, word) for word in parameter.without)
        ]

    def _fitting(self, parameter: Parameter) -> list[Column]:
        return [column for column in self._dataset.columns if self._fits(column, parameter)]

    def _fits(self, column: Column, parameter: Parameter) -> bool:
        return (
            (column.role in parameter.roles if parameter.roles else column.role not in _NOTHING_IN_IT)
            and (not parameter.aggregations or column.aggregation in parameter.aggregations)
            and self._unusable(column, parameter) is None
        )

    def _unusable(self, column: Column, parameter: Parameter) -> str | None:
        """What speaks against the column, whoever chose it. A role is a guess, so it does not."""
        described = self._described[column.name]
        if column.personal is not None:
            return "it holds personal data"
        if described.count == 0:
            return "it holds no value"
        if (types := _types_of(parameter)) and column.type not in types:
            return f"it holds {column.type} values, and {' or '.join(types)} is needed"
        if parameter.repeats and described.distinct.value >= described.count:
            return "each of its values stands in one row only"
        return None

    def _named(self, parameter: Parameter, name: str) -> str:
        column = self._by_name(name)
        if column is None:
            raise self._unknown(parameter, name)
        if (reason := self._unusable(column, parameter)) is not None:
            candidates = self.candidates(parameter)
            raise InvalidInput(
                f"The parameter {parameter.name!r} cannot be the column {column.name}: {reason}.",
                remedy=f"Give one of: {', '.join(candidates)}." if candidates else "No column of the table fits.",
                data={"parameter": parameter.name, "column": column.name, "candidates": list(candidates)},
            )
        return column.name

    def _by_name(self, name: str) -> Column | None:
        return find_column(self._dataset, name)

    def _unknown(self, parameter: Parameter, name: str) -> InvalidInput:
        names = [column.name for column in self._dataset.columns]
        near = difflib.get_close_matches(name.lower(), names, n=3, cutoff=0.5)
        hint = f"perhaps {' or '.join(near)}" if near else f"it has {', '.join(names[:40])}"
        return InvalidInput(
            f"The parameter {parameter.name!r} is the column {name[:100]!r}, which the table {self._dataset.name} does "
            f"not have; {hint}.",
            code=Code.UNKNOWN_COLUMN,
            data={"parameter": parameter.name, "column": name[:200], "columns": names[:200], "near": near},
        )


_WAYS: dict[FoundBy, Way] = {
    FoundBy.BY_NAME: Columns.by_name,
    FoundBy.BY_ROLE: Columns.by_role,
    FoundBy.NAMING: Columns.naming,
    FoundBy.LEADING_TIME: Columns.leading_time,
    FoundBy.EXPLAINING: Columns.explaining,
    FoundBy.KEY: Columns.key,
    FoundBy.NEVER: Columns.never,
}


def _most(parameter: Parameter) -> int:
    return parameter.most if parameter.kind is ParameterKind.COLUMNS else 1


def _types_of(parameter: Parameter) -> tuple[ColumnType, ...]:
    """The types that a column must have; those of its role where none are named."""
    if parameter.types or len(parameter.roles) != 1:
        return parameter.types
    if parameter.roles == (Role.MEASURE,):
        return tuple(type_ for type_ in ColumnType if type_.is_numeric)
    if parameter.roles == (Role.TIME,):
        return tuple(type_ for type_ in ColumnType if type_.is_temporal or type_ is ColumnType.INTEGER)  # years
    return ()


def _place(column: Column, parameter: Parameter) -> int | None:
    """Which of the words the name holds, the most telling one; None where it holds none."""
    return next((place for place, word in enumerate(_words(parameter)) if _says(column.name, word)), None)


def _words(parameter: Parameter) -> tuple[str, ...]:
    return (*parameter.words, *parameter.vague)


def _says_clearly(name: str, parameter: Parameter) -> bool:
    """Whether the name of a column holds one of the words that say nothing else."""
    return any(_says(name, word) for word in parameter.words)


def _says(name: str, word: str) -> bool:
    """
    >>> _says("order_unit_price", "unit_price"), _says("prices", "price")
    (True, False)
    """
    return f"_{word}_" in f"_{name}_"
