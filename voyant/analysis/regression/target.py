"""What is predicted: the column that was asked for, or the one that says how a record turned out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct

from voyant.analysis.columns import named_column
from voyant.analysis.insights.outcomes import is_outcome, is_result
from voyant.analysis.insights.ranks import Floats
from voyant.analysis.wording import count
from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.regression import Task
from voyant.domain.table import Column, ColumnType, Dataset, Role, Table
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier

FEWEST_ROWS = 30
FEWEST_OF_A_CLASS = 10
MOST_CLASSES = 20
_MOST_CODES = 10
"""Different whole numbers up to which a column that groups the rows, or says how they turned out, holds classes."""
_LEAST_COVERED = 0.5
_MOST_MISSING = 0.5
_MOST_DIFFERENT = 0.5
_LABELS = ("target", "label", "class")
_TRUTHS = {("false", "true"), ("no", "yes"), ("0", "1"), ("n", "y"), ("f", "t")}


class Target(Struct, frozen=True):
    """A column to predict.

    Attributes:
        reason: Why this one, in a sentence.
        classes: To be told apart, most frequent first; empty for a number.
        rows: Of the table that have such a value.
        notes: What was left out of it, in sentences.
    """

    column: Column
    task: Task
    reason: str
    rows: int
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def positive(self) -> str | None:
        """Of two classes the one whose probability is told: what is so, else the rarer one."""
        if len(self.classes) != 2:
            return None
        pair = sorted(self.classes, key=str.casefold)
        return pair[1] if is_truth(self.classes) else self.classes[1]

    @property
    def value(self) -> str:
        """The SQL of it."""
        name = identifier(self.column.name)
        return f"CAST({name} AS {'DOUBLE' if self.task is Task.NUMBER else 'VARCHAR'})"


def is_truth(classes: Sequence[str]) -> bool:
    """Whether two classes say that something is so, and that it is not."""
    return tuple(sorted(name.casefold() for name in classes)) in _TRUTHS


def outcome_of(target: Target, values: Floats) -> Floats:
    """As columns whose squared errors count: the number, or a column of 0 and 1 for each class (Brier 1950)."""
    if target.task is Task.NUMBER:
        return values[:, None]
    return np.asarray(values[:, None] == np.arange(len(target.classes)), dtype=np.float64)


def target_of(table: Table, profile: Profile, asked: str | None) -> Target:
    """The target with its classes.

    Raises:
        InvalidInput: There is no such column, it cannot be predicted, or too few rows have a value.
    """
    dataset = table.dataset
    if asked is not None:
        column, reason = named_column(dataset, asked), "It was asked for."
        _refuse_unpredictable(column)
    else:
        column, reason = _found(dataset, profile)
    described = profile.column(column.name)
    if _task(column, described) is Task.NUMBER:
        return _number(table, column, described, reason)
    return _classes(table, column, described, reason)


def _refuse_unpredictable(column: Column) -> None:
    why = None
    if column.personal is not None:
        why = f"it holds personal data ({column.personal.value.replace('_', ' ')})"
    elif column.role is Role.IDENTIFIER:
        why = f"it tells rows apart rather than describing them ({column.role_reason})"
    elif column.type.is_temporal:
        why = f"it holds {column.type} values; ask for the time between two dates instead"
    elif column.type in {ColumnType.NESTED, ColumnType.BINARY, ColumnType.TIME} or column.role is Role.TEXT:
        why = f"it holds {'free text' if column.role is Role.TEXT else f'{column.type} values'}"
    if why is not None:
        raise InvalidInput(
            f"The column {column.name!r} cannot be predicted: {why}.",
            code=Code.NO_MODEL_FITS,
            remedy="Ask for a column of numbers or of classes.",
            data={"column": column.name},
        )


def _found(dataset: Dataset, profile: Profile) -> tuple[Column, str]:
    ranked = sorted(
        ((_preference(column), place, column) for place, column in enumerate(predictable(dataset, profile))),
        key=lambda entry: entry[:2],
    )
    if not ranked:
        raise InvalidInput(
            f"No column of the table {dataset.name} can be predicted: none holds numbers or classes that vary.",
            code=Code.NOT_ENOUGH_DATA,
            remedy="Name the target, a column of numbers or of classes.",
        )
    (rank, *_), _, column = ranked[0]
    return column, (
        "Its name says that it is what is to be learned.",
        "Its name speaks of how a record turned out.",
        "Its name speaks of a result.",
        "No name speaks of a result, and of the measures it is the surest.",
        "It holds two classes or more, and there is no measure.",
    )[int(rank)]


def predictable(dataset: Dataset, profile: Profile) -> Iterable[Column]:
    """The columns that it could make sense to predict, in table order: measures and groups of few values, that vary and
    are filled in most rows."""
    for column in dataset.columns:
        described = profile.column(column.name)
        if column.personal is not None or described.constant or described.near_constant:
            continue
        if described.nulls > _MOST_MISSING * described.rows or described.distinct.value < 2:
            continue
        groups = column.role is Role.DIMENSION and described.distinct.value <= MOST_CLASSES
        if (column.role is Role.MEASURE and column.type.is_numeric) or (groups and column.type is not ColumnType.TIME):
            yield column


def _preference(column: Column) -> tuple[float, float]:
    measured = column.role is Role.MEASURE
    if column.name in _LABELS:
        rank = 0
    elif is_outcome(column) and not measured:
        rank = 1
    elif measured and is_result(column):
        rank = 2
    else:
        rank = 3 if measured else 4
    return rank, (column.formula is not None) - round(column.role_confidence, 1)


def _task(column: Column, described: ColumnProfile) -> Task:
    if not column.type.is_numeric or described.distinct.value == 2:
        return Task.CLASSES
    coded = column.role is Role.DIMENSION and described.distinct.value <= _MOST_CODES
    names_groups = is_outcome(column) or "named as groups" in column.role_reason
    return Task.CLASSES if coded and names_groups else Task.NUMBER


def _number(table: Table, column: Column, described: ColumnProfile, reason: str) -> Target:
    rows = described.count - (described.number.infinite if described.number else 0)
    notes = []
    if rows < described.count:
        notes.append(f"{count(described.count - rows)} rows whose {column.name} is no finite number were left out.")
    if rows < FEWEST_ROWS:
        raise too_few(table.dataset, column, rows)
    if described.distinct.value < 2 or described.constant or (described.number and described.number.sd == 0):
        raise InvalidInput(
            f"The column {column.name!r} has the same value in every row: there is nothing to explain.",
            code=Code.NOT_ENOUGH_DATA,
            remedy="Ask for a column whose values differ.",
            data={"column": column.name},
        )
    return Target(column, Task.NUMBER, reason, rows, notes=tuple(notes))


def _classes(table: Table, column: Column, described: ColumnProfile, reason: str) -> Target:
    name = identifier(column.name)
    found = table.query(
        f"SELECT CAST({name} AS VARCHAR) AS class, count(*) AS n FROM {identifier(table.dataset.name)}\n"
        f"WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY n DESC, class LIMIT {MOST_CLASSES + 1}"
    )
    if described.count < FEWEST_ROWS:
        raise too_few(table.dataset, column, described.count)
    if len(found) < 2:
        raise InvalidInput(
            f"The column {column.name!r} has one class in all {count(described.count)} rows with a value: there is "
            "nothing to tell apart.",
            code=Code.NOT_ENOUGH_DATA,
            remedy="Give rows of at least two classes, or ask for another column.",
            data={"column": column.name, "classes": [row["class"] for row in found]},
        )
    if described.distinct.value > _MOST_DIFFERENT * described.count:
        raise InvalidInput(
            f"The column {column.name!r} holds {count(described.distinct.value)} different values in "
            f"{count(described.count)} rows: it tells rows apart, and is no class of them.",
            code=Code.NO_MODEL_FITS,
            remedy="Ask for a column of numbers or of classes that come back.",
            data={"column": column.name, "classes": described.distinct.value},
        )
    kept = [row for row in found[:MOST_CLASSES] if row["n"] >= FEWEST_OF_A_CLASS]
    rows = sum(row["n"] for row in kept)
    if len(kept) < 2:
        raise InvalidInput(
            f"Of the classes of {column.name!r} fewer than two have the {FEWEST_OF_A_CLASS} rows that it takes.",
            code=Code.NOT_ENOUGH_DATA,
            remedy=f"Give at least {FEWEST_OF_A_CLASS} rows of each of two classes.",
            data={"column": column.name},
        )
    if rows < _LEAST_COVERED * described.count:
        raise InvalidInput(
            f"The column {column.name!r} has {count(described.distinct.value)} classes, and the {len(kept)} most "
            f"frequent hold only {count(rows)} of {count(described.count)} rows: too many to tell apart.",
            code=Code.NO_MODEL_FITS,
            remedy=f"Group its values into at most {MOST_CLASSES} classes, or ask for another column.",
            data={"column": column.name, "classes": described.distinct.value},
        )
    notes = []
    if rows < described.count:
        notes.append(
            f"{count(described.count - rows)} rows of rarer classes were left out: of {column.name} the {len(kept)} "
            f"most frequent classes with at least {FEWEST_OF_A_CLASS} rows are told apart."
        )
    return Target(column, Task.CLASSES, reason, rows, tuple(row["class"] for row in kept), tuple(notes))


def too_few(dataset: Dataset, column: Column, rows: int) -> InvalidInput:
    """The error where too few rows have a value of the target."""
    return InvalidInput(
        f"{count(rows)} of {count(dataset.rows)} rows have a usable value of {column.name!r}; it takes at least "
        f"{FEWEST_ROWS}.",
        code=Code.NOT_ENOUGH_DATA,
        remedy=f"Give at least {FEWEST_ROWS} rows with a value, or ask for another column.",
        data={"column": column.name, "rows": rows, "needed": FEWEST_ROWS},
    )
