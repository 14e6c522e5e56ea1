"""Which presets fit a table."""

from __future__ import annotations

from collections.abc import Iterable

from voyant.analysis.presets.binding import Binding, bind
from voyant.analysis.presets.filling import known
from voyant.analysis.wording import listed, sentence
from voyant.domain.preset import Bound, Chosen, Fit, FoundBy, Preset
from voyant.domain.profile import Profile
from voyant.domain.table import Dataset

_BY_NAMES = frozenset({FoundBy.BY_NAME, FoundBy.NAMING})


def fitting(presets: Iterable[Preset], dataset: Dataset, profile: Profile) -> tuple[Fit, ...]:
    """How well each fits, best first: those that can be run as they are, and of these the one whose columns the names
    of the table say most clearly."""
    fits = [_fit(preset, bind(preset, {}, dataset, profile), dataset) for preset in presets]
    return tuple(sorted(fits, key=lambda fit: (not fit.fits, not fit.sure, -fit.named, fit.preset)))


def _fit(preset: Preset, binding: Binding, dataset: Dataset) -> Fit:
    found = [entry for entry in binding.bound if entry.chosen is Chosen.FOUND]
    return Fit(
        preset=preset.name,
        title=preset.title,
        fits=not binding.lacking,
        sure=not binding.lacking and _is_sure(preset, found),
        named=sum(entry.sure and preset.parameter(entry.parameter).found in _BY_NAMES for entry in found),
        arguments={entry.parameter: entry.value for entry in found},
        missing=binding.lacking,
        why=_why(binding, dataset),
    )


def _is_sure(preset: Preset, found: list[Bound]) -> bool:
    """Whether all that is required is there without the columns that are doubtful."""
    there = {entry.parameter for entry in found if entry.sure}
    clear = known(preset, there)
    parameters = all(one.name in there for one in preset.parameters if one.required and one.kind.is_of_columns)
    return parameters and all(term.name in clear for term in preset.terms if term.required)


def _why(binding: Binding, dataset: Dataset) -> str:
    if binding.lacking:
        needs = [f"{entry.name} ({entry.description})" for entry in binding.lacking]
        return sentence(f"nothing in {dataset.name} is surely {listed(needs, 'or')}")
    columns = [
        f"{entry.parameter} in {entry.value if isinstance(entry.value, str) else ' and '.join(entry.value)}"
        for entry in binding.bound
        if entry.chosen is Chosen.FOUND
    ]
    return sentence(f"{dataset.name} has {listed(columns)}") if columns else "It fits any table."
