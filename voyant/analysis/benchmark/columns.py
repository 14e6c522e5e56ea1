"""The columns that a request names, and those that a benchmark finds by itself."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from voyant.analysis.columns import named_column
from voyant.analysis.normalize.names import snake_case, word_set, words_of
from voyant.domain.profile import Profile
from voyant.domain.table import Column, Dataset, Role
from voyant.errors import Code, InvalidInput

MOST_NAMED = 300
"""Brands of which the columns of a wide table are looked for."""

_BRAND_WORDS = word_set(
    "brand brands brandname manufacturer maker make competitor company label marke hersteller marque marca fabricante"
)
_CURRENCY_WORDS = word_set("currency ccy curr waehrung devise moneda valuta")
_GROUPS = (Role.DIMENSION, Role.GEOGRAPHY, Role.IDENTIFIER, Role.CONSTANT, Role.TEXT)


def grouping_column(dataset: Dataset, name: str, what: str) -> Column:
    """The column, whose values may be shown.

    Raises:
        InvalidInput: There is none, or it holds personal data.
    """
    column = named_column(dataset, name, what)
    if column.personal is not None:
        raise InvalidInput(f"The {what} {column.name} holds personal data, whose values are shown nowhere.")
    return column


def brand_column(dataset: Dataset, profile: Profile, asked: str | None) -> tuple[Column, str]:
    """The column that names the brands, and why it is that one.

    Without being asked it is the one whose values name further columns, as in tables of choices, else one that is
    called so.

    Raises:
        InvalidInput: It is not there, or none is recognised.
    """
    if asked is not None:
        return grouping_column(dataset, asked, "brand column"), ""
    groups = [column for column in dataset.with_role(*_GROUPS) if column.personal is None]
    for column in groups:
        values = [str(one.value) for one in profile.column(column.name).top]
        if len(values) > 1 and columns_by_brand(dataset, values):
            return column, f"Brands are the values of {column.name}: further columns are named after them."
    for column in groups:
        if _BRAND_WORDS & set(words_of(column.name)):
            return column, f"Brands are the values of {column.name}, by its name."
    names = [column.name for column in groups if 1 < profile.column(column.name).distinct.value <= MOST_NAMED]
    raise InvalidInput(
        f"No column of {dataset.name} is recognised as the one that names the brands.",
        code=Code.MISSING_PARAMETER,
        remedy=f"Name it as column{f': one of {_listed(names)}' if names else ''}; or, where each brand has a table "
        "of its own, name their sources as others.",
        data={"parameter": "column", "columns": names[:200]},
    )


def columns_by_brand(dataset: Dataset, brands: Sequence[str]) -> dict[str, dict[str, str]]:
    """The numeric columns that exist for every brand: by what they hold, the column of each brand.

    ``price_yoplait`` and ``price_dannon`` hold the ``price`` of the brands Yoplait and Dannon; brand and content may
    also stand the other way round.
    """
    spelled = {brand: snake_case(brand) for brand in brands}
    if not 1 < len(brands) <= MOST_NAMED or not all(spelled.values()):
        return {}
    found: dict[str, dict[str, str]] = {}
    for column in dataset.columns:
        if not column.type.is_numeric or column.personal is not None:
            continue
        for brand, words in spelled.items():
            for content in _contents(column.name, words):
                found.setdefault(content, {}).setdefault(brand, column.name)
    return {content: columns for content, columns in found.items() if len(columns) == len(brands)}


def _contents(name: str, brand: str) -> Iterable[str]:
    if name.endswith(f"_{brand}"):
        yield name.removesuffix(f"_{brand}")
    elif name.startswith(f"{brand}_"):
        yield name.removeprefix(f"{brand}_")


def currency_column(dataset: Dataset) -> Column | None:
    """The column that names the currency of a row."""
    return next(
        (column for column in dataset.with_role(*_GROUPS) if _CURRENCY_WORDS & set(words_of(column.name))), None
    )


def one_of(name: str, known: Iterable[str], what: str) -> str:
    """The known name that is meant, whichever case is used.

    Raises:
        InvalidInput: There is none.
    """
    names = list(known)
    for exact in (str, str.lower):
        for other in names:
            if exact(other) == exact(name.strip()):
                return other
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    raise InvalidInput(
        f"There is no {what} {name[:100]!r}; there are {_listed(names)}.",
        remedy=f"Perhaps {' or '.join(near)}." if near else "Name one of those.",
        data={"value": name[:200], "values": names[:100]},
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:60] for name in names[:30])
    return shown if len(names) <= 30 else f"{shown} and {len(names) - 30} more"
