"""How names, values and numbers stand in a sentence for people."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from voyant.domain.kpi import Grain, Handful
from voyant.domain.table import Aggregation, Column

_CURRENCIES = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_LONGEST_VALUE = 48
_DAY_LABEL = r"\d{4}-\d\d-\d\d"
_LARGEST_RATIO = 10  # beyond it, a change in percent is a number that nobody can picture


def readable(name: str) -> str:
    """A column's name as words.

    >>> readable("short_description")
    'short description'
    """
    return " ".join(word for word in name.split("_") if word) or name


def called(column: Column) -> str:
    """What a column is called in a sentence; a duration between two dates by these."""
    parents = re.findall(r'"((?:[^"]|"")+)"', column.formula or "")
    if len(parents) == 2 and parents[0] != parents[1]:
        start, end = (_event(parent) for parent in parents)
        return f"time from {start} to {end}"
    return readable(column.name)


def _event(name: str) -> str:
    """
    >>> _event("opened_at"), _event("processed_date"), _event("start_date")
    ('opened', 'processed', 'start')
    """
    words = name.split("_")
    while len(words) > 1 and words[-1] in {"at", "on", "date", "time", "datetime", "timestamp", "ts", "dt"}:
        words.pop()
    return " ".join(words)


def average_name(column: Column) -> str:
    """How the mean of a measure is called: a rate is not averaged twice."""
    words = called(column)
    return words if words.startswith(("average", "avg", "mean")) else f"average {words}"


def total_name(column: Column) -> str:
    """How the sum of a measure is called: a total is no total of totals in words."""
    return _total_of(called(column))


def _total_of(words: str) -> str:
    """
    >>> _total_of("amount"), _total_of("total"), _total_of("grand total")
    ('total amount', 'total', 'grand total')
    """
    return words if "total" in words.split() else f"total {words}"


def aggregate_name(sql: str) -> str:
    """An aggregate that somebody wrote, in words as far as it is simple.

    >>> aggregate_name('sum("quantity" * "unit_price")'), aggregate_name("count(*)"), aggregate_name("avg(delay)")
    ('total quantity × unit price', 'number of records', 'average delay')
    >>> aggregate_name("sum(a) / sum(b)")
    'sum(a) / sum(b)'
    """
    text = " ".join(sql.split())
    if re.fullmatch(r"count\( ?\* ?\)", text, re.IGNORECASE):
        return "number of records"
    found = re.fullmatch(r"(\w+) ?\(([^()]*)\)", text)
    word = _AGGREGATES.get(found[1].lower()) if found else None
    if found is None or word is None:
        return text.replace('"', "")
    inner = re.sub(r" ?\* ?", " × ", found[2].replace('"', "").strip())
    return _total_of(readable(inner)) if word == "total" else f"{word} {readable(inner)}"


_AGGREGATES = {"sum": "total", "avg": "average", "mean": "average", "median": "median", "min": "least", "max": "most"}


def is_additive(column: Column) -> bool:
    return column.aggregation is Aggregation.SUM


def shown(value: Any) -> str:
    """A category's value in a sentence: quoted where it would not read as a name.

    >>> shown("Hardware"), shown("2 - High"), shown("")
    ('Hardware', '“2 - High”', '“”')
    """
    text = str(value)
    text = re.sub(r"\s+", " ", text)
    if len(text) > _LONGEST_VALUE:
        text = text[: _LONGEST_VALUE - 1].rstrip() + "…"
    plain = re.fullmatch(r"[^\W\d_][^\W_]*(?:[ \-'’&./][^\W_]+)*\.?", text) and text[:1].isupper()
    return text if plain else f"“{text}”"


def listed(items: Sequence[str], joint: str = "and") -> str:
    """
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {joint} {items[-1]}"


def count(value: float) -> str:
    """
    >>> count(336776)
    '336,776'
    """
    return f"{round(value):,}"


def percent(value: float) -> str:
    """A percentage that is given as 0 to 100.

    >>> percent(12.34), percent(99.99), percent(0.004), percent(-7.25)
    ('12.3 %', '99.99 %', '0.004 %', '−7.2 %')
    """
    digits = 0 if value == round(value) else 1
    if 0 < abs(value) < 0.1:
        digits = 1 - math.floor(math.log10(abs(value))) - 1
    elif 99.9 < value < 100:
        digits = 2
    return f"{value:.{digits}f} %".replace("-", "−") if value < 0 else f"{value:.{digits}f} %"


def number(value: float) -> str:
    """Three significant digits, whole where large; integers in full.

    >>> number(17.0912), number(51285), number(1234.5), number(0.01234), number(2.0)
    ('17.1', '51,285', '1,234', '0.0123', '2')
    """
    if value == 0:
        return "0"
    sign, size = ("−" if value < 0 else ""), abs(value)
    if not math.isfinite(size):
        return "∞"
    if size >= 99.95 or size == round(size):
        return f"{sign}{round(size):,}" if size < 1e15 else f"{sign}{size:.3g}"
    if size < 1e-6:
        return f"{sign}{size:.2e}"
    size = float(f"{size:.3g}")
    digits = max(0, 2 - math.floor(math.log10(size)))
    text = f"{size:.{digits}f}"
    return sign + (text if size >= 1 else text.rstrip("0"))


def quantity(value: float, unit: str | None) -> str:
    """A number with its unit.

    >>> quantity(17.0912, "days"), quantity(1234.5, "USD"), quantity(1.0, "hours"), quantity(3.5, None)
    ('17.1 days', '$1,234', '1 hour', '3.50')
    """
    return with_unit(number(value), unit)


def with_unit(text: str, unit: str | None) -> str:
    """A number that is already written, with its unit."""
    if not unit:
        return text
    if unit in _CURRENCIES:
        return f"−{_CURRENCIES[unit]}{text[1:]}" if text.startswith("−") else _CURRENCIES[unit] + text
    if text == "1" and unit in {"seconds", "minutes", "hours", "days", "weeks", "months", "years"}:
        return f"1 {unit[:-1]}"
    return f"{text} {unit}"


def figure(name: str, value: float | None, unit: str | None, period: str | None) -> str:
    """A key figure with its value, and the period where it is of one.

    >>> figure("average unit_price", 4.20176, None, "2011-11"), figure("number of records", 6071.0, None, "2011-11-04")
    ('average unit price in November 2011: 4.20', 'number of records on 4 November 2011: 6,071')
    """
    when = f" {'on' if re.match(_DAY_LABEL, period) else 'in'} {period_name(period)}" if period else ""
    return f"{figure_name(name, unit)}{when}: {'no value' if value is None else quantity(value, unit)}"


def figure_name(name: str, unit: str | None) -> str:
    """A key figure's name as words, without the unit that stands beside its value.

    >>> figure_name("average body_mass (g)", "g"), figure_name("late in percent", "%")
    ('average body mass', 'late')
    """
    said = "percent" if unit == "%" else unit
    return name.removesuffix(f" ({unit})").removesuffix(f" in {said}").replace("_", " ")


def moved(absolute: float, relative: float | None, unit: str | None, base_period: str) -> str:
    """Which way a figure went, and how far: rates in points, else in percent where that says something.

    >>> moved(-12.0, -0.0241, None, "2011-10"), moved(-3.0, -0.5, "%", "2011"), moved(0.0, 0.0, None, "2011-Q4")
    ('down 2.4 % on October 2011', 'down 3 points on 2011', 'unchanged from Q4 2011')
    """
    if absolute == 0:
        return f"unchanged from {period_name(base_period)}"
    return f"{_went(absolute, relative, unit)} on {period_name(base_period)}"


def rests_on(found: Handful, unit: str | None) -> str:
    """That a change rests on a few rows, and what is left of it without them."""
    rows = quantity(found.among, "records")
    left = "unchanged" if found.absolute == 0 else _went(found.absolute, found.relative, unit)
    return f"rests on {number(found.rows)} of {rows}: without {'it' if found.rows == 1 else 'them'} {left}"


def _went(absolute: float, relative: float | None, unit: str | None) -> str:
    if unit == "%":
        far = f"{number(abs(absolute))} points"
    elif relative is not None and abs(relative) <= _LARGEST_RATIO:
        far = percent(round(100 * abs(relative), 1))
    else:
        far = quantity(abs(absolute), unit)
    return f"{'up' if absolute > 0 else 'down'} {far}"


def rule_broken(failed: str, checked: str, unit: str, rule: str, share: str | None = None) -> str:
    """How many of what was checked break a rule, which is itself a sentence: its numbers as they are written.

    The share stands with them: behind the rule it would read as part of it.

    >>> rule_broken("1", "1,200", "rows", "No row repeats another in every column")
    '1 of 1,200 rows breaks the rule that no row repeats another in every column'
    >>> rule_broken("30", "60", "values", "customer has a value in every row", "50 %")
    '30 of 60 values (50 %) break the rule that customer has a value in every row'
    """
    verb = "breaks" if failed == "1" else "break"
    among = f"{failed} of {checked} {unit}" if share is None else f"{failed} of {checked} {unit} ({share})"
    return f"{among} {verb} the rule that {rule[:1].lower()}{rule[1:]}"


def period_name(label: str) -> str:
    """A period's label in words.

    >>> period_name("2013-12"), period_name("2013-12-24"), period_name("2013-Q4"), period_name("2013-W52")
    ('December 2013', '24 December 2013', 'Q4 2013', 'week 52 of 2013')
    """
    if match := re.fullmatch(r"(\d{4})-(\d\d)", label):
        return f"{_MONTHS[int(match[2]) - 1]} {match[1]}"
    if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d)(:\d\d)?)?", label):
        hour = f", {match[4]}{match[5] or ':00'}" if match[4] else ""
        return f"{int(match[3])} {_MONTHS[int(match[2]) - 1]} {match[1]}{hour}"
    if match := re.fullmatch(r"(\d{4})-Q(\d)", label):
        return f"Q{match[2]} {match[1]}"
    if match := re.fullmatch(r"(\d{4})-W(\d\d)", label):
        return f"week {int(match[2])} of {match[1]}"
    return label


def moment(value: Any, grain: Grain) -> str:
    """A period as people name it, from its first moment.

    >>> moment(date(2023, 7, 1), Grain.MONTH), moment(date(2023, 7, 3), Grain.WEEK), moment("2023-07-01", Grain.QUARTER)
    ('July 2023', 'the week of 3 July 2023', 'Q3 2023')
    """
    at = value if isinstance(value, date) else datetime.fromisoformat(str(value))
    match grain:
        case Grain.YEAR:
            return f"{at.year}"
        case Grain.QUARTER:
            return f"Q{(at.month + 2) // 3} {at.year}"
        case Grain.MONTH:
            return f"{_MONTHS[at.month - 1]} {at.year}"
        case Grain.WEEK:
            return f"the week of {day(at)}"
        case Grain.DAY:
            return day(at)
        case Grain.MINUTE:
            return instant(at) if isinstance(at, datetime) else day(at)
        case Grain.HOUR:
            return f"{day(at)}, {at:%H}:00" if isinstance(at, datetime) else day(at)


def preposition(grain: Grain | None) -> str:
    """That goes with a period of that length as ``moment`` writes it: on 1 July 2023, in July 2023; at an instant."""
    return {Grain.DAY: "on", Grain.HOUR: "at", Grain.MINUTE: "at", None: "at"}.get(grain, "in")


def instant(value: Any) -> str:
    """A moment to the minute, or to the second where it has any.

    >>> instant(datetime(2014, 4, 14, 3, 5)), instant("2014-04-14T03:05:01")
    ('14 April 2014, 03:05', '14 April 2014, 03:05:01')
    """
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return f"{day(at)}, {at:%H:%M:%S}" if at.second else f"{day(at)}, {at:%H:%M}"


def day(at: date) -> str:
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def weekday(index: int) -> str:
    """From 1, a Monday."""
    return _WEEKDAYS[index - 1]


def month(index: int) -> str:
    """From 1, January."""
    return _MONTHS[index - 1]


def adverb(grain: Grain) -> str:
    return {Grain.HOUR: "hourly", Grain.DAY: "daily", Grain.QUARTER: "quarterly"}.get(grain, f"{grain}ly")


def sentence(text: str) -> str:
    """Starts with a capital, ends with a full stop."""
    text = text.strip()
    head = text[:1].upper() + text[1:]
    return head if head.endswith((".", "?", "!")) else head + "."
