"""Parameters of a template, checked and completed: what was given, what roles suggest, what is the default."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from voyant.analysis.grains import advance, as_moment, floor
from voyant.analysis.kpi.templates.checking import EARLIEST, LATEST, Checker
from voyant.analysis.kpi.templates.definition import Bound, Definition
from voyant.analysis.kpi.templates.parameters import NUMERIC
from voyant.analysis.kpi.templates.roles import Found, found_for
from voyant.analysis.kpi.templates.series import USUAL_WINDOW
from voyant.analysis.time_columns import TimeAxis, time_axis
from voyant.domain.kpi import Grain
from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset
from voyant.domain.template import TemplateParameter
from voyant.errors import Code, InvalidInput

MOST_PERIODS = 10_000
"""Of a calendar: as many steps as Trino's sequences have."""
FOUND_BESIDES = frozenset({"price", "order", "item", "bins"})
"""Parameters that are taken where they are found although a template does without them."""
PLACEHOLDER = "your_table"
"""Stands for the table in statements that are made for none."""

_SHORTEST = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 28, Grain.QUARTER: 90, Grain.YEAR: 365}
"""Days of a period."""
_LONGEST_SPAN = {Grain.DAY: 62, Grain.WEEK: 200, Grain.MONTH: 15 * 366}
"""Days from the first to the last, up to which periods are so long."""


def bind(
    definition: Definition,
    given: Mapping[str, Any],
    dataset: Dataset | None,
    profile: Profile | None,
    time_column: str | None = None,
) -> Bound:
    """The parameters as the statement takes them.

    Args:
        dataset: None to write the statement for a table that is not known: columns are then taken at their word.
        profile: None where nobody has described the table yet: nothing is then found, all has to be given.

    Raises:
        InvalidInput: ``BAD_KPI`` where a parameter is unknown or holds what it cannot, ``UNKNOWN_COLUMN``,
            ``MISSING_PARAMETER``.
    """
    binder = _Binder(definition, dataset, profile)
    for name, value in given.items():
        binder.give(name, value)
    if dataset is not None and profile is not None:
        binder.find(found_for(dataset, profile, time_column))
    binder.complete()
    return binder.bound()


def check_parameters(definition: Definition, given: Mapping[str, Any]) -> None:
    """Refuses parameters that no table could make sense of.

    Raises:
        InvalidInput: ``BAD_KPI`` where one is unknown or holds what it cannot.
    """
    binder = _Binder(definition, None, None)
    for name, value in given.items():
        binder.give(name, value)


class _Binder:
    def __init__(self, definition: Definition, dataset: Dataset | None, profile: Profile | None) -> None:
        self._definition, self._dataset, self._profile = definition, dataset, profile
        self._checker = Checker(definition.template, dataset)
        self._columns: dict[str, tuple[Column, ...]] = {}
        self._values: dict[str, Any] = {}
        self._found: dict[str, str] = {}
        self._notes: list[str] = []

    # --- what was given

    def give(self, name: str, value: Any) -> None:
        names = [parameter.name for parameter in self._definition.template.parameters]
        if name not in names:
            near = difflib.get_close_matches(str(name), names, n=1)
            hint = f" Perhaps {near[0]!r} is meant." if near else ""
            raise self._checker.bad(
                f"there is no parameter {str(name)[:100]!r}.{hint}",
                remedy=f"It takes: {', '.join(names)}.",
                data={"parameter": str(name)[:100], "parameters": names},
            )
        if value is None:
            return
        parameter = self._definition.template.parameter(name)
        if parameter.kind.is_of_columns:
            self._columns[name] = self._checker.columns(parameter, value)
        else:
            self._values[name] = self._checker.value(parameter, value)

    # --- what is found, and what stands by itself

    def find(self, found: Mapping[str, Found]) -> None:
        """Takes what stands for the parameters that were not given, as far as the template wants them."""
        for parameter in self._definition.template.parameters:
            name = parameter.name
            if name in found and not self._has(name) and self._wants(parameter, found):
                self._take(parameter, found[name])

    def _wants(self, parameter: TemplateParameter, found: Mapping[str, Found]) -> bool:
        name = parameter.name
        if name == "price":  # of the pieces that were found with it, and of no other amounts
            return "amount" in self._found or "value" in self._found
        if name == "bins":
            return "column" in self._found
        if name == "value" and not self._can_average() and not self._adds_up(str(found[name].value)):
            return False
        if name == self._definition.clock and (self._values.get("since") or self._values.get("as_of")):
            return True
        group = next((group for group in self._definition.needs if name in group), None)
        if group is not None:
            first = next((other for other in group if other in found), None)
            return name == first and not any(self._has(other) for other in group)
        return parameter.required or name in FOUND_BESIDES

    def _can_average(self) -> bool:
        return any(parameter.name == "aggregate" for parameter in self._definition.template.parameters)

    def _adds_up(self, name: str) -> bool:
        columns = self._dataset.columns if self._dataset is not None else ()
        return any(column.name == name and column.aggregation is Aggregation.SUM for column in columns)

    def _take(self, parameter: TemplateParameter, found: Found) -> None:
        if parameter.kind.is_of_columns:
            self._columns[parameter.name] = self._checker.columns(parameter, found.value)
        else:
            self._values[parameter.name] = found.value
        self._found[parameter.name] = found.reason

    def _has(self, name: str) -> bool:
        return bool(self._columns.get(name)) or self._values.get(name) is not None

    def complete(self) -> None:
        """Gives the rest its defaults.

        Raises:
            InvalidInput: Something is missing that nothing stands for.
        """
        template = self._definition.template
        if missing := missing_of(self._definition, self._has):
            is_bare = self._dataset is not None and self._profile is None
            known = (
                " Nobody has analysed the table yet, so that no column could be found by its role." if is_bare else ""
            )
            raise InvalidInput(
                f"The template {template.name} needs {' and '.join(missing)}.{known}",
                code=Code.MISSING_PARAMETER,
                remedy="Give as parameters: "
                + "; ".join(f"{name} – {text.rstrip('.')}" for name, text in missing.items()),
                data={"template": template.name, "missing": missing},
            )
        names = {parameter.name for parameter in template.parameters}
        if names & {"since", "as_of"} and not self._has(self._definition.clock):
            for name in ("since", "as_of"):
                if self._values.get(name) is not None:
                    raise self._checker.bad(
                        f"{name} needs {self._definition.clock}, the column that says when a row happened."
                    )
        for parameter in template.parameters:
            if parameter.default is not None:
                self._values.setdefault(parameter.name, parameter.default)
        self._refuse_personal_rows()
        is_known = self._dataset is not None
        if is_known and self._values.get("bins") is not None and self._columns["column"][0].type not in NUMERIC:
            raise self._checker.bad("bins are of a column of numbers.")
        if "grain" in names and self._has(self._definition.clock):
            self._set_grain()
        if "window" in names:
            self._values.setdefault("window", USUAL_WINDOW[Grain(self._values["grain"])])
        if "aggregate" in names and "aggregate" not in self._values:
            is_sum = self._dataset is None or self._columns.get("price")
            adds_up = is_sum or self._columns["value"][0].aggregation is Aggregation.SUM
            self._values["aggregate"] = "sum" if adds_up else "mean"

    def _refuse_personal_rows(self) -> None:
        """A list of customers shows who they are."""
        if self._values.get("rows") == "customers":
            column = self._columns["customer"][0]
            if column.personal is not None:
                raise self._checker.bad(
                    f"rows cannot be customers: {column.name} holds personal data, and would be shown."
                )

    def _set_grain(self) -> None:
        if "grain" in self._values:
            return
        described = self._described()
        self._values["grain"] = str(_usual_grain(described, self._columns[self._definition.clock][0]))
        if described is not None:
            self._found["grain"] = "suits the span of the data"

    def _described(self) -> ColumnProfile | None:
        """The profile of the column that periods are made from."""
        columns = self._columns.get(self._definition.clock)
        if not columns or self._profile is None:
            return None
        return next((column for column in self._profile.columns if column.name == columns[0].name), None)

    # --- the whole

    def bound(self) -> Bound:
        axis = self._axis()
        described = self._described()
        granularity = described.time.granularity if described is not None and described.time is not None else None
        if axis is not None and described is not None:
            self._set_last_day(axis, described)
        return Bound(
            table=self._dataset.name if self._dataset is not None else PLACEHOLDER,
            columns=self._columns,
            values=self._values,
            axis=axis,
            granularity=granularity,
            found=self._found,
            notes=tuple(self._notes),
        )

    def _axis(self) -> TimeAxis | None:
        columns = self._columns.get(self._definition.clock)
        if not columns:
            return None
        described = self._described()
        axis = time_axis(columns[0], described) if described is not None else None
        if axis is None:
            return TimeAxis(columns[0])
        if axis.high is not None and not self._values.get("as_of"):
            self._notes.append(
                f"Times of {columns[0].name} before {axis.low:%Y-%m-%d} or from {axis.high:%Y-%m-%d} on lie far from "
                "all others: these rows are left out."
            )
        return axis

    def _set_last_day(self, axis: TimeAxis, described: ColumnProfile) -> None:
        if described.minimum is None or described.maximum is None:
            return
        first, last = _days_of(axis, described)
        since, as_of = self._values.get("since"), self._values.get("as_of")
        if as_of is not None and as_of < first:
            raise self._checker.bad(f"as_of is {as_of}, before the first row of {first}.")
        if since is not None and since > (as_of or last):
            raise self._checker.bad(f"since is {since}, after the last day, {as_of or last}.")
        if (last - first).days < self._definition.least_days:
            self._notes.append(f"The data span {(last - first).days} days: hardly a period has one a year before.")
        if as_of is not None and as_of > last:
            self._notes.append(f"The last row is of {last}: nothing is known of the days from then to {as_of}.")
        if as_of is None and axis.high is None and last.year <= LATEST:
            self._values["as_of"] = last
            self._found["as_of"] = f"the last day of {axis.column.name}"
        if "grain" in self._values:
            self._refuse_long_calendar(since or first, as_of or last)

    def _refuse_long_calendar(self, first: date, last: date) -> None:
        grain = Grain(self._values["grain"])
        if (last - first).days > MOST_PERIODS * _SHORTEST[grain]:
            raise self._checker.bad(
                f"there are more than {MOST_PERIODS:,} {grain}s from {first} to {last}.",
                remedy="Take a longer grain, or give since and as_of.",
            )


def missing_of(definition: Definition, has: Any) -> dict[str, str]:
    """What the template needs and is not there, with what it should be."""
    template = definition.template
    missing = {
        parameter.name: parameter.description
        for parameter in template.parameters
        if parameter.required and not has(parameter.name)
    }
    for group in definition.needs:
        if not any(has(name) for name in group):
            missing[" or ".join(group)] = " ".join(template.parameter(name).description for name in group)
    return missing


def _usual_grain(described: ColumnProfile | None, column: Column) -> Grain:
    """The period that suits the time from the first to the last value, leaving the outer hundredths out."""
    if column.type is ColumnType.INTEGER:
        return Grain.YEAR
    ends = [described.quantile(0.01), described.quantile(0.99)] if described is not None else []
    moments = [as_moment(end.value) for end in ends if end is not None and end.value is not None]
    if described is None or len(moments) < 2:
        return Grain.MONTH
    days = (moments[1] - moments[0]).days
    finest = {"month": Grain.MONTH, "year": Grain.YEAR}.get(described.time.granularity if described.time else "")
    grain = next((grain for grain, longest in _LONGEST_SPAN.items() if days <= longest), Grain.YEAR)
    order = list(Grain)
    return max(grain, finest or grain, key=order.index)


def _days_of(axis: TimeAxis, described: ColumnProfile) -> tuple[date, date]:
    """The first and the last day that the data tell of: a value that stands for a month or a year tells of all of
    it."""
    if axis.column.type is ColumnType.INTEGER:
        years = [min(max(int(float(str(year))), EARLIEST), LATEST) for year in (described.minimum, described.maximum)]
        return date(years[0], 1, 1), date(years[1], 12, 31)
    first, last = as_moment(described.minimum), as_moment(described.maximum)
    if axis.low is not None and axis.high is not None:
        first, last = axis.low, axis.high - timedelta(days=1)
    granularity = described.time.granularity if described.time is not None else ""
    stands_for = {"month": Grain.MONTH, "year": Grain.YEAR}.get(granularity)
    if stands_for is None or last.year > LATEST:
        return first.date(), last.date()
    return first.date(), (advance(floor(last, stands_for), stands_for) - timedelta(days=1)).date()
