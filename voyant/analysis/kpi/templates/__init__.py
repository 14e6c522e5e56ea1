"""KPI templates: figures under a name, each one SELECT made from the columns of a table."""

from voyant.analysis.kpi.templates.catalogue import DEFINITIONS, definition_of
from voyant.analysis.kpi.templates.rendering import check_call, fitting, render
from voyant.analysis.kpi.templates.running import comparisons, run

TEMPLATES = tuple(definition.template for definition in DEFINITIONS)

__all__ = ["TEMPLATES", "check_call", "comparisons", "definition_of", "fitting", "render", "run"]
