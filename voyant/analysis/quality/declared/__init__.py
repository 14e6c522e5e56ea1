"""Rules that people declare: refused where they contradict themselves, then made into the rules that are counted."""

from voyant.analysis.quality.declared.binding import bind
from voyant.analysis.quality.declared.expectations import Expectations
from voyant.analysis.quality.declared.validation import MOST_RULES, refuse_contradictions, tables_named

__all__ = ["MOST_RULES", "Expectations", "bind", "refuse_contradictions", "tables_named"]
