"""Evidently's own report on the two sides, for readers who know it; ours decides."""

from __future__ import annotations

import os
import re
import warnings
from typing import TYPE_CHECKING

from voyant.analysis.drift.subjects import Subject
from voyant.domain.drift import ColumnDrift, Drift
from voyant.domain.table import ROW, Column, Table
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier

if TYPE_CHECKING:
    from evidently import Dataset

MOST_ROWS = 100_000
"""Of a side: Evidently holds every cell in memory, several times over."""
MOST_COLUMNS = 100
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=metric_)[0-9a-f]{32}")


def evidently_report(drift: Drift, reference: Table, current: Table) -> str:
    """Evidently's page on the numbers and values that both sides have, the most changed columns first.

    It is handed at most ``MOST_ROWS`` of a side, chosen by their position, and no personal data. The names that
    Evidently draws at random for its parts are numbered, so that the same sides give the same page.

    Raises:
        InvalidInput: There is no such column.
    """
    # It tells its makers of its use otherwise.
    os.environ["DO_NOT_TRACK"] = "1"
    from evidently import Report
    from evidently.presets import DataDriftPreset

    columns = [column for column in drift.columns if _is_shown(column, reference, current)][:MOST_COLUMNS]
    if not columns:
        raise InvalidInput(
            "Evidently's report shows numbers and values; the two sides have none in common.",
            code=Code.NOT_ENOUGH_DATA,
            remedy="Leave the report out, or compare with a state that has columns of the same names.",
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries that it uses, to its makers
        before, after = (_handed_over(table, columns) for table in (reference, current))
        page: str = Report([DataDriftPreset()]).run(after, before).get_html_str(as_iframe=False)
    return _numbered(page)


def _is_shown(column: ColumnDrift, *tables: Table) -> bool:
    if column.compared not in {Subject.NUMBERS, Subject.VALUES}:
        return False
    return all(table.dataset.column(column.column).personal is None for table in tables)


def _handed_over(table: Table, columns: list[ColumnDrift]) -> Dataset:
    from evidently import DataDefinition, Dataset

    numbers = [column.column for column in columns if column.compared == Subject.NUMBERS]
    values = [column.column for column in columns if column.compared == Subject.VALUES]
    selected = [f"{identifier(name)}::DOUBLE AS {identifier(name)}" for name in numbers]
    selected += [f"{_as_text(table.dataset.column(name))} AS {identifier(name)}" for name in values]
    rows = table.dataset.rows
    chosen = f" WHERE hash({identifier(ROW)}) % {rows} < {MOST_ROWS}" if rows > MOST_ROWS else ""
    read = table.arrow(f"SELECT {', '.join(selected)} FROM {table.numbered}{chosen} ORDER BY {identifier(ROW)}")
    definition = DataDefinition(numerical_columns=numbers, categorical_columns=values)
    return Dataset.from_pandas(read.to_pandas(), data_definition=definition)


def _as_text(column: Column) -> str:
    """Evidently writes values into a script of its page as they are."""
    return f"replace({identifier(column.name)}::VARCHAR, '<', '‹')"


def _numbered(page: str) -> str:
    ids: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return ids.setdefault(found[0], f"{len(ids) + 1:032x}")

    return _ID.sub(number, page)
