"""The templates there are, in the order in which they are listed."""

from __future__ import annotations

import difflib

from voyant.analysis.kpi.templates import contents, customers, earnings, operations, revenue, series
from voyant.analysis.kpi.templates.definition import Definition
from voyant.errors import Code, NotFound

DEFINITIONS: tuple[Definition, ...] = (
    *revenue.DEFINITIONS,
    *earnings.DEFINITIONS,
    *customers.DEFINITIONS,
    *series.DEFINITIONS,
    *operations.DEFINITIONS,
    *contents.DEFINITIONS,
)
_BY_NAME = {definition.name: definition for definition in DEFINITIONS}


def definition_of(name: str) -> Definition:
    """The template of that name.

    Raises:
        NotFound: There is none.
    """
    if found := _BY_NAME.get(name):
        return found
    near = difflib.get_close_matches(name, _BY_NAME, n=1, cutoff=0.5)
    raise NotFound(
        f"There is no KPI template {name[:100]!r}.",
        code=Code.NO_TEMPLATE,
        remedy=(f"Perhaps {near[0]} is meant. " if near else "") + f"There are: {', '.join(_BY_NAME)}.",
        data={"template": name[:100], "templates": list(_BY_NAME)},
    )
