"""What is forecast: what was asked for, else the first good figure of the table."""

from __future__ import annotations

from voyant.analysis.kpi.found import found_figures
from voyant.analysis.kpi.values import RECORDS, Value, read_value, value_of_figure
from voyant.analysis.periods import Timeline
from voyant.domain.kpi import KpiKind
from voyant.domain.profile import Profile
from voyant.domain.table import Dataset, Role
from voyant.errors import Code, InvalidInput


def target(
    value: str | None, dataset: Dataset, profile: Profile, periods: Timeline, *, counts_mean_something: bool
) -> Value:
    """The column or aggregate that was asked for; the first good figure of the table where none was.

    Args:
        counts_mean_something: Whether the number of rows in a period is a figure, and not given by how they were taken.

    Raises:
        InvalidInput: There is no such column, it has no numbers, or the aggregate is refused; ``MISSING_PARAMETER``
            where none was asked for and none is found.
    """
    if value is not None:
        return read_value(value, dataset, profile)
    figures, _ = found_figures(dataset, profile, periods)
    for figure in figures:
        if counts_mean_something or figure.kind is not KpiKind.COUNT:
            return value_of_figure(figure)
    if counts_mean_something:
        return RECORDS
    numbers = [c.name for c in dataset.columns if c.type.is_numeric and c.role is not Role.TIME and c.personal is None]
    raise InvalidInput(
        f"No column of {dataset.name} is surely a measure, so the one to forecast has to be named.",
        code=Code.MISSING_PARAMETER,
        remedy=f"Give value, such as {' or '.join(numbers[:5]) or 'count(*)'}.",
        data={"columns": numbers[:200]},
    )
