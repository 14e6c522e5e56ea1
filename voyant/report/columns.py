"""The columns of the table as the page shows them: one line each, with everything known a click away."""

from __future__ import annotations

from typing import Any

from voyant.analysis import wording
from voyant.domain.profile import ColumnProfile, Count
from voyant.domain.table import Column
from voyant.report import figures
from voyant.report.contents import Contents

MOST_COLUMNS = 150
_TOP = 10


def listed(contents: Contents) -> list[dict[str, Any]]:
    """The columns in table order, at most ``MOST_COLUMNS``."""
    dataset = contents.normalization.dataset
    profiles = contents.profile.columns[:MOST_COLUMNS]
    return [_column(index, dataset.column(profile.name), profile) for index, profile in enumerate(profiles)]


def _column(index: int, column: Column, profile: ColumnProfile) -> dict[str, Any]:
    return {
        "id": f"column-{index}",
        "index": str(index),
        "name": column.name,
        "original": column.original_name if column.original_name != column.name else "",
        "type": column.type.value,
        "role": column.role.value,
        "personal": column.personal.value.replace("_", " ") if column.personal else "",
        "unit": column.unit or "",
        "reason": column.role_reason,
        "formula": column.formula or "",
        "missing": figures.share(profile.nulls, profile.rows) if profile.nulls else "",
        "missing_length": f"{100 * profile.nulls / profile.rows:.1f}" if profile.rows else "0",
        "distinct": _count(profile.distinct),
        "picture": _picture(profile),
        "facts": _facts(column, profile),
        "quantiles": _quantiles(column, profile),
        "top": _top(profile),
    }


def _picture(profile: ColumnProfile) -> str:
    if profile.histogram is not None:
        return figures.columns(profile.histogram.counts, label="distribution")
    if profile.top and profile.top[0].count >= 0.02 * profile.count > 0:
        return figures.shares([value.count / profile.count for value in profile.top], label="most frequent values")
    return ""


def _facts(column: Column, profile: ColumnProfile) -> list[tuple[str, str]]:
    """Name and value of what else is known, in reading order."""
    facts = [("stored as", column.engine_type), ("rows with a value", f"{profile.count:,}")]
    if profile.nulls:
        facts.append(("missing", f"{profile.nulls:,} ({figures.share(profile.nulls, profile.rows)})"))
    facts.append(("different values", _count(profile.distinct)))
    facts += [(text, "yes") for text in ("unique", "constant", "near_constant") if getattr(profile, text)]
    if profile.minimum is not None:
        facts.append(("smallest", figures.bound(profile.minimum, column.type)))
        facts.append(("largest", figures.bound(profile.maximum, column.type)))
    if profile.number is not None:
        number = profile.number
        for name, value in (("mean", number.mean), ("standard deviation", number.sd), ("skew", number.skew)):
            if value is not None:
                facts.append((name, figures.precise(value)))
        facts.append(("zeros", f"{number.zeros:,}"))
        facts.append(("negative", f"{number.negatives:,}"))
        if number.infinite:
            facts.append(("not finite", f"{number.infinite:,}"))
    if profile.text is not None:
        text = profile.text
        facts.append(
            ("length", f"{text.min_length:,} to {text.max_length:,}, mean {figures.precise(text.mean_length)}")
        )
        if text.patterns:
            shapes = (f"{pattern.shape} ({wording.percent(100 * pattern.share)})" for pattern in text.patterns[:4])
            facts.append(("patterns", ", ".join(shapes)))
        if text.terms:
            terms = (f"{term.term} ({wording.percent(100 * term.share)})" for term in text.terms[:10])
            facts.append(("frequent words", ", ".join(terms)))
    if profile.time is not None:
        time = profile.time
        facts.append(("precise to", f"the {time.granularity}"))
        facts.append((f"{time.period}s with rows", f"{time.present:,} of {time.expected:,}"))
        if time.gaps:
            gap = time.gaps[0]
            facts.append(("longest gap", f"{gap.first} to {gap.last} ({gap.periods:,} {time.period}s)"))
    return [(name.replace("_", " "), value) for name, value in facts]


def _quantiles(column: Column, profile: ColumnProfile) -> list[tuple[str, str]]:
    return [
        (
            f"{100 * quantile.p:g} %",
            figures.bound(quantile.value, column.type)
            + (f" ± {figures.precise(quantile.error)}" if quantile.error else ""),
        )
        for quantile in profile.quantiles
    ]


def _top(profile: ColumnProfile) -> list[dict[str, str]]:
    if not profile.top or not profile.count:
        return []
    largest = profile.top[0].count
    return [
        {
            "value": figures.bound(value.value, profile.type) or "(blank)",
            "count": f"{value.count:,}",
            "share": figures.share(value.count, profile.count),
            "length": f"{100 * value.count / largest:.1f}",
        }
        for value in profile.top[:_TOP]
    ]


def _count(count: Count) -> str:
    if count.exact:
        return f"{count.value:,}"
    return f"about {count.value:,} (± {wording.percent(100 * count.error)})"
