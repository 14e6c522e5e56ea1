"""Presets: read, fitted to a table, and told apart by how well they fit."""

from voyant.analysis.presets.built_in import built_in
from voyant.analysis.presets.definition import NotAPreset, preset_from, refuse_what_cannot_run
from voyant.analysis.presets.derived import columns_of, select_of
from voyant.analysis.presets.fitting import fitting
from voyant.analysis.presets.planning import plan

__all__ = [
    "NotAPreset",
    "built_in",
    "columns_of",
    "fitting",
    "plan",
    "preset_from",
    "refuse_what_cannot_run",
    "select_of",
]
